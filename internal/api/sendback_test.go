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

// sentBack are the calls that take a record as another call returns it: what is read, and what is sent where.
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

// notSentBack are the changes whose body is no record.
var notSentBack = []string{"addGroupMember", "addTeamMember", "setUserPassword"}

// full makes a record of every noun that can be changed, with all members set.
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
		UserName: "full", DisplayName: "Full", Email: "full@example.com", ExternalID: "x-1", Password: password,
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

// originalOf returns what is to be sent back: the record, or the first one of a list.
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
		{"PATCH /users/{user full}", `{"managedBy":{"profile":"api"}}`, "#/managedBy"},
		{"PATCH /users/{user full}", `{"contactMethods":[]}`, "#/contactMethods"},
		{"PATCH /users/{user full}", `{"hasPassword":null}`, "#/hasPassword"},
		{"PATCH /checks/{check}", `{"status":"failure"}`, "#/status"},
		{"PATCH /groups/{group Acme}", `{"memberCount":9}`, "#/memberCount"},
		{"PATCH /settings", `{"version":99}`, "#/version"},
		{"PUT /users?match=userName", `{"userName":"boss","id":"{user full}"}`, "#/id"},
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
