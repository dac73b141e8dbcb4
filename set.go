package roster

// Set is a value that a request may leave out: absent, null, or a value. The zero Set is absent.
type Set[T any] struct {
	Value   T
	Present bool // the request named it
	Null    bool // the request set it to null; Value is then zero
}

// Some returns a Set that holds v.
func Some[T any](v T) Set[T] { return Set[T]{Value: v, Present: true} }

// Null returns a Set that is present and null.
func Null[T any]() Set[T] { return Set[T]{Present: true, Null: true} }

// Or returns the value. It returns otherwise if the Set is absent or null.
func (s Set[T]) Or(otherwise T) T {
	if !s.Present || s.Null {
		return otherwise
	}
	return s.Value
}
