package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	// settleFor bounds the recording of an outcome, retries included.
	settleFor = 10 * time.Second
	// settleSoon is the wait before the second try to record an outcome; it doubles.
	settleSoon = 100 * time.Millisecond
)

// work does one claimed job and records its outcome.
func (l *lane) work(hold context.Context, c claimed) {
	defer l.release(1)
	log := l.log.With("job", c.ID, "kind", c.Kind, "attempt", c.Attempts)
	err := l.try(hold, c)
	v := l.judge(c.Job, err)
	if err != nil && hold.Err() != nil {
		v = verdict{fate: again, reason: "the server stopped"} // not the job's fault, so it does not wait
	}
	report(hold, log, v, err)
	l.settle(hold, log, c, v)
}

// try runs the job's handler. Its context ends before the lease does: the last quarter is for
// recording the outcome.
func (l *lane) try(hold context.Context, c claimed) error {
	if c.Attempts > l.Attempts {
		return &roster.Error{Kind: roster.Internal, Detail: "no attempt has finished"}
	}
	handle, known := l.Handlers[c.Kind]
	if !known {
		// A newer replica may have queued it, and must do it.
		return &roster.Error{Kind: roster.Unavailable, Detail: "this server knows no such kind of job"}
	}
	ctx, cancel := context.WithTimeout(hold, c.until.Sub(l.now())-l.Lease/4)
	defer cancel()
	err := call(ctx, handle, c.Job)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && roster.KindOf(err) == roster.Internal {
		return &roster.Error{Kind: roster.Unavailable, Detail: "the attempt took too long", Err: err}
	}
	return err
}

// call runs a handler and turns a panic into an error.
func call(ctx context.Context, handle Handler, j roster.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &roster.Error{
				Kind: roster.Internal, Detail: "the handler panicked",
				Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack()),
			}
		}
	}()
	return handle(ctx, j)
}

// report logs the outcome of an attempt with its cause, which the store does not keep.
func report(ctx context.Context, log *slog.Logger, v verdict, err error) {
	switch {
	case v.fate == done:
		log.DebugContext(ctx, "job done")
	case v.fate == buried:
		log.Log(ctx, v.level, "job given up", "err", err)
	default:
		log.Log(ctx, v.level, "job is tried again", "in", v.wait.Round(time.Second).String(), "err", err)
	}
}

// settle records the outcome. It retries if the store fails: without the outcome the job would be
// done once more.
func (l *lane) settle(hold context.Context, log *slog.Logger, c claimed, v verdict) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(hold), settleFor)
	defer cancel()
	for pause := settleSoon; ; pause *= 2 {
		held, err := l.record(ctx, c.Job, v)
		if err == nil && !held {
			log.WarnContext(ctx, "job's lease was lost; somebody else has it now")
		}
		if err == nil {
			l.ended.Add(1)
			return
		}
		select {
		case <-ctx.Done():
			log.WarnContext(ctx, "job's outcome is not written down; it is done again", "err", err)
			return
		case <-time.After(pause):
		}
	}
}

// record ends the claim in the store and reports whether it was still held.
func (l *lane) record(ctx context.Context, j roster.Job, v verdict) (held bool, err error) {
	now := l.now()
	err = l.store.Update(ctx, func(tx directory.Tx) (err error) {
		switch v.fate {
		case done:
			held, err = tx.FinishJob(j.ID, j.Claim, now)
		case buried:
			held, err = tx.BuryJob(j.ID, j.Claim, now, v.reason)
		default:
			held, err = tx.RetryJob(j.ID, j.Claim, now, now.Add(v.wait), v.reason)
		}
		return err
	})
	return held, err
}
