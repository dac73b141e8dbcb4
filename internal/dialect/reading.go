package dialect

import (
	"strings"

	"roster"
)

// Reading reads the arguments of a request one at a time, by the canonical names of their meaning
// (RFC 7643 spelling). It collects their faults, so that all are reported together. A null argument
// counts as missing.
type Reading struct {
	Arguments []Member
	Name      func(field string) string // the dialect's name for a field
	Faults    roster.Faults             // under canonical names
}

// Get returns an argument, of kind Absent if there is none.
func (r *Reading) Get(field string) Value {
	return Value{Members: r.Arguments}.Get(r.Name(field))
}

// Given returns an argument, and false if it is missing or null.
func (r *Reading) Given(field string) (Value, bool) {
	v := r.Get(field)
	return v, v.Kind > Null
}

// Is reports whether the field's value v has the kind, and adds a fault if not.
func (r *Reading) Is(v Value, kind ValueKind, field string) bool {
	if v.Kind != kind {
		r.Faults.Add(field, "must be "+kind.String()+", not "+v.Kind.String())
	}
	return v.Kind == kind
}

// Text returns a string, "" if it is missing.
func (r *Reading) Text(field string) string {
	v, given := r.Given(field)
	if !given || !r.Is(v, String, field) {
		return ""
	}
	return v.Text
}

// Needed returns a string. It adds a fault if the string is missing or blank.
func (r *Reading) Needed(field string) string {
	text := r.Text(field)
	if strings.TrimSpace(text) == "" && !r.Faults.Has(field) {
		r.Faults.Add(field, "is required")
	}
	return text
}

// Inner reads an object among the arguments. Its members have the same names in every dialect.
func (r *Reading) Inner(at string, object Value, read func(*Reading)) {
	inner := Reading{Arguments: object.Members, Name: func(field string) string { return field }}
	read(&inner)
	for _, fault := range inner.Faults {
		r.Faults.Add(at+"."+fault.Field, fault.Detail)
	}
}
