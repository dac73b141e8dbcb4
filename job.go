package roster

import (
	"encoding/json"
	"time"
)

// Lane keeps kinds of work from waiting for one another.
type Lane string

// LaneEmail is for messages that nobody waits for at night: welcome emails.
const LaneEmail Lane = "email"

// JobWelcomeEmail is the kind of the job that sends a welcome email. Its payload is a
// [WelcomeEmail].
const JobWelcomeEmail = "welcome-email"

// WelcomeEmail is the payload of a [JobWelcomeEmail]. It holds no secret: the worker mints the
// link when it sends.
type WelcomeEmail struct {
	UserID UserID `json:"userId"`

	// CredentialVersion is the user's when the email was asked for. The email is not sent once a
	// later password is set. 0: an older version of Roster queued the job.
	CredentialVersion int64 `json:"credentialVersion,omitempty"`
}

// Job is work queued in the transaction that made it necessary. It is done at least once.
type Job struct {
	ID             JobID
	OrganizationID OrganizationID
	Lane           Lane
	Kind           string
	Key            string // at most one unfinished job has a key; "" for none
	Payload        json.RawMessage
	RunAt          time.Time
	Attempts       int // claims so far, this one included
	CreatedAt      time.Time

	// What a list of jobs shows; not filled in for whoever does the job.
	State  JobState
	Reason string // why the last attempt failed; "" if none did
}

// JobState is how far a job has come.
type JobState string

// The states.
const (
	JobReady   JobState = "ready"   // waits to be done, or to be tried again
	JobRunning JobState = "running" // somebody is at it
	JobDone    JobState = "done"
	JobBuried  JobState = "buried" // given up after the last attempt
)

// JobCounts says how a lane's jobs stand.
type JobCounts struct {
	Lane    Lane
	Waiting int64 // ready, or ready later
	Running int64
	Buried  int64 // given up after the last attempt
}
