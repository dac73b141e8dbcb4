package filter

import (
	"encoding/json"
	"strings"
)

// String returns the filter in its canonical spelling: operators in lower case, no needless
// brackets. The result parses to an equal filter, though it may be longer than [MaxBytes].
func (f Filter) String() string {
	if f.root == nil {
		return ""
	}
	var b strings.Builder
	f.root.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	switch n.op {
	case and, or:
		for i, part := range n.of {
			if i > 0 {
				b.WriteString(" " + string(n.op) + " ")
			}
			if part.op == or { // binds looser
				b.WriteString("(")
				part.write(b)
				b.WriteString(")")
			} else {
				part.write(b)
			}
		}
	case not:
		b.WriteString("not (")
		n.of[0].write(b)
		b.WriteString(")")
	case some:
		b.WriteString(n.path + "[")
		n.of[0].write(b)
		b.WriteString("]")
	case pr:
		b.WriteString(n.path + " pr")
	default:
		b.WriteString(n.path + " " + string(n.op) + " " + n.value.String())
	}
}

// String returns the literal in JSON.
func (l literal) String() string {
	switch l.kind {
	case boolean:
		if l.truth {
			return "true"
		}
		return "false"
	case number:
		return l.text
	case text:
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(l.text) // a text always encodes
		return strings.TrimSuffix(b.String(), "\n")
	}
	return "null"
}
