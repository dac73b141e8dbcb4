package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

var (
	errNoID    = errors.New("client: the id is missing, or is none")
	errLoops   = errors.New("client: the list comes back to a page that it had before")
	errTooLong = fmt.Errorf("client: the answer is longer than %d bytes", MaxBody)
)

// request is one call, before it is sent for the first time.
type request struct {
	method string
	path   string // after /api/v1, escaped; "" where an identifier in it was none
	query  url.Values
	header http.Header
	body   any  // encoded as JSON; nil for none
	once   bool // to be done twice would do harm: it is repeated only where the server turned it away
}

// answer is what came back after success.
type answer struct {
	status int
	header http.Header
}

// unanswered is an attempt that got no whole answer.
type unanswered struct {
	method, path string
	sent         bool // the server may have got the request
	hopeless     bool // the next attempt would go the same way
	err          error
}

// Error names the call without its query, and what happened.
func (u *unanswered) Error() string {
	return fmt.Sprintf("client: %s %s: %v", u.method, u.path, u.err)
}

// Unwrap returns what happened.
func (u *unanswered) Unwrap() error { return u.err }

// send makes a call: as many attempts as it needs and may have. out is filled from the answer's body, unless it is
// nil.
func (c *Client) send(ctx context.Context, r request, out any) (answer, error) {
	if r.path == "" {
		return answer{}, errNoID
	}
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return answer{}, fmt.Errorf("client: %s %s: the request cannot be written as JSON: %w", r.method, r.path, err)
		}
	}
	began := c.clock.now()
	unclear := false // an attempt may have been done although it was not answered so
	for attempt := 1; ; attempt++ {
		a, err := c.attempt(ctx, r, body, out)
		if err == nil {
			return a, nil
		}
		if r.method == http.MethodDelete && unclear && errors.Is(err, ErrNotFound) {
			return answer{status: http.StatusNoContent}, nil
		}
		var refused *Error
		if errors.As(err, &refused) {
			refused.Unclear = unclear
		}
		if ctx.Err() != nil || attempt == c.attempts || !repeatable(r, err) {
			return answer{}, err
		}
		wait := c.wait(attempt, err)
		if c.clock.now().Add(wait).Sub(began) > c.elapsed {
			return answer{}, err
		}
		unclear = unclear || mayBeDone(err)
		c.log.WarnContext(ctx, "roster: trying again", "method", r.method, "path", r.path, "attempt", attempt, "wait", wait, "err", err)
		if ended := c.pause(ctx, wait); ended != nil {
			return answer{}, fmt.Errorf("client: %s %s: %w while waiting to try again after: %w", r.method, r.path, ended, err)
		}
	}
}

// pause waits. It returns why, if the context ended first.
func (c *Client) pause(ctx context.Context, d time.Duration) error {
	fires, stop := c.clock.after(d)
	defer stop()
	select {
	case <-fires:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// attempt sends a request once.
func (c *Client) attempt(ctx context.Context, r request, body []byte, out any) (answer, error) {
	began := c.clock.now()
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	req, err := c.httpRequest(ctx, r, body)
	if err != nil {
		return answer{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, c.unanswered(ctx, r, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	c.log.DebugContext(
		ctx, "roster: call", "method", r.method, "path", r.path, "status", resp.StatusCode,
		"took", c.clock.now().Sub(began), "requestId", resp.Header.Get("X-Request-Id"), slog.Int("bytes", len(text)),
	)
	switch {
	case err != nil:
		return answer{}, c.unanswered(ctx, r, fmt.Errorf("the answer was cut: %w", err))
	case len(text) > MaxBody:
		return answer{}, errTooLong
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return answer{}, errorOf(resp, text, c.clock.now())
	}
	if err := decode(text, out); err != nil {
		cut := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
		return answer{}, &unanswered{method: r.method, path: r.path, sent: true, hopeless: !cut, err: fmt.Errorf("the answer %d is not as expected: %w", resp.StatusCode, err)}
	}
	return answer{status: resp.StatusCode, header: resp.Header}, nil
}

func (c *Client) httpRequest(ctx context.Context, r request, body []byte) (*http.Request, error) {
	target := c.base + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("client: %s %s: the request cannot be made", r.method, r.path)
	}
	req.Header = r.header.Clone()
	req.Header.Set("Accept", "application/json, application/problem+json")
	req.Header.Set("User-Agent", c.userAgent)
	c.authorize(req)
	return req, nil
}

// unanswered is the error of an attempt without a whole answer. What net/http says of the URL is left out: its query
// may hold what a person searched for.
func (c *Client) unanswered(ctx context.Context, r request, err error) error {
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err
	}
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, ctx.Err()) {
		err = cause
	}
	var dial *net.OpError
	var certificate *tls.CertificateVerificationError
	return &unanswered{
		method: r.method, path: r.path, err: err,
		sent:     !errors.As(err, &dial) || dial.Op != "dial" && dial.Op != "proxyconnect",
		hopeless: errors.As(err, &certificate),
	}
}

// decode reads one JSON value. Numbers in values of any type keep their digits.
func decode(text []byte, out any) error {
	if out == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(out); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows its JSON")
	}
	return nil
}

// errorOf returns the error that an answer says. A body that is no problem details came from somebody else than
// Roster, and is not repeated: nobody knows what is in it.
func errorOf(resp *http.Response, text []byte, now time.Time) error {
	e := &Error{}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if media != "application/problem+json" || json.Unmarshal(text, e) != nil || !strings.HasPrefix(e.Type, "urn:roster:") {
		e = &Error{}
	}
	e.Status = resp.StatusCode
	e.RetryAfter = retryAfter(resp.Header, now)
	if e.RequestID == "" {
		e.RequestID = resp.Header.Get("X-Request-Id")
	}
	return e
}
