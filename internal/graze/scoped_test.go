package graze_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// customers are two customers of a service provider, each a group. "boss" manages the people of
// Mine and "head" is an administrator there, both for Mine alone. "ann" is one of them; "whole" is
// one, too, and an operator for the whole organization; "stranger" belongs to Other.
func customers(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	mine, _ := e.Group(t, "Mine"), e.Group(t, "Other")
	e.Department(t, "Support")
	ofMine := e.By
	ofMine.Kind, ofMine.Name = roster.ActorUser, "provider"
	ofMine.Grants = roster.Grants{{Group: mine.ID, Permissions: roster.AllPermissions}}
	scoped := func(name string, role int64) {
		t.Helper()
		_, err := e.Directory.CreateUser(t.Context(), ofMine, directory.NewUser{
			UserName: name, Password: name, Roles: []roster.Ref{{Number: role}}, Groups: []roster.Ref{{Name: "Mine"}},
		})
		if err != nil {
			t.Fatalf("make %s: %v", name, err)
		}
		e.Know(t, name)
	}
	scoped("boss", roster.RoleManager)
	scoped("head", roster.RoleAdministrator)
	scoped("ann", roster.RoleOperator)
	scoped("bob", roster.RoleOperator)
	_, err := e.Directory.CreateGroup(t.Context(), e.By, directory.NewGroup{
		Kind: roster.KindTeam, Name: "crew", Members: []roster.Ref{{Name: "ann"}}, Services: []roster.Ref{{Name: "shop"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	operator := []roster.Ref{{Number: roster.RoleOperator}}
	e.User(t, directory.NewUser{UserName: "whole", Roles: operator, Groups: []roster.Ref{{Name: "Mine"}}})
	e.User(t, directory.NewUser{UserName: "stranger", Roles: operator, Groups: []roster.Ref{{Name: "Other"}}, Teams: []roster.Ref{{Name: "crew"}}})
}

// newcomer is a createUser of somebody in a primary group.
func newcomer(name, role, group string) string {
	return "createUser\n\n" + `{"username":"` + name + `","fullname":"New","email":"new@example.com","password":"a password","roles":["` + role + `"],"department":"Support","primary_group":"` + group + `"}`
}

// unchanged fails the test if the user is not as it was made.
func unchanged(name string) func(t testing.TB, e *dialecttest.Env) {
	return func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		if u := e.Get(t, name); u.Version != 1 || !u.Active {
			t.Errorf("%s is changed: %+v", name, u)
		}
	}
}

func absent(name string) func(t testing.TB, e *dialecttest.Env) {
	return func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Absent(t, name) }
}

// asBoss are rows of what boss calls.
func asBoss(calls []dialecttest.Scenario) []dialecttest.Scenario {
	for i, c := range calls {
		method := "GET"
		if strings.Contains(c.Request, "\n") {
			method = "POST"
		}
		calls[i].Name, calls[i].As = strings.ReplaceAll(c.Request, "\n", " "), "boss:boss"
		calls[i].Request = method + " /graze/v1/" + c.Request
	}
	return calls
}

const (
	noUserName = "username names no user"
	noUserID   = "user_id names no user"
	above      = `{"message":"… permissions beyond yours…","statusCode":403,"additional":{"debugMessage":"…"}}`
)

func TestWhoManagesOneGroupReadsItsPeopleOnly(t *testing.T) {
	t.Parallel()
	limited := fault("403", "this credential is limited to groups, and this concerns the whole organization")
	rows := asBoss([]dialecttest.Scenario{
		{Request: "authenticate?username=boss&password=boss", Status: 200, Body: `{"auth_token":"…"}`},
		{Request: "getUsers", Status: 200, Body: `[{"uid":2,"teams":[],"fullname":"boss","username":"boss"},{"uid":3,"teams":[],"fullname":"head","username":"head"},` +
			`{"uid":4,"teams":[],"fullname":"ann","username":"ann"},{"uid":5,"teams":[],"fullname":"bob","username":"bob"},{"uid":6,"teams":[],"fullname":"whole","username":"whole"}]`},
		{Request: "getUserInfo?username=bob", Status: 200, Body: `{"full_name":"bob","user_id":5,"username":"bob","fullname":"bob","email":"","active":true,"contact_num":"","timezone":"SYSTEM","department":null,` +
			`"primary_group":1,"groupname":"End-User","roles":[4],"teams":[],"joined":…,"session_expiry":null,"competencies":[],"properties":null,"realms":["DB"]}`},
		{Request: "getUserRoles?username=ann", Status: 200, Body: `[{"id":4,"name":"Operator","description":"Operator"}]`},
		{Request: "getUserTeams?username=ann", Status: 200, Body: `[]`},
		{Request: "getTeams", Status: 200, Body: `[]`},
		{Request: "getTeam?team_id=2", Status: 404, Body: fault("404", "team_id names no team")},
		{Request: "getTeam?name=crew", Status: 400, Body: fault("400", `name names no team: \"crew\"`)},
		{Request: "getTeamsForService?service_name=shop", Status: 200, Body: `[]`},
		{Request: "getSecurityRealms", Status: 403, Body: fault("403", "this needs one of the permissions: manage_realms")},
		{Request: "getSystemStatus", Status: 403, Body: limited},
	})
	for _, call := range []string{"getUserInfo", "getUserRoles", "getUserTeams"} {
		rows = append(rows, asBoss([]dialecttest.Scenario{
			{Request: call + "?username=stranger", Status: 400, Body: fault("400", noUserName)},
			{Request: call + "?user_id=7", Status: 404, Body: fault("404", noUserID)},
			{Request: call + "?username=admin", Status: 400, Body: fault("400", noUserName)},
			{Request: call + "?user_id=1", Status: 404, Body: fault("404", noUserID)},
		})...)
	}
	dialecttest.Run(t, dialecttest.World{Given: customers}, rows...)
}

func TestWhoManagesOneGroupChangesItsPeopleOnly(t *testing.T) {
	t.Parallel()
	limited := fault("403", "this credential is limited to groups, and this concerns the whole organization")
	needsRealms := fault("403", "this needs one of the permissions: manage_realms")
	dialecttest.Run(t, dialecttest.World{Given: customers}, asBoss([]dialecttest.Scenario{
		{Request: newcomer("new", "Operator", "Mine"), Status: 200, Body: `{"user_id":…}`, After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			u := e.Get(t, "new")
			if len(u.Roles) != 1 || len(u.Roles[0].Groups) != 1 || u.PrimaryGroup.Name != "Mine" || len(u.LevelGroups) != 1 {
				t.Errorf("the role of who is new is not limited to the group: %+v", u)
			}
		}},
		{Request: newcomer("elsewhere", "Operator", "Other"), Status: 400, Body: fault("400", `primary_group names no group: \"Other\"`), After: absent("elsewhere")},
		{
			Request: newcomer("nowhere", "Operator", "End-User"), Status: 403, After: absent("nowhere"),
			Body: fault("403", "primary_group must name at least one of the groups that this credential is limited to"),
		},
		{Request: newcomer("higher", "Administrator", "Mine"), Status: 403, Body: above, After: absent("higher")},
		{ // without the number of somebody whom it does not see
			Request: newcomer("stranger", "Operator", "Mine"), Status: 400, After: unchanged("stranger"),
			Body: fault("400", `username \"stranger\" belongs to another user already`),
		},
		{Request: "updateUser\n\n" + `{"username":"ann","fullname":"Ann"}`, Status: 200},
		{Request: "updateUser\n\n" + `{"username":"bob","password":"another","active":false}`, Status: 200, After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if u := e.Get(t, "bob"); u.Active {
				t.Error("bob is active")
			}
		}},
		{
			Request: "updateUser\n\n" + `{"username":"ann","primary_group":"Other"}`, Status: 400,
			Body: fault("400", `primary_group names no group: \"Other\"`),
		},
		{Request: "updateUser\n\n" + `{"username":"ann","roles":["Super User"]}`, Status: 403, Body: above},
		{Request: "updateUser\n\n" + `{"username":"boss","roles":["Manager","Administrator"]}`, Status: 403, Body: above, After: unchanged("boss")},
		{Request: "updateUser\n\n" + `{"username":"head","password":"taken over"}`, Status: 403, Body: above, After: unchanged("head")},
		{Request: "updateUser\n\n" + `{"username":"whole","active":false}`, Status: 403, Body: above, After: unchanged("whole")},
		{Request: "updateUser\n\n" + `{"username":"stranger","fullname":"Taken over"}`, Status: 400, Body: fault("400", noUserName), After: unchanged("stranger")},
		{Request: "updateUser\n\n" + `{"uid":7,"active":false}`, Status: 404, Body: fault("404", "uid names no user"), After: unchanged("stranger")},
		{Request: "updateUser\n\n" + `{"username":"admin","password":"taken over"}`, Status: 400, Body: fault("400", noUserName), After: unchanged("admin")},
		{Request: "createTeam\n\n" + `{"name":"x"}`, Status: 403, Body: limited},
		{Request: "updateTeam\n\n" + `{"team_id":2,"users":[]}`, Status: 404, Body: fault("404", "team_id names no team"), After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if u := e.Get(t, "stranger"); len(u.Teams) != 1 {
				t.Errorf("stranger is in %v", u.Teams)
			}
		}},
		{Request: "deleteTeam\n\n" + `{"team_id":2}`, Status: 403, Body: limited},
		{Request: "createSecurityRealm\n\n" + `{"name":"x"}`, Status: 403, Body: needsRealms},
		{Request: "updateSecurityRealm\n\n" + `{"name":"x"}`, Status: 403, Body: needsRealms},
	})...)
}

func TestASessionOfWhoManagesOneGroupIsAsLimited(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		customers(t, e)
		e.Session(t, "boss", "boss")
	}
	dialecttest.Run(
		t, dialecttest.World{Given: given},
		dialecttest.Scenario{
			Name: "its own people are found", Request: "GET /graze/v1/getUserRoles?username=ann&auth_token={session boss}",
			Status: 200, Body: `[{"id":4,"name":"Operator","description":"Operator"}]`,
		},
		dialecttest.Scenario{
			Name: "others are not", Request: "GET /graze/v1/getUserRoles?username=stranger&auth_token={session boss}",
			Status: 400, Body: fault("400", noUserName),
		},
		dialecttest.Scenario{
			Name: "who holds nothing but other permissions is not let in", As: "ann:ann", Request: "GET /graze/v1/getUsers",
			Status: 401, Body: notAuthenticated,
		},
	)
}
