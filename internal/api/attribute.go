package api

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
)

// attribute is something of a record that a filter may ask.
type attribute[T any] struct {
	filter.Attribute
	class  string // what it is, for the description
	name   string // of another record: the member that is its name
	values func(T) []any
	with   directory.With // what of a user it is a part of
}

// attributes are what filters may ask of records, by the names of their members.
type attributes[T any] map[string]attribute[T]

// The classes of attributes, in the order in which they are described.
const (
	textClass   = "texts"
	exactClass  = "texts whose case counts"
	numberClass = "whole numbers"
	truthClass  = "true or false"
	timeClass   = "times"
	linkClass   = "other records, by id or name"
)

var classes = []string{textClass, exactClass, numberClass, truthClass, timeClass, linkClass}

// text is an attribute that is compared without regard to case.
func text[T any](value func(T) string) attribute[T] {
	return attribute[T]{filter.Attribute{Type: filter.Text}, textClass, "", func(r T) []any { return []any{value(r)} }, 0}
}

// textOrNull is a text that is null where it is not set.
func textOrNull[T any](value func(T) string) attribute[T] {
	a := text(value)
	a.values = func(r T) []any { return orNone(value(r)) }
	return a
}

// word is a text that has one of few values.
func word[T any, W ~string](value func(T) W, words ...W) attribute[T] {
	a := textOrNull(func(r T) string { return string(value(r)) })
	for _, w := range words {
		a.Words = append(a.Words, string(w))
	}
	return a
}

// ident is the id of a record, which is compared without regard to case, as UUIDs are (RFC 9562 §4).
func ident[T any, I ~string](value func(T) I) attribute[T] {
	return textOrNull(func(r T) string { return string(value(r)) })
}

// exact is a text that is compared byte by byte (RFC 7643 §2.2, caseExact).
func exact[T any, S ~string](value func(T) S) attribute[T] {
	return attribute[T]{filter.Attribute{Type: filter.Text}, exactClass, "", func(r T) []any { return orNone(filter.Exact(value(r))) }, 0}
}

func number[T any](value func(T) int64) attribute[T] {
	return attribute[T]{filter.Attribute{Type: filter.Number}, numberClass, "", func(r T) []any { return []any{value(r)} }, 0}
}

// numberOrNull is a number that is null where it is 0.
func numberOrNull[T any](value func(T) int64) attribute[T] {
	a := number(value)
	a.values = func(r T) []any { return orNone(value(r)) }
	return a
}

func truth[T any](value func(T) bool) attribute[T] {
	return attribute[T]{filter.Attribute{Type: filter.Boolean}, truthClass, "", func(r T) []any { return []any{value(r)} }, 0}
}

// moment is a time, null where it is not set.
func moment[T any](value func(T) time.Time) attribute[T] {
	return attribute[T]{filter.Attribute{Type: filter.Time}, timeClass, "", func(r T) []any { return orNone(value(r)) }, 0}
}

// links are other records, each with its id and its name, which is the member name.
func links[T any](name string, values func(T) []filter.Link) attribute[T] {
	return attribute[T]{filter.Attribute{Type: filter.Text}, linkClass, name, func(r T) []any { return anys(values(r)) }, 0}
}

// link is another record, or none.
func link[T any](name string, value func(T) filter.Link) attribute[T] {
	return links(name, func(r T) []filter.Link {
		if one := value(r); one.ID != "" {
			return []filter.Link{one}
		}
		return nil
	})
}

// several makes an attribute of one value one of several.
func several[T, V any](one attribute[T], values func(T) []V) attribute[T] {
	one.values = func(r T) []any { return anys(values(r)) }
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
func (a attribute[T]) part(with directory.With) attribute[T] {
	a.with = with
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

// folded returns the attributes by their paths in lower case, with the ids and names of other records as attributes of their
// own.
func (all attributes[T]) folded() attributes[T] {
	folded := attributes[T]{}
	for path, a := range all {
		path = strings.ToLower(path)
		folded[path] = a
		if a.name == "" {
			continue
		}
		of := func(get func(filter.Link) any) func(T) []any {
			return func(r T) []any {
				values := a.values(r)
				for i, v := range values {
					values[i] = get(v.(filter.Link))
				}
				return values
			}
		}
		id, name := ident[T, string](nil), text[T](nil)
		id.values, id.with = of(func(l filter.Link) any { return l.ID }), a.with
		name.values, name.with = of(func(l filter.Link) any { return l.Name }), a.with
		folded[path+".id"], folded[path+"."+strings.ToLower(a.name)] = id, name
	}
	return folded
}

// ask says what a filter may ask at a path. The attributes are folded ones.
func (all attributes[T]) ask(path string) filter.Attribute {
	return all[strings.ToLower(path)].Attribute
}

// match reports whether the filter is true of a record, and how much work it was to tell. The attributes are folded ones.
func (all attributes[T]) match(f filter.Filter, record T) (is bool, work int) {
	return f.Match(func(path string) []any { return all[strings.ToLower(path)].values(record) })
}

// describe says what filters may ask: a paragraph for the description of a list, "" where there are none.
func (all attributes[T]) describe() string {
	if len(all) == 0 {
		return ""
	}
	of := map[string][]string{}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		a := all[path]
		one := "`" + path + "`"
		switch {
		case len(a.Words) > 0:
			one += " (" + strings.Join(a.Words, ", ") + ")"
		case a.name != "":
			one += fmt.Sprintf(" (also `%s.id` and `%s.%s`)", path, path, a.name)
		}
		of[a.class] = append(of[a.class], one)
	}
	var parts []string
	for _, class := range classes {
		if len(of[class]) > 0 {
			parts = append(parts, class+": "+strings.Join(of[class], ", "))
		}
	}
	return "\n\nA filter may ask for " + strings.Join(parts, "; ") + "."
}
