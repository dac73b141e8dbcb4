package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// effort is what a call has cost so far. Its bounds hold for all its requests together.
type effort struct {
	c        *Client
	began    time.Time
	attempts int
	unclear  bool // an attempt may have been done although its answer was no success
	lost     bool // an attempt may have been done, and had no answer of the server's own
}

func (c *Client) begin() *effort { return &effort{c: c, began: c.clock.now()} }

// send makes a call that is one request: as many attempts as it needs and may have. out is filled
// from the answer's body, unless it is nil.
func (c *Client) send(ctx context.Context, r request, out any) (answer, error) {
	return c.begin().send(ctx, r, out)
}

// send is [Client.send] for one request of a call.
func (e *effort) send(ctx context.Context, r request, out any) (answer, error) {
	switch {
	case r.fault != nil:
		return answer{}, r.fault
	case r.path == "":
		return answer{}, ErrNoID
	}
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return answer{}, fmt.Errorf("client: %s %s: the request cannot be written as JSON: %w", r.method, r.path, err)
		}
	}
	for {
		e.attempts++
		a, err := e.c.attempt(ctx, r, body, out)
		if err == nil {
			return a, nil
		}
		if r.method == http.MethodDelete && e.lost && errors.Is(err, ErrNotFound) {
			return answer{status: http.StatusNoContent}, nil
		}
		var refused *Error
		if errors.As(err, &refused) {
			refused.Unclear = e.unclear
		}
		if err := e.again(ctx, r, err); err != nil {
			return answer{}, err
		}
	}
}

// again waits until r may be sent again after err. It returns why it may not.
func (e *effort) again(ctx context.Context, r request, err error) error {
	c := e.c
	if ctx.Err() != nil || e.attempts >= c.attempts || !repeatable(r, err) {
		return err
	}
	wait := c.wait(e.attempts, err)
	if c.clock.now().Add(wait).Sub(e.began) > c.elapsed {
		return err
	}
	done, lost := mayBeDone(err)
	e.unclear, e.lost = e.unclear || done, e.lost || lost
	c.log.WarnContext(ctx, "roster: trying again", "method", r.method, "path", r.path, "attempt", e.attempts, "wait", wait, "err", err)
	if why := c.pause(ctx, wait); why != nil {
		return fmt.Errorf("client: %s %s: %w while waiting to try again after: %w", r.method, r.path, why, err)
	}
	return nil
}

// pause waits. It returns why, if the context ended first.
func (c *Client) pause(ctx context.Context, d time.Duration) error {
	fires, stop := c.clock.after(d)
	defer stop()
	select {
	case <-fires:
		return nil
	case <-ctx.Done():
		return ended(ctx)
	}
}

// repeatable reports whether a request may and should be sent again after err.
func repeatable(r request, err error) bool {
	var lost *unanswered
	if errors.As(err, &lost) {
		return !lost.hopeless && !(r.once && lost.sent)
	}
	var refused *Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		return !r.once
	}
	return false
}

// mayBeDone reports whether the attempt that ended so may have changed something all the same, and
// whether besides the server itself left it without an answer: 502 and 504 say a proxy, who may
// have passed the request on. 503 may have been done where the server lost its database at the
// moment of the commit.
func mayBeDone(err error) (done, lost bool) {
	var refused *Error
	if !errors.As(err, &refused) {
		return sent(err), sent(err)
	}
	proxy := refused.Status == http.StatusBadGateway || refused.Status == http.StatusGatewayTimeout
	return refused.Status != http.StatusTooManyRequests, proxy
}

// sent reports whether the server may have got the attempt that ended so without an answer.
func sent(err error) bool {
	var u *unanswered
	return errors.As(err, &u) && u.sent
}

// wait returns how long to wait after a failed attempt, counted from 1: a random part of a limit
// that doubles each time ("full jitter"), on top of what the server asks for, so that callers who
// were turned away together do not come back together.
func (c *Client) wait(attempt int, err error) time.Duration {
	limit := c.backoff
	for range attempt - 1 {
		if limit >= MaxBackoff {
			break
		}
		limit *= 2
	}
	wait := c.jitter(min(limit, MaxBackoff))
	var refused *Error
	if errors.As(err, &refused) {
		wait += refused.RetryAfter
	}
	return wait
}
