package directory

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"roster"
)

func TestTheWordsOfAUser(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxWord)
	for name, c := range map[string]struct {
		user roster.User
		want []string
	}{
		"nobody": {roster.User{}, []string{}},
		"all that can be found": {
			roster.User{Number: 17, UserName: "Ada.L", DisplayName: "Ada LOVELACE", Email: "ada_k-b+work@mail.Example.com", ExternalID: "X-00/17"},
			[]string{"ada.l", "ada_k-b+work@mail.example.com", "17", "ada", "l", "lovelace", "k", "b", "work", "mail", "example", "com", "x", "00"},
		},
		"a name that is the address": {
			roster.User{UserName: "A@b.c", DisplayName: "A@b.c", Email: "a@B.c"}, []string{"a@b.c", "a", "b", "c"},
		},
		"other scripts":                   {roster.User{UserName: "Straße Jose\u0301 हिन्दी"}, []string{"strasse josé हिन्दी", "strasse", "josé", "हिन्दी"}},
		"a word that is too long":         {roster.User{UserName: long + "yz"}, []string{long}},
		"long words of many bytes":        {roster.User{UserName: strings.Repeat("日", maxWord) + "本"}, []string{strings.Repeat("日", maxWord)}},
		"one word of just that length":    {roster.User{UserName: strings.Repeat("日", maxWord)}, []string{strings.Repeat("日", maxWord)}},
		"nothing but signs":               {roster.User{UserName: "-- !"}, []string{"-- !"}},
		"the same word several times":     {roster.User{UserName: "ada ADA", DisplayName: "Ada", ExternalID: "ada"}, []string{"ada ada", "ada"}},
		"a number that is a name as well": {roster.User{Number: 5, UserName: "5"}, []string{"5"}},
	} {
		if diff := cmp.Diff(c.want, wordsOf(c.user)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	many := wordsOf(roster.User{Number: 1, UserName: "whole name", DisplayName: "a b c d e f g h i j k l m n o p q r s t u v w x y z 2 3 4 5 6", ExternalID: "left out"})
	if len(many) != maxWords || many[0] != "whole name" || many[1] != "1" {
		t.Errorf("got %q", many)
	}
}

func TestWhatIsLookedFor(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                       nil,
		" -- @ ":                 nil,
		"Ada  lovel":             {"ada", "lovel"},
		"ada ada ADA":            {"ada"},
		"ada@exa":                {"ada@exa"},
		"Ada@Example.com ops":    {"ada@example.com", "ops"},
		"@example.com":           {"example", "com"},
		"-@example.com":          {"example", "com"},
		"svc-backup":             {"svc", "backup"},
		"a\x00b@c":               {"a", "b", "c"},
		"Straße":                 {"strasse"},
		strings.Repeat("é", 100): {strings.Repeat("é", maxWord)},
	} {
		if diff := cmp.Diff(want, searchWords(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestAChangeOfNamesChangesTheWordsThatDiffer(t *testing.T) {
	t.Parallel()
	before := roster.User{Number: 3, UserName: "ada", DisplayName: "Ada Byron", Email: "ada@example.com"}
	after := before
	if gone, fresh := changedWords(before, after); gone != nil || fresh != nil {
		t.Errorf("nothing changed: %v, %v", gone, fresh)
	}
	after.DisplayName, after.ExternalID = "Ada Lovelace", "byron-1"
	gone, fresh := changedWords(before, after)
	if diff := cmp.Diff([]WordPlace{}, gone); diff != "" {
		t.Errorf("gone: %s", diff)
	}
	if diff := cmp.Diff([]WordPlace{{Key: "lovelace", Number: 3}, {Key: "1", Number: 3}}, fresh); diff != "" {
		t.Errorf("fresh: %s", diff)
	}
	after.UserName, after.Email, after.ExternalID = "grace", "", ""
	gone, _ = changedWords(before, after)
	if diff := cmp.Diff([]WordPlace{{Key: "ada@example.com", Number: 3}, {Key: "byron", Number: 3}, {Key: "example", Number: 3}, {Key: "com", Number: 3}}, gone); diff != "" {
		t.Errorf("gone: %s", diff)
	}
}

// FuzzWords shows what search relies on. Words are bounded and folded, and hold no signs unless
// they are a whole name. A search for a user's names finds the user.
func FuzzWords(f *testing.F) {
	f.Add("ada", "Ada Lovelace", "ada@example.com", "x-1", int64(7))
	f.Add("İstanbul", "Jose\u0301 ﬁ", "a.b_c-d+e@f.g", "ǅ", int64(0))
	f.Add("\xff", "a\u0300\u0301", "@", " ", int64(-1))
	f.Fuzz(func(t *testing.T, userName, displayName, email, externalID string, number int64) {
		u := roster.User{UserName: userName, DisplayName: displayName, Email: email, ExternalID: externalID, Number: number}
		have := wordsOf(u)
		if len(have) > maxWords || !slices.Equal(have, wordsOf(u)) {
			t.Fatalf("%q", have)
		}
		for i, word := range have {
			if word == "" || utf8.RuneCountInString(word) > maxWord || slices.Contains(have[:i], word) {
				t.Errorf("%q has the word %q", have, word)
			}
			if whole := strings.HasPrefix(Fold(userName), word) || strings.HasPrefix(Fold(email), word); !whole && strings.ContainsFunc(word, separatesWords) {
				t.Errorf("%q is no word", word)
			}
		}
		if len(have) == maxWords {
			return // something may be left out
		}
		for _, text := range []string{userName, displayName, externalID, email} {
			if strings.ContainsAny(text, "@") && text != email && text != userName || !utf8.ValidString(text) || len(strings.Fields(text)) > 1 && strings.Contains(text, "@") {
				continue // a part of it may be taken for an address
			}
			wanted := searchWords(text)
			if !matches(have, wanted) {
				t.Errorf("%q, for which %q are looked for, is not found in %q", text, wanted, have)
			}
			for _, word := range wanted {
				if least := smallestWord(have, word); !strings.HasPrefix(least, word) {
					t.Errorf("the least of %q that begins with %q is %q", have, word, least)
				}
			}
		}
	})
}
