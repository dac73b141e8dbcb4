package auth

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
	"roster/internal/store"
)

// watchedStore counts the transactions, and can be made to refuse changes.
type watchedStore struct {
	directory.Store
	views, updates atomic.Int64
	down           atomic.Bool
}

func (s *watchedStore) View(ctx context.Context, fn func(directory.Tx) error) error {
	s.views.Add(1)
	return s.Store.View(ctx, fn)
}

func (s *watchedStore) Update(ctx context.Context, fn func(directory.Tx) error) error {
	s.updates.Add(1)
	if s.down.Load() {
		return &roster.Error{Kind: roster.Unavailable, Detail: "the database is not answering"}
	}
	return s.Store.Update(ctx, fn)
}

// watch lets the authenticator use the store through s.
func watch(s *watchedStore) func(*Options) {
	return func(o *Options) {
		s.Store, o.Store = o.Store, s
	}
}

func guessKey(o *Options) { o.GuessKey = []byte("the same on every server") }

// servers are authenticators of several servers with one database. The first one's is made by
// newFixture.
func servers(t *testing.T, n int) []*fixture {
	t.Helper()
	url := pgtest.URL(t)
	all := make([]*fixture, n)
	for i := range all {
		all[i] = newFixtureOn(t, openStore(t, url), guessKey)
	}
	all[0].org = all[0].organization(roster.DefaultOrganization)
	all[0].role = all[0].newRole("Grazer", roster.GrazeLogin)
	all[0].user("warm")
	for _, f := range all { // connects, so that parallel tries need not all at once
		f.signsIn(at(address("198.51.100.77")), "warm", rightPassword)
		f.hashes.Store(0)
	}
	return all
}

func hashesOf(all []*fixture) (n int64) {
	for _, f := range all {
		n += f.hashes.Load()
	}
	return n
}

func TestParallelGuessesOverThreeServersGetNoFurtherThanAtOne(t *testing.T) {
	t.Parallel()
	all := servers(t, 3)
	all[0].user("ada")
	var limited, denied atomic.Int64
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			<-start
			err := error(&roster.Error{Kind: roster.Unavailable})
			for roster.KindOf(err) == roster.Unavailable { // as a busy database answers; nothing is judged then
				_, err = all[i%3].Password(t.Context(), at(), "ada", fmt.Sprint("guess ", i))
			}
			switch roster.KindOf(err) {
			case roster.Unauthenticated:
				denied.Add(1)
			case roster.RateLimited:
				limited.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	if n := hashesOf(all); n != failuresPerPair || denied.Load() != failuresPerPair || limited.Load() != 200-failuresPerPair {
		t.Errorf("%d guesses were judged, %d denied, %d turned away", n, denied.Load(), limited.Load())
	}
	for _, f := range all {
		_, err := f.Password(t.Context(), at(), "ada", rightPassword)
		isKind(t, err, roster.RateLimited)
	}
	all[1].signsIn(at(address("192.0.2.2")), "ada", rightPassword)
}

func TestSignInsWithSuccessTakeNoRoomOnAnyServer(t *testing.T) {
	t.Parallel()
	all := servers(t, 2)
	for i := range 2 * failuresPerPair {
		name := fmt.Sprint("user", i)
		all[0].user(name)
		for range 2 * failuresPerPair {
			all[i%2].cache.good = newExpiring[digest](cacheTTL, 100) // a hash each
			all[i%2].signsIn(at(), name, rightPassword)
		}
	}
	_, err := all[1].Password(t.Context(), at(), "user0", "wrong")
	all[1].isDenied(err, "wrong password")
}

func TestNameAndAddressAreCountedOverAllServers(t *testing.T) {
	t.Parallel()
	for what, guess := range map[string]func(i int) (Attempt, string){
		"name":    func(i int) (Attempt, string) { return at(address(fmt.Sprintf("203.0.113.%d", i))), "ada" },
		"address": func(i int) (Attempt, string) { return at(), fmt.Sprint("somebody ", i) },
	} {
		all := servers(t, 2)
		all[0].user("ada")
		known := address("198.51.100.9")
		if what == "address" {
			known = address(at().Address)
		}
		stop := all[0].run()
		all[0].signsIn(at(known), "ada", rightPassword)
		stop()
		for i := range failuresPerName {
			a, name := guess(i)
			_, err := all[i%2].Password(t.Context(), a, name, "wrong")
			all[0].isDenied(err, "")
		}
		before := hashesOf(all)
		for _, f := range all {
			a, name := guess(200)
			_, err := f.Password(t.Context(), a, name, rightPassword)
			isKind(t, err, roster.RateLimited)
		}
		if n := hashesOf(all) - before; n != 0 {
			t.Errorf("%s: %d hashes beyond the limit", what, n)
		}
		all[1].signsIn(at(known), "ada", rightPassword)
	}
}

func TestAGuessDoesNotReadTheCachePastTheSharedLimit(t *testing.T) {
	t.Parallel()
	all := servers(t, 2)
	all[0].user("ada")
	all[1].signsIn(at(address("198.51.100.1")), "ada", rightPassword) // it is in the second server's cache
	for range failuresPerPair {
		_, err := all[0].Password(t.Context(), at(), "ada", "wrong")
		all[0].isDenied(err, "")
	}
	_, err := all[1].Password(t.Context(), at(), "ada", rightPassword)
	isKind(t, err, roster.RateLimited)
}

func TestARememberedPasswordWritesNothing(t *testing.T) {
	t.Parallel()
	s := &watchedStore{}
	f := newFixture(t, guessKey, watch(s))
	f.user("ada")
	f.signsIn(at(), "ada", rightPassword)
	written := s.updates.Load()
	for range 20 {
		f.signsIn(at(), "ada", rightPassword)
	}
	if n := s.updates.Load() - written; n != 0 || f.hashes.Load() != 1 {
		t.Errorf("%d changes, %d hashes", n, f.hashes.Load())
	}
	f.signsIn(at(address("192.0.2.2")), "ada", rightPassword)
	if n := f.hashes.Load(); n != 1 {
		t.Errorf("from elsewhere: %d hashes", n)
	}
}

func TestNobodyIsJudgedWhileGuessesCannotBeCounted(t *testing.T) {
	t.Parallel()
	s := &watchedStore{}
	f := newFixture(t, guessKey, watch(s))
	f.user("ada")
	s.down.Store(true)
	for range 2 * failuresPerPair {
		_, err := f.Password(t.Context(), at(), "ada", rightPassword)
		isKind(t, err, roster.Unavailable)
	}
	if n := f.hashes.Load(); n != 0 {
		t.Errorf("%d hashes", n)
	}
	s.down.Store(false)
	f.signsIn(at(), "ada", rightPassword)
}

func TestWhatIsReadDoesNotSayWhoExists(t *testing.T) {
	t.Parallel()
	s := &watchedStore{}
	f := newFixture(t, func(o *Options) { o.Generation = o.Store.(*store.DB).Generation }, watch(s))
	f.user("ada")
	f.signsIn(at(address("198.51.100.1")), "ada", rightPassword)
	readings := func(name string) (n int64) {
		before := s.views.Load()
		_, err := f.Password(t.Context(), at(), name, "wrong")
		if err == nil {
			t.Error("a wrong password lets in")
		}
		return s.views.Load() - before
	}
	for range failuresPerPair {
		if known, unknown := readings("ada"), readings("nobody"); known != unknown {
			t.Errorf("%d readings for a known name, %d for an unknown one", known, unknown)
		}
	}
	if known, unknown := readings("ada"), readings("nobody"); known != 0 || unknown != 0 {
		t.Errorf("throttled: %d readings for a known name, %d for an unknown one", known, unknown)
	}
}
