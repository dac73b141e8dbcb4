package directory_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// organization creates another organization, and returns it with its operator on the command line.
func (e *env) organization(slug string) (directory.CreatedOrganization, roster.Actor) {
	e.t.Helper()
	made := must(e.CreateOrganization(e.t.Context(), e.admin, directory.NewOrganization{Slug: slug}))(e.t)
	by := e.admin
	by.OrganizationID = made.ID
	return made, by
}

// account returns a user's account, as authentication reads it.
func (e *env) account(org roster.OrganizationID, name string) (a roster.Account) {
	e.t.Helper()
	err := e.store.View(e.t.Context(), func(tx directory.Tx) (err error) {
		a, err = tx.AccountByName(org, directory.Fold(name))
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return a
}

// authenticated returns the actor that authentication makes of a user.
func (e *env) authenticated(org roster.OrganizationID, name string, face roster.Face) roster.Actor {
	e.t.Helper()
	a := e.account(org, name)
	return roster.Actor{
		Kind: roster.ActorUser, OrganizationID: org, UserID: a.UserID, Name: a.UserName, Grants: a.Grants, Face: face,
		CredentialVersion: a.CredentialVersion,
	}
}

func TestAnOrganizationIsMadeWithAllThatShipsAndALinkForItsAdmin(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		made, by := e.organization("acme")
		if made.Name != "acme" || made.Version != 1 || made.AdminLink.Secret == "" || made.AdminLink.Purpose != roster.LinkSetUp {
			t.Errorf("made %+v", made)
		}
		for _, what := range []struct {
			got, want int
		}{
			{len(all(e.ListRoles(t.Context(), by, directory.RoleList{}))(t)), len(roster.ShippedRoles())},
			{len(all(e.ListGroups(t.Context(), by, directory.GroupList{Kind: roster.KindTeam}))(t)), 1},
			{len(all(e.ListUsers(t.Context(), by, directory.UserList{}))(t)), 1},
			{len(must(e.GetDefaultPreferences(t.Context(), by, directory.DefaultsOf{}))(t).Preferences), 1},
		} {
			if what.got != what.want {
				t.Errorf("got %d, want %d", what.got, what.want)
			}
		}
		entries := all(e.ListAudit(t.Context(), by, directory.AuditList{}))(t)
		if len(entries) != 3 || entries[0].Action != "organization.create" || entries[0].Target != string(made.ID) {
			t.Errorf("its audit begins with %+v", entries)
		}
		home := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(made.ID)}))(t)
		if len(home) != 1 || home[0].Action != "organization.create" {
			t.Errorf("the audit of its maker has %+v", home)
		}
		must(e.UseLink(t.Context(), roster.Actor{Face: roster.FaceWeb}, directory.UsedLink{
			Secret: made.AdminLink.Secret, Password: "correct horse battery staple",
		}))(t)
		if a := e.account(made.ID, directory.AdminUser); a.PasswordHash == "" || !a.Grants.Everywhere().Has(roster.SuperPrivileges) {
			t.Errorf("its admin is %+v", a)
		}
		if a := e.account(e.admin.OrganizationID, directory.AdminUser); a.PasswordHash != "" {
			t.Error("the link set the password of another organization's admin")
		}
	})
}

func TestASlugIsALabelOfAHostName(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for slug, good := range map[string]bool{
			"a": true, "0": true, "acme-2": true, strings.Repeat("a", 63): true, "a--b": true,
			"": false, "-a": false, "a-": false, "Acme": false, "a_b": false, "a.b": false, "a/b": false, "ä": false, " a": false,
			strings.Repeat("a", 64): false,
		} {
			_, err := e.CreateOrganization(t.Context(), e.admin, directory.NewOrganization{Slug: slug})
			if good && err != nil {
				t.Errorf("%q: %v", slug, err)
			}
			if !good {
				wants(t, err, roster.Invalid, "slug")
			}
		}
		_, err := e.CreateOrganization(t.Context(), e.admin, directory.NewOrganization{Slug: "acme-2"})
		wants(t, err, roster.Conflict, "slug")
		_, err = e.CreateOrganization(t.Context(), e.admin, directory.NewOrganization{Slug: "Bad", Name: "a\nb"})
		wants(t, err, roster.Invalid, "displayName")
	})
}

func TestOnlyWhoHoldsServerAdminMakesOrganizationsAndKnowsThemAll(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		other, theirs := e.organization("other")
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "root", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}}))(t)
		by := e.authenticated(e.admin.OrganizationID, "root", roster.FaceAPI)
		_, err := e.CreateOrganization(t.Context(), by, directory.NewOrganization{Slug: "mine"})
		wants(t, err, roster.Forbidden, "")
		_, err = e.SetServerAdmin(t.Context(), by, directory.ServerAdmin{User: directory.UserSelector{UserName: "root"}, May: true})
		wants(t, err, roster.Forbidden, "")
		slugs := func(by roster.Actor, after string) (slugs []string) {
			for _, o := range all(e.ListOrganizations(t.Context(), by, directory.OrganizationList{After: after}))(t) {
				slugs = append(slugs, o.Slug)
			}
			return slugs
		}
		if got := slugs(by, ""); !slices.Equal(got, []string{"default"}) || slugs(by, "default") != nil {
			t.Errorf("somebody without server_admin sees %v", got)
		}
		for _, ref := range []roster.Ref{{ID: string(other.ID)}, {Name: "other"}, {ID: "other", Name: "other"}, {Name: "none"}, {}, {Name: "\x00"}} {
			_, err = e.GetOrganization(t.Context(), by, ref)
			wants(t, err, roster.NotFound, "")
		}
		if o := must(e.GetOrganization(t.Context(), by, roster.Ref{ID: "default", Name: "default"}))(t); o.ID != by.OrganizationID {
			t.Errorf("its own organization is %+v", o)
		}

		before := e.user("root")
		u := must(e.SetServerAdmin(t.Context(), e.admin, directory.ServerAdmin{User: directory.UserSelector{UserName: "ROOT"}, May: true}))(t)
		if u.Version != before.Version+1 || e.user("root").Version != u.Version {
			t.Errorf("version %d after %d", u.Version, before.Version)
		}
		again := must(e.SetServerAdmin(t.Context(), e.admin, directory.ServerAdmin{User: directory.UserSelector{ID: u.ID}, May: true}))(t)
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(u.ID)}))(t)
		if again.Version != u.Version || len(entries) != 2 || entries[1].Action != "server-admin.set" {
			t.Errorf("a second time: version %d, audit %+v", again.Version, entries)
		}
		by = e.authenticated(e.admin.OrganizationID, "root", roster.FaceAPI)
		if got := slugs(by, ""); !slices.Equal(got, []string{"default", "other"}) {
			t.Errorf("a server admin sees %v", got)
		}
		must(e.CreateOrganization(t.Context(), by, directory.NewOrganization{Slug: "mine"}))(t)
		if got := slugs(by, "default"); !slices.Equal(got, []string{"mine", "other"}) {
			t.Errorf("after default come %v", got)
		}
		if o := must(e.GetOrganization(t.Context(), by, roster.Ref{Name: "other"}))(t); o.ID != other.ID {
			t.Errorf("other is %+v", o)
		}
		_, err = e.SetServerAdmin(t.Context(), theirs, directory.ServerAdmin{User: directory.UserSelector{ID: u.ID}})
		wants(t, err, roster.NotFound, "") // a user of another organization
	})
}

func TestSuperPrivilegesTakeNoHoldOfSomebodyWhoMayMakeOrganizations(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		root := directory.UserSelector{UserName: directory.AdminUser}
		super := e.actor(roster.AllPermissions)
		must(e.IssueLink(t.Context(), super, directory.NewLink{User: root, Purpose: roster.LinkSetUp}))(t)
		must(e.SetServerAdmin(t.Context(), e.admin, directory.ServerAdmin{User: root, May: true}))(t)
		_, err := e.IssueLink(t.Context(), super, directory.NewLink{User: root, Purpose: roster.LinkSetUp})
		wants(t, err, roster.Forbidden, "")
		_, err = e.UpdateUser(t.Context(), super, directory.UserChange{User: root, Email: roster.Some("x@example.com")})
		wants(t, err, roster.Forbidden, "")
		must(e.IssueLink(t.Context(), e.actor(roster.AllPermissions|roster.ServerAdmin), directory.NewLink{User: root, Purpose: roster.LinkSetUp}))(t)
	})
}

func TestSettingsAreCheckedKeptAndTakeEffect(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		_, err := e.UpdateSettings(t.Context(), e.admin, directory.SettingsChange{
			Name: roster.Some(""), TimeZone: roster.Some("Moon/Crater"), DefaultCountry: roster.Some("XX"),
			Faults: roster.Faults{{Kind: roster.Invalid, Field: "strongPasswords", Detail: "must be true or false"}},
		})
		var fields []string
		for _, f := range roster.All(err) {
			fields = append(fields, f.Field)
		}
		if want := []string{"strongPasswords", "displayName", "timezone", "defaultCountry"}; !slices.Equal(fields, want) {
			t.Errorf("faults of %v, want %v", fields, want)
		}
		number := directory.NewUser{UserName: "before", ContactNumber: "020 7946 0958", Password: "johndoe1"}
		if u := must(e.CreateUser(t.Context(), e.admin, number))(t); len(u.ContactMethods) != 0 {
			t.Errorf("a number of no country became %+v", u.ContactMethods)
		}
		first := must(e.GetSettings(t.Context(), e.admin, directory.None{}))(t)
		o := must(e.UpdateSettings(t.Context(), e.admin, directory.SettingsChange{
			IfVersion: first.Version, Name: roster.Some(" Acme "), TimeZone: roster.Some("(GMT+01:00) Europe/Berlin - Central European Time"),
			DefaultCountry: roster.Some("gb"), StrongPasswords: roster.Some(true),
		}))(t)
		want := roster.Settings{TimeZone: "Europe/Berlin", DefaultCountry: "GB", StrongPasswords: true}
		if got := must(e.GetSettings(t.Context(), e.admin, directory.None{}))(t); got.Name != "Acme" || got.Settings != want || got.Version != 2 || o != got {
			t.Errorf("got %+v, answered %+v", got, o)
		}
		if zone := must(e.GetTimeZone(t.Context(), e.admin, directory.None{}))(t); zone.String() != "Europe/Berlin" {
			t.Errorf("the time zone is %v", zone)
		}

		number.UserName = "weak"
		_, err = e.CreateUser(t.Context(), e.admin, number)
		wants(t, err, roster.Invalid, "password")
		_, err = e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: directory.UserSelector{UserName: "before"}, Password: roster.Some("johndoe1")})
		wants(t, err, roster.Invalid, "password")
		number.UserName, number.Password = "after", "correct horse battery staple"
		created := must(e.CreateUser(t.Context(), e.admin, number))(t)
		changed := must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{
			User: directory.UserSelector{UserName: "before"}, ContactNumber: roster.Some("020 7946 0959"), Password: roster.Some(number.Password),
		}))(t)
		for want, methods := range map[string][]roster.ContactMethod{
			"+442079460958": created.ContactMethods, "+442079460959": changed.ContactMethods,
		} {
			if len(methods) != 1 || methods[0].Address != want {
				t.Errorf("a number of the organization's country became %+v, want %s", methods, want)
			}
		}
		number.UserName, number.Password = "in a batch", ""
		weak := directory.NewUser{UserName: "weak in a batch", Password: "johndoe1"}
		batch := must(e.CreateUsers(t.Context(), e.admin, directory.NewUsers{Users: []directory.NewUser{number, weak}}))(t).Results
		wants(t, batch[1].Err, roster.Invalid, "password")
		if methods := batch[0].User.ContactMethods; len(methods) != 1 || methods[0].Address != "+442079460958" {
			t.Errorf("in a batch the number became %+v, %v", methods, batch[0].Err)
		}
		method := must(e.AddContactMethod(t.Context(), e.admin, directory.NewContactMethod{
			User: directory.UserSelector{ID: created.ID}, Service: roster.ServiceSMS, Address: "020 7946 0961",
		}))(t)
		if method.Address != "+442079460961" {
			t.Errorf("the contact method is %+v", method)
		}
		number.Password = "correct horse battery staple"
		link := must(e.IssueLink(t.Context(), e.admin, directory.NewLink{User: directory.UserSelector{ID: created.ID}, Purpose: roster.LinkSetUp}))(t)
		must(e.UseLink(t.Context(), roster.Actor{}, directory.UsedLink{Secret: link.Secret, Password: number.Password, Phone: "020 7946 0960"}))(t)

		_, theirs := e.organization("other")
		if other := must(e.GetSettings(t.Context(), theirs, directory.None{}))(t); other.Settings != (roster.Settings{}) {
			t.Errorf("another organization has %+v", other.Settings)
		}
		number.UserName, number.Password = "weak", "johndoe1"
		must(e.CreateUser(t.Context(), theirs, number))(t)

		reset := must(e.UpdateSettings(t.Context(), e.admin, directory.SettingsChange{
			Name: roster.Null[string](), TimeZone: roster.Null[string](), DefaultCountry: roster.Null[string](), StrongPasswords: roster.Null[bool](),
		}))(t)
		if reset.Name != "default" || reset.Settings != (roster.Settings{}) || reset.Version != 3 {
			t.Errorf("null leaves %+v", reset)
		}
		if zone := must(e.GetTimeZone(t.Context(), e.admin, directory.None{}))(t); zone != time.UTC {
			t.Errorf("the time zone is %v", zone)
		}
	})
}

// versioned is a record whose changes check its version.
type versioned struct {
	name   string
	make   func(t *testing.T, e *env) (version int64)
	update func(t *testing.T, e *env, ifVersion int64, turn int) (version int64, err error) // another turn is another change
	delete func(t *testing.T, e *env, ifVersion int64) error                                // nil where it is not deleted
}

var versionedRecords = []versioned{
	{
		name: "a group",
		make: func(_ *testing.T, e *env) int64 { return e.group(roster.KindGroup, "Ops").Version },
		update: func(t *testing.T, e *env, v int64, turn int) (int64, error) {
			return updateOps(t, e, roster.KindGroup, v, turn)
		},
		delete: func(t *testing.T, e *env, v int64) error { return deleteOps(t, e, roster.KindGroup, v) },
	},
	{
		name: "a team",
		make: func(_ *testing.T, e *env) int64 { return e.group(roster.KindTeam, "Ops").Version },
		update: func(t *testing.T, e *env, v int64, turn int) (int64, error) {
			return updateOps(t, e, roster.KindTeam, v, turn)
		},
		delete: func(t *testing.T, e *env, v int64) error { return deleteOps(t, e, roster.KindTeam, v) },
	},
	{
		name: "a department",
		make: func(t *testing.T, e *env) int64 {
			return must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "Ops"}))(t).Version
		},
		update: func(t *testing.T, e *env, v int64, turn int) (int64, error) {
			dep, err := e.UpdateDepartment(t.Context(), e.admin, directory.DepartmentChange{
				Department: roster.Ref{Name: "ops"}, IfVersion: v, Name: roster.Some([]string{"OPS", "oPS"}[turn%2]),
			})
			return dep.Version, err
		},
		delete: func(t *testing.T, e *env, v int64) error {
			_, err := e.DeleteDepartment(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{Name: "ops"}, IfVersion: v})
			return err
		},
	},
	{
		name: "a role",
		make: func(t *testing.T, e *env) int64 {
			return must(e.CreateRole(t.Context(), e.admin, directory.NewRole{Name: "Ops"}))(t).Version
		},
		update: func(t *testing.T, e *env, v int64, turn int) (int64, error) {
			r, err := e.UpdateRole(t.Context(), e.admin, directory.RoleChange{
				Role: roster.Ref{Name: "ops"}, IfVersion: v, Description: roster.Some(fmt.Sprint(turn)), Permissions: roster.Some([]string{"filter"}),
			})
			return r.Version, err
		},
		delete: func(t *testing.T, e *env, v int64) error {
			_, err := e.DeleteRole(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{Name: "ops"}, IfVersion: v})
			return err
		},
	},
	{
		name: "a realm",
		make: func(t *testing.T, e *env) int64 {
			return must(e.saml().CreateRealm(t.Context(), e.admin, directory.NewRealm{Name: "Ops", Configuration: json.RawMessage(`{}`)}))(t).Version
		},
		update: func(t *testing.T, e *env, v int64, turn int) (int64, error) {
			r, err := e.saml().UpdateRealm(t.Context(), e.admin, directory.RealmChange{
				Realm: roster.Ref{Name: "ops"}, IfVersion: v, Active: roster.Some(false), Configuration: roster.Some(json.RawMessage(fmt.Sprintf(`{"turn": %d}`, turn))),
			})
			return r.Version, err
		},
	},
	{
		name: "the settings",
		make: func(t *testing.T, e *env) int64 {
			return must(e.GetSettings(t.Context(), e.admin, directory.None{}))(t).Version
		},
		update: func(t *testing.T, e *env, v int64, turn int) (int64, error) {
			o, err := e.UpdateSettings(t.Context(), e.admin, directory.SettingsChange{
				IfVersion: v, Name: roster.Some(fmt.Sprint("Turn ", turn)), StrongPasswords: roster.Some(true),
			})
			return o.Version, err
		},
	},
}

func updateOps(t *testing.T, e *env, kind roster.GroupKind, v int64, turn int) (int64, error) {
	g, err := e.UpdateGroup(t.Context(), e.admin, directory.GroupChange{
		Group: directory.GroupSelector{Kind: kind, Ref: roster.Ref{Name: "ops"}, IfVersion: v}, Description: roster.Some(fmt.Sprint("on call ", turn)),
	})
	return g.Version, err
}

func deleteOps(t *testing.T, e *env, kind roster.GroupKind, v int64) error {
	_, err := e.DeleteGroup(t.Context(), e.admin, directory.GroupSelector{Kind: kind, Ref: roster.Ref{Name: "ops"}, IfVersion: v})
	return err
}

// anySAML accepts every configuration.
type anySAML struct{}

func (anySAML) ValidateSAML(context.Context, json.RawMessage) roster.Faults { return nil }

// saml returns a Directory on the same store that can create realms.
func (e *env) saml() *directory.Directory {
	return directory.New(directory.Options{
		Store: e.store, Passwords: newHasher(), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"), Realms: anySAML{},
	})
}

func TestAChangeUnderAVersionIsMadeOnlyWhileTheRecordHasIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for _, r := range versionedRecords {
			v := r.make(t, e)
			if v != 1 {
				t.Errorf("%s begins with version %d", r.name, v)
			}
			for turn, ifVersion := range []int64{0, 2} {
				after := must(r.update(t, e, ifVersion, turn))(t)
				if v++; after != v {
					t.Errorf("%s has version %d, want %d", r.name, after, v)
				}
			}
			_, entries := e.counts()
			again := must(r.update(t, e, 0, 1))(t) // what it is already
			if _, after := e.counts(); again != v || after != entries {
				t.Errorf("%s: a change that changes nothing makes version %d and %d audit entries", r.name, again, after-entries)
			}
			_, err := r.update(t, e, 2, 1)
			if err == nil || roster.KindOf(err) != roster.Stale || roster.All(err)[0].Detail != "has changed since it was read" {
				t.Errorf("%s: %v, want stale", r.name, err)
			}
			if r.delete == nil {
				continue
			}
			wants(t, r.delete(t, e, 2), roster.Stale, "")
			if err := r.delete(t, e, 3); err != nil {
				t.Errorf("%s is not deleted: %v", r.name, err)
			}
		}
	})
}

func TestOfConcurrentChangesUnderOneVersionOneIsMade(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for _, r := range versionedRecords {
			v := r.make(t, e)
			errs := make([]error, 8)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { _, errs[i] = r.update(t, e, v, i) })
			}
			wg.Wait()
			made := 0
			for _, err := range errs {
				if err == nil {
					made++
				} else if roster.KindOf(err) != roster.Stale {
					t.Errorf("%s: %v", r.name, err)
				}
			}
			if made != 1 {
				t.Errorf("%s: %d changes were made", r.name, made)
			}
		}
	})
}

func TestAChangeOfMembersRaisesTheVersionOfTheGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		g := e.group(roster.KindGroup, "Ops")
		people := e.people("p", 2)
		change := func(v int64, in directory.GroupChange) (roster.Group, error) {
			in.Group = directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "ops"}, IfVersion: v}
			return e.UpdateGroup(t.Context(), e.admin, in)
		}
		after := must(change(1, directory.GroupChange{AddMembers: people[1:]}))(t)
		if after.Version != 2 || e.user("p1").Version != 1 || e.user("p2").Version != 2 {
			t.Errorf("the group has version %d, its new member %d", after.Version, e.user("p2").Version)
		}
		// Who read the members before that does not take the new one away.
		_, err := change(g.Version, directory.GroupChange{Members: roster.Some(people[:1])})
		wants(t, err, roster.Stale, "")
		_, entries := e.counts()
		for name, in := range map[string]directory.GroupChange{
			"nothing": {}, "a member who is one": {AddMembers: people[1:]}, "somebody who is none": {RemoveMembers: people[:1]},
			"the same members": {Members: roster.Some(people[1:])}, "the same name": {Name: roster.Some("Ops"), Active: roster.Some(true)},
		} {
			if same := must(change(2, in))(t); same.Version != 2 {
				t.Errorf("%s: the version is %d", name, same.Version)
			}
		}
		if _, now := e.counts(); now != entries {
			t.Errorf("changes that change nothing left %d audit entries", now-entries)
		}
		if gone := must(change(2, directory.GroupChange{RemoveMembers: people[1:]}))(t); gone.Version != 3 {
			t.Errorf("the version is %d once the member is gone", gone.Version)
		}
	})
}

// onceRecords are creates with an idempotency key, by noun.
var onceRecords = map[string]func(t *testing.T, e *env, key, name string) (id string, err error){
	"a group": func(t *testing.T, e *env, key, name string) (string, error) {
		g, err := e.CreateGroup(t.Context(), e.admin, directory.NewGroup{Kind: roster.KindTeam, Name: name, IdempotencyKey: key})
		return string(g.ID), err
	},
	"a department": func(t *testing.T, e *env, key, name string) (string, error) {
		dep, err := e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: name, IdempotencyKey: key})
		return string(dep.ID), err
	},
	"a role": func(t *testing.T, e *env, key, name string) (string, error) {
		r, err := e.CreateRole(t.Context(), e.admin, directory.NewRole{Name: name, IdempotencyKey: key})
		return string(r.ID), err
	},
	"a realm": func(t *testing.T, e *env, key, name string) (string, error) {
		r, err := e.saml().CreateRealm(t.Context(), e.admin, directory.NewRealm{Name: name, Configuration: json.RawMessage(`{}`), IdempotencyKey: key})
		return string(r.ID), err
	},
	"a token": func(t *testing.T, e *env, key, name string) (string, error) {
		made, err := e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: name, Access: roster.AccessRead, IdempotencyKey: key})
		return string(made.ID), err
	},
	"an organization": func(t *testing.T, e *env, key, name string) (string, error) {
		o, err := e.CreateOrganization(t.Context(), e.admin, directory.NewOrganization{Slug: name, IdempotencyKey: key})
		return string(o.ID), err
	},
}

func TestACreateUnderOneKeyIsMadeOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for noun, create := range onceRecords {
			key := "key of " + strings.ReplaceAll(noun, " ", "-")
			_, err := create(t, e, key, "ops")
			wants(t, err, roster.Invalid, "Idempotency-Key")
			key = strings.ReplaceAll(key, " ", "-")
			first := must(create(t, e, key, "ops"))(t)
			if again := must(create(t, e, key, "ops"))(t); again != first {
				t.Errorf("%s: %s, and again %s", noun, first, again)
			}
			_, err = create(t, e, key, "other")
			wants(t, err, roster.Invalid, "Idempotency-Key")
			_, err = create(t, e, "another-key", "ops")
			wants(t, err, roster.Conflict, "")
		}
	})
}

func TestASecretIsShownByTheFirstCreateOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		token := directory.NewToken{Name: "ci", Access: roster.AccessReadWrite, ErrorsAs200: true, IdempotencyKey: "k"}
		first, again := must(e.CreateToken(t.Context(), e.admin, token))(t), must(e.CreateToken(t.Context(), e.admin, token))(t)
		if first.Secret == "" || again.Secret != "" || !again.ErrorsAs200 || again.ID != first.ID {
			t.Errorf("first %+v, again %+v", first, again)
		}
		if got := must(e.GetToken(t.Context(), e.admin, roster.Ref{ID: string(first.ID), Name: string(first.ID)}))(t); got.Name != "ci" || !got.ErrorsAs200 {
			t.Errorf("the token is %+v", got)
		}
		must(e.RevokeToken(t.Context(), e.admin, roster.Ref{Name: "ci"}))(t)
		_, err := e.CreateToken(t.Context(), e.admin, token)
		wants(t, err, roster.Conflict, "Idempotency-Key")
		_, err = e.GetToken(t.Context(), e.admin, roster.Ref{Name: "ci"})
		wants(t, err, roster.NotFound, "")

		in := directory.NewOrganization{Slug: "acme", IdempotencyKey: "k"}
		made, repeated := must(e.CreateOrganization(t.Context(), e.admin, in))(t), must(e.CreateOrganization(t.Context(), e.admin, in))(t)
		if made.AdminLink.Secret == "" || repeated.AdminLink.Secret != "" || repeated.ID != made.ID {
			t.Errorf("first %+v, again %+v", made, repeated)
		}
	})
}

func TestWhoLeavesADepartmentThatIsDeletedHasAnotherVersion(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "Support"}))(t)
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "in", Department: roster.Ref{Name: "Support"}}))(t)
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "out"}))(t)
		renamed := must(e.UpdateDepartment(t.Context(), e.admin, directory.DepartmentChange{
			Department: roster.Ref{Name: "Support"}, Name: roster.Some(" Help "),
		}))(t)
		if got := must(e.GetDepartment(t.Context(), e.admin, roster.Ref{Name: "HELP"}))(t); got != renamed || got.Name != "Help" {
			t.Errorf("renamed %+v, found %+v", renamed, got)
		}
		if u := e.user("in"); u.Version != 1 || u.Department.Name != "Help" {
			t.Errorf("a new name of the department changes its people: %+v", u)
		}
		gone := must(e.DeleteDepartment(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{Number: renamed.Number}}))(t)
		if in, out := e.user("in"), e.user("out"); in.Version != 2 || in.Department.ID != "" || out.Version != 1 {
			t.Errorf("in has version %d and department %q, out has %d", in.Version, in.Department.Name, out.Version)
		}
		_, err := e.GetDepartment(t.Context(), e.admin, roster.Ref{ID: string(gone.ID)})
		wants(t, err, roster.NotFound, "displayName")
		_, err = e.GetDepartment(t.Context(), e.admin, roster.Ref{Name: "Help"})
		wants(t, err, roster.Invalid, "displayName")
		_, err = e.UpdateDepartment(t.Context(), e.admin, directory.DepartmentChange{Department: roster.Ref{Name: "Help"}, Name: roster.Some("")})
		wants(t, err, roster.Invalid, "displayName")
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(gone.ID), Newest: true}))(t)
		if len(entries) != 3 || entries[0].Action != "department.delete" || !strings.Contains(string(entries[0].Details), "Help") {
			t.Errorf("audit %+v", entries)
		}
		one := must(e.GetAuditEntry(t.Context(), e.admin, entries[0].ID))(t)
		if one.Action != "department.delete" {
			t.Errorf("the entry is %+v", one)
		}
		for _, id := range []roster.AuditID{"", "none", "\x00"} {
			_, err = e.GetAuditEntry(t.Context(), e.admin, id)
			wants(t, err, roster.NotFound, "")
		}
	})
}

func TestARealmIsFoundAndChangedByItsIdToo(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		d := e.saml()
		r := must(d.CreateRealm(t.Context(), e.admin, directory.NewRealm{Name: "Okta", Configuration: json.RawMessage(`{"a":1}`)}))(t)
		must(d.CreateRealm(t.Context(), e.admin, directory.NewRealm{Name: "Entra", Configuration: json.RawMessage(`{}`)}))(t)
		changed := must(d.UpdateRealm(t.Context(), e.admin, directory.RealmChange{Realm: roster.Ref{ID: string(r.ID)}, Active: roster.Some(false)}))(t)
		if changed.Active || changed.Version != 2 {
			t.Errorf("changed %+v", changed)
		}
		for _, ref := range []roster.Ref{{ID: string(r.ID)}, {Name: "OKTA"}, {ID: "okta", Name: "okta"}} {
			if got := must(d.GetRealm(t.Context(), e.admin, ref))(t); got.ID != r.ID || got.Active {
				t.Errorf("%v: %+v", ref, got)
			}
		}
		_, err := d.GetRealm(t.Context(), e.admin, roster.Ref{ID: "none"})
		wants(t, err, roster.NotFound, "")
		_, err = d.UpdateRealm(t.Context(), e.admin, directory.RealmChange{Realm: roster.Ref{ID: string("none")}, Active: roster.Some(true)})
		wants(t, err, roster.NotFound, "")
		_, err = d.UpdateRealm(t.Context(), e.admin, directory.RealmChange{Realm: roster.Ref{Name: "none"}, Active: roster.Some(true)})
		wants(t, err, roster.Invalid, "displayName")
		if realms := all(d.ListRealms(t.Context(), e.admin, directory.RealmList{After: "entra"}))(t); len(realms) != 1 || realms[0].ID != r.ID {
			t.Errorf("after entra come %+v", realms)
		}
	})
}

func TestSessionsAreReadAndEndedByTheirUserAndByWhoMayChangeTheUser(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		org := e.admin.OrganizationID
		e.group(roster.KindGroup, "Mine")
		for name, level := range map[string]roster.AccessLevel{"ada": roster.LevelCustom, "grace": roster.LevelUser, "boss": roster.LevelAdministrator} {
			in := directory.NewUser{UserName: name, AccessLevel: level}
			if name == "ada" {
				in.Groups = []roster.Ref{{Name: "Mine"}}
			}
			must(e.CreateUser(t.Context(), e.admin, in))(t)
		}
		ada, boss := e.authenticated(org, "ada", roster.FaceGraze), e.authenticated(org, "boss", roster.FaceWeb)
		of := func(name string) directory.UserSelector { return directory.UserSelector{UserName: name} }
		graze := must(e.CreateSession(t.Context(), ada, directory.None{}))(t)
		e.advance(time.Second)
		ada.Face = roster.FaceAPI
		web := must(e.CreateSession(t.Context(), ada, directory.None{}))(t)
		if graze.ExpiresAt.Sub(graze.CreatedAt) != 30*24*time.Hour || graze.Face != roster.FaceGraze ||
			web.ExpiresAt.Sub(web.CreatedAt) != 12*time.Hour || web.Face != roster.FaceWeb {
			t.Errorf("sessions %+v and %+v", graze.Session, web.Session)
		}
		list := func(by roster.Actor, name string) []roster.SessionID {
			var ids []roster.SessionID
			for _, s := range all(e.ListSessions(t.Context(), by, directory.SessionList{User: of(name)}))(t) {
				ids = append(ids, s.ID)
			}
			return ids
		}
		both := []roster.SessionID{graze.ID, web.ID}
		manager := roster.Actor{Kind: roster.ActorUser, OrganizationID: org, UserID: "m"}
		manager.Grants.Add(must(e.GetGroup(t.Context(), e.admin, directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "Mine"}}))(t).ID, roster.LevelManager.Permissions())
		for name, got := range map[string][]roster.SessionID{
			"own": list(ada, ""), "own by name": list(ada, "ADA"), "an administrator": list(boss, "ada"),
			"who manages the group": list(manager, "ada"), "the command line": list(e.admin, "ada"),
		} {
			if !slices.Equal(got, both) {
				t.Errorf("%s: %v, want %v", name, got, both)
			}
		}
		for _, c := range []struct {
			by   roster.Actor
			of   string
			kind roster.Kind
		}{
			{ada, "grace", roster.NotFound}, // who may change nobody sees nobody's
			{manager, "grace", roster.NotFound},
			{e.actor(roster.ManageUsers), "boss", roster.Forbidden},
			{e.admin, "nobody", roster.NotFound},
			{e.admin, "", roster.Invalid},
		} {
			_, err := e.ListSessions(t.Context(), c.by, directory.SessionList{User: of(c.of)})
			wants(t, err, c.kind, "")
			_, err = e.EndSession(t.Context(), c.by, directory.SessionSelector{User: of(c.of)})
			wants(t, err, c.kind, "")
		}

		_, err := e.EndSession(t.Context(), boss, directory.SessionSelector{User: of("boss"), ID: graze.ID})
		wants(t, err, roster.NotFound, "")
		must(e.EndSession(t.Context(), ada, directory.SessionSelector{ID: web.ID}))(t)
		if got := list(ada, ""); !slices.Equal(got, both[:1]) {
			t.Errorf("after the sign-out there are %v", got)
		}
		id := string(e.user("ada").ID)
		audit := func() []roster.AuditEntry {
			return all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: id}))(t)
		}
		quiet := len(audit())
		must(e.EndSession(t.Context(), boss, directory.SessionSelector{User: of("ada")}))(t)
		if got := list(ada, ""); got != nil {
			t.Errorf("there are still %v", got)
		}
		if entries := audit(); quiet != 1 || len(entries) != 2 || entries[1].Action != "session.delete" {
			t.Errorf("audit %+v", entries)
		}
	})
}

func TestJobsAreListedAndABuriedOneIsRevived(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for _, name := range []string{"one", "two"} {
			must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: name, Email: name + "@example.com", SendWelcomeEmail: true}))(t)
		}
		jobs := all(e.ListJobs(t.Context(), e.admin, directory.JobList{}))(t)
		if len(jobs) != 2 || jobs[0].State != roster.JobReady || jobs[0].Payload != nil {
			t.Fatalf("jobs %+v", jobs)
		}
		buried := jobs[0].ID
		err := e.store.Update(t.Context(), func(tx directory.Tx) error {
			if _, err := tx.ClaimJobs(roster.LaneWelcome, e.now(), e.now().Add(time.Minute), 1); err != nil {
				return err
			}
			_, err := tx.BuryJob(buried, 1, e.now(), "the server refuses the address")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for state, want := range map[roster.JobState]int{"": 2, roster.JobReady: 1, roster.JobRunning: 0, roster.JobBuried: 1} {
			if got := all(e.ListJobs(t.Context(), e.admin, directory.JobList{State: state}))(t); len(got) != want {
				t.Errorf("%q: %+v", state, got)
			}
		}
		_, err = e.ListJobs(t.Context(), e.admin, directory.JobList{State: roster.JobDone})
		wants(t, err, roster.Invalid, "state")
		if got := all(e.ListJobs(t.Context(), e.admin, directory.JobList{After: buried}))(t); len(got) != 1 {
			t.Errorf("after the first: %+v", got)
		}
		_, theirs := e.organization("other")
		if got := all(e.ListJobs(t.Context(), theirs, directory.JobList{}))(t); len(got) != 0 {
			t.Errorf("another organization sees %+v", got)
		}
		for _, c := range []struct {
			by roster.Actor
			id roster.JobID
		}{{theirs, buried}, {e.admin, "none"}, {e.admin, ""}, {e.admin, "\x00"}, {e.admin, jobs[1].ID}} {
			_, err = e.ReviveJob(t.Context(), c.by, c.id)
			wants(t, err, roster.NotFound, "")
		}
		j := must(e.ReviveJob(t.Context(), e.admin, buried))(t)
		if j.State != roster.JobReady || j.Attempts != 0 || j.Reason != "" || j.Payload != nil {
			t.Errorf("revived %+v", j)
		}
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(buried)}))(t)
		if len(entries) != 1 || entries[0].Action != "job.revive" {
			t.Errorf("audit %+v", entries)
		}
	})
}

func TestEveryPermissionHasASentence(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		list := must(e.ListPermissions(t.Context(), e.admin, directory.None{}))(t)
		seen := map[string]bool{}
		for _, p := range list {
			parsed, unknown := roster.ParsePermissions(p.Name)
			if parsed == 0 || unknown != nil || !strings.HasSuffix(p.Description, ".") || seen[cmp.Or(p.Description, p.Name)] {
				t.Errorf("%+v", p)
			}
			seen[p.Description] = true
		}
		if len(list) != len((roster.AllPermissions | roster.ServerAdmin).Names()) {
			t.Errorf("%d permissions", len(list))
		}
		if r := must(e.GetRole(t.Context(), e.admin, roster.Ref{Name: "grazer"}))(t); r.Number != roster.RoleGrazer || r.Version != 1 {
			t.Errorf("got %+v", r)
		}
		_, err := e.GetRole(t.Context(), e.admin, roster.Ref{Number: 99})
		wants(t, err, roster.NotFound, "displayName")
	})
}

func TestTextThatNoRecordCanHoldNamesNone(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		const nul = "a\x00b"
		for _, ref := range []roster.Ref{{ID: nul}, {Name: nul}} {
			_, err := e.RevokeToken(t.Context(), e.admin, ref)
			wants(t, err, roster.NotFound, "")
			_, err = e.GetDefaultPreferences(t.Context(), e.admin, directory.DefaultsOf{Group: ref})
			wants(t, err, roster.Invalid, "group")
			_, err = e.SetDefaultPreferences(t.Context(), e.admin, directory.Defaults{DefaultsOf: directory.DefaultsOf{Group: ref}})
			wants(t, err, roster.Invalid, "group")
		}
		for _, in := range []directory.AuditList{{Target: nul}, {After: nul}, {Target: nul, Newest: true}} {
			if n := len(all(e.ListAudit(t.Context(), e.admin, in))(t)); n != 0 {
				t.Errorf("%+v: %d entries", in, n)
			}
		}
	})
}
