package api

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
	"roster/internal/filter"
)

// schemaRoot is where the schemas of the document are.
const schemaRoot = "#/components/schemas/"

// schemaName names a type's schema: group is Group, listed[group] is GroupList.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := t.Name()
	if name == "" {
		name = hint
	}
	if outer, inner, generic := strings.Cut(strings.TrimSuffix(name, "]"), "["); generic {
		name = inner[strings.LastIndex(inner, ".")+1:]
		if outer == "listed" {
			name += "List"
		} else {
			name += strings.ToUpper(outer[:1]) + outer[1:]
		}
	}
	if name == "" {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// fitting holds a value against a schema and notes what does not fit, under canonical paths. It
// knows the keywords that the types of requests use; a test finds any other.
type fitting struct {
	schemas huma.Registry
	path    func(member string) string // the canonical name of a member of the body
	faults  roster.Faults
}

// fit holds a whole body against its schema, and returns what is good of it, as JSON. An item that
// is not good leaves an empty one in its place, so that the others keep theirs.
func (f *fitting) fit(s *huma.Schema, body dialect.Value) []byte {
	return f.object(f.resolve(s), body, "")
}

func (f *fitting) resolve(s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = f.schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// value returns what is good of a value, nil if nothing is.
func (f *fitting) value(s *huma.Schema, v dialect.Value, at string) []byte {
	if s.Ref == schemaRoot+permissionNames && v.Kind == dialect.String {
		return v.Raw // the verb knows more to say of an unknown one
	}
	s = f.resolve(s)
	nullable := s.Nullable
	if len(s.AnyOf) == 2 && s.AnyOf[1].Type == "null" { // see orNull
		s, nullable = f.resolve(s.AnyOf[0]), true
	}
	if v.Kind == dialect.Null && nullable || len(s.AnyOf) > 2 { // see anything
		return v.Raw
	}
	if isEitherForm(s) {
		if v.Kind == dialect.Object {
			return f.object(s.AnyOf[1], v, at)
		}
		if v.Kind == dialect.String && fitsText(s.AnyOf[0], v.Text) {
			return v.Raw
		}
	}
	good := false
	switch s.Type {
	case huma.TypeString:
		good = v.Kind == dialect.String && fitsText(s, v.Text)
	case huma.TypeInteger:
		if n, fits := fitsInteger(s, v); fits {
			return n
		}
	case huma.TypeBoolean:
		good = v.Kind == dialect.Bool
	case huma.TypeArray:
		if v.Kind == dialect.Array && (s.MaxItems == nil || len(v.Items) <= *s.MaxItems) {
			return f.array(s.Items, v, at)
		}
	case huma.TypeObject:
		if v.Kind == dialect.Object {
			return f.object(s, v, at)
		}
	}
	if good {
		return v.Raw
	}
	wanted := "must be " + expected(s)
	if nullable {
		wanted += ", or null"
	}
	f.faults.Add(at, wanted)
	return nil
}

// array returns the good items in their places.
func (f *fitting) array(items *huma.Schema, v dialect.Value, at string) []byte {
	whole, kept := true, make([][]byte, 0, len(v.Items))
	for i, item := range v.Items {
		good := f.value(items, item, fmt.Sprintf("%s[%d]", at, i))
		whole = whole && same(good, item.Raw)
		if good == nil {
			good = empty(f.resolve(items))
		}
		if good != nil {
			kept = append(kept, good)
		}
	}
	if whole {
		return v.Raw
	}
	return slices.Concat([]byte("["), bytes.Join(kept, []byte(",")), []byte("]"))
}

// empty is what stands in the place of an item that is not good: the verbs say nothing more of it.
// A word out of a few needs none, as they say nothing of its neighbours either.
func empty(s *huma.Schema) []byte {
	switch {
	case len(s.Enum) > 0:
		return nil
	case s.Type == huma.TypeString, isEitherForm(s):
		return []byte(`""`)
	default:
		return []byte("{}")
	}
}

func (f *fitting) object(s *huma.Schema, v dialect.Value, at string) []byte {
	name := func(member string) string {
		if at == "" {
			return f.path(member)
		}
		return at + "." + member
	}
	open := s.AdditionalProperties != false
	others, _ := s.AdditionalProperties.(*huma.Schema) // of members whose names are the caller's
	whole, kept := true, make([]dialect.Member, 0, len(v.Members))
	for _, m := range v.Members {
		good := m.Value.Raw
		switch p := s.Properties[m.Name]; {
		case p != nil:
			good = f.value(p, m.Value, name(m.Name))
		case others != nil:
			good = f.value(others, m.Value, unknownMember(at, m.Name))
		case !open:
			f.faults.Add(unknownMember(at, m.Name), "is not known here")
			good = nil
		}
		whole = whole && same(good, m.Value.Raw)
		if good != nil {
			kept = append(kept, dialect.Member{Name: m.Name, Value: dialect.Value{Raw: good}})
		}
	}
	for _, required := range s.Required {
		if v.Get(required).Kind == dialect.Absent {
			f.faults.Add(name(required), "is required")
		}
	}
	if whole {
		return v.Raw
	}
	return dialect.WriteObject(kept)
}

// same reports whether what is good is all that there was, and not another text.
func same(good, sent []byte) bool { return len(good) == len(sent) && &good[0] == &sent[0] }

// unknownMember is the place of a member that somebody else named, as a pointer: the name may hold
// anything.
func unknownMember(at, name string) string {
	const most = 64
	if r := []rune(name); len(r) > most {
		name = string(r[:most]) + "…"
	}
	within := ""
	if at != "" {
		within = strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(at) + "/"
	}
	return "#/" + within + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func fitsText(s *huma.Schema, text string) bool {
	n := utf8.RuneCountInString(text)
	if s.MinLength != nil && n < *s.MinLength || s.MaxLength != nil && n > *s.MaxLength {
		return false
	}
	if s.Format == "date-time" {
		_, ok := filter.ParseTime(text)
		return ok
	}
	return len(s.Enum) == 0 || isOneOf(s, text)
}

func isOneOf(s *huma.Schema, text string) bool {
	for _, one := range s.Enum {
		if one == text {
			return true
		}
	}
	return false
}

// fitsInteger returns a whole number as digits, however it was written: 10, 10.0 and 1e1 are one
// number.
func fitsInteger(s *huma.Schema, v dialect.Value) (digits []byte, fits bool) {
	n, whole := v.Int()
	if !whole || !inRange(s, n) {
		return nil, false
	}
	if text := strconv.FormatInt(n, 10); text != v.Text {
		return []byte(text), true
	}
	return v.Raw, true
}

func inRange(s *huma.Schema, n int64) bool {
	return (s.Minimum == nil || float64(n) >= *s.Minimum) && (s.Maximum == nil || float64(n) <= *s.Maximum)
}

// expected says what a schema asks for: a phrase that follows "must be".
func expected(s *huma.Schema) string {
	if isEitherForm(s) {
		return "an id or a name, or an object with an id"
	}
	var text string
	switch s.Type {
	case huma.TypeString:
		text = expectedText(s)
	case huma.TypeInteger:
		text = "a whole number"
		switch {
		case s.Minimum != nil && s.Maximum != nil:
			text += fmt.Sprintf(" from %d to %d", int64(*s.Minimum), int64(*s.Maximum))
		case s.Minimum != nil:
			text += fmt.Sprintf(" of at least %d", int64(*s.Minimum))
		}
	case huma.TypeBoolean:
		text = "true or false"
	case huma.TypeArray:
		text = "an array"
		if s.MaxItems != nil {
			text += fmt.Sprintf(" of at most %d", *s.MaxItems)
		}
	default:
		text = "an object"
	}
	return text
}

func expectedText(s *huma.Schema) string {
	switch {
	case s.Format == "date-time":
		return "a time such as 2026-11-21T09:30:00Z"
	case len(s.Enum) > 0:
		var words []string
		for _, one := range s.Enum {
			if one != nil {
				words = append(words, fmt.Sprint(one))
			}
		}
		return "one of: " + strings.Join(words, ", ")
	case s.MinLength != nil && s.MaxLength != nil:
		return fmt.Sprintf("a string of %d to %d characters", *s.MinLength, *s.MaxLength)
	case s.MaxLength != nil:
		return fmt.Sprintf("a string of at most %d characters", *s.MaxLength)
	case s.MinLength != nil:
		return "a string that is not empty"
	default:
		return "a string"
	}
}

// orNull is the schema of what may be null. Something that stands elsewhere cannot say so itself.
func orNull(s *huma.Schema) *huma.Schema {
	switch {
	case s.Type != "":
		s.Nullable = true
		return s
	case s.Ref == "":
		return s // it may be anything
	}
	one := *s
	one.Description = ""
	return &huma.Schema{Description: s.Description, AnyOf: []*huma.Schema{&one, {Type: "null"}}}
}
