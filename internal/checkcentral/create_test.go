package checkcentral_test

import (
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
)

// The request of the page createUser
// (www.checkcentral.cc/HelpGuide/CheckCentralApiCreateuserEndpoint), with the id of a group in the
// place of userGroupID.
const documentedBody = `{
  "name": "Person Somename",
  "email": "person@myorg.realdomain",
  "accessLevel": "User",
  "sendWelcomeEmail": true,
  "userGroups": ["{group Network}"],
  "notifications": [
    { "type": "failures", "services": ["sms", "push"] }
  ]
}`

func TestTheDocumentedCallCreatesTheUserItDescribes(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: office}, dialecttest.Scenario{
		Name: "as printed", Request: create(documentedBody), Status: 200,
		Body: `{"user":{"id":"…","email":"person@myorg.realdomain","name":"Person Somename","accessLevel":"user",` +
			`"userGroups":[{"id":"{group Network}","name":"Network"}],"notifications":[{"type":"failures","services":["sms","push"]}]},` +
			`"warnings":["sms: no phone yet; the welcome email asks for it","push: no browser or device yet; the welcome email asks for it"]}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			u := e.Get(t, "person@myorg.realdomain")
			if !u.Active || u.Realm != roster.RealmDB || u.HasPassword || u.AccessLevel != roster.LevelUser || u.Email != u.UserName || len(u.Roles) != 0 {
				t.Errorf("the user is %+v", u)
			}
			if len(u.ContactMethods) != 1 || !u.ContactMethods[0].ConfirmedAt.IsZero() {
				t.Errorf("its contact methods are %+v", u.ContactMethods)
			}
			if n := e.MailQueued(t); n != 1 {
				t.Errorf("%d messages wait, want the welcome email", n)
			}
		},
	})
}

func TestCreateUserTakesWhatExistingClientsSend(t *testing.T) {
	t.Parallel()
	silent := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		if n := e.MailQueued(t); n != 0 {
			t.Errorf("%d messages wait, want none", n)
		}
	}
	inactive := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		if u := e.Get(t, "disabled@example.com"); u.Active || u.AccessLevel != roster.LevelCustom {
			t.Errorf("the user is active %v with the level %s", u.Active, u.AccessLevel)
		}
		silent(t, e)
	}
	rows := []dialecttest.Scenario{
		{
			Name: "only what is needed, which sends nothing", Request: create(`{"email":"least@example.com","accessLevel":"readonly"}`), After: silent,
			Body: made("least@example.com", "least@example.com", "readonly"),
		},
		{
			Name: "no welcome email", Request: create(`{"email":"quiet@example.com","accessLevel":"user","sendWelcomeEmail":false}`), After: silent,
			Body: made("quiet@example.com", "quiet@example.com", "user"),
		},
		{
			Name: "null for every default", Request: create(`{"email":"nulls@example.com","accessLevel":"user","name":null,"sendWelcomeEmail":null,"userGroups":null,"notifications":null}`),
			Body: made("nulls@example.com", "nulls@example.com", "user"), After: silent,
		},
		{Name: "an empty name", Request: create(`{"email":"blank@example.com","accessLevel":"user","name":"  "}`), Body: made("blank@example.com", "blank@example.com", "user")},
		{
			Name: "disabled, who gets no welcome email", Body: made("disabled@example.com", "disabled@example.com", "disabled"), After: inactive,
			Request: create(`{"email":"disabled@example.com","accessLevel":"Disabled","sendWelcomeEmail":true}`),
		},
		{
			Name:    "without the slash, with a trailing &",
			Request: "POST /createUser?apiToken={token write}&\nContent-Type: application/json; charset=utf-8\n\n" + `{"email":"slash@example.com","accessLevel":"EDITOR"}`,
			Body:    made("slash@example.com", "slash@example.com", "editor"),
		},
		{
			Name:    "a bearer token",
			Request: "POST /createUser/\nauthorization: bearer {token write}\nContent-Type: APPLICATION/JSON\n\n" + `{"email":"bearer@example.com","accessLevel":"Manager"}`,
			Body:    made("bearer@example.com", "bearer@example.com", "manager"),
		},
		{
			Name:    "a token below its organization's path",
			Request: "POST /o/default" + with("createUser") + "\nContent-Type: application/json\n\n" + `{"email":"org@example.com","accessLevel":" administrator "}`,
			Body:    made("org@example.com", "org@example.com", "administrator"),
		},
		{
			Name: "the whole matrix, in other letters and twice the same service",
			Request: create(`{"email":"matrix@example.com","accessLevel":"custom","notifications":[{"type":"Digest","services":["EMAIL","email"]},` +
				`{"type":"unmatched"},{"type":"warnings","services":null},{"type":"FAILURES","services":["pushover","pushbullet","push","sms","email"]}]}`),
			Body: `{"user":{"id":"…","email":"matrix@example.com","name":"matrix@example.com","accessLevel":"custom","userGroups":[],"notifications":[` +
				`{"type":"failures","services":["email","sms","push","pushbullet","pushover"]},{"type":"digest","services":["email"]}]},` +
				`"warnings":["sms: no phone yet","push: no browser or device yet","pushbullet: no access token yet","pushover: no user key yet"]}`,
		},
		{
			Name: "every type, which answers keep in one order",
			Request: create(`{"email":"types@example.com","accessLevel":"user","notifications":[{"type":"digest","services":["email"]},{"type":"unmatched","services":["email"]},` +
				`{"type":"warnings","services":["email"]},{"type":"failures","services":["email"]}]}`),
			Body: `{"user":{"id":"…","email":"types@example.com","name":"types@example.com","accessLevel":"user","userGroups":[],"notifications":[{"type":"failures","services":["email"]},` +
				`{"type":"warnings","services":["email"]},{"type":"unmatched","services":["email"]},{"type":"digest","services":["email"]}]}}`,
		},
		{Name: "no group and no notification", Request: create(`{"email":"empty@example.com","accessLevel":"user","userGroups":[],"notifications":[]}`), Body: made("empty@example.com", "empty@example.com", "user")},
		{Name: "a name with blanks around it", Request: create(`{"email":"trim@example.com","accessLevel":"user","name":" Trim  Me "}`), Body: made("trim@example.com", "Trim  Me", "user")},
		{
			Name:    "groups in another order, in capitals and twice",
			Request: create(`{"email":"groups@example.com","accessLevel":"user","userGroups":["{group Acme, Inc.}","{upper Network}","{group Network}"]}`),
			Given: func(t testing.TB, e *dialecttest.Env) {
				e.Set("upper Network", strings.ToUpper(e.Fill("{group Network}")))
			},
			Body: `{"user":{"id":"…","email":"groups@example.com","name":"groups@example.com","accessLevel":"user","userGroups":[` +
				`{"id":"{group Network}","name":"Network"},{"id":"{group Acme, Inc.}","name":"Acme, Inc."}],"notifications":[]}}`,
		},
		{Name: "keys that nobody knows", Request: create(`{"email":"keys@example.com","accessLevel":"user","phone":5,"AccessLevel":"x"}`), Body: made("keys@example.com", "keys@example.com", "user")},
		{Name: "letters of other scripts", Request: create(`{"email":"zoë@bücher.example","accessLevel":"user","name":"Zoë 山田 <b>"}`), Body: made("zoë@bücher.example", `Zoë 山田 \u003cb\u003e`, "user")},
	}
	for _, level := range append([]string{"disabled"}, levelNames()...) {
		for i, sent := range []string{level, strings.ToUpper(level[:1]) + level[1:], strings.ToUpper(level)} {
			email := fmt.Sprint(level, i, "@example.com")
			rows = append(rows, dialecttest.Scenario{
				Name: "the level " + sent, Request: create(`{"email":"` + email + `","accessLevel":"` + sent + `"}`), Body: made(email, email, level),
			})
		}
	}
	for i := range rows {
		rows[i].Status = 200
	}
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}

// levelNames are the levels of CheckCentral besides disabled.
func levelNames() (names []string) {
	for _, level := range roster.AccessLevels {
		names = append(names, string(level))
	}
	return names
}

func TestAUserCreatedWithoutNotificationsGetsTheDefaultsWhereThatIsSet(t *testing.T) {
	t.Parallel()
	w := dialecttest.World{Options: dialecttest.Options{DefaultPreferences: true}, Given: office}
	dialecttest.Run(t, w, []dialecttest.Scenario{
		{
			Name: "absent", Request: create(`{"email":"absent@example.com","accessLevel":"user"}`), Status: 200,
			Body: `{"user":{"id":"…","email":"absent@example.com","name":"absent@example.com","accessLevel":"user","userGroups":[],"notifications":[{"type":"failures","services":["email"]}]}}`,
		},
		{Name: "an empty list is none", Request: create(`{"email":"none@example.com","accessLevel":"user","notifications":[]}`), Status: 200, Body: made("none@example.com", "none@example.com", "user")},
	}...)
}
