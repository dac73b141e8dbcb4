package server

import (
	"log/slog"
	"net/http"
	"time"

	"roster/internal/dialect"
)

// accessLog counts each request and logs one line about it. The line names the route's pattern. It
// never contains the path, the query or a header: these are the sender's words and may hold a
// secret.
func (s *Server) accessLog(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		res := &response{ResponseWriter: w}
		began := s.o.Now()
		s.flight.begin()
		finished := false
		defer func() {
			took := s.o.Now().Sub(began)
			s.flight.end()
			if res.status == 0 && finished {
				res.status = http.StatusOK // net/http sends this if a handler wrote nothing
			}
			s.o.Metrics.observe(r.Method, r.Pattern, res.status, took)
			s.logRequest(r, res, took, finished)
		}()
		next.ServeHTTP(res, r)
		finished = true
	})
}

// logRequest writes the line. The status is 0 if a request was broken off before anything was sent.
func (s *Server) logRequest(r *http.Request, res *response, took time.Duration, finished bool) {
	level := slog.LevelInfo
	if isOwnRoute(r.Pattern) {
		level = slog.LevelDebug
	}
	ctx := r.Context()
	if !s.log.Enabled(ctx, level) {
		return
	}
	attrs := [...]slog.Attr{
		slog.String("method", knownMethod(r.Method)),
		slog.String("route", routeName(r.Pattern)),
		slog.Int("status", res.status),
		slog.Int64("bytes", res.bytes),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("address", dialect.OriginOf(ctx).Address),
		slog.Bool("broken_off", true),
	}
	n := len(attrs)
	if finished {
		n--
	}
	s.log.LogAttrs(ctx, level, "request", attrs[:n]...)
}

// noRoute is logged as the route of requests that match no route.
const noRoute = "-"

func routeName(pattern string) string {
	if pattern == "" {
		return noRoute
	}
	return pattern
}

// knownMethod returns the method, or "other" for an unknown one.
func knownMethod(method string) string { return methods[methodIndex(method)] }
