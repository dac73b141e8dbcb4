package roster

import "time"

// Status is how an event, or the check that it belongs to, turned out.
type Status string

// The statuses.
const (
	StatusSuccess Status = "success"
	StatusWarning Status = "warning"
	StatusFailure Status = "failure"
)

// Statuses lists the statuses in their fixed order.
var Statuses = [...]Status{StatusSuccess, StatusWarning, StatusFailure}

// Check is an expected signal: conditions that claim events, and who is told of them.
type Check struct {
	ID             CheckID
	OrganizationID OrganizationID
	Number         int64 // unique in the organization: of several checks that match an event the lowest claims it
	Name           string
	Description    string
	EmailAlias     string         // the address part by which a message names the check; "" for none
	CheckGroup     CheckGroupLink // the one that it is in; zero for none
	Matching       ConditionGroup // claims events
	Success        ConditionGroup // makes an event a success
	Warning        ConditionGroup // makes an event a warning, where it is no success
	DefaultStatus  Status         // of an event that meets neither
	Interval       Interval       // how often an event is expected
	OverdueMinutes int            // from the end of an interval without an event to a failure
	Window         Window         // when events are expected
	Groups         []GroupLink    // whose members are told, of KindGroup
	Teams          []GroupLink    // whose members are told, of KindTeam

	Status    Status    // of the last event; StatusSuccess before the first
	StatusAt  time.Time // when that event came; before the first, when the check was made
	Version   int64     // rises by one with every change but that of Status
	CreatedAt time.Time
	UpdatedAt time.Time
}

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
	Start, End string // times of day, "15:04"; equal ones are the whole day
	Days       []Day  // in the order of the week; empty: every day
}

// Day is a day of the week: the first three letters of its English name, in lower case.
type Day string

// Days lists the days, Monday first (ISO 8601).
var Days = [...]Day{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ConditionGroup is conditions on a message. One without conditions is met by no message.
type ConditionGroup struct {
	All        bool // every condition must be met, not only one
	Conditions []Condition
	Program    int // the size of its regular expressions; 0 also where an older version stored it
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

// Match is a way to compare.
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

// CheckGroup is a set of checks; every check is in one at most. Who may do what to its checks,
// beyond what the organization gives, is said by entries.
type CheckGroup struct {
	ID             CheckGroupID
	OrganizationID OrganizationID
	Number         int64 // unique in the organization
	Name           string
	Description    string
	Version        int64
	CreatedAt      time.Time
	UpdatedAt      time.Time

	CheckCount int64 // counted where it was asked for
}

// CheckPermission is an entry on a check group: what a user, or the members of a group, may do to
// its checks. Seeing is not being told (DECISIONS 25).
type CheckPermission struct {
	ID          CheckPermissionID
	CheckGroup  CheckGroupLink
	User        UserLink  // zero where it is for a group
	Group       GroupLink // of KindGroup; zero where it is for a user
	AccessLevel AccessLevel
	Notify      bool // who it is for is told of the checks' events
	CreatedAt   time.Time
}

// Event is something that arrived.
type Event struct {
	ID             EventID
	OrganizationID OrganizationID
	Check          CheckLink // the check that claimed it; zero for none
	Title          string    // a message's subject
	Body           string
	From           string // who or what sent it, as it said
	Status         Status
	Reason         string // why no check could claim it; "" where nothing hindered them
	At             time.Time
}
