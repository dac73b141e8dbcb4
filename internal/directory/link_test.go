package directory_test

import (
	"encoding/json"
	"testing"

	"roster"
	"roster/internal/directory"
)

const strong = "seven slow herons over the weir"

// purposes are all purposes of links, and one that the code does not know yet.
var purposes = []roster.LinkPurpose{roster.LinkWelcome, roster.LinkSetUp, "of a later kind"}

// links makes a link of each purpose for a user, and returns the secrets.
func (e *env) links(u roster.User) map[roster.LinkPurpose]string {
	e.t.Helper()
	secrets := map[roster.LinkPurpose]string{}
	for _, p := range purposes {
		in := directory.NewLink{User: byID(u), Purpose: p, ByEmail: p != roster.LinkSetUp}
		secrets[p] = must(e.IssueLink(e.t.Context(), e.admin, in))(e.t).Secret
	}
	return secrets
}

// works reports whether a link is still valid.
func (e *env) works(secret string) bool {
	e.t.Helper()
	_, err := e.ReadLink(e.t.Context(), roster.Actor{}, secret)
	if err != nil {
		wants(e.t, err, roster.NotFound, "")
	}
	return err == nil
}

// outdated are changes of a user that must void all links made before. Each gets the secrets of
// links.
var outdated = map[string]func(e *env, u roster.User, secrets map[roster.LinkPurpose]string) error{
	"SetPassword": func(e *env, u roster.User, _ map[roster.LinkPurpose]string) error {
		_, err := e.SetPassword(e.t.Context(), e.admin, directory.NewPassword{User: byID(u), Password: strong})
		return err
	},
	"UpdateUser sets a password": updates(directory.UserChange{Password: roster.Some(strong)}),
	"UpsertUser sets a password": func(e *env, u roster.User, _ map[roster.LinkPurpose]string) error {
		_, err := e.UpsertUser(e.t.Context(), e.admin, directory.UserUpsert{
			Match: directory.ByUserName, Change: directory.UserChange{UserName: roster.Some(u.UserName), Password: roster.Some(strong)},
		})
		return err
	},
	"UseLink of a welcome link": uses(roster.LinkWelcome),
	"UseLink of a set-up link":  uses(roster.LinkSetUp),
	"UseLink of another link":   uses("of a later kind"),
	"UpdateUser deactivates":    updates(directory.UserChange{Active: roster.Some(false)}),
	"UpdateUser deactivates and activates again": func(e *env, u roster.User, _ map[roster.LinkPurpose]string) error {
		if err := updates(directory.UserChange{Active: roster.Some(false)})(e, u, nil); err != nil {
			return err
		}
		return updates(directory.UserChange{AccessLevel: roster.Some(roster.LevelUser)})(e, u, nil)
	},
	"UpdateUser changes the email": updates(directory.UserChange{Email: roster.Some("right@example.com")}),
	"UpdateUser changes the email and back": func(e *env, u roster.User, _ map[roster.LinkPurpose]string) error {
		if err := updates(directory.UserChange{Email: roster.Some("right@example.com")})(e, u, nil); err != nil {
			return err
		}
		return updates(directory.UserChange{Email: roster.Some(u.Email)})(e, u, nil)
	},
	"UpdateUser takes the email": updates(directory.UserChange{Email: roster.Null[string]()}),
	"AdmitUser binds it to a realm": func(e *env, u roster.User, _ map[roster.LinkPurpose]string) error {
		waits := u // links are made for users of this realm only: this one had its link before
		waits.Realm = roster.RealmExternal
		row := directory.NewUserRow{User: waits, UserKey: directory.Fold(u.UserName), EmailKey: directory.Fold(u.Email)}
		if err := e.store.Update(e.t.Context(), func(tx directory.Tx) error { return tx.UpdateUser(row, 0) }); err != nil {
			return err
		}
		system := e.admin
		system.Kind = roster.ActorSystem
		_, err := e.AdmitUser(e.t.Context(), system, directory.ProvenUser{Realm: "Corporate", User: directory.NewUser{UserName: u.UserName}})
		if err != nil {
			return err
		}
		row.Realm = roster.RealmDB
		return e.store.Update(e.t.Context(), func(tx directory.Tx) error { return tx.UpdateUser(row, 0) })
	},
	"DeleteUser": func(e *env, u roster.User, _ map[roster.LinkPurpose]string) error {
		_, err := e.DeleteUser(e.t.Context(), e.admin, directory.UserDeletion{User: byID(u)})
		return err
	},
}

func updates(in directory.UserChange) func(*env, roster.User, map[roster.LinkPurpose]string) error {
	return func(e *env, u roster.User, _ map[roster.LinkPurpose]string) error {
		in.User = byID(u)
		_, err := e.UpdateUser(e.t.Context(), e.admin, in)
		return err
	}
}

func uses(p roster.LinkPurpose) func(*env, roster.User, map[roster.LinkPurpose]string) error {
	return func(e *env, _ roster.User, secrets map[roster.LinkPurpose]string) error {
		_, err := e.UseLink(e.t.Context(), roster.Actor{}, directory.UsedLink{Secret: secrets[p], Password: strong})
		return err
	}
}

func TestNoLinkOutlivesThePasswordAddressRealmOrActivityThatItWasMadeFor(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for name, change := range outdated {
			u := e.makes(directory.NewUser{UserName: name, Email: "wrong@example.com"})
			secrets := e.links(u)
			if err := change(e, u, secrets); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for purpose, secret := range secrets {
				if e.works(secret) {
					t.Errorf("%s: the link %q still works", name, purpose)
				}
				_, err := e.UseLink(t.Context(), roster.Actor{}, directory.UsedLink{Secret: secret, Password: "nine quick otters under the bridge"})
				wants(t, err, roster.NotFound, "")
			}
		}
	})
}

func TestALinkOutlivesEveryOtherChange(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "G")
		u := e.makes(directory.NewUser{UserName: "ada", Email: "ada@example.com"})
		secrets := e.links(u)
		for name, in := range map[string]directory.UserChange{
			"a name":           {DisplayName: roster.Some("Ada")},
			"the same address": {Email: roster.Some("ada@example.com")},
			"a group":          {Groups: roster.Some(refs("G"))},
			"a role":           {Roles: roster.Some(refs("Operator"))},
			"active again":     {Active: roster.Some(true)},
			"a phone":          {ContactNumber: roster.Some("+44 20 7946 0958")},
			"properties":       {Properties: roster.Some(json.RawMessage(`{"a":1}`))},
		} {
			in.User = byID(u)
			must(e.UpdateUser(t.Context(), e.admin, in))(t)
			for purpose, secret := range secrets {
				if !e.works(secret) {
					t.Fatalf("%s: the link %q does not work any more", name, purpose)
				}
			}
		}
	})
}

// TestALinkIsBoundToTheCredentialsAndTheAddressThatTheUserHad writes to the store like a server of
// an older version, which does not void links itself.
func TestALinkIsBoundToTheCredentialsAndTheAddressThatTheUserHad(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for name, write := range map[string]func(tx directory.Tx, u roster.User) error{
			"a password": func(tx directory.Tx, u roster.User) error {
				return tx.SetPassword(u.OrganizationID, u.ID, "$hash", e.now())
			},
			"an address": func(tx directory.Tx, u roster.User) error {
				u.Email, u.ContactMethods = "right@example.com", nil
				return tx.UpdateUser(directory.NewUserRow{User: u, UserKey: directory.Fold(u.UserName), EmailKey: u.Email}, directory.WithReach)
			},
		} {
			u := e.makes(directory.NewUser{UserName: name, Email: "wrong@example.com"})
			secret := e.links(u)[roster.LinkWelcome]
			if err := e.store.Update(t.Context(), func(tx directory.Tx) error { return write(tx, u) }); err != nil {
				t.Fatal(err)
			}
			if e.works(secret) {
				t.Errorf("%s: the link still works", name)
			}
		}
	})
}

func TestALinkToAFurtherAddressEndsWithThatAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada", Email: "ada@example.com"})
		further := must(e.AddContactMethod(t.Context(), e.admin, adds(u, roster.ServiceEmail, "home@example.com")))(t)
		secrets := e.links(u)
		must(e.RemoveContactMethod(t.Context(), e.admin, directory.ContactMethodSelector{User: byID(u), ID: further.ID}))(t)
		for purpose, secret := range secrets {
			if e.works(secret) {
				t.Errorf("the link %q still works", purpose)
			}
		}
	})
}

func TestALinkByEmailNeedsAnAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada"})
		_, err := e.IssueLink(t.Context(), e.admin, directory.NewLink{User: byID(u), Purpose: roster.LinkWelcome, ByEmail: true})
		wants(t, err, roster.Invalid, "emails")
	})
}

func TestALinkIsNotUsedWhileTheEmailChanges(t *testing.T) {
	var u roster.User
	m := besides(t, func(e *env) error {
		return updates(directory.UserChange{Email: roster.Some("right@example.com")})(e, u, nil)
	})
	u = m.makes(directory.NewUser{UserName: "ada", Email: "wrong@example.com"})
	secrets := m.links(u)
	// The link is read, and the email changes before the user is locked.
	_, err := m.verbs("LockUser").UseLink(t.Context(), roster.Actor{}, directory.UsedLink{Secret: secrets[roster.LinkWelcome], Password: strong})
	if changed := m.over(); changed != nil {
		t.Fatal(changed)
	}
	wants(t, err, roster.NotFound, "")
	if now := m.user("ada"); now.HasPassword || now.Email != "right@example.com" {
		t.Errorf("the user is %+v", now)
	}
}

func TestAnEmailThatChangesWhileALinkIsUsedComesAfterIt(t *testing.T) {
	var u roster.User
	m := besides(t, func(e *env) error {
		return updates(directory.UserChange{Email: roster.Some("right@example.com")})(e, u, nil)
	})
	u = m.makes(directory.NewUser{UserName: "ada", Email: "wrong@example.com"})
	secrets := m.links(u)
	must(m.verbs("ConfirmContactMethod").UseLink(t.Context(), roster.Actor{}, directory.UsedLink{Secret: secrets[roster.LinkWelcome], Password: strong}))(t)
	if err := m.over(); err != nil {
		t.Fatal(err)
	}
	now := m.user("ada")
	if !now.HasPassword || now.Email != "right@example.com" || len(now.ContactMethods) != 1 || !now.ContactMethods[0].ConfirmedAt.IsZero() {
		t.Errorf("the user is %+v", now)
	}
	for purpose, secret := range secrets {
		if m.works(secret) {
			t.Errorf("the link %q still works", purpose)
		}
	}
}

func TestOfTwoWhoUseLinksOfOneUserAtOnceOneSetsThePassword(t *testing.T) {
	for _, other := range purposes {
		t.Run(string(other), func(t *testing.T) {
			var secrets map[roster.LinkPurpose]string
			m := besides(t, func(e *env) error { return uses(other)(e, roster.User{}, secrets) })
			secrets = m.links(m.makes(directory.NewUser{UserName: "ada", Email: "ada@example.com"}))
			err := uses(roster.LinkWelcome)(&env{t: t, Directory: m.verbs("LockUser")}, roster.User{}, secrets)
			second := m.over()
			if (err == nil) == (second == nil) {
				t.Errorf("got %v and %v", err, second)
			}
		})
	}
}
