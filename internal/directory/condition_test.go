package directory

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"roster"
)

func TestConditionsAreMetWithoutRegardToCase(t *testing.T) {
	t.Parallel()
	m := newMessage("Backup OK: Straße", "line one\nLINE two", "Ops@Example.com")
	for _, c := range []struct {
		field   roster.MessageField
		matches roster.Match
		value   string
		want    bool
	}{
		{roster.FieldSubject, roster.MatchExactly, "backup ok: STRASSE", true},
		{roster.FieldSubject, roster.MatchExactly, "backup ok", false},
		{roster.FieldSubject, roster.MatchNotExactly, "backup ok: strasse", false},
		{roster.FieldSubject, roster.MatchNotExactly, "backup", true},
		{roster.FieldSubject, roster.MatchContains, "Ok", true},
		{roster.FieldSubject, roster.MatchContains, "failed", false},
		{roster.FieldSubject, roster.MatchNotContains, "FAILED", true},
		{roster.FieldSubject, roster.MatchNotContains, "BACKUP", false},
		{roster.FieldSubject, roster.MatchStartsWith, "BACK", true},
		{roster.FieldSubject, roster.MatchStartsWith, "ok", false},
		{roster.FieldFrom, roster.MatchEndsWith, "@EXAMPLE.COM", true},
		{roster.FieldFrom, roster.MatchEndsWith, "ops", false},
		{roster.FieldBody, roster.MatchContains, "two", true},
		{roster.FieldBody, roster.MatchContains, "backup", false},
		{roster.FieldBody, roster.MatchRegexp, `(?m)^line (two|three)$`, true},
		{roster.FieldBody, roster.MatchRegexp, `(?-i)^LINE`, false},
		{roster.FieldFrom, roster.MatchRegexp, `^other|@example\.com$`, true},
		{roster.FieldFrom, roster.MatchRegexp, `(`, false},
		{"header", roster.MatchNotContains, "x", false},
		{roster.FieldBody, "like", "line", false},
	} {
		one := roster.Condition{Field: c.field, Matches: c.matches, Value: c.value}
		if got := m.meets(roster.ConditionGroup{Conditions: []roster.Condition{one}}); got != c.want {
			t.Errorf("%+v: %v", one, got)
		}
	}
}

func TestAGroupOfConditionsAsksForOneOrForAll(t *testing.T) {
	t.Parallel()
	m := newMessage("yes", "", "")
	for conditions, want := range map[string][2]bool{ // y is met, n is not: any, all
		"": {false, false}, "y": {true, true}, "n": {false, false}, "yn": {true, false}, "ny": {true, false},
		"yy": {true, true}, "nn": {false, false},
	} {
		for i, all := range []bool{false, true} {
			g := roster.ConditionGroup{All: all}
			for _, c := range conditions {
				g.Conditions = append(g.Conditions, roster.Condition{Field: roster.FieldSubject, Matches: roster.MatchContains, Value: string(c)})
			}
			if got := m.meets(g); got != want[i] {
				t.Errorf("%q, all %v: %v", conditions, all, got)
			}
		}
	}
}

func TestExpressionsAreKeptCompiledAndNotMoreThanSoMany(t *testing.T) {
	t.Parallel()
	p := patternCache{compiled: map[string]*regexp.Regexp{}}
	first, err := p.compile("first")
	if again, _ := p.compile("first"); err != nil || again != first {
		t.Errorf("compiled twice (%v)", err)
	}
	for i := range 2 * maxPatterns {
		if _, err := p.compile(fmt.Sprint("pattern ", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.compile("("); err == nil || len(p.compiled) != maxPatterns {
		t.Errorf("%d are kept; of a bad one: %v", len(p.compiled), err)
	}
}

func TestTheLongestPlainExpressionIsNotTooLarge(t *testing.T) {
	t.Parallel()
	if _, err := compilePattern(strings.Repeat("ä", MaxConditionValue)); err != nil {
		t.Error(err)
	}
	for _, large := range []string{"(a{100}){10}b{1000}", strings.Repeat(`\pL{100}`, 20)} {
		if _, err := compilePattern(large); err == nil || !strings.Contains(err.Error(), "too large") {
			t.Errorf("%s: %v", large, err)
		}
	}
	if _, err := compilePattern("a{2000}"); err == nil || !strings.Contains(err.Error(), "RE2") {
		t.Errorf("got %v", err)
	}
}

// naive is what a condition on text means, spelled out letter by letter.
func naive(c roster.Condition, text string) bool {
	value, text := Fold(c.Value), Fold(text)
	at := func(i int) bool { return i+len(value) <= len(text) && text[i:i+len(value)] == value }
	contains := false
	for i := range len(text) + 1 {
		contains = contains || at(i)
	}
	switch c.Matches {
	case roster.MatchExactly:
		return at(0) && len(text) == len(value)
	case roster.MatchNotExactly:
		return !(at(0) && len(text) == len(value))
	case roster.MatchContains:
		return contains
	case roster.MatchNotContains:
		return !contains
	case roster.MatchStartsWith:
		return at(0)
	case roster.MatchEndsWith:
		return len(text) >= len(value) && at(len(text)-len(value))
	}
	return false
}

// FuzzCondition asks that no condition makes the matcher panic, that what passes the check can be compared with,
// and that the matcher says what the naive spelling says.
func FuzzCondition(f *testing.F) {
	for i, m := range roster.Matches {
		f.Add(byte(i), "Straße", "die STRASSE")
		f.Add(byte(i), string(m), "a text")
	}
	f.Add(byte(6), `^(a|b)+\s*$`, "ABBA ")
	f.Add(byte(6), `(?-i)K`, "\u212a")
	f.Fuzz(func(t *testing.T, match byte, value, text string) {
		if !utf8.ValidString(text) {
			return
		}
		c := roster.Condition{Field: roster.FieldBody, Matches: roster.Matches[int(match)%len(roster.Matches)], Value: value}
		var faults roster.Faults
		checkConditions(&faults, "matching", []roster.Condition{c})
		got := newMessage("", text, "").meets(roster.ConditionGroup{Conditions: []roster.Condition{c}})
		if len(faults) > 0 {
			return
		}
		if c.Matches == roster.MatchRegexp {
			re, err := regexp.Compile("(?i)" + value)
			if err != nil || re.MatchString(text) != got {
				t.Errorf("%q in %q: %v (%v)", value, text, got, err)
			}
			return
		}
		if want := naive(c, text); got != want {
			t.Errorf("%q %s %q: %v, want %v", text, c.Matches, value, got, want)
		}
	})
}
