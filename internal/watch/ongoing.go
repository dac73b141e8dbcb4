package watch

import (
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
