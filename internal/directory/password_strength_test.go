package directory_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// outside fails if a password is rated or hashed inside a transaction.
type outside struct {
	directory.Passwords
	t      *testing.T
	within *int // transactions that are open
}

func (w outside) Hash(ctx context.Context, by roster.Actor, p directory.NewHash) (roster.PasswordHash, error) {
	w.check()
	return w.Passwords.Hash(ctx, by, p)
}

func (w outside) ValidateStrength(ctx context.Context, by roster.Actor, p directory.NewHash) error {
	w.check()
	return w.Passwords.ValidateStrength(ctx, by, p)
}

func (w outside) check() {
	if *w.within > 0 {
		w.t.Error("a password was worked on inside a transaction")
	}
}

// counting is a store that counts open transactions.
type counting struct {
	directory.Store
	within *int
}

func (c counting) View(ctx context.Context, fn func(directory.Tx) error) error {
	return c.Store.View(ctx, c.count(fn))
}

func (c counting) Update(ctx context.Context, fn func(directory.Tx) error) error {
	return c.Store.Update(ctx, c.count(fn))
}

func (c counting) count(fn func(directory.Tx) error) func(directory.Tx) error {
	return func(tx directory.Tx) error {
		*c.within++
		defer func() { *c.within-- }()
		return fn(tx)
	}
}

func TestAProvisionedPasswordThatMustBeStrongIsJudgedWithAllFaultsAndOutsideOfTransactions(t *testing.T) {
	for _, server := range []bool{false, true} {
		t.Run(fmt.Sprintf("for the whole server %v", server), func(t *testing.T) {
			onBoth(t, func(t *testing.T, e *env) {
				within := 0
				d := directory.New(directory.Options{
					Store: counting{e.store, &within}, Passwords: outside{newHasher(), t, &within},
					Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"), StrongPasswords: server,
				})
				const weak, strong = "password", "seven slow herons over the weir"
				ada := must(d.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "ada", Password: strong}))(t)
				if !server {
					must(d.UpdateSettings(t.Context(), e.admin, directory.SettingsChange{StrongPasswords: roster.Some(true)}))(t)
				}
				_, err := d.CreateUser(t.Context(), e.admin, directory.NewUser{
					UserName: "bob", Password: weak, Email: "none", Roles: []roster.Ref{{Name: "None"}},
				})
				for _, field := range []string{"password", "emails", "roles[0]"} {
					wants(t, err, roster.Invalid, field)
				}
				_, err = d.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "ada", Password: weak})
				wants(t, err, roster.Invalid, "password")
				_, err = d.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "ada", Password: strong})
				wants(t, err, roster.Conflict, "userName")
				_, err = d.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "bob", Password: weak})
				wants(t, err, roster.Invalid, "password")
				change := directory.UserChange{User: directory.UserSelector{ID: ada.ID}, Password: roster.Some(weak), TimeZone: roster.Some("x\x00")}
				_, err = d.UpdateUser(t.Context(), e.admin, change)
				wants(t, err, roster.Invalid, "password")
				wants(t, err, roster.Invalid, "timezone")
				change.TimeZone = roster.Set[string]{}
				_, err = d.UpdateUser(t.Context(), e.admin, change)
				wants(t, err, roster.Invalid, "password")
				change.Password = roster.Some(strong)
				must(d.UpdateUser(t.Context(), e.admin, change))(t)
				made := must(d.CreateUsers(t.Context(), e.admin, directory.NewUsers{Users: []directory.NewUser{
					{UserName: "carl", Password: weak, Email: "none"}, {UserName: "carl", Password: strong}, {UserName: "dora"}, {UserName: "emil", Password: weak},
				}}))(t)
				wants(t, made.Results[0].Err, roster.Invalid, "password")
				wants(t, made.Results[0].Err, roster.Invalid, "emails")
				if made.Results[1].Err != nil || !made.Results[1].User.HasPassword || made.Results[2].Err != nil {
					t.Errorf("the others are answered %+v", made.Results[1:])
				}
				wants(t, made.Results[3].Err, roster.Invalid, "password")
			})
		})
	}
}

func TestTooManyTriesOfALinkAreTurnedAwayAndTheLinkStaysGood(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "ada"}))(t)
		link := must(e.IssueLink(t.Context(), e.admin, directory.NewLink{User: directory.UserSelector{ID: u.ID}, Purpose: roster.LinkWelcome}))(t)
		use := func(password string) error {
			_, err := e.UseLink(t.Context(), roster.Actor{Face: roster.FaceWeb}, directory.UsedLink{Secret: link.Secret, Password: password})
			return err
		}
		for range 20 {
			wants(t, use("password"), roster.Invalid, "password")
		}
		wants(t, use("seven slow herons over the weir"), roster.RateLimited, "")
		e.advance(15 * time.Minute)
		if err := use("seven slow herons over the weir"); err != nil {
			t.Error(err)
		}
	})
}
