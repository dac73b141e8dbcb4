package directory

import "roster/internal/fold"

// Fold returns the form in which names are compared, see [fold.Name]. It is empty for a name that
// nobody can see.
func Fold(s string) string { return fold.Name(s) }
