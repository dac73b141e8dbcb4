package watch

import (
	"slices"
	"time"

	"roster"
)

// AcknowledgedUntil returns when an acknowledgement lapses (N15): at the next run's deadline where
// runs are an hour or more apart, after the setting's time elsewhere.
func AcknowledgedUntil(s roster.Schedule, now time.Time, elsewhere time.Duration) time.Time {
	if Slow(s) {
		return Deadline(s, now)
	}
	return now.Add(elsewhere)
}

// NextReminder returns when people are next reminded of an alert, and which reminder that is (N16).
// It returns a zero time if they are not: for an ended alert, an interval of 0, and where each
// failing run is told anyway.
func NextReminder(a roster.Alert, s roster.Schedule, every time.Duration, now time.Time) (time.Time, int) {
	if !a.Open() || every <= 0 || Slow(s) || a.Urgency == roster.UrgencyLog {
		return time.Time{}, 0
	}
	n := int(now.Sub(a.OpenedAt)/every) + 1
	return a.OpenedAt.Add(time.Duration(n) * every), n
}

// adoptTime is how long an [Adoption] takes in new alerts.
const adoptTime = 30 * time.Minute

// Adoption is "acknowledge all of mine" (N15): for 30 minutes it also acknowledges new alerts of
// the same checks, check groups and parents. It is void when its giver is deactivated, so the
// caller leaves it out then.
type Adoption struct {
	At          time.Time
	Checks      []roster.CheckID
	CheckGroups []roster.CheckGroupID
	Parents     []roster.CheckID
}

// Adopts reports whether a trouble is one of the new alerts. An alert that got worse is not.
func (a Adoption) Adopts(t Trouble) bool {
	opened := t.Alert.OpenedAt
	if opened.Before(a.At) || !opened.Before(a.At.Add(adoptTime)) || t.Alert.RaisedAt.After(opened) {
		return false
	}
	ofParent := slices.ContainsFunc(t.Parents, func(p Parent) bool { return slices.Contains(a.Parents, p.Alert.Check.ID) })
	ofGroup := t.CheckGroup != "" && slices.Contains(a.CheckGroups, t.CheckGroup)
	return ofParent || ofGroup || slices.Contains(a.Checks, t.Alert.Check.ID)
}
