// Package queue does the work that verbs have queued: it claims jobs, holds each under a lease
// while a [Handler] runs, and then finishes, retries or buries it. It knows no job by name.
//
// A job is done at least once. The store hands a job to one worker at a time for as long as its
// lease lasts; a worker that dies loses the lease, and the job is claimed again. Handlers must
// therefore bear being run twice. A lane without a [Lane] here waits in the store, untouched.
//
//   - queue.go: [Queue], what it is made of, and how it is woken
//   - lane.go: looking for work and claiming it
//   - work.go: one job from claim to outcome
//   - verdict.go: what becomes of a job, by the kind of its error
//   - backoff.go: how long a job waits before it is tried again
//   - sweep.go: forgetting jobs that were done long ago
//
// It does not queue jobs (verbs do, in their own transaction) and keeps no schedule.
package queue
