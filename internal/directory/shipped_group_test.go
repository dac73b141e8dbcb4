package directory_test

import (
	"testing"

	"roster"
	"roster/internal/directory"
)

// shipped returns the shipped group, which means "no group" in Graze.
func (e *env) shipped() (g roster.Group) {
	e.t.Helper()
	if err := e.store.View(e.t.Context(), func(tx directory.Tx) error {
		found, err := tx.FindGroups(e.admin.OrganizationID, roster.KindGroup, []roster.Ref{{Name: roster.EndUserGroup}})
		g = found[0]
		return err
	}); err != nil || g.ID == "" {
		e.t.Fatalf("the shipped group is %+v, %v", g, err)
	}
	return g
}

func TestTheShippedGroupThatNoListShowsIsNowhereElse(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		g := e.shipped()
		for _, ref := range []roster.Ref{{ID: string(g.ID)}, {Number: g.Number}, {Name: "END-user"}} {
			kind, field := roster.NotFound, "displayName"
			if ref.Name != "" {
				kind, field = roster.Invalid, "" // it is the record that refuses
			}
			sel := directory.GroupSelector{Kind: roster.KindGroup, Ref: ref}
			_, err := e.GetGroup(t.Context(), e.admin, sel)
			wants(t, err, kind, field)
			_, err = e.ListMembers(t.Context(), e.admin, directory.MemberList{Group: sel})
			wants(t, err, kind, field)
			_, err = e.UpdateGroup(t.Context(), e.admin, directory.GroupChange{Group: sel, Description: roster.Some("x")})
			wants(t, err, kind, field)
			_, err = e.DeleteGroup(t.Context(), e.admin, sel)
			wants(t, err, kind, field)
			_, err = e.GetDefaultPreferences(t.Context(), e.admin, directory.DefaultsOf{Group: ref})
			wants(t, err, roster.Invalid, "group")
			_, err = e.SetDefaultPreferences(t.Context(), e.admin, directory.Defaults{DefaultsOf: directory.DefaultsOf{Group: ref}})
			wants(t, err, roster.Invalid, "group")
		}
		_, err := e.CreateGroup(t.Context(), e.admin, directory.NewGroup{Kind: roster.KindGroup, Name: "end-user"})
		wants(t, err, roster.Conflict, "displayName")
		if held := roster.All(err)[0].Holder; held != (roster.Holder{}) {
			t.Errorf("the name is held by %+v, which nobody can read", held)
		}
		if after := e.shipped(); after.Version != g.Version || after.Description != g.Description {
			t.Errorf("the shipped group became %+v", after)
		}
	})
}

func TestATeamMayHaveTheShippedGroupsName(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		team := e.group(roster.KindTeam, roster.EndUserGroup)
		sel := directory.GroupSelector{Kind: roster.KindTeam, Ref: roster.Ref{ID: string(team.ID)}}
		must(e.GetGroup(t.Context(), e.admin, sel))(t)
		u := e.makes(directory.NewUser{UserName: "ada"})
		u = must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), Teams: roster.Some(refs(roster.EndUserGroup))}))(t)
		if len(u.Teams) != 1 || u.Teams[0].ID != team.ID {
			t.Errorf("the user is in the teams %v", u.Teams)
		}
		_, err := e.CreateUser(t.Context(), e.limited(e.group(roster.KindGroup, "A")), directory.NewUser{UserName: "bob", Groups: refs("A"), Teams: refs(roster.EndUserGroup)})
		wants(t, err, roster.Invalid, "teams[0]")
	})
}
