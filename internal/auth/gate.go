package auth

import (
	"container/list"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"roster"
)

const (
	// hashMemoryBudget bounds the memory of all hashes that run at a time, in KiB (DECISIONS 13).
	hashMemoryBudget = 128 * 1024

	// maxHashWait is the longest estimated wait for a slot; beyond it a caller is turned away at once.
	maxHashWait = 2 * time.Second

	// crowded says from when on other requests are taken to come all the time: so many of the last hashes
	// saw more than fewRequests answered since the hash before. They then have a core to themselves, and a
	// slot rests after each hash for as long as it took: on two cores they would else keep less than half
	// of what they had. Requests that come for a hash are about one for each; a slot less for what they do
	// before and after it would only make hashes slower.
	crowded     = 0.5
	fewRequests = 4

	// firstMeanHash is what a hash is taken to last before one was measured.
	firstMeanHash = 50 * time.Millisecond
)

// defaultSlots returns how many hashes may run at a time: one for each core, within the memory budget.
func defaultSlots() int {
	return max(1, min(runtime.GOMAXPROCS(0), hashMemoryBudget/hashMemory))
}

// gate lets a bounded number of hashes run at a time, in the order of arrival, and keeps one slot
// free while other requests come all the time, so that a storm of sign-ins leaves them a core (ADR 0007).
type gate struct {
	slots int

	// A caller who waits for or runs a hash is inside; requests less inside are the others.
	requests atomic.Int64
	inside   atomic.Int64
	served   atomic.Int64 // requests that are done
	waiting  atomic.Int64 // length of queue, for a look without the lock

	mu      sync.Mutex
	queue   list.List // of chan struct{}, closed when the slot is given
	running int
	mean    time.Duration // moving average of how long a hash takes
	crowd   float64       // moving average of whether others were answered between two hashes, 0 to 1
	seen    int64         // served when the last hash ended
	done    uint64
	refused uint64
}

func newGate(slots int) *gate { return &gate{slots: slots, mean: firstMeanHash} }

// enter waits for a slot, which leave gives back. Errors: Unavailable where the estimated wait is
// too long, at once, or where ctx ends.
func (g *gate) enter(ctx context.Context) error {
	turn, place, err := g.line()
	if turn == nil || err != nil {
		return err
	}
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		g.abandon(turn, place)
		return leftError(ctx)
	}
}

// line takes a slot, and returns nil, or takes a place in the queue.
func (g *gate) line() (turn chan struct{}, place *list.Element, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	// Announced before the others are counted: whoever stops being one afterwards sees it (recheck).
	g.waiting.Add(1)
	if g.queue.Len() == 0 && g.running < g.allowed() {
		g.waiting.Add(-1)
		g.running++
		return nil, nil, nil
	}
	if wait := g.estimate(); wait > maxHashWait {
		g.waiting.Add(-1)
		g.refused++
		return nil, nil, busyError(wait)
	}
	turn = make(chan struct{})
	return turn, g.queue.PushBack(turn), nil
}

// abandon leaves the queue, or gives the slot back if it came at the same moment.
func (g *gate) abandon(turn chan struct{}, place *list.Element) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-turn:
		g.running--
		g.dispatch()
	default:
		g.queue.Remove(place)
		g.waiting.Add(-1)
	}
}

// leave gives the slot back after a hash that took so long. The next in line gets it while the
// caller still counts as inside, so that the rest of its request does not hold the slot up.
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

// dispatch gives free slots to those who wait longest. g.mu is held.
func (g *gate) dispatch() {
	for g.queue.Len() > 0 && g.running < g.allowed() {
		turn := g.queue.Remove(g.queue.Front()).(chan struct{})
		g.waiting.Add(-1)
		g.running++
		close(turn)
	}
}

// allowed returns how many hashes may run now.
func (g *gate) allowed() int {
	if g.others() > 0 && g.crowd > crowded {
		return max(1, g.slots-1)
	}
	return g.slots
}

func (g *gate) others() int64 { return g.requests.Load() - g.inside.Load() }

// estimate returns how long a newcomer would wait. g.mu is held.
func (g *gate) estimate() time.Duration {
	each := g.mean
	if g.crowd > crowded {
		each *= 2 // its slot rests as long
	}
	return time.Duration(g.queue.Len()+1) * each / time.Duration(g.allowed())
}

// recheck wakes those who may run since the last of the others has gone.
func (g *gate) recheck() {
	if g.waiting.Load() == 0 || g.others() > 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dispatch()
}

// stepIn marks the caller as inside until the function it returns is called.
func (g *gate) stepIn() (stepOut func()) {
	g.inside.Add(1)
	g.recheck()
	return func() { g.inside.Add(-1) }
}

// busyError turns a caller away who would have to wait too long.
func busyError(wait time.Duration) error {
	return &roster.Error{
		Kind:       roster.Unavailable,
		Detail:     "too many passwords are being checked at once; try again",
		RetryAfter: max(time.Second, wait.Round(time.Second)),
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
