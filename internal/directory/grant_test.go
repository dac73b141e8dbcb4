package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// granted returns the groups that a user's level and roles are granted for, by name, such as
// "level@A B Manager@A". "@*" means the organization.
func (e *env) granted(u roster.User) string {
	e.t.Helper()
	names := map[roster.GroupID]string{}
	for _, g := range all(e.ListGroups(e.t.Context(), e.admin, directory.GroupList{Kind: roster.KindGroup}))(e.t) {
		names[g.ID] = g.Name
	}
	where := func(ids []roster.GroupID) string {
		var list []string
		for _, id := range ids {
			list = append(list, names[id])
		}
		slices.Sort(list)
		if list == nil {
			list = []string{"*"}
		}
		return "@" + strings.Join(list, "+")
	}
	out := string(u.AccessLevel) + where(u.LevelGroups)
	for _, r := range u.Roles {
		out += " " + r.Name + where(r.Groups)
	}
	return out
}

func refs(names ...string) []roster.Ref {
	list := make([]roster.Ref, len(names))
	for i, n := range names {
		list[i] = roster.Ref{Name: n}
	}
	return list
}

func grant(role string, groups ...string) directory.RoleGrant {
	return directory.RoleGrant{Role: roster.Ref{Name: role}, Groups: refs(groups...)}
}

// customers creates the groups A, B and C.
func (e *env) customers() (a, b, c roster.Group) {
	e.t.Helper()
	return e.group(roster.KindGroup, "A"), e.group(roster.KindGroup, "B"), e.group(roster.KindGroup, "C")
}

// limited returns a token of the organization that is limited to groups.
func (e *env) limited(groups ...roster.Group) roster.Actor {
	by := roster.Actor{Kind: roster.ActorToken, TokenID: "t", OrganizationID: e.admin.OrganizationID, Face: roster.FaceCheckCentral, Limited: true}
	for _, g := range groups {
		by.Grants.Add(g.ID, roster.LevelAdministrator.Permissions())
	}
	return by
}

func TestRolesAndLevelsAreGrantedForWhatTheCreateSays(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, b, _ := e.customers()
		for i, c := range []struct {
			by   roster.Actor
			in   directory.NewUser
			want string
		}{
			{e.admin, directory.NewUser{Roles: refs("Operator", "Manager"), AccessLevel: roster.LevelUser}, "user@* Manager@* Operator@*"},
			{e.admin, directory.NewUser{Roles: refs("Customer"), RoleGrants: []directory.RoleGrant{grant("Operator", "B", "A", "b"), grant("Manager", "C")}}, "custom@* Manager@C Operator@A+B Customer@*"},
			{e.admin, directory.NewUser{RoleGrants: []directory.RoleGrant{grant("Operator", "A"), grant("operator", "C")}}, "custom@* Operator@A+C"},
			{e.admin, directory.NewUser{RoleGrants: []directory.RoleGrant{grant("Operator", "A"), grant("Operator")}}, "custom@* Operator@*"},
			{e.admin, directory.NewUser{AccessLevel: roster.LevelManager, LevelGroups: refs("C", "A")}, "manager@A+C"},
			{e.limited(a, b), directory.NewUser{Groups: refs("A"), Roles: refs("Operator"), AccessLevel: roster.LevelUser}, "user@A Operator@A"},
			{e.limited(a, b), directory.NewUser{Groups: refs("A"), RoleGrants: []directory.RoleGrant{grant("Operator", "B")}, AccessLevel: roster.LevelUser, LevelGroups: refs("B")}, "user@B Operator@B"},
		} {
			c.in.UserName = fmt.Sprint("user ", i)
			made := must(e.CreateUser(t.Context(), c.by, c.in))(t)
			for _, u := range []roster.User{made.User, e.user(c.in.UserName)} {
				if got := e.granted(u); got != c.want {
					t.Errorf("create %d is granted %s, want %s", i, got, c.want)
				}
			}
		}
		last := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Newest: true, Limit: 1}))(t)[0]
		if want := fmt.Sprintf(`"roleGrants":[{"role":"Operator","groups":[%q]}]`, b.ID); !strings.Contains(string(last.Details), want) {
			t.Errorf("the audit has %s, want %s", last.Details, want)
		}
	})
}

func TestWhatIsGrantedForGroupsIsCheckedAllAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		in := directory.NewUser{
			UserName: "u", Groups: refs("A"), Roles: refs("Customer"), LevelGroups: refs("A", "B", "Nowhere"),
			RoleGrants: []directory.RoleGrant{grant("No Role", "A"), grant("Operator", "A", "B"), grant("Customer", "A"), grant("Operator"), grant("Manager", roster.EndUserGroup)},
		}
		fields := func(by roster.Actor, in directory.NewUser) (list []string) {
			_, err := e.CreateUser(t.Context(), by, in)
			for _, f := range roster.All(err) {
				if f.Kind != roster.Invalid {
					t.Errorf("got %v", f)
				}
				list = append(list, f.Field)
			}
			return list
		}
		if got, want := fields(e.admin, in), []string{"accessLevelGroups[2]", "roleGrants[0].role", "roleGrants[4].groups[0]", "roleGrants[2].role"}; !slices.Equal(got, want) {
			t.Errorf("faults of %v, want %v", got, want)
		}
		want := []string{
			"accessLevelGroups[1]", "accessLevelGroups[2]", "roleGrants[0].role", "roleGrants[1].groups[1]", "roleGrants[4].groups[0]",
			"roleGrants[2].role", "roleGrants[3].groups",
		}
		if got := fields(e.limited(a), in); !slices.Equal(got, want) {
			t.Errorf("faults of %v, want %v", got, want)
		}
		many := directory.NewUser{UserName: "u", LevelGroups: make([]roster.Ref, directory.MaxReferences+1), RoleGrants: []directory.RoleGrant{
			{Groups: make([]roster.Ref, directory.MaxReferences/2)}, {Groups: make([]roster.Ref, directory.MaxReferences/2)},
		}}
		if got, want := fields(e.admin, many), []string{"accessLevelGroups", "roleGrants"}; !slices.Equal(got, want) {
			t.Errorf("faults of %v, want %v", got, want)
		}
	})
}

func TestAChangeKeepsWhatRolesAndLevelsAreGrantedForUnlessItSaysOtherwise(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, b, _ := e.customers()
		const was = "user@A+C Manager@A+B+C Operator@*"
		for i, c := range []struct {
			name string
			by   roster.Actor
			in   directory.UserChange
			want string
		}{
			{"a script that says the roles again", e.admin, directory.UserChange{Roles: roster.Some(refs("Operator", "Manager"))}, was},
			{"a further role", e.admin, directory.UserChange{Roles: roster.Some(refs("Manager", "Customer"))}, "user@A+C Manager@A+B+C Customer@*"},
			{"another level", e.admin, directory.UserChange{AccessLevel: roster.Some(roster.LevelEditor)}, "editor@A+C Manager@A+B+C Operator@*"},
			{"no level", e.admin, directory.UserChange{AccessLevel: roster.Null[roster.AccessLevel]()}, "custom@A+C Manager@A+B+C Operator@*"},
			{"other groups for the level", e.admin, directory.UserChange{LevelGroups: roster.Some(refs("B"))}, "user@B Manager@A+B+C Operator@*"},
			{"the level for the organization", e.admin, directory.UserChange{LevelGroups: roster.Some(refs())}, "user@* Manager@A+B+C Operator@*"},
			{"grants for groups alone", e.admin, directory.UserChange{RoleGrants: roster.Some([]directory.RoleGrant{grant("Customer", "B")})}, "user@A+C Operator@* Customer@B"},
			{"a role for the organization becomes one for a group", e.admin, directory.UserChange{RoleGrants: roster.Some([]directory.RoleGrant{grant("Operator", "B")})}, "user@A+C Operator@B"},
			{"both lists", e.admin, directory.UserChange{Roles: roster.Some(refs("Operator")), RoleGrants: roster.Some([]directory.RoleGrant{grant("Manager", "B")})}, "user@A+C Manager@B Operator@*"},
			{"a name", e.admin, directory.UserChange{DisplayName: roster.Some("X")}, was},
		} {
			u := e.makes(directory.NewUser{
				UserName: fmt.Sprint("user ", i), Groups: refs("A"), Roles: refs("Operator"), RoleGrants: []directory.RoleGrant{grant("Manager", "A", "B", "C")},
				AccessLevel: roster.LevelUser, LevelGroups: refs("A", "C"),
			})
			c.in.User = byID(u)
			changed := must(e.UpdateUser(t.Context(), c.by, c.in))(t)
			for _, u := range []roster.User{changed, e.user(u.UserName)} {
				if got := e.granted(u); got != c.want {
					t.Errorf("%s: %s, want %s", c.name, got, c.want)
				}
			}
		}
		// Whoever is limited to groups changes nothing beyond them.
		for i, c := range []struct {
			name, want string
			in         directory.UserChange
		}{
			{"a role again", "custom@* Operator@A+C", directory.UserChange{Roles: roster.Some(refs("Operator"))}},
			{"another role", "custom@* Operator@C Customer@A", directory.UserChange{Roles: roster.Some(refs("Customer"))}},
			{"no role", "custom@* Operator@C", directory.UserChange{Roles: roster.Some(refs())}},
			{"a role for the other group", "custom@* Operator@B+C", directory.UserChange{RoleGrants: roster.Some([]directory.RoleGrant{grant("Operator", "B")})}},
			{"a level", "user@A Operator@A+C", directory.UserChange{AccessLevel: roster.Some(roster.LevelUser)}},
			{"a level for the other group", "user@B Operator@A+C", directory.UserChange{AccessLevel: roster.Some(roster.LevelUser), LevelGroups: roster.Some(refs("B"))}},
		} {
			u := e.makes(directory.NewUser{UserName: fmt.Sprint("limited ", i), Groups: refs("A"), RoleGrants: []directory.RoleGrant{grant("Operator", "A", "C")}})
			by := e.limited(a, b)
			by.Grants.Add(e.groupID("C"), roster.ShippedRoles()[3].Permissions) // it holds there what the user does, and manages nobody
			c.in.User = byID(u)
			must(e.UpdateUser(t.Context(), by, c.in))(t)
			if got := e.granted(e.user(u.UserName)); got != c.want {
				t.Errorf("limited, %s: %s, want %s", c.name, got, c.want)
			}
		}
		u := e.makes(directory.NewUser{UserName: "levels", Groups: refs("A"), AccessLevel: roster.LevelUser, LevelGroups: refs("A", "C")})
		by := e.limited(a, b)
		by.Grants.Add(e.groupID("C"), roster.LevelUser.Permissions())
		for _, c := range []struct {
			in   directory.UserChange
			may  string
			want string
		}{
			{directory.UserChange{AccessLevel: roster.Some(roster.LevelUser)}, "y", "user@A+C"},
			{directory.UserChange{AccessLevel: roster.Some(roster.LevelReadonly)}, "f", "user@A+C"}, // it is granted for C, too
			{directory.UserChange{LevelGroups: roster.Some(refs("B"))}, "y", "user@B+C"},
			{directory.UserChange{LevelGroups: roster.Some(refs())}, "y", "user@A+C"},
			{directory.UserChange{AccessLevel: roster.Some(roster.LevelEditor)}, "f", "user@A+C"},
			{directory.UserChange{AccessLevel: roster.Some(roster.LevelCustom)}, "f", "user@A+C"},
			{directory.UserChange{AccessLevel: roster.Null[roster.AccessLevel](), LevelGroups: roster.Some(refs("B"))}, "f", "user@A+C"},
		} {
			c.in.User = byID(u)
			_, err := e.UpdateUser(t.Context(), by, c.in)
			if got := e.granted(e.user("levels")); got != c.want || reach(err) != c.may {
				t.Errorf("limited: %s, %v, want %s", got, err, c.want)
			}
		}
	})
}

// TestWhoManagesAGroupLeavesTheLevelThatTheOrganizationGave has an actor that holds what the level
// gives and manages the user, but only for its groups.
func TestWhoManagesAGroupLeavesTheLevelThatTheOrganizationGave(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		for name, c := range map[string]struct {
			in  directory.UserChange
			may string
		}{
			"groups of the level": {directory.UserChange{LevelGroups: roster.Some(refs("A"))}, "f"},
			"level and groups":    {directory.UserChange{AccessLevel: roster.Some(roster.LevelReadonly), LevelGroups: roster.Some(refs("A"))}, "f"},
			"no groups":           {directory.UserChange{LevelGroups: roster.Some(refs())}, "y"}, // as it is
			"no level":            {directory.UserChange{AccessLevel: roster.Null[roster.AccessLevel]()}, "f"},
			"another level":       {directory.UserChange{AccessLevel: roster.Some(roster.LevelCustom)}, "f"},
			"the same level":      {directory.UserChange{AccessLevel: roster.Some(roster.LevelReadonly), DisplayName: roster.Some("X")}, "y"},
			"a role":              {directory.UserChange{Roles: roster.Some(refs("Customer"))}, "y"},
		} {
			u := e.makes(directory.NewUser{UserName: name, AccessLevel: roster.LevelReadonly, Groups: refs("A")})
			by := e.somebody(directory.AdminUser, orgWideGrant(roster.LevelReadonly.Permissions()), within(a, roster.LevelManager.Permissions()))
			c.in.User = byID(u)
			_, err := e.UpdateUser(t.Context(), by, c.in)
			if got := e.user(name); len(got.LevelGroups) > 0 || got.AccessLevel != roster.LevelReadonly || reach(err) != c.may {
				t.Errorf("%s: the level is %s for %v now (%v)", name, got.AccessLevel, got.LevelGroups, err)
			}
		}
	})
}

func TestAPrimaryGroupThatTheActorDoesNotManageStays(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, b, _ := e.customers()
		for i, c := range []struct {
			in     directory.UserChange
			groups string
		}{
			{directory.UserChange{PrimaryGroup: roster.Null[roster.Ref]()}, "A B"},
			{directory.UserChange{PrimaryGroup: roster.Some(ref(a))}, "A B"},
			{directory.UserChange{Groups: roster.Some(refs("A")), PrimaryGroup: roster.Some(ref(a))}, "A B"},
			{directory.UserChange{Groups: roster.Some(refs())}, "B"},
		} {
			u := e.makes(directory.NewUser{UserName: fmt.Sprint("user ", i), Groups: refs("A"), PrimaryGroup: ref(b)})
			c.in.User = byID(u)
			shown := must(e.UpdateUser(t.Context(), e.limited(a), c.in))(t)
			if shown.PrimaryGroup.ID != "" {
				t.Errorf("change %d shows %v", i, shown.PrimaryGroup)
			}
			got := e.user(u.UserName)
			var names []string
			for _, g := range got.Groups {
				names = append(names, g.Name)
			}
			if got.PrimaryGroup.ID != b.ID || strings.Join(names, " ") != c.groups {
				t.Errorf("change %d leaves the primary group %q and the groups %v", i, got.PrimaryGroup.Name, names)
			}
		}
		u := e.makes(directory.NewUser{UserName: "own", Groups: refs("B"), PrimaryGroup: ref(a)})
		must(e.UpdateUser(t.Context(), e.limited(a), directory.UserChange{User: byID(u), PrimaryGroup: roster.Null[roster.Ref]()}))(t)
		if got := e.user("own").PrimaryGroup; got.ID != "" {
			t.Errorf("its own group stays the primary one: %v", got)
		}
	})
}

func (e *env) groupID(name string) roster.GroupID {
	e.t.Helper()
	sel := directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: name}}
	return must(e.GetGroup(e.t.Context(), e.admin, sel))(e.t).ID
}

func TestWhoIsLimitedToGroupsReachesNobodyWhoHasMoreElsewhere(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		by := e.limited(a)
		for name, in := range map[string]directory.NewUser{
			"elsewhere":            {RoleGrants: []directory.RoleGrant{grant("Customer", "B")}},
			"for the organization": {AccessLevel: roster.LevelReadonly},
		} {
			in.UserName, in.Groups = name, refs("A")
			u := e.makes(in)
			for what, in := range map[string]directory.UserChange{
				"password": {Password: roster.Some("some password")}, "active": {Active: roster.Some(false)},
				"level": {AccessLevel: roster.Some(roster.LevelUser)}, "roles": {Roles: roster.Some(refs("Customer"))},
				"email": {Email: roster.Some("x@example.com")},
			} {
				in.User = byID(u)
				if _, err := e.UpdateUser(t.Context(), by, in); err == nil || roster.KindOf(err) != roster.Forbidden {
					t.Errorf("somebody with rights %s: the %s changes: %v", name, what, err)
				}
			}
			must(e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(u), DisplayName: roster.Some("X")}))(t)
		}
		u := e.makes(directory.NewUser{UserName: "plain", Groups: refs("A")})
		for name, in := range map[string]directory.UserChange{
			"a level where it has none": {AccessLevel: roster.Some(roster.LevelUser), LevelGroups: roster.Some(refs("B"))},
			"a role where it has none":  {RoleGrants: roster.Some([]directory.RoleGrant{grant("Customer", "B")})},
			"a role for everybody":      {RoleGrants: roster.Some([]directory.RoleGrant{grant("Customer")})},
		} {
			in.User = byID(u)
			if _, err := e.UpdateUser(t.Context(), by, in); err == nil || roster.KindOf(err) != roster.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Out of every group of the actor, what is granted for "its groups" would be granted for the
		// organization.
		_, err := e.UpdateUser(t.Context(), by, directory.UserChange{
			User: byID(u), Groups: roster.Some(refs()), Roles: roster.Some(refs("REST LAM Sender")),
		})
		wants(t, err, roster.Forbidden, "")
		by.Grants.Add("", roster.GrantAnyRole)
		_, err = e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(u), Groups: roster.Some(refs()), Roles: roster.Some(refs("Operator"))})
		wants(t, err, roster.Forbidden, "")
	})
}

func TestWhatIsGrantedForADeletedGroupGivesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		one := e.makes(directory.NewUser{UserName: "one", Groups: refs("B"), AccessLevel: roster.LevelAdministrator, LevelGroups: refs("A"), RoleGrants: []directory.RoleGrant{grant("Manager", "A")}})
		two := e.makes(directory.NewUser{UserName: "two", Groups: refs("B"), AccessLevel: roster.LevelUser, LevelGroups: refs("A", "B"), RoleGrants: []directory.RoleGrant{grant("Manager", "A", "B")}})
		token := func(name string, groups ...string) string {
			return must(e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: name, Access: roster.AccessReadWrite, Groups: refs(groups...)}))(t).Secret
		}
		tokenA, tokenAB := token("A", "A"), token("AB", "A", "B")
		userToken := must(e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: "admin's", Access: roster.AccessReadWrite, UserName: directory.AdminUser, Groups: refs("A")}))(t).Secret
		a1 := auth.New(auth.Options{Store: e.store, Hasher: newHasher(), Now: e.now, Generation: e.store.Generation})
		signIn := func(secret string) (roster.Actor, error) {
			return a1.Token(t.Context(), auth.Attempt{Face: roster.FaceAPI}, secret)
		}
		for _, secret := range []string{tokenA, tokenAB, userToken} { // and it is kept in memory
			if by, err := signIn(secret); err != nil || by.Grants.Everywhere() != 0 {
				t.Fatalf("before: %+v, %v", by.Grants, err)
			}
		}
		must(e.DeleteGroup(t.Context(), e.admin, directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{ID: string(a.ID)}}))(t)

		if by := e.as(one); len(by.Grants) != 0 {
			t.Errorf("a level and a role for a group that is gone give %+v", by.Grants)
		}
		by := e.as(two)
		if manager := roster.ShippedRoles()[2].Permissions | roster.LevelUser.Permissions(); by.Grants.Anywhere() != manager || by.Grants.In(e.groupID("B")) != manager || len(by.Grants) != 1 {
			t.Errorf("what is left is %+v", by.Grants)
		}
		if got := e.granted(e.user("two")); got != "user@B Manager@B" {
			t.Errorf("it shows %s", got)
		}
		if u := e.user("one"); len(u.LevelGroups) != 1 || len(u.Roles) != 0 {
			t.Errorf("a level for a group that is gone reads as one for the organization: %+v", u.LevelGroups)
		}
		for _, secret := range []string{tokenA, userToken} {
			_, err := signIn(secret)
			wants(t, err, roster.Unauthenticated, "")
		}
		if by, err := signIn(tokenAB); err != nil || len(by.Grants) != 1 || by.Grants[0].Group != e.groupID("B") {
			t.Errorf("a token of two groups, one gone, has %+v, %v", by.Grants, err)
		}

		// Another level by somebody who says the script again stays limited; by who manages B it becomes
		// B's.
		must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(one), AccessLevel: roster.Some(roster.LevelManager)}))(t)
		if by := e.as(one); len(by.Grants) != 0 {
			t.Errorf("it got %+v", by.Grants)
		}
		b := roster.Group{ID: e.groupID("B")}
		must(e.UpdateUser(t.Context(), e.limited(b), directory.UserChange{User: byID(one), AccessLevel: roster.Some(roster.LevelUser)}))(t)
		if got := e.granted(e.user("one")); got != "user@B" {
			t.Errorf("it is granted %s", got)
		}
	})
}
