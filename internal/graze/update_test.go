package graze_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// full makes a user about whom everything is known.
func full(t testing.TB, e *dialecttest.Env, name string) {
	t.Helper()
	e.User(t, directory.NewUser{
		UserName: name, DisplayName: "Full Name", Email: "full@example.com", Password: "secret of " + name,
		Roles:        []roster.Ref{{Number: roster.RoleOperator}, {Number: roster.RoleCustomer}},
		PrimaryGroup: roster.Ref{Name: "Network"}, Department: roster.Ref{Name: "Support"},
		Teams: []roster.Ref{{Name: "my team 1"}, {Name: "my team 2"}}, ContactNumber: "555-1234", TimeZone: "Europe/London",
		SessionExpiry: roster.Some(80), JoinedAt: roster.Some(time.Unix(1494951621, 0)),
		Competencies: []roster.Competency{{Name: "SunOS", Ranking: 40}}, Properties: json.RawMessage(`{"a":1}`),
	})
}

// told is getUserInfo's answer about such a user, with one part another.
func told(name string, changes ...string) string {
	info := `{"full_name":"Full Name","user_id":{number ` + name + `},"username":"` + name + `","fullname":"Full Name","email":"full@example.com","active":true,"contact_num":"555-1234","timezone":"Europe/London","department":1,"primary_group":2,"groupname":"Network","roles":[4,5],"teams":[2,3],"joined":1494951621,"session_expiry":80,"competencies":[{"name":"SunOS","ranking":40}],"properties":{"a":1},"realms":["DB"]}`
	return strings.NewReplacer(changes...).Replace(info)
}

func TestUpdateUserChangesWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for i, c := range []struct {
		arguments string
		changes   []string // of what getUserInfo answers
	}{
		{``, nil},
		{`"unknown":1,"user_id":1,"realms":["x"]`, nil},
		{`"email":"","fullname":"","password":"","active":"","roles":"","joined":"","teams":"","competencies":"","properties":""`, nil},
		{`"joined":0`, nil},
		{`"department":""`, []string{`"department":1`, `"department":null`}},
		{`"department":0`, []string{`"department":1`, `"department":null`}},
		{`"primary_group":""`, []string{`"primary_group":2,"groupname":"Network"`, `"primary_group":1,"groupname":"End-User"`}},
		{`"primary_group":"0"`, []string{`"primary_group":2,"groupname":"Network"`, `"primary_group":1,"groupname":"End-User"`}},
		{`"session_expiry":""`, []string{`"session_expiry":80`, `"session_expiry":null`}},
		{`"session_expiry":0.0`, []string{`"session_expiry":80`, `"session_expiry":null`}},
		{`"active":"False"`, []string{`"active":true`, `"active":false`}},
		{`"email":null,"fullname":null,"password":null,"active":null,"joined":null`, nil},
		{`"active":false`, []string{`"active":true`, `"active":false`}},
		{`"active":"false"`, []string{`"active":true`, `"active":false`}},
		{`"fullname":"Other Name"`, []string{"Full Name", "Other Name"}},
		{`"full_name":"Other Name"`, []string{"Full Name", "Other Name"}},
		{`"email":"other@example.com"`, []string{"full@", "other@"}},
		{`"contact_num":"1"`, []string{"555-1234", "1"}},
		{`"contact_num":""`, []string{"555-1234", ""}},
		{`"contact_num":null`, []string{"555-1234", ""}},
		{`"timezone":"European/London"`, []string{"Europe/London", "European/London"}},
		{`"timezone":""`, []string{"Europe/London", "SYSTEM"}},
		{`"timezone":null`, []string{"Europe/London", "SYSTEM"}},
		{`"department":null`, []string{`"department":1`, `"department":null`}},
		{`"department":"support"`, nil},
		{`"primary_group":null`, []string{`"primary_group":2,"groupname":"Network"`, `"primary_group":1,"groupname":"End-User"`}},
		{`"primary_group":"1"`, []string{`"primary_group":2,"groupname":"Network"`, `"primary_group":1,"groupname":"End-User"`}},
		{`"primary_group":"end-user"`, []string{`"primary_group":2,"groupname":"Network"`, `"primary_group":1,"groupname":"End-User"`}},
		{`"session_expiry":null`, []string{`"session_expiry":80`, `"session_expiry":null`}},
		{`"session_expiry":"90"`, []string{`"session_expiry":80`, `"session_expiry":90`}},
		{`"joined":1`, []string{"1494951621", "1"}},
		{`"roles":["Operator"]`, []string{`"roles":[4,5]`, `"roles":[4]`}},
		{`"roles":"[\"Operator\",3]"`, []string{`"roles":[4,5]`, `"roles":[3,4]`}},
		{`"teams":[]`, []string{`"teams":[2,3]`, `"teams":[]`}},
		{`"teams":null`, []string{`"teams":[2,3]`, `"teams":[]`}},
		{`"teams":"[4,\"my team 1\"]"`, []string{`"teams":[2,3]`, `"teams":[2,4]`}},
		{`"competencies":[{"name":"SAP","ranking":50},{"cid":9,"ranking":1}]`, []string{`{"name":"SunOS","ranking":40}`, `{"name":"SAP","ranking":50},{"cid":9,"ranking":1}`}},
		{`"competencies":"[]"`, []string{`{"name":"SunOS","ranking":40}`, ``}},
		{`"competencies":null`, []string{`{"name":"SunOS","ranking":40}`, ``}},
		{`"properties":null`, []string{`{"a":1}`, `null`}},
		{`"properties":"{\"b\":2}"`, []string{`{"a":1}`, `{"b":2}`}},
	} {
		name := fmt.Sprint("full", i)
		rows = append(rows, dialecttest.Scenario{
			Name: fmt.Sprintf("%d %.40s", i, c.arguments), As: as, Status: 200, Header: map[string]string{"Content-Length": "0"},
			Given: func(t testing.TB, e *dialecttest.Env) { t.Helper(); full(t, e, name) },
			Request: "POST /graze/v1/updateUser\n" + post + strings.Replace(
				fmt.Sprintf(`{"username":%q,%s}`, strings.ToUpper(name), c.arguments), ",}", "}", 1),
			After: answers("getUserInfo?username="+name, told(name, c.changes...)),
		})
	}
	dialecttest.Run(t, dialecttest.World{Given: documented}, rows...)
}

func TestUpdateUserIsToldWhomInSeveralWays(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		documented(t, e)
		for i := range 10 {
			full(t, e, fmt.Sprint("whom", i))
		}
		e.User(t, directory.NewUser{UserName: "4711", Roles: []roster.Ref{{Number: roster.RoleOperator}}, External: true})
	}
	const form = "POST /graze/v1/updateUser\nContent-Type: application/x-www-form-urlencoded\n\n"
	call := "POST /graze/v1/updateUser\n" + post
	rows := []dialecttest.Scenario{
		{Name: "whom0", Request: call + `{"uid":{number whom0},"fullname":"New"}`},
		{Name: "whom1", Request: call + `{"uid":" {number whom1} ","fullname":"New"}`},
		{Name: "whom2", Request: call + `{"uid":"whom2","fullname":"New"}`},
		{Name: "whom3", Request: call + `{"username":"whom3","uid":"","fullname":"New"}`},
		{Name: "whom4", Request: call + `{"username":"graze","uid":{number whom4},"fullname":"New"}`},
		{Name: "whom5", Request: form + `uid={number whom5}&fullname=New`},
		{Name: "whom6", Request: form + `username=whom6&fullname=New&active=&roles=&session_expiry=`},
		{Name: "whom7", Request: "POST /graze/v1/updateUser?username=whom7\n\n" + `{"fullname":"New"}`},
		{Name: "whom8", Request: call + `{"uid":{number whom8}.0,"username":null,"fullname":"New"}`},
		{Name: "whom9", Request: call + `{"uid":null,"username":"whom9","fullname":"New"}`},
		{Name: "4711", Request: call + `{"uid":4711,"fullname":"New"}`},
	}
	for i, row := range rows {
		rows[i].As, rows[i].Status = as, 200
		rows[i].After = func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if u := e.Get(t, row.Name); u.DisplayName != "New" || u.UserName != row.Name || !u.Active || len(u.Roles) == 0 {
				t.Errorf("the user is %+v", u)
			}
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}

func TestUpdatesAreRefusedThatAreWrong(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		documented(t, e)
		full(t, e, "full")
		e.User(t, directory.NewUser{UserName: "external", External: true})
	}
	var rows []dialecttest.Scenario
	for _, c := range []struct {
		body   string
		status int
		want   string
	}{
		{`{}`, 400, "uid or username is required"},
		{`{"uid":99999,"active":false}`, 404, "uid names no user"},
		{`{"uid":"99999","active":false}`, 404, "uid names no user"},
		{`{"uid":-1,"active":false}`, 404, "uid names no user"},
		{`{"uid":1.5,"active":false}`, 400, "uid must be a whole number, or a username"},
		{`{"uid":[1],"username":"full"}`, 400, "uid must be a whole number, or a username"},
		{`{"uid":"nobody"}`, 400, "uid names no user"},
		{`{"username":"nobody"}`, 400, "username names no user"},
		{`{"username":"a\u0000"}`, 400, "username names no user"},
		{`{"uid":"a\u0000"}`, 400, "uid names no user"},
		{`{"username":"full","active":"maybe"}`, 400, "active must be true or false"},
		{`{"username":"full","roles":[]}`, 400, "roles must name at least one"},
		{`{"username":"full","roles":null}`, 400, "roles must name at least one"},
		{`{"username":"full","roles":"Operator"}`, 400, "roles must be an array"},
		{`{"username":"full","roles":["a\u0000"]}`, 400, "roles[0] must not hold control characters"},
		{`{"username":"full","teams":["nowhere"]}`, 400, `teams[0] names no team: \"nowhere\" (make it with: roster team create --name nowhere)`},
		{`{"username":"full","primary_group":"nowhere"}`, 400, `primary_group names no group: \"nowhere\" (make it with: roster group create --name nowhere)`},
		{`{"username":"full","department":9}`, 400, "department names no department: 9"},
		{`{"username":"full","email":"none"}`, 400, "email must be one email address, such as name@example.com"},
		{`{"username":"full","email":"  "}`, 400, "email is required"},
		{`{"username":"full","fullname":" "}`, 400, "fullname is required"},
		{`{"username":"full","fullname":7}`, 400, "fullname must be a string, not a number"},
		{`{"username":"full","password":7}`, 400, "password must be a string, not a number"},
		{`{"username":"full","contact_num":5551234}`, 400, "contact_num must be a string, not a number"},
		{`{"username":"full","session_expiry":-1}`, 400, "session_expiry must be a whole number of minutes from 1 to 10080, or null"},
		{`{"username":"full","session_expiry":"soon"}`, 400, "session_expiry must be a whole number of minutes from 1 to 10080, or null"},
		{`{"username":"full","joined":1494951621000}`, 400, "joined must be a Unix time in seconds; this one looks like milliseconds: divide it by 1000"},
		{`{"username":"full","competencies":[{"ranking":1}]}`, 400, "competencies[0] needs a name or a cid"},
		{`{"username":"full","properties":[1]}`, 400, "properties must be an object or null"},
		{`{"username":"external","password":"x"}`, 400, "password is kept in another realm for this user"},
	} {
		status := fmt.Sprint(c.status)
		rows = append(rows, dialecttest.Scenario{
			Name: c.body, As: as, Request: "POST /graze/v1/updateUser\n" + post + c.body, Status: c.status, Body: fault(status, c.want),
		})
	}
	rows = append(rows, dialecttest.Scenario{
		Name: "all faults together, and nothing is changed", As: as, Status: 400,
		Request: "POST /graze/v1/updateUser\n" + post + `{"username":"full","fullname":"Changed","active":5,"teams":["nowhere"],"session_expiry":-1}`,
		Body: faults("3", "active must be true or false", `session_expiry must be a whole number of minutes from 1 to 10080, or null; `+
			`teams[0] names no team: \"nowhere\" (make it with: roster team create --name nowhere)`),
		After: answers("getUserInfo?username=full", told("full")),
	})
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}

func TestRolesAndTeamsOfAUserAreListed(t *testing.T) {
	t.Parallel()
	rows := []dialecttest.Scenario{
		{Name: "roles by user_id", Request: "GET /graze/v1/getUserRoles?user_id={number full}", Status: 200, Body: `[{"id":4,"name":"Operator","description":"Operator"},{"id":5,"name":"Customer","description":"Customer"}]`},
		{Name: "no roles", Request: "GET /graze/v1/getUserRoles?username=bare", Status: 200, Body: `[]`},
		{Name: "teams by a name in user_id", Request: "GET /graze/v1/getUserTeams?user_id=full", Status: 200, Body: `[{"id":2,"name":"my team 1"},{"id":3,"name":"my team 2"}]`},
		{Name: "no teams", Request: "GET /graze/v1/getUserTeams?username=bare", Status: 200, Body: `[]`},
	}
	for _, call := range []string{"getUserRoles", "getUserTeams"} {
		rows = append(rows,
			dialecttest.Scenario{Name: call + " of an id that is nobody's", Request: "GET /graze/v1/" + call + "?user_id=9999", Status: 404, Body: fault("404", "user_id names no user")},
			dialecttest.Scenario{Name: call + " of a name that is nobody's", Request: "GET /graze/v1/" + call + "?username=nobody", Status: 400, Body: fault("400", "username names no user")},
			dialecttest.Scenario{Name: call + " of nobody", Request: "GET /graze/v1/" + call, Status: 400, Body: fault("400", "user_id or username is required")},
		)
	}
	for i := range rows {
		rows[i].As = as
	}
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		documented(t, e)
		full(t, e, "full")
		e.User(t, directory.NewUser{UserName: "bare", External: true})
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}
