package directory_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// orgToken returns a token of the organization that may read and write.
func (e *env) orgToken() roster.Actor {
	return roster.Actor{
		Kind: roster.ActorToken, TokenID: "t", OrganizationID: e.admin.OrganizationID, Face: roster.FaceAPI,
		Grants: roster.Grants{{Permissions: roster.LevelAdministrator.Permissions()}},
	}
}

// beyondTokenGrants are all the ways to grant permissions that a token of the organization never
// uses.
var beyondTokenGrants = map[string]directory.NewUser{
	"the level":              {AccessLevel: roster.LevelAdministrator},
	"the level in a group":   {AccessLevel: roster.LevelAdministrator, LevelGroups: refs("A")},
	"a role":                 {Roles: refs("Administrator")},
	"a role in a group":      {RoleGrants: []directory.RoleGrant{grant("Administrator", "A")}},
	"a role of one's own":    {Roles: refs("Tokens")},
	"one that sets settings": {Roles: refs("Settings")},
}

func (e *env) loftyRoles() {
	e.t.Helper()
	for name, permission := range map[string]string{"Tokens": "manage_tokens", "Settings": "manage_settings"} {
		must(e.CreateRole(e.t.Context(), e.orgToken(), directory.NewRole{Name: name, Permissions: []string{permission}}))(e.t)
	}
}

func changeTo(u roster.User, in directory.NewUser) directory.UserChange {
	c := directory.UserChange{User: byID(u)}
	if in.AccessLevel != "" {
		c.AccessLevel = roster.Some(in.AccessLevel)
	}
	if in.LevelGroups != nil {
		c.LevelGroups = roster.Some(in.LevelGroups)
	}
	if in.Roles != nil {
		c.Roles = roster.Some(in.Roles)
	}
	if in.RoleGrants != nil {
		c.RoleGrants = roster.Some(in.RoleGrants)
	}
	return c
}

func TestATokenOfTheOrganizationMakesAdministratorsOnlyOfThoseWhoCannotSignIn(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.customers()
		e.loftyRoles()
		by, n := e.orgToken(), 0
		realm := must(e.saml().CreateRealm(t.Context(), e.admin, directory.NewRealm{Name: "Corporate", Configuration: []byte(`{}`)}))(t)
		name := func() string { n++; return fmt.Sprint("user ", n) }
		for what, in := range beyondTokenGrants {
			t.Run(what, func(t *testing.T) {
				// With a password: at once, in a batch, by an upsert.
				known := in
				known.UserName, known.Password = name(), "a password"
				_, err := e.CreateUser(t.Context(), by, known)
				wants(t, err, roster.Forbidden, "")
				if out := must(e.CreateUsers(t.Context(), by, directory.NewUsers{Users: []directory.NewUser{known}}))(t); out.Results[0].Err == nil || roster.KindOf(out.Results[0].Err) != roster.Forbidden {
					t.Errorf("in a batch: %v", out.Results[0].Err)
				}
				_, err = e.UpsertUser(t.Context(), by, upserts(directory.ByUserName, known))
				wants(t, err, roster.Forbidden, "")

				// Raised: who has a password, whoever set it, is of another realm, or has a token.
				able := e.makes(directory.NewUser{UserName: name(), Password: "a password"})
				set := must(e.CreateUser(t.Context(), by, directory.NewUser{UserName: name()}))(t).User
				must(e.SetPassword(t.Context(), by, directory.NewPassword{User: byID(set), Password: "seven slow herons over the weir"}))(t)
				bound := e.makes(directory.NewUser{UserName: name(), Realm: roster.Ref{ID: string(realm.ID)}})
				robot := e.makes(directory.NewUser{UserName: name()})
				must(e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: robot.UserName, Access: roster.AccessReadWrite, UserName: robot.UserName}))(t)
				for _, u := range []roster.User{able, set, bound, robot} {
					_, err := e.UpdateUser(t.Context(), by, changeTo(u, in))
					wants(t, err, roster.Forbidden, "")
					up := directory.UserUpsert{Match: directory.ByUserName, Change: changeTo(u, in)}
					up.Change.UserName = roster.Some(u.UserName)
					_, err = e.UpsertUser(t.Context(), by, up)
					wants(t, err, roster.Forbidden, "")
				}

				// Raised together with a password.
				nobody := must(e.CreateUser(t.Context(), by, directory.NewUser{UserName: name()}))(t).User
				both := changeTo(nobody, in)
				both.Password = roster.Some("a password")
				_, err = e.UpdateUser(t.Context(), by, both)
				wants(t, err, roster.Forbidden, "")

				// Without anything by which somebody signs in they are made, and raised; and then out of reach.
				waiting := in
				waiting.UserName, waiting.External = name(), true
				fresh := in
				fresh.UserName, fresh.Email, fresh.SendWelcomeEmail = name(), "somebody@example.com", true
				for _, u := range []roster.User{
					must(e.CreateUser(t.Context(), by, waiting))(t).User, must(e.CreateUser(t.Context(), by, fresh))(t).User,
					must(e.UpdateUser(t.Context(), by, changeTo(nobody, in)))(t),
				} {
					_, err := e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(u), Email: roster.Some("mine@example.com")})
					wants(t, err, roster.Forbidden, "")
					_, err = e.SetPassword(t.Context(), by, directory.NewPassword{User: byID(u), Password: "seven slow herons over the weir"})
					wants(t, err, roster.Forbidden, "")
					_, err = e.IssueLink(t.Context(), by, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp})
					wants(t, err, roster.Forbidden, "")
					_, err = e.AddContactMethod(t.Context(), by, adds(u, roster.ServiceEmail, "mine@example.com"))
					wants(t, err, roster.Forbidden, "")
				}
			})
		}
		// Whoever is a person decides by what is held alone.
		boss := e.as(e.user(directory.AdminUser))
		must(e.CreateUser(t.Context(), boss, directory.NewUser{UserName: "second", Password: "a password", AccessLevel: roster.LevelAdministrator}))(t)
		// And what is not beyond tokens is given to anybody.
		known := must(e.CreateUser(t.Context(), by, directory.NewUser{UserName: "manager", Password: "a password", Roles: refs("Manager")}))(t)
		must(e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(known.User), AccessLevel: roster.Some(roster.LevelManager)}))(t)
	})
}

func TestALinkThatATokenMadeOpensNoAdministrator(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.orgToken()
		u := must(e.CreateUser(t.Context(), by, directory.NewUser{UserName: "evil"}))(t).User
		link := must(e.IssueLink(t.Context(), by, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp}))(t)
		must(e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(u), Roles: roster.Some(refs("Operator"))}))(t)
		must(e.ReadLink(t.Context(), roster.Actor{}, link.Secret))(t) // as long as nothing is given that tokens never use
		must(e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(u), AccessLevel: roster.Some(roster.LevelAdministrator)}))(t)
		_, err := e.UseLink(t.Context(), roster.Actor{}, directory.UsedLink{Secret: link.Secret, Password: "seven slow herons over the weir"})
		wants(t, err, roster.NotFound, "")
	})
}

func TestATokenOfTheOrganizationPutsNothingIntoARoleThatItNeverUses(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.orgToken()
		r := must(e.CreateRole(t.Context(), by, directory.NewRole{Name: "Desk", Permissions: []string{"read_directory"}}))(t)
		must(e.CreateUser(t.Context(), by, directory.NewUser{UserName: "evil", Password: "a password", Roles: refs("Desk")}))(t)
		for _, permission := range []string{"manage_tokens", "manage_settings", "manage_realms"} {
			_, err := e.UpdateRole(t.Context(), by, directory.RoleChange{Role: roster.Ref{Name: "Desk"}, Permissions: roster.Some([]string{"read_directory", permission})})
			wants(t, err, roster.Forbidden, "")
		}
		if after := must(e.UpdateRole(t.Context(), by, directory.RoleChange{Role: roster.Ref{ID: string(r.ID)}, Permissions: roster.Some([]string{"read_directory", "manage_users"})}))(t); after.Version != 2 {
			t.Errorf("the role has version %d", after.Version)
		}
	})
}

func TestARealmIsOneOfTheOrganization(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		realm := must(e.saml().CreateRealm(t.Context(), e.admin, directory.NewRealm{Name: "Corporate", Configuration: []byte(`{}`)}))(t)
		_, stranger := e.organization("acme")
		for i, c := range []struct {
			by    roster.Actor
			ref   roster.Ref
			known bool
		}{
			{e.admin, roster.Ref{ID: string(realm.ID)}, true},
			{e.admin, roster.Ref{ID: "CORPORATE", Name: "CORPORATE"}, true},
			{e.admin, roster.Ref{ID: "nope", Name: "nope"}, false},
			{e.admin, roster.Ref{ID: "a\x00b", Name: "a\x00b"}, false},
			{stranger, roster.Ref{ID: string(realm.ID), Name: "Corporate"}, false},
		} {
			in := directory.NewUser{UserName: fmt.Sprint("user ", i), Realm: c.ref}
			batch := in
			batch.UserName += " of a batch"
			u, err := e.CreateUser(t.Context(), c.by, in)
			out := must(e.CreateUsers(t.Context(), c.by, directory.NewUsers{Users: []directory.NewUser{batch, batch}}))(t).Results[0]
			if !c.known {
				wants(t, err, roster.Invalid, "realm")
				wants(t, out.Err, roster.Invalid, "realm")
				continue
			}
			if err != nil || out.Err != nil || u.Realm != string(realm.ID) || out.User.Realm != string(realm.ID) {
				t.Errorf("%v: realms %q (%v) and %q (%v)", c.ref, u.Realm, err, out.User.Realm, out.Err)
			}
		}
	})
}

func TestAChangeOfAUserThatChangesNothingLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.customers()
		in := directory.NewUser{
			UserName: "ada", DisplayName: "Ada", Email: "ada@example.com", ExternalID: "x", Password: "a password", AccessLevel: roster.LevelUser,
			Roles: refs("Operator", "Customer"), RoleGrants: []directory.RoleGrant{grant("Manager", "B", "A")}, Groups: refs("A", "B"), PrimaryGroup: roster.Ref{Name: "A"},
			TimeZone: "Europe/London", ContactNumber: "+44 20 7946 0958", Properties: []byte(`{"a": 1}`), JoinedAt: roster.Some(time.Date(2020, 2, 29, 12, 0, 0, 0, time.UTC)),
			Competencies: []roster.Competency{{Name: "Linux", Ranking: 80}}, Repeatable: true,
			Preferences: roster.Some([]roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{"email", "sms"}}}),
		}
		u := e.makes(in)
		_, entries := e.counts()
		none := roster.Some([]roster.Preference{{Type: roster.TypeDigest}, {Type: roster.TypeFailures, Services: []roster.Service{"sms", "email"}}})
		for name, c := range map[string]directory.UserChange{
			"nothing": {}, "the same name": {UserName: roster.Some("ada"), DisplayName: roster.Some(" Ada ")}, "active": {Active: roster.Some(true)},
			"the same level": {AccessLevel: roster.Some(roster.LevelUser)}, "roles in another order": {Roles: roster.Some(refs("Customer", "Operator", "Manager"))},
			"groups in another order": {Groups: roster.Some(refs("B", "A"))}, "properties": {Properties: roster.Some(json.RawMessage(`{"a":1}`))},
			"preferences": {Preferences: none}, "a time": {JoinedAt: in.JoinedAt}, "an address": {Email: roster.Some("ada@example.com"), ContactNumber: roster.Some("+44 20 7946 0958")},
			"competencies": {Competencies: roster.Some(in.Competencies)}, "a primary group": {PrimaryGroup: roster.Some(roster.Ref{Name: "A"})},
		} {
			c.User = byID(u)
			if after := must(e.UpdateUser(t.Context(), e.admin, c))(t); after.Version != 1 || e.user("ada").Version != 1 {
				t.Errorf("%s: version %d", name, after.Version)
			}
			if _, now := e.counts(); now != entries {
				t.Errorf("%s: %d audit entries", name, now-entries)
			}
			// It is asked all the same whether it may be.
			c.IfVersion = 7
			_, err := e.UpdateUser(t.Context(), e.admin, c)
			wants(t, err, roster.Stale, "")
		}
		_, err := e.UpdateUser(t.Context(), e.actor(roster.ManageUsers), directory.UserChange{User: byID(e.user(directory.AdminUser)), Active: roster.Some(true)})
		wants(t, err, roster.Forbidden, "")
		if again := must(e.CreateUser(t.Context(), e.admin, in))(t); !again.Repeated {
			t.Error("the create is not repeated by its equal any more")
		}
		// A welcome email that is asked for is a change; so is a password.
		must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), SendWelcomeEmail: true}))(t)
		if jobs, now := e.counts(); jobs != 1 || now != entries+1 {
			t.Errorf("%d welcome emails, %d audit entries", jobs, now-entries)
		}
		if after := must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), Password: roster.Some("a password")}))(t); after.Version != 3 {
			t.Errorf("with a password the version is %d", after.Version)
		}
	})
}

func TestWhatIsSetAgainAsItIsIsNotAudited(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.customers()
		x := e.checkGroup("X")
		e.makes(directory.NewUser{UserName: "ada"})
		prefs := []roster.Preference{{Type: roster.TypeWarnings, Services: []roster.Service{"sms", "email"}}}
		entry := directory.NewCheckPermission{CheckGroup: x.ID, User: roster.Ref{Name: "ada"}, AccessLevel: roster.LevelEditor, Notify: true}
		sets := []func() error{
			func() error {
				_, err := e.SetDefaultPreferences(t.Context(), e.admin, directory.Defaults{Preferences: prefs})
				return err
			},
			func() error {
				_, err := e.SetDefaultPreferences(t.Context(), e.admin, directory.Defaults{DefaultsOf: directory.DefaultsOf{Group: roster.Ref{Name: "A"}}, Preferences: prefs})
				return err
			},
			func() error { _, err := e.PutCheckPermission(t.Context(), e.admin, entry); return err },
			func() error {
				_, err := e.UpdateCheckGroup(t.Context(), e.admin, directory.CheckGroupChange{CheckGroup: x.ID, Description: roster.Some("nightly")})
				return err
			},
		}
		for i, set := range sets {
			_, before := e.counts()
			for turn := range 2 {
				if err := set(); err != nil {
					t.Fatal(err)
				}
				if _, now := e.counts(); now != before+1 {
					t.Errorf("%d, turn %d: %d audit entries", i, turn, now-before)
				}
			}
		}
	})
}

func TestATokenWithoutAnEndHasNoneInTheAudit(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for _, c := range []struct {
			lasts time.Duration
			want  string
		}{
			{0, `{"after":{"name":"t0s","access":"read","user":"","groups":[],"errorsAs200":false}}`},
			{time.Hour, `{"after":{"name":"t1h0m0s","access":"read","user":"","groups":[],"expiresAt":"2026-11-02T10:00:00Z","errorsAs200":false}}`},
		} {
			made := must(e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: fmt.Sprint("t", c.lasts), Access: roster.AccessRead, ExpiresIn: c.lasts}))(t)
			entry := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(made.ID)}))(t)[0]
			if got := string(entry.Details); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		}
	})
}

func TestAPasswordIsSetOfTheVersionThatTheCallerRead(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada"})
		in := directory.NewPassword{User: byID(u), IfVersion: 2, Password: "seven slow herons over the weir"}
		_, err := e.SetPassword(t.Context(), e.admin, in)
		wants(t, err, roster.Stale, "")
		in.Faults.Add("x", "is not known here")
		in.IfVersion = 1
		_, err = e.SetPassword(t.Context(), e.admin, in)
		wants(t, err, roster.Invalid, "x")
		if e.user("ada").HasPassword {
			t.Error("a password was set")
		}
		in.Faults = nil
		must(e.SetPassword(t.Context(), e.admin, in))(t)
	})
}

func TestAnUpsertUnderAVersionMakesNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.makes(directory.NewUser{UserName: "ada"})
		for i, c := range []struct {
			name    string
			version int64
			there   bool
			made    bool
		}{
			{"ada", 7, false, false},
			{"ada", -1, false, false},
			{"ada", 1, false, true},
			{"ada", 0, true, true},
			{"grace", 1, false, false},
			{"grace", -1, false, false},
			{"grace", 0, true, false},
			{"grace", 0, false, true},
		} {
			in := upserts(directory.ByUserName, directory.NewUser{UserName: c.name, DisplayName: fmt.Sprint("Turn ", i)})
			in.Change.IfVersion, in.IfThere = c.version, c.there
			_, err := e.UpsertUser(t.Context(), e.admin, in)
			if c.made && err != nil || !c.made && (err == nil || roster.KindOf(err) != roster.Stale) {
				t.Errorf("%+v: %v", c, err)
			}
		}
	})
}

func TestObjectsAreMergedByAMergePatch(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada"})
		g := e.group(roster.KindTeam, "T")
		for _, c := range []struct {
			patch string
			merge bool
			want  string
		}{
			{`{"a":1, "b":{"x":"<&>","y":null}}`, false, `{"a":1, "b":{"x":"<&>","y":null}}`},
			{`{"a":null}`, true, `{"b":{"x":"<&>","y":null}}`},
			{`{"b":{"y":[1,{"z":null}],"x":null},"c":{"d":null,"e":1e400}}`, true, `{"b":{"y":[1,{"z":null}]},"c":{"e":1e400}}`},
			{`{"c":{"e":null},"f":{"g":{}},"none":null}`, true, `{"b":{"y":[1,{"z":null}]},"c":{},"f":{"g":{}}}`},
			{`{"b":"text"}`, true, `{"b":"text","c":{},"f":{"g":{}}}`},
			{`{"a":null}`, false, `{"a":null}`},
		} {
			properties := roster.Some(json.RawMessage(c.patch))
			after := must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), Properties: properties, MergePatch: c.merge}))(t)
			team := must(e.UpdateGroup(t.Context(), e.admin, directory.GroupChange{
				Group: directory.GroupSelector{Kind: roster.KindTeam, Ref: ref(g)}, LandingPage: properties, MergePatch: c.merge,
			}))(t)
			if string(after.Properties) != c.want || string(e.user("ada").Properties) != c.want || string(team.Routing.LandingPage) != c.want {
				t.Errorf("%s: properties %s, landing page %s, want %s", c.patch, after.Properties, team.Routing.LandingPage, c.want)
			}
		}
		long := roster.Some(json.RawMessage(`{"long":"` + strings.Repeat("x", directory.MaxProperties-20) + `"}`))
		must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), Properties: long}))(t)
		_, err := e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), Properties: roster.Some(json.RawMessage(`{"more":"0123456789"}`)), MergePatch: true})
		wants(t, err, roster.Invalid, "properties")
		team := directory.GroupChange{Group: directory.GroupSelector{Kind: roster.KindTeam, Ref: ref(g)}, LandingPage: long, MergePatch: true}
		must(e.UpdateGroup(t.Context(), e.admin, team))(t)
		team.LandingPage = roster.Some(json.RawMessage(`{"more":"0123456789"}`))
		_, err = e.UpdateGroup(t.Context(), e.admin, team)
		wants(t, err, roster.Invalid, "landingPage")
	})
}
