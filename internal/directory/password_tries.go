package directory

import (
	"context"
	"sync"
	"time"

	"roster"
)

// Bounds of failed tries. Each may cost the work of rating or verifying a password.
const (
	maxLinkTries   = 20               // of a link
	maxRepeatTries = 10               // of repeats of one user's create, with passwords
	triesFor       = 15 * time.Minute // from the first try; then the count starts again
	maxTried       = 10_000           // counts of one kind; beyond it the oldest count is dropped
)

// tries counts failed and pending tries of one kind, by what was tried. It counts within one
// process: each of several servers allows as many.
type tries struct {
	limit  int    // failed tries that are allowed
	detail string // the message about one more

	mu     sync.Mutex
	counts map[string]*tryCount
}

type tryCount struct {
	failed, pending int
	first           time.Time
	settled         chan struct{} // closed when a pending try ends
}

// begin counts a try. Pending tries count too, so parallel tries get no further than consecutive
// ones. If pending tries fill the limit, begin waits for one to end. The caller must call end with
// the outcome; a try that did not fail is not counted.
//
// Errors: RateLimited, Unavailable if ctx ends first.
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
				Kind: roster.Unavailable, Detail: "too many tries at once; try again", RetryAfter: time.Second, Err: context.Cause(ctx),
			}
		}
	}
}

// tryNow begins a try, or returns a channel to wait for.
func (t *tries) tryNow(what string, now time.Time) (end func(failed bool), settled <-chan struct{}, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.counts[what]
	if c == nil || now.Sub(c.first) >= triesFor {
		c = t.add(what, now)
	}
	switch {
	case c.failed >= t.limit:
		return nil, nil, &roster.Error{Kind: roster.RateLimited, Detail: t.detail, RetryAfter: c.first.Add(triesFor).Sub(now)}
	case c.failed+c.pending >= t.limit:
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
