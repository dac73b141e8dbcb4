package store

import (
	"strings"

	"roster"
	"roster/internal/directory"
)

// named is a record with the id, number and name key that a reference can name it by.
type named[T any] struct {
	record T
	id     string
	number int64
	key    string
}

// resolve returns the records that refs name, in the order of refs, with a zero record for one that
// was not found. text ends before the conditions on id, number and name_key; args are its
// arguments. The id of a reference goes before its number, and the number before its name.
func resolve[T any](t *tx, doing, text string, args []any, refs []roster.Ref, scan func(scanner) (named[T], error)) ([]T, error) {
	found := make([]T, len(refs))
	for from := 0; from < len(refs); from += maxRows {
		some := refs[from:min(from+maxRows, len(refs))]
		said := keysOf(some)
		if said == 0 {
			continue
		}
		n := padded(len(some))
		records, err := collect(t, doing, t.referenceText(text, said, len(args), n), referenceArgs(args, said, n, some), scan)
		if err != nil {
			return nil, err
		}
		for i, ref := range some {
			found[from+i] = pick(records, ref)
		}
	}
	return found, nil
}

// refKeys is the set of keys that references use. A query looks only for these, since each key
// costs a lookup in another index.
type refKeys int

const (
	refByID refKeys = 1 << iota
	refByNumber
	refByName
	refByAny = refByID | refByNumber | refByName
)

func keysOf(refs []roster.Ref) (s refKeys) {
	for _, ref := range refs {
		if ref.ID != "" {
			s |= refByID
		}
		if ref.Number != 0 {
			s |= refByNumber
		}
		if ref.Name != "" {
			s |= refByName
		}
	}
	return s
}

// referenceText adds to text the conditions that find n references, after args earlier arguments.
func (t *tx) referenceText(text string, s refKeys, args, n int) string {
	return t.texts.get(textKey{base: text, n: n*int(refByAny+1) + int(s)}, func() string {
		var b strings.Builder
		b.WriteString(text + " AND (")
		or := ""
		for _, column := range []struct {
			says refKeys
			name string
		}{{refByID, "id"}, {refByNumber, "number"}, {refByName, "name_key"}} {
			if s&column.says == 0 {
				continue
			}
			b.WriteString(or + column.name + " IN (")
			or = " OR "
			writePlaceholders(&b, args+1, n)
			b.WriteByte(')')
			args += n
		}
		b.WriteByte(')')
		return b.String()
	})
}

// referenceArgs returns the arguments of referenceText: args, then ids, numbers and keys.
func referenceArgs(args []any, s refKeys, n int, refs []roster.Ref) []any {
	all := append(make([]any, 0, len(args)+3*n), args...)
	for _, of := range []struct {
		says  refKeys
		value func(roster.Ref) any
	}{
		{refByID, func(r roster.Ref) any { return uid(r.ID) }},
		{refByNumber, func(r roster.Ref) any { return r.Number }},
		{refByName, func(r roster.Ref) any { return directory.Fold(r.Name) }},
	} {
		for i := 0; s&of.says != 0 && i < n; i++ {
			all = append(all, of.value(refs[min(i, len(refs)-1)]))
		}
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
