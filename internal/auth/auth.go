package auth

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"roster"
	"roster/internal/directory"
	"roster/internal/premise"
)

// deniedDetail is all that a denied caller learns.
const deniedDetail = "the credentials are not valid"

// Attempt describes a sign-in: where it came from and what it needs.
type Attempt struct {
	// OrganizationSlug is the organization in the path; "" means the default one. A token names its
	// organization itself, so "" allows a token of any organization.
	OrganizationSlug string

	// Need is the permission that the caller must hold, for the organization or for any group, to
	// be signed in at all. Graze answers a user without graze_login as if the password were wrong.
	// The verbs decide what a caller may do who holds it for groups only.
	Need roster.Permissions

	Face      roster.Face
	Address   string // of the caller, without port
	RequestID string
}

// Options hold what an [Authenticator] needs. All fields except CacheEntries, Realms, GuessKey and
// Generation are required.
type Options struct {
	Store  directory.Store
	Hasher *Hasher
	Now    func() time.Time
	Logger *slog.Logger // for errors in the background

	// CacheEntries is the size of the credential cache, usually DefaultCacheEntries; 0 turns it
	// off.
	CacheEntries int

	// Realms sign in users who have no password here; nil: no realms.
	Realms Realms

	// GuessKey makes all servers of a database count failed sign-ins together. It keys the counts
	// and is the same on each server. nil: this process counts alone.
	GuessKey []byte

	// Generation allows the authenticator to keep what it read of credentials until the generation
	// changes. nil: only requests with a [premise.Premise] rely on what was read before.
	Generation Generation
}

// Authenticator finds out who is calling. Its methods return an Unauthenticated error with the same
// Detail for every reason to deny a caller. The reason is in Err, with the user's name if it is
// known, and without secrets.
type Authenticator struct {
	store      directory.Store
	hasher     *Hasher
	now        func() time.Time
	slugs      *slugs
	cache      *credentials
	throttle   *throttle
	known      *expiring[knownAddress] // written during the last day
	shared     *sharedCounts
	regulars   *expiring[caller] // signed in within knownAddressTTL, since the start
	flights    flights[passwordFlight, verdict]
	background *background
	realms     Realms
	generation Generation
	accounts   *readings[openAccount]
	sessions   *readings[openSession]
	tokens     *readings[heldToken]
}

// openAccount, openSession and heldToken hold what one read of a credential returns.
type (
	openAccount struct {
		roster.Account
		versions premise.Versions
	}
	openSession struct {
		roster.Session
		account  roster.Account
		versions premise.Versions
	}
	heldToken struct {
		roster.Token
		account  roster.Account
		versions premise.Versions
	}
)

// New returns an authenticator. Its caller must run [Authenticator.Run].
func New(o Options) *Authenticator {
	if o.Generation == nil {
		o.Generation = func() (uint64, bool) { return 0, false }
	}
	return &Authenticator{
		store:      o.Store,
		hasher:     o.Hasher,
		now:        o.Now,
		slugs:      newSlugs(),
		cache:      newCredentials(o.CacheEntries),
		throttle:   newThrottle(o.Now),
		shared:     newSharedCounts(o),
		known:      newExpiring[knownAddress](knownAddressRenewal, maxKnownAddresses),
		regulars:   newExpiring[caller](knownAddressTTL, maxKnownAddresses),
		background: newBackground(o.Store, o.Logger),
		realms:     o.Realms,
		generation: o.Generation,
		accounts:   newReadings[openAccount](o.Generation),
		sessions:   newReadings[openSession](o.Generation),
		tokens:     newReadings[heldToken](o.Generation),
	}
}

// Run writes in the background what no answer waits for: uses of sessions and tokens, and known
// addresses. It returns when ctx has ended and everything is written.
func (a *Authenticator) Run(ctx context.Context) { a.background.run(ctx) }

// Stats is the state of an [Authenticator], for metrics.
type Stats struct {
	CacheHits    uint64 // passwords that needed no hash, since the start
	CacheMisses  uint64
	CacheEntries int
	Throttled    uint64 // tries that were refused with RateLimited, since the start
}

// Stats returns the present state.
func (a *Authenticator) Stats() Stats {
	return Stats{
		CacheHits:    a.cache.hits.Load(),
		CacheMisses:  a.cache.misses.Load(),
		CacheEntries: a.cache.good.len(),
		Throttled:    a.throttle.refused.Load(),
	}
}

// denied returns the error for a denied caller. The reason is for the log.
func denied(reason error) error {
	return &roster.Error{Kind: roster.Unauthenticated, Detail: deniedDetail, Err: reason}
}

// requirePermission returns the reason to deny the attempt if the needed permission is not held.
func requirePermission(at Attempt, held roster.Grants) error {
	if missing := at.Need &^ held.Anywhere(); missing != 0 {
		return fmt.Errorf("lacks %s", missing)
	}
	return nil
}

func isNotFound(err error) bool { return err != nil && roster.KindOf(err) == roster.NotFound }

// presentable reports whether a text can be anything that is stored. PostgreSQL stores neither NUL
// nor invalid UTF-8.
func presentable(s string, maxBytes int) bool {
	return s != "" && len(s) <= maxBytes && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
