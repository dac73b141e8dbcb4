package graze_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// repeatable is a world with a user "rep", made by graze through Graze itself, and a second API
// user.
func repeatable(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	e.User(t, directory.NewUser{UserName: "second", Password: "second", Roles: []roster.Ref{{Number: roster.RoleGrazer}}})
	e.Session(t, "graze", "graze")
	if w := e.Do(t, as, create("rep", `"teams":["my team 1"],"password":"secret of rep"`)); w.Code != 200 {
		t.Fatalf("make rep: %d %s", w.Code, w.Body)
	}
	e.Know(t, "rep")
}

func TestARepeatedCreateIsAnsweredAsTheFirstTime(t *testing.T) {
	t.Parallel()
	const again = `{"user_id":{number rep}}`
	taken := failed("400", `username \"rep\" belongs to another user already`,
		`username \"rep\" belongs to another user already: that of user_id {number rep}, which updateUser changes`)
	full := func(more string) string { return create("rep", `"teams":["my team 1"]`+more) }
	dialecttest.Run(t, dialecttest.World{Given: repeatable}, []dialecttest.Scenario{
		{Name: "the same request", As: as, Request: full(`,"password":"secret of rep"`), Status: 200, Body: again},
		{
			Name: "the same input, written otherwise and with a session of the same user", Status: 200, Body: again,
			Request: "POST /graze/v1/createUser?auth_token={session graze}&email=someone%40example.com\n\n" +
				`{"password":"secret of rep", "unknown":1, "teams":"[\"my team 1\"]","roles": ["Operator"],"full_name":"Somebody","username":" rep "}`,
		},
		{Name: "with blanks around names", As: as, Request: strings.NewReplacer(`"Operator"`, `" Operator "`, `my team 1`, ` my team 1`).Replace(full(`,"password":"secret of rep"`)), Status: 200, Body: again},
		{Name: "with another password", As: as, Request: full(`,"password":"another secret"`), Status: 400, Body: taken},
		{Name: "without the password", As: as, Request: full(``), Status: 400, Body: taken},
		{Name: "with another input", As: as, Request: full(`,"password":"secret of rep","active":false`), Status: 400, Body: taken},
		{Name: "by another user", As: "second:second", Request: full(`,"password":"secret of rep"`), Status: 400, Body: taken},
	}...)
}

func TestARepeatedCreateIsForgottenAfterADay(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	repeatable(t, e)
	request := create("rep", `"teams":["my team 1"],"password":"secret of rep"`)
	for _, c := range []struct {
		wait   time.Duration
		status int
	}{{23*time.Hour + 59*time.Minute, 200}, {2 * time.Minute, 400}} {
		e.Advance(c.wait)
		if w := e.Do(t, as, request); w.Code != c.status {
			t.Errorf("%v later the repeat is answered %d %s, want %d", c.wait, w.Code, w.Body, c.status)
		}
	}
}

func TestRepeatsWithAnotherPasswordAreBounded(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	repeatable(t, e)
	repeat := func(password string) *httptest.ResponseRecorder {
		return e.Do(t, as, create("rep", `"teams":["my team 1"],"password":"`+password+`"`))
	}
	for i := range 10 {
		if w := repeat(fmt.Sprint("guess ", i)); w.Code != 400 {
			t.Errorf("guess %d is answered %d %s", i, w.Code, w.Body)
		}
	}
	for _, password := range []string{"guess 10", "secret of rep"} {
		if w := repeat(password); w.Code != 429 || w.Header().Get("Retry-After") != "900" {
			t.Errorf("%s is answered %d, Retry-After %q, %s", password, w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
	e.Advance(15 * time.Minute)
	if w := repeat("secret of rep"); w.Code != 200 {
		t.Errorf("later the repeat is answered %d %s", w.Code, w.Body)
	}
}

func TestFiftyEqualCreatesAtOnceMakeOneUser(t *testing.T) {
	t.Parallel()
	w := dialecttest.World{Given: documented}
	dialecttest.Run(t, w, dialecttest.Scenario{
		Name: "with a password", As: as, Request: create("fifty", `"password":"secret of fifty"`), Status: 200, Body: `{"user_id":…}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			answers := make([]string, 50)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() {
					w := e.Do(t, as, create("fifty2", `"password":"secret of fifty2"`))
					answers[i] = fmt.Sprint(w.Code, " ", w.Body)
				})
			}
			all.Wait()
			want := fmt.Sprintf(`200 {"user_id":%d}`, e.Get(t, "fifty2").Number)
			for _, got := range answers {
				if got != want {
					t.Errorf("one is answered %s, want %s", got, want)
				}
			}
		},
	})
}

func TestNobodyReachesAboveThemselves(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		documented(t, e)
		if _, err := e.Directory.CreateRole(t.Context(), e.By, directory.NewRole{Name: "Reader", Permissions: []string{"graze_login"}}); err != nil {
			t.Fatal(err)
		}
		e.User(t, directory.NewUser{UserName: "reader", Password: "reader", Roles: []roster.Ref{{Name: "Reader"}}})
		e.User(t, directory.NewUser{UserName: "manager", Password: "manager", Roles: []roster.Ref{{Number: roster.RoleManager}}})
		e.User(t, directory.NewUser{UserName: "super", Password: "super", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}})
	}
	with := func(name, role string) string {
		return strings.Replace(create(name), `["Operator"]`, `["`+role+`"]`, 1)
	}
	const made = `{"user_id":…}`
	above := func(role, missing string) string {
		return fault("403", "roles would give permissions beyond yours by the role "+role+": "+missing)
	}
	absent := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Absent(t, name) }
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{Name: "a Grazer makes no Super User", As: as, Request: with("s1", "Super User"), Status: 403, Body: above("Super User", "super_privileges manage_realms"), After: absent("s1")},
		{Name: "a Grazer makes no Super User by id as text", As: as, Request: with("s2", "1"), Status: 403, Body: above("Super User", "super_privileges manage_realms"), After: absent("s2")},
		{Name: "a Grazer makes an Administrator", As: as, Request: with("a1", "Administrator"), Status: 200, Body: made},
		{Name: "a Manager makes no Administrator", As: "manager:manager", Request: with("a2", "Administrator"), Status: 403, Body: above("Administrator", "send_events manage_checks manage_roles manage_tokens manage_settings read_audit"), After: absent("a2")},
		{Name: "a Manager makes an Operator", As: "manager:manager", Request: with("o1", "Operator"), Status: 200, Body: made},
		{Name: "a Super User makes a Super User", As: "super:super", Request: with("s3", "Super User"), Status: 200, Body: made},
		{Name: "who may only read makes nobody", As: "reader:reader", Request: create("r1"), Status: 403, Body: fault("403", "this needs one of the permissions: manage_users"), After: absent("r1")},
		{Name: "who may only read is refused before the arguments are judged", As: "reader:reader", Request: "POST /graze/v1/createUser\n\n{}", Status: 403, Body: fault("403", "this needs one of the permissions: manage_users")},
		{Name: "who may only read reads", As: "reader:reader", Request: "GET /graze/v1/getUsers?limit=1", Status: 200, Body: `[{"uid":1,"teams":[],"fullname":"Administrator","username":"admin"}]`},
	}...)
	lifted := dialecttest.World{Options: dialecttest.Options{GrazerGrantsSuper: true}, Given: documented}
	dialecttest.Run(t, lifted, dialecttest.Scenario{
		Name: "a Grazer makes a Super User where that is set", As: as, Request: with("s4", "Super User"), Status: 200, Body: made,
	})
}

// realmNamed is a createSecurityRealm.
func realmNamed(name, more string) string {
	return realmCall("create", `"name":"`+name+`","type":"SAML2","configuration":`+documentedRealm+more)
}

// reversed returns a JSON object whose members are in the opposite order, as a client with random
// hashes may send it.
func reversed(object string) string {
	v, err := dialect.Parse([]byte(object))
	if err != nil {
		panic(err)
	}
	var members []string
	for _, m := range slices.Backward(v.Members) {
		members = append(members, fmt.Sprintf("%q:%s", m.Name, m.Value.Raw))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func TestARepeatedTeamOrRealmIsAnsweredAsTheFirstTime(t *testing.T) {
	t.Parallel()
	const routed = `"name":"routed","alert_filter":{"op":"and","of":[{"k":1,"v":2}]},"landing_page":{"a":1,"b":{"c":2,"d":3}}`
	const otherwise = `"landing_page":{"b":{"d":3,"c":2},"\u0061":1},"alert_filter":{"of":[{"v":2,"k":1}],"op":"and"},"name":"routed"`
	team := func(members string) string { return "POST /graze/v1/createTeam\n" + post + "{" + members + "}" }
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		realms(t, e)
		e.User(t, directory.NewUser{UserName: "second", Password: "second", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}})
		for i, request := range []string{team(`"name":"again","users":["graze"]`), team(`"name":"changed"`), team(`"name":"gone"`), realmNamed("again", ""), team(routed)} {
			if w := e.Do(t, "super:super", request); w.Code != 200 {
				t.Fatalf("make the record %d: %d %s", i, w.Code, w.Body)
			}
		}
		for _, request := range []string{"updateTeam\n\n{\"team_id\":6,\"description\":\"new\"}", "deleteTeam\n\n{\"team_id\":7}"} {
			if w := e.Do(t, "super:super", "POST /graze/v1/"+request); w.Code != 200 {
				t.Fatalf("change what was made: %d %s", w.Code, w.Body)
			}
		}
	}
	taken := func(number string) string {
		return failed("400", "name is taken", "name is taken: that of team_id "+number+", which updateTeam changes")
	}
	takenRealm := failed("400", "name is taken", "name is taken: that of the realm with the id …, which updateSecurityRealm changes")
	dialecttest.Run(t, dialecttest.World{Options: dialecttest.Options{Realms: offline{}}, Given: given}, []dialecttest.Scenario{
		{Name: "the same team", As: "super:super", Request: team(`"users":"[\"graze\"]","name":" again "`), Status: 200, Body: `{"team_id":5}`},
		{Name: "the same team with another member", As: "super:super", Request: team(`"name":"again","users":["super"]`), Status: 400, Body: taken("5")},
		{Name: "the same team by another user", As: "second:second", Request: team(`"name":"again","users":["graze"]`), Status: 400, Body: taken("5")},
		{Name: "a team that was changed", As: "super:super", Request: team(`"name":"changed"`), Status: 400, Body: taken("6")},
		{Name: "a team that was deleted", As: "super:super", Request: team(`"name":"gone"`), Status: 200, Body: `{"team_id":9}`},
		{Name: "the same team with what is in its arguments in another order", As: "super:super", Request: team(otherwise), Status: 200, Body: `{"team_id":8}`},
		{Name: "the same realm in another order", As: "super:super", Request: realmCall("create", `"type":"SAML2","configuration":`+reversed(documentedRealm)+`,"name":"again"`), Status: 200},
		{Name: "the same realm", As: "super:super", Request: realmNamed("again", ""), Status: 200},
		{Name: "the same realm, but not active", As: "super:super", Request: realmNamed("again", `,"active":false`), Status: 400, Body: takenRealm},
		{Name: "the same realm by another user", As: "second:second", Request: realmNamed("again", ""), Status: 400, Body: takenRealm},
		{Name: "a team by somebody who may make none", As: "manager:manager", Request: realmNamed("again", ""), Status: 403, Body: fault("403", "…")},
	}...)
}

func TestFiftyEqualTeamsOrRealmsAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	dialecttest.OnEachEngine(t, dialecttest.Options{Realms: offline{}}, func(t *testing.T, e *dialecttest.Env) {
		realms(t, e)
		for _, c := range []struct{ request, want string }{
			{"POST /graze/v1/createTeam\n" + post + `{"name":"fifty","services":["made by it"]}`, `200 {"team_id":5}`},
			{realmNamed("fifty", ""), "200 "},
		} {
			answers := make([]string, 50)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() {
					w := e.Do(t, "super:super", c.request)
					answers[i] = fmt.Sprint(w.Code, " ", w.Body)
				})
			}
			all.Wait()
			for _, got := range answers {
				if got != c.want {
					t.Errorf("one of %s is answered %s, want %s", c.request, got, c.want)
				}
			}
		}
	})
}
