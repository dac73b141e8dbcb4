package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"roster"
	"roster/internal/dialect"
)

// The server's own routes. The log and the metrics show them as their patterns.
const (
	livePath    = "/livez"
	readyPath   = "/readyz"
	metricsPath = "/metrics"
)

func isOwnRoute(pattern string) bool {
	return pattern == livePath || pattern == readyPath || pattern == metricsPath
}

// ownRoutes answers the server's own paths and passes the others on. It refuses CONNECT and TRACE:
// Roster is no proxy, and does not echo requests (RFC 9110 §9.3.6, §9.3.8).
func (s *Server) ownRoutes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect || r.Method == http.MethodTrace {
			refusal := &dialect.Refusal{Status: http.StatusMethodNotAllowed, Detail: "This method is not allowed here."}
			if !s.o.Refuse(w, r, refusal) {
				methodNotAllowed(w)
			}
			return
		}
		if !isOwnRoute(r.URL.Path) || dialect.OriginOf(r.Context()).Named {
			next.ServeHTTP(w, r)
			return
		}
		r.Pattern = r.URL.Path
		w.Header().Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			methodNotAllowed(w)
			return
		}
		switch r.URL.Path {
		case livePath:
			writeText(w, http.StatusOK, "text/plain; charset=utf-8", "ok\n")
		case readyPath:
			s.ready.answer(w, r)
		case metricsPath:
			s.showMetrics(w, r)
		}
	})
}

func methodNotAllowed(w http.ResponseWriter) {
	writeText(w, http.StatusMethodNotAllowed, "text/plain; charset=utf-8", "This method is not allowed here.\n")
}

const (
	readyTimeout = 2 * time.Second // for one probe
	readyFresh   = time.Second     // how long a result is reused, so that frequent requests cost nothing
)

// readiness finds out whether the server can take requests.
type readiness struct {
	probe    func(context.Context) error
	now      func() time.Time
	log      *slog.Logger
	draining *atomic.Bool

	mu       sync.Mutex
	probedAt time.Time
	result   error
}

func newReadiness(probe func(context.Context) error, now func() time.Time, log *slog.Logger, draining *atomic.Bool) *readiness {
	return &readiness{probe: probe, now: now, log: log, draining: draining}
}

// answer writes 200, or 503 with the reason.
func (d *readiness) answer(w http.ResponseWriter, r *http.Request) {
	answer := struct {
		Status string `json:"status"`
		Reason string `json:"reason,omitempty"`
	}{Status: "ready"}
	status := http.StatusOK
	if reason := d.reason(r.Context()); reason != "" {
		answer.Status, answer.Reason = "not ready", reason
		status = http.StatusServiceUnavailable
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic(err) // cannot happen with two strings
	}
	writeText(w, status, "application/json; charset=utf-8", string(body)+"\n")
}

// reason returns why the server is not ready, "" if it is.
func (d *readiness) reason(ctx context.Context) string {
	if d.draining.Load() {
		return "the server is shutting down"
	}
	err := d.freshResult(ctx)
	if err == nil {
		return ""
	}
	for _, e := range roster.All(err) {
		if e.Detail != "" {
			return e.Detail
		}
	}
	return "a part of the server is not working; its log has the details"
}

// freshResult returns the result of a recent probe, or of a new one. The probe goes on if its
// caller leaves, because others wait for it too.
func (d *readiness) freshResult(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := d.now(); d.probedAt.IsZero() || now.Sub(d.probedAt) >= readyFresh || now.Before(d.probedAt) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
		defer cancel()
		d.result = d.probe(ctx)
		d.probedAt = d.now()
		if d.result != nil {
			d.log.WarnContext(ctx, "not ready", "err", d.result)
		}
	}
	return d.result
}
