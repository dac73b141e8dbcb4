package directory

import (
	"unicode/utf8"

	"roster/internal/fold"
)

// Visible returns what a reader sees of a name: blanks around it and invisible characters are left
// out.
func Visible(s string) string { return fold.Visible(s) }

// Fold returns the form in which names are compared, see [fold.Name]. It is empty for a name that
// nobody can see.
func Fold(s string) string { return fold.Name(s) }

// maxSortKey is the greatest length of a [SortKey], in bytes.
const maxSortKey = 256

// SortKey returns what a displayName is sorted by: the beginning of its key, because folding makes
// some characters longer, and an index takes no key of any length. Names with one SortKey are in
// the order of their numbers.
func SortKey(displayName string) string {
	key := Fold(displayName)
	if len(key) <= maxSortKey {
		return key
	}
	end := maxSortKey
	for !utf8.RuneStart(key[end]) {
		end--
	}
	return key[:end]
}
