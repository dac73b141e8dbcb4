package checkcentral

import (
	"cmp"
	"iter"
	"net/http"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// statusNames are the statuses as existing scripts spell them.
var statusNames = map[roster.Status]string{
	roster.StatusSuccess: "Success", roster.StatusWarning: "Warning", roster.StatusFailure: "Failure",
}

// showTime formats a time in whole seconds. A script that continues from the last time misses
// nothing.
func showTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// check is a check in an answer.
type check struct {
	ID          roster.CheckID  `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Email       string          `json:"email"` // for mail to the check; none takes mail yet
	Group       string          `json:"group"` // the name of its check group
	Status      string          `json:"status"`
	Updated     string          `json:"updated"`
	Activities  []checkActivity `json:"activities,omitzero"`
	Settings    *settings       `json:"settings,omitempty"`
}

// checkActivity is an activity of a check in an answer.
type checkActivity struct {
	Title   string `json:"title"`
	Status  string `json:"status"`
	Updated string `json:"updated"`
}

func showCheckActivity(e roster.Event) checkActivity {
	return checkActivity{e.Title, statusNames[e.Status], showTime(e.At)}
}

// settings are a check's settings in the form of createCheck.
type settings struct {
	EmailAlias        string              `json:"email_alias"`
	Matching          conditionGroup      `json:"matching_conditions"`
	GroupID           roster.CheckGroupID `json:"group_id"`
	IntervalType      string              `json:"interval_type"`
	IntervalValue     int                 `json:"interval_value"`
	OverdueMinutes    int                 `json:"overdue_minutes"`
	WindowStart       string              `json:"window_start"`
	WindowEnd         string              `json:"window_end"`
	ActiveDays        []roster.Day        `json:"active_days"`
	SuccessConditions conditionGroup      `json:"success_conditions"`
	WarningConditions conditionGroup      `json:"warning_conditions"`
	DefaultStatus     roster.Status       `json:"default_status"`
}

// conditionGroup is a ConditionGroup.
type conditionGroup struct {
	Required   string      `json:"required_conditions"`
	Conditions []condition `json:"conditions"`
}

type condition struct {
	Field   roster.MessageField `json:"message_field"`
	Matches roster.Match        `json:"matches"`
	Value   string              `json:"value"`
}

func showConditions(g roster.ConditionGroup) conditionGroup {
	shown := conditionGroup{Required: "any", Conditions: make([]condition, len(g.Conditions))}
	if g.All {
		shown.Required = "all"
	}
	for i, c := range g.Conditions {
		shown.Conditions[i] = condition(c)
	}
	return shown
}

// statusOf returns the status of a check (N1). Silence is a failure. A check without events is a
// success, and a paused one keeps the status of its last event.
func statusOf(s roster.CheckState) roster.Status {
	switch s.State {
	case roster.StateOverdue:
		return roster.StatusFailure
	case roster.StateNew, roster.StatePaused:
		return cmp.Or(s.Status, roster.StatusSuccess)
	}
	return roster.Status(s.State)
}

func showCheck(c roster.Check, withSettings bool) *check {
	shown := &check{
		ID: c.ID, Name: c.Name, Description: c.Description, Group: c.CheckGroup.Name,
		Status: statusNames[statusOf(c.State)], Updated: showTime(c.State.LastAt),
	}
	if withSettings {
		shown.Settings = showSettings(c)
	}
	return shown
}

func showSettings(c roster.Check) *settings {
	days := c.Window.Days
	if len(days) == 0 {
		days = roster.Days[:]
	}
	return &settings{
		EmailAlias: c.EmailAlias, Matching: showConditions(c.Matching), GroupID: c.CheckGroup.ID,
		IntervalType: cmp.Or(string(c.Interval.Unit), noInterval), IntervalValue: c.Interval.Value, OverdueMinutes: c.OverdueMinutes,
		WindowStart: cmp.Or(c.Window.Start, midnight), WindowEnd: cmp.Or(c.Window.End, midnight), ActiveDays: days,
		SuccessConditions: showConditions(c.Success), WarningConditions: showConditions(c.Warning), DefaultStatus: c.DefaultStatus,
	}
}

// createdCheck is the answer of createCheck.
type createdCheck struct {
	Check *check `json:"check"`
}

func encodeCreatedCheck(w http.ResponseWriter, c roster.Check) error {
	return dialect.WriteJSON(w, http.StatusOK, createdCheck{showCheck(c, true)})
}

func encodeChecks(w http.ResponseWriter, checks iter.Seq2[*check, error]) error {
	return dialect.StreamJSON(w, `{"checks":`, checks, func(c *check) any { return c }, `}`)
}

// overview is the answer of getOverview.
type overview struct {
	Organization struct {
		Name string `json:"name"`
	} `json:"organization"`
	Users  int64 `json:"users"`
	Checks struct {
		Success int64 `json:"success"`
		Warning int64 `json:"warning"`
		Failure int64 `json:"failure"`
	} `json:"checks"`
}

func encodeOverview(w http.ResponseWriter, o directory.Overview) error {
	shown := overview{Users: o.Users}
	shown.Organization.Name = o.Organization.Name
	for _, c := range o.Checks {
		switch statusOf(roster.CheckState{State: c.State, Status: c.Status}) {
		case roster.StatusSuccess:
			shown.Checks.Success += c.N
		case roster.StatusWarning:
			shown.Checks.Warning += c.N
		default:
			shown.Checks.Failure += c.N
		}
	}
	return dialect.WriteJSON(w, http.StatusOK, shown)
}

// groupedCheck is a check in the answer of getCheckGroups.
type groupedCheck struct {
	ID     roster.CheckID `json:"id"`
	Name   string         `json:"name"`
	Status string         `json:"status"`
}

// encodeCheckGroups returns a function that writes check groups under a key.
func encodeCheckGroups(key string) func(http.ResponseWriter, iter.Seq2[checkGroupView, error]) error {
	return func(w http.ResponseWriter, groups iter.Seq2[checkGroupView, error]) error {
		return dialect.WriteStream(w, func(s *dialect.Stream) {
			s.Object(func() {
				s.Key(key)
				dialect.List(s, groups, func(g checkGroupView) { s.Object(func() { writeCheckGroup(s, g) }) })
			})
		})
	}
}

func writeCheckGroup(s *dialect.Stream, g checkGroupView) {
	s.Member("id", g.ID)
	s.Member("name", g.Name)
	s.Member("description", g.Description)
	s.Member("checkCount", g.CheckCount)
	if g.checks == nil {
		return
	}
	s.Key("checks")
	dialect.List(s, g.checks, func(c roster.Check) { s.Value(groupedCheck{c.ID, c.Name, statusNames[statusOf(c.State)]}) })
}

// link names another record in an answer.
type link struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// permission is an entry on a check group in an answer.
type permission struct {
	CheckGroup  link               `json:"checkGroup"`
	UserGroup   *link              `json:"userGroup,omitempty"`
	User        *link              `json:"user,omitempty"`
	AccessLevel roster.AccessLevel `json:"accessLevel"`
}

func showPermission(p roster.CheckPermission) *permission {
	shown := &permission{CheckGroup: link{string(p.CheckGroup.ID), p.CheckGroup.Name}, AccessLevel: p.AccessLevel}
	if p.User.ID != "" {
		shown.User = &link{string(p.User.ID), p.User.Name}
	} else {
		shown.UserGroup = &link{string(p.Group.ID), p.Group.Name}
	}
	return shown
}

func encodePermissions(w http.ResponseWriter, entries iter.Seq2[roster.CheckPermission, error]) error {
	return dialect.StreamJSON(w, `{"permissions":`, entries, func(p roster.CheckPermission) any { return showPermission(p) }, `}`)
}

// activity is an event in the answer of getActivities.
type activity struct {
	ID      roster.EventID  `json:"id"`
	Title   string          `json:"title"`
	Status  string          `json:"status"`
	Updated string          `json:"updated"`
	CheckID *roster.CheckID `json:"checkId"` // null if no check claimed it
	Matched bool            `json:"matched"`
	Reason  string          `json:"reason,omitempty"` // why no check could claim it (our addition)
}

func showActivity(e roster.Event) *activity {
	shown := &activity{ID: e.ID, Title: e.Title, Status: statusNames[e.Status], Updated: showTime(e.At), Reason: e.Reason}
	if e.Check.ID != "" {
		shown.CheckID, shown.Matched = &e.Check.ID, true
	}
	return shown
}

func encodeActivities(w http.ResponseWriter, events iter.Seq2[roster.Event, error]) error {
	return dialect.StreamJSON(w, `{"activities":`, events, func(e roster.Event) any { return showActivity(e) }, `}`)
}
