package control_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/auth/realm"
	"roster/internal/control"
	"roster/internal/directory"
)

// offline checks SAML realms without fetching anything.
type offline struct{}

func (offline) ValidateSAML(_ context.Context, configuration json.RawMessage) roster.Faults {
	_, faults := realm.ParseSAML(configuration, clock())
	return faults
}

func TestAUserChangesInWhatIsGivenOnly(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, name := range []string{"Network", "Wires"} {
		do(t, o, control.CreateGroup, control.NewNamed{Name: name})
	}
	do(t, o, control.CreateTeam, control.NewNamed{Name: "Night"})
	do(t, o, control.CreateDepartment, control.NewDepartment{Name: "Support"})
	made := do(t, o, control.CreateUser, control.NewUser{
		UserName: "jdoe", DisplayName: "John Doe", Email: "jdoe@example.com", AccessLevel: roster.LevelManager,
		Roles: []string{"Operator"}, Groups: []string{"Network"}, Teams: []string{"Night"}, Department: "Support",
		TimeZone: "Europe/London", PhoneNumber: "555-1234",
	})
	by := control.UserName{UserName: "JDoe"}
	want := do(t, o, control.ShowUser, by)
	for _, c := range []struct {
		name   string
		change control.UserChange
		apply  func(*control.User)
	}{
		{"a name", control.UserChange{DisplayName: new("Jane Doe")}, func(u *control.User) { u.DisplayName = "Jane Doe" }},
		{"roles", control.UserChange{Roles: []string{"Customer", "super user"}}, func(u *control.User) { u.Roles = []string{"Super User", "Customer"} }},
		{"no roles", control.UserChange{Roles: []string{}}, func(u *control.User) { u.Roles = []string{} }},
		{"a primary group", control.UserChange{PrimaryGroup: new("Wires")}, func(u *control.User) {
			u.PrimaryGroup, u.Groups = "Wires", []string{"Network", "Wires"}
		}},
		{"no primary group", control.UserChange{PrimaryGroup: new("")}, func(u *control.User) { u.PrimaryGroup = "" }},
		{"groups", control.UserChange{Groups: []string{"Network"}}, func(u *control.User) { u.Groups = []string{"Network"} }},
		{"no teams", control.UserChange{Teams: []string{}}, func(u *control.User) { u.Teams = []string{} }},
		{"no department", control.UserChange{Department: new("")}, func(u *control.User) { u.Department = "" }},
		{"the zone of the organization", control.UserChange{TimeZone: new("")}, func(u *control.User) { u.TimeZone = roster.SystemTimeZone }},
		{"no phone number", control.UserChange{PhoneNumber: new("")}, func(u *control.User) { u.PhoneNumber = "" }},
		{"an expiry", control.UserChange{SessionExpiryMinutes: new(90)}, func(u *control.User) { u.SessionExpiryMinutes = 90 }},
		{"the system's expiry", control.UserChange{SessionExpiryMinutes: new(0)}, func(u *control.User) { u.SessionExpiryMinutes = 0 }},
		{"nobody any more", control.UserChange{Active: new(false)}, func(u *control.User) { u.Active = false }},
		{"a level that leaves them inactive", control.UserChange{Active: new(false), AccessLevel: roster.LevelUser}, func(u *control.User) { u.AccessLevel = roster.LevelUser }},
		{"a level", control.UserChange{AccessLevel: roster.LevelEditor}, func(u *control.User) { u.AccessLevel, u.Active = roster.LevelEditor, true }},
		{"nothing", control.UserChange{}, func(*control.User) {}},
	} {
		c.apply(&want)
		c.change.User = by
		changed := do(t, o, control.UpdateUser, c.change)
		if changed.ID != made.ID {
			t.Errorf("%s: answered with %+v", c.name, changed)
		}
		if diff := cmp.Diff(want, do(t, o, control.ShowUser, by)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestAGroupAndATeamAreShownChangedAndDeleted(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, name := range []string{"ada", "bob", "cleo"} {
		do(t, o, control.CreateUser, control.NewUser{UserName: name})
	}
	for _, of := range []struct {
		noun    string
		create  control.Call[control.NewNamed, control.Group]
		show    control.Call[control.Name, control.GroupDetails]
		members control.Listing[control.Name, control.Member]
		update  control.Call[control.GroupChange, control.GroupDetails]
		remove  control.Call[control.Name, control.GroupSummary]
	}{
		{"group", control.CreateGroup, control.ShowGroup, control.ListGroupMembers, control.UpdateGroup, control.DeleteGroup},
		{"team", control.CreateTeam, control.ShowTeam, control.ListTeamMembers, control.UpdateTeam, control.DeleteTeam},
	} {
		made := do(t, o, of.create, control.NewNamed{Name: "Night", Description: "dark"})
		name := control.Name{Name: "NIGHT"}
		for _, c := range []struct {
			change control.GroupChange
			want   []string
		}{
			{control.GroupChange{AddMembers: []string{"ada", "BOB"}}, []string{"ada", "bob"}},
			{control.GroupChange{AddMembers: []string{"cleo"}, RemoveMembers: []string{"ada"}}, []string{"bob", "cleo"}},
			{control.GroupChange{Description: new("light")}, []string{"bob", "cleo"}},
			{control.GroupChange{Members: []string{"ada"}}, []string{"ada"}},
			{control.GroupChange{Members: []string{}}, nil},
		} {
			c.change.Group = name
			do(t, o, of.update, c.change)
			var got []string
			for _, m := range collect(t, of.members.Do(t.Context(), o.Client, control.Name{ID: string(made.ID)})) {
				got = append(got, m.UserName)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: %s", of.noun, diff)
			}
		}
		want := control.GroupDetails{
			GroupSummary: control.GroupSummary{ID: made.ID, Number: made.Number, Name: "Day", Description: "light"},
			Active:       true, CreatedAt: clock(),
		}
		do(t, o, of.update, control.GroupChange{Group: name, Name: new("Day")})
		if diff := cmp.Diff(want, do(t, o, of.show, control.Name{Name: "Day"})); diff != "" {
			t.Error(diff)
		}
		if gone := do(t, o, of.remove, control.Name{Name: "Day"}); gone != want.GroupSummary {
			t.Errorf("deleted %+v", gone)
		}
		for _, name := range []control.Name{{Name: "Day"}, {ID: string(made.ID)}} {
			_, err := of.show.Do(t.Context(), o.Client, name)
			if err == nil || roster.KindOf(err) != roster.NotFound {
				t.Errorf("%s: %v", of.noun, err)
			}
		}
	}
}

func TestARoleIsChangedAndDeleted(t *testing.T) {
	t.Parallel()
	o := open(t)
	want := do(t, o, control.CreateRole, control.NewRole{Name: "Desk", Description: "d", Permissions: []string{"read_directory"}})
	name := control.Name{Name: "desk"}
	for _, c := range []struct {
		change control.RoleChange
		apply  func()
	}{
		{control.RoleChange{Name: new("DESK")}, func() { want.Name = "DESK" }},
		{control.RoleChange{Description: new("")}, func() { want.Description = "" }},
		{control.RoleChange{Permissions: []string{"acknowledge"}}, func() { want.Permissions = []string{"acknowledge"} }},
	} {
		c.apply()
		c.change.Role = name
		if diff := cmp.Diff(want, do(t, o, control.UpdateRole, c.change)); diff != "" {
			t.Error(diff)
		}
	}
	if got := do(t, o, control.UpdateRole, control.RoleChange{Role: name, Permissions: []string{}}); len(got.Permissions) != 0 {
		t.Errorf("permits %v", got.Permissions)
	}
	do(t, o, control.DeleteRole, name)
	for word, kind := range map[string]roster.Kind{"Desk": roster.NotFound, "Operator": roster.Invalid} {
		_, err := control.DeleteRole.Do(t.Context(), o.Client, control.Name{Name: word})
		if err == nil || roster.KindOf(err) != kind {
			t.Errorf("%s: %v", word, err)
		}
	}
}

func TestRealmsAreListedByNameWithoutTheirConfigurations(t *testing.T) {
	t.Parallel()
	o := open(t)
	// Only Graze makes realms.
	const configuration = `{"idpMetadataUrl":"https://idp.example.com/metadata","defaultRoles":["Operator"],"defaultTeams":["Cloud DevOps"],"defaultGroup":"End-User","existingUserMappingField":"username","username":"$username","email":"$email","fullname":"$firstname $lastname","maximumAuthenticationLifetime":60}`
	for name, active := range map[string]bool{"b": false, "A": true} {
		_, err := o.service.CreateRealm(t.Context(), o.system, directory.NewRealm{
			Name: name, Active: roster.Some(active), Configuration: json.RawMessage(configuration),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := collect(t, control.ListRealms.Do(t.Context(), o.Client, control.Empty{}))
	for i := range got {
		if got[i].ID == "" {
			t.Errorf("%s has no id", got[i].Name)
		}
		got[i].ID = ""
	}
	want := []control.Realm{
		{Name: "A", Kind: roster.RealmSAML, Active: true, CreatedAt: clock(), UpdatedAt: clock()},
		{Name: "b", Kind: roster.RealmSAML, CreatedAt: clock(), UpdatedAt: clock()},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheAuditIsListedNewestFirstIfAskedFor(t *testing.T) {
	t.Parallel()
	o := open(t)
	do(t, o, control.CreateGroup, control.NewNamed{Name: "first"})
	do(t, o, control.CreateGroup, control.NewNamed{Name: "last"})
	for newest, want := range map[bool]string{true: "last", false: directory.AdminUser} {
		got := collect(t, control.ListAudit.Do(t.Context(), o.Client, control.AuditList{Newest: newest, Limit: 1}))
		if len(got) != 1 || got[0].TargetName != want {
			t.Errorf("newest %t: %+v", newest, got)
		}
	}
}
