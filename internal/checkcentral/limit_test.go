package checkcentral_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

func TestATokenHasSoManyCallsADay(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{DailyLimit: 3})
	office(t, e)
	e.Token(t, directory.NewToken{Name: "lenient", Access: roster.AccessRead, ErrorsAs200: true})
	over := refused("too-many-requests", "the token has had its 3 calls of this day (UTC)")
	for i, c := range []struct {
		wait    time.Duration
		request string
		status  int
		retry   string
		body    string
	}{
		{0, "GET /getUserGroups?apiToken={token read}&userGroupName=none", 200, "", `{"userGroups":[]}`},
		{0, "GET /getUserGroups?apiToken={token read}&userGroupId=1&userGroupId=2", 400, "", ""}, // errors count, too
		{0, "GET /getUserGroups?apiToken={token read}x", 401, "", ""},                            // who is not known does not
		{0, "PUT /getUserGroups?apiToken={token read}", 405, "", ""},
		{0, "POST /createUser?apiToken={token read}\nContent-Type: application/json\n\n{}", 403, "", ""},
		{0, "GET /getUserGroups?apiToken={token read}", 429, "21600", over}, // the clock says 18:00
		{0, "GET /getUserGroups?apiToken={token read}x", 401, "", ""},
		{0, "GET /getUserGroups?apiToken={token write}&userGroupName=none", 200, "", `{"userGroups":[]}`},
		{90 * time.Minute, "GET /getUserGroups?apiToken={token read}", 429, "16200", over},
		{0, "GET /getUserGroups?apiToken={token lenient}&userGroupName=none", 200, "", ""},
		{0, "GET /getUserGroups?apiToken={token lenient}&userGroupName=none", 200, "", ""},
		{0, "GET /getUserGroups?apiToken={token lenient}&userGroupName=none", 200, "", ""},
		{0, "GET /getUserGroups?apiToken={token lenient}&userGroupName=none", 429, "16200", over}, // also where errors are 200
		{4*time.Hour + 30*time.Minute, "GET /getUserGroups?apiToken={token read}&userGroupName=none", 200, "", `{"userGroups":[]}`},
	} {
		e.Advance(c.wait)
		w := e.Do(t, "", c.request)
		if w.Code != c.status || w.Header().Get("Retry-After") != c.retry || c.body != "" && w.Body.String() != c.body {
			t.Errorf("call %d is answered %d, Retry-After %q\n%s", i, w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
}

func TestWithoutALimitNobodyIsTurnedAway(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	office(t, e)
	for range 200 {
		if w := e.Do(t, "", "GET /getUserGroups?apiToken={token read}&userGroupName=none"); w.Code != 200 {
			t.Fatalf("answered %d %s", w.Code, w.Body)
		}
	}
}

func TestATokenMadeSoGetsItsErrorsAs200(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		person("there@example.com")(t, e)
		e.Token(t, directory.NewToken{Name: "lenient", Access: roster.AccessReadWrite, ErrorsAs200: true})
		e.Token(t, directory.NewToken{Name: "lenient reader", Access: roster.AccessRead, ErrorsAs200: true})
		e.Token(t, directory.NewToken{Name: "dead", Access: roster.AccessRead, ErrorsAs200: true})
		e.Revoke(t, "dead")
	}
	as := func(token, call, body string) string {
		return "POST /" + call + "/?apiToken={token " + token + "}\nContent-Type: application/json\n\n" + body
	}
	taken := failed("email-in-use", "email", `\"there@example.com\" belongs to another user already`)
	nowhere := refused("not-found", "There is nothing at this address.")
	const twice = "GET /getUsers?apiToken={token %s}&userId=1&userId=2"
	unread := refused("invalid-request", `the arguments cannot be read: \"userId\" is given twice`)
	rows := []dialecttest.Scenario{
		{Name: "success", Request: as("lenient", "createUser", `{"email":"new@example.com","accessLevel":"user"}`), Status: 200, Body: made("new@example.com", "new@example.com", "user")},
		{Name: "invalid", Request: as("lenient", "createUser", `{}`), Status: 200, Body: failed("invalid-request", "email", "is required", "accessLevel", "is required")},
		{Name: "invalid, another token", Request: as("write", "createUser", `{}`), Status: 400, Body: failed("invalid-request", "email", "is required", "accessLevel", "is required")},
		{Name: "no JSON", Request: as("lenient", "createUser", `[]`), Status: 200, Body: refused("invalid-request", "the body must be a JSON object, not an array")},
		{Name: "conflict", Request: as("lenient", "createUser", `{"email":"there@example.com","accessLevel":"user"}`), Status: 200, Body: taken},
		{Name: "conflict, another token", Request: as("write", "createUser", `{"email":"there@example.com","accessLevel":"user"}`), Status: 409, Body: taken},
		{Name: "not allowed", Request: as("lenient reader", "createUser", `{}`), Status: 200, Body: refused("not-allowed", "this credential may only read")},
		{Name: "not found", Request: as("lenient", "deleteUserGroup", `{"id":"`+nobody+`"}`), Status: 200, Body: failed("not-found", "id", `names no group: \"`+nobody+`\"`)},
		{Name: "a filter twice", Request: fmt.Sprintf(twice, "lenient"), Status: 200, Body: unread},
		{Name: "a filter twice, another token", Request: fmt.Sprintf(twice, "read"), Status: 400, Body: unread},
		{Name: "too large", Request: as("lenient", "createUser", `{"email":"`+strings.Repeat("x", dialect.MaxBody)+`"}`), Status: 200, Body: refused("body-too-large", "The body is longer than 1048576 bytes.")},
		{Name: "another type", Request: "POST /createUser?apiToken={token lenient}\n\n{}", Status: 200, Body: refused("unsupported-media-type", "Send the body as JSON, with the header Content-Type: application/json.")},
		{Name: "the wrong method", Request: "GET /createUser?apiToken={token lenient}", Status: 200, Header: map[string]string{"Allow": "POST"}, Body: refused("method-not-allowed", "Call this endpoint with POST.")},
		{Name: "the wrong method with a slash at the end", Request: "DELETE /getUsers/?apiToken={token lenient}", Status: 200, Body: refused("method-not-allowed", "Call this endpoint with GET.")},
		{Name: "TRACE", Request: "TRACE /getUsers/?apiToken={token lenient}", Status: 200, Body: refused("method-not-allowed", "Call this endpoint with GET.")},
		{Name: "the wrong method, another token", Request: "GET /createUser?apiToken={token read}", Status: 405, Body: refused("method-not-allowed", "Call this endpoint with POST.")},
		{Name: "the wrong method, a revoked token", Request: "GET /createUser?apiToken={token dead}", Status: 405, Body: refused("method-not-allowed", "Call this endpoint with POST.")},
		{Name: "an unknown call", Request: "POST /createUsers/?apiToken={token lenient}\n\n{}", Status: 200, Body: nowhere},
		{Name: "an unknown call in a browser", Request: "GET /createUsers?apiToken={token lenient}\nAccept: text/html", Status: 200, Body: nowhere},
		{Name: "an unknown call with a Bearer header", As: "Bearer {token lenient}", Request: "PUT /any/path", Status: 200, Body: nowhere},
		{Name: "an unknown call of an organization", Request: "GET /o/default/getUser?apiToken={token lenient}", Status: 200, Body: nowhere},
		{Name: "an unknown call, another token", Request: "GET /getUser?apiToken={token read}", Status: 404, Body: nowhere},
		{Name: "an unknown call without a token", Request: "GET /getUser", Status: 404, Body: nowhere},
		{Name: "a page of another site", Request: "POST /createUser?apiToken={token lenient}\nOrigin: https://elsewhere.example.com\n\n{}", Status: 200, Body: crossOrigin},
		{Name: "a revoked token is nobody's", Request: "GET /getUsers?apiToken={token dead}", Status: 401, Body: refused("invalid-token", "the API token is missing or not valid")},
		{Name: "a mistyped token is nobody's", Request: "GET /getUsers?apiToken={token lenient}x", Status: 401, Body: refused("invalid-token", "the API token is missing or not valid")},
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}
