package directory_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

// entries is a directory with entries on two check groups, and users who could profit from them.
type entries struct {
	*env
	x, y                   roster.CheckGroup
	readers, editors, free roster.Group // what the first two have, an entry on X gives
	actors                 map[string]roster.Actor
	people                 int
}

func newEntries(e *env) *entries {
	n := &entries{
		env: e, x: e.checkGroup("X"), y: e.checkGroup("Y"),
		readers: e.group(roster.KindGroup, "Readers"), editors: e.group(roster.KindGroup, "Editors"), free: e.group(roster.KindGroup, "Free"),
	}
	e.entry(n.x, roster.LevelReadonly, "", "Readers")
	e.entry(n.x, roster.LevelEditor, "", "Editors")
	for _, name := range []string{"nobody", "has X", "has Y", "in group"} {
		e.makes(directory.NewUser{UserName: name})
	}
	e.entry(n.x, roster.LevelEditor, "has X", "")
	e.entry(n.y, roster.LevelAdministrator, "has Y", "")
	in := directory.UserChange{User: directory.UserSelector{UserName: "in group"}, Groups: roster.Some(refs("Editors"))}
	must(e.UpdateUser(e.t.Context(), e.admin, in))(e.t)
	manager := roster.ShippedRoles()[2].Permissions // manages no checks
	administrator := roster.LevelAdministrator.Permissions()
	n.actors = map[string]roster.Actor{
		"the operator":                    e.admin,
		"a Super User":                    e.somebody("nobody", orgWideGrant(roster.SuperPrivileges|manager)),
		"a manager who manages checks":    e.somebody("nobody", orgWideGrant(manager|roster.ManageChecks)),
		"a manager":                       e.somebody("nobody", orgWideGrant(manager)),
		"a manager without acknowledging": e.somebody("nobody", orgWideGrant(roster.ManageUsers|roster.ManageGroups|roster.ManageChecks)),
		"a manager who has that entry":    e.somebody("has X", orgWideGrant(manager)),
		"a manager who has another":       e.somebody("has Y", orgWideGrant(manager)),
		"a manager who is a member":       e.somebody("in group", orgWideGrant(manager)),
		"a manager of the groups":         e.somebody("nobody", within(n.readers, manager), within(n.editors, manager), within(n.free, manager)),
		"a manager of their checks":       e.somebody("nobody", within(n.readers, administrator), within(n.editors, administrator), within(n.free, administrator)),
		"a token of the groups":           e.limited(n.readers, n.editors, n.free),
	}
	limited := e.somebody("has X", within(n.readers, manager), within(n.editors, manager), within(n.free, manager))
	limited.Kind, limited.TokenID, limited.Limited = roster.ActorToken, "t", true
	n.actors["a limited token of who has that entry"] = limited
	return n
}

// person creates a user whom every actor sees.
func (n *entries) person(groups ...string) roster.User {
	n.t.Helper()
	n.people++
	return n.makes(directory.NewUser{UserName: fmt.Sprint("person", n.people), Groups: append(refs("Free"), refs(groups...)...)})
}

// holds tries every verb that takes a user over, and says which of them work.
func (n *entries) holds(by roster.Actor, u roster.User) string {
	n.t.Helper()
	ctx, sel := n.t.Context(), byID(u)
	maker := by
	maker.Grants = append(roster.Grants{}, by.Grants...)
	maker.Grants.Add("", roster.ManageTokens)
	token := func(by roster.Actor, name string) (roster.Ref, error) {
		made, err := n.CreateToken(ctx, by, directory.NewToken{Name: name + u.UserName, Access: roster.AccessRead, UserName: u.UserName})
		return roster.Ref{ID: string(made.ID)}, err
	}
	there, err := token(n.admin, "there ")
	if err != nil {
		n.t.Fatal(err)
	}
	var out strings.Builder
	for _, verb := range []func() error{
		func() error { // a weak one costs no hash, and is refused to whom it would be allowed
			_, err := n.SetPassword(ctx, by, directory.NewPassword{User: sel, Password: "weak"})
			if err != nil && roster.KindOf(err) == roster.Invalid {
				err = nil
			}
			return err
		},
		func() error {
			_, err := n.UpdateUser(ctx, by, directory.UserChange{User: sel, Email: roster.Some("mine@example.com")})
			return err
		},
		func() error {
			_, err := n.IssueLink(ctx, by, directory.NewLink{User: sel, Purpose: roster.LinkSetUp})
			return err
		},
		func() error {
			_, err := n.AddContactMethod(ctx, by, adds(u, roster.ServicePushbullet, "token"))
			return err
		},
		func() error {
			_, err := n.ListSessions(ctx, by, directory.SessionList{User: sel})
			return err
		},
		func() error {
			_, err := n.EndSession(ctx, by, directory.SessionSelector{User: sel})
			return err
		},
		func() error {
			_, err := token(maker, "new ")
			return err
		},
		func() error {
			_, err := n.RevokeToken(ctx, maker, there)
			return err
		},
		func() error {
			_, err := n.DeleteUser(ctx, by, directory.UserDeletion{User: sel})
			return err
		},
	} {
		out.WriteString(reach(verb()))
	}
	if by.UserID == "" && by.Kind == roster.ActorToken { // one of the organization makes and ends no tokens at all
		return strings.Replace(out.String(), "ff", "", 1)
	}
	return out.String()
}

// joins tries every verb that puts a user into a group, and says which of them work.
func (n *entries) joins(by roster.Actor, g roster.Group) string {
	n.t.Helper()
	ctx, sel := n.t.Context(), directory.GroupSelector{Kind: roster.KindGroup, Ref: ref(g)}
	newcomer := func(primary bool) directory.NewUser {
		n.people++
		in := directory.NewUser{UserName: fmt.Sprint("person", n.people), Groups: refs("Free", g.Name)}
		if primary {
			in.Groups, in.PrimaryGroup = refs("Free"), ref(g)
		}
		return in
	}
	var out strings.Builder
	for _, verb := range []func() error{
		func() error {
			_, err := n.CreateUser(ctx, by, newcomer(false))
			return err
		},
		func() error {
			_, err := n.CreateUser(ctx, by, newcomer(true))
			return err
		},
		func() error {
			many, err := n.CreateUsers(ctx, by, directory.NewUsers{Users: []directory.NewUser{{UserName: fmt.Sprint("alone", n.people), Groups: refs("Free")}, newcomer(false)}})
			if err == nil && many.Results[0].Err != nil {
				n.t.Errorf("who is in none is not made: %v", many.Results[0].Err)
			}
			if err == nil {
				err = many.Results[1].Err
			}
			return err
		},
		func() error {
			_, err := n.UpdateUser(ctx, by, directory.UserChange{User: byID(n.person()), Groups: roster.Some(refs("Free", g.Name))})
			return err
		},
		func() error {
			_, err := n.UpdateUser(ctx, by, directory.UserChange{User: byID(n.person()), PrimaryGroup: roster.Some(ref(g))})
			return err
		},
		func() error {
			_, err := n.UpdateGroup(ctx, by, directory.GroupChange{Group: sel, AddMembers: refs(n.person().UserName)})
			return err
		},
		func() error {
			names := []string{n.person().UserName}
			for _, u := range all(n.ListMembers(ctx, n.admin, directory.MemberList{Group: sel}))(n.t) {
				names = append(names, u.Name)
			}
			_, err := n.UpdateGroup(ctx, by, directory.GroupChange{Group: sel, Members: roster.Some(refs(names...))})
			return err
		},
	} {
		out.WriteString(reach(verb()))
	}
	return out.String()
}

// TestNobodyGetsByAMembershipOrAHoldWhatEntriesGive is a table of actors. It shows whether each may
// take over a user who has an entry, alone or through a group, and whether it may put a user into
// such a group.
func TestNobodyGetsByAMembershipOrAHoldWhatEntriesGive(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		n := newEntries(e)
		for name, want := range map[string]string{ // hold of: a reader, an editor, one in Readers, one in Editors; joins: Readers, Editors, Free
			"the operator":                          "yyyy yyy",
			"a Super User":                          "yyyy yyy",
			"a manager who manages checks":          "yyyy yyy",
			"a manager":                             "yfyf yfy",
			"a manager without acknowledging":       "ffff ffy", // who reads nothing
			"a manager who has that entry":          "yyyy yyy",
			"a manager who has another":             "yfyf yfy",
			"a manager who is a member":             "yyyy yyy",
			"a manager of the groups":               "ffyf yfy", // who has it elsewhere is above
			"a manager of their checks":             "ffyy yyy",
			"a token of the groups":                 "ffyy yyy",
			"a limited token of who has that entry": "ffyf yfy",
		} {
			by, got := n.actors[name], ""
			for _, of := range []struct {
				level roster.AccessLevel
				group string
			}{{level: roster.LevelReadonly}, {level: roster.LevelEditor}, {group: "Readers"}, {group: "Editors"}} {
				u := n.person()
				if of.group != "" {
					u = n.person(of.group)
				} else {
					e.entry(n.x, of.level, u.UserName, "")
				}
				got += same(t, n.holds(by, u))
			}
			got += " "
			for _, g := range []roster.Group{n.readers, n.editors, n.free} {
				got += same(t, n.joins(by, g))
			}
			if got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	})
}

// same returns the answer that all verbs gave.
func same(t *testing.T, marks string) string {
	t.Helper()
	if strings.Trim(marks, marks[:1]) != "" {
		t.Errorf("verbs differ: %s", marks)
	}
	return marks[:1]
}

func TestNobodyComesByARealmIntoAGroupWithEntriesThatItsMakerHasNot(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		newEntries(e)
		realms := e.saml()
		for _, c := range []struct {
			name string
			p    roster.Permissions
			want string
		}{
			{"realms and users", roster.ManageRealms | roster.ManageUsers, "f"},
			{"realms and checks", roster.ManageRealms | roster.LevelEditor.Permissions(), "y"},
		} {
			by := e.somebody("nobody", orgWideGrant(c.p))
			_, err := realms.CreateRealm(t.Context(), by, directory.NewRealm{Name: c.name, Configuration: []byte(`{"defaultGroup":"Editors"}`)})
			if got := reach(err); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
			r := must(realms.CreateRealm(t.Context(), e.admin, directory.NewRealm{Name: c.name + " again", Configuration: []byte(`{}`)}))(t)
			_, err = realms.UpdateRealm(t.Context(), by, directory.RealmChange{Realm: roster.Ref{ID: string(r.ID)}, Configuration: roster.Some(json.RawMessage(`{"defaultGroup":"Editors"}`))})
			if got := reach(err); got != c.want {
				t.Errorf("%s, later: %s, want %s", c.name, got, c.want)
			}
		}
	})
}

// TestWhatSomebodyHasByEntriesStaysItsOwn shows that users with an entry may change themselves, and
// that a change which gives nothing new is allowed.
func TestWhatSomebodyHasByEntriesStaysItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		newEntries(e)
		manager := roster.ShippedRoles()[2].Permissions
		itself := e.somebody("has X", orgWideGrant(manager))
		must(e.UpdateUser(t.Context(), itself, directory.UserChange{User: directory.UserSelector{UserName: "has X"}, Password: roster.Some("a new password")}))(t)
		other := e.somebody("nobody", orgWideGrant(manager))
		in := directory.UserChange{User: directory.UserSelector{UserName: "in group"}, DisplayName: roster.Some("X"), Teams: roster.Some(refs())}
		must(e.UpdateUser(t.Context(), other, in))(t)
		sel := directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "Editors"}}
		must(e.UpdateGroup(t.Context(), other, directory.GroupChange{Group: sel, AddMembers: refs("in group")}))(t) // it is one already
		must(e.CreateGroup(t.Context(), other, directory.NewGroup{Kind: roster.KindTeam, Name: "T", Members: refs("in group")}))(t)
		in.Groups = roster.Some(refs("Editors", "Free"))
		_, err := e.UpdateUser(t.Context(), other, in) // it can do more in Editors than the manager
		wants(t, err, roster.Forbidden, "groups")
		_, err = e.UpdateGroup(t.Context(), other, directory.GroupChange{Group: sel, Members: roster.Some(refs())})
		wants(t, err, roster.Forbidden, "members")
	})
}
