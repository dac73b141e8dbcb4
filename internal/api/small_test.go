package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/auth/realm"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

func TestDepartments(t *testing.T) {
	t.Parallel()
	const all = "/api/v1/departments"
	one := func(id, name string, version int) string {
		return fmt.Sprintf(`{"id":"%s","number":…,"displayName":"%s","version":%d}`, id, name, version)
	}
	mine := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			w := e.Do(t, "Bearer {token write}", with("POST "+all, `{"displayName":"`+name+`"}`))
			e.Set("department "+name, strings.TrimPrefix(w.Header().Get("Location"), all+"/"))
		}
	}
	rows := []dialecttest.Scenario{
		{Name: "one is made", Request: with("POST "+all, `{"displayName":"Sales"}`), Status: 201, Body: one("…", "Sales", 1), Header: map[string]string{"ETag": `"v1.…"`}},
		{Name: "one without a name", Request: with("POST "+all, `{"name":"x"}`), Status: 422, Body: invalid("name is not known here (and 1 more)", at("name", "is not known here"), at("displayName", "is required"))},
		{Name: "a name that is taken", Request: with("POST "+all, `{"displayName":"OPERATIONS"}`), Status: 409, Body: takenBy(refused(409, "conflict", "Another record is in the way", "displayName …", at("displayName", "…")), `"id":"…","number":…`)},
		{Name: "who may only read", As: "Bearer {token read}", Request: with("POST "+all, `{"displayName":"x"}`), Status: 403, Body: forbidden("this credential may only read")},
		{Name: "one is read", Given: mine("d1"), Request: "GET " + all + "/{department d1}", Status: 200, Body: one("{department d1}", "d1", 1), Header: map[string]string{"ETag": `"v1.…"`}},
		{Name: "one that is not there", Request: "GET " + all + "/" + nobodys, Status: 404, Body: missing},
		{Name: "one is changed", Given: mine("d2"), Request: with("PATCH "+all+"/{department d2}\nIf-Match: \"v1\"", `{"displayName":"D2"}`), Status: 200, Body: one("{department d2}", "D2", 2)},
		{Name: "one is changed in another version", Given: mine("d3"), Request: with("PATCH "+all+"/{department d3}\nIf-Match: \"v2\"", `{"displayName":"x"}`), Status: 412, Body: stale("…")},
		{Name: "one is changed to nothing", Given: mine("d4"), Request: with("PATCH "+all+"/{department d4}", `{"displayName":null}`), Status: 422, Body: invalid("displayName must be a string of 1 to 255 characters", at("displayName", "must be a string of 1 to 255 characters"))},
		{Name: "one is deleted", Given: mine("d5"), Request: "DELETE " + all + "/{department d5}\nIf-Match: \"v1\"", Status: 204, After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			answers(t, e, "Bearer {token read}", "GET "+all+"/{department d5}", 404)
		}},
		{Name: "one is deleted in another version", Given: mine("d6"), Request: "DELETE " + all + "/{department d6}\nIf-Match: \"v2\"", Status: 412, Body: stale("…")},
		{Name: "one is found", Given: mine("d7"), Request: "GET " + all + "?filter=displayName+eq+%22D7%22", Status: 200, Body: `{"items":[` + one("{department d7}", "d7", 1) + `]}`},
	}
	asWriter(rows)
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, rows...)
}

// asWriter gives each row without a caller the organization's write token.
func asWriter(rows []dialecttest.Scenario) {
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token write}"
		}
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	const all = "/api/v1/roles"
	one := func(id, name, description, permissions string, version int) string {
		return fmt.Sprintf(`{"id":"%s","number":…,"displayName":"%s","description":"%s","permissions":[%s],"shipped":false,"version":%d}`, id, name, description, permissions, version)
	}
	mine := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			w := e.Do(t, "Bearer {token write}", with("POST "+all, `{"displayName":"`+name+`","permissions":["acknowledge"]}`))
			e.Set("role "+name, strings.TrimPrefix(w.Header().Get("Location"), all+"/"))
		}
	}
	rows := []dialecttest.Scenario{
		{
			Name: "one is made", Request: with("POST "+all, `{"displayName":"Desk","description":"x","permissions":["acknowledge","read_directory"]}`), Status: 201,
			Body: one("…", "Desk", "x", `"read_directory","acknowledge"`, 1),
		},
		{Name: "one without permissions", Request: with("POST "+all, `{"displayName":"Idle"}`), Status: 201, Body: one("…", "Idle", "", "", 1)},
		{
			Name: "all faults at once", Request: with("POST "+all, `{"permissions":["fly","server_admin"],"description":[]}`), Status: 422,
			Body: invalid("description must be a string of at most 1000 characters, or null (and 3 more)", at("description", "must be a string of at most 1000 characters, or null"), at("displayName", "is required"), at("permissions/0", "names no permission: fly; there are: …"), at("permissions/1", "cannot be server_admin in a role")),
		},
		{Name: "more than its maker holds", Request: with("POST "+all, `{"displayName":"x","permissions":["super_privileges"]}`), Status: 403, Body: forbidden("…")},
		{Name: "one is read", Given: mine("r1"), Request: "GET " + all + "/{role r1}", Status: 200, Body: one("{role r1}", "r1", "", `"acknowledge"`, 1), Header: map[string]string{"ETag": `"v1.…"`}},
		{Name: "one that is not there", Request: "GET " + all + "/" + nobodys, Status: 404, Body: missing},
		{Name: "one is changed", Given: mine("r2"), Request: with("PATCH "+all+"/{role r2}\nIf-Match: \"v1\"", `{"description":"y","permissions":null}`), Status: 200, Body: one("{role r2}", "r2", "y", "", 2)},
		{Name: "one is changed in another version", Given: mine("r3"), Request: with("PATCH "+all+"/{role r3}\nIf-Match: \"v2\"", `{"description":"y"}`), Status: 412, Body: stale("…")},
		{Name: "one is deleted", Given: mine("r4"), Request: "DELETE " + all + "/{role r4}", Status: 204},
		{
			Name: "one that somebody has is not deleted", Given: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				mine("r5")(t, e)
				e.User(t, directory.NewUser{UserName: "has-r5", Roles: []roster.Ref{{Name: "r5"}}})
			},
			Request: "DELETE " + all + "/{role r5}", Status: 409, Body: refused(409, "conflict", "Another record is in the way", `\"r5\" is a role that users still have; take it from them first`),
		},
		{Name: "who may not", As: "reader:" + password, Request: with("POST "+all, `{"displayName":"x"}`), Status: 403, Body: forbidden("this needs one of the permissions: manage_roles")},
		{Name: "one that shipped", Request: "GET " + all + "?filter=number+eq+7", Status: 200, Body: `{"items":[{"id":"…","number":7,"displayName":"REST LAM Sender","description":"REST LAM Sender","permissions":["send_events"],"shipped":true,"version":…}]}`},
		{Name: "a page of permissions takes no parameter", Request: "GET /api/v1/permissions?fields=name", Status: 400, Body: malformed("fields is no parameter of this call", parameter("fields", "is no parameter of this call"))},
	}
	asWriter(rows)
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, rows...)
}

func TestPermissionsAreExplained(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(office)(t, e)
	p := pageOf(t, e, "Bearer {token read}", "/api/v1/permissions")
	var names []string
	for _, item := range p.Items {
		names = append(names, fmt.Sprint(item["name"]))
		if sentence := fmt.Sprint(item["description"]); len(sentence) < 10 || !strings.HasSuffix(sentence, ".") {
			t.Errorf("%s is explained as %q", item["name"], sentence)
		}
	}
	if want := (roster.AllPermissions | roster.ServerAdmin).String(); strings.Join(names, " ") != want {
		t.Errorf("the permissions are %v, want %s", names, want)
	}
}

// offline validates the configurations of realms as the server does, but fetches nothing.
type offline struct{}

func (offline) ValidateSAML(_ context.Context, configuration json.RawMessage) roster.Faults {
	_, faults := realm.ParseSAML(configuration, time.Date(2026, time.November, 21, 18, 0, 0, 0, time.UTC))
	return faults
}

// saml is a valid configuration of a realm.
const saml = `{"idpMetadataUrl":"http://idp.example.com/metadata","defaultRoles":["Operator"],"defaultTeams":[],"defaultGroup":"End-User","existingUserMappingField":"username","username":"$username","email":"$email","fullname":"$cn"}`

func TestRealms(t *testing.T) {
	t.Parallel()
	const all, boss = "/api/v1/realms", "boss:" + password
	one := func(id, name string, active bool, version int) string {
		return fmt.Sprintf(`{"id":"%s","displayName":"%s","kind":"SAML2","active":%v,"version":%d,"createdAt":"2026-11-21T18:00:00Z","updatedAt":"2026-11-21T18:00:00Z"}`, id, name, active, version)
	}
	mine := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			w := e.Do(t, boss, with("POST "+all, `{"displayName":"`+name+`","configuration":`+saml+`}`))
			e.Set("realm "+name, strings.TrimPrefix(w.Header().Get("Location"), all+"/"))
		}
	}
	rows := []dialecttest.Scenario{
		{Name: "one is made", Request: with("POST "+all, `{"displayName":"Corporate","configuration":`+saml+`}`), Status: 201, Body: one("…", "Corporate", true, 1)},
		{
			Name: "all faults at once", Request: with("POST "+all, `{"configuration":{"defaultRoles":["Operatr"]},"active":7}`), Status: 422,
			Body: invalid("active must be true or false, or null (and 4 more)", at("active", "must be true or false, or null"), at("displayName", "is required"), at("configuration/defaultGroup", "is required"),
				at("configuration/idpMetadata", "is required, or idpMetadataUrl"), at("configuration/defaultRoles/0", `names no role: \"Operatr\"`)),
		},
		{
			Name: "no configuration", Request: with("POST "+all, `{"displayName":"x"}`), Status: 422, Body: invalid("configuration is required", at("configuration", "is required")),
		},
		{Name: "one is read, without its configuration", Given: mine("r1"), Request: "GET " + all + "/{realm r1}", Status: 200, Body: one("{realm r1}", "r1", true, 1), Header: map[string]string{"ETag": `"v1.…"`}},
		{Name: "one that is not there", Request: "GET " + all + "/" + nobodys, Status: 404, Body: missing},
		{Name: "one is changed", Given: mine("r2"), Request: with("PATCH "+all+"/{realm r2}\nIf-Match: \"v1\"", `{"active":false}`), Status: 200, Body: one("{realm r2}", "r2", false, 2)},
		{Name: "one is changed in another version", Given: mine("r3"), Request: with("PATCH "+all+"/{realm r3}\nIf-Match: \"v3\"", `{"active":false}`), Status: 412, Body: stale("…")},
		{
			Name: "one gets no configuration", Given: mine("r4"), Request: with("PATCH "+all+"/{realm r4}", `{"configuration":null}`), Status: 422, Body: invalid("configuration must be an object", at("configuration", "must be an object")),
		},
		{Name: "one that is not there is changed", Request: with("PATCH "+all+"/"+nobodys, `{"active":false}`), Status: 404, Body: missing},
		{Name: "the organization's token", As: "Bearer {token write}", Request: "GET " + all, Status: 403, Body: forbidden("an API token of the organization may not do this")},
		{Name: "who may not", As: "reader:" + password, Request: "GET " + all, Status: 403, Body: forbidden("this needs one of the permissions: manage_realms")},
		{Name: "one is found", Given: mine("r5"), Request: "GET " + all + "?filter=displayName+eq+%22R5%22", Status: 200, Body: `{"items":[` + one("{realm r5}", "r5", true, 1) + `]}`},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = boss
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(staff), Options: dialecttest.Options{Realms: offline{}}}, rows...)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	const all, boss = "/api/v1/tokens", "boss:" + password
	one := func(id, name, access, user, groups, more string) string {
		return fmt.Sprintf(`{"id":"%s","name":"%s","access":"%s","user":%s,"groups":[%s],"errorsAs200":false,"createdAt":"2026-11-21T18:00:00Z",%s"lastUsedAt":null,"lastUsedFrom":null,"lastUsedFace":null`,
			id, name, access, user, groups, more)
	}
	const forever, secret = `"expiresAt":null,"revokedAt":null,`, `,"secret":"…"}`
	mine := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			e.Set("id "+name, string(e.Token(t, directory.NewToken{Name: name, Access: roster.AccessRead}).ID))
		}
	}
	rows := []dialecttest.Scenario{
		{Name: "one is made", Request: with("POST "+all, `{"name":"t1","access":"read"}`), Status: 201, Body: one("…", "t1", "read", "null", "", forever) + secret},
		{
			Name: "one of a user, for a group, for an hour", Status: 201, Request: with("POST "+all, `{"name":"t2","access":"read-write","user":"READER","groups":["Acme"],"expiresInSeconds":3600}`),
			Body: one("…", "t2", "read-write", `{"id":"{user reader}","userName":"reader"}`, link("{group Acme}", "Acme"), `"expiresAt":"2026-11-21T19:00:00Z","revokedAt":null,`) + secret,
		},
		{
			Name: "all faults at once", Status: 422, Request: with("POST "+all, `{"access":"write","user":"nobody","groups":["Nowhere",""],"expiresInSeconds":0,"expires":1}`),
			Body: invalid("access must be one of: read, read-write (and 6 more)", at("access", "must be one of: read, read-write"), at("groups/1", "must be an id or a name, or an object with an id"), at("expiresInSeconds", "must be a whole number from 1 to 3153600000, or null"),
				at("expires", "is not known here"), at("name", "is required"), at("user", `names no user: \"nobody\"`),
				at("groups/0", `names no group: \"Nowhere\"`)),
		},
		{Name: "a user's name with a NUL", Status: 422, Request: with("POST "+all, `{"name":"nul","access":"read","user":"a\u0000b"}`), Body: invalid(`user names no user: \"a\\x00b\"`, at("user", `names no user: \"a\\x00b\"`))},
		{Name: "a name that is taken", Status: 409, Request: with("POST "+all, `{"name":"WRITE","access":"read"}`), Body: takenBy(refused(409, "conflict", "Another record is in the way", "name …", at("name", "…")), `"id":"…"`)},
		{Name: "one is read, without its secret", Given: mine("t3"), Request: "GET " + all + "/{id t3}", Status: 200, Body: one("{id t3}", "t3", "read", "null", "", forever) + "}"},
		{Name: "one that is not there", Request: "GET " + all + "/" + nobodys, Status: 404, Body: missing},
		{Name: "one is revoked", Given: mine("t4"), Request: "DELETE " + all + "/{id t4}", Status: 204, After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			answers(t, e, "Bearer {token t4}", "GET /api/v1/groups", 401)
			answers(t, e, boss, "GET "+all+"/{id t4}", 404)
			answers(t, e, boss, "DELETE "+all+"/{id t4}", 404)
		}},
		{Name: "one is found", Given: mine("t5"), Request: "GET " + all + "?filter=name+eq+%22t5%22", Status: 200, Body: `{"items":[` + one("{id t5}", "t5", "read", "null", "", forever) + "}]}"},
		{
			Name: "revoked ones come where that is asked", Given: func(t testing.TB, e *dialecttest.Env) { t.Helper(); mine("t6")(t, e); e.Revoke(t, "t6") },
			Request: "GET " + all + "?revoked=true&filter=name+eq+%22t6%22", Status: 200, Body: `{"items":[` + one("{id t6}", "t6", "read", "null", "", `"expiresAt":null,"revokedAt":"2026-11-21T18:00:00Z",`) + "}]}",
		},
		{
			Name: "else they do not", Given: func(t testing.TB, e *dialecttest.Env) { t.Helper(); mine("t7")(t, e); e.Revoke(t, "t7") },
			Request: "GET " + all + "?filter=name+eq+%22t7%22", Status: 200, Body: `{"items":[]}`,
		},
		{Name: "the organization's token", As: "Bearer {token write}", Request: with("POST "+all, `{"name":"x","access":"read"}`), Status: 403, Body: forbidden("an API token of the organization may not do this")},
		{Name: "who may not", As: "reader:" + password, Request: "GET " + all, Status: 403, Body: forbidden("this needs one of the permissions: manage_tokens")},
		{Name: "for somebody above the caller", Request: with("POST "+all, `{"name":"x","access":"read","user":"super"}`), Status: 403, Body: forbidden("…")},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = boss
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, rows...)
}

func TestATokensSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(staff)(t, e)
	make := func() (status int, made struct{ ID, Secret string }) {
		w := e.Do(t, "boss:"+password, "POST /api/v1/tokens\nIdempotency-Key: once\nContent-Type: application/json\n\n"+`{"name":"once","access":"read"}`)
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
			t.Fatal(err)
		}
		return w.Code, made
	}
	status, first := make()
	if status != http.StatusCreated || first.Secret == "" {
		t.Fatalf("the answer is %d %v", status, first)
	}
	if status, again := make(); status != http.StatusCreated || again.ID != first.ID || again.Secret != "" {
		t.Errorf("the repeat is answered %d %v", status, again)
	}
	answers(t, e, "Bearer "+first.Secret, "GET /api/v1/groups", http.StatusOK)
}

func TestDefaultPreferences(t *testing.T) {
	t.Parallel()
	const setHumaDefaults, acme, boss = "/api/v1/default-preferences", "/api/v1/groups/{group Acme}/default-preferences", "boss:" + password
	set := func(failures, warnings string) string {
		return `{"failures":[` + failures + `],"warnings":[` + warnings + `],"unmatched":[],"digest":[],"pages":null,"delays":{}}`
	}
	e := dialecttest.Open(t, dialecttest.Options{})
	described(staff)(t, e)
	for _, c := range []struct {
		name, as, request string
		status            int
		body              string
	}{
		{"what ships", boss, "GET " + setHumaDefaults, 200, set(`"email"`, "")},
		{"what ships, in a group", boss, "GET " + acme, 200, set("", "")},
		{"a group's own", boss, with("PUT "+acme, `{"warnings":["sms"],"failures":null}`), 200, set("", `"sms"`)},
		{"that alone, when it is read", boss, "GET " + acme, 200, set("", `"sms"`)},
		{"none of the group elsewhere", boss, "GET " + setHumaDefaults, 200, set(`"email"`, "")},
		{"the organization's", boss, with("PUT "+setHumaDefaults, `{"failures":["push","email","push"]}`), 200, set(`"email","push"`, "")},
		{"the group's is what it was", boss, "GET " + acme, 200, set("", `"sms"`)},
		{
			"one that waits", boss, with("PUT "+setHumaDefaults, `{"failures":["sms"],"delays":{"failures":{"sms":5}}}`), 200,
			`{"failures":["sms"],"warnings":[],"unmatched":[],"digest":[],"pages":null,"delays":{"failures":{"sms":5}}}`,
		},
		{
			"a delay of a service that is not named", boss, with("PUT "+setHumaDefaults, `{"failures":["email"],"delays":{"failures":{"sms":5}}}`), 422,
			invalid("delays.failures.sms is for a service that failures does not name", at("delays/failures/sms", "is for a service that failures does not name")),
		},
		{"nothing", boss, with("PUT "+setHumaDefaults, `{}`), 200, set("", "")},
		{"a service that is none", boss, with("PUT "+setHumaDefaults, `{"digest":["pigeon"],"alerts":[]}`), 422, invalid("digest[0] must be one of: email, sms, push, pushbullet, pushover, call (and 1 more)",
			at("digest/0", "must be one of: email, sms, push, pushbullet, pushover, call"), at("alerts", "is not known here"))},
		{"a group that is not there", boss, "GET /api/v1/groups/" + nobodys + "/default-preferences", 404, missing},
		{"setting those of one that is not there", boss, with("PUT /api/v1/groups/"+nobodys+"/default-preferences", `{}`), 404, missing},
		{"who may not", "reader:" + password, "GET " + setHumaDefaults, 403, forbidden("this needs one of the permissions: manage_settings")},
		{"the organization's token", "Bearer {token write}", with("PUT "+setHumaDefaults, `{}`), 403, forbidden("an API token of the organization may not do this")},
	} {
		w := e.Do(t, c.as, c.request)
		want := strings.ReplaceAll(c.body, `"requestId":"…"`, `"requestId":"`+w.Header().Get("X-Request-Id")+`"`)
		if got := w.Body.String(); w.Code != c.status || got != want {
			t.Errorf("%s is answered %d %s, want %d %s", c.name, w.Code, got, c.status, want)
		}
	}
}

func TestTheAudit(t *testing.T) {
	t.Parallel()
	const boss = "boss:" + password
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		staff(t, e)
		e.Group(t, "Limits")
		e.Token(t, directory.NewToken{Name: "limited", Access: roster.AccessRead, Groups: []roster.Ref{{Name: "Limits"}}})
		w := e.Do(t, "Bearer {token write}", with("POST /api/v1/departments\nUser-Agent: x", `{"displayName":"Audited"}`))
		e.Set("audited", strings.TrimPrefix(w.Header().Get("Location"), "/api/v1/departments/"))
		e.Set("request", w.Header().Get("X-Request-Id"))
		list := pageOf(t, e, boss, "/api/v1/audit?target={audited}")
		if len(list.Items) != 1 {
			t.Fatalf("the entries are %v", list.Items)
		}
		e.Set("entry", fmt.Sprint(list.Items[0]["id"]))
		var unsealed []string
		for _, item := range pageOf(t, e, boss, "/api/v1/audit?sort=at&limit=1000").Items {
			unsealed = append(unsealed, fmt.Sprintf(`{"id":%q,"at":%q,"overdue":false}`, item["id"], item["at"]))
		}
		e.Set("count", fmt.Sprint(len(unsealed)))
		e.Set("unsealed", strings.Join(unsealed, ","))
	}
	const entry = `{"id":"{entry}","at":"2026-11-21T18:00:00Z","actorKind":"token","actor":"token …","actorName":"write","face":"api","address":"192.0.2.1","requestId":"{request}",` +
		`"action":"department.create","target":"{audited}","targetName":"Audited","details":{"after":{"displayName":"Audited","number":…}}}`
	dialecttest.Run(t, dialecttest.World{Given: described(given)}, []dialecttest.Scenario{
		{Name: "one", As: boss, Request: "GET /api/v1/audit/{entry}", Status: 200, Body: entry},
		{Name: "some of its members", As: boss, Request: "GET /api/v1/audit/{entry}?fields=action", Status: 200, Body: `{"id":"{entry}","action":"department.create"}`},
		{Name: "those about a record", As: boss, Request: "GET /api/v1/audit?target={audited}", Status: 200, Body: `{"items":[` + entry + `]}`},
		{Name: "those that a filter picks", As: boss, Request: "GET /api/v1/audit?filter=requestId+eq+%22{request}%22+and+face+eq+%22api%22", Status: 200, Body: `{"items":[` + entry + `]}`},
		{Name: "one that is not there", As: boss, Request: "GET /api/v1/audit/" + nobodys, Status: 404, Body: missing},
		{Name: "whether it is whole", As: boss, Request: "GET /api/v1/audit/verification", Status: 200, Body: `{"intact":true,"seals":0,"sealed":0,"erased":0,"bad":null,"seal":null,"reason":null,` +
			`"unsealed":{count},"overdue":0,"unsealedEntries":[{unsealed}]}`},
		{Name: "who may not", As: "reader:" + password, Request: "GET /api/v1/audit", Status: 403, Body: forbidden("this needs one of the permissions: read_audit")},
		{Name: "the organization's token", As: "Bearer {token read}", Request: "GET /api/v1/audit?target={audited}", Status: 200, Body: `{"items":[` + entry + `]}`},
		{Name: "its token that is limited to groups", As: "Bearer {token limited}", Request: "GET /api/v1/audit", Status: 403, Body: forbidden("this credential is limited to groups, and this concerns the whole organization")},
	}...)
}

func TestTheAuditIsReadTheNewestFirst(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(staff)(t, e)
	all := walk(t, e, "boss:"+password, "/api/v1/audit?limit=1000", "id")
	if got := walk(t, e, "boss:"+password, "/api/v1/audit?limit=4&fields=id", "id"); strings.Join(got, " ") != strings.Join(all, " ") || len(all) < 10 {
		t.Errorf("page by page the entries are %v, at once %v", got, all)
	}
	for i := 1; i < len(all); i++ {
		if all[i-1] <= all[i] {
			t.Errorf("%s comes before %s", all[i-1], all[i])
		}
	}
}
