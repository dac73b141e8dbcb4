package directory

import "roster/internal/fold"

// Visible returns what a reader sees of a name: blanks around it and invisible characters are left out.
func Visible(s string) string { return fold.Visible(s) }

// Fold returns the form in which names are compared, see [fold.Name]. It is empty for a name that
// nobody can see.
func Fold(s string) string { return fold.Name(s) }
