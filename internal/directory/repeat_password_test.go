package directory_test

import (
	"context"
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

// listening is a hasher that records the hashes that passwords are compared with.
type listening struct {
	directory.Passwords
	mu       sync.Mutex
	compared []roster.PasswordHash
}

func (l *listening) Verify(ctx context.Context, by roster.Actor, of roster.UserID, hash roster.PasswordHash, password string) (bool, error) {
	l.mu.Lock()
	l.compared = append(l.compared, hash)
	l.mu.Unlock()
	return l.Passwords.Verify(ctx, by, of, hash, password)
}

// taken returns the hashes recorded since the last call.
func (l *listening) taken() []roster.PasswordHash {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.compared
	l.compared = nil
	return all
}

// heard returns a Directory and the hasher that listens to it.
func (e *env) heard() (*directory.Directory, *listening) {
	l := &listening{Passwords: newHasher()}
	return directory.New(directory.Options{Store: e.store, Passwords: l, Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key")}), l
}

// repeats are the ways to repeat a create. The userName is the idempotency key where one is used.
var repeats = map[string]struct {
	create func(ctx context.Context, d *directory.Directory, by roster.Actor, in directory.NewUser) (directory.CreatedUser, error)
	kind   roster.Kind // of the answer to a repeat with another password
	field  string
}{
	"an equal create": {func(ctx context.Context, d *directory.Directory, by roster.Actor, in directory.NewUser) (directory.CreatedUser, error) {
		in.Repeatable = true
		return d.CreateUser(ctx, by, in)
	}, roster.Conflict, "userName"},
	"under a key": {func(ctx context.Context, d *directory.Directory, by roster.Actor, in directory.NewUser) (directory.CreatedUser, error) {
		in.IdempotencyKey = in.UserName
		return d.CreateUser(ctx, by, in)
	}, roster.Invalid, "Idempotency-Key"},
	"a batch under a key": {func(ctx context.Context, d *directory.Directory, by roster.Actor, in directory.NewUser) (directory.CreatedUser, error) {
		return first(d.CreateUsers(ctx, by, directory.NewUsers{Users: []directory.NewUser{in}, IdempotencyKey: in.UserName}))
	}, roster.Invalid, "Idempotency-Key"},
	"a batch of one under a key": {func(ctx context.Context, d *directory.Directory, by roster.Actor, in directory.NewUser) (directory.CreatedUser, error) {
		in.IdempotencyKey = in.UserName
		return first(d.CreateUsers(ctx, by, directory.NewUsers{Users: []directory.NewUser{in}}))
	}, roster.Invalid, "Idempotency-Key"},
	"a batch of equal creates": {func(ctx context.Context, d *directory.Directory, by roster.Actor, in directory.NewUser) (directory.CreatedUser, error) {
		in.Repeatable = true
		return first(d.CreateUsers(ctx, by, directory.NewUsers{Users: []directory.NewUser{in}}))
	}, roster.Conflict, "userName"},
}

// first returns the result of a batch of one.
func first(out directory.CreatedUsers, err error) (directory.CreatedUser, error) {
	if err != nil {
		return directory.CreatedUser{}, err
	}
	return out.Results[0].User, out.Results[0].Err
}

func TestARepeatIsComparedOnlyWithThePasswordOfTheCreate(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		const chosen = "seven slow herons over the weir"
		d, passwords := e.heard()
		by := e.actor(roster.LevelManager.Permissions())
		for name, c := range repeats {
			for i, initial := range []string{"", "the first one"} {
				in := directory.NewUser{UserName: fmt.Sprint(i, strings.ReplaceAll(name, " ", "-")), Password: initial}
				made, err := c.create(t.Context(), d, by, in)
				if err != nil {
					t.Fatal(err)
				}
				link := must(e.IssueLink(t.Context(), e.admin, directory.NewLink{User: byID(made.User), Purpose: roster.LinkWelcome}))(t)
				must(e.UseLink(t.Context(), roster.Actor{Face: roster.FaceWeb}, directory.UsedLink{Secret: link.Secret, Password: chosen}))(t)
				for _, guess := range []string{"a guess", chosen, "the first one"} {
					in.Password = guess
					_, err := c.create(t.Context(), d, by, in)
					wants(t, err, c.kind, c.field)
					if compared := passwords.taken(); !slices.Equal(compared, []roster.PasswordHash{""}) {
						t.Errorf("%s, %q, then %q: compared with %q, want the work without a hash", name, initial, guess, compared)
					}
				}
				in.Password = ""
				if again, err := c.create(t.Context(), d, by, in); err != nil || again.ID != made.ID || !again.Repeated {
					t.Errorf("%s, %q, then without a password: %+v, %v", name, initial, again, err)
				}
			}
		}
	})
}

func TestRepeatsWithAnotherPasswordAreBoundedForEachUserAndThoseWithTheSameAreNot(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		const most = 10
		d, passwords := e.heard()
		by := e.actor(roster.AllPermissions)
		for name, c := range repeats {
			in := directory.NewUser{UserName: strings.ReplaceAll(name, " ", "-"), Password: "the first one"}
			made, err := c.create(t.Context(), d, by, in)
			if err != nil {
				t.Fatal(err)
			}
			right := func(times int) {
				t.Helper()
				for range times {
					if again, err := c.create(t.Context(), d, by, in); err != nil || again.ID != made.ID {
						t.Fatalf("%s: %+v, %v", name, again, err)
					}
				}
			}
			right(2 * most)
			wrong := in
			wrong.Password = "another one"
			for range most - 1 {
				_, err := c.create(t.Context(), d, by, wrong)
				wants(t, err, c.kind, c.field)
			}
			right(2 * most)
			_, err = c.create(t.Context(), d, by, wrong)
			wants(t, err, c.kind, c.field)
			passwords.taken()
			for _, in := range []directory.NewUser{wrong, in} {
				_, err = c.create(t.Context(), d, by, in)
				wants(t, err, roster.RateLimited, "")
				if err == nil || roster.All(err)[0].RetryAfter != 15*time.Minute {
					t.Errorf("%s: %v, want to be told when to come again", name, err)
				}
			}
			if compared := passwords.taken(); len(compared) != 0 {
				t.Errorf("%s: %d passwords are compared beyond the bound", name, len(compared))
			}
			e.advance(15 * time.Minute)
			right(1)
		}
	})
}
