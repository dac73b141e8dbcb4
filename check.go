package roster

import "time"

// Status is the result of an event, or of the check that it belongs to.
type Status string

// The statuses.
const (
	StatusSuccess Status = "success"
	StatusWarning Status = "warning"
	StatusFailure Status = "failure"
)

// Statuses lists the statuses in their fixed order.
var Statuses = [...]Status{StatusSuccess, StatusWarning, StatusFailure}

// Check is an expected signal: conditions that claim events, and the people to notify.
type Check struct {
	ID             CheckID
	OrganizationID OrganizationID
	Number         int64 // unique in the organization; if several checks match an event, the lowest number claims it
	Name           string
	Description    string
	EmailAlias     string         // the part of an email address that names the check; "" for none
	CheckGroup     CheckGroupLink // that the check is in; zero for none
	Matching       ConditionGroup // the events that the check claims
	Success        ConditionGroup // the events that are a success
	Warning        ConditionGroup // the events that are a warning, unless they are a success
	DefaultStatus  Status         // of an event that matches neither
	Interval       Interval       // how often an event is expected
	OverdueMinutes int            // minutes after an interval without an event until the check fails
	Window         Window         // when events are expected
	Groups         []GroupLink    // whose members are notified, of KindGroup
	Teams          []GroupLink    // whose members are notified, of KindTeam

	State     CheckState // what events make of it
	Version   int64      // rises by one with every change, except of what events change
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Paused reports whether events change nothing of the check.
func (c Check) Paused() bool { return c.State.State == StatePaused }

// IntervalUnit is a unit of an [Interval].
type IntervalUnit string

// The units.
const (
	IntervalMinute IntervalUnit = "minute"
	IntervalHour   IntervalUnit = "hour"
	IntervalDay    IntervalUnit = "day"
	IntervalWeek   IntervalUnit = "week"
	IntervalMonth  IntervalUnit = "month"
)

// IntervalUnits lists the units, the shortest first.
var IntervalUnits = [...]IntervalUnit{IntervalMinute, IntervalHour, IntervalDay, IntervalWeek, IntervalMonth}

// Interval is how often a check expects an event. The zero Interval expects none.
type Interval struct {
	Unit  IntervalUnit
	Value int // 1 or more
}

// Window is when a check expects events, in the organization's time zone.
type Window struct {
	Start, End string // times of day, "15:04"; equal times mean the whole day
	Days       []Day  // in the order of the week; empty: every day
}

// Day is a day of the week: the first three letters of its English name, in lower case.
type Day string

// Days lists the days, Monday first (ISO 8601).
var Days = [...]Day{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ConditionGroup is a list of conditions on a message. An empty list matches no message.
type ConditionGroup struct {
	All        bool // every condition must match, not only one
	Conditions []Condition
	Program    int // size of its regular expressions; 0 also if an older version stored it
}

// Condition compares a field of a message with a text, without regard to case.
type Condition struct {
	Field   MessageField
	Matches Match
	Value   string
}

// MessageField is a part of a message.
type MessageField string

// The fields.
const (
	FieldSubject MessageField = "subject"
	FieldBody    MessageField = "body"
	FieldFrom    MessageField = "from"
)

// MessageFields lists the fields.
var MessageFields = [...]MessageField{FieldSubject, FieldBody, FieldFrom}

// Match is a way to compare texts.
type Match string

// The ways.
const (
	MatchExactly     Match = "exactly"
	MatchContains    Match = "contains"
	MatchNotContains Match = "does_not_contain"
	MatchStartsWith  Match = "starts_with"
	MatchEndsWith    Match = "ends_with"
	MatchNotExactly  Match = "not_exactly"
	MatchRegexp      Match = "regex" // RE2 syntax
)

// Matches lists the ways.
var Matches = [...]Match{
	MatchExactly, MatchNotExactly, MatchContains, MatchNotContains, MatchStartsWith, MatchEndsWith, MatchRegexp,
}

// CheckGroup is a set of checks. A check is in one group at most. Entries ([CheckPermission]) give
// people more rights on its checks than the organization gives them.
type CheckGroup struct {
	ID             CheckGroupID
	OrganizationID OrganizationID
	Number         int64 // unique in the organization
	Name           string
	Description    string
	Version        int64
	CreatedAt      time.Time
	UpdatedAt      time.Time

	CheckCount int64 // filled in only if asked for
}

// CheckPermission is an entry on a check group: what a user, or the members of a group, may do to
// its checks. The right to see a check does not include its notifications (DECISIONS 25).
type CheckPermission struct {
	ID          CheckPermissionID
	CheckGroup  CheckGroupLink
	User        UserLink  // zero if the entry is for a group
	Group       GroupLink // of KindGroup; zero if the entry is for a user
	AccessLevel AccessLevel
	Notify      bool // the user, or the members, get the checks' notifications
	CreatedAt   time.Time
}

// Event is a signal that arrived.
type Event struct {
	ID             EventID
	OrganizationID OrganizationID
	Check          CheckLink // the check that claimed it; zero for none
	Title          string    // a message's subject
	Body           string
	From           string // the sender, as the sender gave it
	Status         Status
	DedupKey       string            // names the alert that it opens, goes on with or ends; "" for none
	Labels         map[string]string // nil for none
	Reason         string            // why no check could claim it; "" if the checks could be evaluated
	At             time.Time
	OccurredAt     time.Time // when it happened, if the sender says so; else zero
}
