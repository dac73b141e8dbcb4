package store

import (
	"strings"

	"roster"
	"roster/internal/directory"
)

// named is a record that can be referred to, with the key of its name.
type named[T any] struct {
	record T
	id     string
	number int64
	key    string
}

// resolve returns the records that refs name, in their order, with a zero record where nothing was
// found. The text ends before the conditions on id, number and name_key; args are its arguments.
// Of what a reference says, the id comes first, then the number, then the name.
func resolve[T any](t *tx, doing, text string, args []any, refs []roster.Ref, scan func(scanner) (named[T], error)) ([]T, error) {
	found := make([]T, len(refs))
	for from := 0; from < len(refs); from += maxRows {
		some := refs[from:min(from+maxRows, len(refs))]
		records, err := collect(t, doing, t.referenceText(text, len(args), padded(len(some))), referenceArgs(args, some), scan)
		if err != nil {
			return nil, err
		}
		for i, ref := range some {
			found[from+i] = pick(records, ref)
		}
	}
	return found, nil
}

// referenceText adds the conditions that find n references.
func (t *tx) referenceText(text string, args, n int) string {
	return t.texts.get(text, n, func() string {
		var b strings.Builder
		b.WriteString(text)
		for i, column := range []string{" AND (id", " OR number", " OR name_key"} {
			b.WriteString(column + " IN (")
			writePlaceholders(&b, args+1+i*n, n)
			b.WriteByte(')')
		}
		b.WriteByte(')')
		return b.String()
	})
}

// referenceArgs are the arguments of referenceText: ids, then numbers, then keys.
func referenceArgs(args []any, refs []roster.Ref) []any {
	n := padded(len(refs))
	all := make([]any, len(args)+3*n)
	rest := all[copy(all, args):]
	for i := range n {
		ref := refs[min(i, len(refs)-1)]
		rest[i], rest[n+i], rest[2*n+i] = ref.ID, ref.Number, directory.Fold(ref.Name)
	}
	return all
}

// pick returns the record that ref names.
func pick[T any](records []named[T], ref roster.Ref) (none T) {
	key := directory.Fold(ref.Name)
	for _, matches := range []func(named[T]) bool{
		func(r named[T]) bool { return ref.ID != "" && r.id == ref.ID },
		func(r named[T]) bool { return ref.Number != 0 && r.number == ref.Number },
		func(r named[T]) bool { return key != "" && r.key == key },
	} {
		for _, r := range records {
			if matches(r) {
				return r.record
			}
		}
	}
	return none
}
