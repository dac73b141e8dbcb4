package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/api"
	"roster/internal/checkcentral"
	"roster/internal/dialect"
	"roster/internal/dialect/dialecttest"
	"roster/internal/graze"
)

// crowd is a gate at which too many wait.
type crowd struct{ held int }

func (*crowd) Busy() bool             { return true }
func (*crowd) Ask() error             { return &roster.Error{Kind: roster.Unavailable, RetryAfter: time.Second} }
func (c *crowd) Hold(context.Context) { c.held++ }

// nobody is a verifier that counts how often it is asked, and lets nobody in.
type nobody struct{ asked int }

func (n *nobody) refuse() (roster.Actor, error) {
	n.asked++
	return roster.Actor{}, &roster.Error{Kind: roster.Unauthenticated}
}

func (n *nobody) Password(context.Context, roster.Face, roster.Permissions, string, string) (roster.Actor, error) {
	return n.refuse()
}

func (n *nobody) Session(context.Context, roster.Face, roster.Permissions, string) (roster.Actor, error) {
	return n.refuse()
}

func (n *nobody) Token(context.Context, roster.Face, string) (roster.Actor, error) { return n.refuse() }

func (n *nobody) Operator(context.Context, roster.Face, string) (roster.Actor, error) {
	return n.refuse()
}

func TestEveryCallThatSetsAPasswordIsRefusedBeforeItsCredentialIsLookedAt(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	verifier := &nobody{}
	mux, log := http.NewServeMux(), slog.New(slog.DiscardHandler)
	graze.Register(mux, graze.Options{Directory: e.Directory, Verifier: verifier, Log: log})
	api.Register(mux, api.Options{Directory: e.Directory, Verifier: verifier, Log: log, Now: time.Now})
	const id = "019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55"
	for _, call := range []string{
		`POST /graze/v1/createUser {"username":"a","roles":["Operator"],"email":"a@example.com","fullname":"A"PASSWORD}`,
		`POST /graze/v1/updateUser {"username":"a"PASSWORD}`,
		`POST /api/v1/users {"userName":"a"PASSWORD}`,
		`PUT /api/v1/users?match=userName {"userName":"a"PASSWORD}`,
		`PATCH /api/v1/users/` + id + ` {"displayName":"A"PASSWORD}`,
		`POST /api/v1/users/batch {"users":[{"userName":"a"},{"userName":"b"PASSWORD}]}`,
		`PUT /api/v1/users/` + id + `/password {"password":"seven slow herons"}`,
	} {
		for _, password := range []string{"", `,"password":"seven slow herons"`} {
			if password == "" && !strings.Contains(call, "PASSWORD") {
				continue
			}
			method, rest, _ := strings.Cut(call, " ")
			path, body, _ := strings.Cut(rest, " ")
			r := httptest.NewRequest(method, path, strings.NewReader(strings.Replace(body, "PASSWORD", password, 1)))
			r.Header.Set("Content-Type", "application/json")
			if method == http.MethodPatch {
				r.Header.Set("Content-Type", "application/merge-patch+json")
			}
			r.SetBasicAuth("a", "b")
			g := &crowd{}
			r = r.WithContext(dialect.WithOrigin(r.Context(), &dialect.Origin{Organization: roster.DefaultOrganization, Gate: g}))
			w := httptest.NewRecorder()
			verifier.asked = 0
			mux.ServeHTTP(w, r)
			want, asked := http.StatusServiceUnavailable, 0
			if password == "" && strings.Contains(call, "PASSWORD") {
				want, asked = http.StatusUnauthorized, 1 // it needs no hash, and goes on
			}
			if w.Code != want || verifier.asked != asked || g.held != 1-asked {
				t.Errorf("%s %s: %d, %d credentials looked at, %d held: %s", call, password, w.Code, verifier.asked, g.held, w.Body)
			}
			if want == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
				t.Errorf("%s: no Retry-After", call)
			}
		}
	}
}

// operator is a verifier that takes everybody for the operator of an organization.
type operator struct{ of roster.OrganizationID }

func (o operator) everybody() (roster.Actor, error) {
	return roster.Actor{Kind: roster.ActorOperator, OrganizationID: o.of}, nil
}

func (o operator) Password(context.Context, roster.Face, roster.Permissions, string, string) (roster.Actor, error) {
	return o.everybody()
}

func (o operator) Session(context.Context, roster.Face, roster.Permissions, string) (roster.Actor, error) {
	return o.everybody()
}

func (o operator) Token(context.Context, roster.Face, string) (roster.Actor, error) {
	return o.everybody()
}

func (o operator) Operator(context.Context, roster.Face, string) (roster.Actor, error) {
	return o.everybody()
}

func TestACallThatNeedsNoHashIsDoneWhileTooManyWaitForOne(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	mux, log, verifier := http.NewServeMux(), slog.New(slog.DiscardHandler), operator{e.By.OrganizationID}
	graze.Register(mux, graze.Options{Directory: e.Directory, Verifier: verifier, Log: log})
	checkcentral.Register(mux, checkcentral.Options{Directory: e.Directory, Verifier: verifier, Log: log})
	api.Register(mux, api.Options{Directory: e.Directory, Verifier: verifier, Log: log, Now: time.Now})
	for _, call := range []string{
		`POST /graze/v1/createUser {"username":"a","roles":["Operator"],"email":"a@example.com","fullname":"A"}`,
		`POST /graze/v1/updateUser {"username":"a","fullname":"B"}`,
		`POST /createUser {"email":"b@example.com","name":"B","accessLevel":"user"}`,
		`POST /updateUser {"email":"b@example.com","name":"C"}`,
		`POST /api/v1/users {"userName":"c"}`,
		`PUT /api/v1/users?match=userName {"userName":"c","displayName":"C"}`,
		`POST /api/v1/users/batch {"users":[{"userName":"d"}]}`,
	} {
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer x")
		if strings.HasPrefix(path, "/graze") {
			r.SetBasicAuth("a", "b")
		}
		r = r.WithContext(dialect.WithOrigin(r.Context(), &dialect.Origin{Organization: roster.DefaultOrganization, Gate: &crowd{}}))
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code > 201 {
			t.Errorf("%s: %d %s", call, w.Code, w.Body)
		}
	}
}
