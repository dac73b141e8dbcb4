package api

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
)

// Sort is embedded in the request of a list of records that have a number and a name.
type Sort struct {
	Sort nameOrder `query:"sort" doc:"The order, number where absent; - before it descends."`
}

// order returns the order that is asked for, from a place on.
func (s Sort) order(after *directory.Place) directory.ListOrder {
	name, descending := strings.CutPrefix(string(s.Sort), "-")
	return directory.ListOrder{ByName: name == "displayName", Descending: descending, After: orZero(after)}
}

// asked is what a list may be asked by its query.
type asked struct {
	asks  func(path string) filter.Attribute // by the parameter filter
	place reflect.Type                       // of a cursor
	judge func(*call) error                  // looks at parameters besides; nil: there is nothing to look at
}

// judge reads those parameters of the query that mean the same in every call, and notes what is
// wrong with them. It comes before the others are looked at, so that all faults are told.
func (c *call) judge() {
	e := c.endpoint
	for _, m := range c.query {
		text := m.Value.Text
		if text == "" || e.parameter("query", m.Name) == nil {
			continue
		}
		var err error
		switch m.Name {
		case "filter":
			if c.condition, err = filter.Parse(text); err == nil {
				err = c.condition.Validate(e.asks)
			}
		case "fields":
			c.names, err = e.selected(text)
		case "cursor":
			err = placeOf(c, text, nil)
		}
		c.blame(err)
	}
	if e.judge != nil {
		c.blame(e.judge(c))
	}
}

// blame notes faults of parameters.
func (c *call) blame(err error) {
	for _, fault := range roster.All(err) {
		c.faults.Add(parameter(strings.TrimPrefix(fault.Field, "?")), fault.Detail)
	}
}

// unknownMembers is the fault of names in the parameter fields, at places from 1 on. They are not
// repeated: whatever was sent there may be a secret that slipped.
func (e *endpoint) unknownMembers(places []string) error {
	what := "a member that the record does not have, in place "
	if len(places) > 1 {
		what = "members that the record does not have, in places "
	}
	const most = 10
	if len(places) > most {
		places = append(places[:most:most], "…")
	}
	return malformed(roster.Faults{{
		Kind: roster.Invalid, Field: parameter("fields"),
		Detail: "names " + what + strings.Join(places, ", ") + "; it has " + strings.Join(slices.Sorted(maps.Keys(e.shown)), ", "),
	}})
}
