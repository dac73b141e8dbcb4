package directory

import (
	"context"
	"sync"
	"time"

	"roster"
)

// Bounds of failed tries. Each may cost the work of judging or verifying a password.
const (
	maxLinkTries   = 20               // of a link
	maxRepeatTries = 10               // of repeats of the create of one user, with passwords
	triesFor       = 15 * time.Minute // from the first try; then the count starts anew
	maxTried       = 10_000           // what is counted of a kind; beyond it the oldest count is given up
)

// tries counts tries of one kind that failed, and those under way, by what was tried. It counts in
// one process: behind several servers each of them allows as many.
type tries struct {
	most   int    // failed tries that are allowed
	detail string // what is said about one more

	mu     sync.Mutex
	counts map[string]*tryCount
}

type tryCount struct {
	failed, pending int
	first           time.Time
	settled         chan struct{} // closed when one of those under way ends
}

// begin counts a try. Those under way take up room, so that parallel tries get no further than
// those in a row; where they take up all of it, begin waits for one of them. The function that it
// returns must be called with the outcome: a try that did not fail is not counted. Errors:
// RateLimited, Unavailable where the caller does not wait any longer.
func (t *tries) begin(ctx context.Context, what string, now func() time.Time) (end func(failed bool), err error) {
	for {
		end, settled, err := t.tryNow(what, now())
		if settled == nil {
			return end, err
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return nil, &roster.Error{
				Kind: roster.Unavailable, Detail: "the same was tried many times at once; try again", RetryAfter: time.Second, Err: context.Cause(ctx),
			}
		}
	}
}

// tryNow begins a try, or returns what to wait for.
func (t *tries) tryNow(what string, now time.Time) (end func(failed bool), settled <-chan struct{}, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.counts[what]
	if c == nil || now.Sub(c.first) >= triesFor {
		c = t.add(what, now)
	}
	switch {
	case c.failed >= t.most:
		return nil, nil, &roster.Error{Kind: roster.RateLimited, Detail: t.detail, RetryAfter: c.first.Add(triesFor).Sub(now)}
	case c.failed+c.pending >= t.most:
		return nil, c.settled, nil
	}
	c.pending++
	return func(failed bool) { t.settle(what, c, failed) }, nil, nil
}

// add begins a count.
func (t *tries) add(what string, now time.Time) *tryCount {
	if t.counts == nil {
		t.counts = make(map[string]*tryCount)
	}
	if len(t.counts) >= maxTried {
		t.forgetOldest()
	}
	c := &tryCount{first: now, settled: make(chan struct{})}
	t.counts[what] = c
	return c
}

func (t *tries) forgetOldest() {
	oldest := ""
	for what, c := range t.counts {
		if oldest == "" || c.first.Before(t.counts[oldest].first) {
			oldest = what
		}
	}
	delete(t.counts, oldest)
}

// settle ends a try.
func (t *tries) settle(what string, c *tryCount, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c.pending--
	if failed {
		c.failed++
	}
	close(c.settled)
	c.settled = make(chan struct{})
	if c.pending+c.failed == 0 && t.counts[what] == c {
		delete(t.counts, what)
	}
}
