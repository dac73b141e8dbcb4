package graze_test

import (
	"fmt"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// pages is what the examples on the documentation's pages take for granted: teams up to the number
// 33, and the people whom they name.
func pages(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	for _, name := range []string{"Application Support", "Network", "Web"} { // 5 to 7
		e.Team(t, name)
	}
	for i := 8; i <= 33; i++ {
		e.Team(t, fmt.Sprintf("team %d", i))
	}
	roles := func(numbers ...int64) (refs []roster.Ref) {
		for _, n := range numbers {
			refs = append(refs, roster.Ref{Number: n})
		}
		return refs
	}
	teams := func(names ...string) (refs []roster.Ref) {
		for _, n := range names {
			refs = append(refs, roster.Ref{Name: n})
		}
		return refs
	}
	e.User(t, directory.NewUser{UserName: "bigfish917", Roles: roles(2, 4, 5), External: true, Teams: teams("Cloud DevOps", "Network", "Application Support")})
	e.User(t, directory.NewUser{UserName: "five", Email: "five@example.com", DisplayName: "Number Five", Roles: roles(4), Password: "five", Teams: teams("my team 2"), SessionExpiry: roster.Some(90)})
	for _, name := range []string{"user1", "user2", "user3"} {
		e.User(t, directory.NewUser{UserName: name, Roles: roles(4), External: true})
	}
	e.User(t, directory.NewUser{UserName: "boss", Password: "boss", Roles: roles(1)})
}

// answers returns the answer to a GET as graze, as a check after a row.
func answers(request, want string) func(testing.TB, *dialecttest.Env) {
	return func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		if w := e.Do(t, as, "GET /graze/v1/"+request); w.Body.String() != e.Fill(want) {
			t.Errorf("%s is answered\n%s\nwant\n%s", request, w.Body, e.Fill(want))
		}
	}
}

// The requests and answers of the pages of the public documentation, with ids as they are here.
func TestTheDocumentedCallsOnUsersAreAnsweredAsDocumented(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Options: dialecttest.Options{GrazerGrantsSuper: true}, Given: pages}, []dialecttest.Scenario{
		{
			Name: "updateuser.html", As: as, Status: 200, Header: map[string]string{"Content-Length": "0"},
			Request: "POST /graze/v1/updateUser\n" + post +
				`{"uid":{number five},"active":true,"password":"test","roles":["Super User","Operator"],"teams":["my team 1"],"session_expiry":null,"properties":null,"contact_num":"555-123456","timezone":"Europe/London","fullname":"John Doe","department":"Support","primary_group":"Network","email":"test@test.com"}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				u := e.Get(t, "five")
				if u.DisplayName != "John Doe" || u.Email != "test@test.com" || !u.Active || len(u.Roles) != 2 || u.SessionExpiry != 0 || u.Properties != nil ||
					len(u.Teams) != 1 || u.Teams[0].Name != "my team 1" || u.ContactNumber != "555-123456" || u.TimeZone != "Europe/London" ||
					u.Department.Name != "Support" || u.PrimaryGroup.Name != "Network" {
					t.Errorf("the user is %+v", u)
				}
				if w := e.Do(t, "five:test", "GET /graze/v1/getUserInfo?username=five"); w.Code != 200 {
					t.Errorf("with the new password the answer is %d %s", w.Code, w.Body)
				}
			},
		},
		{
			Name: "getuserroles.html", As: as, Request: "GET /graze/v1/getUserRoles?username=bigfish917", Status: 200,
			Body: `[{"id":2,"name":"Administrator","description":"Administrator"},{"id":4,"name":"Operator","description":"Operator"},{"id":5,"name":"Customer","description":"Customer"}]`,
		},
		{
			Name: "getuserteams.html", As: as, Request: "GET /graze/v1/getUserTeams?username=bigfish917", Status: 200,
			Body: `[{"id":1,"name":"Cloud DevOps"},{"id":5,"name":"Application Support"},{"id":6,"name":"Network"}]`,
		},
		{
			Name: "getusers.html", As: as, Request: "GET /graze/v1/getUsers?limit=3", Status: 200,
			Body: `[{"uid":1,"teams":[],"fullname":"Administrator","username":"admin"},{"uid":{number graze},"teams":[],"fullname":"Graze API User","username":"graze"},` +
				`{"uid":{number bigfish917},"teams":["Cloud DevOps","Application Support","Network"],"fullname":"bigfish917","username":"bigfish917"}]`,
		},
	}...)
}

func TestTheDocumentedCallsOnTeamsAreAnsweredAsDocumented(t *testing.T) {
	t.Parallel()
	const filter = `manager = \"my_manager\" and (class = \"my_class_12345\" or external_id = \"my_ext_12345\")`
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		pages(t, e)
		_, err := e.Directory.UpdateGroup(t.Context(), e.By, directory.GroupChange{
			Group: directory.GroupSelector{Kind: roster.KindTeam, Ref: roster.Ref{Name: "Web"}}, Services: roster.Some([]roster.Ref{{Name: "web"}}),
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Directory.UpdateGroup(t.Context(), e.By, directory.GroupChange{
			Group:   directory.GroupSelector{Kind: roster.KindTeam, Ref: roster.Ref{Number: 2}},
			Members: roster.Some([]roster.Ref{{Name: "admin"}}), AlertFilter: roster.Some(`((severity = 0) OR (severity = 1)) AND (agent_location = "Test")`),
			Description: roster.Some(""),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{
			Name: "createteam.html", As: as, Status: 200, Body: `{"team_id":…}`,
			Request: "POST /graze/v1/createTeam\n" + post +
				`{"name":"my team name 1","alert_filter":"` + filter + `","services":["Identity Management","Yellow Pages"],"sig_filter":"description = \"my_description_12345\" or queue = 50","landing_page":{"type":"situations","id":"open"},"active":true,"description":"The team description 12345","users":["user1","user2","user3"]}`,
			After: answers("getTeam?name=my%20team%20name%201",
				`{"room_id":34,"alert_filter":"`+filter+`","user_ids":[{number user1},{number user2},{number user3}],"sig_filter":"description = \"my_description_12345\" or queue = 50",`+
					`"landing_page":{"type":"situations","id":"open"},"description":"The team description 12345","active":true,"team_id":34,"services":["Identity Management","Yellow Pages"],`+
					`"users":["user1","user2","user3"],"deleted":false,"name":"my team name 1","service_ids":[2,3]}`),
		},
		{
			Name: "updateteam.html, as the official client of 6.1 sends it", As: as, Status: 200, Header: map[string]string{"Content-Length": "0"},
			Given: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				e.Do(t, as, "POST /graze/v1/updateTeam\n\n"+`{"team_id":6,"users":["user1"],"services":["web"],"active":false}`)
			},
			Request: "POST /graze/v1/updateTeam\n" + post +
				`{"team_id":6,"name":"x","alert_filter":"","active":"","services":"","sig_filter":"","landing_page":"","description":"the new one","users":""}`,
			After: answers("getTeam?team_id=6",
				`{"room_id":6,"alert_filter":"","user_ids":[{number user1}],"sig_filter":"","landing_page":"","description":"the new one","active":false,"team_id":6,"services":["web"],"users":["user1"],"deleted":false,"name":"x","service_ids":[1]}`),
		},
		{
			Name: "deleteteam.html", As: as, Status: 200, Header: map[string]string{"Content-Length": "0"},
			Request: "POST /graze/v1/deleteTeam\nContent-Type: application/x-www-form-urlencoded\n\nteam_id=33",
			After:   answers("getTeam?team_id=33", fault("404", "team_id names no team")),
		},
		{
			Name: "getteam.html", As: as, Request: "GET /graze/v1/getTeam?team_id=2", Status: 200,
			Body: `{"room_id":2,"alert_filter":"((severity = 0) OR (severity = 1)) AND (agent_location = \"Test\")","user_ids":[1],"sig_filter":"","landing_page":"","description":"","active":true,"team_id":2,"services":[],"users":["admin"],"deleted":false,"name":"my team 1","service_ids":[]}`,
		},
		{
			Name: "getteam.html by name", As: as, Request: "GET /graze/v1/getTeam?name=Cloud%20DevOps", Status: 200,
			Body: `{"room_id":1,"alert_filter":"","user_ids":[{number bigfish917}],"sig_filter":"","landing_page":"","description":"","active":true,"team_id":1,"services":[],"users":["bigfish917"],"deleted":false,"name":"Cloud DevOps","service_ids":[]}`,
		},
	}...)
}

func TestTheDocumentedListsOfTeamsAreAnsweredAsDocumented(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		documented(t, e)
		for _, body := range []string{
			`{"team_id":3,"services":["web","db"],"users":["graze"]}`, `{"team_id":4,"services":["db"],"active":false}`, `{"team_id":2,"landing_page":"open"}`,
		} {
			if w := e.Do(t, as, "POST /graze/v1/updateTeam\n\n"+body); w.Code != 200 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	}
	team := func(n int, user, userID, landing, services, serviceIDs, name, active string) string {
		description := name + "'s people"
		if n == 1 {
			description = ""
		}
		return fmt.Sprintf(`{"room_id":%d,"alert_filter":"","user_ids":[%s],"sig_filter":"","landing_page":%q,"description":%q,"active":%s,"team_id":%d,"services":[%s],"users":[%s],"deleted":false,"name":%q,"service_ids":[%s]}`,
			n, userID, landing, description, active, n, services, user, name, serviceIDs)
	}
	cloud := team(1, "", "", "", "", "", "Cloud DevOps", "true")
	one := team(2, "", "", "open", "", "", "my team 1", "true")
	two := team(3, `"graze"`, "{number graze}", "", `"web","db"`, "1,2", "my team 2", "true")
	three := team(4, "", "", "", `"db"`, "2", "my team 3", "false")
	const get = "GET /graze/v1/getTeamsForService?"
	rows := []dialecttest.Scenario{
		{Name: "getteams.html", Request: "GET /graze/v1/getTeams", Status: 200, Body: "[" + cloud + "," + one + "," + two + "," + three + "]"},
		{Name: "getteamsforservice.html by service_id", Request: get + "service_id=1", Status: 200, Body: "[" + two + "]"},
		{Name: "getteamsforservice.html by service_name", Request: get + "service_name=web", Status: 200, Body: "[" + two + "]"},
		{Name: "getteamsforservice.html by name", Request: get + "name=DB", Status: 200, Body: "[" + two + "," + three + "]"},
		{Name: "by a name in service_id", Request: get + "service_id=db", Status: 200, Body: "[" + two + "," + three + "]"},
		{Name: "by service_id beside empty names", Request: get + "service_id=2&name=&service_name=", Status: 200, Body: "[" + two + "," + three + "]"},
		{Name: "by an id that is none", Request: get + "service_id=99", Status: 404, Body: fault("404", "service_id names no service")},
		{Name: "by a name that is none", Request: get + "service_name=mail", Status: 400, Body: fault("400", `service_name names no service: \"mail\"`)},
		{Name: "by a name that is none in service_id", Request: get + "service_id=mail", Status: 400, Body: fault("400", `service_id names no service: \"mail\"`)},
		{Name: "by nothing", Request: "GET /graze/v1/getTeamsForService", Status: 400, Body: fault("400", "service_id or service_name is required")},
	}
	for i := range rows {
		rows[i].As = as
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}

// The example of getuserinfo.html shows two keys; they are the first.
func TestTheDocumentedAnswerOfGetUserInfoComesFirst(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		documented(t, e)
		e.User(t, directory.NewUser{UserName: "lonnie", DisplayName: "Lonnie Holmes", External: true, JoinedAt: roster.Some(time.Unix(1, 0))})
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, dialecttest.Scenario{
		Name: "getuserinfo.html", As: as, Request: "GET /graze/v1/getUserInfo?user_id={number lonnie}", Status: 200,
		Body: `{"full_name":"Lonnie Holmes","user_id":{number lonnie},"username":"lonnie","fullname":"Lonnie Holmes","email":"","active":true,"contact_num":"","timezone":"SYSTEM","department":null,"primary_group":1,"groupname":"End-User","roles":[],"teams":[],"joined":1,"session_expiry":null,"competencies":[],"properties":null,"realms":["external"]}`,
	})
}
