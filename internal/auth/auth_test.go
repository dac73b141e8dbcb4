package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/store"
	"roster/internal/store/tabletest"
)

// rightPassword is every test user's.
const rightPassword = "johndoe1"

// fixture is an authenticator on a store of its own, with hashes that cost nothing.
type fixture struct {
	*testing.T
	*Authenticator
	clock  *clock
	db     *store.DB
	hashes atomic.Int64 // that were computed
	ids    atomic.Int64
	org    roster.OrganizationID // the default one
	other  roster.OrganizationID // with the slug "other"
	role   roster.RoleLink       // that holds graze_login
	group  roster.GroupLink

	// meanwhile runs while a hash is computed; nil for nothing.
	meanwhile func()
}

func newFixture(t *testing.T, change ...func(*Options)) *fixture {
	t.Helper()
	f := newFixtureOn(t, openStore(t, tabletest.SQLite(t, t.TempDir())), change...)
	f.org, f.other = f.organization(roster.DefaultOrganization), f.organization("other")
	f.role = f.newRole("Grazer", roster.GrazeLogin|roster.ManageUsers)
	group := roster.Group{ID: roster.GroupID(f.id()), OrganizationID: f.org, Kind: roster.KindGroup, Name: "Network"}
	f.update(func(tx directory.Tx) (err error) {
		group.Number, err = tx.InsertGroup(group, "network")
		return err
	})
	f.group = roster.GroupLink{ID: group.ID, Number: group.Number, Name: group.Name}
	return f
}

// openStore opens the store at the url, which is closed when the test ends.
func openStore(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{Logger: quiet, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) })
	return db
}

// quiet is a logger that nobody reads.
var quiet = slog.New(slog.DiscardHandler)

// newFixtureOn returns an authenticator on the store as it is.
func newFixtureOn(t *testing.T, db *store.DB, change ...func(*Options)) *fixture {
	t.Helper()
	f := &fixture{T: t, clock: newClock(), db: db}
	hasher := newHasher(time.Now, 8)
	hasher.compare = func(password, hash string) (bool, error) {
		f.hashes.Add(1)
		if f.meanwhile != nil {
			f.meanwhile()
		}
		return string(fakePHC(password)) == hash, nil
	}
	o := Options{Store: db, Hasher: hasher, Now: f.clock.now, Logger: quiet, CacheEntries: DefaultCacheEntries}
	for _, c := range change {
		c(&o)
	}
	f.Authenticator = New(o)
	return f
}

func (f *fixture) id() string { return fmt.Sprintf("01900000-0000-7000-8000-%012x", f.ids.Add(1)) }

func (f *fixture) update(fn func(tx directory.Tx) error) {
	f.Helper()
	if err := f.db.Update(f.Context(), fn); err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) organization(slug string) roster.OrganizationID {
	f.Helper()
	o := roster.Organization{ID: roster.OrganizationID(f.id()), Slug: slug, Name: slug, CreatedAt: epoch}
	f.update(func(tx directory.Tx) error { return tx.InsertOrganization(o) })
	return o.ID
}

func (f *fixture) newRole(name string, p roster.Permissions) roster.RoleLink {
	f.Helper()
	r := roster.Role{ID: roster.RoleID(f.id()), OrganizationID: f.org, Name: name, Permissions: p}
	f.update(func(tx directory.Tx) (err error) {
		r.Number, err = tx.InsertRole(r, directory.Fold(name))
		return err
	})
	return roster.RoleLink{ID: r.ID, Number: r.Number, Name: r.Name}
}

// user stores a user with the right password and the role.
func (f *fixture) user(name string, change ...func(*directory.NewUserRow)) roster.UserID {
	f.Helper()
	row := directory.NewUserRow{
		User: roster.User{
			ID: roster.UserID(f.id()), OrganizationID: f.org, UserName: name, DisplayName: name,
			Active: true, AccessLevel: roster.LevelCustom, Realm: roster.RealmDB, TimeZone: roster.SystemTimeZone,
			Version: 1, CreatedAt: epoch, UpdatedAt: epoch, Roles: []roster.RoleGrant{{RoleLink: f.role}},
		},
		UserKey: directory.Fold(name), PasswordHash: fakePHC(rightPassword),
	}
	for _, c := range change {
		c(&row)
	}
	f.update(func(tx directory.Tx) error {
		_, err := tx.InsertUser(row)
		return err
	})
	return row.ID
}

// run lets the background write until the function it returns is called, and returns then.
func (f *fixture) run() (stop func()) {
	ctx, cancel := context.WithCancel(f.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Authenticator.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// at is an attempt that needs graze_login.
func at(change ...func(*Attempt)) Attempt {
	a := Attempt{Face: roster.FaceGraze, Address: "192.0.2.1", RequestID: "r1", Need: roster.GrazeLogin}
	for _, c := range change {
		c(&a)
	}
	return a
}

func address(s string) func(*Attempt) { return func(a *Attempt) { a.Address = s } }

// signsIn signs in with success.
func (f *fixture) signsIn(a Attempt, name, password string) roster.Actor {
	f.Helper()
	actor, err := f.Password(f.Context(), a, name, password)
	if err != nil {
		f.Fatalf("%s: %v", name, err)
	}
	return actor
}

// isDenied checks that the error is the one that everybody gets who is not let in, for a reason
// that holds the words.
func (f *fixture) isDenied(err error, words string) {
	f.Helper()
	e := isKind(f.T, err, roster.Unauthenticated)
	if e.Detail != deniedDetail || e.Field != "" || e.RetryAfter != 0 {
		f.Errorf("the answer says more than that: %+v", e)
	}
	if !strings.Contains(err.Error(), words) {
		f.Errorf("the reason is %q, want one with %q", err, words)
	}
}

func TestTheRightPasswordSignsIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.user("JohnDoe1")
	got := f.signsIn(at(), "johnDOE1", rightPassword)
	if len(got.Grants) != 1 || got.Grants[0] != (roster.Grant{Permissions: roster.GrazeLogin | roster.ManageUsers}) {
		t.Errorf("grants are %v", got.Grants)
	}
	got.Grants = nil
	want := roster.Actor{
		Kind: roster.ActorUser, OrganizationID: f.org, UserID: id, Name: "JohnDoe1",
		Face: roster.FaceGraze, Address: "192.0.2.1", RequestID: "r1", CredentialVersion: 1,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestANameSignsInHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.user("Éva")
	for _, typed := range []string{"éva ", "\u00a0ÉVA", "E\u0301va\u200b", "\ufeffÉva", "\u202aéva\u200e"} {
		if by, err := f.Password(t.Context(), at(), typed, rightPassword); err != nil || by.UserID != id {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestWhoeverIsNotLetInCostsOneHashAndIsToldTheSame(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	f.user("inactive", func(r *directory.NewUserRow) { r.Active = false })
	f.user("external", func(r *directory.NewUserRow) { r.Realm = roster.RealmExternal })
	f.user("invited", func(r *directory.NewUserRow) { r.PasswordHash = "" })
	f.user("broken", func(r *directory.NewUserRow) { r.PasswordHash = "$argon2id$v=19$m=4194304,t=900,p=1$YQ$YQ" })
	f.user("reader", func(r *directory.NewUserRow) { r.Roles = nil })
	for _, c := range []struct {
		slug, name, password, reason string
		hashes                       int64
	}{
		{"", "ada", "wrong", "wrong password", 1},
		{"", "ada", "JOHNDOE1", "wrong password", 1},
		{"", "nobody", rightPassword, "no such user", 1},
		{"other", "ada", rightPassword, "no such user", 1},
		{"nowhere", "ada", rightPassword, "no such organization", 1},
		{"no\x00where", "ada", rightPassword, "no such organization", 1},
		{"", "inactive", rightPassword, "not active", 1},
		{"", "external", rightPassword, "realm", 1},
		{"", "invited", rightPassword, "no password", 1},
		{"", "broken", rightPassword, "out of bounds", 1},
		{"", "reader", rightPassword, "lacks graze_login", 1},
		{"", "ada", "", "anybody's", 0},
		{"", "", rightPassword, "anybody's", 0},
		{"", "ada", strings.Repeat("x", MaxPasswordBytes+1), "anybody's", 0},
		{"", strings.Repeat("x", maxNameBytes+1), rightPassword, "anybody's", 0},
		{"", "ada", "john\x00doe", "anybody's", 0},
		{"", "ada\x00", rightPassword, "anybody's", 0},
		{"", "ada", "john\xffdoe", "anybody's", 0},
	} {
		before := f.hashes.Load()
		_, err := f.Password(t.Context(), at(func(a *Attempt) { a.OrganizationSlug = c.slug }), c.name, c.password)
		f.isDenied(err, c.reason)
		if c.password == rightPassword && strings.Contains(err.Error(), c.password) {
			t.Errorf("the password shows in %q", err)
		}
		if n := f.hashes.Load() - before; n != c.hashes {
			t.Errorf("%s, %s: %d hashes, want %d", c.name, c.reason, n, c.hashes)
		}
	}
	f.signsIn(at(func(a *Attempt) { a.Need = 0 }), "reader", rightPassword)
}

func TestWhatIsNeededMayBeHeldForAnyGroup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("scoped", func(r *directory.NewUserRow) {
		r.LevelGroups = []roster.GroupID{f.group.ID}
		r.Roles[0].Groups = r.LevelGroups
	})
	f.signsIn(at(), "scoped", rightPassword)
	_, err := f.Password(t.Context(), at(func(a *Attempt) { a.Need |= roster.ManageRealms }), "scoped", rightPassword)
	f.isDenied(err, "lacks manage_realms")
}

func TestEveryNameIsThrottledAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	f.user("inactive", func(r *directory.NewUserRow) { r.Active = false })
	for _, c := range []struct{ slug, name string }{{"", "ada"}, {"", "nobody"}, {"", "inactive"}, {"nowhere", "ada"}} {
		a := at(func(a *Attempt) { a.OrganizationSlug = c.slug })
		for range failuresPerPair {
			_, err := f.Password(t.Context(), a, c.name, "wrong")
			f.isDenied(err, "")
		}
		before := f.hashes.Load()
		_, err := f.Password(t.Context(), a, c.name, rightPassword)
		e := isKind(t, err, roster.RateLimited)
		if e.RetryAfter != failureWindow || f.hashes.Load() != before {
			t.Errorf("%s: %v, after %d hashes", c.name, e, f.hashes.Load()-before)
		}
	}
	if n := f.Stats().Throttled; n != 4 {
		t.Errorf("%d are said to be throttled", n)
	}
	f.clock.advance(failureWindow)
	f.signsIn(at(), "ada", rightPassword)
}

func TestARightPasswordIsNeverAFailedGuess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("reader", func(r *directory.NewUserRow) { r.Roles = nil })
	f.user("inactive", func(r *directory.NewUserRow) { r.Active = false })
	for name, reason := range map[string]string{"reader": "lacks graze_login", "inactive": "not active"} {
		before := f.hashes.Load()
		for range 3 * failuresPerPair {
			_, err := f.Password(t.Context(), at(), name, rightPassword)
			f.isDenied(err, reason)
		}
		if n := f.hashes.Load() - before; n != 3*failuresPerPair {
			t.Errorf("%s: %d hashes: the time tells that the password is right", name, n)
		}
		for range failuresPerPair {
			_, err := f.Password(t.Context(), at(), name, "wrong")
			f.isDenied(err, "wrong password")
		}
		_, err := f.Password(t.Context(), at(), name, rightPassword)
		isKind(t, err, roster.RateLimited)
	}
	f.signsIn(at(address("192.0.2.2"), func(a *Attempt) { a.Need = 0 }), "reader", rightPassword)
}

func TestAHundredFailuresFromAnAddressCloseItForStrangers(t *testing.T) {
	t.Parallel()
	for network, others := range map[string]string{
		"192.0.2.7":          "192.0.2.8",
		"2001:db8:1:2::%x:7": "2001:db8:1:3::7", // any address of the /64 is the same
	} {
		f := newFixture(t)
		f.user("ada")
		f.user("grace")
		host := func(i int) func(*Attempt) {
			if strings.Contains(network, "%") {
				return address(fmt.Sprintf(network, i))
			}
			return address(network)
		}
		f.signsIn(at(host(0)), "ada", rightPassword)
		for i := range failuresPerHost {
			slug := []string{"", "other", "nowhere"}[i%3]
			_, err := f.Password(t.Context(), at(host(i), func(a *Attempt) { a.OrganizationSlug = slug }), fmt.Sprint("somebody ", i), "wrong")
			f.isDenied(err, "")
		}
		before := f.hashes.Load()
		for _, name := range []string{"grace", "nobody"} {
			_, err := f.Password(t.Context(), at(host(500)), name, rightPassword)
			if e := isKind(t, err, roster.RateLimited); !strings.Contains(e.Detail, "from this address") || e.RetryAfter != failureWindow {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if f.hashes.Load() != before {
			t.Error("a try that was turned away cost a hash")
		}
		f.signsIn(at(host(500)), "ada", rightPassword) // it signed in from there
		f.signsIn(at(address(others)), "grace", rightPassword)
	}
}

func TestACachedPasswordIsThrottledToo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	f.signsIn(at(), "ada", rightPassword)
	for range failuresPerPair {
		_, err := f.Password(t.Context(), at(), "ada", "wrong")
		f.isDenied(err, "")
	}
	_, err := f.Password(t.Context(), at(), "ada", rightPassword)
	isKind(t, err, roster.RateLimited)
	f.signsIn(at(address("192.0.2.2")), "ada", rightPassword)
}

func TestParallelGuessesAreBounded(t *testing.T) {
	t.Parallel()
	for _, cached := range []bool{false, true} {
		f := newFixture(t)
		f.user("ada")
		if cached {
			f.signsIn(at(address("198.51.100.1")), "ada", rightPassword)
			f.hashes.Store(0)
		}
		var in, denied, limited atomic.Int64
		start := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 1000 {
			password := fmt.Sprintf("guess %d", i)
			if i == 500 {
				password = rightPassword
			}
			wg.Go(func() {
				<-start
				_, err := f.Password(t.Context(), at(), "ada", password)
				switch {
				case err == nil:
					in.Add(1)
				case roster.KindOf(err) == roster.Unauthenticated:
					denied.Add(1)
				case roster.KindOf(err) == roster.RateLimited:
					limited.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		if n := f.hashes.Load(); n > failuresPerPair+1 || denied.Load() > failuresPerPair {
			t.Errorf("%d guesses were evaluated, %d answered", n, denied.Load())
		}
		if in.Load()+denied.Load()+limited.Load() != 1000 {
			t.Errorf("%d in, %d denied, %d limited", in.Load(), denied.Load(), limited.Load())
		}
	}
}

func TestParallelRightPasswordsAreNeverRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		entries  int
		attempts func(i int) Attempt
	}{
		"from one address":                   {DefaultCacheEntries, func(int) Attempt { return at() }},
		"from one address, without a cache":  {0, func(int) Attempt { return at() }},
		"from many addresses":                {DefaultCacheEntries, func(i int) Attempt { return at(address(fmt.Sprintf("192.0.2.%d", i))) }},
		"from many addresses, without cache": {0, func(i int) Attempt { return at(address(fmt.Sprintf("192.0.2.%d", i))) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(o *Options) { o.CacheEntries = c.entries })
			f.meanwhile = runtime.Gosched
			f.user("ada")
			for range failuresPerPair - 1 {
				_, err := f.Password(t.Context(), at(), "ada", "wrong")
				f.isDenied(err, "")
			}
			start := make(chan struct{})
			var wg sync.WaitGroup
			for i := range 250 {
				wg.Go(func() {
					<-start
					if _, err := f.Password(t.Context(), c.attempts(i), "ada", rightPassword); err != nil {
						t.Error(err)
					}
				})
			}
			close(start)
			wg.Wait()
		})
	}
}

func TestEqualTriesInFlightAreOneFailure(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	inside, goOn := make(chan struct{}, 100), make(chan struct{})
	f.meanwhile = func() {
		inside <- struct{}{}
		<-goOn
	}
	errs := make(chan error)
	try := func() {
		_, err := f.Password(t.Context(), at(), "ada", "wrong")
		errs <- err
	}
	go try()
	<-inside
	for range 49 {
		go try()
	}
	for f.joined("ada") < 50 {
		runtime.Gosched()
	}
	close(goOn)
	for range 50 {
		f.isDenied(<-errs, "wrong password")
	}
	if n := f.hashes.Load(); n != 1 {
		t.Errorf("%d hashes", n)
	}
	f.meanwhile = nil
	f.signsIn(at(), "ada", rightPassword)
}

// joined returns how many callers share tries for the name.
func (f *fixture) joined(name string) (n int) {
	f.flights.mu.Lock()
	defer f.flights.mu.Unlock()
	for key, flight := range f.flights.m {
		if key.name == name {
			n += flight.callers
		}
	}
	return n
}

func TestAVerifiedPasswordIsNotHashedForFiveMinutes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.user("ada")
	steps := []struct {
		what   string
		before func()
		hashes int64
	}{
		{"first", func() {}, 1},
		{"again", func() {}, 0},
		{"from elsewhere", func() {}, 0},
		{"just within five minutes", func() { f.clock.advance(cacheTTL - 1) }, 0},
		{"after five minutes", func() { f.clock.advance(1) }, 1},
		{"after the same password was set again", func() { f.setPassword(id, rightPassword) }, 1},
	}
	for i, s := range steps {
		s.before()
		before := f.hashes.Load()
		f.signsIn(at(address(fmt.Sprintf("192.0.2.%d", i/2))), "ada", rightPassword)
		if n := f.hashes.Load() - before; n != s.hashes {
			t.Errorf("%s: %d hashes, want %d", s.what, n, s.hashes)
		}
	}
	if s := f.Stats(); s.CacheHits != 3 || s.CacheMisses != 3 || s.CacheEntries == 0 {
		t.Errorf("stats are %+v", s)
	}
	f.setPassword(id, "another")
	_, err := f.Password(t.Context(), at(), "ada", rightPassword)
	f.isDenied(err, "wrong password")
}

func (f *fixture) setPassword(id roster.UserID, password string) {
	f.Helper()
	f.update(func(tx directory.Tx) error { return tx.SetPassword(f.org, id, fakePHC(password), f.clock.now()) })
}

func TestTheCacheCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *Options) { o.CacheEntries = 0 })
	f.user("ada")
	for range 3 {
		f.signsIn(at(), "ada", rightPassword)
	}
	if n := f.hashes.Load(); n != 3 {
		t.Errorf("%d hashes, want 3", n)
	}
}

func TestAPasswordThatChangesWhileItIsCheckedIsNotLetIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.user("ada")
	f.meanwhile = func() { f.setPassword(id, "another") }
	_, err := f.Password(t.Context(), at(), "ada", rightPassword)
	f.isDenied(err, "changed")
	f.meanwhile = nil
	f.signsIn(at(), "ada", "another")
}

func TestAnOverloadedGateIsSaidAndIsNoFailure(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	g := f.hasher.gate
	for range g.slots {
		if err := g.enter(t.Context(), stranger); err != nil {
			t.Fatal(err)
		}
	}
	g.mean = time.Hour
	for range 2 * failuresPerPair {
		_, err := f.Password(t.Context(), at(), "ada", rightPassword)
		isKind(t, err, roster.Unavailable)
		_, err = f.Password(t.Context(), at(), "nobody", rightPassword)
		isKind(t, err, roster.Unavailable)
	}
	g.leave(time.Millisecond)
	f.signsIn(at(), "ada", rightPassword)
}

func TestAKnownAddressIsFreeOfTheLimitOverAllAddresses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	stop := f.run()
	f.signsIn(at(address("2001:db8:1:2::1")), "ada", rightPassword)
	stop()
	var known bool
	if err := f.db.View(t.Context(), func(tx directory.Tx) (err error) {
		known, err = tx.AddressKnownSince(f.org, "ada", "2001:db8:1:2::/64", epoch)
		return err
	}); err != nil || !known {
		t.Fatalf("the address is not remembered: %v", err)
	}
	f.known = newExpiring[knownAddress](knownAddressRenewal, maxKnownAddresses) // as after a restart
	f.clock.advance(29 * 24 * time.Hour)
	f.exhaust("ada")
	_, err := f.Password(t.Context(), at(address("198.51.100.1")), "ada", rightPassword)
	isKind(t, err, roster.RateLimited)
	f.signsIn(at(address("2001:db8:1:2::77")), "ada", rightPassword)
	f.clock.advance(31 * 24 * time.Hour)
	f.known = newExpiring[knownAddress](knownAddressRenewal, maxKnownAddresses)
	f.exhaust("ada")
	_, err = f.Password(t.Context(), at(address("2001:db8:1:2::1")), "ada", rightPassword)
	isKind(t, err, roster.RateLimited)
}

// exhaust fails from so many addresses that the name is closed for unknown ones.
func (f *fixture) exhaust(name string) {
	f.Helper()
	for i := range failuresPerName {
		_, err := f.Password(f.Context(), at(address(fmt.Sprintf("203.0.113.%d", i))), name, "wrong")
		f.isDenied(err, "")
	}
}

func TestACallerWhoLeavesIsNoFailure(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	for range 2 * failuresPerPair {
		ctx, leave := context.WithCancel(t.Context())
		goOn := make(chan struct{})
		f.meanwhile = func() {
			leave()
			<-goOn
		}
		_, err := f.Password(ctx, at(), "ada", rightPassword)
		isKind(t, err, roster.Unavailable)
		close(goOn)
		for f.hasher.Stats().Running > 0 || f.pendingTries() > 0 {
			runtime.Gosched()
		}
	}
	f.meanwhile = nil
	f.signsIn(at(), "ada", rightPassword)
}

func (f *fixture) pendingTries() (n int) {
	f.throttle.mu.Lock()
	defer f.throttle.mu.Unlock()
	for _, c := range f.throttle.counts {
		n += c.pending
	}
	return n
}

func TestAStoreThatFailsIsNotAWrongPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	f.signsIn(at(), "ada", rightPassword)
	if err := f.db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() (roster.Actor, error){
		"password": func() (roster.Actor, error) { return f.Password(t.Context(), at(), "ada", rightPassword) },
		"session":  func() (roster.Actor, error) { return f.Session(t.Context(), at(), Secrets{}.Session()) },
		"token":    func() (roster.Actor, error) { return f.Token(t.Context(), at(), Secrets{}.Token()) },
	} {
		actor, err := try()
		if err == nil || roster.KindOf(err) == roster.Unauthenticated || actor.Kind != roster.ActorNobody {
			t.Errorf("%s: %v, %v", name, actor, err)
		}
		if errors.Is(err, errWrongPassword) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
