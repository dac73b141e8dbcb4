package dialect

import (
	"sync"
	"time"
)

// Limiter counts what each principal asks for in a fixed window of time, and says when it is
// enough. The windows are whole multiples of their length since the year 1, so that those of a day
// begin at midnight UTC, and are the same for everybody. It counts in one process: behind several
// servers each of them allows as much. What it keeps grows with the principals of one window, who
// have all proved who they are, and is dropped when the window ends. It may be used by any number
// of goroutines.
type Limiter struct {
	limit  int
	window time.Duration
	now    func() time.Time

	mu     sync.Mutex
	began  time.Time // the window that is counted
	counts map[string]int
}

// NewLimiter returns a limiter of so many takes a window for each principal. A limit of 0 is none:
// nothing is counted.
func NewLimiter(limit int, window time.Duration, now func() time.Time) *Limiter {
	return &Limiter{limit: limit, window: window, now: now}
}

// Limit returns how many takes a window has, and how long that is; 0 for no limit.
func (l *Limiter) Limit() (takes int, window time.Duration) { return l.limit, l.window }

// Take counts one take of the principal. It returns how many are left, in how long they are as many
// as at first, and whether this one was among those allowed; without a limit left and reset say
// nothing.
func (l *Limiter) Take(principal string) (left int, reset time.Duration, ok bool) {
	if l.limit <= 0 {
		return 0, 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now().UTC() // under the lock, so that nobody comes back from a window that is over
	if began := now.Truncate(l.window); l.counts == nil || !began.Equal(l.began) {
		l.began, l.counts = began, map[string]int{}
	}
	reset = l.began.Add(l.window).Sub(now)
	if l.counts[principal] >= l.limit {
		return 0, reset, false
	}
	l.counts[principal]++
	return l.limit - l.counts[principal], reset, true
}
