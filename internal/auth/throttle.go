package auth

import (
	"container/list"
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"roster"
)

// Limits of the throttle (DECISIONS 16; SP 800-63B §5.2.2 asks for a limit).
const (
	failuresPerAddress = 10 // for a name from one address
	failuresPerName    = 100
	failureWindow      = 15 * time.Minute // from the first failure; then the count starts anew

	// maxThrottleWaiters bounds those who wait for another attempt's outcome.
	maxThrottleWaiters = 1000

	// maxFailureCounts bounds the memory: a few KiB mostly, 75 MiB when full. Beyond it the oldest count
	// is given up. Nobody can push out a count that still matters: a failure makes two counts at
	// most and costs a hash, and six slots at 25 ms make 216,000 failures in a window.
	maxFailureCounts = 1 << 19
)

// attempt is what a try is counted by. Unknown names and organizations count like known ones.
type attempt struct {
	scope   string // the organization
	name    string // the folded user name
	address string // of the caller, in the form that network returns
}

// throttle bounds failed sign-ins. A try is reserved before its outcome is known and counted when
// it failed; tries that are still pending take up room, so that parallel guesses get no further than
// those in a row. A try that finds the room taken by pending ones waits, since these may succeed.
type throttle struct {
	now     func() time.Time
	waiters atomic.Int64
	refused atomic.Uint64 // tries turned away since the start

	// Nobody outside knows the seeds, so names whose keys collide cannot be made up.
	seedHere       maphash.Seed
	seedEverywhere maphash.Seed

	mu     sync.Mutex
	counts map[uint64]*count
	failed list.List // of *count with failures, in order of their first one
}

type count struct {
	key     uint64
	pending int
	failed  int
	first   time.Time     // of the failures
	place   *list.Element // in throttle.failed; nil without failures
	settled chan struct{} // closed when a pending try is settled; nil where nobody waits
}

// reservation is a try whose outcome is not known yet. Exactly one of fail and release must follow.
type reservation struct {
	t      *throttle
	counts [2]*count // the second is nil for an address that is known
}

// admission is the answer to a try: one of its fields says what follows.
type admission struct {
	reserved *reservation
	retry    time.Duration   // refused: too many failures; try again then
	settled  <-chan struct{} // wait for this, then ask again

	byName bool // it is the limit over all addresses that is in the way
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{
		now: now, seedHere: maphash.MakeSeed(), seedEverywhere: maphash.MakeSeed(),
		counts: make(map[uint64]*count),
	}
}

// reserve waits until the try may be made. known is asked at most once, and only when the limit
// over all addresses is in the way: an address that signed in before is free of it.
// Errors: RateLimited, Unavailable where ctx ends, and those of known.
func (t *throttle) reserve(ctx context.Context, at attempt, known func() (bool, error)) (*reservation, error) {
	asked, isKnown := false, false
	for {
		a := t.try(at, isKnown)
		if a.reserved != nil {
			return a.reserved, nil
		}
		if a.byName && !asked {
			var err error
			if isKnown, err = known(); err != nil {
				return nil, err
			}
			asked = true
			continue
		}
		if a.retry > 0 {
			return nil, t.refuse(a.retry)
		}
		if err := t.wait(ctx, a.settled); err != nil {
			return nil, err
		}
	}
}

// try makes a reservation or says what is in the way.
func (t *throttle) try(at attempt, known bool) admission {
	here := maphash.Comparable(t.seedHere, at)
	everywhere := maphash.Comparable(t.seedEverywhere, attempt{scope: at.scope, name: at.name})
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if a, free := t.room(here, now, failuresPerAddress); !free {
		return a
	}
	if known {
		return admission{reserved: &reservation{t: t, counts: [2]*count{t.take(here)}}}
	}
	if a, free := t.room(everywhere, now, failuresPerName); !free {
		a.byName = true
		return a
	}
	return admission{reserved: &reservation{t: t, counts: [2]*count{t.take(here), t.take(everywhere)}}}
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
		return t.refuse(time.Second)
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

// release ends a try that succeeded, or that came to no outcome, without counting it.
func (r *reservation) release() { r.settle(false) }

func (r *reservation) settle(failed bool) {
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

// expire forgets the failures of a window that is over.
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

// sweep drops counts whose window is over, and the oldest beyond the bound.
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

// refuse turns a try away, with the same words for names that exist and names that do not.
func (t *throttle) refuse(retry time.Duration) error {
	t.refused.Add(1)
	return &roster.Error{
		Kind:       roster.RateLimited,
		Detail:     "too many failed sign-ins for this name; wait before the next one",
		RetryAfter: retry,
	}
}
