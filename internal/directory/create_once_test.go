package directory_test

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

func TestACreateThatItsCallerNamesIsMadeOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		by := e.actor(roster.AllPermissions)
		in := directory.NewUser{UserName: "ada", Email: "ada@example.com", Password: "a password", Groups: refs("A"), SendWelcomeEmail: true, IdempotencyKey: "k1"}
		first := must(e.CreateUser(t.Context(), by, in))(t)
		must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(first.User), DisplayName: roster.Some("Ada")}))(t)
		again := must(e.CreateUser(t.Context(), by, in))(t)
		if again.ID != first.ID || !again.Repeated || first.Repeated || again.DisplayName != "Ada" || !again.HasPassword {
			t.Errorf("again %+v, want the user as it is now", again)
		}
		if jobs, _ := e.counts(); jobs != 1 {
			t.Errorf("%d welcome emails", jobs)
		}
		other, wrong, free, invalid := in, in, in, in
		other.DisplayName, wrong.Password, free.IdempotencyKey, invalid.IdempotencyKey = "Else", "another password", "k2", "two words"
		invalid.Roles = refs("No Role")
		for name, c := range map[string]struct {
			in    directory.NewUser
			kind  roster.Kind
			field string
		}{
			"another input":    {other, roster.Invalid, "Idempotency-Key"},
			"another password": {wrong, roster.Invalid, "Idempotency-Key"},
			"another key":      {free, roster.Conflict, "userName"},
			"a key that is none, and more": {
				invalid, roster.Invalid, "roles[0]",
			},
		} {
			_, err := e.CreateUser(t.Context(), by, c.in)
			if err == nil || roster.KindOf(err) != c.kind || !slices.ContainsFunc(roster.All(err), func(e *roster.Error) bool { return e.Field == c.field }) {
				t.Errorf("%s: %v, want a fault of %s", name, err, c.field)
			}
		}
		// A key that came with a fault is still free; so is that of somebody else, and of a day ago.
		bad := in
		bad.UserName, bad.IdempotencyKey, bad.Roles, bad.Password = "grace", "k3", refs("No Role"), ""
		_, err := e.CreateUser(t.Context(), by, bad)
		wants(t, err, roster.Invalid, "roles[0]")
		bad.Roles = nil
		must(e.CreateUser(t.Context(), by, bad))(t)
		somebody := by
		somebody.UserID = "1"
		bad.UserName = "joan"
		must(e.CreateUser(t.Context(), somebody, bad))(t)
		e.advance(24 * time.Hour)
		bad.UserName = "edith"
		if made := must(e.CreateUser(t.Context(), by, bad))(t); made.Repeated {
			t.Error("a day later it is the same create still")
		}

		in.UserName, in.Password, in.IdempotencyKey = "nopass", "", "k9"
		must(e.CreateUser(t.Context(), by, in))(t)
		in.Password = "one after all"
		_, err = e.CreateUser(t.Context(), by, in)
		wants(t, err, roster.Invalid, "Idempotency-Key")
		in.IdempotencyKey = "k1"

		// A user who was deleted, or whom the actor no longer sees, is not created again.
		limited := e.limited(a)
		in.UserName, in.Password = "hedy", ""
		hedy := must(e.CreateUser(t.Context(), limited, in))(t)
		must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(hedy.User), Groups: roster.Some(refs("B"))}))(t)
		_, err = e.CreateUser(t.Context(), limited, in)
		wants(t, err, roster.Conflict, "Idempotency-Key")
		must(e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(hedy.User)}))(t)
		_, err = e.CreateUser(t.Context(), limited, in)
		wants(t, err, roster.Conflict, "Idempotency-Key")
	})
}

func TestFiftyParallelCreatesUnderOneKeyMakeOneUserAndOneWelcomeEmail(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		in := directory.NewUser{UserName: "many", Email: "many@example.com", Password: "the same", SendWelcomeEmail: true, IdempotencyKey: "k"}
		users := make([]directory.CreatedUser, 50)
		errs := make([]error, len(users))
		var wg sync.WaitGroup
		for i := range users {
			wg.Go(func() { users[i], errs[i] = e.CreateUser(t.Context(), by, in) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		created := 0
		for _, u := range users {
			if u.ID != users[0].ID {
				t.Fatalf("users %s and %s", u.ID, users[0].ID)
			}
			if !u.Repeated {
				created++
			}
		}
		if jobs, _ := e.counts(); jobs != 1 || created != 1 {
			t.Errorf("%d creates, %d welcome emails", created, jobs)
		}
	})
}

func TestPropertiesThatAreNoJSONAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for _, in := range []directory.NewUser{
			{UserName: "u", Properties: json.RawMessage("{")},
			{UserName: "u", Properties: json.RawMessage("{"), Repeatable: true},
			{UserName: "u", Properties: json.RawMessage("{"), IdempotencyKey: "k"},
		} {
			_, err := e.CreateUser(t.Context(), e.actor(roster.AllPermissions), in)
			wants(t, err, roster.Invalid, "properties")
		}
	})
}
