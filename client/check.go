package client

import (
	"context"
	"iter"
	"time"
)

// Status is how an event, or the check that it belongs to, turned out.
type Status string

// The statuses.
const (
	StatusSuccess Status = "success"
	StatusWarning Status = "warning"
	StatusFailure Status = "failure"
)

// CheckState is what a check shows.
type CheckState string

// The states of checks.
const (
	CheckNew     CheckState = "new" // no event came yet
	CheckSuccess CheckState = "success"
	CheckWarning CheckState = "warning"
	CheckFailure CheckState = "failure"
	CheckOverdue CheckState = "overdue" // no event came in time
	CheckPaused  CheckState = "paused"  // nobody watches it
)

// Check is an expected signal: conditions that claim events, and who is told of them.
type Check struct {
	ID             string     `json:"id"`
	Number         int64      `json:"number"` // of several checks that match an event the lowest claims it
	DisplayName    string     `json:"displayName"`
	Description    string     `json:"description"`
	EmailAlias     string     `json:"emailAlias"`
	CheckGroup     *Link      `json:"checkGroup"`
	Matching       Conditions `json:"matching"` // claims events
	Success        Conditions `json:"success"`  // makes an event a success
	Warning        Conditions `json:"warning"`  // makes an event a warning, where it is no success
	DefaultStatus  Status     `json:"defaultStatus"`
	Interval       *Interval  `json:"interval"`       // how often an event is expected; nil: never
	OverdueMinutes int        `json:"overdueMinutes"` // from the end of an interval without an event to a failure
	Window         Window     `json:"window"`         // when events are expected
	Groups         []Link     `json:"groups"`         // whose members are told
	Teams          []Link     `json:"teams"`          // whose members are told
	State          CheckState `json:"state"`          // the worst of its open alerts
	Running        bool       `json:"running"`        // a run has started and not ended
	Paused         bool       `json:"paused"`         // events are recorded and change nothing
	DueAt          *time.Time `json:"dueAt"`          // when it is overdue; nil: never
	Status         Status     `json:"status"`         // of the last event; "" before the first
	StatusAt       time.Time  `json:"statusAt"`
	Version        int64      `json:"version"` // rises with every change but those that events make
	CreatedAt      time.Time  `json:"createdAt"`
	UpdatedAt      time.Time  `json:"updatedAt"`
}

// Required says how many of several conditions must be met.
type Required string

// The values of Required.
const (
	RequireAny Required = "any"
	RequireAll Required = "all"
)

// Conditions are conditions on a message. Without any no message meets them. In requests what is
// zero is left out, and an empty list means none.
type Conditions struct {
	Required   Required    `json:"required,omitempty"`
	Conditions []Condition `json:"conditions,omitzero"`
}

// Condition compares a part of a message with a text, without regard to case.
type Condition struct {
	Field   string `json:"field"`   // "subject", "body" or "from"
	Matches string `json:"matches"` // "exactly", "not_exactly", "contains", "does_not_contain", "starts_with", "ends_with" or "regex"
	Value   string `json:"value"`
}

// Interval is how often an event is expected. In requests what is zero is left out.
type Interval struct {
	Unit  string `json:"unit,omitempty"` // "minute", "hour", "day", "week" or "month"
	Value int    `json:"value,omitempty"`
}

// Window is when events are expected, in the organization's time zone.
type Window struct {
	Start string   `json:"start,omitempty"` // a time of day, "08:00"; equal to End: the whole day
	End   string   `json:"end,omitempty"`
	Days  []string `json:"days,omitzero"` // "mon" to "sun"; none: every day
}

// NewCheck is what makes a check. DisplayName is required, and EmailAlias or Matching.
type NewCheck struct {
	DisplayName    string             `json:"displayName,omitempty"`
	Description    string             `json:"description,omitempty"`
	EmailAlias     string             `json:"emailAlias,omitempty"`
	CheckGroup     string             `json:"checkGroup,omitempty"`
	Matching       *Conditions        `json:"matching,omitempty"`
	Success        *Conditions        `json:"success,omitempty"`
	Warning        *Conditions        `json:"warning,omitempty"`
	DefaultStatus  Status             `json:"defaultStatus,omitempty"` // default: failure where there are conditions for success or warning, else success
	Interval       Optional[Interval] `json:"interval,omitzero"`       // default: a day; null: no event is expected
	OverdueMinutes Optional[int]      `json:"overdueMinutes,omitzero"` // default: 30
	Window         *Window            `json:"window,omitempty"`
	Groups         []string           `json:"groups,omitzero"`
	Teams          []string           `json:"teams,omitzero"`
	Paused         Optional[bool]     `json:"paused,omitzero"`
}

// CheckChange is what changes of a check. What is absent stays as it is.
type CheckChange struct {
	DisplayName    Optional[string]     `json:"displayName,omitzero"`
	Description    Optional[string]     `json:"description,omitzero"`
	EmailAlias     Optional[string]     `json:"emailAlias,omitzero"`
	CheckGroup     Optional[string]     `json:"checkGroup,omitzero"`
	Matching       Optional[Conditions] `json:"matching,omitzero"`
	Success        Optional[Conditions] `json:"success,omitzero"`
	Warning        Optional[Conditions] `json:"warning,omitzero"`
	DefaultStatus  Optional[Status]     `json:"defaultStatus,omitzero"`
	Interval       Optional[Interval]   `json:"interval,omitzero"`
	OverdueMinutes Optional[int]        `json:"overdueMinutes,omitzero"`
	Window         Optional[Window]     `json:"window,omitzero"`
	Groups         Optional[[]string]   `json:"groups,omitzero"` // all of them
	Teams          Optional[[]string]   `json:"teams,omitzero"`  // all of them
	Paused         Optional[bool]       `json:"paused,omitzero"` // to pause it ends its alerts
}

// Checks are the organization's checks.
type Checks struct{ c *Client }

// List returns the checks that the caller may see. It fetches them page by page; an error ends the
// sequence.
func (s *Checks) List(ctx context.Context, o NamedListOptions) iter.Seq2[Check, error] {
	return list[Check](ctx, s.c, "/checks", o.query())
}

// Page returns one page of what [Checks.List] returns.
func (s *Checks) Page(ctx context.Context, o NamedListOptions) (Page[Check], error) {
	return page[Check](ctx, s.c, "/checks", o.query())
}

// Get returns a check.
func (s *Checks) Get(ctx context.Context, id string, opts ...GetOption) (Check, error) {
	return get[Check](ctx, s.c, at("/checks", id), opts)
}

// Create makes a check.
func (s *Checks) Create(ctx context.Context, c NewCheck, opts ...CreateOption) (Check, error) {
	return create[Check](ctx, s.c, "/checks", c, opts)
}

// Update changes a check.
func (s *Checks) Update(ctx context.Context, id string, change CheckChange, opts ...ChangeOption) (Check, error) {
	return update[Check](ctx, s.c, at("/checks", id), change, opts)
}

// Delete deletes a check.
func (s *Checks) Delete(ctx context.Context, id string, opts ...ChangeOption) error {
	return remove(ctx, s.c, at("/checks", id), opts)
}
