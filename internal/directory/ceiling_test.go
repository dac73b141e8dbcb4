package directory_test

import (
	"cmp"
	"testing"

	"roster"
	"roster/internal/directory"
)

// moves are the verbs that change a user's groups or externalId. Each gets a user who is alone in a
// group of the user's own name, and not in Out.
var moves = map[string]func(e *env, by roster.Actor, u roster.User) error{
	"UpdateUser, groups": updatesBy(directory.UserChange{Groups: roster.Some(refs("Out"))}),
	"UpdateUser, none":   updatesBy(directory.UserChange{Groups: roster.Some(refs())}),
	"UpdateUser, primaryGroup": updatesBy(directory.UserChange{
		PrimaryGroup: roster.Some(roster.Ref{Name: "Out"}),
	}),
	"UpdateUser, externalId": updatesBy(directory.UserChange{ExternalID: roster.Some("x-2")}),
	"UpsertUser, groups": func(e *env, by roster.Actor, u roster.User) error {
		up := directory.UserUpsert{Match: directory.ByExternalID, Change: directory.UserChange{ExternalID: roster.Some(u.ExternalID)}}
		up.Change.Groups = roster.Some(refs("Out"))
		_, err := e.UpsertUser(e.t.Context(), by, up)
		return err
	},
	"UpdateGroup, addMembers": changesGroup("Out", func(in *directory.GroupChange, u roster.User) { in.AddMembers = refs(u.UserName) }),
	"UpdateGroup, removeMembers": changesGroup("", func(in *directory.GroupChange, u roster.User) {
		in.RemoveMembers = refs(u.UserName)
	}),
	"UpdateGroup, members added": changesGroup("Out", func(in *directory.GroupChange, u roster.User) {
		in.Members = roster.Some(refs(u.UserName))
	}),
	"UpdateGroup, members removed": changesGroup("", func(in *directory.GroupChange, _ roster.User) { in.Members = roster.Some(refs()) }),
	"CreateGroup, members": func(e *env, by roster.Actor, u roster.User) error {
		_, err := e.CreateGroup(e.t.Context(), by, directory.NewGroup{Kind: roster.KindGroup, Name: "New", Members: refs(u.UserName)})
		return err
	},
	"DeleteGroup": func(e *env, by roster.Actor, u roster.User) error {
		_, err := e.DeleteGroup(e.t.Context(), by, directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: u.UserName}})
		return err
	},
}

func updatesBy(in directory.UserChange) func(*env, roster.Actor, roster.User) error {
	return func(e *env, by roster.Actor, u roster.User) error {
		change := in // both engines use the one table at a time
		change.User = byID(u)
		_, err := e.UpdateUser(e.t.Context(), by, change)
		return err
	}
}

// changesGroup changes the group with the name, or for "" the user's own group.
func changesGroup(name string, to func(*directory.GroupChange, roster.User)) func(*env, roster.Actor, roster.User) error {
	return func(e *env, by roster.Actor, u roster.User) error {
		in := directory.GroupChange{Group: directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: cmp.Or(name, u.UserName)}}}
		to(&in, u)
		_, err := e.UpdateGroup(e.t.Context(), by, in)
		return err
	}
}

// TestNobodyMovesSomebodyAboveThemselves tries each verb that changes groups or externalId, on
// users who are above the actor in each way.
func TestNobodyMovesSomebodyAboveThemselves(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		manager := e.actor(roster.ShippedRoles()[2].Permissions)
		x := e.checkGroup("X")
		e.group(roster.KindGroup, "Out")
		for above, in := range map[string]directory.NewUser{
			"by a role":        {Roles: refs("Administrator")},
			"by a group role":  {RoleGrants: []directory.RoleGrant{grant("Administrator", "Out")}},
			"by a level":       {AccessLevel: roster.LevelAdministrator},
			"by an entry":      {},
			"not, an operator": {Roles: refs("Operator")},
		} {
			e.group(roster.KindGroup, above)
			in.UserName, in.ExternalID, in.Groups = above, "x "+above, refs(above)
			u := e.makes(in)
			if above == "by an entry" {
				e.entry(x, roster.LevelEditor, u.UserName, "")
			}
			may := above == "not, an operator"
			for name, move := range moves {
				if may && name == "DeleteGroup" {
					continue // see below
				}
				err := move(e, manager, u)
				if may != (err == nil) || !may && roster.KindOf(err) != roster.Forbidden {
					t.Errorf("%s, somebody above %s: %v", name, above, err)
				}
				if may { // as it was
					must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{
						User: byID(u), Groups: roster.Some(refs(above)), ExternalID: roster.Some(in.ExternalID),
					}))(t)
				} else if now := e.user(above); now.Version != u.Version || now.ExternalID != u.ExternalID || len(now.Groups) != 1 {
					t.Errorf("%s: the user became %+v", name, now)
				}
			}
			must(e.UpdateUser(t.Context(), manager, directory.UserChange{User: byID(u), DisplayName: roster.Some("X"), Teams: roster.Some(refs("Cloud DevOps"))}))(t)
			if may {
				if err := moves["DeleteGroup"](e, manager, u); err != nil {
					t.Errorf("a group of people below: %v", err)
				}
			} else { // it describes the user only
				must(e.UpsertUser(t.Context(), manager, directory.UserUpsert{Match: directory.ByExternalID, Change: directory.UserChange{
					ExternalID: roster.Some(in.ExternalID), DisplayName: roster.Some("Y"),
				}}))(t)
			}
		}
	})
}

// TestWhoeverCouldCreateAUserMayChangeIt shows that the ceiling is the same for one call and for
// several.
func TestWhoeverCouldCreateAUserMayChangeIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "Network")
		e.entry(e.checkGroup("X"), roster.LevelEditor, "", "Network")
		grazer := e.somebody(directory.AdminUser, orgWideGrant(roster.ShippedRoles()[5].Permissions))
		grazer.UserID = "somebody else"
		for _, role := range []string{"Administrator", "Manager", "Operator", "Grazer"} {
			in := directory.NewUser{UserName: role, Email: "a@example.com", Password: "a password", Roles: refs(role), Groups: refs("Network"), ExternalID: "x"}
			u := must(e.CreateUser(t.Context(), grazer, in))(t).User
			for range 2 {
				for name, c := range map[string]directory.UserChange{
					"active": {Active: roster.Some(false)}, "password": {Password: roster.Some("another password")}, "email": {Email: roster.Some("b@example.com")},
					"roles": {Roles: roster.Some(refs("Operator", role))}, "groups": {Groups: roster.Some(refs("Network"))}, "no groups": {Groups: roster.Some(refs())},
					"externalId": {ExternalID: roster.Some("y")}, "level": {AccessLevel: roster.Some(roster.LevelUser)}, "phone": {ContactNumber: roster.Some("+44 20 7946 0958")},
				} {
					c.User = byID(u)
					if _, err := e.UpdateUser(t.Context(), grazer, c); err != nil {
						t.Errorf("%s of %s: %v", name, role, err)
					}
				}
			}
			must(e.IssueLink(t.Context(), grazer, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp}))(t)
			must(e.DeleteUser(t.Context(), grazer, directory.UserDeletion{User: byID(u)}))(t)
		}
	})
}

func TestAGrazerTakesNoHoldOfSomebodyAboveItsCeiling(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "G")
		grazer := e.actor(roster.ShippedRoles()[5].Permissions)
		for name, in := range map[string]directory.NewUser{
			"a Super User": {Roles: refs("Super User")}, "the level administrator": {AccessLevel: roster.LevelAdministrator},
			"a Super User of a group": {RoleGrants: []directory.RoleGrant{grant("Super User", "G")}},
		} {
			in.UserName, in.Email, in.Groups = name, "a@example.com", refs("G")
			u := e.makes(in)
			for _, c := range []directory.UserChange{
				{Password: roster.Some("mine now")},
				{Email: roster.Some("mine@example.com")},
				{UserName: roster.Some("mine")},
				{ExternalID: roster.Some("mine")},
				{ContactNumber: roster.Some("+44 20 7946 0958")},
				{Active: roster.Some(false)},
				{Roles: roster.Some(refs("Operator"))},
				{Groups: roster.Some(refs())},
				{AccessLevel: roster.Some(roster.LevelReadonly)},
				{SendWelcomeEmail: true},
				{PrimaryGroup: roster.Some(roster.Ref{Name: "G"})},
			} {
				c.User = byID(u)
				_, err := e.UpdateUser(t.Context(), grazer, c)
				wants(t, err, roster.Forbidden, "")
			}
			_, err := e.SetPassword(t.Context(), grazer, directory.NewPassword{User: byID(u), Password: strong})
			wants(t, err, roster.Forbidden, "")
			_, err = e.IssueLink(t.Context(), grazer, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp})
			wants(t, err, roster.Forbidden, "")
			_, err = e.AddContactMethod(t.Context(), grazer, adds(u, roster.ServiceEmail, "mine@example.com"))
			wants(t, err, roster.Forbidden, "")
			_, err = e.EndSession(t.Context(), grazer, directory.SessionSelector{User: byID(u)})
			wants(t, err, roster.Forbidden, "")
			_, err = e.DeleteUser(t.Context(), grazer, directory.UserDeletion{User: byID(u)})
			wants(t, err, roster.Forbidden, "")
		}
	})
}

// TestATokenOfTheOrganizationChangesWhatAdministratorsMayDoAndTakesNoHoldOfThem shows that a token
// may create, change, deactivate and move administrators, but never sign in as one.
func TestATokenOfTheOrganizationChangesWhatAdministratorsMayDoAndTakesNoHoldOfThem(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "G")
		by := e.orgToken()
		u := must(e.CreateUser(t.Context(), by, directory.NewUser{UserName: "chief", AccessLevel: roster.LevelAdministrator}))(t).User
		must(e.SetPassword(t.Context(), e.admin, directory.NewPassword{User: byID(u), Password: strong}))(t)
		for range 2 {
			for _, c := range []directory.UserChange{
				{AccessLevel: roster.Some(roster.LevelAdministrator)},
				{Active: roster.Some(false)},
				{Active: roster.Some(true)},
				{Groups: roster.Some(refs("G"))},
				{Groups: roster.Some(refs())},
			} {
				c.User = byID(u)
				must(e.UpdateUser(t.Context(), by, c))(t)
			}
			in := directory.GroupChange{Group: directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "G"}}}
			in.Members = roster.Some(refs("chief"))
			must(e.UpdateGroup(t.Context(), by, in))(t)
		}
		must(e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(u), AccessLevel: roster.Some(roster.LevelUser)}))(t)
		_, err := e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(u), AccessLevel: roster.Some(roster.LevelAdministrator)})
		wants(t, err, roster.Forbidden, "accessLevel") // it can sign in
	})
}

func TestEveryFaultOfARequestIsToldAtOnceForbiddenArgumentsToo(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "Network")
		e.entry(e.checkGroup("X"), roster.LevelEditor, "", "Network")
		manager := e.actor(roster.ShippedRoles()[2].Permissions)
		in := directory.NewUser{
			UserName: "ada", Email: "none", TimeZone: "\x00", AccessLevel: roster.LevelEditor, Password: "a password", Department: roster.Ref{Name: "Nowhere"},
			Roles: refs("Operator", "Super User", "Operatr"), PrimaryGroup: roster.Ref{Name: "Network"},
		}
		told := func(err error, want map[string]roster.Kind) {
			t.Helper()
			got := map[string]roster.Kind{}
			for _, f := range roster.All(err) {
				got[f.Field] = f.Kind
			}
			if len(got) != len(want) {
				t.Errorf("got %v, want %v", got, want)
			}
			for field, kind := range want {
				if got[field] != kind {
					t.Errorf("%s is %v, want %v", field, got[field], kind)
				}
			}
		}
		want := map[string]roster.Kind{
			"emails": roster.Invalid, "timezone": roster.Invalid, "department": roster.Invalid, "roles[2]": roster.Invalid,
			"roles": roster.Forbidden, "accessLevel": roster.Forbidden, "primaryGroup": roster.Forbidden,
		}
		_, err := e.CreateUser(t.Context(), manager, in)
		told(err, want)
		many := must(e.CreateUsers(t.Context(), manager, directory.NewUsers{Users: []directory.NewUser{in}}))(t)
		told(many.Results[0].Err, want)
		_, err = e.UpdateUser(t.Context(), manager, directory.UserChange{
			User: byID(e.user(directory.AdminUser)), Email: roster.Some("none"), TimeZone: roster.Some("\x00"), Password: roster.Some("x"),
			Department: roster.Some(roster.Ref{Name: "Nowhere"}), Active: roster.Some(false), DisplayName: roster.Some("X"),
		})
		told(err, map[string]roster.Kind{
			"emails": roster.Invalid, "timezone": roster.Invalid, "department": roster.Invalid, "password": roster.Forbidden, "active": roster.Forbidden,
		})
	})
}
