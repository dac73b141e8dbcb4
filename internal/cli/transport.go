package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"roster"
	"roster/client"
	"roster/internal/dialect"
)

// maxSilence is how long a server may say nothing while a call is under way.
const maxSilence = time.Minute

// localURL is the server's address where no network is between: one of those that even a
// demonstration answers to.
const localURL = "http://localhost"

// newSocket carries calls to the server that listens on the unix socket at path. A call fails once
// the server has been silent for so long.
func newSocket(path string, silence time.Duration) http.RoundTripper {
	return &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			d := net.Dialer{Timeout: silence}
			conn, err := d.DialContext(ctx, "unix", path)
			if err != nil {
				return nil, err
			}
			return impatient{conn, silence}, nil
		},
		DisableKeepAlives: true, // a command makes few calls
	}
}

// impatient is a connection on which neither end may be silent for long.
type impatient struct {
	net.Conn
	silence time.Duration
}

// Read reads what comes before the silence is too long.
func (c impatient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// Write writes, as long as the other end takes it.
func (c impatient) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// greetingTime is how long a server may take to answer a request that needs nothing of it.
const greetingTime = 5 * time.Second

// greet asks the server that listens on the unix socket at path for a sign of life. Errors:
// Unavailable where it accepts calls and does not answer in time.
func greet(ctx context.Context, path string, patience time.Duration) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, localURL+"/livez", nil)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	resp, err := newSocket(path, patience).RoundTrip(r)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &roster.Error{
			Kind: roster.Unavailable, Err: err,
			Detail: "the server of this data folder does not answer: it is stopped or overloaded, or may open no more files; " +
				"look at its log and its process, and restart it if need be",
		}
	}
	return resp.Body.Close() // what it says does not matter
}

// answers reports whether somebody listens on the unix socket at path.
func answers(ctx context.Context, path string) bool {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// local carries calls to a handler in the same process, as a connection would: an answer comes
// while it is written, and one that the handler breaks off breaks off for the caller too.
type local struct{ handler http.Handler }

// RoundTrip serves the request and returns as soon as the handler has begun to answer.
func (l local) RoundTrip(r *http.Request) (*http.Response, error) {
	body, pipe := io.Pipe()
	w := &localWriter{header: http.Header{}, pipe: pipe, begun: make(chan int, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := l.serve(w, r)
		close(w.begun)
		pipe.CloseWithError(err)
	}()
	status, begun := <-w.begun
	if !begun {
		return nil, whyBroken(r) // before the first byte
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1, Request: r,
		Header: w.sent, Body: localBody{body, done},
	}, nil
}

// serve runs the handler. It returns nil when the answer is whole.
func (l local) serve(w *localWriter, r *http.Request) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			err = whyBroken(r)
		default:
			panic(p)
		}
	}()
	l.handler.ServeHTTP(w, r)
	w.WriteHeader(http.StatusOK) // where the handler wrote nothing
	return nil
}

// whyBroken returns the error for an answer that the handler broke off: the caller's own, if it
// left.
func whyBroken(r *http.Request) error {
	if err := r.Context().Err(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

// localWriter is the handler's end.
type localWriter struct {
	header, sent http.Header // sent is header as it was when the answer began
	pipe         *io.PipeWriter
	begun        chan int // the status, once; closed when the handler is done
}

// Header returns the header to be sent.
func (w *localWriter) Header() http.Header { return w.header }

// WriteHeader begins the answer; later calls change nothing.
func (w *localWriter) WriteHeader(status int) {
	if w.sent == nil {
		w.sent = w.header.Clone()
		w.begun <- status
	}
}

// Write hands bytes to the caller and waits until they are read.
func (w *localWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.pipe.Write(p)
}

// localBody is the caller's end. Closing it waits for the handler, so that nothing is still at work
// when the caller goes on to close what the handler uses.
type localBody struct {
	*io.PipeReader
	done <-chan struct{}
}

// Close tells the handler that nobody reads any more, and waits for it.
func (b localBody) Close() error {
	err := b.PipeReader.Close()
	<-b.done
	return err
}

// asOperator says in each request who the operator is, for the audit.
type asOperator struct {
	next http.RoundTripper
	name string // the operating system's
}

// RoundTrip sends the request with the name.
func (o asOperator) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(dialect.OperatorHeader, o.name)
	return o.next.RoundTrip(r)
}

// recorder keeps the last answer of success as it came, for --json.
type recorder struct {
	next http.RoundTripper
	last []byte
}

// RoundTrip sends the request and keeps the body of its answer.
func (c *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		return resp, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, client.MaxBody+1))
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) > 0 {
		c.last = body
	}
	return resp, nil
}
