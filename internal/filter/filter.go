package filter

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"roster"
)

// The bounds of a filter. Deeply nested filters are a known way to exhaust a server.
const (
	MaxBytes       = 2000
	MaxDepth       = 16 // nested brackets of both kinds
	MaxComparisons = 50
)

// Field is the field that errors name.
const Field = "filter"

// Filter is a condition on the attributes of a record. The zero filter is true of every record.
type Filter struct {
	root  *node
	slots int // number of different paths
}

// Parse parses a filter. A text of blanks only is the zero filter.
//
// Errors: Invalid, of [Field]. The detail says what is wrong, and at which character.
func Parse(text string) (Filter, error) {
	if len(text) > MaxBytes {
		return Filter{}, invalid("is longer than %d bytes", MaxBytes)
	}
	return parse(text, limits{depth: MaxDepth, comparisons: MaxComparisons})
}

// parse is Parse for a text of any length.
func parse(text string, l limits) (Filter, error) {
	if !utf8.ValidString(text) {
		return Filter{}, invalid("is not in UTF-8")
	}
	if strings.Trim(text, blanks) == "" {
		return Filter{}, nil
	}
	p := parser{lexer: lexer{text: text}, limits: l}
	root, err := p.filter()
	if err != nil {
		return Filter{}, err
	}
	f := Filter{root: root}
	f.number()
	return f, nil
}

// number assigns each path its slot. Paths that differ only in case share one.
func (f *Filter) number() {
	slots := map[string]int{}
	f.root.walk("", func(path string, n *node) {
		key := strings.ToLower(path)
		if _, known := slots[key]; !known {
			slots[key] = len(slots)
		}
		n.whole, n.slot = path, slots[key]
	})
	f.slots = len(slots)
}

// invalid returns the error for a filter. Its detail is a phrase that follows the field's name.
func invalid(format string, values ...any) *roster.Error {
	return &roster.Error{Kind: roster.Invalid, Field: Field, Detail: fmt.Sprintf(format, values...)}
}

// IsZero reports whether the filter has no condition and so is true of every record.
func (f Filter) IsZero() bool { return f.root == nil }

// Paths returns the attribute paths that the filter looks at, in their order and as written, each
// once whatever its case. Paths within a value path are complete: emails[type eq "work"] looks at
// "emails.type".
func (f Filter) Paths() []string {
	var paths []string
	f.root.each("", func(path string, _ *node) {
		if !slices.ContainsFunc(paths, func(p string) bool { return strings.EqualFold(p, path) }) {
			paths = append(paths, path)
		}
	})
	return paths
}

// Equals returns the text that an attribute must equal for the filter to be true. ok is true if the
// filter requires one: path eq "value", alone or joined to the rest by and. The path's case does
// not matter, and blanks around the text are removed. Callers use it to look in an index; they must
// still match the whole filter.
func (f Filter) Equals(path string) (value string, ok bool) {
	return f.root.equals("", path)
}

// Match reports whether the filter is true of a record, and how much work that took, in steps of
// about 30 ns. get returns the values of an attribute path: string, [Exact], [Link], bool, int64,
// float64 or [time.Time], and none or nil if it is absent. It gets paths as the filter spells them,
// in any case. Match asks it once for each path, and folds each value once, however many
// comparisons use it.
//
// For a value path, Match asks get for each attribute in it, as "emails.type". It takes values of
// the same index as parts of the same element, so get returns nil for an element that lacks the
// attribute. Records that cannot do this need [Filter.MatchRecord].
func (f Filter) Match(get func(path string) []any) (is bool, work int) {
	return f.MatchRecord(flatRecord(get))
}

// MatchRecord is Match for a record with complex attributes.
func (f Filter) MatchRecord(r Record) (is bool, work int) {
	if f.root == nil {
		return true, 0
	}
	is = f.root.match(newCachedRecord(r, f.slots, &work))
	return is, work
}

// node is a part of a filter: a comparison, or a combination of other nodes.
type node struct {
	op    operator
	path  string  // of a comparison or a value path, as written; else ""
	whole string  // the path, with that of the enclosing value path before it
	slot  int     // number of the whole path; paths that differ only in case share it
	value literal // of a comparison
	of    []*node // the combined nodes: at least two of and, or; one of not and a value path
}

// operator is the operator of a node, in the words of the language.
type operator string

const (
	and  operator = "and"
	or   operator = "or"
	not  operator = "not"
	some operator = "[]" // a value path: the inner filter is true of some element

	eq operator = "eq"
	ne operator = "ne"
	co operator = "co"
	sw operator = "sw"
	ew operator = "ew"
	gt operator = "gt"
	ge operator = "ge"
	lt operator = "lt"
	le operator = "le"
	pr operator = "pr"
)

// join returns the path of an attribute within an outer attribute.
func join(outer, inner string) string {
	if outer == "" {
		return inner
	}
	return outer + "." + inner
}

// each visits the comparisons.
func (n *node) each(within string, visit func(path string, n *node)) {
	n.walk(within, func(path string, n *node) {
		if len(n.of) == 0 {
			visit(path, n)
		}
	})
}

// walk visits the comparisons and the value paths.
func (n *node) walk(within string, visit func(path string, n *node)) {
	if n == nil {
		return
	}
	path := within
	if n.path != "" {
		path = join(within, n.path)
		visit(path, n)
	}
	for _, part := range n.of {
		part.walk(path, visit)
	}
}

func (n *node) equals(within, path string) (string, bool) {
	if n == nil {
		return "", false
	}
	switch n.op {
	case eq:
		if n.value.kind == text && strings.EqualFold(join(within, n.path), path) {
			return n.value.exact(eq), true
		}
	case some:
		return n.of[0].equals(join(within, n.path), path)
	case and:
		for _, part := range n.of {
			if value, ok := part.equals(within, path); ok {
				return value, true
			}
		}
	}
	return "", false
}
