package fold

import (
	"testing"
	"unicode"
)

func TestNamesThatLookTheSameHaveOneKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"johndoe1", "JohnDoe1", "JOHNDOE1", " johndoe1", "johndoe1\t\n", "\u00a0johndoe1\u3000", "ｊｏｈｎｄｏｅ１"},
		{"straße", "STRASSE", "Strasse"},
		{"Jos\u00e9", "jose\u0301", "JOSÉ", "jose\u034f\u0301", "jos\u00e9\u200d"},
		{"ΣΊΣΥΦΟΣ", "σίσυφοσ", "σίσυφος"},
		{"alice", "alice\u200b", "\ufeffalice", "al\u00adice", "a\u2060lice\ufe0f", "alice\u200e", "\u202aalice\u202c", "alice\U000e0061", " \u200b alice"},
		{"my team 1", "my\u00a0team 1", "My team\u202f1"},
		{"fi", "ﬁ", "FI"},
		{"", " ", "\u200b", "\u2060 \ufeff", "\u3164", "\u115f\uffa0"},
		{"x@dömäin.example", "X@DÖMÄIN.example", "x@xn--dmin-moa0i.example", "x@XN--DMIN-MOA0I.Example", "x@do\u0308mäin.example", " x@dömäin.example ", "x@dömäin。example"},
		{"ü@straße.example", "Ü@xn--strae-oqa.example", "ü@straße.example \u200b", "ü＠straße.example", "ü﹫STRAßE.example\u2060"},
		{"q1@dömäin.de", "q1@xn--dmin-moa0i.de \u200b", "\u200b q1＠xn--dmin-moa0i.de"},
		{"x@ᏸ.example", "x@Ᏸ.example", "x@ᏸ.example\u200b"},
	} {
		for _, name := range same {
			if got, want := Name(name), Name(same[0]); got != want {
				t.Errorf("Name(%q) = %q, but Name(%q) = %q", name, got, same[0], want)
			}
		}
	}
}

func TestANameThatNobodySeesIsBlank(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"": true, " \u00a0": true, "\u200b": true, "\u2800": true, "\u2800 \u200b\u2800": true, "a": false, "\u2800a\u2800": false, "\u2803\u2800\u2815": false,
	} {
		if Blank(name) != want {
			t.Errorf("Blank(%q) is not %v", name, want)
		}
	}
	if Name("\u2803\u2800\u2815") == Name("\u2803\u2815") {
		t.Error("two words of Braille have the key of one")
	}
}

func TestDifferentNamesHaveDifferentKeys(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"bob", "rob"},
		{"a b", "ab"},
		{"x@straße.example", "x@strasse.example"},
		{"résumé", "resume"},
		{"xn--dmin-moa0i", "dömäin"},
		{"x@dömäin.example", "x@domain.example"},
	} {
		if Name(pair[0]) == Name(pair[1]) {
			t.Errorf("%q and %q both have the key %q", pair[0], pair[1], Name(pair[0]))
		}
	}
}

func TestAPieceOfANameKeepsTheBlanksAroundIt(t *testing.T) {
	t.Parallel()
	for piece, want := range map[string]string{" Do": " do", "É ": "é ", "\u200bAl": "al"} {
		if got := Part(piece); got != want {
			t.Errorf("Part(%q) = %q, want %q", piece, got, want)
		}
	}
}

func TestEveryInvisibleFormatCharacterIsIgnorable(t *testing.T) {
	t.Parallel()
	// Unicode derives the property from these; what Cf has besides them is visible or an annotation.
	visible := map[rune]bool{0xFFF9: true, 0xFFFA: true, 0xFFFB: true}
	for _, table := range []*unicode.RangeTable{unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Cf} {
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if unicode.Is(table, r) && !visible[r] && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) &&
				(r < 0x13430 || r > 0x1345F) && !Ignorable(r) {
				t.Errorf("%U counts in a key", r)
			}
		}
	}
}

// FuzzKeysAreStable asks that a key is its own key, and that characters which nobody sees change no
// key.
func FuzzKeysAreStable(f *testing.F) {
	for _, s := range []string{
		"", "Bob", "Straße", "İstanbul", "ﬀ", "e\u0301", "\u0345", " \u200b x", "x@Dömäin.example", "x@xn--a", "¨@x", "a@b@xn--dmin-moa0i", "\u3164",
		"q1@xn--dmin-moa0i.de", "z1＠straße.de", "x@STRASSE", "x@ẞ.de", "x@ςΣ.gr", "x@\u13f8\uab70\u13a0", "x@xn--mgb\u200c", "x@نامه\u200cای.com",
		"x@a\u0345\u0301", "x@\u1e9b\u0323", "a\xffb\u200b", "x@-ß-", "x@a..ß", "x@ \u0308", "x@\u2260", "x@xn--xn---epa", "@ß", "x@\u00a0ß",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Name(s)
		if twice := Name(once); twice != once {
			t.Errorf("Name(%q) = %q, and again = %q", s, once, twice)
		}
		for _, more := range []string{s + " \u200b", "\u2060\u00a0" + s} {
			if got := Name(more); got != once {
				t.Errorf("Name(%q) = %q, but Name(%q) = %q", s, once, more, got)
			}
		}
	})
}

func TestCharactersThatMakeOneNameLookLikeAnotherAreMisleading(t *testing.T) {
	t.Parallel()
	for _, r := range "\x00\n\x7f\u0085\u2028\u2029\u061c\u200e\u200f\u202a\u202e\u2066\u2069" {
		if !Misleading(r) {
			t.Errorf("%U is none", r)
		}
	}
	for _, r := range "a Ü\u00a0\u200b\u200d\u2060\ufeff文" {
		if Misleading(r) {
			t.Errorf("%U is one", r)
		}
	}
}
