package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
)

// sent is embedded in the request of a call that takes a body. doc holds what is good of it, faults what is not: a
// member is in one of them.
type sent[T any] struct {
	doc    T
	faults roster.Faults
}

// bodied is a request with a body.
type bodied interface {
	bodyType() reflect.Type
	read(f fitting, s *huma.Schema, body dialect.Value)
}

func (s *sent[T]) bodyType() reflect.Type { return reflect.TypeFor[T]() }

func (s *sent[T]) read(f fitting, schema *huma.Schema, body dialect.Value) {
	s.faults = f.read(schema, body, &s.doc)
}

// read holds a body against its schema, and decodes the members that fit into what doc points to. It returns what does
// not fit.
func (f *fitting) read(schema *huma.Schema, body dialect.Value, doc any) roster.Faults {
	f.fit(schema, body)
	if f.respell {
		body, _ = dialect.Parse(f.respelled(schema, body)) // it was JSON before
	}
	good := body.Raw
	if len(f.faults) > 0 {
		good = without(body, f.faults, f.path)
	}
	if json.Unmarshal(good, doc) == nil {
		return f.faults
	}
	// It fits and still cannot be decoded: no type is known that does that, but one by one nothing else is lost.
	reflect.ValueOf(doc).Elem().SetZero()
	for _, m := range body.Members {
		if bad(m.Name, f.faults, f.path) {
			continue
		}
		if json.Unmarshal(object([]dialect.Member{m}), doc) != nil {
			f.faults.Add(f.path(m.Name), "cannot be read")
		}
	}
	return f.faults
}

// without returns the object with the members that have no fault.
func without(body dialect.Value, faults roster.Faults, path func(string) string) []byte {
	var kept []dialect.Member
	for _, m := range body.Members {
		if !bad(m.Name, faults, path) {
			kept = append(kept, m)
		}
	}
	return object(kept)
}

// bad reports whether a member, or something in it, has a fault.
func bad(member string, faults roster.Faults, path func(string) string) bool {
	name, pointer := path(member), unknownMember("", member)
	for _, f := range faults {
		rest, is := strings.CutPrefix(f.Field, name)
		if is && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
		rest, is = strings.CutPrefix(f.Field, pointer)
		if is && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

func object(members []dialect.Member) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(m.Name) // a string: cannot fail
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.Value.Raw)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// optional is a member that may be absent or null: in a change (RFC 7396) absent leaves what there is and null resets
// it, in something new both mean the default.
type optional[T any] struct{ roster.Set[T] }

// value returns an optional that is there, for examples.
func value[T any](v T) optional[T] { return optional[T]{roster.Some(v)} }

// IsZero leaves an absent member out of what is written (encoding/json, omitzero).
func (o optional[T]) IsZero() bool { return !o.Present }

// UnmarshalJSON implements [json.Unmarshaler].
func (o *optional[T]) UnmarshalJSON(text []byte) error {
	o.Set = roster.Set[T]{Present: true, Null: string(text) == "null"}
	if o.Null {
		return nil
	}
	return json.Unmarshal(text, &o.Value)
}

// MarshalJSON implements [json.Marshaler].
func (o optional[T]) MarshalJSON() ([]byte, error) {
	if o.Null {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// Schema implements [huma.SchemaProvider].
func (o optional[T]) Schema(r huma.Registry) *huma.Schema {
	return orNull(r.Schema(reflect.TypeFor[T](), true, ""))
}

// as returns a Set of what f makes of the value.
func as[T, U any](o optional[T], f func(T) U) roster.Set[U] {
	s := roster.Set[U]{Present: o.Present, Null: o.Null}
	if o.Present && !o.Null {
		s.Value = f(o.Value)
	}
	return s
}

// orDefault returns a Set in which null is what it resets to.
func orDefault[T any](o optional[T], otherwise T) roster.Set[T] {
	if o.Null {
		return roster.Some(otherwise)
	}
	return o.Set
}

// anything is a JSON value that is kept as it was sent.
type anything json.RawMessage

// UnmarshalJSON implements [json.Unmarshaler].
func (a *anything) UnmarshalJSON(text []byte) error {
	*a = bytes.Clone(text)
	return nil
}

// MarshalJSON implements [json.Marshaler].
func (a anything) MarshalJSON() ([]byte, error) {
	if a == nil {
		return []byte("null"), nil
	}
	return a, nil
}

// Schema implements [huma.SchemaProvider].
func (anything) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{
		{Type: huma.TypeObject, AdditionalProperties: true},
		{Type: huma.TypeArray, Items: &huma.Schema{}},
		{Type: huma.TypeString},
		{Type: huma.TypeNumber},
		{Type: huma.TypeBoolean},
		{Type: "null"},
	}}
}

// freeObject is a JSON object that is kept as it was sent.
type freeObject json.RawMessage

// UnmarshalJSON implements [json.Unmarshaler].
func (o *freeObject) UnmarshalJSON(text []byte) error {
	*o = bytes.Clone(text)
	return nil
}

// MarshalJSON implements [json.Marshaler].
func (o freeObject) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("null"), nil
	}
	return o, nil
}

// Schema implements [huma.SchemaProvider].
func (freeObject) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

// refTo is the reference that a text stands for: an id or else a name.
func refTo(text string) roster.Ref { return roster.Ref{ID: text, Name: text} }

// refsTo are the references that texts stand for.
func refsTo(texts []string) []roster.Ref {
	refs := make([]roster.Ref, len(texts))
	for i, text := range texts {
		refs[i] = refTo(text)
	}
	return refs
}
