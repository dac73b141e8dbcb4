package auth

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"roster"
)

// hashAll lets n callers hash, each with a password of its own.
func hashAll(t *testing.T, h *Hasher, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			ctx, visit := h.Begin(t.Context(), "192.0.2.1")
			defer visit.End()
			if _, err := h.hashFor(ctx, "", fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestNoMoreHashesRunThanThereAreSlots(t *testing.T) {
	t.Parallel()
	for _, slots := range []int{1, 2, 6} {
		synctest.Test(t, func(t *testing.T) {
			h, b := newFakeHasher(slots)
			start := time.Now()
			hashAll(t, h, 12)
			if b.most != slots {
				t.Errorf("%d ran at a time, want %d", b.most, slots)
			}
			if took, want := time.Since(start), 12/time.Duration(slots)*fakeHashTime; took != want {
				t.Errorf("12 took %v, want %v: requests that hash must not count as others", took, want)
			}
		})
	}
}

func TestOneSlotStaysFreeWhileOtherRequestsComeAllTheTime(t *testing.T) {
	t.Parallel()
	for slots, want := range map[int]int{1: 1, 2: 1, 4: 3} {
		synctest.Test(t, func(t *testing.T) {
			h, b := newFakeHasher(slots)
			h.gate.crowd = 1 // they came all the time, and for as few hashes as these it is not forgotten
			h.Begin(t.Context(), "192.0.2.2")
			hashAll(t, h, 4)
			if b.most != want {
				t.Errorf("%d of %d slots were used, want %d", b.most, slots, want)
			}
		})
	}
}

func TestAWaiterRunsAsSoonAsTheLastOtherRequestIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, b := newFakeHasher(2)
		h.gate.crowd = 1
		_, other := h.Begin(t.Context(), "192.0.2.2")
		go hashAll(t, h, 2)
		synctest.Wait()
		if s := h.Stats(); s.Running != 1 || s.Waiting != 1 {
			t.Fatalf("with another request: %+v", s)
		}
		other.End()
		synctest.Wait()
		if s := h.Stats(); s.Running != 2 || s.Waiting != 0 {
			t.Errorf("without: %+v", s)
		}
		time.Sleep(2 * fakeHashTime)
		if b.most != 2 {
			t.Errorf("%d ran at a time", b.most)
		}
	})
}

func TestARequestThatBeginsToHashIsNoOtherAnyMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := newFakeHasher(2)
		h.gate.crowd = 1
		ctx, visit := h.Begin(t.Context(), "192.0.2.2") // this one is about to hash too
		defer visit.End()
		go hashAll(t, h, 2)
		synctest.Wait()
		if s := h.Stats(); s.Running != 1 || s.Waiting != 1 {
			t.Fatalf("before: %+v", s)
		}
		go h.verify(ctx, stranger, fakePHC("1"), "0")
		synctest.Wait()
		if s := h.Stats(); s.Running != 2 || s.Waiting != 1 {
			t.Errorf("after: %+v", s)
		}
		time.Sleep(20 * fakeHashTime)
	})
}

func TestARequestThatOnlyPassesByCostsNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, b := newFakeHasher(2)
		for range 10 {
			hashAll(t, h, 3) // nobody else
			_, other := h.Begin(t.Context(), "192.0.2.2")
			hashAll(t, h, 2) // one more, in its way
			other.End()
		}
		if b.most != 2 || h.gate.crowd > crowded {
			t.Errorf("%d ran at a time, crowd %v", b.most, h.gate.crowd)
		}
	})
}

func TestSlotsAreGivenInTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		if err := g.enter(t.Context(), stranger); err != nil {
			t.Fatal(err)
		}
		var order []int
		for i := range 5 {
			go func() {
				if g.enter(t.Context(), stranger) == nil {
					order = append(order, i)
					g.leave(fakeHashTime)
				}
			}()
			synctest.Wait()
		}
		g.leave(fakeHashTime)
		synctest.Wait()
		if !slices.Equal(order, []int{0, 1, 2, 3, 4}) {
			t.Errorf("the order was %v", order)
		}
	})
}

func TestWhoWouldWaitForMoreThanTwoSecondsIsTurnedAwayAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slots = 2
		h, _ := newFakeHasher(slots)
		room := slots + slots*int(maxHashWait/fakeHashTime)
		start := time.Now()
		var wg sync.WaitGroup
		for i := range room {
			wg.Go(func() {
				if _, err := h.hashFor(t.Context(), "", fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		_, err := h.hashFor(t.Context(), "", "one too many")
		e := isKind(t, err, roster.Unavailable)
		if e.RetryAfter < time.Second || e.RetryAfter > 3*time.Second {
			t.Errorf("retry after %v", e.RetryAfter)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("turned away after %v", took)
		}
		wg.Wait()
		if took := time.Since(start); took > maxHashWait+fakeHashTime {
			t.Errorf("the last was answered after %v", took)
		}
		if s := h.Stats(); s.Refused != 1 || s.Done != uint64(room) {
			t.Errorf("stats are %+v", s)
		}
	})
}

func TestTheEstimateFollowsHowLongHashesTake(t *testing.T) {
	t.Parallel()
	g := newGate(1)
	for range 100 {
		if err := g.enter(t.Context(), stranger); err != nil {
			t.Fatal(err)
		}
		g.leave(time.Second)
	}
	if g.mean < 990*time.Millisecond {
		t.Errorf("the mean is %v after 100 hashes of 1 s", g.mean)
	}
}

func TestACallerWhoseContextEndsLeavesTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, b := newFakeHasher(1)
		go h.hashFor(t.Context(), "", "keeps the slot")
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := h.hashFor(ctx, "", "leaves")
			left <- err
		}()
		synctest.Wait()
		leave()
		isKind(t, <-left, roster.Unavailable)
		if s := h.Stats(); s.Waiting != 0 || h.gate.waiting.Load() != 0 {
			t.Errorf("stats are %+v", s)
		}
		time.Sleep(2 * fakeHashTime)
		if b.total != 1 {
			t.Errorf("%d hashes, want 1", b.total)
		}
	})
}

func TestASlotThatComesWhenTheCallerLeavesGoesToTheNext(t *testing.T) {
	t.Parallel()
	g := newGate(1)
	if err := g.enter(t.Context(), stranger); err != nil {
		t.Fatal(err)
	}
	leaving, err := g.enqueue(stranger)
	if err != nil {
		t.Fatal(err)
	}
	next, err := g.enqueue(stranger)
	if err != nil {
		t.Fatal(err)
	}
	g.leave(fakeHashTime)
	if leaving.place != nil {
		t.Fatal("the slot did not come")
	}
	g.abandon(leaving) // it has the slot, and leaves nevertheless
	select {
	case <-next.turn:
	default:
		t.Error("the next in line did not get the slot")
	}
	if g.running != 1 {
		t.Errorf("%d run", g.running)
	}
}

func BenchmarkCountingARequest(b *testing.B) {
	h := NewHasher(time.Now)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, visit := h.Begin(b.Context(), "192.0.2.1")
			visit.End()
		}
	})
}
