package dialect_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roster/internal/dialect"
)

func TestALimiterAllowsSoManyTakesInAWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 21, 18, 0, 0, 0, time.FixedZone("", 3600))
	l := dialect.NewLimiter(2, 24*time.Hour, func() time.Time { return now })
	for i, c := range []struct {
		after     time.Duration
		principal string
		left      int
		reset     time.Duration
		ok        bool
	}{
		{0, "a", 1, 7 * time.Hour, true},
		{time.Hour, "a", 0, 6 * time.Hour, true},
		{time.Hour, "a", 0, 5 * time.Hour, false},
		{0, "b", 1, 5 * time.Hour, true},
		{5*time.Hour - 1, "a", 0, 1, false}, // the last moment of the day, UTC
		{1, "a", 1, 24 * time.Hour, true},
		{0, "b", 1, 24 * time.Hour, true},
		{time.Second, "a", 0, 24*time.Hour - time.Second, true},
		{0, "a", 0, 24*time.Hour - time.Second, false},
		{72 * time.Hour, "a", 1, 24*time.Hour - time.Second, true},
		{-72 * time.Hour, "a", 1, 24*time.Hour - time.Second, true}, // a clock set right locks nobody out
	} {
		now = now.Add(c.after)
		left, reset, ok := l.Take(c.principal)
		if left != c.left || reset != c.reset || ok != c.ok {
			t.Errorf("take %d: %d left, new in %v, allowed %v; want %d, %v, %v", i, left, reset, ok, c.left, c.reset, c.ok)
		}
	}
	if takes, window := l.Limit(); takes != 2 || window != 24*time.Hour {
		t.Errorf("the limit is %d in %v", takes, window)
	}
}

func TestALimitOfZeroIsNone(t *testing.T) {
	t.Parallel()
	l := dialect.NewLimiter(0, time.Minute, func() time.Time { panic("nobody needs the time") })
	for range 100 {
		if _, _, ok := l.Take("a"); !ok {
			t.Fatal("refused without a limit")
		}
	}
}

func TestOfManyTakesAtOnceExactlyTheLimitIsAllowed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 21, 18, 0, 0, 0, time.UTC)
	l := dialect.NewLimiter(50, time.Minute, func() time.Time { return now })
	var allowed [3]atomic.Int64
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 60 {
				principal := (i + j) % len(allowed)
				if left, _, ok := l.Take(fmt.Sprint(principal)); ok {
					allowed[principal].Add(1)
				} else if left != 0 {
					t.Errorf("refused with %d left", left)
				}
			}
		})
	}
	all.Wait()
	for i := range allowed {
		if n := allowed[i].Load(); n != 50 {
			t.Errorf("%d were allowed to %d, want 50", n, i)
		}
	}
}
