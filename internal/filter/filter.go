package filter

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"roster"
)

// The bounds of a filter. A deep one is a known way to exhaust a server.
const (
	MaxBytes       = 2000
	MaxDepth       = 16 // brackets of both kinds within each other
	MaxComparisons = 50
)

// Field is the field that errors name.
const Field = "filter"

// Filter is a condition on the attributes of a record. The zero filter is true of every record.
type Filter struct {
	root  *node
	slots int // how many different paths there are
}

// Parse reads a filter. A text of nothing but blanks is the zero filter.
//
// Errors: Invalid, of [Field]; it says what is wrong, and at which character.
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
	root, err := p.whole()
	if err != nil {
		return Filter{}, err
	}
	f := Filter{root: root}
	f.number()
	return f, nil
}

// number gives each path its slot, the same one whatever the path's case.
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

// invalid is the error for a filter: a phrase that follows the field's name.
func invalid(format string, values ...any) *roster.Error {
	return &roster.Error{Kind: roster.Invalid, Field: Field, Detail: fmt.Sprintf(format, values...)}
}

// IsZero reports whether the filter is true of every record because it says nothing.
func (f Filter) IsZero() bool { return f.root == nil }

// Paths returns the attribute paths that the filter looks at, as they are written, each once
// whatever its case, in their order. Those within a value path are whole: emails[type eq "work"]
// looks at "emails.type".
func (f Filter) Paths() []string {
	var paths []string
	f.root.each("", func(path string, _ *node) {
		if !slices.ContainsFunc(paths, func(p string) bool { return strings.EqualFold(p, path) }) {
			paths = append(paths, path)
		}
	})
	return paths
}

// Equals returns the text that an attribute must have for the filter to be true, if the filter says
// so: path eq "value", alone or joined to the rest by and; blanks around it do not count. The path
// is compared without regard to case. It is for whoever has an index; the rest of the filter has to
// be asked all the same.
func (f Filter) Equals(path string) (value string, ok bool) {
	return f.root.equals("", path)
}

// Match reports whether the filter is true of a record, and how much work it was to tell, in steps
// of about 30 ns. get returns the values of an attribute path: string, [Exact], [Link], bool,
// int64, float64, [time.Time]; none, or nil, where it is absent. The path comes as it is written,
// in any case. It is asked once for each path, and each value is folded once, however many
// comparisons look at it.
//
// For a value path get is asked for each attribute in it, as "emails.type", and values of the same
// index are taken to be of the same element: an element without the attribute has nil there. Where
// that is not possible, use [Filter.MatchRecord].
func (f Filter) Match(get func(path string) []any) (is bool, work int) {
	return f.MatchRecord(columns(get))
}

// MatchRecord is Match for a record whose attributes have parts.
func (f Filter) MatchRecord(r Record) (is bool, work int) {
	if f.root == nil {
		return true, 0
	}
	is = f.root.match(newSeen(r, f.slots, &work))
	return is, work
}

// node is a part of a filter: a comparison, or a combination of further parts.
type node struct {
	op    operator
	path  string  // of a comparison or a value path, as written; "" else
	whole string  // the path with that of the value path around it
	slot  int     // of the whole path, without regard to case
	value literal // of a comparison
	of    []*node // what is combined: two at least of and, or; one of not and a value path
}

// operator says what a node is. The words are those of the language.
type operator string

const (
	and  operator = "and"
	or   operator = "or"
	not  operator = "not"
	some operator = "[]" // a value path: some element is as the inner filter says

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

// join returns the path of an attribute within another.
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
