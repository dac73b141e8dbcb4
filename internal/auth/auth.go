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
)

// deniedDetail is the only thing that a caller is told who is not let in.
const deniedDetail = "the credentials are not valid"

// Attempt is where a call came from and what it needs.
type Attempt struct {
	// OrganizationSlug is the organization in the path; "" stands for the default one, and leaves
	// it open with a token, which names its organization itself.
	OrganizationSlug string

	// Need is what the caller must hold, for the organization or for any group, to count as signed
	// in at all: Graze answers a user without graze_login as if the password were wrong. What
	// somebody who holds it for groups only may do there is for the verbs to say.
	Need roster.Permissions

	Face      roster.Face
	Address   string // of the caller, without port
	RequestID string
}

// Options are what an [Authenticator] needs. All of them must be set, but CacheEntries.
type Options struct {
	Store  directory.Store
	Hasher *Hasher
	Now    func() time.Time
	Logger *slog.Logger // for what goes wrong in the background

	// CacheEntries is the size of the credential cache, usually DefaultCacheEntries; 0 turns it off.
	CacheEntries int

	// Realms proves identity that is not kept here; nil: nobody's.
	Realms Realms

	// GuessKey makes failed sign-ins count over all servers of the store: it keys what they are
	// counted by, and is the same on each. nil: this process counts its own.
	GuessKey []byte

	// Generation lets what was read of credentials be kept while it is unchanged; nil: it is read
	// each time.
	Generation Generation
}

// Authenticator finds out who is calling. Its methods return an Unauthenticated error for every way
// of not being let in, always with the same Detail; the reason is in Err, with the user's name
// where it is known, and holds no secret.
type Authenticator struct {
	store      directory.Store
	hasher     *Hasher
	now        func() time.Time
	slugs      *slugs
	cache      *credentials
	throttle   *throttle
	known      *expiring[knownAddress] // written within a day
	shared     *sharedCounts
	regulars   *expiring[caller] // signed in within knownAddressTTL, since the start
	flights    flights[passwordFlight, verdict]
	background *background
	realms     Realms
	accounts   *readings[roster.Account]
	sessions   *readings[openSession]
	tokens     *readings[heldToken]
}

// openSession and heldToken are what is read of a credential at once.
type (
	openSession struct {
		roster.Session
		account roster.Account
	}
	heldToken struct {
		roster.Token
		account roster.Account
	}
)

// New returns an authenticator. Call Run for what it does in the background.
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
		accounts:   newReadings[roster.Account](o.Generation),
		sessions:   newReadings[openSession](o.Generation),
		tokens:     newReadings[heldToken](o.Generation),
	}
}

// Run writes in the background, until ctx ends, what need not be written before the answer: the use
// of sessions and tokens, and addresses that are known. What is left then is written before it
// returns.
func (a *Authenticator) Run(ctx context.Context) { a.background.run(ctx) }

// Stats is the state of an [Authenticator], for metrics.
type Stats struct {
	CacheHits    uint64 // passwords that were not hashed, since the start
	CacheMisses  uint64
	CacheEntries int
	Throttled    uint64 // tries that were turned away with RateLimited, since the start
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

// denied turns a caller away; the reason is for the log.
func denied(reason error) error {
	return &roster.Error{Kind: roster.Unauthenticated, Detail: deniedDetail, Err: reason}
}

// requirePermission returns the reason where what the attempt needs is not held.
func requirePermission(at Attempt, held roster.Grants) error {
	if missing := at.Need &^ held.Anywhere(); missing != 0 {
		return fmt.Errorf("lacks %s", missing)
	}
	return nil
}

func isNotFound(err error) bool { return err != nil && roster.KindOf(err) == roster.NotFound }

// presentable reports whether a text can be anything that is stored. PostgreSQL takes neither NUL
// nor invalid UTF-8.
func presentable(s string, maxBytes int) bool {
	return s != "" && len(s) <= maxBytes && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
