package graze_test

import (
	"fmt"
	"strings"
	"testing"

	"roster/internal/dialect/dialecttest"
)

func TestTeamsKeepWhatTheyAreGiven(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for i, c := range []struct{ arguments, landing, rest string }{
		{``, `""`, ``},
		{`"landing_page":null,"alert_filter":null,"description":null,"active":null,"users":null,"services":null`, `""`, ``},
		{`"active":"","services":"","users":"","alert_filter":"","sig_filter":"","landing_page":"","description":""`, `""`, ``},
		{`"services":"[]","users":"[1]"`, `""`, `"user_ids":[1]`},
		{`"users":["{number graze}","ADMIN",1]`, `""`, `"users":["admin","graze"]`},
		{`"landing_page":{ "type" : "situations" , "id":[1,2.50,"é"]}`, `{"type":"situations","id":[1,2.50,"é"]}`, ``},
		{`"landing_page":"{\"type\":1}"`, `"{\"type\":1}"`, ``},
		{`"landing_page":"#/a?b=c&d"`, `"#/a?b=c\u0026d"`, ``},
		{`"alert_filter":{"left":{"column":"x","op":0},"oper":"AND"}`, `""`, `"alert_filter":"{\"left\":{\"column\":\"x\",\"op\":0},\"oper\":\"AND\"}"`},
		{`"active":"false"`, `""`, `"active":false`},
		{`"services":["Ünï","ÜNÏ","Ünï"]`, `""`, `"services":["Ünï"]`},
		{`"description":"line\nline"`, `""`, `"description":"line\nline"`},
	} {
		name := fmt.Sprint("kept", i)
		rows = append(rows, dialecttest.Scenario{
			Name: fmt.Sprintf("%d %.40s", i, c.arguments), As: as, Status: 200, Body: `{"team_id":…}`,
			Request: "POST /graze/v1/createTeam\n" + post + strings.Replace(fmt.Sprintf(`{"name":%q,%s}`, name, c.arguments), ",}", "}", 1),
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				got := e.Do(t, as, "GET /graze/v1/getTeam?name="+name).Body.String()
				if want := `"landing_page":` + c.landing + `,"description"`; !strings.Contains(got, want) || !strings.Contains(got, c.rest) {
					t.Errorf("the team is %s\nwant in it %s and %s", got, want, c.rest)
				}
			},
		})
	}
	dialecttest.Run(t, dialecttest.World{Given: documented}, rows...)
}

func TestCallsOnTeamsAreRefusedThatAreWrong(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for _, c := range []struct {
		call, body string
		status     int
		want       string
	}{
		{"createTeam", `{}`, 400, "name is required"},
		{"createTeam", `{"name":""}`, 400, "name is required"},
		{"createTeam", `{"name":5}`, 400, "name must be a string, not a number"},
		{"createTeam", `{"name":"a\u0000"}`, 400, "name must not hold control characters"},
		{"createTeam", `{"name":"` + strings.Repeat("é", 65) + `"}`, 400, "name must not be longer than 64 characters"},
		{"createTeam", `{"name":"x","active":"maybe"}`, 400, "active must be true or false"},
		{"createTeam", `{"name":"x","users":["nobody"]}`, 400, `users[0] names no user: \"nobody\"`},
		{"createTeam", `{"name":"x","users":["a\u0000"]}`, 400, `users[0] names no user: \"a\\x00\"`},
		{"createTeam", `{"name":"x","users":[1,{}]}`, 400, "users[1] must be a name or an id"},
		{"createTeam", `{"name":"x","users":"graze"}`, 400, "users must be an array"},
		{"createTeam", `{"name":"x","services":[99]}`, 400, "services[0] names no service: 99"},
		{"createTeam", `{"name":"x","services":["a\u0000"]}`, 400, "services[0] must not hold control characters"},
		{"createTeam", `{"name":"x","services":[null]}`, 400, "services[0] must be a name or an id"},
		{"createTeam", `{"name":"x","alert_filter":5}`, 400, "alert_filter must be a string, not a number"},
		{"createTeam", `{"name":"x","sig_filter":"a\u0000"}`, 400, "sig_filter must be text of at most 65536 bytes without a NUL character"},
		{"createTeam", `{"name":"x","landing_page":[1]}`, 400, "landing_page must be a string or an object"},
		{"createTeam", `{"name":"x","landing_page":"` + strings.Repeat("x", 65536) + `"}`, 400, "landing_page must be text of at most 65536 bytes without a NUL character"},
		{"createTeam", `{"name":"x","description":"` + strings.Repeat("x", 1001) + `"}`, 400, "description must be text of at most 1000 characters without a NUL character"},
		{"updateTeam", `{}`, 400, "team_id is required"},
		{"updateTeam", `{"team_id":""}`, 400, "team_id is required"},
		{"updateTeam", `{"team_id":"my team 1"}`, 400, "team_id must be the id of a team, a whole number"},
		{"updateTeam", `{"team_id":1.5}`, 400, "team_id must be the id of a team, a whole number"},
		{"updateTeam", `{"team_id":-1}`, 400, "team_id must be the id of a team, a whole number"},
		{"updateTeam", `{"team_id":0}`, 404, "team_id names no team"},
		{"updateTeam", `{"team_id":99}`, 404, "team_id names no team"},
		{"updateTeam", `{"team_id":"99999999999999999999"}`, 404, "team_id names no team"},
		{"updateTeam", `{"team_id":2,"name":" "}`, 400, "name is required"},
		{"updateTeam", `{"team_id":2,"users":["nobody"]}`, 400, `users[0] names no user: \"nobody\"`},
		{"deleteTeam", `{}`, 400, "team_id is required"},
		{"deleteTeam", `team_id=`, 400, "team_id is required"},
		{"deleteTeam", `team_id=+`, 400, "team_id is required"},
		{"updateTeam", `{"team_id":" 2 ","name":"my team 2"}`, 400, "…"},
		{"deleteTeam", `team_id=my+team+1`, 400, "team_id must be the id of a team, a whole number"},
		{"deleteTeam", `{"team_id":99}`, 404, "team_id names no team"},
		{"deleteTeam", `team_id=4711`, 404, "team_id names no team"},
	} {
		rows = append(rows, dialecttest.Scenario{
			Name: fmt.Sprintf("%s %.60s", c.call, c.body), As: as, Request: "POST /graze/v1/" + c.call + "\n\n" + c.body,
			Status: c.status, Body: fault(fmt.Sprint(c.status), c.want),
		})
	}
	const get = "GET /graze/v1/getTeam"
	rows = append(rows, []dialecttest.Scenario{
		{
			Name: "updateTeam to a taken name", As: as, Request: "POST /graze/v1/updateTeam\n\n" + `{"team_id":2,"name":"my team 2"}`, Status: 400,
			Body: failed("400", "name is taken", "name is taken: that of team_id 3, which updateTeam changes"),
		},
		{Name: "getTeam without arguments", As: as, Request: get, Status: 400, Body: fault("400", "team_id or name is required")},
		{Name: "getTeam of an id that is none", As: as, Request: get + "?team_id=99", Status: 404, Body: fault("404", "team_id names no team")},
		{Name: "getTeam of blanks", As: as, Request: get + "?team_id=%20", Status: 400, Body: fault("400", "team_id or name is required")},
		{Name: "getTeam with blanks around the id", As: as, Request: get + "?team_id=%202%20", Status: 200, Body: `{"room_id":2,"alert_filter":"","user_ids":[],"sig_filter":"","landing_page":"","description":"my team 1's people","active":true,"team_id":2,"services":[],"users":[],"deleted":false,"name":"my team 1","service_ids":[]}`},
		{Name: "getTeam of the id 0", As: as, Request: get + "?team_id=0", Status: 404, Body: fault("404", "team_id names no team")},
		{Name: "getTeam of a name that is none", As: as, Request: get + "?name=nowhere", Status: 400, Body: fault("400", `name names no team: \"nowhere\"`)},
		{Name: "getTeam of a name that is none in team_id", As: as, Request: get + "?team_id=nowhere", Status: 400, Body: fault("400", `team_id names no team: \"nowhere\"`)},
	}...)
	given := func(t testing.TB, e *dialecttest.Env) { t.Helper(); documented(t, e); e.Team(t, "4711") }
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}

func TestTeamsChangeAndGo(t *testing.T) {
	t.Parallel()
	team := func(n, rest string) string { return `{"room_id":` + n + `,"alert_filter":"` + rest + `}` }
	dialecttest.Run(t, dialecttest.World{Given: documented}, []dialecttest.Scenario{
		{
			Name: "lists are replaced, and what is left out stays", As: as, Status: 200,
			Request: "POST /graze/v1/updateTeam\n\n" + `{"team_id":"2","users":["graze"],"services":["web"],"alert_filter":"a = 1","landing_page":"here"}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				answers("getTeam?team_id=2", team("2", `a = 1","user_ids":[{number graze}],"sig_filter":"","landing_page":"here","description":"my team 1's people","active":true,"team_id":2,"services":["web"],"users":["graze"],"deleted":false,"name":"my team 1","service_ids":[1]`))(t, e)
				for _, step := range []string{
					`{"team_id":2,"users":[],"services":[],"alert_filter":null,"landing_page":null,"name":"renamed","description":""}`,
					`{"team_id":2}`,
				} {
					if w := e.Do(t, as, "POST /graze/v1/updateTeam\n\n"+step); w.Code != 200 || w.Body.Len() > 0 {
						t.Fatalf("%d %s", w.Code, w.Body)
					}
					answers("getTeam?team_id=2", team("2", `","user_ids":[],"sig_filter":"","landing_page":"","description":"","active":true,"team_id":2,"services":[],"users":[],"deleted":false,"name":"renamed","service_ids":[]`))(t, e)
				}
				answers("getUserTeams?username=graze", "[]")(t, e)
			},
		},
		{
			Name: "a deleted team is nobody's, and its name is free", As: as, Status: 200,
			Given: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				e.Do(t, as, "POST /graze/v1/updateTeam\n\n"+`{"team_id":3,"users":["admin"]}`)
			},
			Request: "POST /graze/v1/deleteTeam\n\n" + `{"team_id":"3"}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				answers("getTeam?name=my%20team%202", fault("400", `name names no team: \"my team 2\"`))(t, e)
				answers("getUserTeams?username=admin", "[]")(t, e)
				answers("getTeam?team_id=3", fault("404", "team_id names no team"))(t, e)
				if w := e.Do(t, as, "POST /graze/v1/createTeam\n\n"+`{"name":"My Team 2"}`); w.Code != 200 || w.Body.String() == `{"team_id":3}` {
					t.Errorf("the name is answered %d %s", w.Code, w.Body)
				}
			},
		},
	}...)
}
