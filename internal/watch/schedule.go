package watch

import (
	"math/bits"
	"time"

	"roster"
)

// slowRuns is how far apart runs are that are told one by one (N16), and that by default wait for
// support hours (N5).
const slowRuns = time.Hour

// ValidateCron returns nil if the text is a cron expression that matches some day. The error says
// which field is wrong.
func ValidateCron(text string) error {
	_, err := parseCron(text)
	return err
}

// NextDue returns the first time after from when an event is due (N23); zero if the schedule
// expects none. An interval counts from the last arrival. Due times of a cron expression are fixed.
func NextDue(s roster.Schedule, from time.Time) time.Time {
	loc := zone(s.TimeZone)
	switch {
	case s.Cron != "":
		c, err := parseCron(s.Cron)
		if err != nil {
			return time.Time{}
		}
		due := c.next(from, loc)
		// A job that ran when the clocks showed its time first is not expected again at the later.
		if first, _ := instants(digits(due, loc), loc); Slow(s) && !due.IsZero() && !first.After(from) {
			due = c.next(due, loc)
		}
		return due.UTC()
	case s.Interval.Value > 0:
		return intoWindow(s, step(s.Interval, from, loc), loc).UTC()
	}
	return time.Time{}
}

// NextDues returns the next n due times. Those of an interval are one step apart, as if each event
// came on time.
func NextDues(s roster.Schedule, from time.Time, n int) []time.Time {
	var dues []time.Time
	for range n {
		from = NextDue(s, from)
		if from.IsZero() {
			break
		}
		dues = append(dues, from)
	}
	return dues
}

// Deadline returns when silence after the last arrival becomes a failure; zero for never.
func Deadline(s roster.Schedule, lastArrival time.Time) time.Time {
	due := NextDue(s, lastArrival)
	if due.IsZero() {
		return due
	}
	return due.Add(s.Grace())
}

// step returns the time one interval after another (N23). Minutes and hours are elapsed time. Days,
// weeks and months are steps in the calendar of the zone. A month's step ends on the last day of a
// month that is too short.
func step(i roster.Interval, from time.Time, loc *time.Location) time.Time {
	shown := digits(from, loc)
	switch i.Unit {
	case roster.IntervalMinute:
		return from.Add(time.Duration(i.Value) * time.Minute)
	case roster.IntervalHour:
		return from.Add(time.Duration(i.Value) * time.Hour)
	case roster.IntervalDay:
		return instant(shown.AddDate(0, 0, i.Value), loc)
	case roster.IntervalWeek:
		return instant(shown.AddDate(0, 0, 7*i.Value), loc)
	default:
		to := shown.AddDate(0, i.Value, 0)
		if to.Day() != shown.Day() {
			to = to.AddDate(0, 0, -to.Day())
		}
		return instant(to, loc)
	}
}

// intoWindow moves a due time into the window in which events are expected. Calendar steps keep
// their time of day and move to a day of the window. After an elapsed interval an event is due one
// interval after the window opens, or when it closes, if that is earlier.
func intoWindow(s roster.Schedule, due time.Time, loc *time.Location) time.Time {
	hours := roster.Hours{TimeZone: s.TimeZone, Windows: []roster.Window{s.Window}}
	if wholeDay := s.Window.Start == s.Window.End; wholeDay && len(s.Window.Days) == 0 || Inside(hours, due) {
		return due
	}
	if s.Interval.Unit == roster.IntervalMinute || s.Interval.Unit == roster.IntervalHour {
		opens := Opens(hours, due)
		return earliest(step(s.Interval, opens, loc), Closes(hours, opens))
	}
	for day := 1; day <= farthest; day++ {
		if later := instant(digits(due, loc).AddDate(0, 0, day), loc); Inside(hours, later) {
			return later
		}
	}
	return Opens(hours, due)
}

// Slow reports whether runs are an hour or more apart. Cron expressions with one value for the
// minute are.
func Slow(s roster.Schedule) bool {
	if s.Cron != "" {
		c, err := parseCron(s.Cron)
		return err == nil && bits.OnesCount64(c.minute) == 1
	}
	if s.Interval.Unit == roster.IntervalMinute {
		return time.Duration(s.Interval.Value)*time.Minute >= slowRuns
	}
	return s.Interval.Value > 0
}

// Downtime is when Roster itself did not run.
type Downtime struct{ From, To time.Time }

// HeldBack returns the deadline of a check after a downtime of ours (N25). What was sent during it
// may still come, so no silence counts until min(downtime, interval) and the grace have passed.
func HeldBack(s roster.Schedule, lastArrival, deadline time.Time, d Downtime) time.Time {
	if deadline.IsZero() || deadline.Before(d.From) {
		return deadline
	}
	hold := min(d.To.Sub(d.From), NextDue(s, lastArrival).Sub(lastArrival))
	return latest(deadline, d.To.Add(hold).Add(s.Grace()))
}

// earliest returns the earlier of two times.
func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// latest returns the later of two times.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
