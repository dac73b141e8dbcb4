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
	// defaultDrain is how long, after the order to stop, answers tell their clients to close the
	// connection while new ones are still taken. Without it a request that is on its way down an
	// idle connection would meet a closed door.
	defaultDrain = 250 * time.Millisecond

	// cutGrace is how long handlers may take to notice that their connection was cut.
	cutGrace = 2 * time.Second

	// flightStep is the interval at which the requests in flight are counted while stopping.
	flightStep = 5 * time.Millisecond
)

// Serve answers requests until ctx ends, and then stops without loss: /readyz answers 503, clients
// are told to close their connections, the listeners close, and every request in flight gets its
// answer. What takes longer than the grace is cut. It returns nil after that, or why a listener
// broke. It serves [Options].Listeners.
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
	_ = s.http.Close() // every connection is to go, however
	s.flight.waitForRequests(cutGrace)
	s.log.Warn("stopped; requests were cut", "requests_cut", cut, "requests_finished", finished)
}

// flight counts what is under way. The zero flight is ready for use.
type flight struct {
	requests    atomic.Int64
	answered    atomic.Int64
	connections atomic.Int64
}

func (f *flight) count() int64 { return f.requests.Load() }

// begin and end are called around every request.
func (f *flight) begin() { f.requests.Add(1) }

func (f *flight) end() {
	f.answered.Add(1)
	f.requests.Add(-1)
}

// connection is told about every change of a connection (http.Server.ConnState).
func (f *flight) connection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		f.connections.Add(1)
	case http.StateClosed, http.StateHijacked:
		f.connections.Add(-1)
	}
}

// waitForConnections waits until no connection is open, at most so long.
func (f *flight) waitForConnections(ctx context.Context, atMost time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	wait(ctx, &f.connections)
}

// waitForRequests waits until no request is in flight, at most so long.
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
