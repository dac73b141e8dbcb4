package directory_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// gate is a store whose updates wait until the gate is opened.
type gate struct {
	directory.Store
	opened chan struct{}
}

func (g gate) Update(ctx context.Context, fn func(directory.Tx) error) error {
	<-g.opened
	return g.Store.Update(ctx, fn)
}

// gated returns a Directory whose store is behind a gate, and what opens the gate.
func (e *env) gated(store directory.Store) (d *directory.Directory, open func()) {
	g := gate{store, make(chan struct{})}
	return directory.New(directory.Options{
		Store: g, Passwords: newHasher(), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"),
	}), sync.OnceFunc(func() { close(g.opened) })
}

// awaitGathering returns once n creates wait or are under way.
func awaitGathering(t *testing.T, d *directory.Directory, n int) {
	t.Helper()
	for directory.Gathering(d) != n {
		if t.Context().Err() != nil {
			t.Fatalf("%d creates wait, want %d", directory.Gathering(d), n)
		}
		runtime.Gosched()
	}
}

// gathered runs creates, one after the other, so that all but the first few are gathered.
func gathered(t *testing.T, e *env, store directory.Store, creates ...func(*directory.Directory) error) []error {
	t.Helper()
	d, open := e.gated(store)
	errs := make([]error, len(creates))
	var wg sync.WaitGroup
	for i, create := range creates {
		wg.Go(func() { errs[i] = create(d) })
		awaitGathering(t, d, i+1)
	}
	open()
	wg.Wait()
	return errs
}

func TestFiftyEqualCreatesMakeOneUser(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		in := directory.NewUser{UserName: "many", Email: "many@example.com", Password: "the same", SendWelcomeEmail: true, UniqueEmail: true, Repeatable: true}
		users := make([]directory.CreatedUser, 50)
		creates := make([]func(*directory.Directory) error, len(users))
		for i := range creates {
			creates[i] = func(d *directory.Directory) (err error) {
				users[i], err = d.CreateUser(t.Context(), e.admin, in)
				return err
			}
		}
		if err := errors.Join(gathered(t, e, e.store, creates...)...); err != nil {
			t.Fatal(err)
		}
		created := 0
		for _, u := range users {
			if u.ID != users[0].ID || u.Number != users[0].Number || !u.WelcomeEmail || len(u.ContactMethods) != 1 {
				t.Fatalf("users %+v and %+v", u, users[0])
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

func TestCreatesThatAreGatheredSucceedAndFailEachByItself(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ada := e.makes(directory.NewUser{UserName: "ada", Email: "ada@example.com"})
		a, _, _ := e.customers()
		limited := e.limited(a)
		_, stranger := e.organization("other")
		twin := directory.NewUser{UserName: "twin", Repeatable: true}
		unlike := twin
		unlike.DisplayName = "Another"
		var creates []func(*directory.Directory) error
		for _, c := range []struct {
			by roster.Actor
			in directory.NewUser
		}{
			{e.admin, directory.NewUser{UserName: "grace", Roles: refs("Operator")}},
			{e.admin, directory.NewUser{UserName: "ADA"}},
			{e.admin, directory.NewUser{UserName: "joan", Email: "ada@example.com", UniqueEmail: true}},
			{e.admin, directory.NewUser{UserName: "hedy", Roles: refs("No Role")}},
			{limited, directory.NewUser{UserName: "edith", Groups: refs("A")}},
			{limited, directory.NewUser{UserName: "mary", Groups: refs("B")}},
			{stranger, directory.NewUser{UserName: "ada"}},
			{stranger, directory.NewUser{UserName: "dorothy", Groups: refs("A")}},
			{e.admin, twin},
			{e.admin, twin},
			{e.admin, unlike},
			{limited, directory.NewUser{UserName: "twin", Groups: refs("A")}},
		} {
			creates = append(creates, func(d *directory.Directory) error {
				_, err := d.CreateUser(t.Context(), c.by, c.in)
				return err
			})
		}
		errs := gathered(t, e, e.store, creates...)
		for i, want := range []string{"", "userName", "emails", "roles[0]", "", "groups[0]", "", "groups[0]", "", "", "userName", "userName"} {
			got := ""
			if errs[i] != nil {
				got = roster.All(errs[i])[0].Field
			}
			if got != want {
				t.Errorf("create %d: %v, want a fault of %q", i, errs[i], want)
			}
		}
		if h := roster.All(errs[1])[0].Holder; h.ID != string(ada.ID) {
			t.Errorf("the name is held by %+v, want %s", h, ada.ID)
		}
		actors := make(map[string]string)
		for _, by := range []roster.Actor{e.admin, stranger} {
			for _, entry := range all(e.ListAudit(t.Context(), by, directory.AuditList{}))(t) {
				if entry.Action == string(directory.ActUserCreate) {
					actors[string(entry.OrganizationID)+entry.TargetName] = entry.ActorName
				}
			}
			if verified := must(e.VerifyAudit(t.Context(), by, directory.None{}))(t); verified.Bad != "" {
				t.Errorf("audit of %s: %+v", by.Name, verified)
			}
		}
		for name, by := range map[string]roster.Actor{"grace": e.admin, "edith": limited, "ada": stranger} {
			if got := actors[string(by.OrganizationID)+name]; got != by.Name {
				t.Errorf("%s was made by %q, want %q", name, got, by.Name)
			}
		}
	})
}

func TestACreateThatCannotBeStoredFailsNoOther(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		var creates []func(*directory.Directory) error
		for i := range 20 {
			creates = append(creates, func(d *directory.Directory) error {
				_, err := d.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: fmt.Sprint("u", i)})
				return err
			})
		}
		for i, err := range gathered(t, e, spoiled{e.store, "u7"}, creates...) {
			if (err != nil) != (i == 7) {
				t.Errorf("create %d: %v", i, err)
			}
		}
	})
}

func TestACreateWhoseCallerLeavesBeforeItsTurnIsSkipped(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		d, open := e.gated(e.store)
		ctx, leave := context.WithCancel(t.Context())
		errs := make([]error, 6)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				of := t.Context()
				if i == 4 {
					of = ctx
				}
				_, errs[i] = d.CreateUser(of, e.admin, directory.NewUser{UserName: fmt.Sprint("u", i)})
			})
			awaitGathering(t, d, i+1)
		}
		leave()
		awaitGathering(t, d, len(errs)-1)
		open()
		wg.Wait()
		for i, err := range errs {
			if i == 4 && !errors.Is(err, context.Canceled) || i != 4 && err != nil {
				t.Errorf("create %d: %v", i, err)
			}
		}
		users := all(e.ListUsers(t.Context(), e.admin, directory.UserList{}))(t)
		if slices.ContainsFunc(users, func(u roster.User) bool { return u.UserName == "u4" }) || len(users) < 5 {
			t.Errorf("the users are %+v", users)
		}
	})
}
