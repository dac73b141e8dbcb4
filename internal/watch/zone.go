package watch

import (
	"sync"
	"time"
	_ "time/tzdata" // the zones are part of the program: no file is needed for a decision
)

// zones caches the time zones that were asked for. Only known names get in, so their number bounds
// it.
var zones sync.Map

// zone returns the time zone of an IANA name. It returns UTC for "", for an unknown name, and for
// the zone of this machine, which is nobody's.
func zone(name string) *time.Location {
	if loc, seen := zones.Load(name); seen {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return time.UTC
	}
	zones.Store(name, loc)
	return loc
}

// dateAt returns a date and minutes since its midnight as a time in UTC with the same digits. Go
// normalizes days and minutes beyond their ranges, so that callers can count with them.
func dateAt(y int, m time.Month, d, minutes int) time.Time {
	return time.Date(y, m, d, 0, minutes, 0, 0, time.UTC)
}

// digits returns what the clocks of a zone show at t, as a time in UTC with the same digits.
func digits(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant returns the time at which the clocks of a zone show the digits (N23). Digits that the
// clocks leave out move forward by as much as the clocks do (RFC 5545 §3.3.5). Digits that come
// twice mean the later time.
func instant(digits time.Time, loc *time.Location) time.Time {
	_, last := instants(digits, loc)
	return last
}

// instants returns the first and the last time at which the clocks show the digits. Both are the
// same, except when the clocks are set back.
func instants(digits time.Time, loc *time.Location) (first, last time.Time) {
	// The zones of the world are 12 hours behind UTC to 14 hours ahead of it. A zone changes its
	// offset once at most in the time between these two readings.
	_, before := digits.Add(-15 * time.Hour).In(loc).Zone()
	_, after := digits.Add(13 * time.Hour).In(loc).Zone()
	first = digits.Add(-time.Duration(before) * time.Second)
	last = digits.Add(-time.Duration(after) * time.Second)
	if _, offset := last.In(loc).Zone(); offset != after { // the clocks change later, or left the digits out
		return first, first
	}
	if _, offset := first.In(loc).Zone(); offset != before { // they changed before
		return last, last
	}
	return first, last
}
