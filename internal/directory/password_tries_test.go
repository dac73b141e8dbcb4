package directory

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"roster"
)

// testTries are tries with a clock that only the test moves.
type testTries struct {
	tries
	clock time.Time
}

func newTestTries() *testTries {
	return &testTries{tries: tries{limit: 3}, clock: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
}

func (t *testTries) now() time.Time { return t.clock }

// once tries something, and returns the error if the try is refused.
func (t *testTries) once(ctx context.Context, what string, failed bool) error {
	end, err := t.begin(ctx, what, t.now)
	if err == nil {
		end(failed)
	}
	return err
}

func TestFailedTriesAreCountedForAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	tries := newTestTries()
	for range 3 * tries.limit {
		if err := tries.once(t.Context(), "a", false); err != nil {
			t.Fatal(err)
		}
	}
	if len(tries.counts) != 0 {
		t.Errorf("%d are remembered that did not fail", len(tries.counts))
	}
	for range tries.limit {
		tries.clock = tries.clock.Add(time.Second)
		if err := tries.once(t.Context(), "a", true); err != nil {
			t.Fatal(err)
		}
	}
	err := tries.once(t.Context(), "a", false)
	if roster.KindOf(err) != roster.RateLimited || roster.All(err)[0].RetryAfter != triesFor-time.Duration(tries.limit-1)*time.Second {
		t.Errorf("one more is answered %v", err)
	}
	if err := tries.once(t.Context(), "b", true); err != nil {
		t.Errorf("something else is answered %v", err)
	}
	tries.clock = tries.clock.Add(triesFor)
	if err := tries.once(t.Context(), "a", true); err != nil {
		t.Errorf("later it is answered %v", err)
	}
}

func TestTriesUnderWayTakeUpRoom(t *testing.T) {
	t.Parallel()
	tries := newTestTries()
	var ends []func(bool)
	for range tries.limit {
		end, err := tries.begin(t.Context(), "a", tries.now)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := tries.once(gone, "a", true); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("who does not wait is answered %v", err)
	}
	ends[0](false)
	if err := tries.once(gone, "a", true); err != nil {
		t.Errorf("after one of them came to nothing: %v", err)
	}
}

func TestParallelTriesGetNoFurtherThanThoseInARow(t *testing.T) {
	t.Parallel()
	for _, failed := range []bool{true, false} {
		tries := newTestTries()
		var wg sync.WaitGroup
		refused := make(chan error, 100)
		for range cap(refused) {
			wg.Go(func() {
				if err := tries.once(t.Context(), "a", failed); err != nil {
					refused <- err
				}
			})
		}
		wg.Wait()
		want := 0
		if failed {
			want = cap(refused) - tries.limit
		}
		if len(refused) != want {
			t.Errorf("failed %v: %d are refused, want %d", failed, len(refused), want)
		}
	}
}

func TestTheCountsOfTriesAreBounded(t *testing.T) {
	t.Parallel()
	tries := newTestTries()
	for i := range maxTried + 10 {
		tries.clock = tries.clock.Add(1)
		if err := tries.once(t.Context(), fmt.Sprint(i), true); err != nil {
			t.Fatal(err)
		}
	}
	if len(tries.counts) != maxTried || tries.counts["9"] != nil || tries.counts["10"] == nil {
		t.Errorf("%d are kept", len(tries.counts))
	}
}
