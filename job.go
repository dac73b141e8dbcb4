package roster

import (
	"encoding/json"
	"time"
)

// Lane separates jobs by urgency. Each lane has workers of its own, so that no number of jobs in
// one lane delays those of another.
type Lane string

// The lanes.
const (
	LaneAlert   Lane = "alert"   // who is to be told, and what wakes people (urgency page)
	LaneMail    Lane = "mail"    // emails about events that wake nobody (urgency hours and log)
	LaneWelcome Lane = "welcome" // welcome emails
)

// Lanes are all lanes, the most urgent first.
var Lanes = []Lane{LaneAlert, LaneMail, LaneWelcome}

// JobWelcomeEmail is the kind of the job that sends a welcome email. Its payload is a
// [WelcomeEmail].
const JobWelcomeEmail = "welcome-email"

// WelcomeEmail is the payload of a [JobWelcomeEmail]. It holds no secret: the worker makes the link
// when it sends the email.
type WelcomeEmail struct {
	UserID UserID `json:"userId"`

	// CredentialVersion is the user's version when the email was queued. The email is not sent if a
	// password was set since. 0: an older version of Roster queued the job.
	CredentialVersion int64 `json:"credentialVersion,omitempty"`
}

// Job is work that is queued in the transaction that needs it. It is done at least once.
type Job struct {
	ID             JobID
	OrganizationID OrganizationID
	Lane           Lane
	Kind           string
	Key            string // names the work; at most one unfinished job has it; "" for none
	Payload        json.RawMessage
	RunAt          time.Time
	Attempts       int // so far, this one included, since it was queued, revived or marked again
	Claim          int // the number of this claim, by which it is ended; for the worker only
	CreatedAt      time.Time

	// The state, for lists of jobs only; not filled in for the worker.
	State  JobState
	Reason string // why its lane waits, else why the last attempt failed; "" for neither
}

// JobState is how far a job has come.
type JobState string

// The states.
const (
	JobReady   JobState = "ready"   // waits to be done, or to be tried again
	JobRunning JobState = "running" // a worker is doing it
	JobDone    JobState = "done"
	JobBuried  JobState = "buried" // given up after the last attempt

	// JobWithdrawn is no longer wanted. It is kept as long as one that is done.
	JobWithdrawn JobState = "withdrawn"
)

// JobCounts counts the jobs of a lane by state.
type JobCounts struct {
	Lane    Lane
	Waiting int64 // ready, or ready later
	Running int64
	Buried  int64 // given up after the last attempt

	Waits string // why no job of the lane is done, such as "mail is not configured"; "" if they are
}
