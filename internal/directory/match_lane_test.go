package directory

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"roster"
)

// HoldLane takes every slot, and every place in an organization's queue.
func HoldLane(d *Directory, org roster.OrganizationID) { d.eventLane.hold(org) }

// CompareUsers has a search ask a function, too, which users it finds.
func CompareUsers(in UserSearch, compare func(roster.User) (keep bool, work int)) UserSearch {
	in.compare = compare
	return in
}

// HoldListLane is HoldLane for pages of users.
func HoldListLane(d *Directory, org roster.OrganizationID) { d.listLane.hold(org) }

func (l *matchLane) hold(org roster.OrganizationID) (waiting []chan struct{}) {
	for {
		turn, err := l.join(org)
		if err != nil {
			return waiting
		}
		if turn != nil {
			waiting = append(waiting, turn)
		}
	}
}

// PatternKept reports whether a regular expression is in the cache.
func PatternKept(text string) bool {
	_, kept := patterns.get(text)
	return kept
}

func comes(turn chan struct{}) bool {
	select {
	case <-turn:
		return true
	default:
		return false
	}
}

func TestFewEventsAreMatchedAtATimeAndFewWait(t *testing.T) {
	t.Parallel()
	l := newMatchLane(maxMatchesOfOne)
	l.slots = 3
	if waiting := l.hold("a"); l.running != 3 || len(waiting) != maxMatchesOfOne {
		t.Errorf("%d are matched, %d wait", l.running, len(waiting))
	}
	err := l.enter(t.Context(), "a")
	if e := (*roster.Error)(nil); !errors.As(err, &e) || e.Kind != roster.Unavailable || e.RetryAfter < time.Second {
		t.Errorf("one more: %v", err)
	}
	for i := range 2 * maxMatchesOfAll {
		l.hold(roster.OrganizationID(fmt.Sprint(i)))
	}
	if l.running != 3 || l.waiting != maxMatchesOfAll {
		t.Errorf("%d are matched, %d of all wait", l.running, l.waiting)
	}
	for range 3 + maxMatchesOfAll {
		l.leave(0)
	}
	if l.running != 0 || l.waiting != 0 || len(l.turns) != 0 || len(l.order) != 0 {
		t.Errorf("once all have left there is %+v", l)
	}
}

func TestTheEventsOfOneOrganizationDoNotShutOutThoseOfAnother(t *testing.T) {
	t.Parallel()
	l := newMatchLane(maxMatchesOfOne)
	l.slots = 1
	first := l.hold("a")
	second, err := l.join("b")
	if err != nil {
		t.Fatal(err)
	}
	third, err := l.join("b")
	if err != nil {
		t.Fatal(err)
	}
	for i, turn := range []chan struct{}{first[0], second, first[1], third, first[2]} {
		if comes(turn) {
			t.Fatalf("turn %d comes early", i)
		}
		if l.leave(0); !comes(turn) {
			t.Fatalf("turn %d does not come", i)
		}
	}
}

func TestWhoLeavesTheQueueHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	l := newMatchLane(maxMatchesOfOne)
	l.slots = 1
	waiting := l.hold("a")
	l.abandon("a", waiting[0])
	other, err := l.join("b")
	if err != nil {
		t.Fatal(err)
	}
	l.leave(0)
	if !comes(waiting[1]) {
		t.Error("the next one waits on")
	}
	l.abandon("a", waiting[1]) // its turn has just come
	if !comes(other) {
		t.Error("a turn that nobody takes is lost")
	}
	for _, turn := range waiting[2:] {
		l.abandon("a", turn)
	}
	l.leave(0)
	if l.running != 0 || l.waiting != 0 || len(l.turns) != 0 || len(l.order) != 0 {
		t.Errorf("once all have left there is %+v", l)
	}
	l.hold("a")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.enter(gone, "b"); roster.KindOf(err) != roster.Unavailable || l.waiting != maxMatchesOfOne {
		t.Errorf("a caller who left: %v, %d wait", err, l.waiting)
	}
}

// ForgetPatterns removes regular expressions from the cache.
func ForgetPatterns(texts ...string) {
	patterns.mu.Lock()
	defer patterns.mu.Unlock()
	for _, text := range texts {
		patterns.drop(text)
	}
}
