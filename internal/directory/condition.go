package directory

import (
	"strings"
	"time"

	"roster"
	"roster/internal/filter"
)

// Condition is what the store compares records with: the tree of a filter, with the values as they
// are stored. The zero Condition is true of every record; [filter.Or] of nothing is true of none.
type Condition struct {
	Op        filter.Operator
	Attribute string      // of a comparison: its name in the [Attributes] of the noun
	Value     any         // of a comparison: string (a key, where case does not count), int64, bool; of OneOf []int64
	Of        []Condition // of [filter.And], [filter.Or] and [filter.Not]
}

// OneOf compares a number with several: one of them must be equal. No filter has it.
const OneOf filter.Operator = "in"

// Is returns the condition that an attribute has a value.
func Is(attribute string, value any) Condition {
	return Condition{Op: filter.Eq, Attribute: attribute, Value: value}
}

// Both returns the condition that all of some conditions are true.
func Both(conditions ...Condition) Condition {
	var all []Condition
	for _, c := range conditions {
		if !c.IsZero() {
			all = append(all, c)
		}
	}
	switch len(all) {
	case 0:
		return Condition{}
	case 1:
		return all[0]
	}
	return Condition{Op: filter.And, Of: all}
}

// ifGiven is Is for a value that somebody may have given; "" does not restrict.
func ifGiven[S ~string](attribute string, value S) Condition {
	if value == "" {
		return Condition{}
	}
	return Is(attribute, string(value))
}

// never is true of no record.
var never = Condition{Op: filter.Or}

// IsZero reports whether the condition is true of every record because it says nothing.
func (c Condition) IsZero() bool { return c.Op == "" }

// Conjuncts returns the conditions that must all be true.
func (c Condition) Conjuncts() []Condition {
	switch c.Op {
	case "":
		return nil
	case filter.And:
		return c.Of
	}
	return []Condition{c}
}

// isNever reports whether the condition is true of no record.
func (c Condition) isNever() bool { return c.Op == filter.Or && len(c.Of) == 0 }

// Work returns how much work it is to compare one record, in steps of about 30 ns.
func (c Condition) Work() int {
	const comparison = 4
	return comparison * c.comparisons()
}

// comparisons returns how many comparisons there are in the condition.
func (c Condition) comparisons() int {
	if c.Attribute != "" {
		return 1
	}
	n := 0
	for _, part := range c.Of {
		n += part.comparisons()
	}
	return n
}

// condition returns what the store can be asked instead of a part of a filter. It reports false
// where the store could answer otherwise than the filter does. The attributes are folded ones.
func (all Attributes[T]) condition(p filter.Part) (Condition, bool) {
	switch p.Op() {
	case filter.And, filter.Or, filter.Not:
		c := Condition{Op: p.Op()}
		for _, part := range p.Of() {
			of, ok := all.condition(part)
			if !ok {
				return Condition{}, false
			}
			c.Of = append(c.Of, of)
		}
		return c, true
	case filter.Some:
		return Condition{}, false
	}
	a := all[strings.ToLower(p.Path())]
	if a.Stored == Unstored {
		return Condition{}, false
	}
	return a.compare(p)
}

// compare is condition for a comparison.
func (a Attribute[T]) compare(p filter.Part) (Condition, bool) {
	present := Condition{Op: filter.Pr, Attribute: a.path}
	absent := Condition{Op: filter.Not, Of: []Condition{present}}
	switch op := p.Op(); {
	case op == filter.Pr, op == filter.Ne && p.IsNull():
		return present, true
	case op == filter.Eq && p.IsNull():
		return absent, true
	case op == filter.Ne:
		c, ok := a.compareAs(filter.Eq, p)
		return Condition{Op: filter.Not, Of: []Condition{c}}, ok
	case a.null && (op == filter.Lt || op == filter.Le): // what is not stored is less than everything
		c, ok := a.compareAs(op, p)
		return Both(present, c), ok
	default:
		return a.compareAs(op, p)
	}
}

// compareAs is compare for an operator that needs a value.
func (a Attribute[T]) compareAs(op filter.Operator, p filter.Part) (Condition, bool) {
	switch a.Class {
	case Texts, ExactTexts:
		return a.compareText(op, p)
	case Numbers:
		n, ok := p.Whole()
		return Condition{Op: op, Attribute: a.path, Value: n}, ok && isOrder(op)
	case Truths:
		is, ok := p.Truth()
		return Condition{Op: op, Attribute: a.path, Value: is}, ok && op == filter.Eq
	case Times:
		at, ok := p.Time()
		whole := at.Equal(at.Truncate(time.Microsecond)) // times are stored in microseconds
		return Condition{Op: op, Attribute: a.path, Value: at.UnixMicro()}, ok && whole && isOrder(op)
	}
	return Condition{}, false
}

// compareText is compareAs for texts. What has few values or is compared byte by byte is stored as
// it is, and so has another order in some databases. co and ew are left to the filter: what they
// cost depends on the texts.
func (a Attribute[T]) compareText(op filter.Operator, p filter.Part) (Condition, bool) {
	value, ok := p.Key()
	switch {
	case a.Class == ExactTexts:
		value, ok = p.Text()
		ok = ok && op == filter.Eq
	case len(a.Words) > 0:
		ok = ok && op == filter.Eq
	case a.id:
		value, ok = p.Text()
		value, ok = roster.FoldID(value), ok && op == filter.Eq
	}
	switch {
	case !ok || !isOrder(op) && op != filter.Sw:
		return Condition{}, false
	case strings.ContainsRune(value, 0): // PostgreSQL takes no NUL, and no record has one
		return never, op == filter.Eq
	case value == "":
		return never, op == filter.Eq && a.null
	}
	return Condition{Op: op, Attribute: a.path, Value: value}, true
}

// isOrder reports whether the operator compares by an order.
func isOrder(op filter.Operator) bool {
	switch op {
	case filter.Eq, filter.Gt, filter.Ge, filter.Lt, filter.Le:
		return true
	}
	return false
}
