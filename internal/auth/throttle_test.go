package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"roster"
)

// The limits, as they must be.
const (
	failuresPerPair = 10 // a name from an address
	failuresPerName = 100
	failuresPerHost = 100 // an address, over all names
)

// clock is a time that tests advance.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: epoch} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// from is a try for the name from the address.
func from(name, address string) attempt { return attempt{scope: "o1", name: name, address: address} }

func unknown() (bool, error) { return false, nil }

// failTimes fails n times in a row.
func failTimes(t *testing.T, th *throttle, at attempt, n int) {
	t.Helper()
	for i := range n {
		r, err := th.reserve(t.Context(), at, unknown)
		if err != nil {
			t.Fatalf("try %d: %v", i+1, err)
		}
		r.fail()
	}
}

func TestTenFailuresForANameFromAnAddressCloseItForAWindow(t *testing.T) {
	t.Parallel()
	c := newClock()
	th := newThrottle(c.now)
	failTimes(t, th, from("ada", "192.0.2.1"), 1)
	c.advance(5 * time.Minute)
	failTimes(t, th, from("ada", "192.0.2.1"), 9)
	_, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown)
	if e := isKind(t, err, roster.RateLimited); e.RetryAfter != 10*time.Minute {
		t.Errorf("retry after %v, want what is left of the window", e.RetryAfter)
	}
	for _, other := range []attempt{
		from("ada", "192.0.2.2"), from("grace", "192.0.2.1"), {scope: "o2", name: "ada", address: "192.0.2.1"},
	} {
		failTimes(t, th, other, 1)
	}
	c.advance(10*time.Minute - 1)
	if _, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown); err == nil {
		t.Error("it opens before the window is over")
	}
	c.advance(1)
	failTimes(t, th, from("ada", "192.0.2.1"), 10)
}

func TestAHundredFailuresForANameCloseItForAddressesThatAreNotKnown(t *testing.T) {
	t.Parallel()
	th := newThrottle(newClock().now)
	for i := range 10 {
		failTimes(t, th, from("ada", fmt.Sprintf("192.0.2.%d", i)), 10)
	}
	asked := 0
	_, err := th.reserve(t.Context(), from("ada", "198.51.100.1"), func() (bool, error) { asked++; return false, nil })
	isKind(t, err, roster.RateLimited)
	if asked != 1 {
		t.Errorf("asked %d times whether the address is known", asked)
	}
	known := func() (bool, error) { return true, nil }
	for range 10 {
		r, err := th.reserve(t.Context(), from("ada", "198.51.100.1"), known)
		if err != nil {
			t.Fatalf("a known address: %v", err)
		}
		r.fail()
	}
	_, err = th.reserve(t.Context(), from("ada", "198.51.100.1"), known)
	isKind(t, err, roster.RateLimited) // the first limit holds for it too
	broken := errors.New("no answer")
	if _, err := th.reserve(t.Context(), from("ada", "198.51.100.2"), func() (bool, error) { return false, broken }); !errors.Is(err, broken) {
		t.Errorf("got error %v, want that of the store", err)
	}
	failTimes(t, th, from("grace", "198.51.100.1"), 1)
}

func TestAHundredFailuresFromAnAddressCloseItForNamesThatAreNotKnown(t *testing.T) {
	t.Parallel()
	th := newThrottle(newClock().now)
	for i := range failuresPerHost {
		failTimes(t, th, attempt{scope: fmt.Sprint(i % 3), name: fmt.Sprint(i), address: "192.0.2.1"}, 1)
	}
	_, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown)
	isKind(t, err, roster.RateLimited)
	r, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), func() (bool, error) { return true, nil })
	if err != nil {
		t.Fatalf("a pair that signed in before: %v", err)
	}
	r.fail()
	failTimes(t, th, from("ada", "192.0.2.2"), 1)
}

func TestSuccessAndNoOutcomeAreNotCounted(t *testing.T) {
	t.Parallel()
	th := newThrottle(newClock().now)
	for range 1000 {
		r, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown)
		if err != nil {
			t.Fatal(err)
		}
		r.release()
	}
	if len(th.counts) != 0 {
		t.Errorf("%d counts are kept", len(th.counts))
	}
}

func TestATryWaitsForThePendingOnesThatTakeTheRoom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		settle func(*reservation)
		want   roster.Kind // Internal: it is let in
	}{
		{"they fail", (*reservation).fail, roster.RateLimited},
		{"they succeed", (*reservation).release, roster.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				th := newThrottle(time.Now)
				var pending []*reservation
				for range failuresPerPair {
					r, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown)
					if err != nil {
						t.Fatal(err)
					}
					pending = append(pending, r)
				}
				result := make(chan error, 1)
				go func() {
					_, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown)
					result <- err
				}()
				synctest.Wait()
				if len(result) > 0 {
					t.Fatalf("it did not wait: %v", <-result)
				}
				for _, r := range pending {
					c.settle(r)
				}
				if err := <-result; roster.KindOf(err) != c.want {
					t.Errorf("got error %v, want %v", err, c.want)
				}
			})
		})
	}
}

func TestAWaitingTryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(time.Now)
		for range failuresPerPair {
			if _, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := th.reserve(ctx, from("ada", "192.0.2.1"), unknown)
		isKind(t, err, roster.Unavailable)
		if n := th.waiters.Load(); n != 0 {
			t.Errorf("%d still wait", n)
		}
	})
}

func TestNoMoreTriesWaitThanAreAllowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		var let, limited, left atomic.Int64
		var wg sync.WaitGroup
		for range failuresPerPair + maxThrottleWaiters + 7 {
			wg.Go(func() {
				_, err := th.reserve(ctx, from("ada", "192.0.2.1"), unknown)
				switch {
				case err == nil:
					let.Add(1)
				case roster.KindOf(err) == roster.RateLimited:
					limited.Add(1)
				default:
					left.Add(1)
				}
			})
		}
		synctest.Wait()
		if let.Load() != failuresPerPair || limited.Load() != 7 {
			t.Errorf("%d let in, %d turned away", let.Load(), limited.Load())
		}
		cancel()
		wg.Wait()
		if left.Load() != maxThrottleWaiters {
			t.Errorf("%d waited", left.Load())
		}
	})
}

func TestParallelGuessesGetNoFurtherThanThoseInARow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(time.Now)
		var evaluated, limited atomic.Int64
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				r, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown)
				if err != nil {
					limited.Add(1)
					return
				}
				evaluated.Add(1)
				time.Sleep(fakeHashTime)
				r.fail()
			})
		}
		wg.Wait()
		if evaluated.Load() != failuresPerPair || limited.Load() != 1000-failuresPerPair {
			t.Errorf("%d evaluated, %d turned away", evaluated.Load(), limited.Load())
		}
	})
}

func TestCountsWhoseWindowIsOverAreForgotten(t *testing.T) {
	t.Parallel()
	c := newClock()
	th := newThrottle(c.now)
	for i := range 50 {
		failTimes(t, th, from(fmt.Sprint(i), "192.0.2.1"), 1)
	}
	c.advance(failureWindow)
	failTimes(t, th, from("ada", "192.0.2.1"), 1)
	if len(th.counts) != limitCount || th.failed.Len() != limitCount {
		t.Errorf("%d counts, %d with failures; want those of the last failure", len(th.counts), th.failed.Len())
	}
}

func TestAWindowThatEndsWhileATryIsPendingStartsAnew(t *testing.T) {
	t.Parallel()
	c := newClock()
	th := newThrottle(c.now)
	failTimes(t, th, from("ada", "192.0.2.1"), 9)
	r, err := th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown)
	if err != nil {
		t.Fatal(err)
	}
	c.advance(failureWindow)
	failTimes(t, th, from("grace", "192.0.2.1"), 1) // sweeps
	r.fail()
	failTimes(t, th, from("ada", "192.0.2.1"), 9)
	_, err = th.reserve(t.Context(), from("ada", "192.0.2.1"), unknown)
	isKind(t, err, roster.RateLimited)
}

func BenchmarkThrottledSuccess(b *testing.B) {
	th := newThrottle(time.Now)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if a := th.try(from("ada", "192.0.2.1"), false); a.reserved != nil {
				a.reserved.release()
			}
		}
	})
}
