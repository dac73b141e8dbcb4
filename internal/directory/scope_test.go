package directory_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

// reach returns "y" for a verb that worked, "n" for NotFound, "f" for Forbidden, and the message of
// any other error.
func reach(err error) string {
	switch {
	case err == nil:
		return "y"
	case roster.KindOf(err) == roster.NotFound:
		return "n" // not there
	case roster.KindOf(err) == roster.Forbidden:
		return "f"
	default:
		return err.Error()
	}
}

// userVerbs tries every verb about one user, and restores the user.
func (e *env) userVerbs(by roster.Actor, u roster.User) string {
	e.t.Helper()
	ctx, sel := e.t.Context(), byID(u)
	var out strings.Builder
	ask := func(err error) { out.WriteString(reach(err)) }
	_, err := e.GetUser(ctx, by, sel)
	ask(err)
	_, err = e.GetUserRoles(ctx, by, sel)
	ask(err)
	listed := error(&roster.Error{Kind: roster.NotFound})
	for _, other := range all(e.ListUsers(ctx, by, directory.UserList{}))(e.t) {
		if other.ID == u.ID {
			listed = nil
		}
	}
	ask(listed)
	_, err = e.UpdateUser(ctx, by, directory.UserChange{User: sel, DisplayName: roster.Some("X")})
	ask(err)
	_, err = e.UpdateUser(ctx, by, directory.UserChange{User: sel, Active: roster.Some(false)})
	ask(err)
	if err == nil {
		must(e.UpdateUser(ctx, e.admin, directory.UserChange{User: sel, Active: roster.Some(true)}))(e.t)
	}
	_, err = e.UpsertUser(ctx, by, upserts(directory.ByEmail, directory.NewUser{UserName: u.UserName, Email: u.Email, ExternalID: "x" + string(u.ID)}))
	if err != nil && roster.KindOf(err) == roster.Conflict { // the name is somebody's who is not seen
		err = &roster.Error{Kind: roster.NotFound}
	}
	ask(err)
	_, err = e.SetPassword(ctx, by, directory.NewPassword{User: sel, Password: "correct horse battery staple"})
	ask(err)
	_, err = e.IssueLink(ctx, by, directory.NewLink{User: sel, Purpose: roster.LinkSetUp})
	ask(err)
	m, err := e.AddContactMethod(ctx, by, adds(u, roster.ServicePushbullet, "token"))
	ask(err)
	if err != nil {
		m = must(e.AddContactMethod(ctx, e.admin, adds(u, roster.ServicePushbullet, "token")))(e.t)
	}
	_, err = e.RemoveContactMethod(ctx, by, directory.ContactMethodSelector{User: sel, ID: m.ID})
	ask(err)
	if err != nil {
		must(e.RemoveContactMethod(ctx, e.admin, directory.ContactMethodSelector{User: sel, ID: m.ID}))(e.t)
	}
	_, err = e.DeleteUser(ctx, by, directory.UserDeletion{User: sel})
	ask(err)
	if err == nil {
		e.remake(u)
	}
	return out.String()
}

// remake creates a deleted user again.
func (e *env) remake(u roster.User) {
	e.t.Helper()
	in := directory.NewUser{UserName: u.UserName, Email: u.Email}
	for _, g := range u.Groups {
		in.Groups = append(in.Groups, roster.Ref{ID: string(g.ID)})
	}
	for _, r := range u.Roles {
		g := directory.RoleGrant{Role: roster.Ref{ID: string(r.ID)}}
		for _, id := range r.Groups {
			g.Groups = append(g.Groups, roster.Ref{ID: string(id)})
		}
		in.RoleGrants = append(in.RoleGrants, g)
	}
	e.makes(in)
}

// groupVerbs tries every verb about one group.
func (e *env) groupVerbs(by roster.Actor, g roster.Group) string {
	e.t.Helper()
	ctx, sel := e.t.Context(), directory.GroupSelector{Kind: g.Kind, Ref: roster.Ref{ID: string(g.ID)}}
	_, get := e.GetGroup(ctx, by, sel)
	seq, list := e.ListGroups(ctx, by, directory.GroupList{Kind: g.Kind})
	if list == nil {
		list = &roster.Error{Kind: roster.NotFound}
		for _, other := range all(seq, nil)(e.t) {
			if other.ID == g.ID {
				list = nil
			}
		}
	}
	_, change := e.UpdateGroup(ctx, by, directory.GroupChange{Group: sel, Description: roster.Some("x")})
	_, create := e.CreateUser(ctx, by, directory.NewUser{UserName: "new", Groups: []roster.Ref{{ID: string(g.ID)}}})
	if create == nil {
		must(e.DeleteUser(ctx, e.admin, directory.UserDeletion{User: directory.UserSelector{UserName: "new"}}))(e.t)
	} else if roster.KindOf(create) == roster.Invalid { // "names no group"
		create = &roster.Error{Kind: roster.NotFound}
	}
	_, remove := e.DeleteGroup(ctx, by, sel)
	return reach(get) + reach(list) + reach(change) + reach(create) + reach(remove)
}

// TestEverybodySeesAndChangesWhatTheirRightsInGroupsAllow is a table of actors. It holds the
// answers of the verbs about a user, for several kinds of users, and of the verbs about a group.
//
// Users: GetUser GetUserRoles ListUsers UpdateUser(displayName) UpdateUser(active) UpsertUser
// SetPassword IssueLink AddContactMethod RemoveContactMethod DeleteUser. Groups: GetGroup
// ListGroups UpdateGroup CreateUser(in it) DeleteGroup, which needs a right for the organization.
func TestEverybodySeesAndChangesWhatTheirRightsInGroupsAllow(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, b, _ := e.customers()
		d := e.group(roster.KindGroup, "D")
		person := func(name string, in directory.NewUser) roster.User {
			in.UserName, in.Email = name, strings.ReplaceAll(name, " ", ".")+"@example.com"
			return e.makes(in)
		}
		for _, in := range []directory.NewUser{
			{UserName: "in A", Groups: refs("A")},
			{UserName: "in B", Groups: refs("B")},
			{UserName: "in both", Groups: refs("A", "B")},
			{UserName: "in none"},
			{UserName: "in A with rights in C", Groups: refs("A"), RoleGrants: []directory.RoleGrant{grant("Operator", "C")}},
		} {
			person(in.UserName, in)
		}
		engineer := e.as(person("engineer", directory.NewUser{RoleGrants: []directory.RoleGrant{grant("Manager", "A", "B", "C")}}))
		manager := e.as(person("manager", directory.NewUser{AccessLevel: roster.LevelManager, LevelGroups: refs("A")}))
		mixed := e.as(person("mixed", directory.NewUser{AccessLevel: roster.LevelReadonly, RoleGrants: []directory.RoleGrant{grant("Manager", "A")}}))
		none := e.as(person("without rights", directory.NewUser{Groups: refs("A")}))
		script := e.limited(a)
		reader := script
		reader.ReadOnly = true
		for _, row := range scopeTable(engineer, manager, mixed, none, script, reader) {
			for name, want := range row.people {
				if got := e.userVerbs(row.by, e.user(name)); got != want {
					t.Errorf("%s, about somebody %s: %s, want %s", row.name, name, got, want)
				}
			}
			got := [3]string{e.groupVerbs(row.by, a), e.groupVerbs(row.by, b), e.groupVerbs(row.by, d)}
			if got != row.groups {
				t.Errorf("%s, about the groups A, B and D: %q, want %q", row.name, got, row.groups)
			}
		}
	})
}

type scopeRow struct {
	name   string
	by     roster.Actor
	people map[string]string
	groups [3]string
}

func scopeTable(engineer, manager, mixed, none, script, reader roster.Actor) []scopeRow {
	people := func(inA, inB, inBoth, inNone, withRightsInC string) map[string]string {
		return map[string]string{"in A": inA, "in B": inB, "in both": inBoth, "in none": inNone, "in A with rights in C": withRightsInC}
	}
	const (
		may   = "yyyyyyyyyyy"
		above = "yyyyfffffff" // who has more than the actor: only what describes it changes
		not   = "nnnnnfnnnnn" // an upsert creates somebody, and that takes a group
		sees  = "yyynnfnnnnn"
		reads = "yyyffffffff"
		blind = "nnnffffffff"
	)
	return []scopeRow{
		{"an engineer of three customers", engineer, people(may, may, may, not, may), [3]string{"yyyyf", "yyyyf", "nnnnf"}},
		{"a manager of one group", manager, people(may, not, may, not, above), [3]string{"yyyyf", "nnnnf", "nnnnf"}},
		{"readonly, and manager of one group", mixed, people(may, sees, may, sees, above), [3]string{"yyyyf", "yynnf", "yynnf"}},
		{"the script of one customer", script, people(may, not, may, not, above), [3]string{"yyyyf", "nnnnf", "nnnnf"}},
		{"that script, if it may only read", reader, people(reads, blind, reads, blind, reads), [3]string{"yyfff", "nnfff", "nnfff"}},
		{"somebody without rights", none, people("nnnfffffnnf", "nnnfffffnnf", "nnnfffffnnf", "nnnfffffnnf", "nnnfffffnnf"), [3]string{"nnfff", "nnfff", "nnfff"}},
	}
}
