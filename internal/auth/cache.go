package auth

import (
	"strconv"
	"sync/atomic"
	"time"

	"roster"
)

// DefaultCacheEntries is the usual size of the credential cache (DECISIONS 14).
const DefaultCacheEntries = 10_000

// cacheTTL is how long a verified password is not hashed again. Use does not prolong it.
const cacheTTL = 5 * time.Minute

// credentials remembers the digests of recently verified passwords. It saves the hash and nothing
// else: whether the account is active, its credential version and its grants are read from the
// store each time. It does not remember failures.
type credentials struct {
	mac    mac
	good   *expiring[digest]
	likely *expiring[digest] // of names and passwords as they were typed
	hits   atomic.Uint64
	misses atomic.Uint64
}

func newCredentials(entries int) *credentials {
	return &credentials{
		mac: newMAC(), good: newExpiring[digest](cacheTTL, entries), likely: newExpiring[digest](cacheTTL, entries),
	}
}

// digest stands for the password of the account at its credential version. A change of the password
// makes older digests useless.
func (c *credentials) digest(a roster.Account, password string) digest {
	return c.mac.sum(string(a.UserID), strconv.FormatInt(a.CredentialVersion, 10), password)
}

// has reports whether the digest was verified recently, and counts it if so.
func (c *credentials) has(d digest, now time.Time) bool {
	if !c.good.has(d, now) {
		return false
	}
	c.hits.Add(1)
	return true
}

// typed returns the digest of a name and a password before the account is known. If it is in
// likely, the request will probably need no hash and does not ask the gate.
func (c *credentials) typed(at Attempt, userName, password string) digest {
	return c.mac.sum("typed", at.OrganizationSlug, userName, password)
}

func (c *credentials) add(d digest, now time.Time) { c.good.add(d, now) }
