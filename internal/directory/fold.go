package directory

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the form in which names are compared: Unicode NFC after full case folding, so that
// names that a reader takes for the same are the same (DECISIONS 2). It says nothing about blanks.
func Fold(s string) string {
	if key, ok := foldASCII(s); ok {
		return key
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

// foldASCII is Fold for the common case, which needs no tables. It fails for anything beyond ASCII.
func foldASCII(s string) (string, bool) {
	upper := false
	for i := range len(s) {
		if s[i] >= 0x80 {
			return "", false
		}
		upper = upper || 'A' <= s[i] && s[i] <= 'Z'
	}
	if !upper {
		return s, true
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b), true
}
