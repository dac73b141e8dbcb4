package auth

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"roster"
)

// mustWait lets callers take a place in line, and returns their waiters.
func (g *gate) mustWait(t *testing.T, c caller, n int) []*waiter {
	t.Helper()
	waiters := make([]*waiter, n)
	for i := range waiters {
		w, err := g.enqueue(c)
		if err != nil || w == nil {
			t.Fatalf("%d of %+v: %v, %v", i, c, w, err)
		}
		waiters[i] = w
	}
	return waiters
}

// turnsUntil returns how many turns are given until the waiter has one.
func (g *gate) turnsUntil(w *waiter) (turns int) {
	for w.place != nil {
		g.leave(time.Millisecond)
		turns++
	}
	return turns
}

// busyGate is a gate with one slot, which is taken, and short hashes.
func busyGate(t *testing.T) *gate {
	t.Helper()
	g := newGate(1)
	g.mean = time.Millisecond
	if err := g.enter(t.Context(), stranger); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestAnAddressWithManyWaitingHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	attacker := caller{address: "203.0.113.9"}
	for name, newcomer := range map[string]caller{
		"another address":                 {address: "192.0.2.7"},
		"a known name at the address":     {known: true, address: attacker.address, name: "default/ada"},
		"somebody signed in at it":        {known: true, address: attacker.address},
		"a known name at another address": {known: true, address: "192.0.2.7", name: "default/ada"},
	} {
		g := busyGate(t)
		g.mustWait(t, attacker, 64)
		if n := g.turnsUntil(g.mustWait(t, newcomer, 1)[0]); n > 2 {
			t.Errorf("%s waited for %d hashes", name, n)
		}
	}
}

func TestEachLaneKeepsHalfOfTheTurns(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{false, true} {
		g := busyGate(t)
		for i := range 64 {
			g.mustWait(t, caller{known: known, address: fmt.Sprint("203.0.113.", i)}, 2)
		}
		newcomers := g.mustWait(t, caller{known: !known, address: "192.0.2.7"}, 10)
		if n := g.turnsUntil(newcomers[9]); n > 20 {
			t.Errorf("known %v: ten newcomers waited for %d hashes", !known, n)
		}
	}
}

func TestTheEstimateIsThatOfTheNewcomersOwnPlace(t *testing.T) {
	t.Parallel()
	g := busyGate(t)
	g.mean = 50 * time.Millisecond
	crowd := caller{address: "203.0.113.9"}
	g.mustWait(t, crowd, int(maxHashWait/g.mean))
	if err := g.ask(crowd); roster.KindOf(err) != roster.Unavailable || err == nil || !g.busy(crowd) {
		t.Errorf("one more of the crowd gets %v", err)
	}
	for i := range 8 { // each waits for one turn of the crowd, and for those who came before it
		c := caller{address: fmt.Sprint("192.0.2.", i)}
		if err := g.ask(c); err != nil || g.busy(c) {
			t.Fatalf("newcomer %d gets %v", i, err)
		}
		g.mustWait(t, c, 1)
		if got, want := g.estimate(caller{address: "198.51.100.1"}), time.Duration(i+3)*g.mean; got != want {
			t.Errorf("after newcomer %d another is told %v, want %v", i, got, want)
		}
	}
	if n := g.refused.Load(); n != 1 {
		t.Errorf("%d refused", n)
	}
}

func TestAFullLaneTurnsAwayTheLastOfItsLongestQueue(t *testing.T) {
	t.Parallel()
	g := busyGate(t)
	g.mean = time.Microsecond
	long, short := caller{address: "203.0.113.9"}, caller{address: "192.0.2.7"}
	crowd := g.mustWait(t, long, maxInLane-1)
	g.mustWait(t, short, 1)
	if _, err := g.enqueue(long); err == nil {
		t.Error("the longest queue grew")
	}
	g.mustWait(t, short, 1)
	last := crowd[len(crowd)-1]
	if last.place != nil || roster.KindOf(<-last.turn) != roster.Unavailable {
		t.Error("the last of the longest queue did not leave")
	}
	if g.stranger.waiting != maxInLane || g.waiting.Load() != maxInLane || g.refused.Load() != 2 {
		t.Errorf("%d wait (%d), %d refused", g.stranger.waiting, g.waiting.Load(), g.refused.Load())
	}
	g.mustWait(t, caller{known: true, address: long.address}, 1) // the other lane has room
}

func TestAWaitThatBecomesMuchLongerThanItsEstimateEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := newFakeHasher(1)
		if err := h.gate.enter(t.Context(), stranger); err != nil { // and never leaves
			t.Fatal(err)
		}
		start := time.Now()
		_, err := h.hashFor(t.Context(), "", "waits")
		isKind(t, err, roster.Unavailable)
		if took := time.Since(start); took != longestWait {
			t.Errorf("it ended after %v", took)
		}
		if s := h.Stats(); s.Waiting != 0 || s.Refused != 1 || len(h.gate.known.queues) != 0 {
			t.Errorf("stats are %+v", s)
		}
	})
}

func TestAnEmptyQueueLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	g := busyGate(t)
	g.mustWait(t, stranger, 3)
	g.abandon(g.mustWait(t, caller{address: "192.0.2.7"}, 1)[0])
	for range 3 {
		g.leave(time.Millisecond)
	}
	if l := &g.stranger; len(l.queues) != 0 || l.ring.Len() != 0 || l.waiting != 0 || g.waiting.Load() != 0 {
		t.Errorf("left: %d queues, %d in the ring, %d waiting", len(l.queues), l.ring.Len(), l.waiting)
	}
}

func TestAStormOfStrangersFromOneAddressHoldsUpNoSignInOfOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada")
	const another = "a word of bob's"
	f.setPassword(f.user("bob"), another)
	f.signsIn(at(), "ada", rightPassword) // known from now on
	f.clock.advance(2 * cacheTTL)         // and no longer cached
	f.hasher.gate.slots, f.hasher.gate.mean, f.hasher.now = 1, time.Millisecond, f.clock.now
	var order []string // of the passwords that were compared: one at a time
	goOn := make(chan struct{})
	f.hasher.compare = func(password, hash string) (bool, error) {
		<-goOn
		order = append(order, password)
		return string(fakePHC(password)) == hash, nil
	}
	var wg sync.WaitGroup
	waits := 0
	try := func(from, name, password string) {
		wg.Go(func() { _, _ = f.Password(t.Context(), at(address(from)), name, password) })
		for s := f.hasher.Stats(); s.Running == 0 || s.Waiting < waits; s = f.hasher.Stats() {
			runtime.Gosched()
		}
		waits++
	}
	const here = "192.0.2.1"
	for i := range 65 {
		try(here, fmt.Sprint("stranger ", i), "a guess")
	}
	try("198.51.100.1", "bob", another)
	try(here, "ada", rightPassword)
	close(goOn)
	wg.Wait()
	if len(order) != 67 {
		t.Fatalf("%d hashes", len(order))
	}
	if n := max(slices.Index(order, another), slices.Index(order, rightPassword)); n > 3 {
		t.Errorf("the later of the two sign-ins was hash number %d", n+1)
	}
}
