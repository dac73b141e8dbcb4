package api_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

const password = "seven slow herons over the weir"

// people creates users who sign in themselves.
func people(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	office(t, e)
	for _, name := range []string{"ann", "bob", "cat"} {
		e.User(t, directory.NewUser{UserName: name, Password: password})
	}
	e.User(t, directory.NewUser{UserName: "boss", Password: password, AccessLevel: roster.LevelAdministrator})
}

// oneSession returns a session as the API shows it.
const oneSession = `{"id":"…","face":"web","createdAt":"2026-11-21T18:00:00Z","lastUsedAt":"2026-11-21T18:00:00Z","expiresAt":"2026-11-22T06:00:00Z"}`

// setCookie is the cookie that a sign-in over plain HTTP sets.
var setCookie = regexp.MustCompile(`^roster_session=([0-9a-f]{32}); Path=/; HttpOnly; SameSite=Lax$`)

// signIn opens a session and returns the cookie that a browser would send, and the session's id.
func signIn(t testing.TB, e *dialecttest.Env, name string) (cookie, id string) {
	t.Helper()
	w := e.Do(t, name+":"+password, "POST /api/v1/sessions")
	m := setCookie.FindStringSubmatch(w.Header().Get("Set-Cookie"))
	if w.Code != 201 || m == nil {
		t.Fatalf("signing in is answered %d %v %s", w.Code, w.Header(), w.Body)
	}
	if strings.Contains(w.Body.String(), m[1]) {
		t.Error("the token is in the body")
	}
	id, found := strings.CutPrefix(w.Header().Get("Location"), "/api/v1/sessions/")
	if !found || !strings.Contains(w.Body.String(), id) {
		t.Errorf("the session is at %s", w.Header().Get("Location"))
	}
	return "Cookie: roster_session=" + m[1], id
}

// answers checks the status of one request.
func answers(t testing.TB, e *dialecttest.Env, as, request string, status int) {
	t.Helper()
	if w := e.Do(t, as, request); w.Code != status {
		t.Errorf("%s is answered %d %s, want %d", request, w.Code, w.Body, status)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: described(people)}, []dialecttest.Scenario{
		{
			Name: "a name and a password open one", As: "ann:" + password, Status: 201, Request: "POST /api/v1/sessions", Body: oneSession,
			After: func(t testing.TB, e *dialecttest.Env) {
				cookie, id := signIn(t, e, "ann")
				w := e.Do(t, "", "GET /api/v1/sessions\n"+cookie)
				if w.Code != 200 || strings.Count(w.Body.String(), `"face":"web"`) != 2 || !strings.Contains(w.Body.String(), id) {
					t.Errorf("the sessions are %s", w.Body)
				}
				first := e.Do(t, "", "GET /api/v1/sessions?limit=1\n"+cookie).Body.String()
				next := regexp.MustCompile(`"next":"([^"]+)"`).FindStringSubmatch(first)
				if next == nil || strings.Contains(first, id) {
					t.Fatalf("the first page is %s", first)
				}
				second := e.Do(t, "", "GET /api/v1/sessions?cursor="+next[1]+"\n"+cookie).Body.String()
				if strings.Contains(second, "next") || !strings.Contains(second, id) {
					t.Errorf("the second page is %s", second)
				}
			},
		},
		{
			Name: "a session opens no other one", Status: 403,
			Given:   func(t testing.TB, e *dialecttest.Env) { c, _ := signIn(t, e, "bob"); e.Set("cookie bob", c) },
			Request: "POST /api/v1/sessions\n{cookie bob}",
			Body:    problemOf + `forbidden","title":"The credential may not do this","status":403,"detail":"this needs a user's name and password (Authorization: Basic)","requestId":"…"}`,
		},
		{
			Name: "nor does a token", As: "Bearer {token write}", Status: 403, Request: "POST /api/v1/sessions",
			Body: problemOf + `forbidden","title":"The credential may not do this","status":403,"detail":"this needs a user's name and password (Authorization: Basic)","requestId":"…"}`,
		},
		{
			Name: "a wrong password opens none", As: "ann:wrong", Status: 401, Request: "POST /api/v1/sessions", Header: map[string]string{"Set-Cookie": ""},
			Body: unproved,
		},
		{
			Name: "a token of the organization has none", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/sessions", Body: `{"items":[]}`,
		},
		{
			Name: "the current one ends and takes the cookie along", Status: 204, Header: map[string]string{
				"Set-Cookie": "roster_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
			},
			Given:   func(t testing.TB, e *dialecttest.Env) { c, _ := signIn(t, e, "cat"); e.Set("cookie cat", c) },
			Request: "DELETE /api/v1/sessions/current\n{cookie cat}",
			After: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "", "GET /api/v1/sessions\n{cookie cat}", 401)
				keep, _ := signIn(t, e, "cat")
				_, id := signIn(t, e, "cat")
				w := e.Do(t, "", "DELETE /api/v1/sessions/"+id+"\n"+keep)
				if w.Code != 204 || w.Header().Get("Set-Cookie") != "" {
					t.Errorf("ending another one is answered %d %v", w.Code, w.Header())
				}
				answers(t, e, "", "DELETE /api/v1/sessions/"+id+"\n"+keep, 404)
				answers(t, e, "", "GET /api/v1/users/me\n"+keep, 200)
			},
		},
		{
			Name: "a password is no session", As: "bob:" + password, Status: 404, Request: "DELETE /api/v1/sessions/current",
			Body: problemOf + `not-found","title":"There is nothing here","status":404,"detail":"The request is of no session.","requestId":"…"}`,
		},
		{
			Name: "somebody else's is not there", As: "bob:" + password, Status: 404,
			Given:   func(t testing.TB, e *dialecttest.Env) { _, id := signIn(t, e, "boss"); e.Set("id boss", id) },
			Request: "DELETE /api/v1/sessions/{id boss}",
			Body:    problemOf + `not-found","title":"There is no such record","status":404,"detail":"There is no such record, or none that this credential may see.","requestId":"…"}`,
		},
	}...)
}

func TestSessionsOfUsers(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: described(people)}, []dialecttest.Scenario{
		{
			Name: "an administrator sees them, and ends one or all", As: "boss:" + password, Status: 200, Request: "GET /api/v1/users/{user ann}/sessions",
			Given: func(t testing.TB, e *dialecttest.Env) {
				c, id := signIn(t, e, "ann")
				e.Set("cookie ann", c)
				e.Set("id ann", id)
			},
			Body: `{"items":[` + oneSession + `]}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "boss:"+password, "DELETE /api/v1/users/{user ann}/sessions/{id ann}", 204)
				answers(t, e, "boss:"+password, "DELETE /api/v1/users/{user ann}/sessions/{id ann}", 404)
				answers(t, e, "", "GET /api/v1/sessions\n{cookie ann}", 401)
				one, _ := signIn(t, e, "ann")
				two, _ := signIn(t, e, "ann")
				answers(t, e, "boss:"+password, "DELETE /api/v1/users/{user ann}/sessions", 204)
				answers(t, e, "", "GET /api/v1/sessions\n"+one, 401)
				answers(t, e, "", "GET /api/v1/sessions\n"+two, 401)
			},
		},
		{
			Name: "a user sees its own", As: "bob:" + password, Status: 200, Request: "GET /api/v1/users/me/sessions", Body: `{"items":[]}`,
		},
		{
			Name: "and nobody else's", As: "bob:" + password, Status: 404, Request: "GET /api/v1/users/{user ann}/sessions",
			Body: `{"type":"urn:roster:problem:not-found","title":"There is no such record","status":404,"detail":"…","requestId":"…"}`,
		},
	}...)
}

func TestASessionIsOverAfterTwelveHours(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	people(t, e)
	cookie, _ := signIn(t, e, "ann")
	for range 23 {
		e.Advance(30 * time.Minute)
		answers(t, e, "", "GET /api/v1/users/me\n"+cookie, 200)
	}
	e.Advance(30 * time.Minute)
	answers(t, e, "", "GET /api/v1/users/me\n"+cookie, 401)
}
