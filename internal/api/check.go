package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/directory"
)

// check is a check as it is shown.
type check struct {
	ID             roster.CheckID  `json:"id" format:"uuid" doc:"The check's id."`
	Number         int64           `json:"number" doc:"Its number: of several checks that match an event the one with the lowest claims it."`
	DisplayName    string          `json:"displayName" doc:"Its name, unique without regard to case."`
	Description    string          `json:"description" doc:"What it is for."`
	EmailAlias     *string         `json:"emailAlias" doc:"The part of an address by which a message names the check."`
	CheckGroup     *checkGroupLink `json:"checkGroup" doc:"The check group that it is in."`
	Matching       conditionGroup  `json:"matching" doc:"Which events it claims."`
	Success        conditionGroup  `json:"success" doc:"Which of them are a success."`
	Warning        conditionGroup  `json:"warning" doc:"Which of them are a warning, where they are no success."`
	DefaultStatus  roster.Status   `json:"defaultStatus" doc:"What an event is that meets neither."`
	Interval       *interval       `json:"interval" doc:"How often an event is expected; null: never."`
	OverdueMinutes int             `json:"overdueMinutes" doc:"How long after the end of an interval without an event the check has failed."`
	Window         window          `json:"window" doc:"When events are expected, in the organization's time zone."`
	Groups         []groupLink     `json:"groups" doc:"The groups whose members are told."`
	Teams          []groupLink     `json:"teams" doc:"The teams whose members are told."`
	State          roster.State    `json:"state" doc:"What it shows: the worst of its open alerts. It is new before the first event."`
	Running        bool            `json:"running" doc:"Whether a run has started and not ended."`
	Paused         bool            `json:"paused" doc:"Whether nobody watches it: events are recorded and change nothing."`
	DueAt          *time.Time      `json:"dueAt" doc:"When it is overdue unless an event comes; null: never."`
	Status         *roster.Status  `json:"status" doc:"How the last event turned out; null before the first."`
	StatusAt       time.Time       `json:"statusAt" doc:"When that event came; before the first, since when it is watched."`
	Version        int64           `json:"version" doc:"Rises by one with every change but those that events make."`
	CreatedAt      time.Time       `json:"createdAt" doc:"When the check was made."`
	UpdatedAt      time.Time       `json:"updatedAt" doc:"When it was changed last."`
}

// TransformSchema implements [huma.SchemaTransformer]: some members may be null.
func (check) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, name := range []string{"checkGroup", "interval", "status"} {
		s.Properties[name] = orNull(s.Properties[name])
	}
	return s
}

// conditionGroup is conditions on an event.
type conditionGroup struct {
	Required   quantifier  `json:"required" doc:"Whether one of the conditions is enough."`
	Conditions []condition `json:"conditions" maxItems:"100" doc:"The conditions; without any no event meets them."`
}

// condition compares a part of an event with a text, without regard to case.
type condition struct {
	Field   roster.MessageField `json:"field" doc:"The part: subject is the title."`
	Matches roster.Match        `json:"matches" doc:"How it is compared; regex is RE2."`
	Value   string              `json:"value" minLength:"1" doc:"The text, or the regular expression, which sees the first 16 KiB of the field. All regular expressions of a check together have 5000 steps at most, those of all checks 200000."`
}

// interval is how often a check expects an event.
type interval struct {
	Unit  roster.IntervalUnit `json:"unit" doc:"The unit."`
	Value int                 `json:"value" minimum:"1" maximum:"1000" doc:"How many of it."`
}

// window is when a check expects events.
type window struct {
	Start string       `json:"start" doc:"The time of day when it begins; where start and end are equal it is the whole day."`
	End   string       `json:"end" doc:"The time of day when it ends."`
	Days  []roster.Day `json:"days" doc:"The days of the week; none: every day."`
}

// conditionsChange is what is to change of a group of conditions.
type conditionsChange struct {
	Required   optional[quantifier]  `json:"required,omitzero" doc:"Whether one of the conditions is enough; any where absent."`
	Conditions optional[[]condition] `json:"conditions,omitzero" maxItems:"100" doc:"All the conditions; without any no event meets them."`
}

// intervalChange is what is to change of an interval.
type intervalChange struct {
	Unit  optional[roster.IntervalUnit] `json:"unit,omitzero" doc:"The unit; a day where absent."`
	Value optional[int]                 `json:"value,omitzero" minimum:"1" maximum:"1000" doc:"How many of it; one where absent."`
}

// windowChange is what is to change of a window.
type windowChange struct {
	Start optional[string]       `json:"start,omitzero" example:"08:00" doc:"The time of day when it begins, 00:00 where absent."`
	End   optional[string]       `json:"end,omitzero" example:"18:00" doc:"The time of day when it ends, 00:00 where absent."`
	Days  optional[[]roster.Day] `json:"days,omitzero" maxItems:"7" doc:"The days of the week; none: every day."`
}

// CheckMembers are the members that new checks and changes of checks have in common.
type CheckMembers struct {
	Description    optional[string]           `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
	EmailAlias     optional[string]           `json:"emailAlias,omitzero" maxLength:"64" doc:"The part of an address by which a message names the check."`
	CheckGroup     optional[reference]        `json:"checkGroup,omitzero" doc:"The check group that it is in: id or name."`
	Matching       optional[conditionsChange] `json:"matching,omitzero" doc:"Which events it claims."`
	Success        optional[conditionsChange] `json:"success,omitzero" doc:"Which of them are a success."`
	Warning        optional[conditionsChange] `json:"warning,omitzero" doc:"Which of them are a warning, where they are no success."`
	DefaultStatus  optional[roster.Status]    `json:"defaultStatus,omitzero" doc:"What an event is that meets neither: failure where there are conditions for success or warning, else success."`
	Interval       optional[intervalChange]   `json:"interval,omitzero" doc:"How often an event is expected; null: never. In a new check never where absent."`
	OverdueMinutes optional[int]              `json:"overdueMinutes,omitzero" minimum:"0" maximum:"525600" doc:"How long after the end of an interval without an event the check has failed; 30 where absent."`
	Window         optional[windowChange]     `json:"window,omitzero" doc:"When events are expected, in the organization's time zone; always where absent."`
	Groups         optional[[]reference]      `json:"groups,omitzero" maxItems:"1000" doc:"The groups whose members are told: ids or names."`
	Teams          optional[[]reference]      `json:"teams,omitzero" maxItems:"1000" doc:"The teams whose members are told: ids or names."`
	Paused         optional[bool]             `json:"paused,omitzero" doc:"Whether nobody watches it. To pause it ends its alerts; once it is no longer paused its first interval counts from then."`
}

// newCheck is a check to be made.
type newCheck struct {
	DisplayName string `json:"displayName" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	CheckMembers
}

// checkChange is what is to change of a check.
type checkChange struct {
	DisplayName optional[string] `json:"displayName,omitzero" nullable:"false" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	CheckMembers
}

// The requests about checks.
type (
	listChecks struct {
		Page
		Filter
		Sort
	}
	readCheck struct {
		Named
		View
	}
	createCheck struct {
		Once
		sent[newCheck]
	}
	changeCheck struct {
		Named
		Precondition
		sent[checkChange]
	}
	deleteCheck struct {
		Named
		Precondition
	}
)

// checks registers the calls about checks.
func (a *api) checks(d *directory.Directory) {
	const tag, path, one = "Checks", "/checks", "/checks/{id}"
	shown := showCheck(exampleCheck)
	listRoute(a, operation{
		id: "listChecks", call: "GET " + path, tag: tag, summary: "List checks",
		description: "The checks that the caller may see.", answer: listed[check]{Items: []check{shown}},
	}, listing[roster.Check, directory.Place]{
		key: func(c roster.Check) directory.Place { return directory.PlaceOf(c.Name, c.Number) }, show: func(c roster.Check) any { return showCheck(c) }, attributes: directory.CheckAttributes,
	}, func(_ roster.Actor, q *listChecks, after *directory.Place) (directory.CheckList, error) {
		return directory.CheckList{Order: q.order(after)}, nil
	}, d.ListChecks)
	route(a, operation{
		id: "getCheck", call: "GET " + one, tag: tag, summary: "Read a check", description: "One check.", answer: shown,
	}, func(_ roster.Actor, q *readCheck) (roster.CheckID, error) {
		return roster.CheckID(q.ID), nil
	}, d.GetCheck, func(_ *readCheck, c roster.Check) answer {
		return answer{body: showCheck(c), version: c.Version}
	})
	route(a, operation{
		id: "createCheck", call: "POST " + path, tag: tag, status: 201, summary: "Make a check",
		description: "Makes a check. It needs an email alias, or conditions to match.", request: exampleNewCheck, answer: shown,
	}, func(_ roster.Actor, q *createCheck) (in directory.NewCheck, err error) {
		in.CheckFields, in.Faults = decodeCheck(q.doc.CheckMembers), q.faults
		if !q.doc.Interval.Present { // silence is no failure unless somebody asks (N4)
			in.IntervalUnit = roster.Some(roster.IntervalUnit(""))
		}
		if q.doc.DisplayName != "" {
			in.Name = roster.Some(q.doc.DisplayName)
		}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateCheck, func(_ *createCheck, c roster.Check) answer {
		return answer{body: showCheck(c), version: c.Version, location: path + "/" + string(c.ID)}
	})
	route(a, operation{
		id: "updateCheck", call: "PATCH " + one, tag: tag, fails: []int{409}, summary: "Change a check",
		description: "Changes what the merge patch names.", request: checkChange{CheckMembers: CheckMembers{OverdueMinutes: value(60)}}, answer: shown,
	}, func(_ roster.Actor, q *changeCheck) (in directory.CheckChange, err error) {
		in = directory.CheckChange{Check: roster.CheckID(q.ID), CheckFields: decodeCheck(q.doc.CheckMembers), Faults: q.faults}
		in.Name = q.doc.DisplayName.Set
		in.IfVersion = q.version()
		return in, nil
	}, d.UpdateCheck, func(_ *changeCheck, c roster.Check) answer {
		return answer{body: showCheck(c), version: c.Version}
	})
	route(a, operation{
		id: "deleteCheck", call: "DELETE " + one, tag: tag, status: 204, summary: "Delete a check",
		description: "Deletes a check. The events that it claimed stay.",
	}, func(_ roster.Actor, q *deleteCheck) (in directory.Deletion, err error) {
		in.Ref = q.ref()
		in.IfVersion = q.version()
		return in, nil
	}, d.DeleteCheck, func(*deleteCheck, roster.Check) answer { return answer{} })
}

func showCheck(c roster.Check) check {
	shown := check{
		ID: c.ID, Number: c.Number, DisplayName: c.Name, Description: c.Description, EmailAlias: orNil(c.EmailAlias),
		Matching: showConditions(c.Matching), Success: showConditions(c.Success), Warning: showConditions(c.Warning),
		DefaultStatus: c.DefaultStatus, OverdueMinutes: c.OverdueMinutes, Window: window{c.Window.Start, c.Window.End, notNil(c.Window.Days)},
		Groups: showLinks(c.Groups), Teams: showLinks(c.Teams),
		State: c.State.State, Running: !c.State.RunningSince.IsZero(), Paused: c.Paused(), DueAt: orNil(c.State.DueAt), Status: orNil(c.State.Status), StatusAt: c.State.LastAt,
		Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	if c.CheckGroup.ID != "" {
		link := checkGroupLink(c.CheckGroup)
		shown.CheckGroup = &link
	}
	if c.Interval.Unit != "" {
		shown.Interval = &interval{c.Interval.Unit, c.Interval.Value}
	}
	return shown
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

func decodeCheck(doc CheckMembers) directory.CheckFields {
	every, within := doc.Interval, doc.Window
	in := directory.CheckFields{
		Description: doc.Description.Set, EmailAlias: doc.EmailAlias.Set, CheckGroup: as(doc.CheckGroup, refTo),
		Matching: decodeConditions(doc.Matching), Success: decodeConditions(doc.Success), Warning: decodeConditions(doc.Warning),
		DefaultStatus: doc.DefaultStatus.Set, OverdueMinutes: doc.OverdueMinutes.Set,
		WindowStart: within.Value.Start.Set, WindowEnd: within.Value.End.Set, ActiveDays: within.Value.Days.Set,
		Groups: as(doc.Groups, refsTo), Teams: as(doc.Teams, refsTo), Paused: doc.Paused.Set,
	}
	switch {
	case every.Null: // none, which is not the default
		in.IntervalUnit = roster.Some(roster.IntervalUnit(""))
	default:
		in.IntervalUnit, in.IntervalValue = every.Value.Unit.Set, every.Value.Value.Set
	}
	if within.Null {
		in.WindowStart, in.WindowEnd, in.ActiveDays = roster.Null[string](), roster.Null[string](), roster.Null[[]roster.Day]()
	}
	return in
}

func decodeConditions(doc optional[conditionsChange]) directory.ConditionFields {
	if doc.Null {
		return directory.WholeConditions(roster.Null[roster.ConditionGroup]())
	}
	return directory.ConditionFields{
		All: as(doc.Value.Required, func(word quantifier) bool { return word == "all" }),
		Conditions: as(doc.Value.Conditions, func(docs []condition) []roster.Condition {
			conditions := make([]roster.Condition, len(docs))
			for i, c := range docs {
				conditions[i] = roster.Condition(c)
			}
			return conditions
		}),
	}
}
