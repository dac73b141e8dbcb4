package checkcentral

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// filters are the arguments of a call that reads, with their faults.
type filters struct {
	values map[string]string
	faults roster.Faults
}

// filters reads the query. An empty filter, or "undefined" as JavaScript clients send it, counts as
// missing.
func (q request) filters() (*filters, error) {
	fields, err := dialect.ParseForm(q.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	f := &filters{values: make(map[string]string, len(fields))}
	for _, field := range fields {
		if value := strings.TrimSpace(field.Value.Text); value != "undefined" {
			f.values[field.Name] = value
		}
	}
	return f, nil
}

// text returns a filter as it was sent, "" if missing.
func (f *filters) text(name string) string { return f.values[name] }

// ids returns the ids of a filter.
func (f *filters) ids(name string) []string { return f.several(name, strings.ToLower) }

// boolean reads true or false, also as 1 or 0, in any case: PowerShell sends True.
func (f *filters) boolean(name string) bool {
	switch strings.ToLower(f.text(name)) {
	case "true", "1":
		return true
	case "", "false", "0":
		return false
	default:
		f.faults.Add(name, "must be true or false")
		return false
	}
}

// count reads a whole number between bounds.
func (f *filters) count(name string, standard, least, most int) int {
	text := f.text(name)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		f.faults.Add(name, fmt.Sprintf("must be a whole number from %d to %d", least, most))
		return standard
	}
	return n
}

// statuses reads statuses in any case. Without the filter it returns one status "".
func (f *filters) statuses(name string) []roster.Status {
	var list []roster.Status
	for _, text := range f.several(name, strings.ToLower) {
		status := roster.Status(text)
		if text != "" && !slices.Contains(roster.Statuses[:], status) && !f.faults.Has(name) {
			f.faults.Add(name, "must be one of: success, warning, failure")
		}
		list = append(list, status)
	}
	return list
}

// matched reads all, matched, unmatched, or a boolean.
func (f *filters) matched(name string) roster.Set[bool] {
	switch strings.ToLower(f.text(name)) {
	case "", "all":
		return roster.Set[bool]{}
	case "matched", "true":
		return roster.Some(true)
	case "unmatched", "false":
		return roster.Some(false)
	default:
		f.faults.Add(name, "must be one of: all, matched, unmatched, true, false")
		return roster.Set[bool]{}
	}
}

// date is a date or a point in time of a filter.
type date struct {
	at    time.Time // as if in UTC, if the zone is open
	given bool      // the request has it
	open  bool      // without a zone: the organization's is meant
	whole bool      // it is a whole day
}

// layouts are the accepted forms of a date: RFC 3339, also without a zone or a time of day.
var layouts = []struct {
	layout string
	date   date
}{
	{time.RFC3339, date{given: true}},
	{"2006-01-02 15:04:05Z07:00", date{given: true}},
	{"2006-01-02T15:04:05", date{given: true, open: true}},
	{time.DateTime, date{given: true, open: true}},
	{time.DateOnly, date{given: true, open: true, whole: true}},
}

// date reads a date. An unescaped + arrives as a blank and is read as +.
func (f *filters) date(name string) date {
	text := strings.ToUpper(f.text(name))
	if text == "" {
		return date{}
	}
	if i := strings.LastIndexByte(text, ' '); i > 0 && i == len(text)-len(" 00:00") {
		text = text[:i] + "+" + text[i+1:]
	}
	for _, l := range layouts {
		if at, err := time.Parse(l.layout, text); err == nil && at.Year() > 0 {
			l.date.at = at
			return l.date
		}
	}
	f.faults.Add(name, "must be a date such as 2026-11-21, or a time such as 2026-11-21T18:00:00Z (RFC 3339)")
	return date{}
}

// first returns the first moment of the date, absent without a date.
func (d date) first(zone *time.Location) roster.Set[time.Time] {
	if !d.given {
		return roster.Set[time.Time]{}
	}
	return roster.Some(d.begin(zone))
}

// begin is first for a date that is given.
func (d date) begin(zone *time.Location) time.Time {
	if !d.open {
		return d.at
	}
	y, m, day := d.at.Date()
	return time.Date(y, m, day, d.at.Hour(), d.at.Minute(), d.at.Second(), d.at.Nanosecond(), zone)
}

// after returns the first moment after the date: after its day, or else its second, which is the
// precision of answers. It is absent without a date.
func (d date) after(zone *time.Location) roster.Set[time.Time] {
	switch {
	case !d.given:
		return roster.Set[time.Time]{}
	case d.whole:
		d.at = d.at.AddDate(0, 0, 1)
		return roster.Some(d.begin(zone))
	default:
		return roster.Some(d.begin(zone).Truncate(time.Second).Add(time.Second))
	}
}

// maxFilters is the greatest number of combinations of filter values in a request.
const maxFilters = 100

// combinations refuses too many combinations of filter values, and returns all faults.
func (f *filters) combinations(lists ...int) error {
	n := 1
	for _, length := range lists {
		n *= length
		if n > maxFilters {
			return tooManyFilters()
		}
	}
	return f.faults.Err()
}

func tooManyFilters() error {
	return &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("the filters have more than %d combinations", maxFilters)}
}

// several splits the values of a filter and drops repeats. Without the filter it returns one empty
// value.
func (f *filters) several(name string, fold func(string) string) []string {
	filter := f.text(name)
	if filter == "" {
		return []string{""}
	}
	var values []string
	for value := range strings.SplitSeq(filter, ",") {
		value = fold(strings.TrimSpace(value))
		if value != "" && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		f.faults.Add(name, "names nothing; leave it out to get everything")
	}
	return values
}

// named reports whether a record's name equals the filter, without regard to case.
func named(name, filter string) bool {
	return filter == "" || directory.Fold(name) == directory.Fold(filter)
}
