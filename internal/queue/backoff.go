package queue

import (
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	firstBackoff = 10 * time.Second // after the first attempt; it doubles with each
	maxBackoff   = time.Hour
	maxAskedFor  = directory.MaxJobWait // of a RetryAfter; a longer one is ignored
)

// backoff returns how long a job waits after so many attempts. random, from 0 to below 1, shortens
// the wait by up to a fifth, so that jobs that failed together do not return together.
func backoff(attempts int, random float64) time.Duration {
	d := firstBackoff
	for i := 1; i < attempts && d < maxBackoff; i++ {
		d *= 2
	}
	d = min(d, maxBackoff)
	return d - time.Duration(random*float64(d)/5)
}

// askedFor returns the longest RetryAfter of the error.
func askedFor(err error) time.Duration {
	var wait time.Duration
	for _, e := range roster.All(err) {
		wait = max(wait, e.RetryAfter)
	}
	return wait
}
