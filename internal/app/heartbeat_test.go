package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/config"
	"roster/internal/directory"
)

// watcher is a service that notices silence.
type watcher struct {
	*httptest.Server
	status int
	calls  []string
}

func newWatcher(t *testing.T) *watcher {
	t.Helper()
	w := &watcher{status: http.StatusOK}
	w.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.calls = append(w.calls, r.Method+" "+r.URL.Path)
		out.WriteHeader(w.status)
	}))
	t.Cleanup(w.Close)
	return w
}

func TestTheHeartbeatIsCalledOnlyWhileTheServerWorks(t *testing.T) {
	t.Parallel()
	w := newWatcher(t)
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	s := config.Serve{Data: t.TempDir(), HTTP: "127.0.0.1:0", PublicURL: "http://localhost", HeartbeatURL: w.URL + "/ping/secret-7f3a"}
	s.SMTP.Address, s.SMTP.From, s.SMTP.TLS = "127.0.0.1:1", "roster@example.com", "none" // a lane of emails
	a, err := Open(t.Context(), Config{Settings: s, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(t.Context())
	beat := func(when, why string) {
		t.Helper()
		before := len(w.calls)
		if err := a.heartbeat.beat(t.Context()); err != nil {
			t.Error(err)
		}
		called := len(w.calls) > before
		if _, got := a.heartbeat.state(); called != (why == "") || !strings.Contains(got, why) || why == "" && got != "" {
			t.Errorf("%s: called %v, %q", when, called, got)
		}
	}
	sweep := func() {
		t.Helper()
		if err := a.sweep(t.Context(), a.store.Update); err != nil {
			t.Fatal(err)
		}
	}
	beat("before the first sweep", "no server sweeps")
	sweep()
	beat("after it", "")
	if !slices.Equal(w.calls, []string{"GET /ping/secret-7f3a"}) {
		t.Errorf("calls: %v", w.calls)
	}
	now = now.Add(sweptWithin + time.Second)
	beat("without a sweep for long", "no server sweeps")
	sweep()
	err = a.store.Update(t.Context(), func(tx directory.Tx) error {
		return tx.Enqueue(roster.Job{ID: "01900000-0000-7000-8000-000000000001", OrganizationID: a.org.ID, Lane: roster.LaneWelcome, RunAt: now})
	})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(movesWithin)
	beat("while a job is not late", "")
	now = now.Add(time.Second)
	beat("once it is", "the jobs of the lane welcome stand still")
	a.ended[roster.LaneWelcome]-- // as if one had ended since
	beat("while others end", "")
	if err := a.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	beat("without a store", "the store takes no write")
}

func TestAHeartbeatThatFailsIsLoggedOnceWithoutItsPath(t *testing.T) {
	t.Parallel()
	w := newWatcher(t)
	var log strings.Builder
	var broken error
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	h := newHeartbeat(w.URL+"/ping/secret-7f3a?key=secret-7f3a", func(context.Context) error { return broken }, func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil)))
	beat := func() string {
		log.Reset()
		if err := h.beat(t.Context()); err != nil {
			t.Error(err)
		}
		if strings.Contains(log.String(), "secret-7f3a") {
			t.Errorf("the log has the secret: %s", log.String())
		}
		return log.String()
	}
	for _, step := range []struct {
		name   string
		change func()
		logs   string
	}{
		{"works", func() {}, ""},
		{"is redirected", func() { w.status = http.StatusFound }, "level=WARN"},
		{"is refused for another reason", func() { w.status = http.StatusNotFound }, ""},
		{"works again", func() { w.status = http.StatusNoContent }, "level=INFO"},
		{"the server is broken", func() { broken = errors.New("the disk is full") }, "the disk is full"},
		{"still", func() {}, ""},
		{"works once more", func() { broken = nil }, "level=INFO"},
		{"nobody answers", w.Close, "level=WARN"},
	} {
		step.change()
		got := beat()
		if step.logs == "" && got != "" || !strings.Contains(got, step.logs) {
			t.Errorf("%s: %q, want %q", step.name, got, step.logs)
		}
	}
	if called, why := h.state(); !called.Equal(now) || !strings.Contains(why, "does not answer") || strings.Contains(why, "secret-7f3a") {
		t.Errorf("state: %v, %q", called, why)
	}
}
