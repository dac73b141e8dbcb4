package graze_test

import (
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// ranks are users of every rank, and tokens of CheckCentral. "doorkeeper" holds nothing but the
// right to use Graze, and so does "leveled" besides the level manager.
func ranks(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	if _, err := e.Directory.CreateRole(t.Context(), e.By, directory.NewRole{Name: "Door", Permissions: []string{"graze_login"}}); err != nil {
		t.Fatal(err)
	}
	user := func(name string, level roster.AccessLevel, role roster.Ref) {
		t.Helper()
		e.User(t, directory.NewUser{
			UserName: name, Email: name + "@example.com", Password: name, AccessLevel: level,
			Roles: []roster.Ref{role}, Groups: []roster.Ref{{Name: "Network"}},
		})
	}
	user("super", "", roster.Ref{Number: roster.RoleSuperUser})
	user("administrator", "", roster.Ref{Number: roster.RoleAdministrator})
	user("chief", roster.LevelAdministrator, roster.Ref{Name: "Door"})
	user("manager", "", roster.Ref{Number: roster.RoleManager})
	user("leveled", roster.LevelManager, roster.Ref{Name: "Door"})
	user("operator", "", roster.Ref{Number: roster.RoleOperator})
	user("doorkeeper", "", roster.Ref{Name: "Door"})
	e.Token(t, directory.NewToken{Name: "network", Access: roster.AccessReadWrite, Groups: []roster.Ref{{Name: "Network"}}})
	e.Token(t, directory.NewToken{Name: "whole", Access: roster.AccessReadWrite})
	e.Token(t, directory.NewToken{Name: "leveled", Access: roster.AccessReadWrite, UserName: "leveled"})
}

// reaches are the ways in which updateUser could take somebody over or shut somebody out.
var reaches = []string{
	`"password":"taken over"`, `"email":"mine@example.com"`, `"contact_num":"+44 20 7946 0958"`, `"active":false`,
	`"roles":["Customer"]`, `"roles":["Super User"]`,
}

func TestNobodyChangesSomebodyAboveThem(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for _, c := range []struct {
		by      string
		targets []string
	}{
		{"graze", []string{"super"}},
		{"administrator", []string{"super", "graze"}}, // a Grazer may grant any role
		{"chief", []string{"super", "graze"}},
		{"manager", []string{"super", "administrator", "chief", "graze"}},
		{"leveled", []string{"super", "administrator", "chief", "graze", "manager"}},
		{"doorkeeper", []string{"super", "operator", "doorkeeper"}},
	} {
		for _, target := range c.targets {
			for _, reach := range reaches {
				if target == "super" && reach == `"roles":["Super User"]` && c.by != "doorkeeper" {
					continue // as it is: see below
				}
				rows = append(rows, dialecttest.Scenario{
					Name: c.by + " gives " + target + " " + reach, As: c.by + ":" + c.by, Status: 403, Body: `{"message":"…","statusCode":403,"additional":{"debugMessage":"…"}}`,
					Request: "POST /graze/v1/updateUser\n\n" + fmt.Sprintf(`{"username":%q,%s}`, target, reach),
				})
			}
		}
	}
	for _, by := range []string{"graze", "administrator", "manager"} {
		rows = append(rows, dialecttest.Scenario{
			Name: by + " says of super what is so", As: by + ":" + by, Status: 200, Body: "",
			Request: "POST /graze/v1/updateUser\n\n" + `{"username":"super","email":"super@example.com","active":true,"roles":["Super User"],"groups":["network"]}`,
		})
	}
	w := dialecttest.World{Given: ranks}
	dialecttest.Run(t, w, append(rows, dialecttest.Scenario{
		Name: "and nobody is changed", As: "super:super", Request: "GET /graze/v1/getUserRoles?username=super", Status: 200, Body: `[{"id":1,"name":"Super User","description":"Super User"}]`,
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			for _, name := range []string{"super", "administrator", "chief", "manager"} {
				if u := e.Get(t, name); !u.Active || u.Email != name+"@example.com" || u.Version != 1 {
					t.Errorf("%s is changed: %+v", name, u)
				}
			}
		},
	})...)
}

func TestNobodyBecomesOrMakesSomebodyAboveThem(t *testing.T) {
	t.Parallel()
	const refused = `{"message":"…","statusCode":403,"additional":{"debugMessage":"…"}}`
	var rows []dialecttest.Scenario
	for _, c := range []struct {
		by    string
		roles []string
	}{
		{"graze", []string{"Super User"}},
		{"administrator", []string{"Super User", "Grazer"}},
		{"chief", []string{"Super User", "Grazer"}},
		{"manager", []string{"Super User", "Grazer", "Administrator"}},
		{"leveled", []string{"Super User", "Grazer", "Administrator", "Manager"}},
		{"doorkeeper", []string{"Super User", "Operator"}},
	} {
		for _, role := range c.roles {
			for how, request := range map[string]string{
				"becomes":          fmt.Sprintf(`updateUser`+"\n\n"+`{"username":%q,"roles":["Door",%q]}`, c.by, role),
				"becomes, by text": fmt.Sprintf(`updateUser`+"\n\n"+`username=%s&roles=["%s"]`, c.by, role),
				"makes":            strings.TrimPrefix(create(c.by+" made this", `"x":1`), "POST /graze/v1/"),
				"raises somebody":  fmt.Sprintf(`updateUser`+"\n\n"+`{"username":"operator","roles":[%q]}`, role),
			} {
				if how == "makes" {
					request = strings.Replace(request, `["Operator"]`, `["`+role+`"]`, 1)
				}
				rows = append(rows, dialecttest.Scenario{
					Name: c.by + " " + how + " " + role, As: c.by + ":" + c.by, Request: "POST /graze/v1/" + request, Status: 403, Body: refused,
				})
			}
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: ranks}, rows...)
}

func TestTokensMakeNobodyAboveThem(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for _, c := range []struct{ token, members, field string }{
		{"leveled", `"accessLevel":"administrator"`, "accessLevel"},
		{"leveled", `"accessLevel":"administrator","userGroups":["{group Network}"]`, "accessLevel"},
		{"network", `"accessLevel":"administrator"`, "userGroups"},
		{"network", `"accessLevel":"user"`, "userGroups"}, // outside its group
	} {
		rows = append(rows, dialecttest.Scenario{
			Name: c.token + " " + c.members, As: "Bearer {token " + c.token + "}", Status: 403, Body: `{"error":{"id":"not-allowed","message":"` + c.field + ` …","fields":[{"field":"` + c.field + `","message":"…"}]}}`,
			Request: "POST /createUser\nContent-Type: application/json\n\n" + `{"email":"made@example.com",` + c.members + `}`,
			After:   func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Absent(t, "made@example.com") },
		})
	}
	for _, token := range []string{"leveled", "network", "whole"} {
		for _, call := range []string{"updateUser", "createTeam", "deleteTeam", "createSecurityRealm"} {
			rows = append(rows, dialecttest.Scenario{
				Name: token + " is no credential for " + call, As: "Bearer {token " + token + "}", Status: 401, Body: notAuthenticated,
				Request: "POST /graze/v1/" + call + "\n\n{}",
			})
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: ranks}, rows...)
}

func TestWhoMayOnlyReadChangesNoTeamAndNoRealm(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for call, want := range map[string]string{
		"createUser": "manage_users", "updateUser": "manage_users",
		"createTeam": "manage_groups", "updateTeam": "manage_groups", "deleteTeam": "manage_groups",
		"createSecurityRealm": "manage_realms", "updateSecurityRealm": "manage_realms",
	} {
		rows = append(rows, dialecttest.Scenario{
			Name: call, As: "doorkeeper:doorkeeper", Request: "POST /graze/v1/" + call + "\n\n" + `{"team_id":2,"username":"operator","name":"x"}`,
			Status: 403, Body: fault("403", "this needs one of the permissions: "+want),
		})
	}
	for _, call := range []string{"getUsers", "getTeams", "getSystemStatus", "getTeam?team_id=2", "getUserRoles?username=super", "getUserTeams?username=super"} {
		rows = append(rows, dialecttest.Scenario{
			Name: call + " without a credential", Request: "GET /graze/v1/" + call, Status: 401, Body: notAuthenticated,
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				if w := e.Do(t, "doorkeeper:doorkeeper", "GET /graze/v1/"+call); w.Code != 200 {
					t.Errorf("with graze_login %s is answered %d %s", call, w.Code, w.Body)
				}
			},
		})
	}
	dialecttest.Run(t, dialecttest.World{Given: ranks}, rows...)
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		documented(t, e)
		for _, name := range []string{"boss", "second"} {
			e.User(t, directory.NewUser{UserName: name, Password: name, Roles: []roster.Ref{{Number: roster.RoleSuperUser}}})
		}
		for _, name := range []string{"admin", "second"} {
			if w := e.Do(t, "boss:boss", "POST /graze/v1/updateUser\n\n"+fmt.Sprintf(`{"username":%q,"active":false}`, name)); w.Code != 200 {
				t.Fatalf("deactivate %s: %d %s", name, w.Code, w.Body)
			}
		}
	}
	const last = " cannot be changed: this is the last active administrator; make another one first"
	var rows []dialecttest.Scenario
	for arguments, field := range map[string]string{
		`"active":false`: "active", `"roles":["Operator"]`: "roles", `"roles":["Grazer","Manager"]`: "roles", `"active":false,"roles":["Super User"]`: "active",
	} {
		rows = append(rows, dialecttest.Scenario{
			Name: arguments, As: "boss:boss", Request: "POST /graze/v1/updateUser\n\n" + `{"username":"boss",` + arguments + `}`,
			Status: 400, Body: fault("400", field+last),
		})
	}
	rows = append(rows, dialecttest.Scenario{
		Name: "a role that is as high is another matter", As: "boss:boss", Request: "POST /graze/v1/updateUser\n\n" + `{"username":"boss","roles":["Super User","Operator"]}`, Status: 200,
	})
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}
