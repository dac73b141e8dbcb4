package cli

import (
	"fmt"

	"roster"
	"roster/client"
)

type jobList struct {
	State string `placeholder:"STATE" enum:",ready,running,buried" default:"" help:"Only those that are ready, running or buried."`
	listing
}

// Help returns the examples.
func (jobList) Help() string {
	return `Lists the work that is not done, the oldest first: ready to be done or to be tried again, running, or buried, which is given up after the last attempt. The reason says what a job waits for, or why its last attempt failed.

Examples:

    roster job list
    roster job list --state buried
    roster job list --state buried --json | jq -r '.[].id' | xargs -n 1 roster job retry`
}

// Run lists the jobs.
func (c jobList) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		jobs := l.Jobs.List(sh.ctx, client.JobListOptions{State: client.JobState(c.State), PageOptions: pages(0)})
		heading := []string{"ID", "KIND", "STATE", "ATTEMPTS", "NEXT RUN", "CREATED", "REASON"}
		return printList(sh, l, c.JSON, jobs, heading, func(j client.Job) []string {
			return []string{j.ID, j.Kind, string(j.State), fmt.Sprint(j.Attempts), nextRun(j), stamp(j.CreatedAt), j.Reason}
		})
	})
}

// nextRun shows when a job is tried next; "" for one that is not.
func nextRun(j client.Job) string {
	if j.State != client.JobReady {
		return ""
	}
	return stamp(j.RunAt)
}

type jobRetry struct {
	Job string `arg:"" name:"id" help:"The id of a job that was given up."`
	listing
}

// Help returns the examples.
func (jobRetry) Help() string {
	return `The job is tried again at once, and as often as a new one.

Examples:

    roster job list --state buried
    roster job retry 01890a5d-ac96-774b-bcce-b302099a8057`
}

func (jobRetry) fields() map[string]string { return map[string]string{"id": "the id"} }

// Run has the job tried again.
func (c jobRetry) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		j, err := l.Jobs.Retry(sh.ctx, c.Job)
		if missing(err) {
			err = &roster.Error{
				Kind: roster.NotFound, Detail: fmt.Sprintf("there is no job %q that was given up; see: roster job list --state buried", c.Job),
			}
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("The job %s (%s) is tried again.", j.ID, j.Kind)
	})
}
