package directory_test

import (
	"testing"

	"roster"
	"roster/internal/directory"
)

// TestNobodyEndsWithARecordWhatTheyMayNotEndByItself deletes each kind of record that takes other
// things with it. The actor holds the level manager.
func TestNobodyEndsWithARecordWhatTheyMayNotEndByItself(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "Those")
		x := e.checkGroup("elsewhere")
		entryOn := func(level roster.AccessLevel, user, group string) func(string) {
			return func(name string) {
				e.entry(e.checkGroup(name), level, user, group)
			}
		}
		entryOf := func(level roster.AccessLevel) func(string) {
			return func(name string) {
				e.group(roster.KindGroup, name)
				e.entry(x, level, "", name)
			}
		}
		granted := func(kind roster.GroupKind, to func(in *directory.NewUser, name string)) func(string) {
			return func(name string) {
				e.group(kind, name)
				in := directory.NewUser{UserName: "u " + name}
				to(&in, name)
				e.makes(in)
			}
		}
		e.makes(directory.NewUser{UserName: "plain"})
		e.makes(directory.NewUser{UserName: "boss", AccessLevel: roster.LevelAdministrator})
		manager := e.somebody("plain", orgWideGrant(roster.LevelManager.Permissions()))
		checkGroup := func(by roster.Actor, name string) error {
			found := all(e.ListCheckGroups(t.Context(), e.admin, directory.CheckGroupList{Name: name}))(t)
			_, err := e.DeleteCheckGroup(t.Context(), by, directory.Deletion{Ref: roster.Ref{ID: string(found[0].ID)}})
			return err
		}
		group := func(kind roster.GroupKind) func(roster.Actor, string) error {
			return func(by roster.Actor, name string) error {
				_, err := e.DeleteGroup(t.Context(), by, directory.GroupSelector{Kind: kind, Ref: roster.Ref{Name: name}})
				return err
			}
		}
		department := func(by roster.Actor, name string) error {
			_, err := e.DeleteDepartment(t.Context(), by, directory.Deletion{Ref: roster.Ref{Name: name}})
			return err
		}
		inGroup := func(to func(in *directory.NewUser, name string)) func(string) { return granted(roster.KindGroup, to) }
		for name, c := range map[string]struct {
			given  func(name string)
			remove func(by roster.Actor, name string) error
			may    bool
		}{
			"a check group with an administrator's entry of a user":  {entryOn(roster.LevelAdministrator, "plain", ""), checkGroup, false},
			"a check group with an administrator's entry of a group": {entryOn(roster.LevelAdministrator, "", "Those"), checkGroup, false},
			"a check group with a manager's entry":                   {entryOn(roster.LevelManager, "plain", ""), checkGroup, true},
			"a group with an administrator's entry":                  {entryOf(roster.LevelAdministrator), group(roster.KindGroup), false},
			"a group with a user's entry":                            {entryOf(roster.LevelUser), group(roster.KindGroup), true},
			"a group for which somebody has a role above": {inGroup(func(in *directory.NewUser, name string) {
				in.RoleGrants = []directory.RoleGrant{grant("Administrator", name)}
			}), group(roster.KindGroup), false},
			"a group for which somebody above has a role": {inGroup(func(in *directory.NewUser, name string) {
				in.AccessLevel, in.RoleGrants = roster.LevelAdministrator, []directory.RoleGrant{grant("Operator", name)}
			}), group(roster.KindGroup), false},
			"a group for which somebody has a level above": {inGroup(func(in *directory.NewUser, name string) {
				in.AccessLevel, in.LevelGroups = roster.LevelAdministrator, refs(name)
			}), group(roster.KindGroup), false},
			"a group to which a token of somebody above is limited": {func(name string) {
				e.group(roster.KindGroup, name)
				must(e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: name, Access: roster.AccessRead, UserName: "boss", Groups: refs(name)}))(t)
			}, group(roster.KindGroup), false},
			"a group to which a token of the organization is limited": {func(name string) {
				e.group(roster.KindGroup, name)
				must(e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: name, Access: roster.AccessRead, Groups: refs(name)}))(t)
			}, group(roster.KindGroup), true},
			"a group for which somebody below has a level": {inGroup(func(in *directory.NewUser, name string) {
				in.AccessLevel, in.LevelGroups = roster.LevelManager, refs(name)
			}), group(roster.KindGroup), true},
			"a team of somebody above": {granted(roster.KindTeam, func(in *directory.NewUser, name string) {
				in.AccessLevel, in.Teams = roster.LevelAdministrator, refs(name)
			}), group(roster.KindTeam), true},
			"a department of somebody above": {func(name string) {
				must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: name}))(t)
				e.makes(directory.NewUser{UserName: "u " + name, AccessLevel: roster.LevelAdministrator, Department: roster.Ref{Name: name}})
			}, department, true},
		} {
			c.given(name)
			err := c.remove(manager, name)
			if c.may != (err == nil) || !c.may && roster.KindOf(err) != roster.Forbidden {
				t.Errorf("%s: %v, may is %v", name, err, c.may)
			}
			if c.may {
				continue
			}
			if err := c.remove(e.admin, name); err != nil {
				t.Errorf("%s, by the operator: %v", name, err)
			}
		}
	})
}
