package auth

import (
	"strconv"
	"sync/atomic"
	"time"

	"roster"
)

// DefaultCacheEntries is the usual size of the credential cache (DECISIONS 14).
const DefaultCacheEntries = 10_000

// cacheTTL is how long a verified password need not be hashed again. It is not prolonged by use.
const cacheTTL = 5 * time.Minute

// credentials remembers passwords that were verified a moment ago, as digests. It saves the hash
// and nothing else: whether the account is active, its credential version and its grants are read
// from the store each time. Failures are not remembered.
type credentials struct {
	mac    mac
	good   *expiring[digest]
	likely *expiring[digest] // of what was typed where the password was verified
	hits   atomic.Uint64
	misses atomic.Uint64
}

func newCredentials(entries int) *credentials {
	return &credentials{
		mac: newMAC(), good: newExpiring[digest](cacheTTL, entries), likely: newExpiring[digest](cacheTTL, entries),
	}
}

// digest stands for the password of the account at its credential version: a change of password
// leaves digests behind that nothing asks for any more.
func (c *credentials) digest(a roster.Account, password string) digest {
	return c.mac.sum(string(a.UserID), strconv.FormatInt(a.CredentialVersion, 10), password)
}

// has reports whether the digest was verified lately, and counts it if so.
func (c *credentials) has(d digest, now time.Time) bool {
	if !c.good.has(d, now) {
		return false
	}
	c.hits.Add(1)
	return true
}

// typed stands for a name and a password before the account is known. That it is likely says only
// that no hash will be needed, if the account is as it was: the request need not ask the gate then.
func (c *credentials) typed(at Attempt, userName, password string) digest {
	return c.mac.sum("typed", at.OrganizationSlug, userName, password)
}

func (c *credentials) add(d digest, now time.Time) { c.good.add(d, now) }
