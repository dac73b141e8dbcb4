package directory

import (
	"context"
	"iter"

	"roster"
)

// JobList says where a list of jobs begins.
type JobList struct {
	After roster.JobID
	State roster.JobState // only these; "" for all that are not done
}

// ListJobs returns the organization's jobs that are not done, the oldest first, without their payloads. An error ends
// the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListJobs(ctx context.Context, by roster.Actor, in JobList) (iter.Seq2[roster.Job, error], error) {
	if err := allow(by, ActJobRead); err != nil {
		return nil, err
	}
	return nil, errNotBuilt
}

// ReviveJob has a buried job tried again, from its first attempt.
//
// Errors: Unauthenticated, Forbidden, NotFound where no such job is buried, Unavailable.
func (s *Service) ReviveJob(ctx context.Context, by roster.Actor, id roster.JobID) (roster.Job, error) {
	if err := allow(by, ActJobRevive); err != nil {
		return roster.Job{}, err
	}
	return roster.Job{}, errNotBuilt
}
