package client

import "encoding/json"

// Optional is a value that a request may leave out: absent, null or a value. The zero Optional is
// absent.
type Optional[T any] struct {
	value T
	state state
}

type state uint8

const (
	absent state = iota
	null
	given
)

// Set returns an Optional that gives v.
func Set[T any](v T) Optional[T] { return Optional[T]{value: v, state: given} }

// Null returns an Optional that is null: it resets what it names to its default.
func Null[T any]() Optional[T] { return Optional[T]{state: null} }

// IsZero reports whether the Optional is absent; encoding/json asks it (omitzero).
func (o Optional[T]) IsZero() bool { return o.state == absent }

// Get returns the value, and whether there is one.
func (o Optional[T]) Get() (T, bool) { return o.value, o.state == given }

// MarshalJSON implements json.Marshaler.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if o.state != given {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Optional[T]) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*o = Null[T]()
		return nil
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	*o = Set(v)
	return nil
}
