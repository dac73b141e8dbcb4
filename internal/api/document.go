package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
)

// sent is embedded in the request of a call that takes a body. doc holds what is good of it, faults
// what is not, of it and of the request's headers and parameters.
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

// read holds a body against its schema, and decodes what fits into what doc points to. It returns
// what does not fit.
func (f *fitting) read(schema *huma.Schema, body dialect.Value, doc any) roster.Faults {
	good := f.fit(schema, body)
	if err := json.Unmarshal(good, doc); err != nil {
		panic(fmt.Errorf("what fits %s cannot be decoded: %w", schema.Ref, err)) // a fault of ours
	}
	return f.faults
}

// optional is a member that may be absent or null: in a change (RFC 7396) absent leaves what there
// is and null resets it, in something new both mean the default.
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
