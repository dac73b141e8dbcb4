package directory_test

import (
	"testing"

	"roster"
	"roster/internal/directory"
)

// sentBack returns a change to all that a user is shown with.
func sentBack(u roster.User) directory.UserChange {
	link := func(id, name string) roster.Ref { return roster.Ref{ID: id, Name: name} }
	in := directory.UserChange{
		User: byID(u), UserName: roster.Some(u.UserName), DisplayName: roster.Some(u.DisplayName), Title: roster.Some(u.Title), Email: roster.Some(u.Email), ExternalID: roster.Some(u.ExternalID),
		Active: roster.Some(u.Active), AccessLevel: roster.Some(u.AccessLevel), Roles: roster.Some([]roster.Ref{}), LevelGroups: roster.Some([]roster.Ref{}),
		Groups: roster.Some([]roster.Ref{}), Teams: roster.Some([]roster.Ref{}), PrimaryGroup: roster.Some(link(string(u.PrimaryGroup.ID), u.PrimaryGroup.Name)),
		Department: roster.Some(link(string(u.Department.ID), u.Department.Name)), JoinedAt: roster.Some(u.JoinedAt), TimeZone: roster.Some(u.TimeZone),
		ContactNumber: roster.Some(u.ContactNumber), Competencies: roster.Some(u.Competencies), Preferences: roster.Some(u.Preferences),
		SessionExpiry: roster.Some(30), Properties: roster.Some(u.Properties), MergePatch: true,
	}
	for _, id := range u.LevelGroups {
		in.LevelGroups.Value = append(in.LevelGroups.Value, roster.Ref{ID: string(id)})
	}
	for _, g := range u.Groups {
		in.Groups.Value = append(in.Groups.Value, link(string(g.ID), g.Name))
	}
	for _, g := range u.Teams {
		in.Teams.Value = append(in.Teams.Value, link(string(g.ID), g.Name))
	}
	var grants []directory.RoleGrant
	for _, r := range u.Roles {
		grant := directory.RoleGrant{Role: link(string(r.ID), r.Name)}
		for _, id := range r.Groups {
			grant.Groups = append(grant.Groups, roster.Ref{ID: string(id)})
		}
		grants = append(grants, grant)
	}
	in.RoleGrants = roster.Some(grants)
	return in
}

func TestAUserIsSentBackAsItWasReadByWhoeverManagesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		must(e.CreateGroup(t.Context(), e.admin, directory.NewGroup{Kind: roster.KindTeam, Name: "T"}))(t)
		must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "D"}))(t)
		must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "New"}))(t)
		boss := e.makes(directory.NewUser{
			UserName: "boss", Title: "Head", Email: "boss@example.com", Password: "the first password", ExternalID: "x", AccessLevel: roster.LevelReadonly, LevelGroups: refs("A", "B"),
			Roles: refs("Super User"), RoleGrants: []directory.RoleGrant{grant("Customer", "A", "B")}, Groups: refs("A", "B"), Teams: refs("T"),
			PrimaryGroup: roster.Ref{Name: "A"}, Department: roster.Ref{Name: "D"}, ContactNumber: "+44 20 7946 0958", SessionExpiry: roster.Some(30),
			Competencies: []roster.Competency{{Name: "Linux"}}, Properties: []byte(`{"a":1}`),
		})
		token := e.somebody(directory.AdminUser, orgWideGrant(roster.LevelAdministrator.Permissions()))
		token.Kind, token.UserID, token.Limited = roster.ActorToken, "", true
		for name, by := range map[string]roster.Actor{
			"a manager":                   e.somebody(directory.AdminUser, orgWideGrant(roster.LevelManager.Permissions())),
			"a token":                     token,
			"a manager of one group":      e.limited(a),
			"the user itself, no manager": e.as(boss),
		} {
			seen := must(e.GetUser(t.Context(), by, byID(boss)))(t)
			if after := must(e.UpdateUser(t.Context(), by, sentBack(seen)))(t); after.Version != seen.Version {
				t.Errorf("%s: a change that changes nothing makes version %d", name, after.Version)
			}
			in := sentBack(seen)
			in.Department = roster.Some(roster.Ref{Name: map[bool]string{true: "New", false: "D"}[seen.Department.Name == "D"]})
			if after := must(e.UpdateUser(t.Context(), by, in))(t); after.Department.Name == seen.Department.Name || len(e.user("boss").Groups) != 2 {
				t.Errorf("%s: the department is %s in %v", name, after.Department.Name, after.Groups)
			}
			if name == "the user itself, no manager" {
				continue // this one is a Super User
			}
			for field, change := range map[string]func(*directory.UserChange){
				"emails":           func(in *directory.UserChange) { in.Email = roster.Some("mine@example.com") },
				"password":         func(in *directory.UserChange) { in.Password = roster.Some("the first password") },
				"active":           func(in *directory.UserChange) { in.Active = roster.Some(false) },
				"sendWelcomeEmail": func(in *directory.UserChange) { in.SendWelcomeEmail = true },
			} {
				in := sentBack(seen)
				change(&in)
				_, err := e.UpdateUser(t.Context(), by, in)
				found := false
				for _, fault := range roster.All(err) {
					found = found || fault.Field == field && fault.Kind == roster.Forbidden
				}
				if !found {
					t.Errorf("%s: %s is answered %v", name, field, err)
				}
			}
		}
	})
}

func TestWhoDoesNotSeeAUserLearnsNothingByAChangeThatIsNotRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.customers()
		u := e.makes(directory.NewUser{UserName: "boss", Email: "boss@example.com", Roles: refs("Super User"), Groups: refs("B")})
		blind := e.somebody(directory.AdminUser, orgWideGrant(roster.ManageUsers))
		for _, group := range []string{"A", "B"} {
			if _, err := e.UpdateUser(t.Context(), blind, directory.UserChange{User: byID(u), Groups: roster.Some(refs(group))}); roster.KindOf(err) != roster.Forbidden {
				t.Errorf("that it is in %s is answered %v", group, err)
			}
		}
	})
}

func TestARoleAnEntryAndARealmAreSentBackAsTheyWereRead(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.somebody(directory.AdminUser, orgWideGrant(roster.ManageRoles|roster.ManageChecks|roster.ReadDirectory))
		for _, name := range []string{"Super User", "Operator"} {
			r := must(e.GetRole(t.Context(), by, roster.Ref{Name: name}))(t)
			in := directory.RoleChange{
				Role: roster.Ref{ID: string(r.ID)}, IfVersion: r.Version, Name: roster.Some(r.Name), Description: roster.Some(r.Description), Permissions: roster.Some(r.Permissions.Names()),
			}
			if after := must(e.UpdateRole(t.Context(), by, in))(t); after != r {
				t.Errorf("%s became %+v", name, after)
			}
			in.Description = roster.Some("another")
			if _, err := e.UpdateRole(t.Context(), by, in); roster.KindOf(err) != roster.Invalid {
				t.Errorf("another description of %s is answered %v", name, err)
			}
			in.Description, in.IfVersion = roster.Some(r.Description), r.Version+1
			_, err := e.UpdateRole(t.Context(), by, in)
			wants(t, err, roster.Stale, "")
		}
		blind := e.somebody(directory.AdminUser, orgWideGrant(roster.ManageRoles))
		if _, err := e.UpdateRole(t.Context(), blind, directory.RoleChange{Role: roster.Ref{Name: "Super User"}}); err == nil {
			t.Error("who does not read roles is shown one")
		}
		g := must(e.CreateCheckGroup(t.Context(), e.admin, directory.NewCheckGroup{Name: "Backups"}))(t)
		e.makes(directory.NewUser{UserName: "u"})
		entry := directory.NewCheckPermission{CheckGroup: g.ID, User: roster.Ref{Name: "u"}, AccessLevel: roster.LevelAdministrator}
		made := must(e.PutCheckPermission(t.Context(), e.admin, entry))(t)
		if again := must(e.PutCheckPermission(t.Context(), by, entry))(t); again != made {
			t.Errorf("the entry became %+v", again)
		}
		entry.Notify = true
		if _, err := e.PutCheckPermission(t.Context(), by, entry); roster.KindOf(err) != roster.Forbidden {
			t.Errorf("another entry is answered %v", err)
		}
	})
}
