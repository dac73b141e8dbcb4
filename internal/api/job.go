package api

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// job is a job as the API shows it, without its payload.
type job struct {
	ID        roster.JobID    `json:"id" format:"uuid" doc:"The job's id."`
	Lane      roster.Lane     `json:"lane" doc:"The lane that it waits in."`
	Kind      string          `json:"kind" doc:"The kind of work."`
	State     roster.JobState `json:"state" doc:"The state; buried: given up after the last attempt."`
	Attempts  int             `json:"attempts" doc:"The number of attempts so far."`
	RunAt     time.Time       `json:"runAt" doc:"The time of the next attempt."`
	Reason    *string         `json:"reason" doc:"What the job waits for, such as mail that is not configured, else why the last attempt failed."`
	CreatedAt time.Time       `json:"createdAt" doc:"When it was queued."`
}

// The requests about jobs.
type (
	listJobs struct {
		Page
		State roster.JobState `query:"state" doc:"Only jobs in this state."`
	}
	reviveJob struct{ One }
)

// jobs registers the calls about jobs.
func (a *api) jobs(d *directory.Directory) {
	const tag, path = "Jobs", "/jobs"
	shown := showJob(exampleJob)
	listRoute(a, operation{
		id: "listJobs", call: "GET " + path, tag: tag, summary: "List jobs",
		description: "The organization's unfinished jobs, oldest first.", answer: listed[job]{Items: []job{shown}},
	}, listing[roster.Job, roster.JobID]{
		key: func(j roster.Job) roster.JobID { return j.ID }, show: func(j roster.Job) any { return showJob(j) },
	}, func(_ roster.Actor, q *listJobs, after *roster.JobID) (directory.JobList, error) {
		return directory.JobList{After: orZero(after), State: q.State}, nil
	}, d.ListJobs)
	route(a, operation{
		id: "retryJob", call: "POST " + path + "/{id}/retry", tag: tag, summary: "Try a buried job again",
		description: "Restarts a job that was given up, from its first attempt.", answer: shown,
	}, func(_ roster.Actor, q *reviveJob) (roster.JobID, error) {
		return roster.JobID(q.ID), nil
	}, d.ReviveJob, func(_ *reviveJob, j roster.Job) answer { return answer{body: showJob(j)} })
}

func showJob(j roster.Job) job {
	return job{j.ID, j.Lane, j.Kind, j.State, j.Attempts, j.RunAt, orNil(j.Reason), j.CreatedAt}
}
