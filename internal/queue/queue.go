package queue

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

// Defaults of a [Lane].
const (
	DefaultLease    = 2 * time.Minute
	DefaultAttempts = 12 // with the backoff, about three and a half hours
)

// Handler does one job. Its ctx ends before the job's lease does, and soon after the queue is told
// to stop. If a handler continues after that, another worker may do the same job. The kind of the
// error decides what follows (see [Queue]). The error is logged, so its text must hold no secret.
type Handler func(ctx context.Context, j roster.Job) error

// Lane says how the jobs of one lane are done.
type Lane struct {
	Name     roster.Lane
	Workers  int                // how many at a time; default 1
	Lease    time.Duration      // how long a worker may hold a job; default DefaultLease
	Attempts int                // failed attempts until a job is buried; default DefaultAttempts
	Handlers map[string]Handler // by the job's kind
}

// Options hold what a Queue needs. Store and Now are required.
type Options struct {
	Store directory.Store

	// Added receives after each commit that queued jobs, so that they start at once. Jobs of other
	// replicas are found by polling.
	Added <-chan struct{}

	Now    func() time.Time
	Random func() float64 // from 0 to below 1, spreads retries; default math/rand
	Log    *slog.Logger
	Lanes  []Lane
}

// Queue does the jobs of its lanes. By the kind of the error that a handler returns, a job is
//
//   - finished, without an error;
//   - buried at once with a reason: Invalid, Conflict, NotFound, Forbidden, Unauthenticated, Stale;
//   - tried again later, and buried once the lane's attempts are used up: Unavailable, RateLimited,
//     Internal, and every error that is not a [roster.Error].
//
// A panic in a handler counts as Internal.
type Queue struct {
	added <-chan struct{}
	lanes []*lane
}

// New returns a queue that does nothing yet.
func New(o Options) *Queue {
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{added: o.Added}
	for _, l := range o.Lanes {
		l.Workers = cmp.Or(l.Workers, 1)
		l.Lease = cmp.Or(l.Lease, DefaultLease)
		l.Attempts = cmp.Or(l.Attempts, DefaultAttempts)
		q.lanes = append(q.lanes, newLane(o, l))
	}
	return q
}

// Run does jobs until ctx ends. Jobs in hand then get a few seconds to end by themselves; what has
// not ended by then is cancelled and let go, to be claimed again by whoever comes next. It returns
// nil.
func (q *Queue) Run(ctx context.Context) error {
	var lanes sync.WaitGroup
	for _, l := range q.lanes {
		lanes.Go(func() { l.run(ctx) })
	}
	q.passOn(ctx)
	lanes.Wait()
	return nil
}

// Ended returns for each lane how many runs have ended in this process.
func (q *Queue) Ended() map[roster.Lane]int64 {
	ended := make(map[roster.Lane]int64, len(q.lanes))
	for _, l := range q.lanes {
		ended[l.Name] = l.ended.Load()
	}
	return ended
}

// passOn wakes every lane when jobs were added, until ctx ends: the poke does not say for which
// lane.
func (q *Queue) passOn(ctx context.Context) {
	added := q.added
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-added:
			if !open {
				added = nil
			}
			for _, l := range q.lanes {
				l.wake()
			}
		}
	}
}
