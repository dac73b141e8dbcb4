package checkcentral_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// staff adds users and tokens of theirs, and tokens that are limited or dead.
func staff(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	office(t, e)
	for _, level := range []roster.AccessLevel{roster.LevelCustom, roster.LevelReadonly, roster.LevelManager} {
		name := string(level)
		e.User(t, directory.NewUser{UserName: name, Email: name + "@example.com", AccessLevel: level})
		e.Token(t, directory.NewToken{Name: name, Access: roster.AccessReadWrite, UserName: name})
	}
	e.User(t, directory.NewUser{UserName: "gone", Active: roster.Some(false), AccessLevel: roster.LevelManager})
	e.User(t, directory.NewUser{UserName: "inside", Email: "inside@example.com", Groups: []roster.Ref{{Name: "Network"}}})
	e.Token(t, directory.NewToken{Name: "gone", Access: roster.AccessReadWrite, UserName: "gone"})
	e.Token(t, directory.NewToken{Name: "revoked", Access: roster.AccessReadWrite})
	e.Revoke(t, "revoked")
	e.Token(t, directory.NewToken{Name: "network", Access: roster.AccessReadWrite, Groups: []roster.Ref{{Name: "Network"}}})
}

func TestWhoeverHasNoGoodTokenIsToldTheSame(t *testing.T) {
	t.Parallel()
	rows := []dialecttest.Scenario{
		{Name: "no token", Request: "GET /getUsers"},
		{Name: "an empty token", Request: "GET /getUsers?apiToken="},
		{Name: "a token of 32 hex digits", Request: "GET /getUsers?apiToken=0123456789abcdef0123456789abcdef"},
		{Name: "a token with a wrong checksum", Request: "GET /getUsers?apiToken={token write}x"},
		{Name: "a revoked token", Request: "GET /getUsers?apiToken={token revoked}"},
		{Name: "a token of an inactive user", Request: "GET /getUsers?apiToken={token gone}"},
		{Name: "a bearer token that is none, beside a good token", As: "Bearer nonsense", Request: "GET /getUsers?apiToken={token write}"},
		{Name: "an empty bearer token", Request: "GET /getUsers\nAuthorization: Bearer"},
		{Name: "a Basic header", As: "admin:admin", Request: "GET /getUsers"},
		{Name: "a good token of another organization than the path's", Request: "GET /o/acme/getUsers?apiToken={token write}"},
		{Name: "a token in the body", Request: "POST /createUser\nContent-Type: application/json\n\n" + `{"apiToken":"{token write}"}`},
		{Name: "no token and another type", Request: "POST /createUser\n\nx"},
		{Name: "a NUL in the token", Request: "GET /getUsers?apiToken=%00"},
		{Name: "a very long token", Request: "GET /getUsers?apiToken=" + strings.Repeat("x", 10000)},
	}
	for i := range rows {
		rows[i].Status, rows[i].Body = 401, refused("invalid-token", "the API token is missing or not valid")
		rows[i].Header = map[string]string{"WWW-Authenticate": `Bearer realm="Roster"`}
	}
	dialecttest.Run(t, dialecttest.World{Given: staff}, rows...)
}

func TestATokenEndsWhenItSays(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	e.Token(t, directory.NewToken{Name: "hour", Access: roster.AccessRead, ExpiresIn: time.Hour})
	for _, c := range []struct {
		wait   time.Duration
		status int
		body   string
	}{
		{59 * time.Minute, 200, `{"userGroups":[]}`},
		{time.Minute, 401, refused("invalid-token", "the API token is missing or not valid")},
	} {
		e.Advance(c.wait)
		if w := e.Do(t, "", "GET /getUserGroups?apiToken={token hour}"); w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%v later the token is answered %d %s, want %d %s", c.wait, w.Code, w.Body, c.status, c.body)
		}
	}
}

func TestATokenMayDoWhatItSays(t *testing.T) {
	t.Parallel()
	createAs := func(token, body string) string {
		return "POST /createUser/?apiToken={token " + token + "}\nContent-Type: application/json\n\n" + body
	}
	needs := func(permissions string) string {
		return refused("not-allowed", "this needs one of the permissions: "+permissions)
	}
	const user = `{"email":"%s@example.com","accessLevel":"%s","userGroups":[%s]}`
	dialecttest.Run(t, dialecttest.World{Given: staff}, []dialecttest.Scenario{
		{Name: "a token that may only read creates nobody", Request: createAs("read", fmt.Sprintf(user, "r1", "user", "")), Status: 403, Body: refused("not-allowed", "this credential may only read")},
		{Name: "a token that may only read is refused before the fields are judged", Request: createAs("read", `{}`), Status: 403, Body: refused("not-allowed", "this credential may only read")},
		{Name: "a readonly user's token creates nobody", Request: createAs("readonly", fmt.Sprintf(user, "r2", "user", "")), Status: 403, Body: needs("manage_users")},
		{Name: "a manager's token creates managers", Request: createAs("manager", fmt.Sprintf(user, "m1", "manager", "")), Status: 200, Body: made("m1@example.com", "m1@example.com", "manager")},
		{
			Name: "a manager's token creates no administrators", Request: createAs("manager", fmt.Sprintf(user, "a1", "administrator", "")), Status: 403,
			Body: failed("not-allowed", "accessLevel", "would give permissions beyond yours: alert_assign alert_close alert_modify all_data manage_maint moderator_assign prc_feedback sig_create sig_close sig_modify thread_create add_media graze_login filter send_events manage_roles manage_tokens manage_settings read_audit manage_realms"),
		},
		{Name: "an organization's token creates administrators", Request: createAs("write", fmt.Sprintf(user, "a2", "administrator", "")), Status: 200, Body: made("a2@example.com", "a2@example.com", "administrator")},
		{Name: "a custom user's token lists nobody", Request: "GET /getUsers?apiToken={token custom}", Status: 200, Body: `{"users":[]}`},
		{
			Name: "a token limited to a group creates users in it", Request: createAs("network", fmt.Sprintf(user, "n1", "manager", `"{group Network}"`)), Status: 200,
			Body: `{"user":{"id":"…","email":"n1@example.com","name":"n1@example.com","accessLevel":"manager","userGroups":[{"id":"{group Network}","name":"Network"}],"notifications":[]}}`,
		},
		{
			Name: "a token limited to a group creates nobody outside it", Request: createAs("network", fmt.Sprintf(user, "n2", "user", "")), Status: 403,
			Body: failed("not-allowed", "userGroups", "must name at least one of the groups that this credential is limited to"),
		},
		{
			Name: "a token limited to a group knows no other", Request: createAs("network", fmt.Sprintf(user, "n3", "user", `"{group Network}","{group Acme, Inc.}"`)), Status: 400,
			Body: failed("invalid-request", "userGroups[1]", `names no group: \"{group Acme, Inc.}\"`),
		},
	}...)
	dialecttest.Run(t, dialecttest.World{Given: staff}, []dialecttest.Scenario{
		{Name: "a token limited to a group lists its users", Request: "GET /getUsers?apiToken={token network}", Status: 200, Body: `{"users":[` + inside + `]}`},
		{Name: "a token limited to a group lists it alone", Request: "GET /getUserGroups?apiToken={token network}", Status: 200, Body: `{"userGroups":[` + network + `]}`},
		{Name: "a token limited to a group finds nobody outside it", Request: "GET /getUsers?apiToken={token network}&userEmail=manager@example.com", Status: 200, Body: `{"users":[]}`},
	}...)
}

func TestARepeatedCreateIsAnsweredAsTheFirstTime(t *testing.T) {
	t.Parallel()
	const body = `{"email":"rep@example.com","name":"Rep","accessLevel":"user","sendWelcomeEmail":true,"userGroups":["{group Acme, Inc.}","{group Network}"],"notifications":[{"type":"warnings","services":["push","email"]},{"type":"failures","services":["email"]}]}`
	const answer = `{"user":{"id":"{user rep@example.com}","email":"rep@example.com","name":"Rep","accessLevel":"user","userGroups":[{"id":"{group Network}","name":"Network"},{"id":"{group Acme, Inc.}","name":"Acme, Inc."}],` +
		`"notifications":[{"type":"failures","services":["email"]},{"type":"warnings","services":["email","push"]}]},"warnings":["push: no browser or device yet; the welcome email asks for it"]}`
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		e.Token(t, directory.NewToken{Name: "other", Access: roster.AccessReadWrite})
		w := e.Do(t, "", create(body))
		e.Know(t, "rep@example.com")
		if got, want := w.Body.String(), e.Fill(answer); w.Code != 200 || got != want {
			t.Fatalf("the first is answered %d\n%s\nwant\n%s", w.Code, got, want)
		}
	}
	taken := failed("email-in-use", "email", `\"rep@example.com\" belongs to another user already`)
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{
			Name: "the same request, with one welcome email", Request: create(body), Status: 200, Body: answer,
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				if n := e.MailQueued(t); n != 1 {
					t.Errorf("%d messages wait, want 1", n)
				}
			},
		},
		{Name: "the same input, written otherwise", Request: create(strings.NewReplacer(`"user"`, `"USER"`, `":`, `" : `, `"push","email"`, `"Push","email","push"`).Replace(body)), Status: 200, Body: answer},
		{Name: "another input", Request: create(strings.Replace(body, `"Rep"`, `"Repp"`, 1)), Status: 409, Body: taken},
		{Name: "by another token", As: "Bearer {token other}", Request: "POST /createUser\nContent-Type: application/json\n\n" + body, Status: 409, Body: taken},
	}...)
}

func TestFiftyEqualCreatesAtOnceMakeOneUserAndOneWelcomeEmail(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: office}, dialecttest.Scenario{
		Name: "all at once", Request: "GET /getUserGroups?apiToken={token read}&userGroupId={group Network}", Status: 200, Body: `{"userGroups":[` + strings.Replace(network, ":1}", ":0}", 1) + `]}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			answers := make([]string, 50)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() {
					w := e.Do(t, "", create(`{"email":"fifty@example.com","accessLevel":"user","sendWelcomeEmail":true}`))
					answers[i] = fmt.Sprint(w.Code, " ", w.Body)
				})
			}
			all.Wait()
			want := strings.Replace("200 "+made("fifty@example.com", "fifty@example.com", "user"), "…", string(e.Get(t, "fifty@example.com").ID), 1)
			for _, got := range answers {
				if got != want {
					t.Errorf("one is answered %s, want %s", got, want)
				}
			}
			if n := e.MailQueued(t); n != 1 {
				t.Errorf("%d messages wait, want 1", n)
			}
		},
	})
}

func TestARepeatedUserGroupIsAnsweredAsTheFirstTime(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		person("ann@example.com")(t, e)
		e.Token(t, directory.NewToken{Name: "other", Access: roster.AccessReadWrite})
		for _, name := range []string{"again", "changed", "gone"} {
			w := e.Do(t, "", post("createUserGroup", `{"name":"`+name+`","users":["{user ann@example.com}"]}`))
			var made struct{ UserGroup struct{ ID string } }
			if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != 200 {
				t.Fatalf("make %s: %d %s", name, w.Code, w.Body)
			}
			e.Set("group "+name, made.UserGroup.ID)
		}
		for _, request := range []string{post("updateUserGroup", `{"id":"{group changed}","users":[]}`), post("deleteUserGroup", `{"id":"{group gone}"}`)} {
			if w := e.Do(t, "", request); w.Code != 200 {
				t.Fatalf("change what was made: %d %s", w.Code, w.Body)
			}
		}
	}
	taken := func(name string) string {
		return failed("name-in-use", "name", "is taken, with the id {group "+name+"}")
	}
	const ann = `"users":["{user ann@example.com}"]`
	again := `{"name":"again",` + ann + `}`
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{Name: "the same, written otherwise", Request: post("createUserGroup", `{`+ann+`, "description":null, "name":" again"}`), Status: 200, Body: oneGroup("{group again}", "again", "", 1)},
		{Name: "another description", Request: post("createUserGroup", `{"name":"again","description":"x",`+ann+`}`), Status: 409, Body: taken("again")},
		{Name: "by another token", As: "Bearer {token other}", Request: "POST /createUserGroup\nContent-Type: application/json\n\n" + again, Status: 409, Body: taken("again")},
		{Name: "by a token that may only read", Request: "POST /createUserGroup?apiToken={token read}\nContent-Type: application/json\n\n" + again, Status: 403, Body: refused("not-allowed", "this credential may only read")},
		{Name: "one that was changed", Request: post("createUserGroup", `{"name":"changed",`+ann+`}`), Status: 409, Body: taken("changed")},
		{Name: "one that was deleted", Request: post("createUserGroup", `{"name":"gone",`+ann+`}`), Status: 200, Body: oneGroup("…", "gone", "", 1)},
	}...)
}

func TestFiftyEqualUserGroupsAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	dialecttest.OnEachEngine(t, dialecttest.Options{}, func(t *testing.T, e *dialecttest.Env) {
		office(t, e)
		answers := make([]string, 50)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				w := e.Do(t, "", post("createUserGroup", `{"name":"fifty"}`))
				answers[i] = fmt.Sprint(w.Code, " ", w.Body)
			})
		}
		all.Wait()
		for _, got := range answers {
			if got != answers[0] || !strings.HasPrefix(got, "200 ") {
				t.Errorf("one is answered %s, another %s", got, answers[0])
			}
		}
	})
}
