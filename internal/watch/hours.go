package watch

import (
	"slices"
	"time"

	"roster"
)

// farthest is how many days ahead hours are followed. Hours repeat each week.
const farthest = 8

// span is a time from start, included, to end, excluded.
type span struct{ start, end time.Time }

// spans returns the times of the hours that touch the days around a time, in no order.
func spans(h roster.Hours, around time.Time, days int) []span {
	loc := zone(h.TimeZone)
	today := digits(around, loc)
	var all []span
	for offset := -1; offset <= days; offset++ {
		date := dateAt(today.Year(), today.Month(), today.Day()+offset, 0)
		for _, w := range h.Windows {
			if !onDay(w, date) {
				continue
			}
			start, end := minutes(w.Start), minutes(w.End)
			switch {
			case start == end:
				start, end = 0, 24*60
			case end < start:
				end += 24 * 60
			}
			all = append(all, span{
				instant(date.Add(time.Duration(start)*time.Minute), loc),
				instant(date.Add(time.Duration(end)*time.Minute), loc),
			})
		}
	}
	return all
}

// onDay reports whether a window begins on a date. A window without days begins on each.
func onDay(w roster.Window, date time.Time) bool {
	day := roster.Days[(int(date.Weekday())+6)%7] // Go's week begins on Sunday
	return len(w.Days) == 0 || slices.Contains(w.Days, day)
}

// minutes returns how many minutes after midnight a time of day is, such as "15:04"; 0 for "".
func minutes(timeOfDay string) int {
	t, err := time.Parse("15:04", timeOfDay)
	if err != nil {
		return 0
	}
	return t.Hour()*60 + t.Minute()
}

// Inside reports whether a time is within the hours.
func Inside(h roster.Hours, t time.Time) bool {
	return !closing(spans(h, t, 0), t).Equal(t)
}

// Closes returns when the hours around a time end: t itself if it is outside of them. Hours that
// never end are followed for about a week.
func Closes(h roster.Hours, t time.Time) time.Time {
	return closing(spans(h, t, farthest), t)
}

// closing follows spans that overlap or touch, from the one around t.
func closing(all []span, t time.Time) time.Time {
	slices.SortFunc(all, func(a, b span) int { return a.start.Compare(b.start) })
	for _, s := range all {
		if !t.Before(s.start) && t.Before(s.end) {
			t = s.end
		}
	}
	return t
}

// Opens returns when the hours next begin: t itself if it is within them, zero if they never begin.
func Opens(h roster.Hours, t time.Time) time.Time {
	if Inside(h, t) {
		return t
	}
	var next time.Time
	for _, s := range spans(h, t, farthest) {
		if s.start.After(t) && s.start.Before(s.end) && (next.IsZero() || s.start.Before(next)) {
			next = s.start
		}
	}
	return next
}
