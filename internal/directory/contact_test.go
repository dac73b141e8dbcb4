package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"roster"
	"roster/internal/directory"
)

// adds returns a new contact method of a user.
func adds(u roster.User, service roster.Service, address string) directory.NewContactMethod {
	return directory.NewContactMethod{User: byID(u), Service: service, Address: address}
}

func TestAUserHasContactMethodsOfItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		me := e.makes(directory.NewUser{UserName: "me", Email: "me@example.com"})
		by := e.as(me)
		for _, c := range []struct {
			service        roster.Service
			address, keeps string
		}{
			{roster.ServiceEmail, " other@example.com ", "other@example.com"},
			{roster.ServiceSMS, "+44 20 7946 0958", "+442079460958"},
			{roster.ServicePushover, "uQiRzpo4DXghDmr9QzzfQu27cmVRsG", "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"},
			{roster.ServicePushbullet, "o.secret", "o.secret"},
		} {
			before := e.user("me")
			m := must(e.AddContactMethod(t.Context(), by, adds(me, c.service, c.address)))(t)
			after := must(e.GetUser(t.Context(), by, byID(me)))(t)
			if m.Address != c.keeps || !m.ConfirmedAt.IsZero() || !slices.Contains(after.ContactMethods, m) {
				t.Errorf("%s: made %+v, has %+v", c.service, m, after.ContactMethods)
			}
			if after.Version != before.Version+1 || after.ManagedBy.Reach != roster.FaceAPI || len(after.Preferences) != len(before.Preferences) {
				t.Errorf("%s: before %+v, after %+v", c.service, before, after)
			}
			entry := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(me.ID), Newest: true, Limit: 1}))(t)[0]
			secret := c.service == roster.ServicePushover || c.service == roster.ServicePushbullet
			if entry.Action != "contact-method.create" || strings.Contains(string(entry.Details), c.keeps) == secret {
				t.Errorf("%s: the audit has %s %s", c.service, entry.Action, entry.Details)
			}
			_, err := e.AddContactMethod(t.Context(), by, adds(me, c.service, c.address))
			wants(t, err, roster.Conflict, "address")
			if c.service == roster.ServicePushbullet {
				continue
			}
			gone := must(e.RemoveContactMethod(t.Context(), by, directory.ContactMethodSelector{User: byID(me), ID: m.ID}))(t)
			if gone != m || slices.Contains(e.user("me").ContactMethods, m) || e.user("me").Version != after.Version+1 {
				t.Errorf("%s: removed %+v", c.service, gone)
			}
			_, err = e.RemoveContactMethod(t.Context(), by, directory.ContactMethodSelector{User: byID(me), ID: m.ID})
			wants(t, err, roster.NotFound, "")
		}
		_, err := e.AddContactMethod(t.Context(), by, adds(me, roster.ServiceEmail, "ME@example.com"))
		wants(t, err, roster.Conflict, "address")
		if got := roster.All(err)[0].Holder.ID; got != string(me.ContactMethods[0].ID) {
			t.Errorf("the one in the way is %q", got)
		}
		_, err = e.RemoveContactMethod(t.Context(), by, directory.ContactMethodSelector{User: byID(me), ID: me.ContactMethods[0].ID})
		wants(t, err, roster.Invalid, "")
	})
}

func TestAContactMethodThatNobodyCanBeReachedByIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		me := e.makes(directory.NewUser{UserName: "me"})
		for _, c := range []struct {
			service        roster.Service
			address, field string
		}{
			{roster.ServiceEmail, "", "address"},
			{roster.ServiceEmail, "nobody", "address"},
			{roster.ServiceEmail, "a@example.com\x00", "address"},
			{roster.ServiceSMS, "", "address"},
			{roster.ServiceSMS, "0301 2345", "address"}, // of no country
			{roster.ServicePushover, "short", "address"},
			{roster.ServicePushover, strings.Repeat("-", 30), "address"},
			{roster.ServicePushover, strings.Repeat("ß", 15), "address"},
			{roster.ServicePushbullet, "", "address"},
			{roster.ServicePushbullet, "two words", "address"},
			{roster.ServicePushbullet, strings.Repeat("x", 256), "address"},
			{roster.ServicePush, "https://push.example.com/x", "service"},
			{"pigeon", "loft", "service"},
			{"", "", "service"},
		} {
			_, err := e.AddContactMethod(t.Context(), e.admin, adds(me, c.service, c.address))
			if err == nil || roster.KindOf(err) != roster.Invalid || len(roster.All(err)) != 1 || roster.All(err)[0].Field != c.field {
				t.Errorf("%s %q: %v, want a fault of %s", c.service, c.address, err, c.field)
			}
			if c.address != "" && err != nil && strings.Contains(err.Error(), c.address) {
				t.Errorf("%s: the error says the address: %v", c.service, err)
			}
		}
		for i := range directory.MaxContactMethods {
			must(e.AddContactMethod(t.Context(), e.admin, adds(me, roster.ServiceEmail, fmt.Sprintf("me%d@example.com", i))))(t)
		}
		_, err := e.AddContactMethod(t.Context(), e.admin, adds(me, roster.ServiceEmail, "more@example.com"))
		wants(t, err, roster.Invalid, "contactMethods")
	})
}

func TestNobodyChangesHowSomebodyAboveThemselvesIsReached(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		admin := e.user(directory.AdminUser)
		plain := e.makes(directory.NewUser{UserName: "plain", Groups: refs("A")})
		hidden := e.makes(directory.NewUser{UserName: "hidden"})
		manager := e.actor(roster.ShippedRoles()[2].Permissions)
		colleague := e.as(hidden)
		readOnly := e.as(plain)
		readOnly.Kind, readOnly.TokenID, readOnly.ReadOnly = roster.ActorToken, "t", true
		limited := e.as(hidden)
		limited.Kind, limited.TokenID, limited.Limited = roster.ActorToken, "t", true
		for _, c := range []struct {
			name string
			by   roster.Actor
			of   roster.User
			kind roster.Kind
		}{
			{"a manager, of the administrator", manager, admin, roster.Forbidden},
			{"a manager, of a user", manager, plain, 0},
			{"a token of one group, of a user in it", e.limited(a), plain, 0},
			{"a token of one group, of another user", e.limited(a), hidden, roster.NotFound},
			{"a colleague", colleague, plain, roster.NotFound},
			{"a user, of itself", colleague, hidden, 0},
			{"a token of the user that may only read", readOnly, plain, roster.Forbidden},
			{"a token of the user that is limited to groups", limited, hidden, roster.NotFound},
		} {
			m, err := e.AddContactMethod(t.Context(), c.by, adds(c.of, roster.ServicePushbullet, "token"))
			if c.kind == 0 && err != nil || c.kind != 0 && (err == nil || roster.KindOf(err) != c.kind) {
				t.Errorf("%s adds: %v, want %v", c.name, err, c.kind)
			}
			if c.kind != 0 {
				m = must(e.AddContactMethod(t.Context(), e.admin, adds(c.of, roster.ServicePushbullet, "token")))(t)
			}
			sel := directory.ContactMethodSelector{User: byID(c.of), ID: m.ID}
			_, err = e.RemoveContactMethod(t.Context(), c.by, sel)
			if c.kind == 0 && err != nil || c.kind != 0 && (err == nil || roster.KindOf(err) != c.kind) {
				t.Errorf("%s removes: %v, want %v", c.name, err, c.kind)
			}
			if c.kind != 0 {
				must(e.RemoveContactMethod(t.Context(), e.admin, sel))(t)
			}
		}
	})
}

func TestAContactMethodThatItsCallerNamesIsAddedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		me := e.makes(directory.NewUser{UserName: "me"})
		in := adds(me, roster.ServiceEmail, "more@example.com")
		in.IdempotencyKey = "k1"
		ids := make([]roster.ContactMethodID, 20)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				m, err := e.AddContactMethod(t.Context(), e.admin, in)
				if err != nil {
					t.Error(err)
				}
				ids[i] = m.ID
			})
		}
		wg.Wait()
		if len(slices.Compact(ids)) != 1 || len(e.user("me").ContactMethods) != 1 || e.user("me").Version != 2 {
			t.Errorf("made %v; the user has %+v", ids, e.user("me"))
		}
		other := in
		other.Address = "else@example.com"
		_, err := e.AddContactMethod(t.Context(), e.admin, other)
		wants(t, err, roster.Invalid, "Idempotency-Key")
		must(e.RemoveContactMethod(t.Context(), e.admin, directory.ContactMethodSelector{User: byID(me), ID: ids[0]}))(t)
		_, err = e.AddContactMethod(t.Context(), e.admin, in)
		wants(t, err, roster.Conflict, "Idempotency-Key")
		in.IdempotencyKey = "two words"
		_, err = e.AddContactMethod(t.Context(), e.admin, in)
		wants(t, err, roster.Invalid, "Idempotency-Key")
	})
}
