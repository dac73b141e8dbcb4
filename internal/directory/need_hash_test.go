package directory

import (
	"context"
	"testing"
	"time"

	"roster"
)

// full refuses every hash: too many are waiting.
type full struct{ Passwords }

func (full) Ask(context.Context, roster.Actor) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: "too many"}
}

func TestAVerbThatNeedsAHashIsRefusedBeforeItLooksAnythingUp(t *testing.T) {
	t.Parallel()
	by := roster.Actor{Kind: roster.ActorUser, OrganizationID: "o", UserID: "u", Grants: roster.Grants{{Permissions: roster.AllPermissions}}}
	d := New(Options{Store: untouchable{t}, Passwords: full{}, Secrets: untouchable{t}, Now: time.Now, RetryKey: []byte("key")})
	const password = "seven slow herons over the weir"
	user := NewUser{UserName: "ada", Password: password}
	repeatable, once := user, user
	repeatable.Repeatable, once.IdempotencyKey = true, "key"
	change := UserChange{UserName: roster.Some("ada"), Password: roster.Some(password)}
	selected := change
	selected.User.ID = "x"
	for name, call := range map[string]func(ctx context.Context) error{
		"CreateUser":             func(ctx context.Context) error { _, err := d.CreateUser(ctx, by, user); return err },
		"CreateUser, repeatable": func(ctx context.Context) error { _, err := d.CreateUser(ctx, by, repeatable); return err },
		"CreateUser, idempotent": func(ctx context.Context) error { _, err := d.CreateUser(ctx, by, once); return err },
		"CreateUser, for another face": func(ctx context.Context) error {
			u := user
			u.UniqueEmail = true
			_, err := d.CreateUser(ctx, by, u)
			return err
		},
		"CreateUsers": func(ctx context.Context) error {
			_, err := d.CreateUsers(ctx, by, NewUsers{Users: []NewUser{{UserName: "bob"}, user}})
			return err
		},
		"UpdateUser": func(ctx context.Context) error { _, err := d.UpdateUser(ctx, by, selected); return err },
		"UpsertUser": func(ctx context.Context) error {
			_, err := d.UpsertUser(ctx, by, UserUpsert{Match: ByUserName, New: user, Change: change})
			return err
		},
		"SetPassword": func(ctx context.Context) error {
			_, err := d.SetPassword(ctx, by, NewPassword{User: UserSelector{ID: "x"}, Password: password})
			return err
		},
		"UseLink": func(ctx context.Context) error {
			_, err := d.UseLink(ctx, roster.Actor{Face: roster.FaceWeb}, UsedLink{Secret: "x", Password: password})
			return err
		},
	} {
		if err := call(t.Context()); err == nil || roster.KindOf(err) != roster.Unavailable {
			t.Errorf("%s: %v, want Unavailable", name, err)
		}
	}
}
