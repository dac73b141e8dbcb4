package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// refused returns the body of an error.
func refused(status int, word, title, detail string, faults ...string) string {
	errors := ""
	if len(faults) > 0 {
		errors = `,"errors":[` + strings.Join(faults, ",") + `]`
	}
	return fmt.Sprintf(`{"type":"urn:roster:problem:%s","title":%q,"status":%d,"detail":"%s","requestId":"…"%s}`, word, title, status, detail, errors)
}

// takenBy adds the existing record to a conflict.
func takenBy(conflict, record string) string {
	return strings.TrimSuffix(conflict, "}") + `,"existing":{` + record + `}}`
}

// The most common problems.
func malformed(detail string, faults ...string) string {
	return refused(400, "invalid", "The request cannot be read", detail, faults...)
}

func invalid(detail string, faults ...string) string {
	return refused(422, "invalid", "The request is not valid", detail, faults...)
}

var missing = refused(404, "not-found", "There is no such record", "There is no such record, or none that this credential may see.")

func forbidden(detail string) string {
	return refused(403, "forbidden", "The credential may not do this", detail)
}

// forbiddenAt returns the answer to a request with one member that the caller may not set.
func forbiddenAt(member, detail string) string {
	return refused(403, "forbidden", "The credential may not do this", member+" "+detail, at(member, detail))
}

func stale(detail string) string {
	return refused(412, "stale", "The record has changed", detail)
}

// at returns a fault in the body, parameter one in the query, header one in a header.
func at(pointer, detail string) string {
	return fmt.Sprintf(`{"pointer":"#/%s","detail":"%s"}`, pointer, detail)
}

func parameter(name, detail string) string {
	return fmt.Sprintf(`{"parameter":"%s","detail":"%s"}`, name, detail)
}

func header(name, detail string) string {
	return fmt.Sprintf(`{"header":"%s","detail":"%s"}`, name, detail)
}

// with returns a request with a JSON body.
func with(call, body string) string { return call + "\nContent-Type: application/json\n\n" + body }

var (
	unproved = refused(401, "unauthenticated", "A credential is needed",
		"The credential is not valid here: it is mistyped, expired or revoked, of another organization, or its user may not sign in. Check it, sign in again, or ask an administrator for another one.")
	without = refused(401, "unauthenticated", "A credential is needed",
		"This request has no credential. Send an API token (Authorization: Bearer), a userName and password (Authorization: Basic), or the cookie of a session.")
	nowhere = refused(404, "not-found", "There is nothing here", "There is nothing at this path.")
)

func TestWhoCalls(t *testing.T) {
	t.Parallel()
	const get = "GET /api/v1/permissions?limit=1"
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		e.Token(t, directory.NewToken{Name: "gone", Access: roster.AccessRead})
		e.Revoke(t, "gone")
		e.User(t, directory.NewUser{UserName: "ann", Password: "seven slow herons", AccessLevel: roster.LevelReadonly})
		e.User(t, directory.NewUser{UserName: "graze", Password: "seven slow herons", Roles: []roster.Ref{{Name: "Grazer"}}})
		e.User(t, directory.NewUser{UserName: "off", Password: "seven slow herons", Active: roster.Some(false)})
		e.Session(t, "graze", "seven slow herons")
	}
	denied := map[string]string{"WWW-Authenticate": `Bearer realm="Roster"`, "Cache-Control": "no-store"}
	row := func(name, as, headers string, status int, body string) dialecttest.Scenario {
		s := dialecttest.Scenario{Name: name, As: as, Request: "GET /api/v1/users/me" + headers, Status: status, Body: body}
		if status == 401 {
			s.Header = denied
		}
		return s
	}
	nobody := refused(404, "not-found", "There is nothing here", "This credential belongs to no user.")
	dialecttest.Run(t, dialecttest.World{Given: described(given)}, []dialecttest.Scenario{
		row("nobody", "", "", 401, without),
		row("another cookie", "", "\nCookie: other=x", 401, without),
		row("a token", "Bearer {token read}", "", 404, nobody),
		row("a token in small letters", "", "\nAuthorization: bearer {token read}", 404, nobody),
		row("a token that was revoked", "Bearer {token gone}", "", 401, unproved),
		row("a token that is none", "Bearer x", "", 401, unproved),
		row("no token", "", "\nAuthorization: Bearer", 401, unproved),
		row("a wrong password", "ann:x", "", 401, unproved),
		row("a user that is not active", "off:seven slow herons", "", 401, unproved),
		row("a user that is not there", "nobody:seven slow herons", "", 401, unproved),
		row("a scheme that is none of ours", "", "\nAuthorization: Digest x", 401, unproved),
		row("Basic that cannot be read", "", "\nAuthorization: Basic %%%", 401, unproved),
		row("two headers", "", "\nAuthorization: Bearer {token read}\nAuthorization: Bearer {token read}", 401, unproved),
		row("a cookie that is none", "", "\nCookie: roster_session=x", 401, unproved),
		row("two cookies", "", "\nCookie: roster_session=x; roster_session=y", 401, unproved),
		row("a session of Graze in the cookie", "", "\nCookie: roster_session={session graze}", 401, unproved),
		row("a session of Graze as a token", "Bearer {session graze}", "", 401, unproved),
		row("the header counts before the cookie", "Bearer {token read}", "\nCookie: roster_session=x", 404, nobody),
		{
			Name: "a token in the URL", Request: "GET /api/v1/groups?apiToken={token read}", Status: 400,
			Body: malformed("a secret does not belong in the URL: send it in the header Authorization"),
		},
		{
			Name: "a secret in the URL besides a credential", As: "Bearer {token read}", Request: "GET /api/v1/groups?password=x", Status: 400,
			Body: malformed("a secret does not belong in the URL: send it in the header Authorization"),
		},
		{
			Name: "a token at its organization", As: "Bearer {token read}", Request: "GET /o/default/api/v1/users/me", Status: 404, Body: nobody,
		},
		{
			Name: "a token at another organization", As: "Bearer {token read}", Request: "GET /o/other/api/v1/users/me", Status: 401, Body: unproved,
		},
		{Name: "nobody at another organization", Request: "GET /o/other/api/v1/users/me", Status: 401, Header: denied, Body: without},
		{
			Name: "one unknown parameter", As: "Bearer {token read}", Request: get, Status: 400,
			Body: malformed("limit is no parameter of this call", parameter("limit", "is no parameter of this call")),
		},
	}...)
}

func TestWhatHTTPItselfRefuses(t *testing.T) {
	t.Parallel()
	const create = "POST /api/v1/groups"
	const media = "Send the body as JSON, with the header Content-Type: application/json."
	wrongType := refused(415, "unsupported-media-type", "The type of the body is not taken here", media)
	crossOrigin := forbidden("A page of another site may not send this. If that page is Roster behind a proxy, set --public-url to the address that the browser shows.")
	unread := func(name, body, why string) dialecttest.Scenario {
		const begin = "the body is not JSON that can be read: "
		return dialecttest.Scenario{Name: name, Request: with(create, body), Status: 400, Body: malformed(begin + why)}
	}
	rows := []dialecttest.Scenario{
		{Name: "no such path", Request: "GET /api/v1/nothing", Status: 404, Body: nowhere},
		{Name: "no such version", Request: "GET /api/v2/groups", Status: 404, Body: nowhere},
		{Name: "the root", Request: "GET /api/v1/", Status: 404, Body: nowhere},
		{Name: "OPTIONS", Request: "OPTIONS /o/default/api/v1/groups", Status: 204, Header: map[string]string{"Allow": "GET, HEAD, POST"}},
		{Name: "OPTIONS of what is not there", Request: "OPTIONS /api/v1/nothing", Status: 404, Body: nowhere},
		{Name: "a path with a NUL", Request: "GET /api/v1/groups/%00", Status: 404, Body: nowhere},
		{Name: "a path that is not UTF-8", Request: "GET /api/v1/groups/%ff", Status: 404, Body: nowhere},
		{
			Name: "another method", Request: "PATCH /api/v1/groups", Status: 405, Header: map[string]string{"Allow": "GET, HEAD, POST"},
			Body: refused(405, "method-not-allowed", "The method is not allowed here", "Call this endpoint with GET or HEAD or POST."),
		},
		{
			Name: "another method on one record", Request: "PUT /api/v1/groups/x", Status: 405, Header: map[string]string{"Allow": "GET, HEAD, PATCH, DELETE"},
			Body: refused(405, "method-not-allowed", "The method is not allowed here", "Call this endpoint with GET or HEAD or PATCH or DELETE."),
		},
		{
			Name: "a method that nobody knows", Request: "FROB /api/v1/groups", Status: 405, Header: map[string]string{"Allow": "GET, HEAD, POST"},
			Body: refused(405, "method-not-allowed", "The method is not allowed here", "Call this endpoint with GET or HEAD or POST."),
		},
		{
			Name: "the method of a path with a parameter on one without", Request: "GET /api/v1/users/batch", Status: 405, Header: map[string]string{"Allow": "POST"},
			Body: refused(405, "method-not-allowed", "The method is not allowed here", "Call this endpoint with POST."),
		},
		{
			Name: "HEAD of a path that only takes POST", Request: "HEAD /api/v1/users/batch", Status: 405, Header: map[string]string{"Allow": "POST"},
			Body: refused(405, "method-not-allowed", "The method is not allowed here", "Call this endpoint with POST."),
		},
		{
			Name: "a method that neither takes", Request: "PUT /api/v1/users/batch", Status: 405, Header: map[string]string{"Allow": "POST"},
			Body: refused(405, "method-not-allowed", "The method is not allowed here", "Call this endpoint with POST."),
		},
		{Name: "what is above the root", Request: "GET /api", Status: 404, Body: nowhere},
		{Name: "what is above the root, of an organization", Request: "GET /o/default/api", Status: 404, Body: nowhere},
		{
			Name: "TRACE", Request: "TRACE /api/v1/groups", Status: 405, Header: map[string]string{"Allow": "GET, HEAD, POST"},
			Body: refused(405, "method-not-allowed", "The method is not allowed here", "Call this endpoint with GET or HEAD or POST."),
		},
		{Name: "TRACE of what is not there", Request: "TRACE /api/v1/nothing", Status: 404, Body: nowhere},
		{
			Name: "TRACE of an organization", Request: "TRACE /o/default/api/v1/overview", Status: 405, Header: map[string]string{"Allow": "GET, HEAD"},
			Body: refused(405, "method-not-allowed", "The method is not allowed here", "Call this endpoint with GET or HEAD."),
		},
		{Name: "a page of another site", Request: with(create+"\nSec-Fetch-Site: cross-site", `{"displayName":"x"}`), Status: 403, Body: crossOrigin},
		{Name: "a page of another site, by its origin", Request: with("DELETE /o/default/api/v1/groups/x\nOrigin: https://elsewhere.example.com", `{}`), Status: 403, Body: crossOrigin},
		{Name: "HEAD", Request: "HEAD /api/v1/groups", Status: 200},
		{Name: "HEAD of what is not there", Request: "HEAD /api/v1/groups/x", Status: 404},
		{Name: "no type", Request: create + "\n\n{}", Status: 415, Body: wrongType},
		{Name: "a form", Request: create + "\nContent-Type: application/x-www-form-urlencoded\n\ndisplayName=x", Status: 415, Body: wrongType},
		{Name: "a merge patch where something is made", Request: create + "\nContent-Type: application/merge-patch+json\n\n{}", Status: 415, Body: wrongType},
		{
			Name: "a JSON Patch", Request: "PATCH /api/v1/groups/x\nContent-Type: application/json-patch+json\n\n[]", Status: 415,
			Body: refused(415, "unsupported-media-type", "The type of the body is not taken here", "Send the body as JSON, with the header Content-Type: application/merge-patch+json or application/json."),
		},
		{
			Name: "a compressed body", Request: create + "\nContent-Type: application/json\nContent-Encoding: gzip\n\n{}", Status: 415,
			Body: refused(415, "unsupported-media-type", "The type of the body is not taken here", "Send the body as it is, without a Content-Encoding."),
		},
		{
			Name: "a body that is too long", Request: with(create, `{"displayName":"`+strings.Repeat("x", 1<<20)+`"}`), Status: 413,
			Body: refused(413, "too-large", "The body is too large", "The body is longer than 1048576 bytes."),
		},
		{Name: "an array", Request: with(create, `[]`), Status: 400, Body: malformed("the body must be a JSON object, not an array")},
		{Name: "null", Request: with(create, `null`), Status: 400, Body: malformed("the body must be a JSON object, not null")},
		unread("nothing", "", "it ends too early, at byte 1"),
		unread("half a text", `{"displayName":"x"`, "it ends too early, at byte 19"),
		unread("a name twice", `{"displayName":"x","displayName":"y"}`, "a name comes twice in one object, at byte 20"),
		unread("bytes that are not UTF-8", "{\"displayName\":\"\xff\"}", "it is not valid UTF-8"),
		unread("something after the end", `{} {}`, "there is something after the end, at byte 4"),
		unread("a text that is too deep", strings.Repeat(`{"a":`, 33)+"1"+strings.Repeat("}", 33), "it is deeper than 32 levels, at byte 161"),
	}
	for i := range rows {
		rows[i].As = "Bearer {token write}"
	}
	dialecttest.Run(t, dialecttest.World{Given: described(office)}, rows...)
}

func TestParametersAreReadStrictly(t *testing.T) {
	t.Parallel()
	const limit, unread = "must be a whole number from 1 to 1000", "the arguments cannot be read: "
	one := func(name, query, parameterName, detail string) dialecttest.Scenario {
		return dialecttest.Scenario{
			Name: name, Request: "GET /api/v1/groups?" + query, Status: 400, Body: malformed(parameterName+" "+detail, parameter(parameterName, detail)),
		}
	}
	const cursor = "is not one of this list with these parameters"
	rows := []dialecttest.Scenario{
		one("no limit", "limit=0", "limit", limit),
		one("too high a limit", "limit=1001", "limit", limit),
		one("a limit that is no number", "limit=ten", "limit", limit),
		one("a limit beyond numbers", "limit=99999999999999999999", "limit", limit),
		one("a negative limit", "limit=-1", "limit", limit),
		one("a parameter that nobody knows", "Limit=5", "Limit", "is no parameter of this call"),
		one("a cursor that is none", "cursor=abc", "cursor", cursor),
		one("a cursor that is no base64", "cursor=%25", "cursor", cursor),
		one("a member that is none", "fields=id,colour", "fields", "names a member that the record does not have, in place 2; it has active, createdAt, description, displayName, id, memberCount, number, version"),
		one("a filter that ends too early", "filter=displayName+eq", "filter", "…"),
		one("a filter of what is no attribute", "filter=colour+eq+%22red%22", "filter", `names an unknown attribute: \"colour\"`),
		{Name: "a parameter twice", Request: "GET /api/v1/groups?limit=1&limit=2", Status: 400, Body: malformed(unread + `\"limit\" is given twice`)},
		{Name: "a malformed escape", Request: "GET /api/v1/groups?filter=%zz", Status: 400, Body: malformed(unread + "an escape with % is malformed")},
		{Name: "a NUL", Request: "GET /api/v1/groups?filter=%00", Status: 400, Body: malformed(unread + "one is not UTF-8, or holds a NUL character")},
		{Name: "an order that is none", Request: "GET /api/v1/users?sort=colour", Status: 400, Body: malformed(
			"sort must be one of: number, -number, userName, -userName, displayName, -displayName, email, -email", parameter("sort", "must be one of: number, -number, userName, -userName, displayName, -displayName, email, -email"))},
		{Name: "a switch that is none", Request: "GET /api/v1/tokens?revoked=maybe", Status: 400, Body: malformed("revoked must be true or false", parameter("revoked", "must be true or false"))},
		one("an empty limit", "limit=", "limit", limit),
		one("an empty filter", "filter=", "filter", "must be a string of 1 to 2000 characters"),
		one("a filter of blanks", "filter=%20", "filter", "must not be only blanks"),
		{Name: "an id of blanks", Request: "GET /api/v1/audit?target=%20", Status: 400, Body: malformed("target must not be only blanks", parameter("target", "must not be only blanks"))},
		{Name: "an empty day", Request: "GET /api/v1/events?from=", Status: 400, Body: malformed("from must be a time such as 2026-11-21T09:30:00Z", parameter("from", "must be a time such as 2026-11-21T09:30:00Z"))},
		{
			Name:    "everything at once, of parameters that mean something else in each call",
			Request: "GET /api/v1/groups?limit=0&filter=zz&fields=nope,id,,none&cursor=bad&sort=size", Status: 400,
			Body: malformed("filter is not understood at character 3: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr), found the end (and 4 more)",
				parameter("filter", "is not understood at character 3: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr), found the end"),
				parameter("fields", "names members that the record does not have, in places 1, 4; it has active, createdAt, description, displayName, id, memberCount, number, version"),
				parameter("cursor", cursor), parameter("limit", limit), parameter("sort", "must be one of: number, -number, displayName, -displayName")),
		},
		{
			Name: "everything at once, of a search", Request: "GET /api/v1/users?limit=0&fields=id&filter=active+eq+1+and+number+eq+%22x%22&search=%3F&sort=email", Status: 400,
			Body: malformed(`filter compares \"active\" with a number: it must be true or false, without quotation marks (and 4 more)`,
				parameter("filter", `compares \"active\" with a number: it must be true or false, without quotation marks`),
				parameter("filter", `compares \"number\" with a text: it must be a number, without quotation marks`),
				parameter("search", "must hold a letter or a digit"), parameter("sort", "is not possible together with search, which has an order of its own"), parameter("limit", limit)),
		},
		one("an hour of one digit", "limit=1&filter=createdAt+gt+%22yesterday%22", "filter", `compares \"createdAt\" with a text: it must be a time such as \"2026-11-21T09:30:00Z\"`),
		{
			Name: "everything at once", Request: "GET /api/v1/groups?limit=0&colour=red&size=5", Status: 400,
			Body: malformed("colour is no parameter of this call (and 2 more)", parameter("colour", "is no parameter of this call"), parameter("size", "is no parameter of this call"), parameter("limit", limit)),
		},
		{
			Name: "an If-Match that is no ETag", Request: "DELETE /api/v1/groups/x\nIf-Match: v1", Status: 400,
			Body: malformed(`If-Match must be one ETag of at most 255 characters, such as \"v3\", or *`, header("If-Match", `must be one ETag of at most 255 characters, such as \"v3\", or *`)),
		},
		{
			Name: "an Idempotency-Key with a blank", Request: "POST /api/v1/groups\nIdempotency-Key: a b\nContent-Type: application/json\n\n{}", Status: 400,
			Body: malformed("Idempotency-Key must be 1 to 255 visible ASCII characters (and 1 more)", header("Idempotency-Key", "must be 1 to 255 visible ASCII characters"), at("displayName", "is required")),
		},
		{
			Name: "an Idempotency-Key that is too long", Request: "POST /api/v1/groups\nIdempotency-Key: " + strings.Repeat("k", 256) + "\nContent-Type: application/json\n\n" + `{"displayName":"x"}`, Status: 400,
			Body: malformed("Idempotency-Key must be 1 to 255 visible ASCII characters", header("Idempotency-Key", "must be 1 to 255 visible ASCII characters")),
		},
		{
			Name: "an Idempotency-Key that is empty", Request: "POST /api/v1/groups\nIdempotency-Key: \nContent-Type: application/json\n\n" + `{"displayName":"x"}`, Status: 400,
			Body: malformed("Idempotency-Key must be 1 to 255 visible ASCII characters", header("Idempotency-Key", "must be 1 to 255 visible ASCII characters")),
		},
		{
			Name: "an If-Match that is empty", Request: "DELETE /api/v1/groups/x\nIf-Match: ", Status: 400,
			Body: malformed(`If-Match must be one ETag of at most 255 characters, such as \"v3\", or *`, header("If-Match", `must be one ETag of at most 255 characters, such as \"v3\", or *`)),
		},
		{
			Name: "what is wrong with header, parameter, body, and what the body names", Status: 400,
			Request: "PATCH /api/v1/groups/{group Network}?colour=red\nIf-Match: v1\nContent-Type: application/merge-patch+json\n\n" + `{"active":"yes","members":[5,"nobody"]}`,
			Body: malformed("colour is no parameter of this call (and 4 more)", parameter("colour", "is no parameter of this call"), header("If-Match", `must be one ETag of at most 255 characters, such as \"v3\", or *`),
				at("active", "must be true or false, or null"), at("members/0", "must be an id or a name, or an object with an id"), at("members/1", `names no user: \"nobody\"`)),
		},
	}
	for i := range rows {
		if rows[i].As = "Bearer {token write}"; strings.Contains(rows[i].Request, "/tokens") {
			rows[i].As = "boss:seven slow herons over the weir"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(people)}, rows...)
}

func TestACredentialIsCountedWhereThatIsSet(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{RateLimit: 2})
	described(office)(t, e)
	get := func(as string) (status int, policy, left, wait string) {
		w := e.Do(t, as, "GET /api/v1/groups")
		return w.Code, w.Header().Get("RateLimit-Policy"), w.Header().Get("RateLimit"), w.Header().Get("Retry-After")
	}
	for i, want := range []string{
		`200 "default";q=2;w=60 "default";r=1;t=60 `, `200 "default";q=2;w=60 "default";r=0;t=60 `, `429 "default";q=2;w=60 "default";r=0;t=60 60`,
	} {
		status, policy, left, wait := get("Bearer {token read}")
		if got := fmt.Sprint(status, " ", policy, " ", left, " ", wait); got != want {
			t.Errorf("request %d is answered %s, want %s", i+1, got, want)
		}
	}
	if status, _, _, _ := get("Bearer {token write}"); status != http.StatusOK {
		t.Errorf("another credential is answered %d", status)
	}
	e.Advance(60e9)
	if status, _, left, _ := get("Bearer {token read}"); status != http.StatusOK || left != `"default";r=1;t=60` {
		t.Errorf("a minute later the answer is %d, %s", status, left)
	}
}

func TestWithoutALimitNothingIsSaidOfOne(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	office(t, e)
	w := e.Do(t, "Bearer {token read}", "GET /api/v1/groups")
	if h := w.Header(); h.Get("RateLimit") != "" || h.Get("RateLimit-Policy") != "" || h.Get("Cache-Control") != "no-store" || h.Get("X-Request-Id") == "" {
		t.Errorf("the headers are %v", h)
	}
}
