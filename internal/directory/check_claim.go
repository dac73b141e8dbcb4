package directory

import (
	"context"
	"sync"

	"roster"
)

// maxKeptClaims bounds the memory for claims of all organizations, in bytes. It holds 100,000
// checks of two or three conditions.
const maxKeptClaims = 64 << 20

// sizeOfClaim is about the memory for a check, without its name and conditions. sizeOfCondition is
// about the memory for a condition, without its value. Both are in bytes.
const sizeOfClaim, sizeOfCondition = 288, 64

// claim is the part of a check that events are compared with. Its conditions are folded.
type claim struct {
	check         roster.CheckID
	version       int64
	name          string
	schedule      roster.Schedule       // when it expects events, without a time zone
	matching      roster.ConditionGroup // decide which events the check claims
	success       roster.ConditionGroup
	warning       roster.ConditionGroup
	defaultStatus roster.Status // the status of an event that meets neither
}

// claimOf returns the claim of a check, not folded yet.
func claimOf(c roster.Check) claim {
	return claim{c.ID, c.Version, c.Name, scheduleOf(c), c.Matching, c.Success, c.Warning, c.DefaultStatus}
}

// firstClaim returns the first claim whose conditions the message meets, zero for none.
func (m message) firstClaim(all []claim, w *work) claim {
	for _, c := range all {
		if m.meets(c.matching, w) {
			return c
		}
		if w.over() {
			break
		}
	}
	return claim{}
}

// statusOf returns the status of a message that the claim's check has claimed.
func (m message) statusOf(c claim, w *work) roster.Status {
	switch {
	case m.meets(c.success, w):
		return roster.StatusSuccess
	case m.meets(c.warning, w):
		return roster.StatusWarning
	default:
		return c.defaultStatus
	}
}

// claims holds the claims of an organization's checks in one state, by ascending number of the
// checks.
type claims struct {
	state CheckVersions
	all   []claim
	size  int // bytes; above maxKeptClaims the claims are too large, and all is nil
}

func (c *claims) tooLarge() bool { return c.size > maxKeptClaims }

// add adds a check. If that makes the claims too large, it drops them all.
func (c *claims) add(check roster.Check) {
	n := len(check.Matching.Conditions)
	if n == 0 || c.tooLarge() {
		return
	}
	n += len(check.Success.Conditions) + len(check.Warning.Conditions)
	c.size += sizeOfClaim + len(check.Name) + n*sizeOfCondition + conditionBytes(check.Matching, check.Success, check.Warning)
	if c.tooLarge() {
		c.all = nil
		return
	}
	c.all = append(c.all, claimOf(check))
}

// keptClaims caches the claims of organizations until one of their checks changes. To read and
// decode all checks for each event would take 10 to 20 µs a check.
type keptClaims struct {
	mu             sync.Mutex
	byOrganization map[roster.OrganizationID]claims
	size           int
}

// fold folds all conditions, for comparison.
func (c *claims) fold() {
	for i := range c.all {
		for _, g := range []*roster.ConditionGroup{&c.all[i].matching, &c.all[i].success, &c.all[i].warning} {
			*g = folded(*g)
		}
	}
}

// get returns the cached claims of an organization, if they are of that state.
func (k *keptClaims) get(org roster.OrganizationID, state CheckVersions) (c claims, found bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, found = k.byOrganization[org]
	return c, found && c.state == state
}

// put caches the claims of an organization. If there is no room, it drops all others. For claims
// that are too large it remembers only that.
func (k *keptClaims) put(org roster.OrganizationID, c claims) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.size -= k.byOrganization[org].bytes()
	delete(k.byOrganization, org)
	if k.byOrganization == nil || k.size+c.bytes() > maxKeptClaims {
		k.byOrganization, k.size = map[roster.OrganizationID]claims{}, 0
	}
	k.byOrganization[org] = c
	k.size += c.bytes()
}

// bytes returns about how much memory the claims take.
func (c claims) bytes() int {
	if c.tooLarge() {
		return 0
	}
	return c.size
}

// pageOfChecks is how many checks one query reads.
const pageOfChecks = 100

// readClaims reads the claims of all checks of an organization. They are not folded.
func readClaims(ctx context.Context, tx Tx, org roster.OrganizationID, state CheckVersions) (claims, error) {
	read := claims{state: state}
	for q := (CheckQuery{Limit: pageOfChecks}); !read.tooLarge(); {
		if err := ctx.Err(); err != nil {
			return read, err
		}
		page, err := tx.Checks(org, q)
		if err != nil {
			return read, err
		}
		for _, c := range page.Records {
			read.add(c)
			q.Order.After.Number = c.Number
		}
		if len(page.Records) < pageOfChecks {
			break
		}
	}
	return read, nil
}
