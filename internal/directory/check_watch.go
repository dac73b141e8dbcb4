package directory

import (
	"reflect"
	"slices"
	"time"

	"roster"
	"roster/internal/watch"
)

// watched returns the state of a check that is new or no longer paused, or that is paused from the
// beginning.
func watched(tx Tx, c roster.Check, now time.Time) (roster.CheckState, error) {
	rules, err := rulesOf(tx, c.OrganizationID, linkCheck(c), scheduleOf(c))
	s := watch.Watch(watch.Intake{Rules: rules, Now: now, State: c.State}).State
	if c.Paused() {
		s.State, s.DueAt = roster.StatePaused, time.Time{}
	}
	return s, err
}

// rewatch stores what a change of a check makes of its state, if it changes whether and when the
// check expects events.
func rewatch(tx Tx, before roster.Check, after *roster.Check) (err error) {
	pauses, unpauses := after.Paused() && !before.Paused(), before.Paused() && !after.Paused()
	if pauses {
		after.State, err = unwatch(tx, before, after.UpdatedAt, roster.CausePause)
		return err
	}
	if !unpauses && sameSchedule(scheduleOf(before), scheduleOf(*after)) {
		return nil
	}
	at, err := tx.LockCheckState(after.OrganizationID, after.ID)
	if err != nil {
		return err
	}
	rules, err := rulesOf(tx, after.OrganizationID, linkCheck(*after), scheduleOf(*after))
	if err != nil {
		return err
	}
	c := watch.Change{State: at.CheckState}
	switch {
	case unpauses:
		c = watch.Watch(watch.Intake{Rules: rules, Now: after.UpdatedAt, State: at.CheckState})
	case at.State != roster.StatePaused: // what the check expects is another from now on
		c.State.DueAt = watch.Deadline(rules.Schedule, after.UpdatedAt)
	}
	after.State = c.State
	return keepChange(tx, after.OrganizationID, at, c)
}

// unwatch ends the open alerts of a check that is paused or deleted, and returns its state.
func unwatch(tx Tx, c roster.Check, now time.Time, cause roster.FlipCause) (roster.CheckState, error) {
	at, err := tx.LockCheckState(c.OrganizationID, c.ID)
	if err != nil {
		return c.State, err
	}
	var open []roster.Alert
	for q := (AlertQuery{Check: c.ID, Open: roster.Some(true), Limit: MaxPage}); ; q.Before = open[len(open)-1].ID {
		page, err := tx.Alerts(c.OrganizationID, q)
		if err != nil {
			return c.State, err
		}
		open = append(open, page.Records...)
		if len(page.Records) < q.Limit {
			break
		}
	}
	change := watch.Pause(watch.Intake{Rules: watch.Rules{Check: linkCheck(c)}, Now: now, State: at.CheckState}, open, cause)
	return change.State, keepChange(tx, c.OrganizationID, at, change)
}

// sameSchedule reports whether two schedules expect the same events.
func sameSchedule(a, b roster.Schedule) bool {
	days := slices.Equal(a.Window.Days, b.Window.Days)
	a.Window.Days, b.Window.Days = nil, nil
	return days && reflect.DeepEqual(a, b)
}
