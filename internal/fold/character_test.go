package fold

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// odd are texts whose characters change, compose, grow or vanish.
var odd = []string{
	"", "Jürgen Müller-Lüdenscheidt", "Ju\u0308rgen", "STRASSE ẞ", "ΣΊΣΥΦΟΣ", "İı", "ﬁ ﬀ", "\uFDFA", "a\u200bb", "ᾳ ᾼ \u0345", "가 \u1100\u1161",
	"Ꭰ ꭰ Ᏸ", "①⑳ ㍿ ｶﾞ", "\u0344", "q\u0323\u0307 q\u0307\u0323", "\u1E9B\u0323", "𐐀", "㌀", "丽 \U0002F800 \U0002A6D6", "\xff", "é\xff", "\u0F73\u0F71", "ά\u0345",
	"a\u034f\u0301", "\u115f\u1161", "\uFFFD",
}

func TestTheKeysOfCharactersMakeTheKeyOfATextUnlessTheyCompose(t *testing.T) {
	t.Parallel()
	for _, s := range odd {
		for _, text := range []string{s, s + s, strings.ToUpper(s), "x" + s + "y"} {
			if key, ok := byCharacter(text); ok && key != rounds(text) {
				t.Errorf("%q: %q, want %q", text, key, rounds(text))
			}
		}
	}
	for r := rune(0x80); r < 0xE1000; r++ {
		if r > 0x3400 {
			r += 12 // one in so many: all of them take too long
		}
		if !utf8.ValidRune(r) {
			continue
		}
		if s := "q" + string(r); Part(s) != rounds(s) {
			t.Errorf("%U: %q, want %q", r, Part(s), rounds(s))
		}
	}
}

func FuzzPart(f *testing.F) {
	for _, s := range odd {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := Part(s), rounds(s); got != want {
			if _, plain := ascii(s); !plain {
				t.Errorf("%q: %q, want %q", s, got, want)
			}
		}
	})
}

func BenchmarkPart(b *testing.B) {
	for name, text := range map[string]string{"name": "Jürgen Müller-Lüdenscheidt 3 17", "long": strings.Repeat("ü", 250), "grows": strings.Repeat("\uFDFA", 250)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Part(text)
			}
		})
		b.Run(name+" by rounds", func(b *testing.B) {
			for b.Loop() {
				rounds(text)
			}
		})
	}
}
