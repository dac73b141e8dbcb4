package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"roster"
)

// Bounds of a JSON text, besides its length.
const (
	MaxDepth  = 32    // of nested arrays and objects
	MaxValues = 50000 // of all kinds together
)

// ValueKind is a kind of JSON value.
type ValueKind uint8

// The kinds. The zero kind is a missing value.
const (
	Absent ValueKind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String returns the name of the kind with its article, for messages.
func (k ValueKind) String() string {
	return [...]string{"nothing", "null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// Value is a JSON value as it was sent.
type Value struct {
	Kind    ValueKind
	Raw     []byte // its bytes, without blanks around
	Text    string // content of a String; digits of a Number, as sent
	Bool    bool
	Items   []Value  // of an Array
	Members []Member // of an Object, in the order sent; no name comes twice
}

// Member is a name and a value of an object.
type Member struct {
	Name  string
	Value Value
}

// Get returns the member of that name; of kind Absent if there is none.
func (v Value) Get(name string) Value {
	for i := range v.Members {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return Value{}
}

// Int returns a whole number that fits, in any spelling: 3, 3.0 and 3e0 are equal.
func (v Value) Int() (int64, bool) {
	if v.Kind != Number {
		return 0, false
	}
	return ParseInt(v.Text)
}

// ParseInt parses a whole number in JSON's spelling.
func ParseInt(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	const exact = 1 << 53
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < -exact || f > exact || f != float64(int64(f)) {
		return 0, false
	}
	return int64(f), true
}

// Parse parses one JSON text (RFC 8259) strictly. Duplicate names in an object, invalid UTF-8, lone
// surrogates, text after the value, and too many or too deeply nested values are errors. They are
// of kind Invalid, name the byte, and repeat nothing of the text. A byte order mark at the start is
// skipped and not counted.
func Parse(text []byte) (Value, error) {
	text = withoutMark(text)
	if !utf8.Valid(text) {
		return Value{}, badJSON("it is not valid UTF-8")
	}
	p := parser{text: text}
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	if p.blanks(); p.at < len(p.text) {
		return Value{}, p.fail("there is something after the end")
	}
	return v, nil
}

func badJSON(why string) error {
	return &roster.Error{Kind: roster.Invalid, Detail: "the body is not JSON that can be read: " + why}
}

type parser struct {
	text   []byte
	at     int
	values int
}

func (p *parser) fail(why string) error {
	return badJSON(fmt.Sprintf("%s, at byte %d", why, p.at+1))
}

func (p *parser) blanks() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// peek returns the next byte that is no white space, 0 at the end.
func (p *parser) peek() byte {
	p.blanks()
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) value(depth int) (Value, error) {
	if p.values++; p.values > MaxValues {
		return Value{}, p.fail(fmt.Sprintf("it has more than %d values", MaxValues))
	}
	c := p.peek()
	start := p.at
	v := Value{}
	var err error
	switch {
	case (c == '{' || c == '[') && depth == MaxDepth:
		err = p.fail(fmt.Sprintf("it is deeper than %d levels", MaxDepth))
	case c == '{':
		v.Kind = Object
		v.Members, err = p.object(depth + 1)
	case c == '[':
		v.Kind = Array
		v.Items, err = p.array(depth + 1)
	case c == '"':
		v.Kind = String
		v.Text, err = p.str()
	case c == '-' || '0' <= c && c <= '9':
		v.Kind = Number
		v.Text, err = p.number()
	default:
		v.Kind, v.Bool, err = p.word()
	}
	v.Raw = p.text[start:p.at]
	return v, err
}

func (p *parser) word() (ValueKind, bool, error) {
	rest := p.text[p.at:]
	for _, w := range []struct {
		text string
		kind ValueKind
		is   bool
	}{{"null", Null, false}, {"true", Bool, true}, {"false", Bool, false}} {
		if bytes.HasPrefix(rest, []byte(w.text)) {
			p.at += len(w.text)
			return w.kind, w.is, nil
		}
	}
	if len(rest) == 0 {
		return Absent, false, p.fail("it ends too early")
	}
	return Absent, false, p.fail("there is no value here")
}

func (p *parser) object(depth int) ([]Member, error) {
	p.at++ // {
	if p.peek() == '}' {
		p.at++
		return nil, nil
	}
	var names names
	members := make([]Member, 0, 4)
	if depth == 1 {
		members = make([]Member, 0, 16) // the usual request
	}
	for {
		if p.peek() != '"' {
			return nil, p.fail("a name in double quotes is missing")
		}
		start := p.at
		name, err := p.str()
		if err != nil {
			return nil, err
		}
		if !names.add(members, name) {
			p.at = start
			return nil, p.fail("a name comes twice in one object")
		}
		if p.peek() != ':' {
			return nil, p.fail("a colon is missing")
		}
		p.at++
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		members = append(members, Member{name, v})
		if done, err := p.next('}'); done || err != nil {
			return members, err
		}
	}
}

// names holds the names of an object. While there are few it stays empty, because searching the
// members is faster.
type names map[string]bool

// add reports whether the name is new.
func (n *names) add(members []Member, name string) bool {
	const few = 32
	if len(members) < few {
		return Value{Members: members}.Get(name).Kind == Absent
	}
	if *n == nil {
		*n = make(names, 2*few)
		for _, m := range members {
			(*n)[m.Name] = true
		}
	}
	if (*n)[name] {
		return false
	}
	(*n)[name] = true
	return true
}

func (p *parser) array(depth int) ([]Value, error) {
	p.at++ // [
	if p.peek() == ']' {
		p.at++
		return nil, nil
	}
	items := make([]Value, 0, 4)
	for {
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		if done, err := p.next(']'); done || err != nil {
			return items, err
		}
	}
}

// next reads a comma, or the end of an object or array.
func (p *parser) next(end byte) (done bool, err error) {
	switch p.peek() {
	case ',':
		p.at++
		return false, nil
	case end:
		p.at++
		return true, nil
	case 0:
		return false, p.fail("it ends too early")
	default:
		return false, p.fail("a comma is missing")
	}
}

// number reads a number by the grammar of RFC 8259 §6 and returns its digits as sent.
func (p *parser) number() (string, error) {
	start := p.at
	if p.text[p.at] == '-' {
		p.at++
	}
	whole := p.at
	if n := p.digits(); n == 0 || n > 1 && p.text[whole] == '0' {
		return "", p.fail("a number is malformed")
	}
	if p.at < len(p.text) && p.text[p.at] == '.' {
		p.at++
		if p.digits() == 0 {
			return "", p.fail("a number is malformed")
		}
	}
	if p.at < len(p.text) && p.text[p.at]|0x20 == 'e' {
		p.at++
		if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		if p.digits() == 0 {
			return "", p.fail("a number is malformed")
		}
	}
	return string(p.text[start:p.at]), nil
}

func (p *parser) digits() (n int) {
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
		n++
	}
	return n
}

func (p *parser) str() (string, error) {
	start := p.at
	p.at++
	plain := true
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			if plain {
				return string(p.text[start+1 : p.at-1]), nil
			}
			return p.unescape(start)
		case c == '\\':
			plain = false
			p.at += 2
		case c < 0x20:
			return "", p.fail("a control character stands in a string")
		default:
			p.at++
		}
	}
	p.at = len(p.text)
	return "", p.fail("a string does not end")
}

// unescape decodes the string from start to the current position. The standard library knows the
// escapes, but replaces lone surrogates silently; these are refused first.
func (p *parser) unescape(start int) (string, error) {
	raw := p.text[start:p.at]
	if loneSurrogate(raw) {
		p.at = start
		return "", p.fail("a string holds half of a surrogate pair")
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		p.at = start
		return "", p.fail("a string holds a malformed escape")
	}
	return s, nil
}

// loneSurrogate reports whether there is an escape from U+D800 to U+DFFF that is not half of a
// pair.
func loneSurrogate(raw []byte) bool {
	unit := func(i int) (uint64, bool) { // of the escape at i
		if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' {
			return 0, false
		}
		n, err := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16)
		return n, err == nil
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		n, ok := unit(i)
		switch {
		case !ok:
			i++ // the escaped character
		case n < 0xD800 || n > 0xDFFF:
			i += 5
		default:
			low, ok := unit(i + 6)
			if n > 0xDBFF || !ok || low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 11
		}
	}
	return false
}
