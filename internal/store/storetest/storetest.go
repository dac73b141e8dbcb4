package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// sentence is one clause of the contract.
type sentence struct {
	text  string
	test  func(f *fixture)
	alone bool // needs a store that no other clause uses
}

// Run tests the contract. open returns a new, empty store, which the test passed to it closes. Most
// clauses run in parallel on one shared store, each in an organization of its own.
func Run(t *testing.T, open func(t *testing.T) directory.Store) {
	shared := open(t)
	var ids atomic.Int64
	for _, chapter := range []struct {
		name      string
		sentences []sentence
	}{
		{"transactions", transactions},
		{"keys", keys},
		{"conflicts", conflicts},
		{"users", users},
		{"lists of users", userLists},
		{"search", search},
		{"words", userWords},
		{"batches", batches},
		{"reach", reach},
		{"deletions", deletions},
		{"groups", groups},
		{"orders", orders},
		{"counts", counts},
		{"accounts", accounts},
		{"sessions", sessions},
		{"tokens", tokens},
		{"links", links},
		{"audit", audit},
		{"jobs", jobs},
		{"keys of jobs", jobKeys},
		{"leases", leases},
		{"retries and settings", retries},
		{"guesses", guesses},
		{"organizations", organizations},
		{"checks", checks},
		{"check groups", checkGroups},
		{"events", events},
		{"states of checks", checkStates},
		{"alerts", alerts},
	} {
		t.Run(chapter.name, func(t *testing.T) {
			t.Parallel()
			for _, s := range chapter.sentences {
				t.Run(s.text, func(t *testing.T) {
					t.Parallel()
					store := shared
					if s.alone {
						store = open(t)
					}
					f := &fixture{T: t, store: store, ids: &ids, now: epoch}
					f.org = f.organization()
					s.test(f)
				})
			}
		})
	}
}

// epoch is the time at which every test begins.
var epoch = time.Date(2026, 11, 21, 9, 30, 0, 123456000, time.UTC)

// fixture is what a clause works with: a store, and an organization of its own.
type fixture struct {
	*testing.T
	store directory.Store
	org   roster.OrganizationID
	ids   *atomic.Int64
	now   time.Time
}

// id returns a new opaque id, greater than all before it.
func (f *fixture) id() string {
	return fmt.Sprintf("01900000-0000-7000-8000-%012x", f.ids.Add(1))
}

// update runs fn, which must succeed.
func (f *fixture) update(fn func(tx directory.Tx) error) {
	f.Helper()
	if err := f.store.Update(f.Context(), fn); err != nil {
		f.Fatalf("update: %v", err)
	}
}

// view runs fn, which must succeed.
func (f *fixture) view(fn func(tx directory.Tx) error) {
	f.Helper()
	if err := f.store.View(f.Context(), fn); err != nil {
		f.Fatalf("view: %v", err)
	}
}

// fails runs fn, which must fail with an error of the kind about the field.
func (f *fixture) fails(kind roster.Kind, field string, fn func(tx directory.Tx) error) {
	f.Helper()
	f.isError(f.store.Update(f.Context(), fn), kind, field)
}

// lacks runs fn in a View. It must fail with NotFound.
func (f *fixture) lacks(fn func(tx directory.Tx) error) {
	f.Helper()
	f.isError(f.store.View(f.Context(), fn), roster.NotFound, "")
}

func (f *fixture) isError(err error, kind roster.Kind, field string) {
	f.Helper()
	var e *roster.Error
	if !errors.As(err, &e) {
		f.Fatalf("got error %v, want a roster.Error of kind %v", err, kind)
	}
	if e.Kind != kind || e.Field != field {
		f.Fatalf("got %v about %q (%v), want %v about %q", e.Kind, e.Field, err, kind, field)
	}
}

// read runs a query in a View and returns its result.
func read[T any](f *fixture, fn func(tx directory.Tx) (T, error)) T {
	f.Helper()
	var got T
	f.view(func(tx directory.Tx) (err error) {
		got, err = fn(tx)
		return err
	})
	return got
}

// records returns what a query found.
func records[T any](rows directory.Rows[T], err error) ([]T, error) { return rows.Records, err }

// write runs a change and returns its result.
func write[T any](f *fixture, fn func(tx directory.Tx) (T, error)) T {
	f.Helper()
	var got T
	f.update(func(tx directory.Tx) (err error) {
		got, err = fn(tx)
		return err
	})
	return got
}

// organization stores an organization.
func (f *fixture) organization() roster.OrganizationID {
	f.Helper()
	o := roster.Organization{ID: roster.OrganizationID(f.id()), Name: "Example", CreatedAt: f.now}
	o.Slug = "o" + string(o.ID[24:])
	f.update(func(tx directory.Tx) error { return tx.InsertOrganization(o) })
	return o.ID
}

// row returns a user with a name only, which is not stored yet.
func (f *fixture) row(name string) directory.NewUserRow {
	return directory.NewUserRow{
		User: roster.User{
			ID: roster.UserID(f.id()), OrganizationID: f.org, UserName: name, DisplayName: name,
			Active: true, AccessLevel: roster.LevelCustom, Realm: roster.RealmDB, TimeZone: roster.SystemTimeZone,
			Version: 1, CreatedAt: f.now, UpdatedAt: f.now,
		},
		UserKey: directory.Fold(name),
	}
}

// insert stores a user and returns it with its number.
func (f *fixture) insert(row directory.NewUserRow) directory.NewUserRow {
	f.Helper()
	row.Number = write(f, func(tx directory.Tx) (int64, error) { return tx.InsertUser(row) })
	return row
}

// user stores a user with a name only.
func (f *fixture) user(name string) directory.NewUserRow {
	f.Helper()
	return f.insert(f.row(name))
}

// group stores a group.
func (f *fixture) group(kind roster.GroupKind, name string) roster.Group {
	f.Helper()
	g := roster.Group{ID: roster.GroupID(f.id()), OrganizationID: f.org, Kind: kind, Name: name, CreatedAt: f.now}
	g.Number = write(f, func(tx directory.Tx) (int64, error) { return tx.InsertGroup(g, directory.Fold(name)) })
	return g
}

// role stores a role.
func (f *fixture) role(name string, p roster.Permissions) roster.Role {
	f.Helper()
	r := roster.Role{ID: roster.RoleID(f.id()), OrganizationID: f.org, Name: name, Permissions: p}
	r.Number = write(f, func(tx directory.Tx) (int64, error) { return tx.InsertRole(r, directory.Fold(name)) })
	return r
}

func groupLink(g roster.Group) roster.GroupLink {
	return roster.GroupLink{ID: g.ID, Number: g.Number, Name: g.Name}
}

func roleGrant(r roster.Role, groups ...roster.GroupID) roster.RoleGrant {
	return roster.RoleGrant{RoleLink: roster.RoleLink{ID: r.ID, Number: r.Number, Name: r.Name}, Groups: groups}
}
