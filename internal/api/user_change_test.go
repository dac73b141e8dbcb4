package api_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// own creates a user for one row of the table.
func own(name string) func(testing.TB, *dialecttest.Env) {
	return func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		e.User(t, directory.NewUser{
			UserName: name, DisplayName: "Mr " + name, Title: "Engineer", Email: name + "@example.com", Password: password, Groups: []roster.Ref{{Name: "Acme"}},
			PrimaryGroup: roster.Ref{Name: "Acme"}, Roles: []roster.Ref{{Name: "Operator"}}, AccessLevel: roster.LevelUser, TimeZone: "Europe/London", Properties: []byte(`{"a":1}`),
		})
	}
}

func TestUsersAreRead(t *testing.T) {
	t.Parallel()
	const get = "GET /api/v1/users/"
	ann := shown("{user ann}", "ann", `"groups":[],"teams"`, `"groups":[`+link("{group Acme}", "Acme")+`],"teams"`,
		`{"profile":"api","access":"api","groups":"api","reach":"api"}`, `{"profile":"system","access":"system","groups":"system","reach":"system"}`)
	tagged := func(t testing.TB, e *dialecttest.Env) { e.Tag(t, "ann", "Bearer {token read}", get+"{user ann}") }
	rows := []dialecttest.Scenario{
		{Name: "one", Request: get + "{user ann}", Status: 200, Body: ann, Header: map[string]string{"ETag": `"v1.…"`}},
		{Name: "one that the caller has", Given: tagged, Request: get + "{user ann}\nIf-None-Match: {etag ann}", Status: 304, Header: map[string]string{"ETag": "{etag ann}"}},
		{Name: "one that the caller has, by HEAD", Given: tagged, Request: "HEAD /api/v1/users/{user ann}\nIf-None-Match: {etag ann}", Status: 304},
		{Name: "one of which the caller has all, and wants a part", Given: tagged, Request: get + "{user ann}?fields=userName\nIf-None-Match: {etag ann}", Status: 304},
		{Name: "one of which the caller knows the version", Request: get + "{user ann}?fields=userName\nIf-None-Match: \"v1\"", Status: 200, Body: `{"id":"{user ann}","userName":"ann"}`},
		{Name: "some of its members", Request: get + "{user ann}?fields=groups,userName", Status: 200, Body: `{"id":"{user ann}","userName":"ann","groups":[` + link("{group Acme}", "Acme") + `]}`},
		{Name: "a member that is none", Request: get + "{user ann}?fields=password", Status: 400, Body: malformed("fields names a member that the record does not have, in place 1; it has …", parameter("fields", "…"))},
		{Name: "oneself", As: "reader:" + password, Request: get + "me?fields=userName", Status: 200, Body: `{"id":"{user reader}","userName":"reader"}`},
		{Name: "oneself with a token of nobody's", Request: get + "me", Status: 404, Body: refused(404, "not-found", "There is nothing here", "This credential belongs to no user.")},
		{Name: "one that is not there", Request: get + nobodys, Status: 404, Body: missing},
		{Name: "by name, in any case", Request: get + "Ann?fields=number", Status: 200, Body: `{"id":"{user ann}","number":2}`},
		{Name: "by a name that nobody has", Request: get + "anne", Status: 404, Body: missing},
		{Name: "by the name of one outside of the caller's group", As: "Bearer {token acme}", Request: get + "out", Status: 404, Body: missing},
		{Name: "one with a line break", Request: get + "a%0Ab", Status: 404, Body: missing},
		{Name: "one of the caller's group", As: "Bearer {token acme}", Request: get + "{user ann}", Status: 200, Body: ann},
		{Name: "one outside of it", As: "Bearer {token acme}", Request: get + "{user out}", Status: 404, Body: missing},
		{Name: "HEAD", Request: "HEAD /api/v1/users/{user ann}", Status: 200, Header: map[string]string{"ETag": `"v1.…"`}},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token read}"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, rows...)
}

func TestUsersAreChanged(t *testing.T) {
	t.Parallel()
	patch := func(name, headers, body string) string {
		return "PATCH /api/v1/users/{user " + name + "}" + headers + "\nContent-Type: application/merge-patch+json\n\n" + body
	}
	// changed returns a user of own after a change over this API, after replacing each text of the
	// pairs by the next.
	changed := func(name, managed string, version string, changes ...string) string {
		acme := link("{group Acme}", "Acme")
		all := append([]string{
			`"displayName":"` + name + `"`, `"displayName":"Mr ` + name + `"`, `"title":null`, `"title":"Engineer"`, `"email":null`, `"email":"` + name + `@example.com"`, `"accessLevel":"custom"`, `"accessLevel":"user"`,
			`"hasPassword":false`, `"hasPassword":true`, `"roles":[]`, `"roles":[{"id":"…","number":4,"displayName":"Operator","groups":[]}]`, `"groups":[],"teams"`, `"groups":[` + acme + `],"teams"`,
			`"primaryGroup":null`, `"primaryGroup":` + acme, `"SYSTEM"`, `"Europe/London"`, `"properties":null`, `"properties":{"a":1}`,
			`"contactMethods":[]`, `"contactMethods":[` + reached("email", name+"@example.com") + `]`, `{"profile":"api","access":"api","groups":"api","reach":"api"}`, managed, `"version":1`, `"version":` + version,
		}, changes...)
		return shown("{user "+name+"}", name, all...)
	}
	const by, system = `{"profile":"api","access":"system","groups":"system","reach":"system"}`, `{"profile":"system","access":"system","groups":"system","reach":"system"}`
	rows := []dialecttest.Scenario{
		{Name: "a name", Given: own("u1"), Request: patch("u1", "", `{"displayName":"First"}`), Status: 200, Header: map[string]string{"ETag": `"v2.…"`}, Body: changed("u1", by, "2", "Mr u1", "First")},
		{Name: "a title", Given: own("u1b"), Request: patch("u1b", "", `{"title":" Head of Operations "}`), Status: 200, Body: changed("u1b", by, "2", `"Engineer"`, `"Head of Operations"`)},
		{Name: "the title that there is", Given: own("u1c"), Request: patch("u1c", "", `{"title":"Engineer"}`), Status: 200, Body: changed("u1c", system, "1")},
		{
			Name: "null resets", Given: own("u2"), Status: 200,
			Request: patch("u2", "", `{"displayName":null,"title":null,"email":null,"timezone":null,"properties":null,"primaryGroup":null,"groups":null,"roles":null,"accessLevel":null,"active":null,"sessionExpiryMinutes":null,"competencies":null}`),
			Body: changed("u2", `{"profile":"api","access":"api","groups":"api","reach":"…"}`, "2", "Mr u2", "u2", `"title":"Engineer"`, `"title":null`, `"email":"u2@example.com"`, `"email":null`, "Europe/London", "SYSTEM", `{"a":1}`, "null", `"primaryGroup":`+link("{group Acme}", "Acme"), `"primaryGroup":null`,
				`"groups":[`+link("{group Acme}", "Acme")+`],"teams"`, `"groups":[],"teams"`, `[{"id":"…","number":4,"displayName":"Operator","groups":[]}]`, "[]", `"accessLevel":"user"`, `"accessLevel":"custom"`, `[`+reached("email", "u2@example.com")+`]`, "[]"),
		},
		{
			Name: "preferences touch what they name", Given: own("u3"), Request: patch("u3", "", `{"preferences":{"warnings":["email"],"failures":null}}`), Status: 200,
			Body: changed("u3", `{"profile":"system","access":"system","groups":"system","reach":"api"}`, "2", `{"failures":["email"],"warnings":[]`, `{"failures":[],"warnings":["email"]`),
		},
		{Name: "the version that the caller saw", Given: own("u4"), Request: patch("u4", "\nIf-Match: \"v1\"", `{"displayName":"x"}`), Status: 200, Body: changed("u4", by, "2", "Mr u4", "x")},
		{Name: "another version", Given: own("u5"), Request: patch("u5", "\nIf-Match: \"v7\"", `{"displayName":"x"}`), Status: 412, Body: stale("…")},
		{
			Name: "somebody is deactivated, and signed out", Given: own("u6"), Request: patch("u6", "", `{"active":false}`), Status: 200,
			Body: changed("u6", `{"profile":"system","access":"api","groups":"system","reach":"system"}`, "2", `"active":true`, `"active":false`),
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				answers(t, e, "u6:"+password, "GET /api/v1/users/me", 401)
			},
		},
		{
			Name: "another password", Given: own("u7"), Request: patch("u7", "", `{"password":"nine quiet otters"}`), Status: 200, Body: changed("u7", system, "…"),
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				answers(t, e, "u7:"+password, "GET /api/v1/users/me", 401)
				answers(t, e, "u7:nine quiet otters", "GET /api/v1/users/me", 200)
			},
		},
		{
			Name: "all faults at once", Given: own("u8"), Status: 422, Request: patch("u8", "", `{"userName":null,"email":"x","roles":["Operatr"],"realm":"DB","sendWelcomeEmail":true,"primaryGroup":7}`),
			Body: invalid("userName must be a string of 1 to 255 characters (and 4 more)", at("userName", "must be a string of 1 to 255 characters"), at("sendWelcomeEmail", "is not known here"),
				at("primaryGroup", "must be an id or a name, or an object with an id, or null"), at("email", "must be one email address, such as name@example.com"), at("roles/0", `names no role: \"Operatr\"`)),
		},
		{Name: "one that is not there", Request: with("PATCH /api/v1/users/"+nobodys, `{}`), Status: 404, Body: missing},
		{
			Name: "a name that is taken", Given: own("u9"), Request: patch("u9", "", `{"userName":"ann"}`), Status: 409,
			Body: strings.TrimSuffix(refused(409, "conflict", "Another record is in the way", `userName \"ann\" belongs to another user already`, at("userName", `\"ann\" belongs to another user already`)), "}") + `,"existing":{"id":"{user ann}","number":{number ann}}}`,
		},
		{Name: "somebody above the caller", As: "grazer:" + password, Request: patch("super", "", `{"email":"x@example.com"}`), Status: 403, Body: forbiddenAt("email", "cannot be changed: the user holds permissions beyond yours: super_privileges manage_realms")},
		{Name: "who may only read", As: "Bearer {token read}", Request: patch("ann", "", `{}`), Status: 403, Body: forbidden("this credential may only read")},
		{Name: "outside of the caller's group", As: "Bearer {token acme}", Request: patch("out", "", `{}`), Status: 404, Body: missing},
		{Name: "one is deleted", Given: own("d1"), Request: "DELETE /api/v1/users/{user d1}\nIf-Match: \"v1\"", Status: 204, After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			e.Absent(t, "d1")
			answers(t, e, "Bearer {token write}", "DELETE /api/v1/users/{user d1}", 404)
			answers(t, e, "d1:"+password, "GET /api/v1/users/me", 401)
		}},
		{Name: "one is deleted in another version", Given: own("d2"), Request: "DELETE /api/v1/users/{user d2}\nIf-Match: \"v2\"", Status: 412, Body: stale("…")},
		{Name: "the last administrator stays", As: "boss:" + password, Request: "DELETE /api/v1/users/" + nobodys, Status: 404, Body: missing},
		{Name: "who may not delete", As: "reader:" + password, Request: "DELETE /api/v1/users/{user ann}", Status: 403, Body: forbidden("this needs one of the permissions: manage_users")},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token write}"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, rows...)
}
