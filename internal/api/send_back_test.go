package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// sentBack are the calls that accept a record as another call returns it: the call that reads it,
// and the call that it is sent to.
var sentBack = map[string]struct{ read, send string }{
	"updateCheckGroup":           {"GET /check-groups/{group}", "PATCH /check-groups/{group}"},
	"putCheckGroupPermission":    {"GET /check-groups/{group}/permissions", "PUT /check-groups/{group}/permissions"},
	"updateCheck":                {"GET /checks/{check}", "PATCH /checks/{check}"},
	"setDefaultPreferences":      {"GET /default-preferences", "PUT /default-preferences"},
	"updateDepartment":           {"GET /departments/{department}", "PATCH /departments/{department}"},
	"updateGroup":                {"GET /groups/{group Acme}", "PATCH /groups/{group Acme}"},
	"setGroupDefaultPreferences": {"GET /groups/{group Acme}/default-preferences", "PUT /groups/{group Acme}/default-preferences"},
	"updateRealm":                {"GET /realms/{realm}", "PATCH /realms/{realm}"},
	"updateRole":                 {"GET /roles/{role}", "PATCH /roles/{role}"},
	"updateSettings":             {"GET /settings", "PATCH /settings"},
	"updateTeam":                 {"GET /teams/{team Storage}", "PATCH /teams/{team Storage}"},
	"upsertUser":                 {"GET /users/{user full}", "PUT /users?match=userName"},
	"updateUser":                 {"GET /users/{user full}", "PATCH /users/{user full}"},
	"updateUserPreferences":      {"GET /users/{user full}/preferences", "PATCH /users/{user full}/preferences"},
}

// notSentBack are the changes whose body is not a record.
var notSentBack = []string{"addGroupMember", "addTeamMember", "setUserPassword"}

// full creates a record of every noun that can be changed, with all members set.
func full(t *testing.T, e *dialecttest.Env) {
	t.Helper()
	e.Group(t, "Acme")
	e.Group(t, "Beta")
	e.Team(t, "Storage")
	e.Department(t, "Operations")
	e.User(t, directory.NewUser{
		UserName: "boss", DisplayName: "Boss", Password: password, Roles: []roster.Ref{{Name: "Super User"}},
	})
	e.User(t, directory.NewUser{
		UserName: "full", DisplayName: "Full", Title: "Head", Email: "full@example.com", ExternalID: "x-1", Password: password,
		AccessLevel: roster.LevelEditor, LevelGroups: []roster.Ref{{Name: "Acme"}}, Roles: []roster.Ref{{Name: "Operator"}},
		RoleGrants: []directory.RoleGrant{{Role: roster.Ref{Name: "Customer"}, Groups: []roster.Ref{{Name: "Acme"}, {Name: "Beta"}}}},
		Groups:     []roster.Ref{{Name: "Acme"}, {Name: "Beta"}}, Teams: []roster.Ref{{Name: "Storage"}},
		PrimaryGroup: roster.Ref{Name: "Acme"}, Department: roster.Ref{Name: "Operations"}, TimeZone: "Europe/London",
		ContactNumber: "+44 20 7946 0958", SessionExpiry: roster.Some(30), Competencies: []roster.Competency{{Name: "Linux", CID: 3, Ranking: 80}},
		Properties:  json.RawMessage(`{"a":{"b":[1,2.50]}}`),
		Preferences: roster.Some([]roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail, roster.ServiceSMS}}}),
	})
	made := func(name, request string) {
		t.Helper()
		var record struct{ ID string }
		w := asBoss(t, e, request)
		if w.Code >= 300 || json.Unmarshal(w.Body.Bytes(), &record) != nil {
			t.Fatalf("%s: %d %s", request, w.Code, w.Body)
		}
		e.Set(name, record.ID)
	}
	asked := func(call, body string) string { return call + "\nContent-Type: application/json\n\n" + body }
	made("group", asked("POST /check-groups", `{"displayName":"Backups","description":"All of them"}`))
	made("permission", asked("PUT /check-groups/{group}/permissions", `{"user":"full","accessLevel":"editor","notify":true}`))
	made("role", asked("POST /roles", `{"displayName":"Desk","description":"Answers","permissions":["acknowledge","read_directory"]}`))
	made("department", asked("POST /departments", `{"displayName":"Support"}`))
	made("check", asked("POST /checks", `{"displayName":"Backup","description":"Nightly","emailAlias":"backup","checkGroup":"Backups",`+
		`"matching":{"required":"all","conditions":[{"field":"subject","matches":"contains","value":"backup"}]},`+
		`"success":{"conditions":[{"field":"body","matches":"regex","value":"done$"}]},"defaultStatus":"warning",`+
		`"interval":{"unit":"day","value":2},"overdueMinutes":45,"window":{"start":"08:00","end":"18:00","days":["mon","tue"]},"groups":["Acme"],"teams":["Storage"]}`))
	made("realm", asked("POST /realms", `{"displayName":"SSO","configuration":{"idpMetadataUrl":"https://idp.example.com/metadata","defaultRoles":["Operator"],"defaultGroup":"End-User"}}`))
	for _, request := range []string{
		asked("PATCH /teams/{team Storage}", `{"description":"d","alertFilter":"a","sigFilter":"s","landingPage":{"x":1},"services":["Mail"],"members":["full"]}`),
		asked("PATCH /settings", `{"timezone":"Europe/London","defaultCountry":"GB","strongPasswords":true}`),
	} {
		if w := asBoss(t, e, request); w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", request, w.Code, w.Body)
		}
	}
}

func asBoss(t *testing.T, e *dialecttest.Env, request string) *httptest.ResponseRecorder {
	t.Helper()
	method, rest, _ := strings.Cut(request, " ")
	return e.Do(t, "boss:"+password, method+" /api/v1"+rest)
}

// originalOf returns the record to send back: the record itself, or the first one of a list.
func originalOf(t *testing.T, e *dialecttest.Env, read string) json.RawMessage {
	t.Helper()
	w := asBoss(t, e, read)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", read, w.Code, w.Body)
	}
	var list struct{ Items []json.RawMessage }
	if json.Unmarshal(w.Body.Bytes(), &list) == nil && len(list.Items) > 0 {
		return list.Items[0]
	}
	return w.Body.Bytes()
}

func TestEveryRecordThatWasReadCanBeSentBack(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{Realms: offline{}})
	described(func(testing.TB, *dialecttest.Env) {})(t, e) // which holds each body against the description
	full(t, e)
	for id, path := range sentBack {
		record := originalOf(t, e, path.read)
		audit := len(auditOf(t, e))
		w := asBoss(t, e, path.send+"\nContent-Type: application/json\n\n"+string(record))
		if w.Code != http.StatusOK {
			t.Errorf("%s: %s was answered %d %s", id, record, w.Code, w.Body)
			continue
		}
		if got := originalOf(t, e, path.read); string(got) != string(record) {
			t.Errorf("%s: the record was\n%s\nand is\n%s", id, record, got)
		}
		if now := len(auditOf(t, e)); now != audit {
			t.Errorf("%s: %d audit entries came for a change that changes nothing", id, now-audit)
		}
	}
}

// auditOf returns all audit entries.
func auditOf(t *testing.T, e *dialecttest.Env) []json.RawMessage {
	t.Helper()
	var list struct{ Items []json.RawMessage }
	w := asBoss(t, e, "GET /audit?limit=1000")
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != http.StatusOK {
		t.Fatalf("the audit: %d %s", w.Code, w.Body)
	}
	return list.Items
}

func TestEveryChangeIsTriedWithARecordThatWasRead(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(fetch(t, dialecttest.Open(t, dialecttest.Options{}), "openapi.json"), &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			_, tried := sentBack[op.OperationID]
			for _, id := range notSentBack {
				tried = tried || id == op.OperationID
			}
			if (method == "patch" || method == "put") && !tried {
				t.Errorf("nobody tries %s %s (%s) with a record that was read", method, path, op.OperationID)
			}
		}
	}
}

func TestAReadOnlyMemberWithAnotherValueIsAFault(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{Realms: offline{}})
	full(t, e)
	for _, c := range []struct{ send, body, pointer string }{
		{"PATCH /users/{user full}", `{"id":"019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55"}`, "#/id"},
		{"PATCH /users/{user full}", `{"version":7}`, "#/version"},
		{"PATCH /users/{user full}", `{"contactMethods":[]}`, "#/contactMethods"},
		{"PATCH /users/{user full}", `{"realm":"external"}`, "#/realm"},
		{"PATCH /checks/{check}", `{"number":9}`, "#/number"},
		{"PATCH /roles/{role}", `{"shipped":true}`, "#/shipped"},
		{"PATCH /realms/{realm}", `{"displayName":"another"}`, "#/displayName"},
		{"PATCH /settings", `{"version":99}`, "#/version"},
		{"PUT /users?match=userName", `{"userName":"boss","id":"{user full}"}`, "#/id"},
		{"PUT /users?match=email", `{"userName":"full","email":"boss@example.com","id":"{user full}"}`, "#/id"},
		{"PUT /users?match=userName", `{"userName":"full","id":"019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55","number":7}`, "#/id"},
		{"PUT /users?match=userName", `{"userName":"full","number":1}`, "#/number"},
		{"PUT /check-groups/{group}/permissions", `{"user":"full","accessLevel":"editor","id":"{permission}","createdAt":"2026-01-01T00:00:00Z"}`, "#/createdAt"},
	} {
		w := asBoss(t, e, c.send+"\nContent-Type: application/json\n\n"+c.body)
		var p struct{ Errors []struct{ Pointer string } }
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusUnprocessableEntity || len(p.Errors) == 0 || p.Errors[0].Pointer != c.pointer {
			t.Errorf("%s %s was answered %d %s", c.send, c.body, w.Code, w.Body)
		}
	}
}

func TestAReferenceMayBeAnObjectWithAnID(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{Realms: offline{}})
	full(t, e)
	for _, c := range []struct{ send, body, want string }{
		{"PATCH /users/{user full}", `{"groups":[{"id":"{group Beta}","displayName":"whatever"},"Acme"]}`, `"groups":[{"id":"{group Acme}"`},
		{"PATCH /users/{user full}", `{"department":{"id":"{department}"}}`, `"department":{"id":"{department}"`},
		{"PATCH /users/{user full}", `{"roles":[{"id":"{role}","groups":[{"id":"{group Acme}"}]}]}`, `"displayName":"Desk","groups":["{group Acme}"]`},
		{"PATCH /users/{user full}", `{"roles":[{"id":"{role}","groups":[]}]}`, `"displayName":"Desk","groups":[]`},
		{"PATCH /checks/{check}", `{"checkGroup":{"id":"{group}"},"teams":[{"id":"{team Storage}"}]}`, `"checkGroup":{"id":"{group}"`},
		{"PATCH /groups/{group Beta}", `{"members":[{"id":"{user full}"}]}`, `"memberCount":1`},
		{"POST /events", `{"title":"t","check":{"id":"{check}"}}`, `"id":"{check}"`},
		{"POST /tokens", `{"name":"mine","access":"read","user":{"id":"{user full}"},"groups":[{"id":"{group Acme}"}]}`, `"userName":"full"`},
	} {
		w := asBoss(t, e, c.send+"\nContent-Type: application/json\n\n"+c.body)
		if w.Code >= 300 || !strings.Contains(w.Body.String(), e.Fill(c.want)) {
			t.Errorf("%s %s was answered %d %s", c.send, c.body, w.Code, w.Body)
		}
	}
	for _, body := range []string{`{"groups":[{}]}`, `{"groups":[{"id":7}]}`, `{"department":{"id":""}}`, `{"groups":[7]}`, `{"roles":[{"id":"{role}","groups":[7]}]}`} {
		if w := asBoss(t, e, "PATCH /users/{user full}\nContent-Type: application/json\n\n"+body); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s was answered %d %s", body, w.Code, w.Body)
		}
	}
}

func TestWhatFollowsFromElsewhereKeepsNoRecordFromBeingSentBack(t *testing.T) {
	t.Parallel()
	const send = "\nContent-Type: application/json\n\n"
	e := dialecttest.Open(t, dialecttest.Options{Realms: offline{}})
	described(func(testing.TB, *dialecttest.Env) {})(t, e)
	full(t, e)
	for _, c := range []struct{ name, record, meanwhile, members string }{
		{"a user came into the group", "/groups/{group Acme}", "POST /users" + send + `{"userName":"new","groups":["Acme"],"teams":["Storage"]}`, `"description":"x"`},
		{"a user came into the team", "/teams/{team Storage}", "POST /users" + send + `{"userName":"newer","teams":["Storage"]}`, `"description":"x"`},
		{"an event came", "/checks/{check}", "POST /events" + send + `{"title":"t","check":"{check}","status":"failure"}`, `"description":"x"`},
		{"a check came into the check group", "/check-groups/{group}", "POST /checks" + send + `{"displayName":"more","emailAlias":"more","checkGroup":"Backups"}`, `"description":"x"`},
		{"a password was set", "/users/{user bare}", "PUT /users/{user bare}/password" + send + `{"password":"seven slow herons over the weir"}`, `"department":"Operations"`},
	} {
		if strings.Contains(c.record, "bare") {
			e.User(t, directory.NewUser{UserName: "bare"})
		}
		read := asBoss(t, e, "GET "+c.record)
		if w := asBoss(t, e, c.meanwhile); w.Code >= 300 {
			t.Fatalf("%s: %d %s", c.name, w.Code, w.Body)
		}
		body := strings.TrimSuffix(read.Body.String(), "}") + "," + c.members + "}"
		if name, _, _ := strings.Cut(c.members, ":"); strings.Contains(read.Body.String(), name+":") {
			var record map[string]json.RawMessage
			if err := json.Unmarshal(read.Body.Bytes(), &record); err != nil {
				t.Fatal(err)
			}
			name, value, _ := strings.Cut(c.members, ":")
			record[strings.Trim(name, `"`)] = json.RawMessage(value)
			text, _ := json.Marshal(record)
			body = string(text)
		}
		if w := asBoss(t, e, "PATCH "+c.record+"\nIf-Match: "+read.Header().Get("ETag")+send+body); w.Code != http.StatusOK {
			t.Errorf("%s: the record is answered %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestARecordIsSentBackByWhoManagesSomeGroupsOnly(t *testing.T) {
	t.Parallel()
	const send = "\nContent-Type: application/json\n\n"
	e := dialecttest.Open(t, dialecttest.Options{Realms: offline{}})
	described(func(testing.TB, *dialecttest.Env) {})(t, e)
	full(t, e)
	e.User(t, directory.NewUser{
		UserName: "desk", Password: password, AccessLevel: roster.LevelManager, LevelGroups: []roster.Ref{{Name: "Acme"}}, Groups: []roster.Ref{{Name: "Acme"}},
	})
	asDesk := func(request string) *httptest.ResponseRecorder { return e.Do(t, "desk:"+password, request) }
	read := asDesk("GET /api/v1/users/{user full}").Body.String()
	if w := asDesk("PATCH /api/v1/users/{user full}" + send + read); w.Code != http.StatusOK || w.Body.String() != read {
		t.Errorf("%s is answered %d %s", read, w.Code, w.Body)
	}
	// If the body changes the roles, the faults point to members that it sent.
	for _, c := range []struct{ roles, pointer string }{
		{`["Customer",{"id":"{role}","groups":[]}]`, `"#/roles/1/groups"`},
		{`[{"id":"{role}","groups":["{group Acme}"]},{"id":"{role}","groups":["Nope"]}]`, `"#/roles/1/groups/0"`},
		{`["Customer",{"id":"nope","groups":["{group Acme}"]}]`, `"#/roles/1"`},
	} {
		w := asDesk("PATCH /api/v1/users/{user full}" + send + `{"roles":` + c.roles + `}`)
		if w.Code < 400 || !strings.Contains(w.Body.String(), `"pointer":`+c.pointer+`,`) || strings.Contains(w.Body.String(), "roleGrants") {
			t.Errorf("%s is answered %d %s", c.roles, w.Code, w.Body)
		}
	}
}

func TestUUIDsAreOnesInAnyCase(t *testing.T) {
	t.Parallel()
	const send = "\nContent-Type: application/json\n\n"
	e := dialecttest.Open(t, dialecttest.Options{Realms: offline{}})
	described(func(testing.TB, *dialecttest.Env) {})(t, e)
	full(t, e)
	e.Set("USER", strings.ToUpper(e.Fill("{user full}")))
	e.Set("ACME", strings.ToUpper(e.Fill("{group Acme}")))
	e.Set("CHECK", strings.ToUpper(e.Fill("{check}")))
	var full struct{ ContactMethods []map[string]any }
	if err := json.Unmarshal(asBoss(t, e, "GET /users/{user full}").Body.Bytes(), &full); err != nil || len(full.ContactMethods) == 0 {
		t.Fatal(err, full)
	}
	for _, m := range full.ContactMethods {
		m["id"] = strings.ToUpper(m["id"].(string))
	}
	contacts, _ := json.Marshal(full.ContactMethods)
	for _, c := range []struct{ request, want string }{
		{"PATCH /users/{user full}" + send + `{"id":"{USER}","contactMethods":` + string(contacts) + `}`, `"userName":"full"`},
		{"PUT /users?match=userName" + send + `{"id":"{USER}","userName":" Full\u200b "}`, `"id":"{user full}"`},
		{"PUT /users?match=email" + send + `{"id":"{USER}","userName":"full","email":"FULL@example.com"}`, `"id":"{user full}"`},
		{"PUT /users?match=externalId" + send + `{"id":"{USER}","userName":"full","externalId":" x-1 "}`, `"id":"{user full}"`},
		{"GET /users?filter=accessLevelGroups%20eq%20%22{ACME}%22", `"userName":"full"`},
		{"POST /tokens" + send + `{"name":"t","access":"read","user":"{USER}"}`, `"userName":"full"`},
		{"POST /users\nIdempotency-Key: k" + send + `{"userName":"once","groups":["{group Acme}"]}`, `"userName":"once"`},
		{"POST /users\nIdempotency-Key: k" + send + `{"userName":"once","groups":["{ACME}"]}`, `"userName":"once"`},
		{"POST /events\nIdempotency-Key: k" + send + `{"title":"t","check":"{check}"}`, `"id":"{check}"`},
		{"POST /events\nIdempotency-Key: k" + send + `{"title":"t","check":"{CHECK}"}`, `"id":"{check}"`},
	} {
		if w := asBoss(t, e, c.request); w.Code >= 300 || !strings.Contains(w.Body.String(), e.Fill(c.want)) {
			t.Errorf("%s is answered %d %s", e.Fill(c.request), w.Code, w.Body)
		}
	}
}

// TestAReferenceIsCutAndFolded runs on both engines. Invisible characters of a name do not count
// when a request refers to it.
func TestAReferenceIsCutAndFolded(t *testing.T) {
	t.Parallel()
	const token = "Bearer {token write}"
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, dialecttest.Scenario{
		Name: "by a filter", As: token, Status: 200, Body: `{"items":[{"id":"…"}],"next":"…"}`,
		Request: "GET /api/v1/users?fields=id&limit=1&filter=groups%20eq%20%22Acme%e2%80%8e%22",
		After: func(t testing.TB, e *dialecttest.Env) {
			for i, around := range []string{`%s\t`, `%s\n`, `%s\u200e`, `\u200f%s`, `%s\u061c`, ` %s `} {
				named := func(name string) string { return `"` + strings.ReplaceAll(around, "%s", name) + `"` }
				answers(t, e, token, with(createUser, `{"userName":"r`+string(rune('a'+i))+`","groups":[`+named("Network")+`],"roles":[`+named("Operator")+
					`],"department":`+named("Operations")+`,"primaryGroup":`+named("Acme")+`,"teams":[`+named("Storage")+`]}`), 201)
				answers(t, e, token, with("POST /api/v1/groups/{group Acme}/members", `{"add":[`+named("ann")+`,`+named("{user bob}")+`]}`), 200)
			}
		},
	})
}
