package auth

import (
	"container/list"
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"roster"
	"roster/internal/directory"
)

// failureWindow is how long failures count, from the first one. After that the count starts again.
const failureWindow = directory.GuessWindow

const (
	// maxThrottleWaiters bounds the callers who wait for the outcome of another try.
	maxThrottleWaiters = 1000

	// maxFailureCounts bounds the memory: usually a few KiB, 110 MiB if full. Beyond it the oldest
	// count is dropped. Nobody can push out a count that still matters: a failure makes three
	// counts at most and costs a hash, and six slots at 25 ms make 216,000 failures in a window.
	maxFailureCounts = 3 << 18
)

// The limits of the throttle, by what they count (DECISIONS 16; SP 800-63B §5.2.2 requires a
// limit).
const (
	byPair    = iota // a name from one address
	byName           // a name, from all addresses
	byAddress        // an address, over all names and organizations
	limitCount
)

// limits are the allowed failures in a window. A pair that signed in within 30 days is held to the
// first limit only, so that a stranger behind the same address cannot lock it out.
var limits = [limitCount]struct {
	most   int
	detail string
}{
	byPair:    {10, "too many failed sign-ins for this name; wait before the next one"},
	byName:    {100, "too many failed sign-ins for this name; wait before the next one"},
	byAddress: {100, "too many failed sign-ins from this address; wait before the next one"},
}

// attempt is what a try is counted by. Unknown names and organizations count like known ones.
type attempt struct {
	scope   string // the folded slug of the organization
	name    string // the folded user name; several blanks count as one, as in directories (RFC 4518 §2.6.1)
	address string // of the caller, as network returns it
}

// countedBy returns the part of the attempt that a limit counts.
func (at attempt) countedBy(limit int) attempt {
	switch limit {
	case byName:
		return attempt{scope: at.scope, name: at.name}
	case byAddress:
		return attempt{address: at.address}
	}
	return at
}

// limitsFor returns how many of the limits hold for a pair, counted from the first.
func limitsFor(known bool) int {
	if known {
		return byPair + 1
	}
	return limitCount
}

// throttle bounds failed sign-ins. A try is reserved before its outcome is known, and counted if it
// failed. Pending tries take up room, so parallel guesses get no further than sequential ones. If
// pending tries take up all the room, a try waits, because they may succeed.
type throttle struct {
	now     func() time.Time
	waiters atomic.Int64
	refused atomic.Uint64 // tries turned away since the start

	// seeds holds one seed for each limit. They are secret, so nobody can make up names whose keys
	// collide.
	seeds [limitCount]maphash.Seed

	mu     sync.Mutex
	counts map[uint64]*count
	failed list.List // of *count with failures, by the time of their first one
}

type count struct {
	key     uint64
	pending int
	failed  int
	first   time.Time     // of the failures
	place   *list.Element // in throttle.failed; nil without failures
	settled chan struct{} // closed when a pending try is settled; nil if nobody waits
}

// reservation is a try whose outcome is not known yet. Exactly one of fail and release must follow.
// A nil reservation does nothing.
type reservation struct {
	t      *throttle
	counts [limitCount]*count // nil beyond the limits that hold for the try
}

// admission is the answer to a try. One of its fields is set and says what follows.
type admission struct {
	reserved *reservation
	retry    time.Duration   // refused: too many failures; try again after this
	settled  <-chan struct{} // wait for this, then ask again

	limit int // the limit that is reached
}

// refused reports whether a limit is reached.
func (a admission) refused() bool { return a.retry > 0 }

// exemptsKnown reports whether the reached limit does not hold for a pair that signed in recently.
func (a admission) exemptsKnown() bool { return a.reserved == nil && a.limit != byPair }

func newThrottle(now func() time.Time) *throttle {
	t := &throttle{now: now, counts: make(map[uint64]*count)}
	for i := range t.seeds {
		t.seeds[i] = maphash.MakeSeed()
	}
	return t
}

// reserve waits until the try may be made. It calls known at most once, and only if a limit is
// reached that does not hold for a known pair. Errors: RateLimited, Unavailable if ctx ends, and
// those of known.
func (t *throttle) reserve(ctx context.Context, at attempt, known func() (bool, error)) (*reservation, error) {
	asked, isKnown := false, false
	for {
		a := t.try(at, isKnown)
		if a.reserved != nil {
			return a.reserved, nil
		}
		if a.exemptsKnown() && !asked {
			var err error
			if isKnown, err = known(); err != nil {
				return nil, err
			}
			asked = true
			continue
		}
		if a.refused() {
			return nil, t.refuse(a)
		}
		if err := t.wait(ctx, a.settled); err != nil {
			return nil, err
		}
	}
}

// try makes a reservation, or returns what is in the way.
func (t *throttle) try(at attempt, known bool) admission {
	n := limitsFor(known)
	var keys [limitCount]uint64
	for i := range n {
		keys[i] = maphash.Comparable(t.seeds[i], at.countedBy(i))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for i := range n {
		if a, free := t.room(keys[i], now, limits[i].most); !free {
			a.limit = i
			return a
		}
	}
	r := &reservation{t: t}
	for i := range n {
		r.counts[i] = t.take(keys[i])
	}
	return admission{reserved: r}
}

// room reports whether one more try fits below the limit. t.mu is held.
func (t *throttle) room(key uint64, now time.Time, limit int) (a admission, free bool) {
	c := t.counts[key]
	if c == nil {
		return a, true
	}
	t.expire(c, now)
	if c.failed >= limit {
		return admission{retry: failureWindow - now.Sub(c.first)}, false
	}
	if c.failed+c.pending < limit {
		return a, true
	}
	if c.settled == nil {
		c.settled = make(chan struct{})
	}
	return admission{settled: c.settled}, false
}

// take counts a pending try. t.mu is held.
func (t *throttle) take(key uint64) *count {
	c := t.counts[key]
	if c == nil {
		c = &count{key: key}
		t.counts[key] = c
	}
	c.pending++
	return c
}

// wait blocks until settled is closed.
func (t *throttle) wait(ctx context.Context, settled <-chan struct{}) error {
	defer t.waiters.Add(-1)
	if t.waiters.Add(1) > maxThrottleWaiters {
		return t.refuse(admission{retry: time.Second})
	}
	select {
	case <-settled:
		return nil
	case <-ctx.Done():
		return leftError(ctx)
	}
}

// fail counts the try as a failure.
func (r *reservation) fail() { r.settle(true) }

// release ends a try that succeeded or had no outcome, without counting it.
func (r *reservation) release() { r.settle(false) }

func (r *reservation) settle(failed bool) {
	if r == nil {
		return
	}
	t := r.t
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for _, c := range r.counts {
		if c == nil {
			continue
		}
		c.pending--
		if failed {
			t.addFailure(c, now)
		}
		if c.settled != nil {
			close(c.settled)
			c.settled = nil
		}
		t.forgetEmpty(c)
	}
	t.sweep(now)
}

func (t *throttle) addFailure(c *count, now time.Time) {
	t.expire(c, now)
	if c.failed == 0 {
		c.first = now
		c.place = t.failed.PushBack(c)
	}
	c.failed++
}

// expire drops the failures of a window that has ended.
func (t *throttle) expire(c *count, now time.Time) {
	if c.failed > 0 && now.Sub(c.first) >= failureWindow {
		t.forgive(c)
	}
}

func (t *throttle) forgive(c *count) {
	c.failed = 0
	t.failed.Remove(c.place)
	c.place = nil
}

func (t *throttle) forgetEmpty(c *count) {
	if c.pending == 0 && c.failed == 0 {
		delete(t.counts, c.key)
	}
}

// sweep drops counts whose window has ended, and the oldest beyond the bound.
func (t *throttle) sweep(now time.Time) {
	for first := t.failed.Front(); first != nil; first = t.failed.Front() {
		c := first.Value.(*count)
		if now.Sub(c.first) < failureWindow && t.failed.Len() <= maxFailureCounts {
			return
		}
		t.forgive(c)
		t.forgetEmpty(c)
	}
}

// refuse returns the error for a refused try. It is the same for names that exist and names that do
// not.
func (t *throttle) refuse(a admission) error {
	t.refused.Add(1)
	return &roster.Error{Kind: roster.RateLimited, Detail: limits[a.limit].detail, RetryAfter: a.retry}
}
