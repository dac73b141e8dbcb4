package graze_test

import (
	"testing"
	"time"

	"roster"
	"roster/internal/dialect/dialecttest"
)

// The request of the page createUser (docs.moogsoft.com/v9/en/createuser.html), as curl sends it.
const documentedCreate = "POST /graze/v1/createUser HTTP/1.1\r\n" +
	"Host: localhost\r\n" +
	"Authorization: Basic Z3JhemU6Z3JhemU=\r\n" +
	"User-Agent: curl/7.54.0\r\n" +
	"Accept: */*\r\n" +
	"Content-Type: application/json; charset=UTF-8\r\n" +
	"Content-Length: 395\r\n" +
	"\r\n" +
	`{"username" : "johndoe1", "roles" : ["Super User", "Operator"], "password" : "johndoe1", "active" : true, "email" : "johndoe@moogsoft.com", "fullname" : "John Doe", "primary_group" : "Network", "department" : "Support", "joined" : 1494951621, "timezone" : "Europe/London", "contact_num" : "555-1234", "session_expiry" : null, "teams" : ["my team 1","my team 2","my team 3"], "properties" : null}`

func TestTheDocumentedCallCreatesTheUserItDescribes(t *testing.T) {
	t.Parallel()
	w := dialecttest.World{Options: dialecttest.Options{GrazerGrantsSuper: true, RequireAllArguments: true}, Given: documented}
	dialecttest.Run(t, w, dialecttest.Scenario{
		Name:    "as printed",
		Request: documentedCreate,
		Status:  200,
		Body:    `{"user_id":…}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			u := e.Get(t, "johndoe1")
			if u.DisplayName != "John Doe" || u.Email != "johndoe@moogsoft.com" || !u.Active || u.Realm != roster.RealmDB || !u.HasPassword {
				t.Errorf("the user is %+v", u)
			}
			if u.AccessLevel != roster.LevelCustom || len(u.Roles) != 2 || len(u.Teams) != 3 || u.PrimaryGroup.Name != "Network" || u.Department.Name != "Support" {
				t.Errorf("its access is %q %v, its places %v %v %v", u.AccessLevel, u.Roles, u.Teams, u.PrimaryGroup, u.Department)
			}
			if !u.JoinedAt.Equal(time.Unix(1494951621, 0)) || u.TimeZone != "Europe/London" || u.ContactNumber != "555-1234" || u.SessionExpiry != 0 || u.Properties != nil {
				t.Errorf("the rest is %v %q %q %v %s", u.JoinedAt, u.TimeZone, u.ContactNumber, u.SessionExpiry, u.Properties)
			}
			if len(u.Preferences) != 1 || u.Preferences[0].Type != roster.TypeFailures {
				t.Errorf("it is told of %v, want the default matrix", u.Preferences)
			}
			w := e.Do(t, "johndoe1:johndoe1", "GET /graze/v1/getUserInfo?username=JOHNDOE1")
			if w.Code != 200 {
				t.Errorf("the new user is answered %d %s", w.Code, w.Body)
			}
		},
	})
}
