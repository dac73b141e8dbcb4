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

// Bounds of a matchLane.
const (
	maxMatchesOfOne = 4   // waiting events of one organization
	maxMatchesOfAll = 256 // waiting events of all organizations
	maxListsOfOne   = 16  // waiting pages of one organization

	// heldRefusal is how long a refusal is delayed. Otherwise callers who try again at once would take
	// all the time that the lane leaves to others. maxHeldRefusals is how many are delayed at a time.
	heldRefusal     = 250 * time.Millisecond
	maxHeldRefusals = 256

	// maxMatchWait is how long an event waits. Its caller gets the refusal before the server or a
	// proxy closes the connection.
	maxMatchWait = 20 * time.Second
)

// matchLane limits how many events are matched at a time, or how many pages of users are filtered
// row by row, so that other requests keep a processor. After each turn a slot rests for as long as
// the turn took: without that, other requests on two processors fell below half of their rate.
// Organizations take turns, so that the events of one do not shut out those of another.
type matchLane struct {
	slots              int
	maxPerOrganization int          // the greatest number that waits
	delayed            atomic.Int64 // refusals being delayed

	mu      sync.Mutex
	running int
	waiting int
	turns   map[roster.OrganizationID][]chan struct{} // in order of arrival; closed when the turn comes
	order   []roster.OrganizationID                   // organizations that wait, the next one first
}

func newMatchLane(ofOne int) *matchLane {
	return &matchLane{
		slots:              max(1, runtime.GOMAXPROCS(0)-1),
		maxPerOrganization: ofOne,
		turns:              make(map[roster.OrganizationID][]chan struct{}),
	}
}

// enter waits for a turn. The caller must end it with leave.
//
// Errors: Unavailable at once if too many wait, or when ctx or maxMatchWait ends.
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
		return laneError("this request takes long to compare and was not done in time; try again", context.Cause(ctx))
	}
}

// join takes a free slot and returns nil, or returns a place in the queue.
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

// holdRefusal delays a refusal, unless many are delayed already.
func (l *matchLane) holdRefusal(ctx context.Context) {
	defer l.delayed.Add(-1)
	if l.delayed.Add(1) > maxHeldRefusals {
		return
	}
	timer := time.NewTimer(heldRefusal)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// leave ends a turn that took so long. The slot rests as long before the next turn.
func (l *matchLane) leave(took time.Duration) {
	if took > 0 {
		time.AfterFunc(took, l.passSlot)
		return
	}
	l.passSlot()
}

// passSlot gives a slot to the next in the queue.
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

// abandon leaves the queue, or gives the turn back if it has just come.
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

// remove takes a turn out of its organization's queue, and reports whether others wait in it. l.mu
// must be held.
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
