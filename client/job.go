package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// JobState is how far a job has come.
type JobState string

// The states.
const (
	JobReady   JobState = "ready"   // waits to be done, or to be tried again
	JobRunning JobState = "running" // somebody is at it
	JobBuried  JobState = "buried"  // given up after the last attempt
)

// Job is work that the server still has to do, such as an email.
type Job struct {
	ID        string    `json:"id"`
	Lane      string    `json:"lane"`
	Kind      string    `json:"kind"`
	State     JobState  `json:"state"`
	Attempts  int       `json:"attempts"`
	RunAt     time.Time `json:"runAt"`
	Reason    string    `json:"reason"` // what the job waits for, else why the last attempt failed
	CreatedAt time.Time `json:"createdAt"`
}

// JobListOptions say which jobs a list has.
type JobListOptions struct {
	State JobState // "": all that are not done
	Count bool     // as in ListOptions
	PageOptions
}

func (o JobListOptions) query() url.Values {
	q := CountOptions{o.Count, o.PageOptions}.query()
	set(q, "state", string(o.State))
	return q
}

// Jobs are the organization's jobs that are not done.
type Jobs struct{ c *Client }

// List returns the jobs, the oldest first. It fetches them page by page; an error ends the
// sequence.
func (s *Jobs) List(ctx context.Context, o JobListOptions) iter.Seq2[Job, error] {
	return list[Job](ctx, s.c, "/jobs", o.query())
}

// Page returns one page of what [Jobs.List] returns.
func (s *Jobs) Page(ctx context.Context, o JobListOptions) (Page[Job], error) {
	return page[Job](ctx, s.c, "/jobs", o.query())
}

// Retry has a buried job tried again, from its first attempt.
func (s *Jobs) Retry(ctx context.Context, id string) (Job, error) {
	r := newRequest(http.MethodPost, at("/jobs", id, "/retry"), nil)
	r.once = true
	return call[Job](ctx, s.c, r)
}
