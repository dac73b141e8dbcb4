package client

import (
	"errors"
	"net/http"
	"time"
)

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
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	case http.StatusBadGateway, http.StatusGatewayTimeout: // somebody on the way, who may have passed the request on
		return !r.once
	}
	return false
}

// mayBeDone reports whether the attempt that ended so may have changed something all the same. 503 counts: the server
// may have lost its database at the moment of the commit.
func mayBeDone(err error) bool {
	var lost *unanswered
	if errors.As(err, &lost) {
		return lost.sent
	}
	var refused *Error
	return errors.As(err, &refused) && refused.Status != http.StatusTooManyRequests
}

// wait returns how long to wait after a failed attempt, counted from 1: a random part of a limit that doubles each time
// ("full jitter"), on top of what the server asks for, so that callers who were turned away together do not come back together.
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
