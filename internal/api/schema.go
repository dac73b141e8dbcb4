package api

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
)

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
		name = inner[strings.LastIndex(inner, ".")+1:] + strings.ToUpper(outer[:1]) + outer[1:]
	}
	if name == "" {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// fitting holds a value against a schema and notes what does not fit, under canonical paths. It knows the keywords that
// the types of requests use; a test finds any other.
type fitting struct {
	schemas huma.Registry
	path    func(member string) string // the canonical name of a member of the body
	faults  roster.Faults
	respell bool // a whole number is not spelled as Go reads it, see respelled
}

// fit holds a whole body against its schema.
func (f *fitting) fit(s *huma.Schema, body dialect.Value) {
	f.object(f.resolve(s), body, "")
}

func (f *fitting) resolve(s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = f.schemas.SchemaFromRef(s.Ref)
	}
	return s
}

func (f *fitting) value(s *huma.Schema, v dialect.Value, at string) {
	s = f.resolve(s)
	switch {
	case len(s.AnyOf) > 2: // see anything
		return
	case len(s.AnyOf) == 2: // see orNull
		if v.Kind != dialect.Null {
			f.value(s.AnyOf[0], v, at)
		}
		return
	}
	if v.Kind == dialect.Null && s.Nullable {
		return
	}
	good := false
	switch s.Type {
	case huma.TypeString:
		good = v.Kind == dialect.String && fitsText(s, v.Text)
	case huma.TypeInteger:
		good = v.Kind == dialect.Number && fitsInteger(s, v.Text)
		f.respell = f.respell || strings.ContainsAny(v.Text, ".eE")
	case huma.TypeBoolean:
		good = v.Kind == dialect.Bool
	case huma.TypeArray:
		if good = v.Kind == dialect.Array && (s.MaxItems == nil || len(v.Items) <= *s.MaxItems); good {
			for i, item := range v.Items {
				f.value(s.Items, item, fmt.Sprintf("%s[%d]", at, i))
			}
		}
	case huma.TypeObject:
		if good = v.Kind == dialect.Object; good {
			f.object(s, v, at)
		}
	}
	if !good {
		f.faults.Add(at, "must be "+expected(s))
	}
}

func (f *fitting) object(s *huma.Schema, v dialect.Value, at string) {
	name := func(member string) string {
		if at == "" {
			return f.path(member)
		}
		return at + "." + member
	}
	open := s.AdditionalProperties != false
	for _, m := range v.Members {
		switch p := s.Properties[m.Name]; {
		case p != nil:
			f.value(p, m.Value, name(m.Name))
		case !open:
			f.faults.Add(unknownMember(at, m.Name), "is not known here")
		}
	}
	for _, required := range s.Required {
		if v.Get(required).Kind == dialect.Absent {
			f.faults.Add(name(required), "is required")
		}
	}
}

// unknownMember is the place of a member that somebody else named, as a pointer: the name may hold anything.
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
		return isTime(text)
	}
	if s.Pattern == visible.String() && !visible.MatchString(text) {
		return false
	}
	return len(s.Enum) == 0 || isOneOf(s, text)
}

// visible is the one pattern that parameters use: what a header carries unharmed.
var visible = regexp.MustCompile(`^[!-~]+$`)

// timeForm is the form of a time in RFC 3339. time.Parse takes an hour of one digit and a comma, too.
var timeForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil && timeForm.MatchString(text)
}

func isOneOf(s *huma.Schema, text string) bool {
	for _, one := range s.Enum {
		if one == text {
			return true
		}
	}
	return false
}

func fitsInteger(s *huma.Schema, digits string) bool {
	n, whole := dialect.ParseInt(digits)
	return whole && (s.Minimum == nil || float64(n) >= *s.Minimum) && (s.Maximum == nil || float64(n) <= *s.Maximum)
}

// respelled returns the JSON of a value that fits, with whole numbers as Go reads them: 1.0 and 1e1 are whole numbers too,
// and become 1 and 10.
func (f *fitting) respelled(s *huma.Schema, v dialect.Value) []byte {
	if s = f.resolve(s); len(s.AnyOf) == 2 { // see orNull
		s = f.resolve(s.AnyOf[0])
	}
	switch {
	case s.Type == huma.TypeInteger && v.Kind == dialect.Number:
		if n, whole := v.Int(); whole {
			return strconv.AppendInt(nil, n, 10)
		}
	case s.Type == huma.TypeArray && v.Kind == dialect.Array:
		items := make([][]byte, len(v.Items))
		for i, item := range v.Items {
			items[i] = f.respelled(s.Items, item)
		}
		return slices.Concat([]byte("["), bytes.Join(items, []byte(",")), []byte("]"))
	case s.Type == huma.TypeObject && v.Kind == dialect.Object && len(s.Properties) > 0:
		members := slices.Clone(v.Members)
		for i, m := range members {
			if p := s.Properties[m.Name]; p != nil {
				members[i].Value.Raw = f.respelled(p, m.Value)
			}
		}
		return object(members)
	}
	return v.Raw
}

// expected says what a schema asks for: a phrase that follows "must be".
func expected(s *huma.Schema) string {
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
	if s.Nullable {
		text += ", or null"
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
	case s.Pattern != "": // of a header, see Once
		return fmt.Sprintf("%d to %d visible ASCII characters", *s.MinLength, *s.MaxLength)
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
