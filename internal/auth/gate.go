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
	// hashMemoryBudget bounds the memory of all hashes that run at a time, in KiB (DECISIONS 13).
	hashMemoryBudget = 128 * 1024

	// maxHashWait is the longest estimated wait for a slot. Beyond it a caller is refused at once.
	maxHashWait = 2 * time.Second

	// longestWait ends a wait that became longer than its estimate, because shorter queues came
	// meanwhile.
	longestWait = maxHashWait + maxHashWait/4

	// crowded says from when on other requests are taken to come all the time: so many of the last
	// hashes saw more than fewRequests answered since the hash before. The others then have a core
	// to themselves, and a slot rests after each hash for as long as it took. On two cores the
	// others would otherwise keep less than half of their rate.
	crowded     = 0.5
	fewRequests = 4

	// firstMeanHash is what a hash is taken to last before one was measured.
	firstMeanHash = 50 * time.Millisecond
)

// defaultSlots returns how many hashes may run at a time: one for each core, within the memory
// budget.
func defaultSlots() int {
	return max(1, min(runtime.GOMAXPROCS(0), hashMemoryBudget/hashMemory))
}

// gate lets a bounded number of hashes run at a time. Callers wait in two lanes, one for strangers
// and one for callers who are known to be good; the lanes take turns, and so do the queues of a
// lane. One slot stays free while other requests come all the time, so that a storm of sign-ins
// leaves them a core (ADR 0007).
type gate struct {
	slots int

	others  atomic.Int64 // requests in flight that did not come for a hash
	served  atomic.Int64 // such requests that are done
	waiting atomic.Int64 // callers in both lanes, for a look without the lock

	mu       sync.Mutex
	known    lane
	stranger lane
	last     *lane // had the latest turn
	running  int
	mean     time.Duration // moving average of how long a hash takes
	crowd    float64       // moving average of whether others were answered between two hashes, 0 to 1
	seen     int64         // served when the last hash ended
	done     uint64

	refused atomic.Uint64
}

func newGate(slots int) *gate { return &gate{slots: slots, mean: firstMeanHash} }

// enter waits for a slot, which leave gives back. Errors: Unavailable, at once if the estimated
// wait is too long, later if the wait becomes too long or ctx ends.
func (g *gate) enter(ctx context.Context, c caller) error {
	w, err := g.line(c)
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

// ask returns the error with which enter would turn the caller away at once.
func (g *gate) ask(c caller) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.judge(c)
}

// busy reports whether ask would return an error.
func (g *gate) busy(c caller) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.estimate(c) > maxHashWait
}

// judge turns a newcomer away whose estimated wait is too long. g.mu is held.
func (g *gate) judge(c caller) error {
	if wait := g.estimate(c); wait > maxHashWait {
		return g.refuse(wait)
	}
	return nil
}

// line takes a slot, and returns nil, or takes a place in a queue.
func (g *gate) line(c caller) (*waiter, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	// Announced before the others are counted: a request that stops being one afterwards sees it
	// (recheck).
	g.waiting.Add(1)
	if g.free() {
		g.waiting.Add(-1)
		g.running++
		return nil, nil
	}
	err := g.judge(c)
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

// makeRoom turns somebody away if the newcomer's lane is full: the last of the longest queue. g.mu
// is held.
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

// abandon takes a waiter out of its queue, or gives its slot back if that came at the same moment.
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

// leave gives the slot back after a hash that took so long. The slot rests first while others keep
// coming.
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

// leaveUnhashed gives the slot back after work that was no hash, and says nothing of how long one
// takes.
func (g *gate) leaveUnhashed(took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.giveBack(took)
}

// giveBack gives the slot to the next in line, after a rest while others keep coming. g.mu is held.
func (g *gate) giveBack(took time.Duration) {
	if g.crowd > crowded {
		time.AfterFunc(took, g.rested)
		return
	}
	g.running--
	g.dispatch()
}

// rested gives back a slot that has rested.
func (g *gate) rested() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	g.dispatch()
}

// dispatch gives free slots to the callers whose turn it is. g.mu is held.
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

// estimate returns how long a newcomer would wait, by its place once the queues take turns: not at
// all if a slot is free. g.mu is held.
func (g *gate) estimate(c caller) time.Duration {
	if g.free() {
		return 0
	}
	each := g.mean
	if g.crowd > crowded {
		each *= 2 // its slot rests as long
	}
	own, other := g.lanes(c)
	turns := own.turns(c)
	turns += min(turns, other.waiting)
	return time.Duration(turns) * each / time.Duration(g.allowed())
}

// recheck wakes those who may run since the last of the others has gone.
func (g *gate) recheck() {
	if g.waiting.Load() == 0 || g.others.Load() > 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dispatch()
}

// refuse counts a caller who is turned away, and returns the error for it.
func (g *gate) refuse(wait time.Duration) error {
	g.refused.Add(1)
	return &roster.Error{
		Kind:       roster.Unavailable,
		Detail:     "too many passwords are being checked at once; try again",
		RetryAfter: max(time.Second, wait.Round(time.Second)),
		Err:        directory.ErrCrowded,
	}
}

// leftError is for a caller whose context ended while it waited: mostly nobody reads it any more.
func leftError(ctx context.Context) error {
	return &roster.Error{
		Kind:       roster.Unavailable,
		Detail:     "the password was not checked in time; try again",
		RetryAfter: time.Second,
		Err:        context.Cause(ctx),
	}
}
