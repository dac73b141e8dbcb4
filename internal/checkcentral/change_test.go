package checkcentral_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// noGroup and nobody are ids of no record.
const (
	nobody  = "00000000-0000-7000-8000-000000000000"
	noGroup = nobody
)

// shown is a user in an answer: level, groups and notifications as their JSON.
func shown(id, email, name, level, groups, notifications string) string {
	return `{"user":{"id":"` + id + `","email":"` + email + `","name":"` + name + `","accessLevel":"` + level +
		`","userGroups":[` + groups + `],"notifications":[` + notifications + `]}}`
}

func TestUpdateUserChangesWhatItNamesAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	const inNetwork = `{"id":"{group Network}","name":"Network"}`
	full := func(in *directory.NewUser) {
		in.DisplayName = "Full"
		in.Groups = []roster.Ref{{Name: "Network"}}
		in.Preferences = roster.Some([]roster.Preference{
			{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail}},
			{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceEmail}},
		})
	}
	const both = `{"type":"failures","services":["email"]},{"type":"digest","services":["email"]}`
	rows := []dialecttest.Scenario{
		{
			Name: "the name, by id", Given: person("u01@example.com", full), Request: post("updateUser", `{"id":"{user u01@example.com}","name":"New Name"}`),
			Body: shown("{user u01@example.com}", "u01@example.com", "New Name", "user", inNetwork, both),
		},
		{
			Name: "the name, by email in other letters", Given: person("u02@example.com", full), Request: post("updateUser", `{"email":" U02@Example.com ","name":"New Name"}`),
			Body: shown("{user u02@example.com}", "u02@example.com", "New Name", "user", inNetwork, both),
		},
		{
			Name: "nothing", Given: person("u03@example.com", full), Request: post("updateUser", `{"email":"u03@example.com"}`),
			Body: shown("{user u03@example.com}", "u03@example.com", "Full", "user", inNetwork, both),
		},
		{
			Name: "nothing, where null counts as left out", Given: person("u04@example.com", full),
			Request: post("updateUser", `{"id":null,"email":"u04@example.com","name":null,"accessLevel":null,"sendWelcomeEmail":null,"userGroups":null,"notifications":null}`),
			Body:    shown("{user u04@example.com}", "u04@example.com", "Full", "user", inNetwork, both),
		},
		{
			Name: "an empty name is the email", Given: person("u05@example.com", full), Request: post("updateUser", `{"email":"u05@example.com","name":" "}`),
			Body: shown("{user u05@example.com}", "u05@example.com", "u05@example.com", "user", inNetwork, both),
		},
		{
			Name: "the email, with the userName that it was", Given: person("u06@example.com"), Request: post("updateUser", `{"id":"{user u06@example.com}","email":"new06@example.com"}`),
			Body: shown("{user u06@example.com}", "new06@example.com", "u06@example.com", "user", "", ""),
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				e.Absent(t, "u06@example.com")
				if u := e.Get(t, "new06@example.com"); len(u.ContactMethods) != 1 || u.ContactMethods[0].Address != "new06@example.com" {
					t.Errorf("its contact methods are %+v", u.ContactMethods)
				}
			},
		},
		{
			Name: "the letters of the email", Given: person("u07@example.com"), Request: post("updateUser", `{"id":"{user u07@example.com}","email":"U07@Example.com"}`),
			Body: shown("{user u07@example.com}", "U07@Example.com", "u07@example.com", "user", "", ""),
		},
		{
			Name: "the email of somebody with another userName", Given: person("u08@example.com", func(in *directory.NewUser) { in.UserName = "eight" }),
			Request: post("updateUser", `{"id":"{user eight}","email":"new08@example.com"}`),
			Body:    shown("{user eight}", "new08@example.com", "eight", "user", "", ""),
			After:   func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Get(t, "eight") },
		},
		{
			Name: "disabled keeps the level", Given: person("u09@example.com"), Request: post("updateUser", `{"email":"u09@example.com","accessLevel":"Disabled"}`),
			Body: shown("{user u09@example.com}", "u09@example.com", "u09@example.com", "disabled", "", ""),
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				if u := e.Get(t, "u09@example.com"); u.Active || u.AccessLevel != roster.LevelUser {
					t.Errorf("active %v with the level %s", u.Active, u.AccessLevel)
				}
			},
		},
		{
			Name: "another level activates", Given: person("u10@example.com", func(in *directory.NewUser) { in.Active = roster.Some(false) }),
			Request: post("updateUser", `{"email":"u10@example.com","accessLevel":"EDITOR"}`),
			Body:    shown("{user u10@example.com}", "u10@example.com", "u10@example.com", "editor", "", ""),
		},
		{
			Name: "the groups are those that are named", Given: person("u11@example.com", full), Request: post("updateUser", `{"email":"u11@example.com","userGroups":["{group Acme, Inc.}"]}`),
			Body: shown("{user u11@example.com}", "u11@example.com", "Full", "user", `{"id":"{group Acme, Inc.}","name":"Acme, Inc."}`, both),
		},
		{
			Name: "no group", Given: person("u12@example.com", full), Request: post("updateUser", `{"email":"u12@example.com","userGroups":[]}`),
			Body: shown("{user u12@example.com}", "u12@example.com", "Full", "user", "", both),
		},
		{
			Name: "notifications touch only the types that they name", Given: person("u13@example.com", full),
			Request: post("updateUser", `{"email":"u13@example.com","notifications":[{"type":"Digest"},{"type":"warnings","services":["EMAIL"]}]}`),
			Body: shown("{user u13@example.com}", "u13@example.com", "Full", "user", inNetwork,
				`{"type":"failures","services":["email"]},{"type":"warnings","services":["email"]}`),
		},
		{
			Name: "a list keeps delays, pages and calls, and shows none of them",
			Given: func(t testing.TB, e *dialecttest.Env) {
				e.User(t, directory.NewUser{
					UserName: "u18@example.com", Email: "u18@example.com", AccessLevel: roster.LevelUser,
					Preferences: roster.Some([]roster.Preference{
						{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail, roster.ServicePush, roster.ServiceCall}},
						{Type: roster.TypePages, Services: []roster.Service{roster.ServiceCall}},
					}),
					Delays: []directory.PreferenceDelay{
						{Type: roster.TypeFailures, Service: roster.ServiceEmail, Minutes: 3},
						{Type: roster.TypeFailures, Service: roster.ServicePush, Minutes: 4},
						{Type: roster.TypeFailures, Service: roster.ServiceCall, Minutes: 5},
					},
				})
			},
			Request: post("updateUser", `{"email":"u18@example.com","notifications":[{"type":"failures","services":["email"]}]}`),
			Body: `{"user":{"id":"{user u18@example.com}","email":"u18@example.com","name":"u18@example.com","accessLevel":"user","userGroups":[],` +
				`"notifications":[{"type":"failures","services":["email"]}]}}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				if got := fmt.Sprint(e.Get(t, "u18@example.com").Preferences); got != "[{failures [email call] [{email 3} {call 5}]} {pages [call] []}]" {
					t.Errorf("its preferences are %s", got)
				}
			},
		},
		{
			Name: "services in another order and twice", Given: person("u17@example.com"),
			Request: post("updateUser", `{"email":"u17@example.com","notifications":[{"type":"warnings","services":["EMAIL","email"]},{"type":"failures","services":["push","email","push"]}]}`),
			Body: `{"user":{"id":"{user u17@example.com}","email":"u17@example.com","name":"u17@example.com","accessLevel":"user","userGroups":[],` +
				`"notifications":[{"type":"failures","services":["email","push"]},{"type":"warnings","services":["email"]}]},"warnings":["push: no browser or device yet"]}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				if got := fmt.Sprint(e.Get(t, "u17@example.com").Preferences); got != "[{failures [email push] []} {warnings [email] []}]" {
					t.Errorf("its preferences are %s", got)
				}
			},
		},
		{
			Name: "no notifications named", Given: person("u14@example.com", full), Request: post("updateUser", `{"email":"u14@example.com","notifications":[]}`),
			Body: shown("{user u14@example.com}", "u14@example.com", "Full", "user", inNetwork, both),
		},
		{
			Name: "a service without an address", Given: person("u15@example.com"),
			Request: post("updateUser", `{"email":"u15@example.com","sendWelcomeEmail":true,"notifications":[{"type":"failures","services":["sms"]}]}`),
			Body: `{"user":{"id":"{user u15@example.com}","email":"u15@example.com","name":"u15@example.com","accessLevel":"user","userGroups":[],` +
				`"notifications":[{"type":"failures","services":["sms"]}]},"warnings":["sms: no phone yet; the welcome email asks for it"]}`,
		},
		{
			Name: "a service for somebody without an email", Given: person("", func(in *directory.NewUser) { in.UserName = "u18" }),
			Request: post("updateUser", `{"id":"{user u18}","notifications":[{"type":"failures","services":["email"]}]}`),
			Body:    `{"user":{"id":"{user u18}","email":"","name":"u18","accessLevel":"user","userGroups":[],"notifications":[{"type":"failures","services":["email"]}]},"warnings":["email: no address yet"]}`,
		},
		{
			Name: "keys that nobody knows, without the slash", Given: person("u16@example.com"),
			Request: "POST /updateUser?apiToken={token write}&\nContent-Type: application/json; charset=utf-8\n\n" + `{"email":"u16@example.com","phone":5,"AccessLevel":"x"}`,
			Body:    shown("{user u16@example.com}", "u16@example.com", "u16@example.com", "user", "", ""),
		},
	}
	for _, level := range append([]string{"disabled"}, levelNames()...) {
		email := "to-" + level + "@example.com"
		rows = append(rows, dialecttest.Scenario{
			Name: "the level " + level, Given: person(email, func(in *directory.NewUser) { in.AccessLevel = roster.LevelReadonly }),
			Request: post("updateUser", `{"email":"`+email+`","accessLevel":"`+level+`"}`), Body: shown("{user "+email+"}", email, email, level, "", ""),
		})
	}
	for i := range rows {
		rows[i].Status = 200
	}
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}

func TestUpdateUserRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	const levels = "must be one of: disabled, custom, readonly, user, editor, manager, administrator"
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		person("target@example.com")(t, e)
		person("other@example.com")(t, e)
		person("twice@example.com", func(in *directory.NewUser) { in.UserName = "one" })(t, e)
		person("Twice@example.com", func(in *directory.NewUser) { in.UserName = "two" })(t, e)
		person("", func(in *directory.NewUser) { in.UserName = "mute" })(t, e)
		person("ext@example.com", func(in *directory.NewUser) { in.External = true })(t, e)
	}
	var rows []dialecttest.Scenario
	for _, c := range []struct{ body, at, want string }{
		{`{}`, "id", "or email is required"},
		{`{"id":" ","email":""}`, "id", "or email is required"},
		{`{"name":"x"}`, "id", "or email is required"},
		{`{"id":5}`, "id", "must be a string, not a number"},
		{`{"id":5,"email":"target@example.com"}`, "id", "must be a string, not a number"},
		{`{"email":["target@example.com"]}`, "email", "must be a string, not an array"},
		{`{"id":"{user target@example.com}","email":5}`, "email", "must be a string, not a number"},
		{`{"id":"{user target@example.com}","email":" "}`, "email", "must not be empty"},
		{`{"id":"{user target@example.com}","email":"nobody"}`, "email", "must be one email address, such as name@example.com"},
		{`{"email":"target@example.com","accessLevel":"king"}`, "accessLevel", levels},
		{`{"email":"target@example.com","accessLevel":""}`, "accessLevel", "is required"},
		{`{"email":"target@example.com","accessLevel":1}`, "accessLevel", "must be a string, not a number"},
		{`{"email":"target@example.com","name":7}`, "name", "must be a string, not a number"},
		{`{"email":"target@example.com","name":"a\u0000b"}`, "name", "must not hold control characters"},
		{`{"email":"target@example.com","sendWelcomeEmail":"yes"}`, "sendWelcomeEmail", "must be a boolean, not a string"},
		{`{"email":"target@example.com","userGroups":"x"}`, "userGroups", "must be an array, not a string"},
		{`{"email":"target@example.com","userGroups":["x"]}`, "userGroups[0]", "must be the id of a user group, as getUserGroups lists them"},
		{`{"email":"target@example.com","userGroups":["` + noGroup + `"]}`, "userGroups[0]", `names no group: \"` + noGroup + `\"`},
		{`{"email":"target@example.com","notifications":[{"type":"x"}]}`, "notifications[0].type", "must be one of: failures, warnings, unmatched, digest"},
		{`{"email":"target@example.com","notifications":[{"type":"digest"},{"type":"Digest"}]}`, "notifications[1].type", `names \"digest\" a second time`},
		{`{"email":"target@example.com","notifications":[{"type":"digest","services":["fax"]}]}`, "notifications[0].services[0]", "must be one of: email, sms, push, pushbullet, pushover"},
		{`{"id":"{user mute}","sendWelcomeEmail":true}`, "email", "is required to send a welcome email"},
		{`{"email":"ext@example.com","sendWelcomeEmail":true}`, "sendWelcomeEmail", "is only for users who sign in here: its link sets a password"},
	} {
		rows = append(rows, dialecttest.Scenario{Name: c.body, Request: post("updateUser", c.body), Status: 400, Body: failed("invalid-request", c.at, c.want)})
	}
	rows = append(rows, []dialecttest.Scenario{
		{
			Name: "all faults at once", Request: post("updateUser", `{"email":"target@example.com","name":5,"accessLevel":"king","userGroups":["x","`+noGroup+`"],"notifications":[{"services":["fax"]}]}`), Status: 400,
			Body: failed("invalid-request", "name", "must be a string, not a number", "userGroups[0]", "must be the id of a user group, as getUserGroups lists them",
				"accessLevel", levels, "notifications[0].type", "is required", "notifications[0].services[0]", "must be one of: email, sms, push, pushbullet, pushover",
				"userGroups[1]", `names no group: \"`+noGroup+`\"`),
		},
		{Name: "nobody of the id", Request: post("updateUser", `{"id":"`+nobody+`","name":"x"}`), Status: 404, Body: failed("not-found", "id", "names no user")},
		{Name: "an id that is none", Request: post("updateUser", `{"id":"57"}`), Status: 404, Body: failed("not-found", "id", "names no user")},
		{Name: "a NUL in the id", Request: post("updateUser", `{"id":"a\u0000"}`), Status: 404, Body: failed("not-found", "id", "names no user")},
		{Name: "nobody of the email", Request: post("updateUser", `{"email":"absent@example.com"}`), Status: 404, Body: failed("not-found", "email", "names no user")},
		{Name: "a NUL in the email", Request: post("updateUser", `{"email":"\u0000"}`), Status: 404, Body: failed("not-found", "email", "names no user")},
		{Name: "an email that two have", Request: post("updateUser", `{"email":"twice@example.com","name":"x"}`), Status: 409, Body: failed("email-in-use", "email", "is that of several users; name one of them by its id")},
		{Name: "another's email", Request: post("updateUser", `{"id":"{user target@example.com}","email":"Other@example.com"}`), Status: 409, Body: failed("email-in-use", "email", `\"Other@example.com\" belongs to another user already`)},
		{Name: "another's userName as email", Given: person("", func(in *directory.NewUser) { in.UserName = "name@example.com" }), Request: post("updateUser", `{"id":"{user target@example.com}","email":"name@example.com"}`), Status: 409, Body: failed("email-in-use", "email", `\"name@example.com\" belongs to another user already`)},
	}...)
	for i := range rows {
		after := rows[i].After
		rows[i].After = func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if u := e.Get(t, "target@example.com"); u.Version != 1 || u.DisplayName != "target@example.com" {
				t.Errorf("the user is changed: %+v", u)
			}
			if after != nil {
				after(t, e)
			}
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}

func TestAWelcomeEmailIsSentToAUserWhoIsThere(t *testing.T) {
	t.Parallel()
	queued := func(n int64) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if got := e.MailQueued(t); got != n {
				t.Errorf("%d messages wait, want %d", got, n)
			}
		}
	}
	for _, c := range []struct {
		name, body string
		mails      int64
	}{
		{"once while it waits", `{"email":"w@example.com","sendWelcomeEmail":true}`, 1},
		{"not to somebody inactive", `{"email":"w@example.com","accessLevel":"disabled","sendWelcomeEmail":true}`, 0},
		{"not where it is false", `{"email":"w@example.com","sendWelcomeEmail":false}`, 0},
	} {
		twice := func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			e.Do(t, "", post("updateUser", c.body))
			queued(c.mails)(t, e)
		}
		level := "user"
		if strings.Contains(c.body, "disabled") {
			level = "disabled"
		}
		dialecttest.Run(t, dialecttest.World{Given: func(t testing.TB, e *dialecttest.Env) { t.Helper(); office(t, e); person("w@example.com")(t, e) }}, dialecttest.Scenario{
			Name: c.name, Request: post("updateUser", c.body), Status: 200,
			Body: shown("{user w@example.com}", "w@example.com", "w@example.com", level, "", ""), After: twice,
		})
	}
}

func TestDeleteUserDeletesTheUserThatItNames(t *testing.T) {
	t.Parallel()
	absent := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Absent(t, name) }
	}
	deleted := func(email string) string { return `{"deleted":"{user ` + email + `}"}` }
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		person("twice@example.com", func(in *directory.NewUser) { in.UserName = "one" })(t, e)
		person("twice@example.com", func(in *directory.NewUser) { in.UserName = "two" })(t, e)
		e.Know(t, "admin")
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{Name: "by id", Given: person("d1@example.com"), Request: post("deleteUser", `{"id":"{user d1@example.com}"}`), Status: 200, Body: deleted("d1@example.com"), After: absent("d1@example.com")},
		{
			Name: "without the slash", Given: person("d9@example.com"), Request: "POST /deleteUser?apiToken={token write}&\nContent-Type: application/json\n\n" + `{"id":"{user d9@example.com}"}`,
			Status: 200, Body: deleted("d9@example.com"), After: absent("d9@example.com"),
		},
		{Name: "by email", Given: person("d2@example.com"), Request: post("deleteUser", `{"email":"D2@example.com"}`), Status: 200, Body: deleted("d2@example.com"), After: absent("d2@example.com")},
		{Name: "by both, in other letters", Given: person("d3@example.com"), Request: post("deleteUser", `{"id":"{user d3@example.com}","email":" D3@Example.com "}`), Status: 200, Body: deleted("d3@example.com"), After: absent("d3@example.com")},
		{Name: "by id, and an email that is blank", Given: person("d6@example.com"), Request: post("deleteUser", `{"id":"{user d6@example.com}","email":" "}`), Status: 200, Body: deleted("d6@example.com"), After: absent("d6@example.com")},
		{
			Name: "by the id of one and the email of another", Given: person("d7@example.com"), Request: post("deleteUser", `{"id":"{user d7@example.com}","email":"twice@example.com"}`),
			Status: 400, Body: failed("invalid-request", "email", "is not the email of the user that the id names"),
			After: func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Get(t, "d7@example.com") },
		},
		{
			Name: "by an id and what is no email", Given: person("d8@example.com"), Request: post("deleteUser", `{"id":"{user d8@example.com}","email":"x\u0000"}`),
			Status: 400, Body: failed("invalid-request", "email", "is not the email of the user that the id names"),
			After: func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Get(t, "d8@example.com") },
		},
		{Name: "by an id and a number as email", Request: post("deleteUser", `{"id":"`+nobody+`","email":5}`), Status: 400, Body: failed("invalid-request", "email", "must be a string, not a number")},
		{Name: "neither", Request: post("deleteUser", `{}`), Status: 400, Body: failed("invalid-request", "id", "or email is required")},
		{Name: "a number", Request: post("deleteUser", `{"id":1}`), Status: 400, Body: failed("invalid-request", "id", "must be a string, not a number")},
		{Name: "nobody of the id", Request: post("deleteUser", `{"id":"`+nobody+`"}`), Status: 404, Body: failed("not-found", "id", "names no user")},
		{Name: "nobody of the email", Request: post("deleteUser", `{"email":"absent@example.com"}`), Status: 404, Body: failed("not-found", "email", "names no user")},
		{Name: "an email that two have", Request: post("deleteUser", `{"email":"twice@example.com"}`), Status: 409, Body: failed("email-in-use", "email", "is that of several users; name one of them by its id")},
		{
			Name: "somebody above the token", Request: post("deleteUser", `{"id":"{user admin}"}`), Status: 403,
			Body: refused("not-allowed", "you cannot change this user: they hold permissions beyond yours: …"),
		},
		{
			Name: "somebody deleted is not there any more", Given: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				person("d4@example.com")(t, e)
				e.Do(t, "", post("deleteUser", `{"email":"d4@example.com"}`))
			},
			Request: post("deleteUser", `{"id":"{user d4@example.com}"}`), Status: 404, Body: failed("not-found", "id", "names no user"),
		},
		{
			Name: "the address is free again", Given: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				person("d5@example.com")(t, e)
				e.Do(t, "", post("deleteUser", `{"email":"d5@example.com"}`))
			},
			Request: create(`{"email":"d5@example.com","accessLevel":"user"}`), Status: 200, Body: made("d5@example.com", "d5@example.com", "user"),
		},
	}...)
}

// oneGroup is the answer of a call about a user group.
func oneGroup(id, name, description string, users int) string {
	return fmt.Sprintf(`{"userGroup":{"id":%q,"name":%q,"description":%q,"userCount":%d}}`, id, name, description, users)
}

// userGroup makes a user group with members before a row.
func userGroup(name string, members ...string) func(testing.TB, *dialecttest.Env) {
	return func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		g := e.Group(t, name)
		var refs []roster.Ref
		for _, m := range members {
			refs = append(refs, roster.Ref{Name: m})
		}
		_, err := e.Directory.UpdateGroup(t.Context(), e.By, directory.GroupChange{
			Group: directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{ID: string(g.ID)}}, AddMembers: refs,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestUserGroupsAreMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		person("ann@example.com")(t, e)
		person("bob@example.com")(t, e)
	}
	const ann, bob = `"{user ann@example.com}"`, `"{user bob@example.com}"`
	of := func(user string) func(testing.TB, *dialecttest.Env) []string {
		return func(t testing.TB, e *dialecttest.Env) (names []string) {
			t.Helper()
			for _, g := range e.Get(t, user).Groups {
				names = append(names, g.Name)
			}
			return names
		}
	}
	in := func(user, group string, is bool) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if slices.Contains(of(user)(t, e), group) != is {
				t.Errorf("%s in %s: %v", user, group, !is)
			}
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{Name: "made", Request: post("createUserGroup", `{"name":" New "}`), Status: 200, Body: oneGroup("…", "New", "", 0)},
		{
			Name: "made with everything", Request: post("createUserGroup", `{"name":"Full","description":"All of it","users":[`+ann+`,`+bob+`,`+ann+`]}`), Status: 200,
			Body: oneGroup("…", "Full", "All of it", 2), After: in("ann@example.com", "Full", true),
		},
		{Name: "made with nulls", Request: post("createUserGroup", `{"name":"Nulls","description":null,"users":null}`), Status: 200, Body: oneGroup("…", "Nulls", "", 0)},
		{Name: "renamed", Given: userGroup("g1", "ann@example.com"), Request: post("updateUserGroup", `{"id":"{group g1}","name":"g1 new"}`), Status: 200, Body: oneGroup("{group g1}", "g1 new", "g1's people", 1)},
		{Name: "described", Given: userGroup("g2"), Request: post("updateUserGroup", `{"id":"{group g2}","description":""}`), Status: 200, Body: oneGroup("{group g2}", "g2", "", 0)},
		{
			Name: "given other users", Given: userGroup("g3", "ann@example.com"), Request: post("updateUserGroup", `{"id":"{group g3}","users":[`+bob+`]}`), Status: 200, Body: oneGroup("{group g3}", "g3", "g3's people", 1),
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				in("ann@example.com", "g3", false)(t, e)
				in("bob@example.com", "g3", true)(t, e)
			},
		},
		{Name: "emptied", Given: userGroup("g4", "ann@example.com", "bob@example.com"), Request: post("updateUserGroup", `{"id":"{group g4}","users":[]}`), Status: 200, Body: oneGroup("{group g4}", "g4", "g4's people", 0)},
		{Name: "left as it is by nulls", Given: userGroup("g5", "ann@example.com"), Request: post("updateUserGroup", `{"id":"{group g5}","name":null,"description":null,"users":null}`), Status: 200, Body: oneGroup("{group g5}", "g5", "g5's people", 1)},
		{Name: "made without the slash", Request: "POST /createUserGroup?apiToken={token write}&\nContent-Type: application/json\n\n" + `{"name":"Bare"}`, Status: 200, Body: oneGroup("…", "Bare", "", 0)},
		{Name: "changed without the slash", Given: userGroup("g7"), Request: "POST /updateUserGroup?apiToken={token write}&\nContent-Type: application/json\n\n" + `{"id":"{group g7}","name":"g7 new"}`, Status: 200, Body: oneGroup("{group g7}", "g7 new", "g7's people", 0)},
		{Name: "deleted without the slash", Given: userGroup("g8"), Request: "POST /deleteUserGroup?apiToken={token write}&\nContent-Type: application/json\n\n" + `{"id":"{group g8}"}`, Status: 200, Body: `{"deleted":"{group g8}"}`},
		{
			Name: "deleted", Given: userGroup("g6", "ann@example.com"), Request: post("deleteUserGroup", `{"id":"{group g6}"}`), Status: 200, Body: `{"deleted":"{group g6}"}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				in("ann@example.com", "g6", false)(t, e)
				if w := e.Do(t, "", post("deleteUserGroup", `{"id":"{group g6}"}`)); w.Code != 404 {
					t.Errorf("again: %d %s", w.Code, w.Body)
				}
			},
		},
	}...)
}

func TestUserGroupsAreRefusedThatAreWrong(t *testing.T) {
	t.Parallel()
	const text = "must be text of at most 1000 characters without a NUL character"
	var rows []dialecttest.Scenario
	for _, c := range []struct{ call, body, at, want string }{
		{"createUserGroup", `{}`, "name", "is required"},
		{"createUserGroup", `{"name":" "}`, "name", "is required"},
		{"createUserGroup", `{"name":5}`, "name", "must be a string, not a number"},
		{"createUserGroup", `{"name":"a\u0000"}`, "name", "must not hold control characters"},
		{"createUserGroup", `{"name":"x","description":"` + strings.Repeat("x", 1001) + `"}`, "description", text},
		{"createUserGroup", `{"name":"x","users":"` + nobody + `"}`, "users", "must be an array, not a string"},
		{"createUserGroup", `{"name":"x","users":["ann@example.com"]}`, "users[0]", "must be the id of a user, as getUsers lists them"},
		{"createUserGroup", `{"name":"x","users":["` + nobody + `"]}`, "users[0]", `names no user: \"` + nobody + `\"`},
		{"updateUserGroup", `{}`, "id", "is required"},
		{"updateUserGroup", `{"id":5}`, "id", "must be a string, not a number"},
		{"updateUserGroup", `{"name":"Network"}`, "id", "is required"},
		{"updateUserGroup", `{"id":"{group Network}","name":""}`, "name", "is required"},
		{"updateUserGroup", `{"id":"{group Network}","description":7}`, "description", "must be a string, not a number"},
		{"updateUserGroup", `{"id":"{group Network}","users":["` + nobody + `"]}`, "users[0]", `names no user: \"` + nobody + `\"`},
		{"deleteUserGroup", `{}`, "id", "is required"},
		{"deleteUserGroup", `{"id":[]}`, "id", "must be a string, not an array"},
	} {
		rows = append(rows, dialecttest.Scenario{Name: c.call + " " + c.body[:min(60, len(c.body))], Request: post(c.call, c.body), Status: 400, Body: failed("invalid-request", c.at, c.want)})
	}
	for _, call := range []string{"updateUserGroup", "deleteUserGroup"} {
		for _, id := range []string{nobody, "Network", "{team my team 1}", "2", `\u0000`} {
			if id == `\u0000` {
				rows = append(rows, dialecttest.Scenario{Name: call + " a NUL", Request: post(call, `{"id":"a\u0000"}`), Status: 404, Body: failed("not-found", "id", `names no group: \"a\\x00\"`)})
				continue
			}
			rows = append(rows, dialecttest.Scenario{
				Name: call + " " + id, Request: post(call, `{"id":"`+id+`"}`), Status: 404, Body: failed("not-found", "id", `names no group: \"`+strings.ToLower(id)+`\"`),
			})
		}
	}
	rows = append(rows, []dialecttest.Scenario{
		{Name: "a taken name", Request: post("createUserGroup", `{"name":"NETWORK"}`), Status: 409, Body: failed("name-in-use", "name", "…")},
		{Name: "a name taken by another", Request: post("updateUserGroup", `{"id":"{group Acme, Inc.}","name":"network"}`), Status: 409, Body: failed("name-in-use", "name", "…")},
		{Name: "the shipped group's name", Request: post("createUserGroup", `{"name":"End-User"}`), Status: 409, Body: failed("name-in-use", "name", "…")},
	}...)
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}
