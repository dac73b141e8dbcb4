// Package queue does the jobs that verbs have queued. It claims jobs, holds each under a lease
// while a [Handler] runs, and then finishes, retries or buries it. It knows no job by name.
//
// A job is done at least once. While a lease lasts, only its worker has the job. If the worker
// dies, the lease ends and the job is claimed again. Handlers must therefore tolerate a second run.
// Jobs of a lane without a [Lane] here stay in the store.
//
//   - queue.go: [Queue], its options, and how it is woken
//   - lane.go: looking for jobs and claiming them
//   - work.go: one job from claim to outcome
//   - verdict.go: what happens to a job, by the kind of its error
//   - backoff.go: how long a job waits for its next attempt
//   - sweep.go: deleting jobs that were done long ago
//
// The package does not queue jobs (verbs do, in their own transaction) and has no schedule.
package queue
