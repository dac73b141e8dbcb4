package graze

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

func TestEveryKindOfErrorHasAStatus(t *testing.T) {
	t.Parallel()
	documented := []int{400, 401, 403, 404, 413, 415, 429, 500, 503}
	for _, kind := range roster.Kinds {
		status := statuses[kind]
		known := false
		for _, s := range documented {
			known = known || s == status
		}
		if !known {
			t.Errorf("%v is %d, which Graze does not have", kind, status)
		}
	}
}

func TestCanonicalNamesAreSaidInGrazesWords(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"userName": "username", "displayName": "fullname", "emails": "email", "roles[1]": "roles[1]",
		"primaryGroup": "primary_group", "department": "department", "joinedAt": "joined", "timezone": "timezone",
		"phoneNumbers": "contact_num", "sessionExpiry": "session_expiry", "teams[0]": "teams[0]",
		"competencies[3].ranking": "competencies[3].ranking", "emails[0].value": "email[0].value", "id": "user_id", "": "",
	} {
		if got := userWords.argument(path); got != want {
			t.Errorf("userWords.argument(%q) = %q, want %q", path, got, want)
		}
	}
}

// broken is a verifier that cannot do its work.
type broken struct{ err error }

func (b broken) Password(context.Context, roster.Face, roster.Permissions, string, string) (roster.Actor, error) {
	return roster.Actor{}, b.err
}

func (b broken) Session(context.Context, roster.Face, roster.Permissions, string) (roster.Actor, error) {
	return roster.Actor{}, b.err
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
			&roster.Error{Kind: roster.Unavailable, Detail: "too many passwords are being checked at once; try again", RetryAfter: 1700 * time.Millisecond, Err: errors.New("secret cause")},
			503, "2",
			`{"message":"too many passwords are being checked at once; try again","statusCode":503,"additional":{"debugMessage":"too many passwords are being checked at once; try again"}}`,
		},
		{
			&roster.Error{Kind: roster.RateLimited, Detail: "too many attempts", RetryAfter: time.Minute},
			429, "60",
			`{"message":"too many attempts","statusCode":429,"additional":{"debugMessage":"too many attempts"}}`,
		},
		{
			errors.New("secret cause: constraint failed"), 500, "",
			`{"message":"Roster failed to do this; its log says why","statusCode":500,"additional":{"debugMessage":"request r-17"}}`,
		},
		{
			&roster.Error{Kind: roster.Stale}, 503, "",
			`{"message":"stale","statusCode":503,"additional":{"debugMessage":"stale"}}`,
		},
	} {
		mux := http.NewServeMux()
		Register(mux, Options{Directory: directory.New(directory.Options{}), Verifier: broken{c.err}, Log: slog.New(slog.DiscardHandler)})
		r := httptest.NewRequest("GET", "/graze/v1/getUsers", nil)
		r.SetBasicAuth("graze", "graze")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r.WithContext(dialect.WithOrigin(r.Context(), &dialect.Origin{RequestID: "r-17"})))
		if w.Code != c.status || w.Header().Get("Retry-After") != c.retryAfter || strings.TrimSpace(w.Body.String()) != c.body {
			t.Errorf("%v is answered %d, Retry-After %q,\n%s", c.err, w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
}
