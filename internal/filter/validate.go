package filter

import (
	"slices"
	"strings"

	"roster"
	"roster/internal/fold"
)

// Type is the type of value that an attribute is compared with.
type Type uint8

// The types. The zero type means that the attribute does not exist.
const (
	Unknown Type = iota
	Text
	Number
	Boolean
	Time // in RFC 3339
)

// Attribute describes how a filter may compare an attribute.
type Attribute struct {
	Type  Type
	Words []string // the possible values of a Text that has few; nil if any value is possible
}

// The operators that are not allowed for some types (RFC 7644 §3.4.2.2).
var (
	ordering = []operator{gt, ge, lt, le}
	parts    = []operator{co, sw, ew}
)

// Validate returns all faults of the filter: comparisons that can be true of no record. The
// function of describes the attribute at a path. It gets paths as the filter spells them, in any
// case.
//
// Errors: Invalid, of [Field].
func (f Filter) Validate(of func(path string) Attribute) error {
	var faults roster.Faults
	f.root.each("", func(path string, n *node) {
		a := of(path)
		switch {
		case a.Type == Unknown:
			addOnce(&faults, invalid("names an unknown attribute: %s", quote(path)))
		case n.op == pr || n.value.kind == null && (n.op == eq || n.op == ne):
		case a.Type == Boolean && slices.Contains(ordering, n.op), a.Type != Text && a.Type != Time && slices.Contains(parts, n.op):
			addOnce(&faults, invalid("cannot compare %s by %s", quote(path), n.op))
		default:
			if must := a.expected(n); must != "" {
				addOnce(&faults, invalid("compares %s with %s: it must be %s", quote(path), n.value.kind, must))
			}
		}
	})
	return faults.Err()
}

// expected returns which value the attribute must be compared with, "" if the comparison is valid.
func (a Attribute) expected(n *node) string {
	switch a.Type {
	case Number:
		if n.value.kind != number {
			return "a number, without quotation marks"
		}
	case Boolean:
		if n.value.kind != boolean {
			return "true or false, without quotation marks"
		}
	case Time:
		if n.value.kind != text || !n.value.isTime && !slices.Contains(parts, n.op) {
			return `a time such as "2026-11-21T09:30:00Z"`
		}
	default:
		if n.value.kind != text {
			return "a text in quotation marks"
		}
		same := func(word string) bool { return fold.Name(word) == n.value.key }
		if len(a.Words) > 0 && (n.op == eq || n.op == ne) && !slices.ContainsFunc(a.Words, same) {
			return "one of: " + strings.Join(a.Words, ", ")
		}
	}
	return ""
}

// addOnce adds a fault unless one with the same text is there.
func addOnce(f *roster.Faults, e *roster.Error) {
	if !slices.ContainsFunc(*f, func(have *roster.Error) bool { return have.Detail == e.Detail }) {
		f.Add(e.Field, e.Detail)
	}
}

// String returns the kind's name with its article, for messages.
func (k kind) String() string {
	return [...]string{"null", "true or false", "a number", "a text"}[k]
}
