package filter

import (
	"slices"
	"time"
)

// Operator says what a part of a filter is: a combination of further parts, or a comparison.
type Operator = operator

// The operators. [Some] is a value path: one element of an attribute is as the inner filter says.
const (
	And  = and
	Or   = or
	Not  = not
	Some = some
	Eq   = eq
	Ne   = ne
	Co   = co
	Sw   = sw
	Ew   = ew
	Gt   = gt
	Ge   = ge
	Lt   = lt
	Le   = le
	Pr   = pr
)

// Part is a part of a filter, for a store that answers it by other means than [Filter.Match].
type Part struct{ n *node }

// Conjuncts returns the parts that must all be true. The zero filter has none.
func (f Filter) Conjuncts() []Part {
	switch {
	case f.root == nil:
		return nil
	case f.root.op == and:
		return Part{f.root}.Of()
	}
	return []Part{{f.root}}
}

// Comparisons returns how many comparisons the filter has.
func (f Filter) Comparisons() (n int) {
	f.root.each("", func(string, *node) { n++ })
	return n
}

// Op returns what the part is.
func (p Part) Op() Operator { return p.n.op }

// Path returns the attribute path of a comparison, with that of the value path around it.
func (p Part) Path() string { return p.n.whole }

// Of returns what And, Or, Not and Some combine.
func (p Part) Of() []Part {
	parts := make([]Part, len(p.n.of))
	for i, n := range p.n.of {
		parts[i] = Part{n}
	}
	return parts
}

// IsNull reports whether the comparison is one with null.
func (p Part) IsNull() bool { return p.n.value.kind == null }

// Text returns the text that is compared byte by byte, and whether the value is a text.
func (p Part) Text() (string, bool) { return p.n.value.exact(p.n.op), p.n.value.kind == text }

// Key returns the text that is compared with the key of a name, see [fold.Name]. It reports false
// for other values, and for a time, which is compared with a text as a time.
func (p Part) Key() (string, bool) {
	v := p.n.value
	if slices.Contains(parts, p.n.op) {
		return v.part, v.kind == text
	}
	return v.key, v.kind == text && !v.isTime
}

// Whole returns the number, and whether the value is a whole one.
func (p Part) Whole() (int64, bool) { return p.n.value.int, p.n.value.whole }

// Truth returns the boolean, and whether the value is one.
func (p Part) Truth() (value, ok bool) { return p.n.value.truth, p.n.value.kind == boolean }

// Time returns the time, and whether the value is one.
func (p Part) Time() (time.Time, bool) { return p.n.value.time, p.n.value.isTime }
