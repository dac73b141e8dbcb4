package directory_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// entries stores n audit entries of now, with ids of a time, and returns them.
func (e *env) entries(at time.Time, n int) []roster.AuditEntry {
	e.t.Helper()
	all := make([]roster.AuditEntry, n)
	for i := range all {
		all[i] = roster.AuditEntry{ID: e.auditID(at, i), OrganizationID: e.admin.OrganizationID, At: e.now(), Actor: "user u", Action: "user.create"}
	}
	e.writes(func(tx directory.Tx) error { return tx.InsertAudits(all) })
	return all
}

// auditID returns the id of the n-th entry of a time.
func (*env) auditID(at time.Time, n int) roster.AuditID {
	ms := fmt.Sprintf("%012x", at.UnixMilli())
	return roster.AuditID(fmt.Sprintf("%s-%s-7000-8000-%012x", ms[:8], ms[8:], n))
}

// writes changes the store, which must succeed.
func (e *env) writes(fn func(directory.Tx) error) {
	e.t.Helper()
	if err := e.store.Update(e.t.Context(), fn); err != nil {
		e.t.Fatal(err)
	}
}

// another makes an organization without any audit, and works in it.
func (e *env) another() {
	e.t.Helper()
	o := roster.Organization{ID: e.admin.OrganizationID[:35] + "f", Slug: "another", CreatedAt: e.now()}
	if o.ID == e.admin.OrganizationID {
		o.ID = o.ID[:35] + "e"
	}
	e.writes(func(tx directory.Tx) error { return tx.InsertOrganization(o) })
	e.admin.OrganizationID = o.ID
}

func (e *env) sealer() *directory.AuditSealer { return directory.NewAuditSealer(e.store, e.now) }

func (e *env) seals(s *directory.AuditSealer) {
	e.t.Helper()
	if err := s.Seal(e.t.Context()); err != nil {
		e.t.Fatal(err)
	}
}

// verifies checks that the audit is whole, and how many entries are sealed, unsealed and overdue.
func (e *env) verifies(sealed, unsealed, overdue int64) directory.VerifiedAudit {
	e.t.Helper()
	v := must(e.VerifyAudit(e.t.Context(), e.admin, directory.None{}))(e.t)
	if v.Reason != "" || v.Sealed != sealed || v.Unsealed != unsealed || v.Overdue != overdue {
		e.t.Errorf("%d sealed, %d unsealed, %d overdue, fault %q; want %d, %d, %d and none", v.Sealed, v.Unsealed, v.Overdue, v.Reason, sealed, unsealed, overdue)
	}
	return v
}

func TestEntriesAreSealedInOrderWhenTheyAreTwoMinutesOld(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.another()
		s := e.sealer()
		e.entries(e.now(), 3)
		e.advance(time.Minute)
		young := e.entries(e.now(), 2)
		e.advance(time.Minute)
		e.seals(s)
		e.verifies(0, 5, 0)
		e.advance(time.Second)
		e.seals(s)
		v := e.verifies(3, 2, 0)
		if len(v.Listed) != 2 || v.Listed[0].ID != young[0].ID || v.Listed[1].ID != young[1].ID {
			t.Errorf("unsealed are %+v, want %v", v.Listed, young)
		}
		e.advance(time.Minute)
		for range 2 { // sealing again changes nothing
			e.seals(s)
			if v := e.verifies(5, 0, 0); v.Seals != 2 {
				t.Errorf("there are %d seals, want 2", v.Seals)
			}
		}
	})
}

func TestAnEntryThatCameLateIsSealedWithinAnHour(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.another()
		s := e.sealer()
		began := e.now()
		e.advance(time.Second)
		e.entries(e.now(), 3)
		e.advance(3 * time.Minute)
		e.seals(s)
		e.entries(began, 2) // their transaction took three minutes
		e.seals(s)
		e.verifies(3, 2, 0)
		e.advance(time.Hour)
		e.seals(s)
		if v := e.verifies(5, 0, 0); v.Seals != 2 {
			t.Errorf("there are %d seals, want 2", v.Seals)
		}
		e.advance(time.Hour)
		e.seals(s)
		e.verifies(5, 0, 0)
	})
}

// TestWhatCameLateBeforeAServerWasDownIsSealedWhenItStarts lets later entries wait, too, so that
// the order would go on beyond the window.
func TestWhatCameLateBeforeAServerWasDownIsSealedWhenItStarts(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.another()
		began := e.now()
		e.advance(time.Second)
		e.entries(e.now(), 3)
		e.advance(3 * time.Minute)
		e.seals(e.sealer())
		late := e.entries(began, 1)
		e.advance(72 * time.Hour)
		e.entries(e.now(), 2)
		if v := e.verifies(3, 3, 1); v.Listed[0].ID != late[0].ID || !v.Listed[0].Overdue {
			t.Errorf("the first unsealed entry is %+v, want %s", v.Listed[0], late[0].ID)
		}
		e.advance(3 * time.Minute)
		e.seals(e.sealer())
		e.verifies(6, 0, 0)
	})
}

func TestEntriesAreSealedWhileAClockIsSetBack(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.another()
		s := e.sealer()
		e.entries(e.now(), 3)
		e.advance(3 * time.Minute)
		e.seals(s)
		e.advance(-24 * time.Hour)
		e.entries(e.now(), 600)
		e.seals(s)
		e.verifies(603, 0, 0)
		e.entries(e.now().Add(time.Second), 2)
		e.advance(time.Hour)
		e.seals(s)
		e.verifies(605, 0, 0)
		e.advance(24 * time.Hour)
		e.entries(e.now(), 2)
		e.advance(3 * time.Minute)
		e.seals(s)
		e.verifies(607, 0, 0)
	})
}

func TestOfTwoSealersOneGivesWay(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.another()
		e.entries(e.now(), 2600)
		e.advance(3 * time.Minute)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := e.sealer().Seal(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		e.seals(e.sealer())
		e.verifies(2600, 0, 0)
	})
}

func TestASealerThatEndsBetweenPagesIsFollowedByAnother(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.another()
		e.entries(e.now(), 1700)
		e.advance(3 * time.Minute)
		for ends := range 3 { // each after a page more
			ctx, end := context.WithCancel(t.Context())
			s := directory.NewAuditSealer(&endingStore{Store: e.store, left: ends, end: end}, e.now)
			if err := s.Seal(ctx); err == nil {
				t.Error("the sealer did not end")
			}
			end()
		}
		e.verifies(1000, 700, 0) // no page, that of the first organization, two of this one
		e.seals(e.sealer())
		e.verifies(1700, 0, 0)
	})
}

// endingStore ends its user at a change.
type endingStore struct {
	directory.Store
	left int
	end  func()
}

func (s *endingStore) Update(ctx context.Context, fn func(directory.Tx) error) error {
	if s.left == 0 {
		s.end()
	}
	s.left--
	return s.Store.Update(ctx, fn)
}

// countingStore counts changes.
type countingStore struct {
	directory.Store
	changes int
}

func (s *countingStore) Update(ctx context.Context, fn func(directory.Tx) error) error {
	s.changes++
	return s.Store.Update(ctx, fn)
}

// TestTheAuditOfEveryOrganizationIsSealed also holds that a sealer changes nothing where there is
// nothing to seal, and changes the database once a page.
func TestTheAuditOfEveryOrganizationIsSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		store := &countingStore{Store: e.store}
		s := directory.NewAuditSealer(store, e.now)
		orgs := make([]roster.OrganizationID, 30)
		for i := range orgs {
			o := roster.Organization{ID: roster.OrganizationID(e.auditID(e.now(), i)), Slug: fmt.Sprint("o", i), CreatedAt: e.now()}
			e.writes(func(tx directory.Tx) error { return tx.InsertOrganization(o) })
			orgs[i], e.admin.OrganizationID = o.ID, o.ID
			if i%2 == 0 {
				e.entries(e.now(), i+1)
			}
		}
		e.advance(3 * time.Minute)
		for range 2 {
			e.seals(s)
			if store.changes != 16 {
				t.Errorf("%d changes, want 16: that of the first organization and of one in two others", store.changes)
			}
			for i, org := range orgs {
				e.admin.OrganizationID = org
				e.verifies(int64((i+1)*(1-i%2)), 0, 0)
			}
			e.advance(2 * time.Hour)
		}
	})
}

func TestTenThousandEntriesAreSealedInPages(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.another()
		for n := range 10 {
			e.entries(e.now().Add(time.Duration(n)*time.Millisecond), 1000)
		}
		e.advance(3 * time.Minute)
		store := &countingStore{Store: e.store}
		if err := directory.NewAuditSealer(store, e.now).Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		if v := e.verifies(10_000, 0, 0); v.Seals != 20 || store.changes != 21 {
			t.Errorf("%d seals by %d changes, want 20, and one change for the first organization", v.Seals, store.changes)
		}
	})
}

func TestTheUnsealedAreCountedAndTheFirstHundredListed(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.another()
		all := e.entries(e.now(), 250)
		e.advance(2*time.Hour + time.Second)
		v := e.verifies(0, 250, 250)
		if len(v.Listed) != 100 || v.Listed[99].ID != all[99].ID || !slices.IsSortedFunc(v.Listed, func(a, b directory.UnsealedEntry) int {
			return a.At.Compare(b.At)
		}) {
			t.Errorf("%d are listed", len(v.Listed))
		}
	})
}
