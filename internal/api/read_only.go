package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"roster"
	"roster/internal/dialect"
)

// reader is a call that reads one record.
type reader struct {
	endpoint *endpoint
	do       act
}

// original returns the record that a body may be a copy of, as it is shown; nil where there is
// none.
type original func(ctx context.Context, c *call) (any, error)

// derived are members that nobody sets: they follow from what happens to the record or to others,
// some of them without a new version. What a body says of them does not count. Every other
// read-only member says which record the body is a copy of.
var derived = map[string]bool{
	"checkCount": true, "confirmedAt": true, "dueAt": true, "hasPassword": true, "managedBy": true, "memberCount": true, "running": true, "state": true,
	"status": true, "statusAt": true, "updatedAt": true,
}

// dropReadOnly takes members out of the body that the answer shows and the call does not take: a
// record as it was read can be sent back. It notes a fault for each whose value is not that of the
// record, unless it is derived.
func (a *api) dropReadOnly(c *call) error {
	e := c.endpoint
	strict := func(m dialect.Member) bool { return e.readOnly[m.Name] && !derived[m.Name] }
	if c.body.Kind != dialect.Object || !slices.ContainsFunc(c.body.Members, func(m dialect.Member) bool { return e.readOnly[m.Name] }) {
		return nil
	}
	var shown dialect.Value
	if slices.ContainsFunc(c.body.Members, strict) {
		var err error
		if shown, err = a.shownRecord(c); err != nil {
			return err
		}
	}
	if shown.Kind != dialect.Absent || len(c.copied) == 0 { // otherwise the fault is that there is no such record
		for _, m := range c.body.Members {
			if at := e.path(m.Name); strict(m) && !c.copied.Has(at) && !equal(m.Value, shown.Get(m.Name)) {
				c.copied.Add(at, "is read-only: leave it out, or send it as it is now")
			}
		}
	}
	c.body.Members = slices.DeleteFunc(slices.Clone(c.body.Members), func(m dialect.Member) bool { return e.readOnly[m.Name] })
	c.body.Raw = dialect.WriteObject(c.body.Members)
	return nil
}

// shownRecord returns the record that the call is about, as it is shown; absent where there is
// none.
func (a *api) shownRecord(c *call) (v dialect.Value, err error) {
	record, err := a.original(c)
	if err != nil || record == nil {
		return v, err
	}
	text, err := json.Marshal(record)
	if err != nil {
		return v, err
	}
	if v, err = dialect.Parse(text); err != nil {
		return v, fmt.Errorf("read what is shown: %v", err) // not a fault of the caller's
	}
	return v, nil
}

// original returns the record that the call is about. The call of the same path that reads it knows
// how.
func (a *api) original(c *call) (any, error) {
	ctx := context.WithValue(c.request.Context(), callKey{}, c)
	if c.endpoint.original != nil {
		return c.endpoint.original(ctx, c)
	}
	read, known := a.readers[c.endpoint.at]
	if !known || c.request.Method == http.MethodPost {
		return nil, nil
	}
	reading := &call{ResponseWriter: c.ResponseWriter, request: c.request, endpoint: read.endpoint, by: c.by}
	out, err := read.do(ctx, reading, reading.readParameters())
	return out.body, err
}

// equal reports whether two values say the same, but for what is derived. A time or a UUID may be
// written in several ways.
func equal(a, b dialect.Value) bool {
	if a.Kind != b.Kind || len(a.Items) != len(b.Items) || len(a.Members) != len(b.Members) {
		return false
	}
	switch a.Kind {
	case dialect.String:
		return roster.FoldID(a.Text) == roster.FoldID(b.Text) || sameTime(a.Text, b.Text)
	case dialect.Number:
		m, whole := a.Int()
		n, alike := b.Int()
		return a.Text == b.Text || whole && alike && m == n
	case dialect.Bool:
		return a.Bool == b.Bool
	}
	for i := range a.Items {
		if !equal(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, m := range a.Members {
		if !derived[m.Name] && !equal(m.Value, b.Get(m.Name)) {
			return false
		}
	}
	return true
}

func sameTime(a, b string) bool {
	first, err := time.Parse(time.RFC3339, a)
	second, err2 := time.Parse(time.RFC3339, b)
	return err == nil && err2 == nil && first.Equal(second)
}
