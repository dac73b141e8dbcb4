package checkcentral

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

func TestEveryKindOfErrorHasAStatusAndAnID(t *testing.T) {
	t.Parallel()
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	documented := []int{400, 401, 403, 404, 409, 429, 500, 503}
	for _, kind := range roster.Kinds {
		a, known := answers[kind]
		if !known || !slices.Contains(documented, a.status) || !kebab.MatchString(a.id) {
			t.Errorf("%v is %+v", kind, a)
		}
	}
	for status, id := range refusals {
		if !kebab.MatchString(id) {
			t.Errorf("%d is %q", status, id)
		}
	}
}

func TestCanonicalNamesAreSaidInCheckCentralsWords(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"userName": "email", "emails": "email", "displayName": "name", "active": "accessLevel", "accessLevel": "accessLevel",
		"groups[0]": "userGroups[0]", "preferences[0].type": "notifications[0].type", "preferences": "notifications",
		"preferences[2].services[1]": "notifications[2].services[1]", "sendWelcomeEmail": "sendWelcomeEmail", "": "",
		"members[3]": "users[3]", "emailAlias": "email_alias", "checkGroup": "group_id", "matching": "matching_conditions",
		"matching.conditions[1].field": "matching_conditions.conditions[1].message_field", "success.required": "success_conditions.required_conditions",
		"warning.conditions[0].value": "warning_conditions.conditions[0].value", "defaultStatus": "default_status",
		"interval.unit": "interval_type", "interval.value": "interval_value", "overdueMinutes": "overdue_minutes",
		"window.start": "window_start", "window.end": "window_end", "window.days[2]": "active_days[2]", "overdueMinutesX": "overdueMinutesX",
	} {
		if got := argument(path); got != want {
			t.Errorf("argument(%q) = %q, want %q", path, got, want)
		}
	}
}

// broken is a verifier that cannot do its work.
type broken struct {
	dialect.Verifier
	err error
}

func (b broken) Token(context.Context, roster.Face, string) (roster.Actor, error) {
	return roster.Actor{}, b.err
}

func (b broken) Operator(context.Context, roster.Face, string) (roster.Actor, error) {
	return roster.Actor{}, b.err
}

func TestFailuresThatAreNotTheCallersSaySo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err        error
		status     int
		retryAfter string
		body       string
	}{
		{
			&roster.Error{Kind: roster.Unavailable, Detail: "the disk is full", RetryAfter: 1700 * time.Millisecond, Err: errors.New("secret cause")},
			503, "2", `{"error":{"id":"unavailable","message":"the disk is full"}}`,
		},
		{&roster.Error{Kind: roster.RateLimited, Detail: "too many calls today", RetryAfter: time.Minute}, 429, "60", `{"error":{"id":"too-many-requests","message":"too many calls today"}}`},
		{errors.New("secret cause"), 500, "", `{"error":{"id":"internal-error","message":"Roster failed to do this; its log says why under request r-17"}}`},
		{&roster.Error{Kind: roster.NotFound}, 404, "", `{"error":{"id":"not-found","message":"not found"}}`},
		{&roster.Error{Kind: roster.Stale}, 409, "", `{"error":{"id":"changed-meanwhile","message":"stale"}}`},
	} {
		mux := http.NewServeMux()
		Register(mux, Options{Directory: directory.New(directory.Options{}), Verifier: broken{err: c.err}, Log: slog.New(slog.DiscardHandler)})
		r := httptest.NewRequest("GET", "/getUsers", nil)
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r.WithContext(dialect.WithOrigin(r.Context(), &dialect.Origin{RequestID: "r-17"})))
		if w.Code != c.status || w.Header().Get("Retry-After") != c.retryAfter || w.Body.String() != c.body {
			t.Errorf("%v is answered %d, Retry-After %q,\n%s", c.err, w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
}

func TestErrorsAs200KeepsWhatMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{400: 200, 401: 200, 403: 200, 404: 200, 409: 200, 413: 200, 415: 200, 429: 429, 500: 500, 503: 503} {
		if got := errorsAs200(roster.Actor{ErrorsAs200: true}, status); got != want {
			t.Errorf("%d becomes %d, want %d", status, got, want)
		}
		if got := errorsAs200(roster.Actor{}, status); got != status {
			t.Errorf("%d becomes %d for another token", status, got)
		}
	}
}
