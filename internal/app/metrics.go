package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/server"
)

// openMetrics adds the metrics of the parts. They are read on request, so they cost other requests
// nothing.
func (a *App) openMetrics() error {
	a.metrics = server.NewMetrics()
	m := a.metrics
	build := map[string]string{"version": a.config.Version, "engine": a.store.Engine()}
	errs := []error{
		m.Gauge("roster_build_info", "1, with the release and the engine as labels.", build, func() float64 { return 1 }),
		m.Gauge("roster_hash_running", "Passwords that are being hashed or judged.", nil, func() float64 { return float64(a.hasher.Stats().Running) }),
		m.Gauge("roster_hash_waiting", "Passwords that wait to be hashed or judged.", nil, func() float64 { return float64(a.hasher.Stats().Waiting) }),
		m.Counter("roster_hash_done_total", "Passwords that were hashed.", nil, func() float64 { return float64(a.hasher.Stats().Done) }),
		m.Counter("roster_hash_refused_total", "Hashes refused because too many waited for one.", nil, func() float64 { return float64(a.hasher.Stats().Refused) }),
		m.Gauge("roster_refusals_held", "Refusals that are held back for a moment.", nil, func() float64 { return float64(a.hasher.Stats().Held) }),
		m.Counter("roster_credential_cache_hits_total", "Passwords that were found verified.", nil, func() float64 { return float64(a.auth.Stats().CacheHits) }),
		m.Counter("roster_credential_cache_misses_total", "Passwords that had to be hashed.", nil, func() float64 { return float64(a.auth.Stats().CacheMisses) }),
		m.Counter("roster_throttled_total", "Sign-ins turned away after too many failures.", nil, func() float64 { return float64(a.auth.Stats().Throttled) }),
	}
	jobs := &jobReading{app: a}
	for _, lane := range roster.Lanes {
		for state, count := range map[string]func(roster.JobCounts) int64{
			"waiting": func(c roster.JobCounts) int64 { return c.Waiting },
			"running": func(c roster.JobCounts) int64 { return c.Running },
			"buried":  func(c roster.JobCounts) int64 { return c.Buried },
		} {
			labels := map[string]string{"lane": string(lane), "state": state}
			errs = append(errs, m.Gauge("roster_jobs", "Jobs by lane and state.", labels, func() float64 { return jobs.value(lane, count) }))
		}
	}
	return errors.Join(errs...)
}

const (
	jobsTimeout = 2 * time.Second // how long a reader of the metrics waits for the store
	jobsFresh   = time.Second     // how long a reading serves, so that all gauges share one
)

// jobReading is how the jobs stood when somebody last asked.
type jobReading struct {
	app *App

	mu   sync.Mutex
	at   time.Time
	jobs []roster.JobCounts
	err  error
}

// value returns a count of the lane's jobs; -1 if the store does not answer.
func (r *jobReading) value(lane roster.Lane, count func(roster.JobCounts) int64) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.app.now(); r.at.IsZero() || now.Sub(r.at) >= jobsFresh || now.Before(r.at) {
		ctx, cancel := context.WithTimeout(context.Background(), jobsTimeout)
		defer cancel()
		var status directory.Status
		status, r.err = r.app.directory.GetStatus(ctx, r.app.system(r.app.org.ID), directory.None{})
		r.jobs, r.at = status.Jobs, now
	}
	if r.err != nil {
		return -1
	}
	for _, c := range r.jobs {
		if c.Lane == lane {
			return float64(count(c))
		}
	}
	return 0
}
