package watch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cron is a cron expression (POSIX crontab, with steps, names and lists of ranges): for each of its
// five fields, the set of values that match, as bits.
type cron struct {
	minute, hour, day, month, weekday uint64
	anyDay, anyWeekday                bool // the field begins with "*"
}

// cronFields describes the five fields. A weekday of 7 is Sunday, as 0 is.
var cronFields = [5]struct {
	name      string
	low, high int
	words     []string // that stand for low, low+1 and so on
}{
	{name: "minute", low: 0, high: 59},
	{name: "hour", low: 0, high: 23},
	{name: "day of month", low: 1, high: 31},
	{name: "month", low: 1, high: 12, words: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{name: "day of week", low: 0, high: 7, words: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

// parseCron reads a cron expression. Its errors name the field that is wrong.
func parseCron(text string) (cron, error) {
	fields := strings.Fields(text)
	if len(fields) != len(cronFields) {
		return cron{}, fmt.Errorf("a cron expression has five fields, this one has %d", len(fields))
	}
	var sets [5]uint64
	for i, field := range fields {
		set, err := cronField(i, strings.ToLower(field))
		if err != nil {
			return cron{}, err
		}
		sets[i] = set
	}
	const sunday = 7
	if sets[4]&(1<<sunday) != 0 {
		sets[4] |= 1
	}
	c := cron{sets[0], sets[1], sets[2], sets[3], sets[4], fields[2][0] == '*', fields[4][0] == '*'}
	if !c.matchesADay() {
		return cron{}, fmt.Errorf("no date is ever %q", text)
	}
	return c, nil
}

// cronField returns the set of values of one field.
func cronField(field int, text string) (uint64, error) {
	f := cronFields[field]
	var set uint64
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		low, high := f.low, f.high
		if span != "*" {
			from, to, ranged := strings.Cut(span, "-")
			var errFrom, errTo error
			low, errFrom = cronValue(field, from)
			high = low
			if ranged {
				high, errTo = cronValue(field, to)
			} else if stepped {
				high = f.high
			}
			if errFrom != nil || errTo != nil || low > high {
				return 0, fmt.Errorf("the %s %q is not a value or range within %d-%d", f.name, part, f.low, f.high)
			}
		}
		by := 1
		if stepped {
			n, err := strconv.Atoi(step)
			if err != nil || n < 1 || n > f.high {
				return 0, fmt.Errorf("the step of the %s %q is not a number within 1-%d", f.name, part, f.high)
			}
			by = n
		}
		for v := low; v <= high; v += by {
			set |= 1 << v
		}
	}
	return set, nil
}

func cronValue(field int, text string) (int, error) {
	f := cronFields[field]
	if i := slices.Index(f.words, text); i >= 0 {
		return f.low + i, nil
	}
	n, err := strconv.Atoi(text)
	if err == nil && (n < f.low || n > f.high) {
		err = strconv.ErrRange
	}
	return n, err
}

// matchesADay reports whether the expression matches a day at all: "0 0 31 2 *" does not.
func (c cron) matchesADay() bool {
	const cycle = 28 * 366 // days after which dates and days of the week repeat
	for d := range cycle {
		if c.onDate(dateAt(2000, 1, 1+d, 0)) {
			return true
		}
	}
	return false
}

// onDate reports whether the expression matches a date. If both day fields are restricted, one of
// them is enough (crontab(5)).
func (c cron) onDate(date time.Time) bool {
	day, weekday := c.day&(1<<date.Day()) != 0, c.weekday&(1<<date.Weekday()) != 0
	if !c.anyDay && !c.anyWeekday {
		return c.month&(1<<date.Month()) != 0 && (day || weekday)
	}
	return c.month&(1<<date.Month()) != 0 && day && weekday
}

// next returns the first due time after t. Times that the clocks leave out or show twice are due
// once (N23). Zero if there is none within the 28 years after which the calendar repeats.
func (c cron) next(t time.Time, loc *time.Location) time.Time {
	today := digits(t, loc)
	var best time.Time
	// A due time of yesterday can have moved to today, and one of today behind one of tomorrow. So
	// a date is the last one only if the date before had a due time.
	for d := -1; d < 28*366; d++ {
		date := dateAt(today.Year(), today.Month(), today.Day()+d, 0)
		last := !best.IsZero()
		if c.onDate(date) {
			best = c.earlier(best, t, date, loc)
		}
		if last {
			return best
		}
	}
	return best
}

// earlier returns the first due time of a date after t, or best if that is earlier and not zero.
func (c cron) earlier(best, t, date time.Time, loc *time.Location) time.Time {
	// Far from a change of the clocks, due times are in the order of the digits.
	_, before := date.Add(-26 * time.Hour).In(loc).Zone()
	_, after := date.Add(50 * time.Hour).In(loc).Zone()
	ordered, shown := before == after, digits(t, loc)
	for m := range 24 * 60 {
		if c.hour&(1<<(m/60)) == 0 || c.minute&(1<<(m%60)) == 0 {
			continue
		}
		at := date.Add(time.Duration(m) * time.Minute)
		if ordered && !at.After(shown) {
			continue
		}
		if due := instant(at, loc); due.After(t) && (best.IsZero() || due.Before(best)) {
			best = due
			if ordered {
				break
			}
		}
	}
	return best
}
