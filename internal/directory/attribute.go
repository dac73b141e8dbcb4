package directory

import (
	"strings"
	"time"

	"roster"
	"roster/internal/filter"
)

// Attribute is something of a record that a filter may ask.
type Attribute[T any] struct {
	filter.Attribute
	Class  Class
	Name   string        // of another record: the attribute that is its name
	Values func(T) []any // what the record has, as [filter.Filter.Match] takes it
	With   With          // what of a user it is a part of
	Stored Stored

	null bool   // no record has "" or the like as its value
	id   bool   // it is an id of ours
	path string // its name, as it is written
}

// Attributes are what filters may ask of the records of a noun, by name.
type Attributes[T any] map[string]Attribute[T]

// Class says how an attribute is compared.
type Class uint8

// The classes.
const (
	Texts      Class = iota // without regard to case
	ExactTexts              // byte by byte
	Numbers                 // whole ones
	Truths                  // true or false
	Times
	Links // other records, by id or name
)

// Stored says what the store can do with an attribute. Its answer is always the one that the filter
// gives.
type Stored uint8

// The ways in which the store answers for an attribute.
const (
	Unstored   Stored = iota // nothing: only the record tells
	Comparable               // compare, one record after the other
	Indexed                  // also find the records that have a value
)

// text is an attribute that is compared without regard to case.
func text[T any](value func(T) string) Attribute[T] {
	return Attribute[T]{
		Attribute: filter.Attribute{Type: filter.Text}, Class: Texts,
		Values: func(r T) []any { return []any{value(r)} },
	}
}

// textOrNull is a text that is null where it is not set.
func textOrNull[T any](value func(T) string) Attribute[T] {
	a := text(value)
	a.null, a.Values = true, func(r T) []any { return orNone(value(r)) }
	return a
}

// name is a text that every record has.
func name[T any](value func(T) string) Attribute[T] {
	a := text(value)
	a.null = true
	return a
}

// word is a text that has one of few values.
func word[T any, W ~string](value func(T) W, words ...W) Attribute[T] {
	a := textOrNull(func(r T) string { return string(value(r)) })
	for _, w := range words {
		a.Words = append(a.Words, string(w))
	}
	return a
}

// ident is the id of a record, which is compared without regard to case, as UUIDs are (RFC 9562
// §4).
func ident[T any, I ~string](value func(T) I) Attribute[T] {
	a := textOrNull(func(r T) string { return string(value(r)) })
	a.id = true
	return a
}

// exact is a text that is compared byte by byte (RFC 7643 §2.2, caseExact).
func exact[T any, S ~string](value func(T) S) Attribute[T] {
	return Attribute[T]{
		Attribute: filter.Attribute{Type: filter.Text}, Class: ExactTexts, null: true,
		Values: func(r T) []any { return orNone(filter.Exact(value(r))) },
	}
}

// number is a whole number.
func number[T any](value func(T) int64) Attribute[T] {
	return Attribute[T]{
		Attribute: filter.Attribute{Type: filter.Number}, Class: Numbers,
		Values: func(r T) []any { return []any{value(r)} },
	}
}

// numberOrNull is a number that is null where it is 0.
func numberOrNull[T any](value func(T) int64) Attribute[T] {
	a := number(value)
	a.null, a.Values = true, func(r T) []any { return orNone(value(r)) }
	return a
}

// truth is true or false.
func truth[T any](value func(T) bool) Attribute[T] {
	return Attribute[T]{
		Attribute: filter.Attribute{Type: filter.Boolean}, Class: Truths,
		Values: func(r T) []any { return []any{value(r)} },
	}
}

// moment is a time, null where it is not set.
func moment[T any](value func(T) time.Time) Attribute[T] {
	return Attribute[T]{
		Attribute: filter.Attribute{Type: filter.Time}, Class: Times, null: true,
		Values: func(r T) []any { return orNone(value(r)) },
	}
}

// links are other records, each with its id and its name, which is the attribute name.
func links[T any](name string, values func(T) []filter.Link) Attribute[T] {
	return Attribute[T]{
		Attribute: filter.Attribute{Type: filter.Text}, Class: Links, Name: name,
		Values: func(r T) []any { return anys(values(r)) },
	}
}

// link is another record, or none.
func link[T any](name string, value func(T) filter.Link) Attribute[T] {
	return links(name, func(r T) []filter.Link {
		if one := value(r); one.ID != "" {
			return []filter.Link{one}
		}
		return nil
	})
}

// several makes an attribute of one value one of several.
func several[T, V any](one Attribute[T], values func(T) []V) Attribute[T] {
	one.Values = func(r T) []any { return anys(values(r)) }
	return one
}

// orNone returns no value for what is not set.
func orNone[V comparable](v V) []any {
	var none V
	if v == none {
		return nil
	}
	return []any{v}
}

func anys[V any](values []V) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

// part returns an attribute of users with what has to be loaded for it.
func (a Attribute[T]) part(with With) Attribute[T] {
	a.With = with
	return a
}

// stored returns the attribute with what the store can do with it.
func (a Attribute[T]) stored(s Stored) Attribute[T] {
	a.Stored = s
	return a
}

// linkedGroups are groups as filters compare them.
func linkedGroups(groups []roster.GroupLink) []filter.Link {
	all := make([]filter.Link, len(groups))
	for i, g := range groups {
		all[i] = filter.Link{ID: string(g.ID), Name: g.Name}
	}
	return all
}

// Folded returns the attributes by their paths in lower case. The ids and names of other records
// are attributes of their own there.
func (all Attributes[T]) Folded() Attributes[T] {
	folded := Attributes[T]{}
	for path, a := range all {
		a.path = path
		path = strings.ToLower(path)
		folded[path] = a
		if a.Name == "" {
			continue
		}
		of := func(get func(filter.Link) any) func(T) []any {
			return func(r T) []any {
				values := a.Values(r)
				for i, v := range values {
					values[i] = get(v.(filter.Link))
				}
				return values
			}
		}
		id, name := ident[T, string](nil), text[T](nil)
		id.Values, id.With = of(func(l filter.Link) any { return l.ID }), a.With
		name.Values, name.With = of(func(l filter.Link) any { return l.Name }), a.With
		folded[path+".id"], folded[path+"."+strings.ToLower(a.Name)] = id, name
	}
	return folded
}

// Ask says what a filter may ask at a path. The attributes are folded ones.
func (all Attributes[T]) Ask(path string) filter.Attribute {
	return all[strings.ToLower(path)].Attribute
}

// Match reports whether the filter is true of a record, and how much work it was to tell, in steps
// of about 30 ns. The attributes are folded ones.
func (all Attributes[T]) Match(f filter.Filter, record T) (is bool, work int) {
	return f.Match(func(path string) []any { return all[strings.ToLower(path)].Values(record) })
}
