package directory

import (
	"context"
	"slices"
	"sync"
	"time"

	"roster/internal/premise"

	"roster"
)

// Bounds of a gather.
const (
	maxGathered  = 256  // creates in one transaction
	maxGathering = 4096 // creates that wait for one
	gatherLanes  = 2    // transactions at once: while one is put on disk, the next is prepared
)

// gather makes creates that wait at the same time in one transaction: what they name is looked up
// once, and each table gets one statement for all of them. A lone create waits for nobody.
type gather struct {
	store Store
	now   func() time.Time
	lanes int // transactions that may be under way at once

	mu       sync.Mutex
	waiting  []*gathered
	underWay int
}

// gathered is a create that waits, or is under way.
type gathered struct {
	*creation
	ctx   context.Context
	begun bool          // guarded by gather.mu
	done  chan struct{} // closed once made and err are final
}

// create makes a create together with others that wait. One whose ctx ends before its turn is
// skipped.
func (g *gather) create(ctx context.Context, c *creation) (creationResult, error) {
	if err := ctx.Err(); err != nil {
		return creationResult{}, err
	}
	w := &gathered{creation: c, ctx: ctx, done: make(chan struct{})}
	first, err := g.join(w)
	if err != nil {
		return creationResult{}, err
	}
	if first {
		g.makeNext()
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		if g.leave(w) {
			return creationResult{}, ctx.Err()
		}
		<-w.done
	}
	return w.made, w.err
}

// join adds a create to those that wait, and reports whether its caller makes them. What is
// remembered of the caller is verified first: in the transaction itself if the create is alone
// there.
func (g *gather) join(w *gathered) (first bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.underWay == g.lanes || len(g.waiting) > 0 {
		g.mu.Unlock()
		err := premise.Settle(w.ctx)
		g.mu.Lock()
		if err != nil {
			return false, err
		}
	}
	if len(g.waiting) >= maxGathering {
		return false, &roster.Error{Kind: roster.Unavailable, Detail: "too many changes are waiting; try again", RetryAfter: 2 * time.Second}
	}
	g.waiting = append(g.waiting, w)
	if first = g.underWay < g.lanes; first {
		g.underWay++
	}
	return first, nil
}

// leave takes a create out of those that wait. It reports false if the create has begun.
func (g *gather) leave(w *gathered) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.begun {
		return false
	}
	g.waiting = slices.DeleteFunc(g.waiting, func(other *gathered) bool { return other == w })
	return true
}

// makeNext makes the creates that wait, and then has others make those that have come meanwhile.
func (g *gather) makeNext() {
	g.mu.Lock()
	n := min(len(g.waiting), maxGathered)
	some := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	for _, w := range some {
		w.begun = true
	}
	g.mu.Unlock()
	g.makeAll(some)
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.underWay--
		return
	}
	go g.makeNext()
}

// makeAll makes creates in one transaction, or one by one if that fails for a reason of its own.
func (g *gather) makeAll(some []*gathered) {
	if len(some) == 0 { // their callers have left
		return
	}
	err := g.transact(some)
	if err != nil && len(some) > 1 && roster.KindOf(err) == roster.Internal {
		for i := range some {
			g.answer(some[i:i+1], g.transact(some[i:i+1]))
		}
		return
	}
	g.answer(some, err)
}

// transact makes creates in one transaction.
func (g *gather) transact(all []*gathered) error {
	ctx := all[0].ctx
	if len(all) > 1 { // nobody's leaving must undo the others
		ctx = context.WithoutCancel(ctx)
	}
	list := make(creations, len(all))
	for i, w := range all {
		list[i] = w.creation
	}
	return g.store.Update(ctx, func(tx Tx) error { return list.create(tx, g.now()) })
}

// answer lets the callers continue. err is that of the transaction.
func (g *gather) answer(all []*gathered, err error) {
	for _, w := range all {
		if err != nil {
			w.made, w.err = creationResult{}, err
		}
		close(w.done)
	}
}
