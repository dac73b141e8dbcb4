package queue

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	// pollSoon and pollLate bound the time between two looks at an empty lane. The time grows while
	// no job comes. A look only reads.
	pollSoon = time.Second
	pollLate = 5 * time.Second

	// grace is how long running jobs may continue after the queue was told to stop.
	grace = 5 * time.Second

	// claimFor bounds one claim. A claim outlives the end of the queue: if its result were ignored,
	// nobody could have the jobs until the lease ends.
	claimFor = 10 * time.Second

	// hastenEvery is the time between two searches for jobs that wait because a clock was set back,
	// on this server or another. A search also runs at the start and whenever this server's clock
	// goes back.
	hastenEvery = 5 * time.Minute
	hastenBatch = 500 // jobs in one transaction
)

// lane finds and does the jobs of one lane.
type lane struct {
	Lane
	store  directory.Store
	now    func() time.Time
	random func() float64
	log    *slog.Logger

	woken   chan struct{} // holds at most one wake-up
	idle    chan struct{} // holds one token for each idle worker
	working sync.WaitGroup
	ended   atomic.Int64 // runs whose outcome is written down

	hastened time.Time // used by run only: the last search for jobs that wait because a clock was set back
}

func newLane(o Options, l Lane) *lane {
	made := &lane{
		Lane: l, store: o.Store, now: o.Now, random: o.Random, log: o.Log.With("lane", l.Name),
		woken: make(chan struct{}, 1), idle: make(chan struct{}, l.Workers),
	}
	for range l.Workers {
		made.idle <- struct{}{}
	}
	return made
}

// wake ends the current wait, or the next one.
func (l *lane) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// run claims and does jobs until ctx ends, then waits for the running ones.
func (l *lane) run(ctx context.Context) {
	hold, letGo := context.WithCancel(context.WithoutCancel(ctx))
	defer letGo()
	poll := pollSoon
	for {
		n := l.hireIdle(ctx)
		if ctx.Err() != nil {
			break
		}
		jobs, next, err := l.claim(ctx, n)
		for _, c := range jobs {
			l.working.Go(func() { l.work(hold, c) })
		}
		l.release(n - len(jobs))
		switch {
		case len(jobs) > 0:
			poll = pollSoon
			continue
		case err != nil && ctx.Err() == nil:
			l.log.WarnContext(ctx, "jobs cannot be claimed", "err", err)
			poll = pollLate
		}
		if l.wait(ctx, l.waitTime(next, poll)) {
			poll = pollSoon
		} else {
			poll = min(2*poll, pollLate)
		}
	}
	l.drain(letGo)
}

// drain waits for the running jobs, and cancels them after the grace.
func (l *lane) drain(letGo context.CancelFunc) {
	ended := make(chan struct{})
	go func() {
		l.working.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(grace):
		letGo()
		<-ended
	}
}

// hireIdle waits for an idle worker, hires all idle workers and returns their number. It returns 0
// if ctx ends first.
func (l *lane) hireIdle(ctx context.Context) int {
	select {
	case <-ctx.Done():
		return 0
	case <-l.idle:
	}
	for n := 1; ; n++ {
		select {
		case <-l.idle:
		default:
			return n
		}
	}
}

// release makes n hired workers idle again.
func (l *lane) release(n int) {
	for range n {
		l.idle <- struct{}{}
	}
}

// claimed is a job that this server has claimed.
type claimed struct {
	roster.Job
	until time.Time // the end of the lease
}

// claim takes up to limit jobs that are due. If none is due, it returns when the next one will be,
// zero if none waits, and it writes nothing unless a clock was set back.
func (l *lane) claim(ctx context.Context, limit int) (taken []claimed, next time.Time, err error) {
	now := l.now()
	err = l.store.View(ctx, func(tx directory.Tx) (err error) {
		next, err = tx.NextRun(l.Name)
		return err
	})
	if err != nil || next.IsZero() {
		return nil, next, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimFor)
	defer cancel()
	if next.After(now) {
		hastened, err := l.hastenDelayed(ctx)
		if err != nil || !hastened {
			return nil, next, err
		}
	}
	until := now.Add(l.Lease)
	var jobs []roster.Job
	err = l.store.Update(ctx, func(tx directory.Tx) (err error) {
		jobs, err = tx.ClaimJobs(l.Name, now, until, limit)
		return err
	})
	if err != nil {
		return nil, next, err
	}
	for _, j := range jobs {
		taken = append(taken, claimed{Job: j, until: until})
	}
	return taken, next, nil
}

// hastenDelayed makes jobs due that wait because a clock was set back, a batch at a time, and
// reports whether there were any. It searches only now and then.
func (l *lane) hastenDelayed(ctx context.Context) (some bool, err error) {
	now := l.now().Round(0) // without the monotonic clock, which is never set
	if since := now.Sub(l.hastened); since >= 0 && since < hastenEvery {
		return false, nil
	}
	err = l.store.View(ctx, func(tx directory.Tx) (err error) {
		some, err = tx.Stranded(l.Name, now, l.Lease)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for stranded jobs: %w", err)
	}
	if !some {
		l.hastened = now
		return false, nil
	}
	n := 0
	err = l.store.Update(ctx, func(tx directory.Tx) (err error) {
		n, err = tx.HastenJobs(l.Name, now, l.Lease, hastenBatch)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("hasten jobs: %w", err)
	}
	l.log.WarnContext(ctx, "jobs were due too far ahead and are done now: was a clock set back?", "jobs", n)
	return n > 0, nil
}

// waitTime returns how long to wait for the next job, at most poll. A job that is due but was not
// claimed belongs to another server, so it is no reason to look again at once.
func (l *lane) waitTime(next time.Time, poll time.Duration) time.Duration {
	if d := next.Sub(l.now()); !next.IsZero() && d > 0 {
		return min(d, poll)
	}
	return poll
}

// wait waits for the duration, until ctx ends or until the lane is roused. It reports whether it
// was roused.
func (l *lane) wait(ctx context.Context, d time.Duration) (roused bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-l.woken:
		return true
	case <-timer.C:
		return false
	}
}
