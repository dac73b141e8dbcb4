package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	heartbeatEvery = time.Minute

	// heartbeatTimeout bounds a call, and the proof that the server works.
	heartbeatTimeout = 10 * time.Second

	// sweptWithin is how long ago the latest sweep of any server may be.
	sweptWithin = 2*sweepEvery + 5*time.Minute

	// movesWithin is how long a job may be due in a lane in which nothing ends.
	movesWithin = 5 * time.Minute
)

// The settings by which servers know when one of them last proved to work.
const (
	sweptAt   = "swept-at"   // the end of a sweep
	writtenAt = "written-at" // a write that the heartbeat tried
)

// heartbeat calls a URL while the server works. Whoever watches that URL hears of the server's end
// by its silence.
type heartbeat struct {
	url, host string // the path of the URL may be a secret: only the host is logged
	client    *http.Client
	works     func(context.Context) error // why the server does not work; nil if it does
	now       func() time.Time
	log       *slog.Logger

	mu     sync.Mutex
	called time.Time // the last call that was answered as it should be
	why    string    // why there was no such call when it was due; "" if there was
}

// newHeartbeat returns a heartbeat on a valid URL.
func newHeartbeat(to string, works func(context.Context) error, now func() time.Time, log *slog.Logger) *heartbeat {
	host := ""
	if u, err := url.Parse(to); err == nil {
		host = u.Host
	}
	return &heartbeat{
		url: to, host: host, works: works, now: now, log: log,
		client: &http.Client{
			Timeout:       heartbeatTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// beat calls the URL if the server works. It logs when that changes.
func (h *heartbeat) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, heartbeatTimeout)
	defer cancel()
	why := ""
	if err := h.works(ctx); err != nil {
		why = err.Error()
	} else if err := h.call(ctx); err != nil {
		why = err.Error()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case why == "" && h.why != "":
		h.log.InfoContext(ctx, "the heartbeat is called again", "host", h.host)
	case why != "" && h.why == "":
		h.log.WarnContext(ctx, "the heartbeat is not called", "host", h.host, "why", why)
	}
	if h.why = why; why == "" {
		h.called = h.now()
	}
	return nil // what failed is logged, once
}

// call calls the URL. Its errors do not contain the URL.
func (h *heartbeat) call(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url, nil)
	if err != nil {
		return errors.New("the URL cannot be called")
	}
	resp, err := h.client.Do(r)
	if err != nil {
		var of *url.Error // it names the URL
		if errors.As(err, &of) {
			err = of.Err
		}
		return fmt.Errorf("%s does not answer: %w", h.host, err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("%s answers %d", h.host, resp.StatusCode)
	}
	return nil
}

// state says how the heartbeat stands: since when, and why it is not called.
func (h *heartbeat) state() (called time.Time, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.called, h.why
}

// works reports why this server does not work: its store takes no write, no server sweeps, or the
// jobs of a lane stand still.
func (a *App) works(ctx context.Context) error {
	now := a.now()
	err := a.store.Update(ctx, func(tx directory.Tx) error {
		return tx.PutSetting(writtenAt, now.UTC().Format(time.RFC3339))
	})
	if err != nil {
		return fmt.Errorf("the store takes no write: %w", err)
	}
	var swept string
	var standing roster.Lane
	err = a.store.View(ctx, func(tx directory.Tx) (err error) {
		if swept, _, err = tx.Setting(sweptAt); err != nil {
			return err
		}
		standing, err = a.standing(tx, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("the store is not read: %w", err)
	}
	at, err := time.Parse(time.RFC3339, swept)
	if err != nil || now.Sub(at) > sweptWithin {
		return errors.New("no server sweeps")
	}
	if standing != "" {
		return fmt.Errorf("the jobs of the lane %s stand still", standing)
	}
	return nil
}

// standing returns a lane of this server whose first job has been due for long, although this
// server has ended none of the lane since the heartbeat before; "" if there is none.
func (a *App) standing(tx directory.Tx, now time.Time) (standing roster.Lane, err error) {
	ended := a.queue.Ended()
	for lane, n := range ended {
		due, err := tx.NextRun(lane)
		if err != nil {
			return "", err
		}
		if !due.IsZero() && now.Sub(due) > movesWithin && n == a.ended[lane] {
			standing = lane
		}
	}
	a.ended = ended
	return standing, nil
}
