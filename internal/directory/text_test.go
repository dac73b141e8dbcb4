package directory

import (
	"strings"
	"testing"

	"roster"
)

func TestNamesThatAReaderTakesForTheSameFoldToTheSame(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"johndoe1", "JohnDoe1", "JOHNDOE1"},
		{"straße", "STRASSE", "Strasse"},
		{"Jos\u00e9", "jose\u0301", "JOSÉ"},
		{"ΣΊΣΥΦΟΣ", "σίσυφοσ", "σίσυφος"},
	} {
		for _, name := range same {
			if got, want := Fold(name), Fold(same[0]); got != want {
				t.Errorf("Fold(%q) = %q, but Fold(%q) = %q", name, got, same[0], want)
			}
		}
	}
	if Fold("bob") == Fold("rob") {
		t.Error("different names fold to the same")
	}
}

func FuzzFoldIsStable(f *testing.F) {
	for _, s := range []string{"", "Bob", "Straße", "İstanbul", "ﬀ", "e\u0301", "\u0345"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q, and again = %q", s, once, twice)
		}
	})
}

func TestZonesAreReadFromNamesAndLabels(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		name string
		ok   bool
	}{
		"":              {"", true},
		"SYSTEM":        {"", true},
		"Europe/London": {"Europe/London", true},
		"(GMT 00:00) Europe/London - Greenwich Mean Time":   {"Europe/London", true},
		"(GMT+01:00) Europe/Berlin - Central European Time": {"Europe/Berlin", true},
		"UTC":                     {"UTC", true},
		"European/London":         {"", false},
		"Local":                   {"", false},
		"../../etc/passwd":        {"", false},
		"/etc/localtime":          {"", false},
		strings.Repeat("x", 1000): {"", false},
	} {
		if name, ok := Zone(text); name != want.name || ok != want.ok {
			t.Errorf("Zone(%q) = %q, %v; want %q, %v", text, name, ok, want.name, want.ok)
		}
	}
}

func TestEmailAddressesAreOnePlainAddress(t *testing.T) {
	t.Parallel()
	for email, good := range map[string]bool{
		"johndoe@moogsoft.com": true, "person@myorg.realdomain": true, "a+b@example.co.uk": true,
		"müller@example.com": true, "a@bücher.example": true, "root@localhost": true,
		"अजय@डाटा.भारत": true, "राम@example.com": true, "x@नमस्ते.example": true, "jane@xn--dmin-moa0i.example": true,
		"a@\u200bö.example-": false, "a@ö_x.example": false, "a@" + strings.Repeat("ö", 62) + ".example": false,
		"":        true, // whether it is needed is the face's to say
		"johndoe": false, "@example.com": false, "a@": false, "a b@example.com": false,
		"John <john@example.com>": false, "a@example.com, b@example.com": false, "a@example..com": false,
		"a@-example.com": false, "a@exa_mple.com": false, "a@example.com\r\nBcc: b@example.com": false,
		"a\x00@example.com": false, "a@[127.0.0.1]": false,
		strings.Repeat("a", 65) + "@example.com":         false,
		"a@" + strings.Repeat("a", 300) + ".example.com": false,
	} {
		var f roster.Faults
		validateEmail(&f, email)
		if (len(f) == 0) != good {
			t.Errorf("%q: %v", email, f)
		}
	}
}

func TestInvisibleCharactersOfAnASCIIAddressAreNotKept(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" a@example.com\u200b": "a@example.com", "\ufeffa\u00ad@example.com ": "a@example.com", "a\u200b@ö.example": "a@ö.example",
		"क्\u200dष@example.com": "क्\u200dष@example.com", "": "", "none\u200b": "none\u200b",
	} {
		if got := CleanEmail(typed); got != want {
			t.Errorf("CleanEmail(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestNamesMayHoldWhatPeopleReadAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{
		"John Doe": true, "O'Brien": true, "李小龍": true, "🙂": true, strings.Repeat("ü", 255): true,
		strings.Repeat("ü", 256): false, strings.Repeat("\uFDFA", 31): false, strings.Repeat("ß", 255): true, strings.Repeat("😀", 255): true, "a\nb": false, "a\x00b": false, "a\u202eb": false, "a\u2028b": false, "a\xffb": false, "a\u0085b": false,
	} {
		var f roster.Faults
		validateName(&f, "displayName", name)
		if (len(f) == 0) != good {
			t.Errorf("%q: %v", name, f)
		}
	}
}

func TestCommandsInMessagesCanBePasted(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"Network": "Network", "my team 1": "'my team 1'", "O'Brien": `'O'\''Brien'`, "$(reboot)": "'$(reboot)'",
		"-rf": "'-rf'", "": "''", "Zürich": "'Zürich'",
	} {
		if got := quoteShell(word); got != want {
			t.Errorf("quoteShell(%q) = %s, want %s", word, got, want)
		}
	}
}

func TestAListStopsAtItsLimitAndAsksForNoPageMoreThanItNeeds(t *testing.T) {
	t.Parallel()
	const total = 1234
	for _, c := range []struct{ limit, want, reads int }{
		{0, total, 4}, {1, 1, 1}, {500, 500, 1}, {501, 501, 2}, {5000, total, 3},
	} {
		reads, got := 0, 0
		for n, err := range pages(0, c.limit, func(after, limit int) (page []int, err error) {
			reads++
			for n := after + 1; n <= total && len(page) < limit; n++ {
				page = append(page, n)
			}
			return page, nil
		}, func(n int) int { return n }) {
			if got++; err != nil || n != got {
				t.Fatalf("record %d is %d, %v", got, n, err)
			}
		}
		if got != c.want || reads != c.reads {
			t.Errorf("limit %d: %d records in %d reads, want %d in %d", c.limit, got, reads, c.want, c.reads)
		}
	}
}

func TestWhoReadsAPageOfTheUsualLengthCausesOneReadOfLittleMore(t *testing.T) {
	t.Parallel()
	loaded, got := 0, 0
	for range pages(0, 0, func(after, limit int) (page []int, err error) {
		loaded += limit
		for n := range limit {
			page = append(page, after+n+1)
		}
		return page, nil
	}, func(n int) int { return n }) {
		if got++; got > 100 {
			break
		}
	}
	if loaded != firstPage {
		t.Errorf("%d records were loaded for 100 and a look at the next", loaded)
	}
}
