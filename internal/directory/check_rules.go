package directory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"roster"
)

// Bounds of what a check may hold.
const (
	MaxAlias    = 64     // characters of an email alias
	MaxInterval = 1000   // units of an interval
	MaxOverdue  = 525600 // minutes: a year
)

// Defaults of a check (CheckCentral's published defaults).
const (
	defaultInterval = roster.IntervalDay
	defaultEvery    = 1
	defaultOverdue  = 30 // minutes
	wholeDay        = "00:00"
)

// clean normalizes the fields.
func (in *CheckFields) clean() {
	for _, text := range []*roster.Set[string]{&in.Name, &in.EmailAlias, &in.WindowStart, &in.WindowEnd} {
		text.Value = strings.TrimSpace(text.Value)
	}
	for _, text := range []*roster.Set[string]{&in.WindowStart, &in.WindowEnd} {
		if at, err := time.Parse("15:04", text.Value); err == nil {
			text.Value = at.Format("15:04")
		}
	}
}

// validate returns every fault of the fields that shows without reading the store, those of the
// face first.
func (in *CheckFields) validate(faults roster.Faults) roster.Faults {
	var f roster.Faults
	if in.Name.Present {
		f = validateNamed(in.Name.Value, in.Description.Value)
	} else {
		f = validateNamed("-", in.Description.Value)
	}
	validateAlias(&f, in.EmailAlias.Value)
	in.Matching.program = validateConditions(&f, "matching", in.Matching.Conditions.Value)
	in.Success.program = validateConditions(&f, "success", in.Success.Conditions.Value)
	in.Warning.program = validateConditions(&f, "warning", in.Warning.Conditions.Value)
	if d := in.DefaultStatus; d.Present && !d.Null && !slices.Contains(roster.Statuses[:], d.Value) {
		f.Add("defaultStatus", "must be one of: "+list(roster.Statuses[:]))
	}
	if u := in.IntervalUnit.Value; u != "" && !slices.Contains(roster.IntervalUnits[:], u) {
		f.Add("interval.unit", "must be one of: "+list(roster.IntervalUnits[:]))
	}
	validateNumber(&f, "interval.value", in.IntervalValue, 1, MaxInterval)
	validateNumber(&f, "overdueMinutes", in.OverdueMinutes, 0, MaxOverdue)
	validateTimeOfDay(&f, "window.start", in.WindowStart)
	validateTimeOfDay(&f, "window.end", in.WindowEnd)
	for i, day := range in.ActiveDays.Value {
		if !slices.Contains(roster.Days[:], day) {
			f.Add(fmt.Sprintf("window.days[%d]", i), "must be one of: "+list(roster.Days[:]))
		}
	}
	validateRef(&f, "checkGroup", in.CheckGroup.Value)
	validateRefs(&f, "groups", in.Groups.Value)
	validateRefs(&f, "teams", in.Teams.Value)
	return joinFaults(faults, f)
}

// joinFaults returns the faults of a face, and those others that are about other fields.
func joinFaults(of, more roster.Faults) roster.Faults {
	f := slices.Clone(of)
	for _, e := range more {
		if !of.Has(e.Field) {
			f.Add(e.Field, e.Detail)
		}
	}
	return f
}

func validateAlias(f *roster.Faults, alias string) {
	odd := func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune("._-+", r)
	}
	if len(alias) > MaxAlias || strings.ContainsFunc(alias, odd) {
		f.Add("emailAlias", fmt.Sprintf("must be 1 to %d letters, digits, dots, hyphens, underscores or plus signs", MaxAlias))
	}
}

func validateNumber(f *roster.Faults, field string, n roster.Set[int], least, most int) {
	if n.Present && !n.Null && (n.Value < least || n.Value > most) {
		f.Add(field, fmt.Sprintf("must be a whole number from %d to %d", least, most))
	}
}

func validateTimeOfDay(f *roster.Faults, field string, at roster.Set[string]) {
	if !at.Present || at.Null {
		return
	}
	if _, err := time.Parse("15:04", at.Value); err != nil {
		f.Add(field, "must be a time of day from 00:00 to 23:59")
	}
}

// apply sets the fields of the check, and the defaults of a new one. resolve sets its check group,
// groups and teams.
func (in CheckFields) apply(c *roster.Check, isNew bool) {
	setOr(&c.Name, in.Name, isNew, "")
	setOr(&c.Description, in.Description, isNew, "")
	setOr(&c.EmailAlias, in.EmailAlias, isNew, "")
	in.Matching.apply(&c.Matching, isNew)
	in.Success.apply(&c.Success, isNew)
	in.Warning.apply(&c.Warning, isNew)
	otherwise := roster.StatusSuccess
	if len(c.Success.Conditions)+len(c.Warning.Conditions) > 0 {
		otherwise = roster.StatusFailure
	}
	setOr(&c.DefaultStatus, in.DefaultStatus, isNew, otherwise)
	setOr(&c.Interval.Unit, in.IntervalUnit, isNew, defaultInterval)
	setOr(&c.Interval.Value, in.IntervalValue, isNew || c.Interval.Value == 0, defaultEvery)
	if c.Interval.Unit == "" {
		c.Interval = roster.Interval{}
	}
	setOr(&c.OverdueMinutes, in.OverdueMinutes, isNew, defaultOverdue)
	if in.Paused.Present && in.Paused.Value != c.Paused() {
		c.State.State = map[bool]roster.State{true: roster.StatePaused, false: roster.StateNew}[in.Paused.Value]
	}
	setOr(&c.Window.Start, in.WindowStart, isNew, wholeDay)
	setOr(&c.Window.End, in.WindowEnd, isNew, wholeDay)
	if in.ActiveDays.Present {
		c.Window.Days = nil
		for _, day := range roster.Days {
			if slices.Contains(in.ActiveDays.Value, day) {
				c.Window.Days = append(c.Window.Days, day)
			}
		}
	}
}

// setOr sets a field to the given value, or to its default if the value is null or the record is
// new.
func setOr[T any](to *T, value roster.Set[T], isNew bool, otherwise T) {
	if value.Present || isNew {
		*to = value.Or(otherwise)
	}
}

// validateWhole adds the faults that show only in the whole check: the change together with the old
// fields.
func (in CheckFields) validateWhole(c roster.Check, f *roster.Faults) {
	if c.Name == "" {
		addOnce(f, "displayName", "is required")
	}
	about := func(field string) bool {
		return slices.ContainsFunc(*f, func(e *roster.Error) bool { return strings.HasPrefix(e.Field, field) })
	}
	if c.EmailAlias == "" && len(c.Matching.Conditions) == 0 && !about("matching") && !about("emailAlias") {
		f.Add("matching", "needs a condition if there is no email alias")
	}
	if conditionBytes(c.Matching, c.Success, c.Warning) > MaxConditionBytes {
		addOnce(f, "matching", fmt.Sprintf("and the other conditions must not compare with more than %d bytes in all", MaxConditionBytes))
	}
	if programOf(c) > MaxCheckProgram {
		addOnce(f, "matching", fmt.Sprintf("and the other conditions hold regular expressions that are too large together: "+
			"%d steps, %d are the most; use fewer or simpler ones", programOf(c), MaxCheckProgram))
	}
	if n := in.IntervalValue; c.Interval.Unit == "" && n.Present && !n.Null {
		addOnce(f, "interval.unit", "is required with a value")
	}
}

// programOf returns the size of all regular expressions of a check.
func programOf(c roster.Check) int { return c.Matching.Program + c.Success.Program + c.Warning.Program }

// validateRoom adds a fault if the organization has no room for a check's regular expressions.
// before is their size so far. Changes that need room wait for each other, so that together they do
// not exceed the bound.
func validateRoom(tx Tx, c roster.Check, before int, f *roster.Faults) error {
	size := programOf(c)
	if size <= before || size > MaxCheckProgram {
		return nil
	}
	if err := tx.LockRecord(c.OrganizationID, LockableOrganization, string(c.OrganizationID)); err != nil {
		return err
	}
	others, err := tx.ProgramSize(c.OrganizationID, c.ID)
	if err != nil {
		return err
	}
	if room := max(0, MaxOrganizationProgram-int(others)); size > room {
		addOnce(f, "matching", fmt.Sprintf("and the other conditions hold regular expressions of %d steps; the other checks leave %d of %d; "+
			"use fewer or simpler ones, here or there", size, room, MaxOrganizationProgram))
	}
	return nil
}

// resolve finds the check group, and the groups and teams that are notified.
func (in CheckFields) resolve(tx Tx, by roster.Actor, c *roster.Check, f *roster.Faults) error {
	if in.CheckGroup.Present {
		c.CheckGroup = roster.CheckGroupLink{}
		if ref := in.CheckGroup.Value; !ref.IsZero() {
			g, found, err := findCheckGroup(tx, by.OrganizationID, ref, changeScope(by))
			if err != nil {
				return err
			}
			if !found {
				addOnce(f, "checkGroup", "names no check group: "+shorten(ref.String()))
			}
			c.CheckGroup = linkCheckGroup(g)
		}
	}
	var err error
	if in.Groups.Present {
		if c.Groups, err = tellGroups(tx, by, roster.KindGroup, "groups", in.Groups.Value, c.Groups, f); err != nil {
			return err
		}
	}
	if in.Teams.Present {
		c.Teams, err = tellGroups(tx, by, roster.KindTeam, "teams", in.Teams.Value, c.Teams, f)
	}
	return err
}

// auditedCheck is what the audit keeps of a check.
type auditedCheck struct {
	Number         int64             `json:"number"`
	DisplayName    string            `json:"displayName"`
	Description    string            `json:"description,omitempty"`
	EmailAlias     string            `json:"emailAlias,omitempty"`
	CheckGroup     string            `json:"checkGroup,omitempty"`
	Matching       auditedConditions `json:"matching"`
	Success        auditedConditions `json:"success"`
	Warning        auditedConditions `json:"warning"`
	DefaultStatus  roster.Status     `json:"defaultStatus"`
	Interval       string            `json:"interval,omitempty"` // "2 hour"
	OverdueMinutes int               `json:"overdueMinutes"`
	Window         string            `json:"window"`
	Days           []roster.Day      `json:"days,omitempty"` // none: every day
	Groups         []string          `json:"groups,omitempty"`
	Teams          []string          `json:"teams,omitempty"`
	Paused         bool              `json:"paused,omitempty"`
}

// auditedConditions are conditions in the audit, each as "subject contains ok".
type auditedConditions struct {
	All        bool     `json:"all,omitempty"`
	Conditions []string `json:"conditions,omitempty"`
}

func auditCheck(c roster.Check) auditedCheck {
	a := auditedCheck{
		Number: c.Number, DisplayName: c.Name, Description: c.Description, EmailAlias: c.EmailAlias, CheckGroup: c.CheckGroup.Name,
		Matching: auditConditions(c.Matching), Success: auditConditions(c.Success), Warning: auditConditions(c.Warning),
		DefaultStatus: c.DefaultStatus, OverdueMinutes: c.OverdueMinutes, Window: c.Window.Start + "-" + c.Window.End,
		Days: c.Window.Days, Groups: names(c.Groups), Teams: names(c.Teams), Paused: c.Paused(),
	}
	if c.Interval.Unit != "" {
		a.Interval = fmt.Sprint(c.Interval.Value, " ", c.Interval.Unit)
	}
	return a
}

func auditConditions(g roster.ConditionGroup) auditedConditions {
	a := auditedConditions{All: g.All}
	for _, c := range g.Conditions {
		a.Conditions = append(a.Conditions, fmt.Sprintf("%s %s %s", c.Field, c.Matches, c.Value))
	}
	return a
}
