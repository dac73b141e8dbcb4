package roster

import "time"

// AlertID identifies an [Alert]. It is a UUIDv7 in lower-case text.
type AlertID string

// State is what a check shows. It says more than the [Status] of the last event.
type State string

// The states.
const (
	StateNew     State = "new" // no event came yet
	StateSuccess State = "success"
	StateWarning State = "warning"
	StateFailure State = "failure"
	StateOverdue State = "overdue" // no event came in time
	StatePaused  State = "paused"  // events are recorded and change nothing
)

// States lists the states in their fixed order.
var States = [...]State{StateNew, StateSuccess, StateWarning, StateFailure, StateOverdue, StatePaused}

// CheckState is the part of a check that events change. It is a row of its own.
type CheckState struct {
	State        State
	Status       Status    // of the last event; "" before the first
	RunningSince time.Time // a start came then and no end yet; zero if the check is not running
	Run          string    // the run id of that start; "" if it had none
	LastEvent    EventID   // "" before the first
	LastAt       time.Time // when the last event came; before the first, when counting began
	OccurredAt   time.Time // when the latest event without a dedup key happened; zero before the first
	DueAt        time.Time // when silence becomes a failure; zero if the check has no schedule
}

// Alert is one trouble of a check and a dedup key. At most one alert of both is open.
type Alert struct {
	ID           AlertID
	Check        CheckLink
	DedupKey     string // "" if the source gives none, and for silence
	Title        string // of the event that opened it
	Labels       map[string]string
	State        State   // StateWarning, StateFailure or StateOverdue: the latest while open
	Highest      State   // the worst that State has been
	Silent       bool    // silence alone opened it; no failing event has come
	Urgency      Urgency // how hard people are woken
	Failures     int     // failing events and missed runs since it opened
	OpenedAt     time.Time
	RaisedAt     time.Time // when it last came up to be told: it opened, rose above Highest, or was no longer tolerated
	LastEventAt  time.Time
	OccurredAt   time.Time // when the latest event of the key happened
	EndedAt      time.Time // zero while it is open
	Acknowledged Acknowledgement
}

// Open reports whether the alert has not ended.
func (a Alert) Open() bool { return a.EndedAt.IsZero() }

// Failing reports whether the alert is a failure. Silence is a failure, too.
func (a Alert) Failing() bool { return a.State != StateWarning }

// Acknowledgement says that somebody takes care of an alert. The zero value says that nobody does.
type Acknowledgement struct {
	By    UserLink
	At    time.Time
	Until time.Time // when it lapses; zero if it lasts until the alert ends or gets worse
}

// Holds reports whether the acknowledgement holds at a time.
func (a Acknowledgement) Holds(now time.Time) bool {
	return !a.At.IsZero() && (a.Until.IsZero() || now.Before(a.Until))
}

// FlipID identifies a [Flip]. It is a UUIDv7 in lower-case text.
type FlipID string

// Flip says that a check or one of its alerts changed state.
type Flip struct {
	ID       FlipID
	Check    CheckID
	Alert    AlertID // "" if only the check changed
	From, To State   // From is StateSuccess if the alert opened, To if it ended
	At       time.Time
	Event    EventID // "" if no event caused it
	Cause    FlipCause
}

// FlipCause is what changed a state.
type FlipCause string

// The causes.
const (
	CauseEvent   FlipCause = "event"
	CauseSilence FlipCause = "silence" // no event came in time
	CauseStuck   FlipCause = "stuck"   // a run started and did not end in time
	CausePause   FlipCause = "pause"   // the check was paused or unpaused
	CauseDelete  FlipCause = "delete"  // the check was deleted
)
