package directory

import (
	"unicode/utf8"

	"roster/internal/fold"
)

// Visible returns the visible part of a name: without surrounding blanks and invisible characters.
func Visible(s string) string { return fold.Visible(s) }

// Fold returns the form of a name for comparisons, see [fold.Name]. It is empty for a name without
// a visible character.
func Fold(s string) string { return fold.Name(s) }

// maxSortKey is the greatest length of a [SortKey], in bytes.
const maxSortKey = 256

// SortKey returns the text that a displayName is sorted by: the beginning of its folded form.
// Folding makes some texts longer, and an index takes keys of limited length only. Names with equal
// SortKeys are sorted by number.
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
