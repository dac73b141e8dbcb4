package directory

import (
	"context"
	"iter"
	"slices"

	"roster"
)

// JobList says which jobs ListJobs returns.
type JobList struct {
	State roster.JobState // only these; "" for all that are not done
	After roster.JobID    // only greater ids
	Counting
}

// ListJobs returns the organization's jobs that are not done, the oldest first, without their
// payloads. The reason of a ready job in a lane without a sender says what it waits for. An error
// ends the sequence.
//
// Errors: Unauthenticated, Forbidden, Invalid(state); in the sequence also Unavailable.
func (d *Directory) ListJobs(ctx context.Context, by roster.Actor, in JobList) (iter.Seq2[roster.Job, error], error) {
	if err := allow(by, ActJobRead); err != nil {
		return nil, err
	}
	switch in.State {
	case "", roster.JobReady, roster.JobRunning, roster.JobBuried:
	default:
		return nil, &roster.Error{Kind: roster.Invalid, Field: "state", Detail: "must be ready, running or buried"}
	}
	all := listOf(ctx, d, part[roster.JobID]{After: in.After}, in.Counting, func(tx Tx, p part[roster.JobID]) (Rows[roster.Job], error) {
		return tx.Jobs(by.OrganizationID, JobQuery{in.State, p.After, p.Limit, p.Count})
	}, func(j roster.Job) roster.JobID { return j.ID })
	return func(yield func(roster.Job, error) bool) {
		for j, err := range all {
			j.Payload = nil // what is to be done is the worker's; an address may be in it
			if why := d.laneWaits[j.Lane]; why != "" && j.State == roster.JobReady {
				j.Reason = "waits: " + why
			}
			if !yield(j, err) {
				return
			}
		}
	}, nil
}

// jobCounts returns how the jobs of every lane stand that has some or has no sender.
func (d *Directory) jobCounts(tx Tx) ([]roster.JobCounts, error) {
	counts, err := tx.JobCounts()
	if err != nil {
		return nil, err
	}
	for _, lane := range roster.Lanes {
		known := slices.ContainsFunc(counts, func(c roster.JobCounts) bool { return c.Lane == lane })
		if d.laneWaits[lane] != "" && !known {
			counts = append(counts, roster.JobCounts{Lane: lane})
		}
	}
	for i := range counts {
		counts[i].Waits = d.laneWaits[counts[i].Lane]
	}
	return counts, nil
}

// ReviveJob has a buried job tried again, from its first attempt.
//
// Errors: Unauthenticated, Forbidden, NotFound where no such job is buried, Conflict where the same
// work has been queued again since, Unavailable.
func (d *Directory) ReviveJob(ctx context.Context, by roster.Actor, id roster.JobID) (roster.Job, error) {
	if err := allow(by, ActJobRevive); err != nil {
		return roster.Job{}, err
	}
	if !isName(string(id)) {
		return roster.Job{}, &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no buried job"}
	}
	j, err := update(ctx, d, func(tx Tx) (roster.Job, error) {
		now := d.now()
		j, err := tx.ReviveJob(by.OrganizationID, id, now)
		if err != nil {
			return j, err
		}
		j.Payload = nil
		return j, d.audit(tx, by, now, change{ActJobRevive, string(j.ID), j.Kind, map[string]any{"lane": j.Lane, "kind": j.Kind}})
	})
	if err != nil && roster.KindOf(err) == roster.Conflict {
		err = &roster.Error{Kind: roster.Conflict, Field: "id", Detail: "names a job whose work has been queued again since", Err: err}
	}
	return j, err
}
