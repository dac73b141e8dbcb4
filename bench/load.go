package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// outcome classifies an answer.
type outcome uint8

// The outcomes.
const (
	accepted outcome = iota // the expected answer
	beside                  // as expected, but not what is counted
	refused                 // told to come again later, which the caller will do
	wrong                   // anything else
)

// script holds the requests of one caller and judges their answers. The two functions are called in
// turn.
type script struct {
	next  func(buf []byte) []byte // appends the next request to buf
	check func(answer) outcome
}

// load is a number of callers. Each sends its next request when the last one is answered.
type load struct {
	server  *process
	callers int
	window  time.Duration // measured, after a tenth of it that is not
	script  func(caller int) script
}

const (
	// warmUp is the part of the window that runs before it: one in so many.
	warmUp = 10

	// patience is how long after the window an answer may arrive.
	patience = 20 * time.Second

	// maxShown is how much of a wrong answer is shown, in bytes.
	maxShown = 160
)

// result is the outcome of a load.
type result struct {
	window    time.Duration
	done      int64     // accepted within the window
	latency   histogram // of answers accepted in the window and after it
	refusal   histogram // of refusals in the window and after it
	wrong     int64
	complaint string // the first wrong answer

	answered int64         // before, in and after the window
	cpu      time.Duration // that the server used for these
}

// rate returns the accepted answers per second.
func (r *result) rate() float64 { return float64(r.done) / r.window.Seconds() }

// cpuEach returns the server's processor time for an answer of any kind.
func (r *result) cpuEach() time.Duration { return r.cpu / time.Duration(max(1, r.answered)) }

// manner is the behaviour of callers. The zero value is the usual one.
type manner struct {
	impatient bool   // they ask again at once where they are told to wait
	from      string // the address they connect from; "": the system chooses
}

// run runs the load and returns its result. It fails if nobody can connect, or if ctx ends.
func (l load) run(ctx context.Context) (*result, error) { return l.runAs(ctx, manner{}) }

// runAs is run for callers with another behaviour.
func (l load) runAs(ctx context.Context, m manner) (*result, error) {
	callers := make([]*caller, l.callers)
	begin := time.Now()
	from := begin.Add(l.window / warmUp)
	to := from.Add(l.window)
	for i := range callers {
		callers[i] = &caller{address: l.server.address, manner: m, script: l.script(i), from: from, to: to}
		if err := callers[i].connect(ctx); err != nil {
			return nil, err
		}
		defer callers[i].hangUp()
	}
	before := cpuTimeOf(l.server.id)
	var work sync.WaitGroup
	for _, c := range callers {
		work.Go(func() { c.work(ctx) })
	}
	work.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sum := &result{window: l.window, cpu: cpuTimeOf(l.server.id) - before}
	for _, c := range callers {
		sum.add(&c.result)
	}
	return sum, nil
}

func (r *result) add(other *result) {
	r.done += other.done
	r.latency.merge(&other.latency)
	r.refusal.merge(&other.refusal)
	r.wrong += other.wrong
	r.answered += other.answered
	if r.complaint == "" {
		r.complaint = other.complaint
	}
}

// caller is one connection with its script.
type caller struct {
	address  string
	manner   manner
	script   script
	from, to time.Time
	conn     *conn
	stop     func() bool // ends the watch over the context
	result   result
}

// connect opens a connection that is cut when ctx ends.
func (c *caller) connect(ctx context.Context) error {
	conn, err := dial(ctx, c.address, c.manner.from)
	if err != nil {
		return err
	}
	c.conn = conn
	c.stop = context.AfterFunc(ctx, func() { _ = conn.socket.Close() })
	return conn.socket.SetDeadline(c.to.Add(patience))
}

func (c *caller) hangUp() {
	c.stop()
	_ = c.conn.socket.Close()
}

// work sends requests until the window ends.
func (c *caller) work(ctx context.Context) {
	var buf []byte
	for ctx.Err() == nil {
		start := time.Now()
		if !start.Before(c.to) {
			return
		}
		buf = c.script.next(buf[:0])
		a, err := c.conn.exchange(buf)
		if err != nil {
			c.complain(err.Error())
		} else {
			c.count(ctx, a, start)
		}
		if err == nil && !a.last {
			continue
		}
		c.hangUp()
		if err := c.connect(ctx); err != nil {
			c.complain(err.Error())
			return
		}
	}
}

// count counts an answer, and waits if the answer asks for it.
func (c *caller) count(ctx context.Context, a answer, start time.Time) {
	end := time.Now()
	c.result.answered++
	verdict := c.script.check(a)
	switch {
	case verdict == wrong:
		c.complain(fmt.Sprintf("%d %.*s", a.status, maxShown, a.body))
	case verdict == beside, end.Before(c.from):
	case verdict == refused:
		c.result.refusal.add(end.Sub(start))
	default:
		c.result.latency.add(end.Sub(start))
		if !end.After(c.to) {
			c.result.done++
		}
	}
	if verdict == refused && !c.manner.impatient {
		pause(ctx, min(a.retryAfter, c.to.Sub(end)))
	}
}

func (c *caller) complain(complaint string) {
	c.result.wrong++
	if c.result.complaint == "" {
		c.result.complaint = complaint
	}
}

// pause waits for the duration or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
