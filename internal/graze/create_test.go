package graze_test

import (
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
)

// body is a JSON body of createUser with what is needed, and more members.
func body(name string, more ...string) string {
	members := append([]string{
		fmt.Sprintf(`"username":%q,"email":"someone@example.com","fullname":"Somebody","roles":["Operator"]`, name),
	}, more...)
	return "{" + strings.Join(members, ",") + "}"
}

func create(name string, more ...string) string {
	return "POST /graze/v1/createUser\n" + post + body(name, more...)
}

func TestCreateUserTakesWhatExistingClientsSend(t *testing.T) {
	t.Parallel()
	is := func(name string, ok func(u roster.User) bool) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if u := e.Get(t, name); !ok(u) {
				t.Errorf("the user is %+v", u)
			}
		}
	}
	const made = `{"user_id":…}`
	dialecttest.Run(t, dialecttest.World{Given: documented}, []dialecttest.Scenario{
		{
			Name: "the official client of 6.1: lists as text, ids as text, full_name, a zone that is none",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\nContent-Type: application/json\n\n" +
				`{"username":"testUser1","password":"testUser","active":true,"email":"t@x","full_name":"The Test User","roles":"[\"Operator\"]","primary_group":"1","department":1,"joined":1494951621,"timezone":"European/London","contact_num":"12345","session_expiry":80,"competencies":"[{\"name\":\"Generic\", \"ranking\": 40}]","teams":"[1]","auth_token":"Using Basic Auth"}`,
			After: is("testuser1", func(u roster.User) bool {
				return u.DisplayName == "The Test User" && len(u.Roles) == 1 && u.Roles[0].Name == "Operator" && u.PrimaryGroup.Name == "" &&
					u.Department.Name == "Support" && u.TimeZone == "European/London" && u.SessionExpiry.Minutes() == 80 &&
					len(u.Teams) == 1 && u.Teams[0].Name == roster.FirstTeam && len(u.Competencies) == 1 && u.Competencies[0].Ranking == 40
			}),
		},
		{
			Name: "JSON under curl's default label for -d",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\nContent-Type: application/x-www-form-urlencoded\n\n" + body("label"),
		},
		{
			Name: "JSON without a label",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\n\n \n\t" + body("nolabel"),
		},
		{
			Name: "a form",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\nContent-Type: application/x-www-form-urlencoded\n\n" +
				"username=form&email=form%40example.com&fullname=Zo%C3%AB+Form&roles=%5B%22Operator%22%2C5%5D&active=false&session_expiry=30&joined=1494951621&properties=%7B%22a%22%3A1%7D",
			After: is("form", func(u roster.User) bool {
				return u.DisplayName == "Zoë Form" && len(u.Roles) == 2 && !u.Active && u.SessionExpiry.Minutes() == 30 &&
					u.JoinedAt.Unix() == 1494951621 && string(u.Properties) == `{"a":1}`
			}),
		},
		{
			Name: "arguments in the query of a POST",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser?email=query%40example.com&fullname=Query&roles=[4]\n" + post + `{"username":"query"}`,
		},
		{
			Name: "a password in the query, which no log sees",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser?password=in+the+query\n" + post + body("secretive"),
			After:   is("secretive", func(u roster.User) bool { return u.HasPassword && u.Realm == roster.RealmDB }),
		},
		{
			Name: "only what is needed",
			As:   as, Status: 200, Body: made,
			Request: create("little"),
			After: is("little", func(u roster.User) bool {
				return u.Active && u.Realm == roster.RealmExternal && !u.HasPassword && u.TimeZone == "SYSTEM" && u.ContactNumber == "" &&
					u.PrimaryGroup.Name == "" && u.Department.Name == "" && len(u.Teams) == 0 && u.Properties == nil && u.JoinedAt.Unix() == 1795284000
			}),
		},
		{
			Name: "null for every default",
			As:   as, Status: 200, Body: made,
			Request: create("nulls", `"password":null,"active":null,"primary_group":null,"department":null,"joined":null,"timezone":null,"contact_num":null,"session_expiry":null,"teams":null,"competencies":null,"properties":null`),
			After:   is("nulls", func(u roster.User) bool { return u.Active && u.Realm == roster.RealmExternal && u.SessionExpiry == 0 }),
		},
		{
			Name: "empty text for what is text or a reference",
			As:   as, Status: 200, Body: made,
			Request: create("empties", `"password":"","primary_group":"","department":"","timezone":"","contact_num":"","teams":[]`),
			After:   is("empties", func(u roster.User) bool { return u.Realm == roster.RealmExternal && u.TimeZone == "SYSTEM" }),
		},
		{
			Name: "0 and empty text for null, and booleans in capitals, as the vendor's own client sends them",
			As:   as, Status: 200, Body: made,
			Request: create("zeros", `"department":0,"joined":0,"session_expiry":0,"primary_group":"","active":"True"`),
			After: is("zeros", func(u roster.User) bool {
				return u.Active && u.Department.Name == "" && u.PrimaryGroup.Name == "" && u.SessionExpiry == 0 && u.JoinedAt.Unix() == 1795284000
			}),
		},
		{
			Name: "the same in a form",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\n\nusername=zeroform&email=z%40example.com&fullname=Z&roles=[4]&department=0&joined=0&session_expiry=0&primary_group=0&active=FALSE",
			After: is("zeroform", func(u roster.User) bool {
				return !u.Active && u.Department.Name == "" && u.PrimaryGroup.Name == "" && u.SessionExpiry == 0 && u.JoinedAt.Unix() == 1795284000
			}),
		},
		{
			Name: "a byte order mark before the body, and before lists in text",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\nContent-Type: application/json\n\n\ufeff" + body("marked", `"teams":"\ufeff[\"my team 1\"]"`),
			After:   is("marked", func(u roster.User) bool { return len(u.Teams) == 1 }),
		},
		{
			Name: "a byte order mark before JSON under curl's label, and a slash at the end",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser/\nContent-Type: application/x-www-form-urlencoded\n\n\ufeff" + body("marked2"),
		},
		{
			Name: "names in other letters, ids as numbers and as text, mixed, and more than once",
			As:   as, Status: 200, Body: made,
			Request: create("mixed", `"teams":["MY TEAM 1","2",4,"my team 1"],"primary_group":"nEtWoRk","department":"1"`),
			After: is("mixed", func(u roster.User) bool {
				return len(u.Teams) == 2 && u.Teams[1].Name == "my team 3" && u.PrimaryGroup.Name == "Network" && u.Department.Name == "Support" && len(u.Groups) == 1
			}),
		},
		{
			Name: "a name that is all digits is an id first",
			As:   as, Status: 200, Body: made,
			Given:   func(t testing.TB, e *dialecttest.Env) { e.Team(t, "4"); e.Team(t, "4711") },
			Request: create("digits", `"teams":["4","4711"]`),
			After: is("digits", func(u roster.User) bool {
				return len(u.Teams) == 2 && u.Teams[0].Name == "my team 3" && u.Teams[1].Name == "4711"
			}),
		},
		{
			Name: "End-User by name in other letters",
			As:   as, Status: 200, Body: made,
			Request: create("enduser", `"primary_group":"end-user"`),
			After:   is("enduser", func(u roster.User) bool { return u.PrimaryGroup.Name == "" && len(u.Groups) == 0 }),
		},
		{
			Name: "keys that nobody knows",
			As:   as, Status: 200, Body: made,
			Request: create("unknown", `"photo":-1,"Username":"other","nested":{"a":[1]}`),
		},
		{
			Name: "both names of the full name, as getUserInfo answers them",
			As:   as, Status: 200, Body: made,
			Request: create("both", `"full_name":"Somebody"`),
		},
		{
			Name: "full_name where fullname is null",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\n" + post + `{"username":"fullnull","email":"f@example.com","fullname":null,"full_name":"Full","roles":[4]}`,
			After:   is("fullnull", func(u roster.User) bool { return u.DisplayName == "Full" }),
		},
		{
			Name: "the long label of a time zone",
			As:   as, Status: 200, Body: made,
			Request: create("label2", `"timezone":"(GMT 00:00) Europe/London - Greenwich Mean Time"`),
			After:   is("label2", func(u roster.User) bool { return u.TimeZone == "(GMT 00:00) Europe/London - Greenwich Mean Time" }),
		},
		{
			Name: "a phone number that parses becomes a contact method",
			As:   as, Status: 200, Body: made,
			Request: create("phone", `"contact_num":"+44 20 7946 0958"`),
			After: is("phone", func(u roster.User) bool {
				return u.ContactNumber == "+44 20 7946 0958" && len(u.ContactMethods) == 2
			}),
		},
		{
			Name: "numbers however JSON writes them",
			As:   as, Status: 200, Body: made,
			Request: create("numbers", `"joined":1.494951621e9,"session_expiry":10080.0,"teams":[1.0]`),
			After:   is("numbers", func(u roster.User) bool { return u.JoinedAt.Unix() == 1494951621 && len(u.Teams) == 1 }),
		},
		{
			Name: "properties as they are",
			As:   as, Status: 200, Body: made,
			Request: create("props", `"properties":{ "b" : [1, "é<"] , "a":null}`),
			After:   is("props", func(u roster.User) bool { return string(u.Properties) == `{ "b" : [1, "é<"] , "a":null}` }),
		},
		{
			Name: "letters of other scripts, and blanks around",
			As:   as, Status: 200, Body: made,
			Request: create("  Ж 山田 é "),
			After:   is("ж 山田 É", func(u roster.User) bool { return u.UserName == "Ж 山田 é" }),
		},
		{
			Name: "the longest username",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\n" + post + `{"username":"` + strings.Repeat("é", 255) + `","email":"l@example.com","fullname":"L","roles":[4]}`,
		},
		{
			Name: "an email that another user has",
			As:   as, Status: 200, Body: made,
			Request: "POST /graze/v1/createUser\n" + post + `{"username":"sharing","email":"someone@example.com","fullname":"S","roles":[4]}`,
		},
		{
			Name: "competencies by name or cid",
			As:   as, Status: 200, Body: made,
			Request: create("able", `"competencies":[{"name":"SunOS","ranking":40},{"cid":7,"ranking":"100"}]`),
			After: is("able", func(u roster.User) bool {
				return len(u.Competencies) == 2 && u.Competencies[0].Name == "SunOS" && u.Competencies[1].CID == 7 && u.Competencies[1].Ranking == 100
			}),
		},
	}...)
}
