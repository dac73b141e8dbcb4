// Package fold brings names into the one form in which they are compared: for writing, for looking
// up and for signing in.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/runes"
	"golang.org/x/text/unicode/norm"
)

// Name returns the key of a name or an address. Two names with the same key look the same to a
// reader.
//
// The key is Unicode's NFKC_Casefold (UAX #31) without the blanks around it. It has no
// default-ignorable characters, and is empty for a name that has nothing else. In an address the
// domain is in its Unicode form (RFC 5890, U-labels), so that its ASCII form gives the same key. A
// key is its own key.
func Name(s string) string {
	if key, ok := ascii(s); ok {
		key = strings.TrimSpace(key)
		if !strings.Contains(key, acePrefix) {
			return key
		}
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	for range maxRounds {
		key := once(s)
		if key == s {
			break
		}
		s = key
	}
	return s
}

// once is a round of Name.
func once(s string) string {
	key := strings.TrimSpace(Part(s))
	at := strings.LastIndexByte(key, '@')
	if at <= 0 {
		return key
	}
	// The domain is cut from what is seen: folding would make ss of an ß in it.
	seen := strings.TrimSpace(ignore(norm.NFKC.String(ignore(s))))
	if domain, ok := unicodeDomain(seen[strings.LastIndexByte(seen, '@')+1:]); ok {
		return key[:at+1] + domain
	}
	return key
}

// Part is Name for a piece of a name: blanks around it count, and a domain in it stays as it is.
func Part(s string) string {
	if key, ok := ascii(s); ok {
		return key
	}
	if key, ok := byCharacter(s); ok {
		return key
	}
	return rounds(s)
}

// maxRounds bounds how often a text is folded. One round is enough, except where leaving out a
// character lets its neighbours compose.
const maxRounds = 4

// ascii is Part for the common case, which needs no tables. It fails for anything beyond ASCII.
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

// domains maps a domain without refusing what some registry might allow.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.CheckJoiners(true))

// unicodeDomain returns a domain in its Unicode form. It fails for a domain that has none.
func unicodeDomain(domain string) (string, bool) {
	if !utf8.ValidString(domain) {
		return "", false
	}
	u, err := domains.ToUnicode(domain)
	return u, err == nil
}

// Visible returns what a reader sees of a name: blanks around it and ignorable characters are left
// out.
func Visible(s string) string { return strings.TrimSpace(ignore(s)) }

// Blank reports whether a reader sees nothing of a name. The Braille pattern without dots (U+2800)
// looks like a blank. It stands between words of Braille, so a key keeps it, but it makes no name
// by itself.
func Blank(s string) bool { return strings.Trim(Name(s), " \u2800") == "" }

// Misleading reports a character that no name may hold: a control character, one that ends a line,
// or one that changes the direction of text. They make one name look like another in a list or a
// log.
func Misleading(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// ignore leaves the default-ignorable characters out.
func ignore(s string) string {
	if !strings.ContainsFunc(s, Ignorable) {
		return s
	}
	return runes.Remove(runes.In(ignorable)).String(s)
}

// Ignorable reports a character that readers do not see and that the key of a name leaves out.
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
