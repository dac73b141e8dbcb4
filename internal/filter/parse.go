package filter

import (
	"slices"
	"strings"
)

// limits are the brackets and comparisons that a parser still accepts.
type limits struct{ depth, comparisons int }

// parser builds the tree, from the loosest binding to the tightest: or, and, not. Each method
// starts at a word, and leaves the blanks after its own text.
type parser struct {
	lexer
	limits
	inside bool // within a value path
}

// filter parses the filter text.
func (p *parser) filter() (*node, error) {
	p.skip()
	n, err := p.expression()
	if err != nil {
		return nil, err
	}
	p.skip()
	if p.at < len(p.text) {
		return nil, p.fault(p.at, "expected and, or, or the end, found %s", p.describeNext())
	}
	return n, nil
}

func (p *parser) expression() (*node, error) {
	return p.chain(or, func() (*node, error) { return p.chain(and, p.term) })
}

// chain parses parts joined by the operator and or or.
func (p *parser) chain(op operator, part func() (*node, error)) (*node, error) {
	first, err := part()
	if err != nil {
		return nil, err
	}
	parts := []*node{first}
	for p.takeOperator(op) {
		next, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, next)
	}
	return combine(op, parts...), nil
}

// takeOperator reads the operator (and, or) if it is next, and reports whether it was.
func (p *parser) takeOperator(op operator) bool {
	start := p.at
	p.skip()
	if strings.EqualFold(p.word(), string(op)) {
		p.skip()
		return true
	}
	p.at = start
	return false
}

// combine joins parts into one node. It flattens parts of the same operator, so that one meaning
// has one tree.
func combine(op operator, parts ...*node) *node {
	if len(parts) == 1 {
		return parts[0]
	}
	n := &node{op: op}
	for _, part := range parts {
		if part.op == op {
			n.of = append(n.of, part.of...)
		} else {
			n.of = append(n.of, part)
		}
	}
	return n
}

// term parses a comparison, a value path, or a filter in brackets.
func (p *parser) term() (*node, error) {
	if p.take("(") {
		return p.bracketed(")")
	}
	start := p.at
	path := p.word()
	if strings.EqualFold(path, string(not)) {
		p.skip()
		if p.take("(") {
			n, err := p.bracketed(")")
			return &node{op: not, of: []*node{n}}, err
		}
		return nil, p.fault(p.at, "expected ( after not, found %s", p.describeNext())
	}
	if path == "" {
		return nil, p.fault(start, "expected an attribute, found %s", p.describeNext())
	}
	if !isPath(path, p.inside) {
		return nil, p.fault(start, "%s is no attribute path", quote(path))
	}
	if p.take("[") {
		return p.valuePath(start, path)
	}
	return p.comparison(path)
}

// bracketed parses the filter after an opening bracket, and its closing one.
func (p *parser) bracketed(closing string) (*node, error) {
	if p.depth--; p.depth < 0 {
		return nil, invalid("has brackets more than %d deep", MaxDepth)
	}
	p.skip()
	n, err := p.expression()
	if err != nil {
		return nil, err
	}
	p.skip()
	if !p.take(closing) {
		return nil, p.fault(p.at, "expected and, or, or %s, found %s", closing, p.describeNext())
	}
	p.depth++
	return n, nil
}

// valuePath parses the rest of emails[type eq "work"]. It also accepts emails[type eq "work"].value
// eq "a@b.c", which the standard allows in the paths of changes only, but Entra ID uses in filters.
// It means the same as emails[type eq "work" and value eq "a@b.c"].
func (p *parser) valuePath(start int, path string) (*node, error) {
	if p.inside {
		return nil, p.fault(start, "a value path cannot be within another")
	}
	p.inside = true
	inner, err := p.bracketed("]")
	if err == nil && p.take(".") {
		at := p.at
		sub := p.word()
		if !isPath(sub, true) {
			return nil, p.fault(at, "expected a sub-attribute, found %s", quote(sub))
		}
		var more *node
		if more, err = p.comparison(sub); err == nil {
			inner = combine(and, inner, more)
		}
	}
	p.inside = false
	return &node{op: some, path: path, of: []*node{inner}}, err
}

// comparison parses an operator and its value.
func (p *parser) comparison(path string) (*node, error) {
	if p.comparisons--; p.comparisons < 0 {
		return nil, invalid("has more than %d comparisons", MaxComparisons)
	}
	const operators = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr)"
	if !p.skip() {
		return nil, p.fault(p.at, "expected %s, found %s", operators, p.describeNext())
	}
	start := p.at
	op := operator(strings.ToLower(p.word()))
	if op == pr {
		return &node{op: pr, path: path}, nil
	}
	if !slices.Contains([]operator{eq, ne, co, sw, ew, gt, ge, lt, le}, op) {
		p.at = start
		return nil, p.fault(start, "expected %s, found %s", operators, p.describeNext())
	}
	if !p.skip() {
		return nil, p.fault(p.at, "expected a blank and a value, found %s", p.describeNext())
	}
	start = p.at
	value, err := p.literal()
	if err != nil {
		return nil, err
	}
	if !fits(op, value.kind) {
		return nil, p.fault(start, "%s cannot be used with this value", op)
	}
	return &node{op: op, path: path, value: value}, nil
}

// fits reports whether the operator can be used with a value of kind k: some values have no order
// or no parts.
func fits(op operator, k kind) bool {
	switch op {
	case co, sw, ew:
		return k == text
	case gt, ge, lt, le:
		return k == text || k == number
	}
	return true
}

// isPath reports whether a word is an attribute path: names separated by dots. Outside a value
// path, the URN of a schema and a colon may come first.
func isPath(word string, inside bool) bool {
	if schema := strings.LastIndexByte(word, ':'); schema >= 0 {
		if inside || len(word) < len("urn:") || !strings.EqualFold(word[:len("urn:")], "urn:") {
			return false
		}
		word = word[schema+1:]
	}
	for name := range strings.SplitSeq(word, ".") {
		name = strings.TrimPrefix(name, "$") // $ref
		if name == "" || strings.ContainsAny(name, "$:") || !isLetter(name[0]) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
