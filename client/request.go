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

// maxKey is the longest idempotency key.
const maxKey = 255

// ErrNoID is the error of a call whose id can stand in no path: "", "." or "..".
var ErrNoID = errors.New("client: the id or name is missing, or cannot stand in a path")

var (
	errLoops   = errors.New("client: the list comes back to a page that it had before")
	errKey     = fmt.Errorf("client: an idempotency key is 1 to %d visible ASCII characters", maxKey)
	errTooLong = fmt.Errorf("client: the answer is longer than %d bytes", MaxBody)
)

// request is one call, before it is sent for the first time.
type request struct {
	method string
	path   string // after /api/v1, escaped; "" where an identifier in it was none
	query  url.Values
	header http.Header
	body   any     // encoded as JSON; nil for none
	once   bool    // to be done twice would do harm: it is repeated only where nothing can have been done
	tag    *string // where the answer's ETag goes; nil: nowhere
	fault  error   // of an option; nothing is sent then
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

// Is reports whether target is [ErrNoAnswer].
func (u *unanswered) Is(target error) bool { return target == ErrNoAnswer }

// Unwrap returns what happened.
func (u *unanswered) Unwrap() error { return u.err }

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

// unanswered is the error of an attempt without a whole answer. What net/http says of the URL is
// left out: its query may hold what a person searched for.
func (c *Client) unanswered(ctx context.Context, r request, err error) error {
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err
	}
	var dial *net.OpError
	var certificate *tls.CertificateVerificationError
	u := &unanswered{
		method: r.method, path: r.path, err: err,
		sent:     !errors.As(err, &dial) || dial.Op != "dial" && dial.Op != "proxyconnect",
		hopeless: errors.As(err, &certificate),
	}
	if why := ended(ctx); why != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		u.err = why
	}
	return u
}

// ended returns that a context ended, and why if that was said; nil if it did not.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
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

// errorOf returns the error that an answer says. A body that is no problem details came from
// somebody else than Roster, and is not repeated: nobody knows what is in it.
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
