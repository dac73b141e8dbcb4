package roster

import "time"

// Schedule says when a check expects events: by an interval or by a cron expression. The zero
// Schedule expects none.
type Schedule struct {
	Interval       Interval
	OverdueMinutes int    // after an interval without an event, until silence is a failure
	Window         Window // when events of an interval are expected; in TimeZone

	Cron         string // five fields: minute, hour, day of month, month, day of week
	GraceMinutes int    // after a due time of Cron, until silence is a failure

	TimeZone string // an IANA name; "" for UTC
}

// IsZero reports whether the schedule expects no events.
func (s Schedule) IsZero() bool { return s.Cron == "" && s.Interval == Interval{} }

// Grace returns how long after a due time silence becomes a failure.
func (s Schedule) Grace() time.Duration {
	if s.Cron != "" {
		return time.Duration(s.GraceMinutes) * time.Minute
	}
	return time.Duration(s.OverdueMinutes) * time.Minute
}

// Hours are the times of a week between Start and End on some days, in a time zone. End before
// Start means the next day. Equal times mean the whole day. The zero Hours never begin.
type Hours struct {
	TimeZone string // an IANA name; "" for UTC
	Windows  []Window
}
