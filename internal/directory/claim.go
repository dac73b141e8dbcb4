package directory

import (
	"context"
	"slices"
	"sync"

	"roster"
)

// maxKeptClaims bounds what is kept of all organizations' checks, in bytes: 100,000 checks of two or three conditions.
const maxKeptClaims = 64 << 20

// sizeOfClaim is about what a check takes besides the values of its conditions, and sizeOfCondition what each of these does.
const sizeOfClaim, sizeOfCondition = 128, 64

// keptClaims keeps by which conditions the checks of an organization claim events, for as long as none of these
// changes: to read and decode all of them for each event takes 10 to 20 µs a check.
type keptClaims struct {
	mu   sync.Mutex
	of   map[roster.OrganizationID]claims
	size int
}

// claims are what the checks of an organization claim, in one state, by ascending number of the checks.
type claims struct {
	state CheckState
	all   []claim
	size  int
}

// claim is by which conditions a check claims events.
type claim struct {
	check    roster.CheckID
	version  int64
	matching roster.ConditionGroup // folded
}

// get returns what is kept of a state.
func (k *keptClaims) get(org roster.OrganizationID, state CheckState) ([]claim, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, found := k.of[org]
	return c.all, found && c.state == state
}

// put keeps the claims of an organization, unless they are too large. Where there is no place for them all others make it.
func (k *keptClaims) put(org roster.OrganizationID, c claims) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.size -= k.of[org].size
	delete(k.of, org)
	if c.size > maxKeptClaims {
		return
	}
	if k.of == nil || k.size+c.size > maxKeptClaims {
		k.of, k.size = map[roster.OrganizationID]claims{}, 0
	}
	k.of[org] = c
	k.size += c.size
}

// add takes another check in, unless that is too much: then there are none.
func (c *claims) add(check roster.Check) {
	n := len(check.Matching.Conditions)
	if n == 0 || c.size > maxKeptClaims {
		return
	}
	c.size += sizeOfClaim + n*sizeOfCondition + conditionBytes(check.Matching)
	c.all = append(c.all, claim{check.ID, check.Version, folded(check.Matching)})
	if c.size > maxKeptClaims {
		c.all = nil
	}
}

// look returns id and version of the check that claims the event: the one that has the alias, or else the first one whose
// conditions the message meets; zero if there is none. It reads no checks that have not changed since an earlier event.
func (r recording) look(ctx context.Context, tx Tx) (roster.Check, error) {
	if c, found, err := r.aliased(tx); found || err != nil {
		return c, err
	}
	state, err := tx.CheckState(r.by.OrganizationID)
	if err != nil {
		return roster.Check{}, err
	}
	if all, kept := r.claims.get(r.by.OrganizationID, state); kept {
		i := slices.IndexFunc(all, func(c claim) bool { return r.message.meetsFolded(c.matching) })
		if i < 0 {
			return roster.Check{}, nil
		}
		return roster.Check{ID: all[i].check, Version: all[i].version}, nil
	}
	var first roster.Check
	now := claims{state: state}
	err = r.each(ctx, tx, func(c roster.Check) bool {
		now.add(c)
		if first.ID == "" && r.message.meets(c.Matching) {
			first = c
		}
		return first.ID == "" || now.all != nil
	})
	if err == nil {
		r.claims.put(r.by.OrganizationID, now)
	}
	return first, err
}
