package api

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"roster/internal/directory"
)

// classes name what filters may ask for, in the order in which it is described.
var classes = []struct {
	class directory.Class
	name  string
}{
	{directory.Texts, "texts"},
	{directory.ExactTexts, "texts whose case counts"},
	{directory.Numbers, "whole numbers"},
	{directory.Truths, "true or false"},
	{directory.Times, "times"},
	{directory.Links, "other records, by id or name"},
}

// describeAttributes says what filters may ask: a paragraph for the description of a list, "" where
// there are none.
func describeAttributes[T any](all directory.Attributes[T]) string {
	if len(all) == 0 {
		return ""
	}
	of := map[directory.Class][]string{}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		a := all[path]
		one := "`" + path + "`"
		switch {
		case len(a.Words) > 0:
			one += " (" + strings.Join(a.Words, ", ") + ")"
		case a.Name != "":
			one += fmt.Sprintf(" (also `%s.id` and `%s.%s`)", path, path, a.Name)
		}
		of[a.Class] = append(of[a.Class], one)
	}
	var parts []string
	for _, c := range classes {
		if len(of[c.class]) > 0 {
			parts = append(parts, c.name+": "+strings.Join(of[c.class], ", "))
		}
	}
	return "\n\nA filter may ask for " + strings.Join(parts, "; ") + "."
}
