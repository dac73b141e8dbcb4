// Package fold turns names into the form in which Roster compares them: [Name] returns the key of a
// name. Two names with the same key are the same name, to store, to look up and to sign in with.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/runes"
	"golang.org/x/text/unicode/norm"
)

// Name returns the key of a name or an email address. Two names with the same key look the same to
// a reader.
//
// The key is Unicode's NFKC_Casefold (UAX #31) without surrounding white space and without
// default-ignorable characters. It is empty for a name of nothing else. The domain of an address is
// converted to its Unicode form (RFC 5890, U-labels), so that both forms have the same key. The key
// of a key is the key itself.
func Name(s string) string {
	if key, ok := ascii(s); ok {
		key = strings.TrimSpace(key)
		if !strings.Contains(key, acePrefix) {
			return key
		}
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	for range maxRounds {
		key := foldOnce(s)
		if key == s {
			break
		}
		s = key
	}
	return s
}

// foldOnce does one round of Name.
func foldOnce(s string) string {
	key := strings.TrimSpace(Part(s))
	at := strings.LastIndexByte(key, '@')
	if at <= 0 {
		return key
	}
	// The domain is cut from the text before it is folded: folding would change an ß in it to ss.
	seen := strings.TrimSpace(ignore(norm.NFKC.String(ignore(s))))
	if domain, ok := unicodeDomain(seen[strings.LastIndexByte(seen, '@')+1:]); ok {
		return key[:at+1] + domain
	}
	return key
}

// Part returns the key of a part of a name. Unlike [Name] it keeps surrounding white space and
// leaves a domain as it is.
func Part(s string) string {
	if key, ok := ascii(s); ok {
		return key
	}
	if key, ok := byCharacter(s); ok {
		return key
	}
	return rounds(s)
}

// maxRounds bounds how often a text is folded. One round is enough, unless a removed character lets
// its neighbours combine.
const maxRounds = 4

// ascii returns what Part returns for ASCII text, without any tables. It fails for other text.
func ascii(s string) (string, bool) {
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
	return strings.ToLower(s), true
}

// acePrefix begins a label of a domain in its ASCII form.
const acePrefix = "xn--"

// domains converts domains. It does not refuse names that some registry might allow.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.CheckJoiners(true))

// unicodeDomain returns a domain in its Unicode form. It fails for a domain that has none.
func unicodeDomain(domain string) (string, bool) {
	if !utf8.ValidString(domain) {
		return "", false
	}
	u, err := domains.ToUnicode(domain)
	return u, err == nil
}

// Visible returns the part of a name that a reader sees: without surrounding white space and
// ignorable characters.
func Visible(s string) string { return strings.TrimSpace(ignore(s)) }

// Blank reports whether a reader sees nothing of a name. The Braille blank (U+2800) counts as white
// space here. A key keeps it, because it separates words of Braille.
func Blank(s string) bool { return strings.Trim(Name(s), " \u2800") == "" }

// Misleading reports whether a character can make one name look like another in a list or a log.
// Such characters are control characters, line separators and those that change the direction of
// text.
func Misleading(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// ignore removes the default-ignorable characters.
func ignore(s string) string {
	if !strings.ContainsFunc(s, Ignorable) {
		return s
	}
	return runes.Remove(runes.In(ignorable)).String(s)
}

// Ignorable reports whether the character is invisible to readers and left out of keys.
func Ignorable(r rune) bool { return r >= 0xAD && unicode.Is(ignorable, r) }

// ignorable is Unicode's property Default_Ignorable_Code_Point.
var ignorable = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00AD, Hi: 0x00AD, Stride: 1}, // soft hyphen
		{Lo: 0x034F, Hi: 0x034F, Stride: 1},
		{Lo: 0x061C, Hi: 0x061C, Stride: 1},
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1},
		{Lo: 0x180B, Hi: 0x180F, Stride: 1},
		{Lo: 0x200B, Hi: 0x200F, Stride: 1}, // zero width space, joiners and marks of direction
		{Lo: 0x202A, Hi: 0x202E, Stride: 1},
		{Lo: 0x2060, Hi: 0x206F, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1},
		{Lo: 0xFE00, Hi: 0xFE0F, Stride: 1}, // variation selectors
		{Lo: 0xFEFF, Hi: 0xFEFF, Stride: 1}, // byte order mark
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1},
		{Lo: 0xFFF0, Hi: 0xFFF8, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1BCA0, Hi: 0x1BCA3, Stride: 1},
		{Lo: 0x1D173, Hi: 0x1D17A, Stride: 1},
		{Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1}, // tags and variation selectors
	},
}
