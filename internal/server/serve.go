package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// defaultDrain is how long a stopping server still takes connections, while its answers tell
	// clients to close theirs. Without it, a request that was just being sent on an idle connection
	// would fail.
	defaultDrain = 250 * time.Millisecond

	// cutGrace is how long handlers may take to notice that their connection was closed.
	cutGrace = 2 * time.Second

	// flightStep is the interval at which a stopping server counts the requests in flight.
	flightStep = 5 * time.Millisecond
)

// Serve answers requests on [Options].Listeners until ctx ends, and then stops without loss:
// /readyz answers 503, clients are told to close their connections, the listeners close, and every
// request in flight gets its answer. Requests that take longer than the grace are cut off. Serve
// returns nil then, or the error that broke a listener.
func (s *Server) Serve(ctx context.Context) error {
	broken := make(chan error, 2)
	running := 0
	start := func(l net.Listener, serve func(net.Listener) error) {
		if l != nil {
			running++
			go func() { broken <- serve(roomyListener{l, s.connections}) }()
		}
	}
	start(s.plain, s.http.Serve)
	start(s.secure, func(l net.Listener) error { return s.http.ServeTLS(l, "", "") })
	if running == 0 {
		<-ctx.Done()
		return nil
	}

	var failure error
	select {
	case <-ctx.Done():
	case err := <-broken:
		running--
		failure = fmt.Errorf("serve: %w", err)
	}
	s.stop()
	for range running {
		if err := <-broken; failure == nil && !errors.Is(err, http.ErrServerClosed) {
			failure = fmt.Errorf("serve: %w", err)
		}
	}
	return failure
}

// stop ends the service: see Serve.
func (s *Server) stop() {
	s.draining.Store(true)
	answered := s.flight.answered.Load()
	s.log.Info("shutting down", "requests_in_flight", s.flight.count(), "grace", s.o.ShutdownGrace.String())

	ctx, cancel := context.WithTimeout(context.Background(), s.o.ShutdownGrace)
	defer cancel()
	s.flight.waitForConnections(ctx, s.drain)
	s.http.SetKeepAlivesEnabled(false)
	err := s.http.Shutdown(ctx)
	if err == nil {
		s.log.Info("stopped; no request was cut", "requests_finished", s.flight.answered.Load()-answered)
		return
	}
	finished, cut := s.flight.answered.Load()-answered, s.flight.count()
	_ = s.http.Close() // closes every connection in any case
	s.flight.waitForRequests(cutGrace)
	s.log.Warn("stopped; requests were cut", "requests_cut", cut, "requests_finished", finished)
}

// flight counts open connections and requests. The zero flight is ready for use.
type flight struct {
	requests    atomic.Int64
	answered    atomic.Int64
	connections atomic.Int64
}

func (f *flight) count() int64 { return f.requests.Load() }

// begin and end surround every request.
func (f *flight) begin() { f.requests.Add(1) }

func (f *flight) end() {
	f.answered.Add(1)
	f.requests.Add(-1)
}

// connection implements http.Server.ConnState.
func (f *flight) connection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		f.connections.Add(1)
	case http.StateClosed, http.StateHijacked:
		f.connections.Add(-1)
	}
}

// waitForConnections waits until no connection is open, but not longer than atMost.
func (f *flight) waitForConnections(ctx context.Context, atMost time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	wait(ctx, &f.connections)
}

// waitForRequests waits until no request is in flight, but not longer than atMost.
func (f *flight) waitForRequests(atMost time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	defer cancel()
	wait(ctx, &f.requests)
}

func wait(ctx context.Context, n *atomic.Int64) {
	tick := time.NewTicker(flightStep)
	defer tick.Stop()
	for n.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
