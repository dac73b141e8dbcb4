package filter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"roster/internal/fold"
)

// Record is a record to match. Its methods get paths as the filter spells them, in any case.
type Record interface {
	// Values returns the values of an attribute: string, [Exact], [Link], bool, int64, float64 or
	// [time.Time], and none or nil if it is absent. For a complex attribute they are the values of
	// its default sub-attribute.
	Values(path string) []any
	// Elements returns the elements of a complex attribute. Value paths and pr use them.
	Elements(path string) []Record
}

// Exact is a text whose case matters (RFC 7643 §2.2, caseExact).
type Exact string

// Link is a reference to another record. It equals a text that is its id or its name. Every other
// comparison uses the name. A Link without an id is absent.
type Link struct{ ID, Name string }

// hasID reports whether the text is the id. UUIDs ignore case (RFC 9562 §4).
func (l Link) hasID(text string) bool {
	const uuid = 36 // characters
	return l.ID == text || len(text) == uuid && strings.EqualFold(l.ID, text)
}

// flatRecord is a record that has values but no elements.
type flatRecord func(path string) []any

func (c flatRecord) Values(path string) []any { return c(path) }

func (c flatRecord) Elements(string) []Record { return nil }

func (n *node) match(r *cachedRecord) bool {
	switch n.op {
	case and:
		for _, part := range n.of {
			if !part.match(r) {
				return false
			}
		}
		return true
	case or:
		for _, part := range n.of {
			if part.match(r) {
				return true
			}
		}
		return false
	case not:
		return !n.of[0].match(r)
	case some:
		return n.matchSome(r)
	}
	return n.compare(r)
}

// matchSome reports whether the inner filter is true of at least one element.
func (n *node) matchSome(r *cachedRecord) bool {
	for _, element := range r.elements(n) {
		if n.of[0].match(element) {
			return true
		}
	}
	return false
}

func (n *node) compare(r *cachedRecord) bool {
	switch {
	case n.op == pr || n.op == ne && n.value.kind == null:
		return n.present(r)
	case n.op == eq && n.value.kind == null:
		return !n.present(r)
	case n.op == ne:
		return !n.any(r, eq)
	}
	return n.any(r, n.op)
}

// present reports whether the attribute has a value that is not empty.
func (n *node) present(r *cachedRecord) bool {
	for i := range r.values(n) {
		if r.values(n)[i].present() {
			return true
		}
	}
	return len(r.elements(n)) > 0
}

// any reports whether the comparison is true of at least one value.
func (n *node) any(r *cachedRecord, op operator) bool {
	values := r.values(n)
	for i := range values {
		if n.value.compare(&values[i], op, r.work) {
			return true
		}
	}
	return false
}

// kind is the type of a literal.
type kind uint8

const (
	null kind = iota
	boolean
	number
	text
)

// literal is a value in a filter.
type literal struct {
	kind  kind
	truth bool
	text  string  // a text without its escapes, or a number as written
	float float64 // of a number
	int   int64   // of a number, valid if whole
	whole bool
	key   string // of a text: [fold.Name] of it
	part  string // of a text: [fold.Part] of it, to compare with pieces of a name

	isTime bool // whether a text is a time in RFC 3339
	time   time.Time
}

func textLiteral(s string) literal {
	l := literal{kind: text, text: s, key: fold.Name(s), part: fold.Part(s)}
	l.time, l.isTime = ParseTime(s)
	return l
}

func numberLiteral(raw string) (literal, bool) {
	l := literal{kind: number, text: raw}
	var err error
	if l.float, err = strconv.ParseFloat(raw, 64); err != nil {
		return literal{}, false
	}
	if l.int, err = strconv.ParseInt(raw, 10, 64); err == nil {
		l.whole = true
	}
	return l, true
}

// compare reports whether value op literal is true, and adds its cost to work.
func (l literal) compare(value *value, op operator, work *int) bool {
	*work++
	switch v := value.any.(type) {
	case bool:
		return l.kind == boolean && op == eq && v == l.truth
	case int64:
		if l.whole {
			return ordered(cmp.Compare(v, l.int), op)
		}
		return l.kind == number && ordered(cmp.Compare(float64(v), l.float), op)
	case float64:
		return l.kind == number && ordered(cmp.Compare(v, l.float), op)
	case time.Time:
		value.any = v.UTC().Format(time.RFC3339Nano)
		*work += timeWork
		return l.compare(value, op, work)
	case Link:
		return v.ID != "" && l.kind == text && (op == eq && v.hasID(l.exact(op)) || l.compareName(value.name(v.Name, work), op, work))
	case Exact:
		return l.kind == text && compareTexts(string(v), l.exact(op), op, work)
	case string:
		if l.kind != text {
			return false
		}
		if l.isTime && !slices.Contains(parts, op) {
			if at, is := value.parsedTime(v, work); is {
				return ordered(at.Compare(l.time), op)
			}
		}
		return l.compareName(value.name(v, work), op, work)
	}
	return false
}

// exact returns the text that an [Exact] is compared with. It trims blanks unless the operator
// compares a piece of the value.
func (l literal) exact(op operator) string {
	if slices.Contains(parts, op) {
		return l.text
	}
	return strings.TrimSpace(l.text)
}

// compareName compares the key of a name. Blanks around the literal count only if the operator
// compares a piece of the name.
func (l literal) compareName(key string, op operator, work *int) bool {
	switch op {
	case co, sw, ew:
		return compareTexts(key, l.part, op, work)
	}
	return compareTexts(key, l.key, op, work)
}

func compareTexts(a, b string, op operator, work *int) bool {
	switch op {
	case co:
		*work += len(a) / plainBytes
		return strings.Contains(a, b)
	case sw:
		return strings.HasPrefix(a, b)
	case ew:
		return strings.HasSuffix(a, b)
	}
	return ordered(strings.Compare(a, b), op)
}

// ordered reports whether an order (-1, 0, 1) satisfies the operator.
func ordered(order int, op operator) bool {
	switch op {
	case eq:
		return order == 0
	case gt:
		return order > 0
	case ge:
		return order >= 0
	case lt:
		return order < 0
	case le:
		return order <= 0
	}
	return false
}
