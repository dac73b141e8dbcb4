package checkcentral

import (
	"context"
	"errors"
	"iter"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// filtersOf reads a query.
func filtersOf(t *testing.T, query string) *filters {
	t.Helper()
	f, err := request{r: httptest.NewRequest("GET", "/getActivities?"+query, nil)}.filters()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestDatesNameADayOrASecondInTheZoneThatTheyNameOrTheOrganizations(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for sent, want := range map[string][2]string{
		"":                              {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		"undefined":                     {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		"2026-11-21":                    {"2026-11-21T05:00:00Z", "2026-11-22T05:00:00Z"},
		"+2026-11-21+":                  {"2026-11-21T05:00:00Z", "2026-11-22T05:00:00Z"},
		"2026-03-08":                    {"2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"}, // a day of 23 hours
		"2026-11-01":                    {"2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"}, // a day of 25 hours
		"2026-12-31":                    {"2026-12-31T05:00:00Z", "2027-01-01T05:00:00Z"},
		"2026-11-21T18:00:00Z":          {"2026-11-21T18:00:00Z", "2026-11-21T18:00:01Z"},
		"2026-11-21t18:00:00z":          {"2026-11-21T18:00:00Z", "2026-11-21T18:00:01Z"},
		"2026-11-21T18:00:00.25Z":       {"2026-11-21T18:00:00.25Z", "2026-11-21T18:00:01Z"},
		"2026-11-21T18:00:00%2B01:00":   {"2026-11-21T17:00:00Z", "2026-11-21T17:00:01Z"},
		"2026-11-21T18:00:00+01:00":     {"2026-11-21T17:00:00Z", "2026-11-21T17:00:01Z"}, // as clients send it that do not escape
		"2026-11-21T18:00:00-05:30":     {"2026-11-21T23:30:00Z", "2026-11-21T23:30:01Z"},
		"2026-11-21+18:00:00-05:30":     {"2026-11-21T23:30:00Z", "2026-11-21T23:30:01Z"},
		"2026-11-21+18:00:00%2B01:00":   {"2026-11-21T17:00:00Z", "2026-11-21T17:00:01Z"},
		"2026-11-21T18:00:00":           {"2026-11-21T23:00:00Z", "2026-11-21T23:00:01Z"},
		"2026-11-21%2018:00:00":         {"2026-11-21T23:00:00Z", "2026-11-21T23:00:01Z"},
		"2026-11-21T23:59:59.999999999": {"2026-11-22T04:59:59.999999999Z", "2026-11-22T05:00:00Z"},
	} {
		f := filtersOf(t, "startDate="+sent)
		d := f.date("startDate")
		first, after := d.first(zone).Value.UTC().Format(time.RFC3339Nano), d.after(zone).Value.UTC().Format(time.RFC3339Nano)
		if len(f.faults) > 0 || first != want[0] || after != want[1] {
			t.Errorf("%q is %s to %s (%v), want %s to %s", sent, first, after, f.faults, want[0], want[1])
		}
	}
	for _, sent := range []string{"yesterday", "21.11.2026", "2026-11-21T18:00", "2026-13-01", "2026-02-30", "1", "2026-11-21T25:00:00Z", "0000-01-01", "%20%20", "a+b:cd", "12:00", "1700000000"} {
		f := filtersOf(t, "startDate="+sent)
		f.date("startDate")
		if blank := sent == "%20%20"; (len(f.faults) == 0) != blank {
			t.Errorf("%q has the faults %v", sent, f.faults)
		}
	}
}

func TestFiltersAreReadAsClientsWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query  string
		read   func(*filters) any
		want   any
		faulty bool
	}{
		{"a=true", func(f *filters) any { return f.boolean("a") }, true, false},
		{"a=True", func(f *filters) any { return f.boolean("a") }, true, false},
		{"a=1", func(f *filters) any { return f.boolean("a") }, true, false},
		{"a=FALSE", func(f *filters) any { return f.boolean("a") }, false, false},
		{"a=0", func(f *filters) any { return f.boolean("a") }, false, false},
		{"a=undefined", func(f *filters) any { return f.boolean("a") }, false, false},
		{"", func(f *filters) any { return f.boolean("a") }, false, false},
		{"a=yes", func(f *filters) any { return f.boolean("a") }, false, true},
		{"a=5", func(f *filters) any { return f.count("a", 7, 1, 10) }, 5, false},
		{"a=+10+&", func(f *filters) any { return f.count("a", 7, 1, 10) }, 10, false},
		{"a=", func(f *filters) any { return f.count("a", 7, 1, 10) }, 7, false},
		{"a=11", func(f *filters) any { return f.count("a", 7, 1, 10) }, 7, true},
		{"a=0", func(f *filters) any { return f.count("a", 7, 1, 10) }, 7, true},
		{"a=-1", func(f *filters) any { return f.count("a", 7, 1, 10) }, 7, true},
		{"a=1.5", func(f *filters) any { return f.count("a", 7, 1, 10) }, 7, true},
		{"a=99999999999999999999", func(f *filters) any { return f.count("a", 7, 1, 10) }, 7, true},
		{"a=Failure,+SUCCESS,failure", func(f *filters) any { return len(f.statuses("a")) }, 2, false},
		{"a=", func(f *filters) any { return len(f.statuses("a")) }, 1, false},
		{"a=Failure,broken,lost", func(f *filters) any { return len(f.faults) + len(f.statuses("a")) }, 3, true},
		{"a=All", func(f *filters) any { return f.matched("a") }, roster.Set[bool]{}, false},
		{"a=Matched", func(f *filters) any { return f.matched("a") }, roster.Some(true), false},
		{"a=true", func(f *filters) any { return f.matched("a") }, roster.Some(true), false},
		{"a=unmatched", func(f *filters) any { return f.matched("a") }, roster.Some(false), false},
		{"a=False", func(f *filters) any { return f.matched("a") }, roster.Some(false), false},
		{"a=none", func(f *filters) any { return f.matched("a") }, roster.Set[bool]{}, true},
	} {
		f := filtersOf(t, c.query)
		if got := c.read(f); got != c.want || len(f.faults) > 0 != c.faulty {
			t.Errorf("%q is %v with the faults %v, want %v", c.query, got, f.faults, c.want)
		}
	}
}

// story is a list of events with the ids.
func story(ids string) iter.Seq2[roster.Event, error] {
	return func(yield func(roster.Event, error) bool) {
		for _, id := range strings.Split(ids, "") {
			var err error
			if id == "!" {
				err = errors.New("the disk is gone")
			}
			if !yield(roster.Event{ID: roster.EventID(id)}, err) {
				return
			}
		}
	}
}

func TestListsOfEventsAreJoinedTheNewestFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lists []string
		count int
		want  string
	}{
		{[]string{"hda", "gfb", "", "ec"}, 10, "hgfedcba"},
		{[]string{"hda", "gfb", "", "ec"}, 3, "hgf"},
		{[]string{"", ""}, 3, ""},
		{[]string{"cba"}, 0, ""},
		{[]string{"hd!", "gfb"}, 10, "hgfd!"},
		{[]string{"hd!", "gfb"}, 3, "hgf"},
		{[]string{"h", "!"}, 10, "!"},
	} {
		var lists []iter.Seq2[roster.Event, error]
		for _, ids := range c.lists {
			if ids == "" {
				lists = append(lists, func(func(roster.Event, error) bool) {})
				continue
			}
			lists = append(lists, story(ids))
		}
		got := ""
		for e, err := range newest(lists, c.count) {
			if err != nil {
				got += "!"
				continue
			}
			got += string(e.ID)
		}
		if got != c.want {
			t.Errorf("%q are joined as %q, want %q", c.lists, got, c.want)
		}
	}
}

func TestALongListOfEventsIsReadAFewAtATime(t *testing.T) {
	t.Parallel()
	const all = "zyxwvutsrqponmlkjihgfedcba"
	var asked []roster.EventID
	verb := func(_ context.Context, _ roster.Actor, in directory.EventList) (iter.Seq2[roster.Event, error], error) {
		asked = append(asked, in.Before)
		ids := all
		if in.Before != "" {
			_, ids, _ = strings.Cut(all, string(in.Before))
		}
		return story(ids[:min(in.Limit, len(ids))]), nil
	}
	for _, c := range []struct {
		step int
		want []roster.EventID
	}{{10, []roster.EventID{"", "q", "g"}}, {13, []roster.EventID{"", "n", "a"}}, {100, []roster.EventID{""}}} {
		got := ""
		asked = nil
		for e := range paged(t.Context(), verb, roster.Actor{}, directory.EventList{}, c.step) {
			got += string(e.ID)
		}
		if got != all || !slices.Equal(asked, c.want) {
			t.Errorf("%d at a time: %q, asked before %q", c.step, got, asked)
		}
	}
}
