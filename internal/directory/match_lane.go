package directory

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"roster"
)

// Bounds of the lane for events that take work to match.
const (
	maxMatchesOfOne = 4   // events of one organization that wait
	maxMatchesOfAll = 256 // events of all organizations that wait
	maxListsOfOne   = 16  // pages of one organization that wait

	// heldRefusal is how long a refusal is held, so that callers who try again at once do not take all
	// the time that the lane leaves to others; maxHeldRefusals is how many are held at a time.
	heldRefusal     = 250 * time.Millisecond
	maxHeldRefusals = 256

	// maxMatchWait is how long an event waits: its caller gets the refusal before the server or a proxy
	// ends the connection without one.
	maxMatchWait = 20 * time.Second
)

// matchLane lets few events be matched at a time, or few pages of users be made that are compared
// with a filter, so that other requests keep a processor. A slot rests after each event for as long
// as that took: on two processors others would else keep less than half of their rate. Those who
// wait have their turn by organization: the events of one do not shut out those of another.
type matchLane struct {
	slots              int
	maxPerOrganization int          // that wait of one organization at most
	held               atomic.Int64 // refusals

	mu      sync.Mutex
	running int
	waiting int
	turns   map[roster.OrganizationID][]chan struct{} // first come, first served; closed when a turn has come
	order   []roster.OrganizationID                   // that have events waiting, the next one first
}

func newMatchLane(ofOne int) *matchLane {
	return &matchLane{
		slots:              max(1, runtime.GOMAXPROCS(0)-1),
		maxPerOrganization: ofOne,
		turns:              make(map[roster.OrganizationID][]chan struct{}),
	}
}

// enter waits for a turn, which leave ends. Errors: Unavailable where too many wait, at once, or
// where ctx ends.
func (l *matchLane) enter(ctx context.Context, org roster.OrganizationID) error {
	turn, err := l.join(org)
	if err != nil {
		l.holdRefusal(ctx)
		return err
	}
	if turn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, maxMatchWait)
	defer cancel()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.abandon(org, turn)
		return laneError("what takes long to compare was not done in time; try again", context.Cause(ctx))
	}
}

// join takes a turn, and returns nil, or takes a place in the queue.
func (l *matchLane) join(org roster.OrganizationID) (turn chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running < l.slots {
		l.running++
		return nil, nil
	}
	queue := l.turns[org]
	if len(queue) >= l.maxPerOrganization || l.waiting >= maxMatchesOfAll {
		return nil, laneError("too many requests that take long to compare came at once; try again", nil)
	}
	if len(queue) == 0 {
		l.order = append(l.order, org)
	}
	turn = make(chan struct{})
	l.turns[org] = append(queue, turn)
	l.waiting++
	return turn, nil
}

// holdRefusal waits before a caller is told that there is no place, unless many are waiting so.
func (l *matchLane) holdRefusal(ctx context.Context) {
	defer l.held.Add(-1)
	if l.held.Add(1) > maxHeldRefusals {
		return
	}
	timer := time.NewTimer(heldRefusal)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// leave ends a turn that took so long. The next one comes once the slot has rested.
func (l *matchLane) leave(took time.Duration) {
	if took > 0 {
		time.AfterFunc(took, l.passSlot)
		return
	}
	l.passSlot()
}

// passSlot gives a slot to the next event in line.
func (l *matchLane) passSlot() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	if len(l.order) == 0 {
		return
	}
	org := l.order[0]
	turn := l.turns[org][0]
	l.order = l.order[1:]
	if l.remove(org, turn) {
		l.order = append(l.order, org)
	}
	l.running++
	close(turn)
}

// abandon leaves the queue, or gives the turn back if it came at the same moment.
func (l *matchLane) abandon(org roster.OrganizationID, turn chan struct{}) {
	l.mu.Lock()
	select {
	case <-turn:
		l.mu.Unlock()
		l.passSlot()
		return
	default:
	}
	defer l.mu.Unlock()
	if !l.remove(org, turn) {
		l.order = slices.DeleteFunc(l.order, func(o roster.OrganizationID) bool { return o == org })
	}
}

// remove takes a turn out of its organization's queue, and reports whether others are left in it.
// l.mu is held.
func (l *matchLane) remove(org roster.OrganizationID, turn chan struct{}) bool {
	l.waiting--
	queue := slices.DeleteFunc(l.turns[org], func(t chan struct{}) bool { return t == turn })
	if len(queue) == 0 {
		delete(l.turns, org)
		return false
	}
	l.turns[org] = queue
	return true
}

func laneError(detail string, cause error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: detail, RetryAfter: time.Second, Err: cause}
}
