package queue

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	// pollSoon and pollLate bound the time between two looks at a lane where nothing is due: short at
	// first, longer the longer nothing comes. A look only reads.
	pollSoon = time.Second
	pollLate = 5 * time.Second

	// grace is how long jobs in hand may go on after the queue was told to stop.
	grace = 5 * time.Second

	// claimFor bounds one claim. It does not end with the queue: a claim whose outcome nobody waits
	// for would keep its jobs from everybody until the lease is over.
	claimFor = 10 * time.Second

	// hastenEvery is the time between two looks for jobs that wait because a clock was set back,
	// this server's or another's. There is one at the start, and one as soon as this server's clock
	// goes back.
	hastenEvery = 5 * time.Minute
	hastenBatch = 500 // jobs in one transaction
)

// lane looks for the jobs of one lane and has them done.
type lane struct {
	Lane
	store  directory.Store
	now    func() time.Time
	random func() float64
	log    *slog.Logger

	woken   chan struct{} // holds one poke
	idle    chan struct{} // holds one token for each worker that has nothing to do
	working sync.WaitGroup

	hastened time.Time // of run only: the last look for jobs that wait because a clock was set back
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

// rouse ends the present wait, or the next one.
func (l *lane) rouse() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// run claims and does jobs until ctx ends, and then waits for those in hand.
func (l *lane) run(ctx context.Context) {
	hold, letGo := context.WithCancel(context.WithoutCancel(ctx))
	defer letGo()
	poll := pollSoon
	for {
		n := l.hire(ctx)
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
		if l.wait(ctx, l.until(next, poll)) {
			poll = pollSoon
		} else {
			poll = min(2*poll, pollLate)
		}
	}
	l.drain(letGo)
}

// drain waits for the jobs in hand, and cancels them when they have had their time.
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

// hire waits for a worker that has nothing to do and returns how many there are; they are hired
// then. It returns 0 where ctx ends first.
func (l *lane) hire(ctx context.Context) int {
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

// release sends n hired workers back.
func (l *lane) release(n int) {
	for range n {
		l.idle <- struct{}{}
	}
}

// claimed is a job in hand.
type claimed struct {
	roster.Job
	until time.Time // the lease
}

// claim takes up to limit jobs that are due. Where none is, it says when the next one will be due,
// zero if none is waiting, and writes nothing unless a clock was set back.
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
		hastened, err := l.hasten(ctx)
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

// hasten makes jobs due that wait because a clock was set back, a batch at a time, and reports
// whether there were any. It looks now and then only.
func (l *lane) hasten(ctx context.Context) (some bool, err error) {
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

// until returns how long to wait for the next job, at most so long as to the next look. A job that
// should be due and was not to be had (somebody else has it) is no reason to look again at once.
func (l *lane) until(next time.Time, poll time.Duration) time.Duration {
	if d := next.Sub(l.now()); !next.IsZero() && d > 0 {
		return min(d, poll)
	}
	return poll
}

// wait waits for so long, or until ctx ends or the lane is roused; it reports whether it was
// roused.
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
