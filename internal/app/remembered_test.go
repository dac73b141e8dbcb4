package app_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
	"roster/internal/store"
)

const rememberedPassword = "correct horse battery staple"

// rememberedPeople makes a manager and a reader with tokens and sessions, and an organization token
// that is limited to a group.
func rememberedPeople(t *testing.T, e *dialecttest.Env) {
	t.Helper()
	e.Group(t, "North")
	if _, err := e.Directory.CreateRole(t.Context(), e.By, directory.NewRole{Name: "Desk", Permissions: []string{"manage_users", "read_directory", "graze_login"}}); err != nil {
		t.Fatal(err)
	}
	e.User(t, directory.NewUser{UserName: "ann", Password: rememberedPassword, Roles: []roster.Ref{{Name: "Desk"}}})
	e.User(t, directory.NewUser{UserName: "bob"})
	e.Token(t, directory.NewToken{Name: "ann", UserName: "ann", Access: roster.AccessReadWrite})
	e.Token(t, directory.NewToken{Name: "all", Access: roster.AccessReadWrite})
	e.Token(t, directory.NewToken{Name: "north", Access: roster.AccessRead, Groups: []roster.Ref{{Name: "North"}}})
	e.Session(t, "ann", rememberedPassword)
	e.User(t, directory.NewUser{UserName: "idle", Password: rememberedPassword, Roles: []roster.Ref{{Name: "Desk"}}})
	e.Token(t, directory.NewToken{Name: "idle", UserName: "idle", Access: roster.AccessReadWrite})
	e.Session(t, "idle", rememberedPassword)
	off := directory.UserChange{User: directory.UserSelector{UserName: "idle"}, Active: roster.Some(false)}
	if _, err := e.Directory.UpdateUser(t.Context(), e.By, off); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsRememberedOfACallerEndsWithTheChange(t *testing.T) {
	t.Parallel()
	const (
		readBob  = "GET /api/v1/users/{user bob}"
		makeUser = "POST /api/v1/users\nContent-Type: application/json\n\n{\"userName\":\"new\"}"
		badBody  = "POST /api/v1/users\nContent-Type: application/json\n\n{\"nothing\":"
		graze    = "GET /graze/v1/getUserInfo?username=bob"
	)
	change := func(in directory.UserChange) func(*testing.T, *dialecttest.Env) {
		return func(t *testing.T, e *dialecttest.Env) {
			t.Helper()
			if _, err := e.Directory.UpdateUser(t.Context(), e.By, in); err != nil {
				t.Fatal(err)
			}
		}
	}
	ann := directory.UserSelector{UserName: "ann"}
	for name, c := range map[string]struct {
		as, request   string
		change        func(*testing.T, *dialecttest.Env)
		before, after int
	}{
		"a token is revoked": {
			"Bearer {token ann}", readBob,
			func(t *testing.T, e *dialecttest.Env) { e.Revoke(t, "ann") }, 200, 401,
		},
		"a token of the organization is revoked, and a user is made": {
			"Bearer {token all}", makeUser,
			func(t *testing.T, e *dialecttest.Env) { e.Revoke(t, "all") }, 201, 401,
		},
		"a token is revoked, and the body is broken": {
			"Bearer {token ann}", badBody,
			func(t *testing.T, e *dialecttest.Env) { e.Revoke(t, "ann") }, 400, 401,
		},
		"the group of a token is deleted": {
			"Bearer {token north}", "GET /api/v1/users",
			func(t *testing.T, e *dialecttest.Env) {
				sel := directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "North"}}
				if _, err := e.Directory.DeleteGroup(t.Context(), e.By, sel); err != nil {
					t.Fatal(err)
				}
			}, 200, 401,
		},
		"the user of a token is deactivated": {
			"Bearer {token ann}", readBob, change(directory.UserChange{User: ann, Active: roster.Some(false)}), 200, 401,
		},
		"the user of a token loses its role": {
			"Bearer {token ann}", readBob, change(directory.UserChange{User: ann, Roles: roster.Some([]roster.Ref{})}), 200, 404, // nobody else is visible
		},
		"a role loses a permission": {
			"Bearer {token ann}", makeUser,
			func(t *testing.T, e *dialecttest.Env) {
				in := directory.RoleChange{Role: roster.Ref{Name: "Desk"}, Permissions: roster.Some([]string{"read_directory", "graze_login"})}
				if _, err := e.Directory.UpdateRole(t.Context(), e.By, in); err != nil {
					t.Fatal(err)
				}
			}, 201, 403,
		},
		"the password is changed": {
			"ann:" + rememberedPassword, readBob, change(directory.UserChange{User: ann, Password: roster.Some("another horse battery staple")}), 200, 401,
		},
		"the user is deleted": {
			"ann:" + rememberedPassword, graze,
			func(t *testing.T, e *dialecttest.Env) {
				if _, err := e.Directory.DeleteUser(t.Context(), e.By, directory.UserDeletion{User: ann}); err != nil {
					t.Fatal(err)
				}
			}, 200, 401,
		},
		"the password of a session's user is changed": {
			"", graze + "&auth_token={session ann}",
			change(directory.UserChange{User: ann, Password: roster.Some("another horse battery staple")}), 200, 401,
		},
		"the user of a token is active again": {
			"Bearer {token idle}", readBob, change(directory.UserChange{User: directory.UserSelector{UserName: "idle"}, Active: roster.Some(true)}), 401, 200,
		},
		"the user of a session is active again": {
			"", graze + "&auth_token={session idle}",
			change(directory.UserChange{User: directory.UserSelector{UserName: "idle"}, Active: roster.Some(true)}), 401, 401, // its sessions ended
		},
		"a role gains a permission": {
			"Bearer {token idle}", readBob, func(t *testing.T, e *dialecttest.Env) {
				change(directory.UserChange{User: directory.UserSelector{UserName: "idle"}, Active: roster.Some(true)})(t, e)
				change(directory.UserChange{User: directory.UserSelector{UserName: "idle"}, Roles: roster.Some([]roster.Ref{{Name: "Desk"}})})(t, e)
			}, 401, 200,
		},
		"something else of the user is changed": {
			"Bearer {token ann}", readBob, change(directory.UserChange{User: ann, DisplayName: roster.Some("Ann")}), 200, 200,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dialecttest.OnEachEngine(t, dialecttest.Options{}, func(t *testing.T, e *dialecttest.Env) {
				rememberedPeople(t, e)
				ask := func(when string, want int) {
					t.Helper()
					if w := e.Do(t, c.as, c.request); w.Code != want {
						t.Fatalf("%s it is answered %d %s, want %d", when, w.Code, w.Body, want)
					}
				}
				ask("before", c.before)
				if c.request != makeUser {
					ask("before, remembered,", c.before)
				}
				c.change(t, e)
				ask("after", c.after)
				if c.after == http.StatusOK {
					ask("after, remembered,", c.after)
				}
			})
		})
	}
}

// TestACallCostsSoManyJourneys counts what calls ask of PostgreSQL once everything is prepared and
// the caller is remembered, so that no journey creeps back in.
func TestACallCostsSoManyJourneys(t *testing.T) {
	t.Parallel()
	e := dialecttest.OpenOn(t, "postgres", dialecttest.Options{})
	rememberedPeople(t, e)
	e.Team(t, "Cloud")
	const sendJSON = "\nContent-Type: application/json\n\n"
	for name, c := range map[string]struct {
		as, request string // %d is another number each time
		want        store.Work
	}{
		"get by id":           {"Bearer {token ann}", "GET /api/v1/users/{user bob}", store.Work{Journeys: 2, Statements: 3}},
		"get by id, by Basic": {"ann:" + rememberedPassword, "GET /api/v1/users/{user bob}", store.Work{Journeys: 2, Statements: 3}},
		"getUserInfo":         {"", "GET /graze/v1/getUserInfo?username=bob&auth_token={session ann}", store.Work{Journeys: 2, Statements: 3}},
		"a list of users":     {"Bearer {token all}", "GET /api/v1/users", store.Work{Journeys: 2, Statements: 3}},
		"a create by CheckCentral": {
			"", "POST /createUser?apiToken={token all}" + sendJSON + `{"email":"c%d@example.com","firstName":"Ann","lastName":"Lee","accessLevel":"readonly"}`, store.Work{Journeys: 4, Statements: 9},
		},
		"a create by Graze": {
			"", "POST /graze/v1/createUser?auth_token={session ann}" + sendJSON +
				`{"username":"g%d","fullname":"Ann Lee","email":"g%d@example.com","roles":["Desk"],"groups":["North"],"teams":["Cloud"]}`,
			store.Work{Journeys: 4, Statements: 12},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got store.Work
			for i := range 3 {
				before := e.Work()
				w := e.Do(t, c.as, strings.ReplaceAll(c.request, "%d", strconv.Itoa(i)))
				if w.Code != http.StatusOK {
					t.Fatalf("answered %d %s", w.Code, w.Body)
				}
				after := e.Work()
				got = store.Work{Journeys: after.Journeys - before.Journeys, Statements: after.Statements - before.Statements}
			}
			if got != c.want {
				t.Errorf("it costs %+v, want %+v", got, c.want)
			}
		})
	}
}
