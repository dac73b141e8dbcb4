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

// filters are the arguments of a call that reads, and what is wrong with them.
type filters struct {
	values map[string]string
	faults roster.Faults
}

// filters reads the query. A filter that is empty, or undefined as clients in JavaScript write it,
// is none.
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

// text returns a filter as it was sent, "" for none.
func (f *filters) text(name string) string { return f.values[name] }

// ids takes the ids of a filter apart.
func (f *filters) ids(name string) []string { return f.several(name, strings.ToLower) }

// boolean takes true or false, as 1 or 0 too, without regard to case: a script in PowerShell sends
// True.
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

// count takes a whole number between bounds.
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

// statuses takes statuses without regard to case; one that is "" where there is no filter.
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

// matched takes all, matched or unmatched, or a boolean.
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

// date is a date, or a point in time, as a filter names it.
type date struct {
	at    time.Time // as if it were UTC, where the zone is open
	given bool      // the request has it
	open  bool      // it names no zone: the organization's is meant
	whole bool      // it is a whole day
}

// layouts are how a date may be written: RFC 3339, and that without a zone or without a time of
// day.
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

// date takes a date. A + that arrived as a blank, because the client did not escape it, is read as
// +.
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

// first returns the first moment that the date names. It is absent where there is no date.
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

// after returns the first moment after all that the date names: a day, or else a second, which is
// how exactly answers tell the time. It is absent where there is no date.
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

// maxFilters is the greatest number of combinations of filter values in one request.
const maxFilters = 100

// combinations refuses filters that together have too many, and returns everything that is wrong
// with them.
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

// several takes the values of a filter apart, without repeats: one empty value where there is no
// filter.
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

// named reports whether a record has the name that a filter asks for, without regard to case.
func named(name, filter string) bool {
	return filter == "" || directory.Fold(name) == directory.Fold(filter)
}
