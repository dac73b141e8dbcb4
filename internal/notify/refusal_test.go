package notify

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestOnlyPlainWordsOfAnAnswerAreKept(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		"":                                     "",
		"5.7.1 Message refused (policy).":      "5.7.1 Message refused (policy).",
		"554 see https://spam.example/abc now": "554 see … now",
		"user grace@example.org unknown":       "user … unknown",
		"no: s3cr3t Secret sEcret SECRET":      "no: … Secret … SECRET",
		"one\r\ntwo\x00three":                  "one …",
		"Zugriff für Gäste verweigert":         "Zugriff … verweigert",
		"aaaaaaaaaaaaaaaaaaaaa bbb":            "… bbb",
		"try 1-2, 2026-11-21":                  "try …",
	} {
		if got := readable(answer); got != want {
			t.Errorf("readable(%q) = %q, want %q", answer, got, want)
		}
	}
}

func FuzzReadable(f *testing.F) {
	f.Add("554 5.7.1 refused: http://roster.example/set-password/")
	secret := base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdefghijklmnopqrstuv"))
	f.Fuzz(func(t *testing.T, answer string) {
		got := readable(answer + secret + answer)
		if len(got) > maxAnswer {
			t.Errorf("%d bytes", len(got))
		}
		if strings.Contains(got, secret) || strings.ContainsAny(got, "/@\r\n") {
			t.Errorf("kept %q", got)
		}
	})
}
