package auth_test

import (
	"bytes"
	"strings"
	"testing"

	"roster"
	"roster/internal/auth"
)

func TestWhatIsSealedIsOpenedByTheSameKeyAboutTheSame(t *testing.T) {
	t.Parallel()
	load := func(hex string) auth.Keys {
		k, err := auth.LoadKeys(t.TempDir(), strings.Repeat(hex, 64))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	key, text := load("a"), []byte("Änn")
	sealed := key.Sealer("one").Seal(text, "about")
	if strings.Contains(sealed, "nn") || sealed == key.Sealer("one").Seal(text, "about") {
		t.Errorf("sealed as %s", sealed)
	}
	got, err := load("a").Sealer("one").Open(sealed, "about")
	if err != nil || !bytes.Equal(got, text) {
		t.Errorf("opened as %q (%v)", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another key":     func() ([]byte, error) { return load("b").Sealer("one").Open(sealed, "about") },
		"another purpose": func() ([]byte, error) { return key.Sealer("two").Open(sealed, "about") },
		"about another":   func() ([]byte, error) { return key.Sealer("one").Open(sealed, "other") },
		"a changed text":  func() ([]byte, error) { return key.Sealer("one").Open("AA"+sealed[2:], "about") },
		"a short text":    func() ([]byte, error) { return key.Sealer("one").Open("AAAA", "about") },
		"no base64":       func() ([]byte, error) { return key.Sealer("one").Open("?", "about") },
	} {
		if got, err := open(); roster.KindOf(err) != roster.Unavailable {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
