package watch

import (
	"slices"
	"time"

	"roster"
)

// Limits of the rules about an alert itself.
const (
	parentWait   = 90 * time.Second // that an alert waits for its parent's (N22)
	parentSilent = 4 * time.Hour    // after the parent's last event, its alert covers no other
	parentEnded  = 5 * time.Minute  // after the parent's recovery, until children are told
	maxParents   = 5                // parents of parents that count
	manyFlips    = 6                // in an hour; more are flapping (N19)
	calmAfter    = 30 * time.Minute // without a flip
	flappingTime = time.Hour
)

// gate applies the rules about an alert itself, before anybody is looked at. It answers send where
// nothing speaks against telling people now.
func (d *decider) gate(t Trouble) answer {
	alert := t.Alert
	switch {
	case t.Paused: // N4
		return answer{}.skip(roster.ReasonPaused, "N4")
	case alert.Urgency == roster.UrgencyLog: // N5
		return answer{}.skip(roster.ReasonLogOnly, "N5")
	case alert.Acknowledged.Holds(d.Now), slices.ContainsFunc(d.Adoptions, func(a Adoption) bool { return a.Adopts(t) }): // N15
		return answer{}.skip(roster.ReasonAcknowledged, "N15")
	case slices.ContainsFunc(d.Maintenances, func(m Maintenance) bool { return m.covers(t, d.Now) }): // N18
		return answer{}.skip(roster.ReasonMaintenance, "N18")
	case !alert.Open(): // N3: who was to hear at a later hour still hears, and nobody else
		return d.supportHours(t)
	case alert.Failures < t.Tolerance.AfterFailures && !alert.Silent: // N19: told at a later event
		return answer{}.skip(roster.ReasonTolerated, "N19")
	}
	tolerated := alert.OpenedAt.Add(time.Duration(t.Tolerance.ForMinutes) * time.Minute)
	if d.Now.Before(tolerated) { // N19
		return answer{}.hold(tolerated, roster.ReasonTolerated, "N19")
	}
	if begins, calm := d.flapping(t); d.Now.Before(calm) && !begins { // N19
		return answer{}.hold(calm, roster.ReasonFlapping, "N19")
	}
	if a := d.parents(t); a.outcome != roster.OutcomeSend {
		return a
	}
	return d.supportHours(t)
}

// supportHours holds alerts that are not urgent until support hours begin (N5).
func (d *decider) supportHours(t Trouble) answer {
	if t.Alert.Urgency == roster.UrgencyHours && len(t.SupportHours.Windows) > 0 && !Inside(t.SupportHours, d.Now) {
		return answer{}.hold(Opens(t.SupportHours, d.Now), roster.ReasonOutsideHours, "N5")
	}
	return answer{outcome: roster.OutcomeSend}
}

// parents holds an alert whose cause people know, or may soon know (N22). The end of a parent's
// alert is an occasion to decide the held ones again.
func (d *decider) parents(t Trouble) answer {
	parents := t.Parents[:min(len(t.Parents), maxParents)]
	for _, p := range parents {
		alert := p.Alert
		known, until := p.Told || alert.Acknowledged.Holds(d.Now), alert.LastEventAt.Add(parentSilent)
		switch {
		case alert.ID == "":
		case d.told[alert.ID]: // N21: one message names the parent and counts the others
			return answer{}.skip(roster.ReasonRolledUp, "N21")
		case alert.Open() && known && d.Now.Before(until):
			return answer{}.hold(until, roster.ReasonParentFailing, "N22")
		case !alert.Open() && d.Now.Before(alert.EndedAt.Add(parentEnded)):
			return answer{}.hold(alert.EndedAt.Add(parentEnded), roster.ReasonWaitsForParent, "N22")
		}
	}
	if waited := t.Alert.OpenedAt.Add(parentWait); len(parents) > 0 && d.Now.Before(waited) {
		return answer{}.hold(waited, roster.ReasonWaitsForParent, "N22")
	}
	return answer{outcome: roster.OutcomeSend}
}

// recoveryGate applies the rules about a recovery itself.
func (d *decider) recoveryGate(t Trouble) answer {
	begins, calm := d.flapping(t)
	switch {
	case d.Occasion.Kind != roster.OccasionRecovery:
		return answer{outcome: roster.OutcomeSend}
	case d.Now.Before(calm) && !begins: // N19
		return answer{}.hold(calm, roster.ReasonFlapping, "N19")
	case t.FailingAgain: // the message about the newer alert says how things are
		return answer{}.skip(roster.ReasonRolledUp, "N17")
	}
	return answer{outcome: roster.OutcomeSend}
}

// flapping reports whether the occasion is the flip with which a check begins to change too often,
// which is told (N19), and returns when the check will have been calm for long enough.
func (d *decider) flapping(t Trouble) (begins bool, calm time.Time) {
	began, calm := flapping(t.Flips)
	return d.Now.Before(calm) && d.Occasion.At.Equal(began), calm
}

// flapping returns the flip with which a check began to change too often, and when it will have
// been calm for long enough. Both are zero for a check that does not.
func flapping(flips []time.Time) (began, calm time.Time) {
	flips = slices.SortedFunc(slices.Values(flips), time.Time.Compare)
	from := 0 // the first flip of the hour, and since the check was last calm
	for i, at := range flips {
		if !began.IsZero() && !at.Before(calm) {
			began, calm, from = time.Time{}, time.Time{}, i
		}
		for !flips[from].After(at.Add(-flappingTime)) {
			from++
		}
		if began.IsZero() && i-from+1 > manyFlips {
			began = at
		}
		if !began.IsZero() {
			calm = at.Add(calmAfter)
		}
	}
	return began, calm
}

// ofTheAlert reports whether a decision was held by the alert itself, not by a person's own wishes.
func ofTheAlert(r roster.Reason) bool {
	switch r {
	case roster.ReasonOutsideHours, roster.ReasonTolerated, roster.ReasonFlapping, roster.ReasonParentFailing, roster.ReasonWaitsForParent:
		return true
	}
	return false
}
