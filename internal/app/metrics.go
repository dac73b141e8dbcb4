package app

import (
	"context"
	"errors"
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
	for state, count := range map[string]func(roster.JobCounts) int64{
		"waiting": func(c roster.JobCounts) int64 { return c.Waiting },
		"running": func(c roster.JobCounts) int64 { return c.Running },
		"buried":  func(c roster.JobCounts) int64 { return c.Buried },
	} {
		labels := map[string]string{"lane": string(roster.LaneEmail), "state": state}
		errs = append(errs, m.Gauge("roster_jobs", "Jobs by lane and state.", labels, func() float64 { return a.jobs(count) }))
	}
	return errors.Join(errs...)
}

// jobsTimeout bounds how long a reader of the metrics waits for the store.
const jobsTimeout = 2 * time.Second

// jobs counts jobs of the email lane; -1 if the store does not answer.
func (a *App) jobs(count func(roster.JobCounts) int64) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), jobsTimeout)
	defer cancel()
	status, err := a.directory.GetStatus(ctx, a.system(a.org.ID), directory.None{})
	if err != nil {
		return -1
	}
	for _, lane := range status.Jobs {
		if lane.Lane == roster.LaneEmail {
			return float64(count(lane))
		}
	}
	return 0
}
