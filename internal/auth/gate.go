package auth

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	// hashMemoryBudget bounds the memory of all concurrent hashes, in KiB (DECISIONS 13).
	hashMemoryBudget = 128 * 1024

	// maxHashWait is the longest estimated wait for a slot. If the estimate is longer, a caller is
	// refused at once.
	maxHashWait = 2 * time.Second

	// longestWait ends a wait that took longer than estimated, because shorter queues were served
	// first.
	longestWait = maxHashWait + maxHashWait/4

	// crowded is the share of recent hashes beside which more than fewRequests other requests were
	// answered. From there on, other requests count as constant: they get a core to themselves, and
	// a slot rests after each hash for as long as the hash took. Without the rest, other requests
	// on two cores would lose more than half of their rate.
	crowded     = 0.5
	fewRequests = 4

	// firstMeanHash is the assumed time of a hash until one was measured.
	firstMeanHash = 50 * time.Millisecond
)

// defaultSlots returns how many hashes may run at a time: one for each core, within the memory
// budget.
func defaultSlots() int {
	return max(1, min(runtime.GOMAXPROCS(0), hashMemoryBudget/hashMemory))
}

// gate bounds the number of hashes that run at a time. Callers wait in two lanes: one for
// strangers, one for callers who are known to be good. The lanes take turns, and so do the queues
// of a lane. While other requests keep coming, one slot stays free, so that a storm of sign-ins
// leaves them a core (ADR 0007).
type gate struct {
	slots int

	others  atomic.Int64 // requests in flight that need no hash
	served  atomic.Int64 // such requests that have ended
	waiting atomic.Int64 // callers in both lanes, readable without the lock

	mu       sync.Mutex
	known    lane
	stranger lane
	last     *lane // served last
	running  int
	mean     time.Duration // moving average of how long a hash takes
	crowd    float64       // moving average of whether others were answered between two hashes, 0 to 1
	seen     int64         // the value of served when the last hash ended
	done     uint64

	refused atomic.Uint64
}

func newGate(slots int) *gate { return &gate{slots: slots, mean: firstMeanHash} }

// enter waits for a slot, which leave gives back. Errors: Unavailable, at once if the estimated
// wait is too long, or later if the wait becomes too long or ctx ends.
func (g *gate) enter(ctx context.Context, c caller) error {
	w, err := g.enqueue(c)
	if w == nil || err != nil {
		return err
	}
	patience := time.NewTimer(longestWait)
	defer patience.Stop()
	select {
	case err := <-w.turn:
		return err
	case <-ctx.Done():
		g.abandon(w)
		return leftError(ctx)
	case <-patience.C:
		g.abandon(w)
		return g.refuse(maxHashWait)
	}
}

// ask returns the error with which enter would refuse the caller at once.
func (g *gate) ask(c caller) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refuseLongWait(c)
}

// busy reports whether ask would return an error.
func (g *gate) busy(c caller) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.estimate(c) > maxHashWait
}

// refuseLongWait refuses a newcomer whose estimated wait is too long. g.mu is held.
func (g *gate) refuseLongWait(c caller) error {
	if wait := g.estimate(c); wait > maxHashWait {
		return g.refuse(wait)
	}
	return nil
}

// enqueue takes a slot and returns nil, or takes a place in a queue and returns it.
func (g *gate) enqueue(c caller) (*waiter, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	// Added before the others are counted, so that a request that ends after the count sees it
	// (recheck).
	g.waiting.Add(1)
	if g.free() {
		g.waiting.Add(-1)
		g.running++
		return nil, nil
	}
	err := g.refuseLongWait(c)
	if err == nil {
		err = g.makeRoom(c)
	}
	if err != nil {
		g.waiting.Add(-1)
		return nil, err
	}
	own, _ := g.lanes(c)
	return own.push(c), nil
}

// makeRoom refuses the last waiter of the longest queue if the newcomer's lane is full. g.mu is
// held.
func (g *gate) makeRoom(c caller) error {
	own, _ := g.lanes(c)
	if own.waiting < maxInLane {
		return nil
	}
	last := own.evict(c)
	if last == nil {
		return g.refuse(maxHashWait)
	}
	g.waiting.Add(-1)
	last.turn <- g.refuse(maxHashWait)
	return nil
}

// abandon removes a waiter from its queue. If the waiter got a slot at the same moment, abandon
// gives the slot back.
func (g *gate) abandon(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.place != nil {
		w.leave()
		g.waiting.Add(-1)
	} else if err := <-w.turn; err == nil {
		g.running--
		g.dispatch()
	}
}

// leave gives the slot back after a hash that took so long. The slot rests first while other
// requests keep coming.
func (g *gate) leave(took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done++
	g.mean += (took - g.mean) / 8
	now := 0.0
	served := g.served.Load()
	if served-g.seen > fewRequests {
		now = 1
	}
	g.seen = served
	g.crowd += (now - g.crowd) / 8
	g.giveBack(took)
}

// leaveUnhashed gives the slot back after work that was no hash. It does not count towards the mean
// time.
func (g *gate) leaveUnhashed(took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.giveBack(took)
}

// giveBack gives the slot to the next waiter, after a rest while other requests keep coming. g.mu
// is held.
func (g *gate) giveBack(took time.Duration) {
	if g.crowd > crowded {
		time.AfterFunc(took, g.rested)
		return
	}
	g.running--
	g.dispatch()
}

// rested gives back a slot after its rest.
func (g *gate) rested() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	g.dispatch()
}

// dispatch gives the free slots to the next callers. g.mu is held.
func (g *gate) dispatch() {
	for !g.empty() && g.running < g.allowed() {
		l := &g.known
		if l.waiting == 0 || l == g.last && g.stranger.waiting > 0 {
			l = &g.stranger
		}
		g.last = l
		g.waiting.Add(-1)
		g.running++
		l.pop().turn <- nil
	}
}

// lanes returns the lane of a caller, and the other one.
func (g *gate) lanes(c caller) (own, other *lane) {
	if c.known {
		return &g.known, &g.stranger
	}
	return &g.stranger, &g.known
}

// empty reports whether nobody waits. g.mu is held.
func (g *gate) empty() bool { return g.known.waiting+g.stranger.waiting == 0 }

// free reports whether a newcomer gets a slot at once. g.mu is held.
func (g *gate) free() bool { return g.empty() && g.running < g.allowed() }

// allowed returns how many hashes may run now.
func (g *gate) allowed() int {
	if g.others.Load() > 0 && g.crowd > crowded {
		return max(1, g.slots-1)
	}
	return g.slots
}

// estimate returns how long a newcomer would wait by its place in the queues: zero if a slot is
// free. g.mu is held.
func (g *gate) estimate(c caller) time.Duration {
	if g.free() {
		return 0
	}
	each := g.mean
	if g.crowd > crowded {
		each *= 2 // the slot rests as long as it works
	}
	own, other := g.lanes(c)
	turns := own.turns(c)
	turns += min(turns, other.waiting)
	return time.Duration(turns) * each / time.Duration(g.allowed())
}

// recheck starts the waiters that may run after the last other request has ended.
func (g *gate) recheck() {
	if g.waiting.Load() == 0 || g.others.Load() > 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dispatch()
}

// refuse counts a refused caller and returns its error.
func (g *gate) refuse(wait time.Duration) error {
	g.refused.Add(1)
	return &roster.Error{
		Kind:       roster.Unavailable,
		Detail:     "too many passwords are being checked at once; try again",
		RetryAfter: max(time.Second, wait.Round(time.Second)),
		Err:        directory.ErrCrowded,
	}
}

// leftError is the error for a caller whose context ended while it waited. Usually nobody reads it
// any more.
func leftError(ctx context.Context) error {
	return &roster.Error{
		Kind:       roster.Unavailable,
		Detail:     "the password was not checked in time; try again",
		RetryAfter: time.Second,
		Err:        context.Cause(ctx),
	}
}
