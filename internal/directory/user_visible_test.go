package directory_test

import (
	"fmt"
	"testing"

	"roster"
	"roster/internal/directory"
)

// seen returns what an actor is shown of a user: the access, the groups and the contact methods.
func seen(u roster.User) string {
	out := fmt.Sprint(u.AccessLevel, len(u.LevelGroups))
	for _, r := range u.Roles {
		out += fmt.Sprint(" ", r.Name, len(r.Groups))
	}
	for _, g := range append(append([]roster.GroupLink{u.PrimaryGroup}, u.Groups...), u.Teams...) {
		out += " " + g.Name
	}
	for _, m := range u.ContactMethods {
		out += fmt.Sprintf(" %s:%s", m.Service, m.Address)
	}
	return out
}

// TestWhatSomebodyIsShownOfAUserIsTheSameByEveryVerb shows that groups, roles and levels outside
// the actor's groups are left out, and that only the user sees secret addresses.
func TestWhatSomebodyIsShownOfAUserIsTheSameByEveryVerb(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, b, _ := e.customers()
		e.group(roster.KindTeam, "T")
		u := e.makes(directory.NewUser{
			UserName: "ada", Email: "ada@example.com", Groups: refs("A", "B"), PrimaryGroup: ref(b), Teams: refs("T"),
			AccessLevel: roster.LevelReadonly, LevelGroups: refs("B"),
			RoleGrants: []directory.RoleGrant{grant("Customer", "A", "B"), grant("REST LAM Sender", "B")},
		})
		must(e.AddContactMethod(t.Context(), e.admin, adds(u, roster.ServicePushbullet, "o.secret")))(t)
		must(e.AddContactMethod(t.Context(), e.admin, adds(u, roster.ServicePushover, "uQiRzpo4DXghDmr9QzzfQu27cmVRsG")))(t)
		const (
			whole   = "readonly1 Customer2 REST LAM Sender1 B A B T email:ada@example.com"
			mine    = whole + " pushbullet:o.secret pushover:uQiRzpo4DXghDmr9QzzfQu27cmVRsG"
			others  = whole + " pushbullet: pushover:"
			limited = "custom0 Customer1  A email:ada@example.com pushbullet: pushover:"
		)
		holder := roster.LevelAdministrator.Permissions()
		token := e.as(u)
		token.Kind, token.TokenID, token.Limited = roster.ActorToken, "t", true
		token.Grants = roster.Grants{within(a, holder)}
		for _, c := range []struct {
			name string
			by   roster.Actor
			want string
		}{
			{"the user", e.as(u), mine},
			{"a limited token of the user", token, limited},
			{"the operator", e.admin, others},
			{"an administrator", e.actor(holder), others},
			{"a reader", e.actor(roster.ReadDirectory), others},
			{"a token of one group", e.limited(a), limited},
		} {
			for verb, got := range e.shown(c.by, u) {
				if got != c.want {
					t.Errorf("%s, by %s: %s, want %s", c.name, verb, got, c.want)
				}
			}
			if roles, err := e.GetUserRoles(t.Context(), c.by, byID(u)); err != nil || len(roles) != len(e.seenRoles(c.by, u)) {
				t.Errorf("%s sees the roles %v, %v", c.name, roles, err)
			}
		}
	})
}

func (e *env) seenRoles(by roster.Actor, u roster.User) []roster.RoleGrant {
	e.t.Helper()
	return must(e.GetUser(e.t.Context(), by, byID(u)))(e.t).Roles
}

// shown calls every verb that returns the user and that the actor may call, except those that
// delete it.
func (e *env) shown(by roster.Actor, u roster.User) map[string]string {
	e.t.Helper()
	ctx, out := e.t.Context(), map[string]string{}
	show := func(verb string, of roster.User, err error) {
		if err == nil {
			out[verb] = seen(of)
		} else if roster.KindOf(err) != roster.Forbidden {
			e.t.Errorf("%s: %v", verb, err)
		}
	}
	const everything = directory.WithRoles | directory.WithGroups | directory.WithTeams | directory.WithReach
	got, err := e.GetUser(ctx, by, byID(u))
	show("GetUser", got, err)
	for _, of := range all(e.ListUsers(ctx, by, directory.UserList{ID: u.ID, With: everything}))(e.t) {
		show("ListUsers", of, nil)
	}
	search := directory.UserSearch{Where: where(`id eq %q`, u.ID), With: everything}
	page := must(e.FindUsers(ctx, by, directory.CompareUsers(search, func(u roster.User) (bool, int) {
		show("compared", u, nil)
		return true, 1
	})))(e.t)
	for _, of := range page.Users {
		show("FindUsers", of, nil)
	}
	got, err = e.UpdateUser(ctx, by, directory.UserChange{User: byID(u), DisplayName: roster.Some("Ada")})
	show("UpdateUser", got, err)
	upserted, err := e.UpsertUser(ctx, by, directory.UserUpsert{Match: directory.ByUserName, Change: directory.UserChange{
		UserName: roster.Some("ada"), DisplayName: roster.Some("Ada"),
	}})
	show("UpsertUser", upserted.User, err)
	if len(out) < 4 {
		e.t.Errorf("only %v", out)
	}
	return out
}

// TestALevelElsewhereIsShownByNoListThatLeavesTheRest has a list that loads the groups of a level
// which it must not show.
func TestALevelElsewhereIsShownByNoListThatLeavesTheRest(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		e.makes(directory.NewUser{UserName: "ada", Groups: refs("A"), AccessLevel: roster.LevelUser, LevelGroups: refs("B")})
		for _, u := range all(e.ListUsers(t.Context(), e.limited(a), directory.UserList{}))(t) {
			if u.AccessLevel != roster.LevelCustom {
				t.Errorf("a list shows the level %s", u.AccessLevel)
			}
		}
		for _, u := range must(e.FindUsers(t.Context(), e.limited(a), directory.UserSearch{}))(t).Users {
			if u.AccessLevel != roster.LevelCustom {
				t.Errorf("a search shows the level %s", u.AccessLevel)
			}
		}
	})
}

func TestRepeatsAndDeletionsShowNoMoreThanReading(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		by := e.limited(a)
		in := directory.NewUser{UserName: "ada", Groups: refs("A"), IdempotencyKey: "k"}
		ada := must(e.CreateUser(t.Context(), by, in))(t)
		batch := directory.NewUsers{IdempotencyKey: "b", Users: []directory.NewUser{{UserName: "bob", Groups: refs("A")}, {UserName: "eve", Groups: refs("A")}}}
		made := must(e.CreateUsers(t.Context(), by, batch))(t).Results
		for _, u := range []roster.User{ada.User, made[0].User.User} {
			must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), Groups: roster.Some(refs("A", "B"))}))(t)
		}
		gone := directory.UserChange{User: byID(made[1].User.User), UserName: roster.Some("renamed"), Groups: roster.Some(refs("B"))}
		must(e.UpdateUser(t.Context(), e.admin, gone))(t)
		again := must(e.CreateUsers(t.Context(), by, batch))(t).Results
		for name, u := range map[string]roster.User{
			"a repeat": must(e.CreateUser(t.Context(), by, in))(t).User, "a repeated batch": again[0].User.User,
			"a deletion": must(e.DeleteUser(t.Context(), by, directory.UserDeletion{User: byID(ada.User)}))(t),
		} {
			if u.ID == "" || len(u.Groups) != 1 {
				t.Errorf("%s shows %v", name, u.Groups)
			}
		}
		if again[1].User.ID != "" {
			t.Errorf("a repeated batch shows %q, who is in another group only", again[1].User.UserName)
		}
		wants(t, again[1].Err, roster.Conflict, "Idempotency-Key")
	})
}

func TestWhoRemovesAContactMethodOfAnotherUserLearnsNoSecret(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada"})
		for name, c := range map[string]struct {
			by   roster.Actor
			want string
		}{"the user": {e.as(u), "o.secret"}, "the operator": {e.admin, ""}} {
			m := must(e.AddContactMethod(t.Context(), c.by, adds(u, roster.ServicePushbullet, "o.secret")))(t)
			gone := must(e.RemoveContactMethod(t.Context(), c.by, directory.ContactMethodSelector{User: byID(u), ID: m.ID}))(t)
			if m.Address != "o.secret" || gone.Address != c.want || gone.ID != m.ID {
				t.Errorf("%s gave %+v and took %+v", name, m, gone)
			}
		}
	})
}

// TestACheckNamesNoGroupBeyondTheActorsUnlessItManagesTheCheck has a check that notifies two
// customers: the manager of one must not learn of the other.
func TestACheckNamesNoGroupBeyondTheActorsUnlessItManagesTheCheck(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		w := newWorld(e)
		want := map[string]string{ // who is told of "ab" and of "b in x", as far as each is seen
			"operator": "A+B B", "reader": "A+B B", "editor": "A+B B", "token of the organization": "A+B B",
			"reader of A": "A -", "editor of A": "A -", "token of B": "B B", "limited token of an editor": "B B",
			"editor of A and B": "A+B B", "editor of A, reader of B": "A+B B",
			"entry readonly": "- .", "entry editor": "- B", "entry editor, editor of A": "A B", "entry editor, reader of B": "B B",
		}
		told := func(c roster.Check) string {
			out := ""
			for _, g := range append(append([]roster.GroupLink{}, c.Groups...), c.Teams...) {
				out += "+" + g.Name
			}
			if out == "" {
				return "."
			}
			return out[1:]
		}
		for name, want := range want {
			by, got := w.actors[name], ""
			for _, of := range []roster.Check{w.checks[2], w.checks[5]} {
				one := "-"
				if c, err := e.GetCheck(t.Context(), by, of.ID); err == nil {
					one = told(c)
				}
				listed := "-"
				for _, c := range all(e.ListChecks(t.Context(), by, directory.CheckList{ID: of.ID}))(t) {
					listed = told(c)
				}
				if one != listed {
					t.Errorf("%s gets %s and lists %s", name, one, listed)
				}
				got += one + " "
			}
			if got != want+" " {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		by := w.actors["editor of A"]
		in := directory.NewCheck{IdempotencyKey: "k", CheckFields: fields("own")}
		in.Groups = roster.Some(refs("A"))
		own := must(e.CreateCheck(t.Context(), by, in))(t)
		must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: own.ID, CheckFields: directory.CheckFields{Groups: roster.Some(refs("A", "B"))}}))(t)
		if again := must(e.CreateCheck(t.Context(), by, in))(t); told(again) != "A" {
			t.Errorf("a repeat tells that it is for %s", told(again))
		}
	})
}
