package app

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"roster"
	"roster/internal/auth"
	"roster/internal/auth/realm/ldaptest"
	"roster/internal/config"
	"roster/internal/directory"
)

// declare writes a file that declares the test's slapd, with more settings below it.
func declare(t *testing.T, url string, more ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ldap.yaml")
	text := fmt.Sprintf(`ldap:
  - name: Corporate
    urls: [%q]
    system_user: %q
    system_password: %q
    base_dn: %q
    group_base_dn: %q
    attribute_map: {uid: username, cn: fullname, mail: email, telephoneNumber: contact_num, departmentNumber: department}
    default_roles: [Manager]
`, url, ldaptest.SystemUser, ldaptest.SystemPassword, ldaptest.PeopleDN, ldaptest.GroupsDN)
	for _, line := range more {
		text += "    " + line + "\n"
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// withRealm opens an app that asks the test's slapd.
func withRealm(t *testing.T, url string, more ...string) *App {
	t.Helper()
	file := declare(t, url, more...)
	a, err := openIn(t, t.TempDir(), func(s *config.Serve) { s.LDAPFile = file; s.Passwords.CacheEntries = 100 })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(t.Context()) })
	return a
}

func (a *App) signIn(t *testing.T, name, password string) (roster.Actor, error) {
	t.Helper()
	return a.auth.Password(t.Context(), auth.Attempt{Need: roster.GrazeLogin, Face: roster.FaceGraze, Address: "192.0.2.1"}, name, password)
}

const (
	person   = "jdoe"
	personPW = "john's password"
)

func TestSomebodyWhomARealmProvesBecomesAUserAtTheFirstSignIn(t *testing.T) {
	t.Parallel()
	a := withRealm(t, ldaptest.Start(t).URL)
	if _, err := a.signIn(t, person, "not john's"); roster.KindOf(err) != roster.Unauthenticated || err == nil {
		t.Errorf("a wrong password: %v", err)
	}
	if _, err := a.directory.GetUser(t.Context(), a.system(a.org.ID), directory.UserSelector{UserName: person}); err == nil {
		t.Error("a wrong password has made a user")
	}
	for range 3 { // made, found, remembered
		if _, err := a.signIn(t, person, personPW); err != nil {
			t.Fatal(err)
		}
	}
	u, err := a.directory.GetUser(t.Context(), a.system(a.org.ID), directory.UserSelector{UserName: person})
	if err != nil {
		t.Fatal(err)
	}
	if u.Email != "jdoe@example.com" || u.Department.Name != "Support" || len(u.Roles) != 1 || u.Roles[0].Name != "Manager" ||
		u.HasPassword || a.realms.Name(a.org.ID, u.Realm) != "Corporate" || u.ManagedBy.Access != roster.FaceRealm || len(u.ExternalID) == 0 {
		t.Errorf("got %+v", u)
	}
	if _, err := a.directory.UpdateUser(t.Context(), a.system(a.org.ID), directory.UserChange{
		User: directory.UserSelector{ID: u.ID}, Active: roster.Some(false),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.signIn(t, person, personPW); err == nil || roster.KindOf(err) != roster.Unauthenticated {
		t.Errorf("a deactivated user: %v", err)
	}
}

func TestAUserWithoutAPasswordIsBoundToTheRealmThatProvesIt(t *testing.T) {
	t.Parallel()
	a := withRealm(t, ldaptest.Start(t).URL, "predefined_user: true")
	if _, err := a.signIn(t, person, personPW); err == nil || roster.KindOf(err) != roster.Unauthenticated {
		t.Errorf("somebody who is not predefined: %v", err)
	}
	made, err := a.directory.CreateUser(t.Context(), a.system(a.org.ID), directory.NewUser{
		UserName: person, External: true, Roles: []roster.Ref{{Name: "Grazer"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.signIn(t, person, personPW); err != nil {
		t.Fatal(err)
	}
	u, err := a.directory.GetUser(t.Context(), a.system(a.org.ID), directory.UserSelector{ID: made.ID})
	if err != nil {
		t.Fatal(err)
	}
	if a.realms.Name(a.org.ID, u.Realm) != "Corporate" || u.Roles[0].Name != "Grazer" || u.Version != made.Version {
		t.Errorf("got %+v: bound, and otherwise as it was", u)
	}
}

func TestAUserWithAPasswordHereIsNeverTakenOverByName(t *testing.T) {
	t.Parallel()
	a := withRealm(t, ldaptest.Start(t).URL)
	if _, err := a.directory.CreateUser(t.Context(), a.system(a.org.ID), directory.NewUser{
		UserName: person, Password: "another password", Roles: []roster.Ref{{Name: "Manager"}},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.signIn(t, person, personPW); err == nil || roster.KindOf(err) != roster.Unauthenticated {
		t.Errorf("the realm's password: %v", err)
	}
	if _, err := a.signIn(t, person, "another password"); err != nil {
		t.Errorf("the user's own password: %v", err)
	}
	_, err := a.directory.AdmitUser(t.Context(), a.system(a.org.ID), directory.ProvenUser{
		Realm: "Corporate", User: directory.NewUser{UserName: person},
	})
	if err == nil || roster.KindOf(err) != roster.Conflict {
		t.Errorf("admission by name: %v", err)
	}
}

func TestARealmThatIsAwayIsSaidToBeAwayAndHoldsNobodyElseUp(t *testing.T) {
	t.Parallel()
	a := withRealm(t, "ldap://127.0.0.1:1", "connection_timeout: 200ms")
	if _, err := a.signIn(t, "somebody", "some password"); err == nil || roster.KindOf(err) != roster.Unavailable {
		t.Errorf("somebody of the realm: %v", err)
	}
	if _, err := a.directory.CreateUser(t.Context(), a.system(a.org.ID), directory.NewUser{
		UserName: "local", Password: "a password here", Roles: []roster.Ref{{Name: "Manager"}},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.signIn(t, "local", "a password here"); err != nil {
		t.Errorf("a user of this server: %v", err)
	}
}

func TestARealmProvesPeopleOfItsOwnOrganizationOnly(t *testing.T) {
	t.Parallel()
	a := withRealm(t, ldaptest.Start(t).URL, "organization: acme")
	at := func(slug string) auth.Attempt {
		return auth.Attempt{OrganizationSlug: slug, Need: roster.GrazeLogin, Face: roster.FaceGraze, Address: "192.0.2.1"}
	}
	if a.realms.Serves(a.org.ID, "") || a.realms.Serves(a.org.ID, roster.RealmExternal) || a.realms.Serves("", "") {
		t.Error("the realm serves others before its organization is there")
	}
	made, err := a.directory.CreateOrganization(t.Context(), a.system(a.org.ID), directory.NewOrganization{Slug: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	for _, waiting := range []roster.OrganizationID{a.org.ID, made.ID} {
		_, err := a.directory.CreateUser(t.Context(), a.system(waiting), directory.NewUser{UserName: "ana", External: true, Roles: []roster.Ref{{Name: "Manager"}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{person, "ana"} {
		if _, err := a.auth.Password(t.Context(), at(""), name, personPW); err == nil || roster.KindOf(err) != roster.Unauthenticated {
			t.Errorf("%s in the default organization: %v", name, err)
		}
	}
	if _, err := a.directory.GetUser(t.Context(), a.system(a.org.ID), directory.UserSelector{UserName: person}); roster.KindOf(err) != roster.NotFound {
		t.Errorf("the realm has made a user of another organization: %v", err)
	}
	if _, err := a.auth.Password(t.Context(), at("acme"), person, personPW); err != nil {
		t.Fatal(err)
	}
	u, err := a.directory.GetUser(t.Context(), a.system(made.ID), directory.UserSelector{UserName: person})
	if err != nil || a.realms.Name(made.ID, u.Realm) != "Corporate" || a.realms.Name(a.org.ID, u.Realm) != "" {
		t.Errorf("the user of the organization is %+v, %v", u, err)
	}
}
