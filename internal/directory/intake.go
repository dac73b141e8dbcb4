package directory

import (
	"time"

	"roster"
	"roster/internal/watch"
)

// scheduleOf returns when a check expects events, without a time zone.
func scheduleOf(c roster.Check) roster.Schedule {
	return roster.Schedule{Interval: c.Interval, OverdueMinutes: c.OverdueMinutes, Window: c.Window}
}

func linkCheck(c roster.Check) roster.CheckLink {
	return roster.CheckLink{ID: c.ID, Number: c.Number, Name: c.Name}
}

// rulesOf returns the rules of a check with the schedule. Its time zone is that of the
// organization.
func rulesOf(tx Tx, org roster.OrganizationID, check roster.CheckLink, s roster.Schedule) (watch.Rules, error) {
	r := watch.Rules{Check: check, Schedule: s}
	if s.IsZero() {
		return r, nil
	}
	o, err := tx.OrganizationByID(org)
	r.Schedule.TimeZone = o.Settings.TimeZone
	return r, err
}

// meet returns what an event of a key, or silence, meets at a check whose state is locked.
func meet(tx Tx, org roster.OrganizationID, r watch.Rules, at LockedState, dedupKey string, now time.Time) (watch.Intake, error) {
	met, err := tx.AlertsMet(org, at.Number, dedupKey)
	return watch.Intake{
		Rules: r, Now: now, State: at.CheckState, Alert: met.Newest, Silence: met.Silence, Elsewhere: met.Elsewhere,
		NewAlert: roster.AlertID(newID()),
	}, err
}

// keepChange stores what happened to a check whose state is locked.
func keepChange(tx Tx, org roster.OrganizationID, at LockedState, c watch.Change) error {
	if err := tx.PutCheckState(org, at.Number, at.CheckState, c.State); err != nil {
		return err
	}
	if err := tx.PutAlerts(org, c.Alerts); err != nil {
		return err
	}
	for i := range c.Flips {
		c.Flips[i].ID = roster.FlipID(newID())
	}
	if err := tx.InsertFlips(org, at.Number, c.Flips); err != nil {
		return err
	}
	return tell(c.Occasions)
}

// tell is where the decisions about occasions will be queued. Nobody is told of anything yet: the
// occasions are dropped here.
func tell([]roster.Occasion) error { return nil }

// receive stores an event that a check has claimed, and what it changes. Nothing else changes the
// check meanwhile.
func (r *recording) receive(tx Tx, e roster.Event) (roster.Event, error) {
	claim := r.verdict.claim
	at, err := tx.LockCheckState(e.OrganizationID, claim.check)
	if roster.KindOf(err) == roster.NotFound || err == nil && at.Version != claim.version {
		return e, errOutdated
	}
	if err != nil {
		return e, err
	}
	e.Check = roster.CheckLink{ID: claim.check, Number: at.Number, Name: claim.name}
	rules, err := rulesOf(tx, e.OrganizationID, e.Check, claim.schedule)
	if err != nil {
		return e, err
	}
	in := watch.Intake{Rules: rules, Now: e.At, State: at.CheckState, NewAlert: roster.AlertID(newID())}
	if r.meetsAlerts(at.State) {
		if in, err = meet(tx, e.OrganizationID, rules, at, e.DedupKey, e.At); err != nil {
			return e, err
		}
	}
	if err := tx.InsertEvent(e); err != nil {
		return e, err
	}
	return e, keepChange(tx, e.OrganizationID, at, watch.Receive(in, r.signal(e)))
}

// meetsAlerts reports whether alerts matter to the event at a check of the state. A check that is
// new or a success has no open ones. Ended ones matter only to an event of a key, and to one that
// says when it happened.
func (r *recording) meetsAlerts(s roster.State) bool {
	calm := s == roster.StateNew || s == roster.StateSuccess
	return s != roster.StatePaused && r.in.Kind == EventResult && (!calm || r.in.DedupKey != "" || !r.in.OccurredAt.IsZero())
}

// signal returns the event as the rules see it.
func (r *recording) signal(e roster.Event) watch.Signal {
	return watch.Signal{
		Event: e.ID, Kind: r.in.Kind, Status: e.Status, Title: e.Title, Labels: e.Labels, DedupKey: e.DedupKey,
		OccurredAt: e.OccurredAt, Run: r.in.Run,
	}
}
