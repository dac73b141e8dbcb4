package auth

import (
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

func TestPasswordsThatPeopleChooseAreJudged(t *testing.T) {
	t.Parallel()
	h := NewHasher(time.Now)
	about := []string{"jschmidt", "Jörg Schmidtbauer", "joerg.schmidtbauer@example.com"}
	for password, want := range map[string]string{
		"":                                     tooShort,
		"kT7$qz!":                              tooShort,
		"äöüßäöü":                              tooShort,
		strings.Repeat("kT7$qz!w", 129):        tooLong,
		"password":                             tooEasy,
		"Passw0rd!":                            tooEasy,
		"drowssap":                             tooEasy,
		"12345678":                             tooEasy,
		"87654321":                             tooEasy,
		"qwertyuiop":                           tooEasy,
		"1q2w3e4r5t":                           tooEasy,
		"abcdefgh1234":                         tooEasy,
		"aaaaaaaaaaaaaaaaaaaa":                 tooEasy,
		"xkcdxkcdxkcdxkcd":                     tooEasy,
		"monkeydragon":                         tooEasy,
		"24.12.1985":                           tooEasy,
		"schmidtbauer":                         tooEasy,
		"Jschmidt2026":                         tooEasy,
		"JörgSchmidtbauer":                     tooEasy,
		"joerg.schmidtbauer@example.com":       tooEasy,
		"correct horse battery staple":         "",
		"kT7$qz!w":                             "",
		"жираф кактус лампа":                   "",
		"schmidtbauer vermietet 3 Zebras":      "",
		strings.Repeat("kT7$qz!wpM", 2):        "",
		strings.Repeat("password1 ", 50):       tooEasy,
		"kT7$qz!w" + strings.Repeat("a", 1016): "",
	} {
		err := h.ValidateStrength(t.Context(), somebody, directory.NewHash{Password: password, Strong: true, About: about})
		if want == "" {
			if err != nil {
				t.Errorf("%.40q: %v", password, err)
			}
			continue
		}
		if e := isKind(t, err, roster.Invalid); e.Field != "password" || e.Detail != want {
			t.Errorf("%.40q: %v, want %q", password, err, want)
		}
	}
}

func TestEveryListHasWords(t *testing.T) {
	t.Parallel()
	for _, list := range lists {
		n := 0
		for word := range listed(list) {
			n++
			if strings.ToLower(string(word)) != string(word) || len(word) > maxWord {
				t.Fatalf("%s holds %q", list, word)
			}
		}
		if n < 1000 {
			t.Errorf("%s holds %d words", list, n)
		}
	}
}

func FuzzStrength(f *testing.F) {
	f.Add("Passw0rd!", "johndoe")
	f.Add("жираф-24.12.1985", "")
	f.Add("\xff\xfe((((|||", "|")
	f.Fuzz(func(t *testing.T, password, about string) {
		if n := score(password, []string{about}); n < 0 || n > 4 {
			t.Errorf("%q scores %d", password, n)
		}
	})
}

func BenchmarkStrength(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		score("correct horse battery staple", []string{"johndoe"})
	}
}
