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

// office is a small directory whose every user is known.
func office(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	e.User(t, directory.NewUser{
		UserName: "lonnie", DisplayName: "Lonnie Holmes", Email: "lonnie@example.com", Password: "secret",
		Roles:        []roster.Ref{{Number: roster.RoleCustomer}, {Number: roster.RoleAdministrator}},
		PrimaryGroup: roster.Ref{Name: "Network"}, Department: roster.Ref{Name: "Support"},
		Teams: []roster.Ref{{Name: "my team 2"}, {Name: roster.FirstTeam}}, ContactNumber: "555-1234", TimeZone: "Europe/London",
		SessionExpiry: roster.Some(80), JoinedAt: roster.Some(time.Unix(1494951621, 0)),
		Competencies: []roster.Competency{{Name: "SunOS", Ranking: 40}, {CID: 7}},
		Properties:   json.RawMessage(`{ "badge" : "Ü<7>" }`),
	})
	e.User(t, directory.NewUser{UserName: "57", DisplayName: "Fifty-Seven & Söhne", External: true, Active: roster.Some(false)})
	e.User(t, directory.NewUser{UserName: "tricky", DisplayName: "Tricky", External: true})
	e.User(t, directory.NewUser{UserName: "3", DisplayName: "Three", External: true})
}

const (
	lonnie = `{"full_name":"Lonnie Holmes","user_id":{number lonnie},"username":"lonnie","fullname":"Lonnie Holmes","email":"lonnie@example.com","active":true,"contact_num":"555-1234","timezone":"Europe/London","department":1,"primary_group":2,"groupname":"Network","roles":[2,5],"teams":[1,3],"joined":1494951621,"session_expiry":80,"competencies":[{"name":"SunOS","ranking":40},{"cid":7,"ranking":0}],"properties":{"badge":"Ü\u003c7\u003e"},"realms":["DB"]}`
	seven  = `{"full_name":"Fifty-Seven \u0026 Söhne","user_id":{number 57},"username":"57","fullname":"Fifty-Seven \u0026 Söhne","email":"","active":false,"contact_num":"","timezone":"SYSTEM","department":null,"primary_group":1,"groupname":"End-User","roles":[],"teams":[],"joined":1795284000,"session_expiry":null,"competencies":[],"properties":null,"realms":["external"]}`
)

func TestGetUserInfoAnswersTheWholeRecord(t *testing.T) {
	t.Parallel()
	const get = "GET /graze/v1/getUserInfo?"
	unknown := fault("400", "username names no user")
	rows := []dialecttest.Scenario{
		{Name: "by user_id", Request: get + "user_id={number lonnie}", Status: 200, Body: lonnie},
		{Name: "by user_id with blanks around it", Request: get + "user_id=%20{number lonnie}%09", Status: 200, Body: lonnie},
		{Name: "by a username in user_id with blanks around it", Request: get + "user_id=%20lonnie+", Status: 200, Body: lonnie},
		{Name: "by username where user_id is blank", Request: get + "user_id=%20&username=lonnie", Status: 200, Body: lonnie},
		{Name: "by username", Request: get + "username=lonnie", Status: 200, Body: lonnie},
		{Name: "by username in other letters", Request: get + "username=LonNIE", Status: 200, Body: lonnie},
		{Name: "by a username in user_id", Request: get + "user_id=lonnie", Status: 200, Body: lonnie},
		{Name: "by user_id where username is empty", Request: get + "user_id={number lonnie}&username=", Status: 200, Body: lonnie},
		{Name: "by username where user_id is empty", Request: get + "user_id=&username=lonnie", Status: 200, Body: lonnie},
		{Name: "of a user without anything", Request: get + "username=57", Status: 200, Body: seven},
		{Name: "by a number that is no id but a name", Request: get + "user_id=57", Status: 200, Body: seven},
		{Name: "by a number that is an id and a name of another", Request: get + "user_id=3", Status: 200, Body: lonnie},
		{Name: "by the name of that other", Request: get + "username=3", Status: 200, Body: strings.NewReplacer(
			"Fifty-Seven \\u0026 Söhne", "Three", "number 57", "number 3", `"57"`, `"3"`, "false", "true").Replace(seven)},
		{Name: "of an id that is nobody's", Request: get + "user_id=9999", Status: 404, Body: fault("404", "user_id names no user")},
		{Name: "of the id 0", Request: get + "user_id=0", Status: 404, Body: fault("404", "user_id names no user")},
		{Name: "of an id beyond all numbers", Request: get + "user_id=99999999999999999999", Status: 404, Body: fault("404", "user_id names no user")},
		{Name: "of a negative id, which is taken as a name", Request: get + "user_id=-1", Status: 400, Body: fault("400", "user_id names no user")},
		{Name: "of a name that is nobody's", Request: get + "username=nobody", Status: 400, Body: unknown},
		{Name: "of a name that is nobody's in user_id", Request: get + "user_id=nobody", Status: 400, Body: fault("400", "user_id names no user")},
		{Name: "of a number in username that is no name", Request: get + "username=9999", Status: 400, Body: unknown},
		{Name: "of a very long name", Request: get + "username=" + strings.Repeat("x", 10000), Status: 400, Body: unknown},
		{Name: "of nobody", Request: "GET /graze/v1/getUserInfo", Status: 400, Body: fault("400", "user_id or username is required")},
		{Name: "with a NUL in the name", Request: get + "username=a%00", Status: 400, Body: fault("400", "the arguments cannot be read: one is not UTF-8, or holds a NUL character")},
		{Name: "with a name twice", Request: get + "username=a&username=b", Status: 400, Body: fault("400", `the arguments cannot be read: \"username\" is given twice`)},
	}
	for i := range rows {
		rows[i].As = as
	}
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}

func TestGetUsersListsEverybody(t *testing.T) {
	t.Parallel()
	list := []string{
		`{"uid":1,"teams":[],"fullname":"Administrator","username":"admin"}`,
		`{"uid":{number graze},"teams":[],"fullname":"Graze API User","username":"graze"}`,
		`{"uid":{number lonnie},"teams":["Cloud DevOps","my team 2"],"fullname":"Lonnie Holmes","username":"lonnie"}`,
		`{"uid":{number 57},"teams":[],"fullname":"Fifty-Seven \u0026 Söhne","username":"57"}`,
		`{"uid":{number tricky},"teams":[],"fullname":"Tricky","username":"tricky"}`,
		`{"uid":{number 3},"teams":[],"fullname":"Three","username":"3"}`,
	}
	first := func(n int) string { return "[" + strings.Join(list[:n], ",") + "]" }
	const get = "GET /graze/v1/getUsers"
	rows := []dialecttest.Scenario{
		{Name: "all of them, active or not", Request: get, Status: 200, Body: first(6)},
		{Name: "as many as are asked for", Request: get + "?limit=3", Status: 200, Body: first(3)},
		{Name: "as many as are asked for, with a blank", Request: get + "?limit=%203", Status: 200, Body: first(3)},
		{Name: "all where more are asked for", Request: get + "?limit=1000000000000", Status: 200, Body: first(6)},
		{Name: "with an argument that nobody knows", Request: get + "?limit=1&unknown=1", Status: 200, Body: first(1)},
	}
	for _, limit := range []string{"0", "-1", "1.5", "ten", "", "99999999999999999999"} {
		rows = append(rows, dialecttest.Scenario{
			Name: fmt.Sprintf("with the limit %q", limit), Request: get + "?limit=" + limit, Status: 400,
			Body: fault("400", "limit must be a whole number greater than 0"),
		})
	}
	for i := range rows {
		rows[i].As = as
	}
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}

func TestGetUsersListsAThousandUnlessMoreAreAskedFor(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	documented(t, e)
	for i := range 1100 {
		e.User(t, directory.NewUser{UserName: fmt.Sprintf("user%d", i), External: true})
	}
	for request, want := range map[string]int{"": 1000, "?limit=1050": 1050, "?limit=5000": 1102} {
		w := e.Do(t, as, "GET /graze/v1/getUsers"+request)
		var users []struct{ UID int64 }
		if err := json.Unmarshal(w.Body.Bytes(), &users); err != nil || len(users) != want {
			t.Errorf("getUsers%s lists %d (%v), want %d", request, len(users), err, want)
		}
		for i := 1; i < len(users); i++ {
			if users[i].UID <= users[i-1].UID {
				t.Fatalf("getUsers%s lists %d after %d", request, users[i].UID, users[i-1].UID)
			}
		}
	}
}

func TestEndpointsThatAreNotThereAndWrongMethodsAreAnsweredInGrazesForm(t *testing.T) {
	t.Parallel()
	absent := func(name string) string {
		return fault("404", `There is no endpoint \"`+name+`\" here: Roster serves the part of the Graze API that manages users.`)
	}
	var rows []dialecttest.Scenario
	for path, name := range map[string]string{
		"getAlertIds":              "getAlertIds",
		"createuser":               "createuser",
		"createUser/1":             "createUser/1",
		"getAlertIds?auth_token=x": "getAlertIds",
		"%22%3Cb%3E":               `\\\"\u003cb\u003e`,
		"%ff":                      "\ufffd",
		strings.Repeat("x", 5000):  strings.Repeat("x", 64),
		"":                         "/graze/v1",
	} {
		rows = append(rows, dialecttest.Scenario{Name: "/graze/v1/" + path[:min(len(path), 20)], Request: "GET /graze/v1/" + path, Status: 404, Body: absent(name)})
	}
	rows = append(rows,
		dialecttest.Scenario{Name: "POST to an endpoint of alerts", As: as, Request: "POST /graze/v1/closeAlert\n\n{}", Status: 404, Body: absent("closeAlert")},
		dialecttest.Scenario{Name: "/graze/v1 itself", Request: "GET /graze/v1", Status: 404, Body: absent("/graze/v1")},
		dialecttest.Scenario{Name: "below an organization", Request: "GET /o/acme/graze/v1/closeAlert", Status: 404, Body: absent("closeAlert")},
	)
	for _, call := range []string{"createUser", "createUser/"} {
		rows = append(rows, dialecttest.Scenario{
			Name: "OPTIONS " + call, Request: "OPTIONS /graze/v1/" + call, Status: 204, Header: map[string]string{"Allow": "POST"},
		})
	}
	for _, c := range [][3]string{
		{"GET", "createUser", "POST"},
		{"GET", "createUser/", "POST"},
		{"PUT", "createUser", "POST"},
		{"TRACE", "createUser", "POST"},
		{"POST", "getUsers", "GET, HEAD"},
		{"DELETE", "getUserInfo", "GET, HEAD"},
		{"PUT", "authenticate", "GET, HEAD, POST"},
	} {
		rows = append(rows, dialecttest.Scenario{
			Name: c[0] + " " + c[1], Request: c[0] + " /graze/v1/" + c[1], Status: 405, Header: map[string]string{"Allow": c[2]},
			Body: fault("405", "Call this endpoint with "+strings.NewReplacer(", HEAD", "", ", ", " or ").Replace(c[2])+"."),
		})
	}
	dialecttest.Run(t, dialecttest.World{}, rows...)
}
