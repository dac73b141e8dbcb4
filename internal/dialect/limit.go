package dialect

import (
	"sync"
	"time"
)

// Limiter limits the calls of each principal in a fixed window of time. Windows are multiples of
// their length since the year 1, so windows of a day begin at midnight UTC, and are the same for
// all principals. It counts in one process: each of several servers allows the limit. Its memory
// grows with the authenticated principals of one window and is freed when the window ends. It is
// safe for concurrent use.
type Limiter struct {
	limit  int
	window time.Duration
	now    func() time.Time

	mu     sync.Mutex
	began  time.Time // start of the current window
	counts map[string]int
}

// NewLimiter returns a limiter of so many calls in a window for each principal. With a limit of 0
// it counts nothing and allows everything.
func NewLimiter(limit int, window time.Duration, now func() time.Time) *Limiter {
	return &Limiter{limit: limit, window: window, now: now}
}

// Limit returns how many calls a window allows, and its length; 0 for no limit.
func (l *Limiter) Limit() (takes int, window time.Duration) { return l.limit, l.window }

// Take counts one call of the principal. It returns how many are left, when the window ends, and
// whether this call was allowed. Without a limit, left and reset have no meaning.
func (l *Limiter) Take(principal string) (left int, reset time.Duration, ok bool) {
	if l.limit <= 0 {
		return 0, 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now().UTC() // under the lock, so that nobody counts in a window that has ended
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
