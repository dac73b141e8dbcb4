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

// Sort is embedded in requests for lists of records that have a number and a name.
type Sort struct {
	Sort nameOrder `query:"sort" doc:"The order, by default number; - before it descends."`
}

// order returns the requested order, starting after a place.
func (s Sort) order(after *directory.Place) directory.ListOrder {
	name, descending := strings.CutPrefix(string(s.Sort), "-")
	return directory.ListOrder{ByName: name == "displayName", Descending: descending, After: orZero(after)}
}

// asked describes the query parameters of a list.
type asked struct {
	asks     func(path string) filter.Attribute // attributes for the parameter filter
	place    reflect.Type                       // the type inside a cursor
	validate func(*call) error                  // validates further parameters; nil: there are none
}

// readCommonParameters reads the parameters that mean the same in every call (filter, fields,
// cursor), and collects their faults. It runs before the others are read, so that the answer lists
// all faults.
func (c *call) readCommonParameters() {
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
		c.addFaults(err)
	}
	if e.validate != nil {
		c.addFaults(e.validate(c))
	}
}

// addFaults adds err as faults of parameters.
func (c *call) addFaults(err error) {
	for _, fault := range roster.All(err) {
		c.faults.Add(parameter(strings.TrimPrefix(fault.Field, "?")), fault.Detail)
	}
}

// unknownMembers returns the fault for unknown names in the parameter fields, at places counted
// from 1. It does not repeat the names: they may be a secret sent by mistake.
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
