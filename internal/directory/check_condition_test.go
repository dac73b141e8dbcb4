package directory

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"roster"
)

// meetsAll reports whether the message meets conditions, within the budget of one event.
func (m message) meetsAll(t *testing.T, g roster.ConditionGroup) bool {
	t.Helper()
	w := work{steps: MaxMatchWork, compile: true, ctx: t.Context()}
	got := m.meets(folded(g), &w)
	if w.over() {
		t.Errorf("%+v takes too much work", g)
	}
	return got
}

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
		{roster.FieldSubject, roster.MatchContains, "\u200b", false}, // as it was taken once
		{roster.FieldSubject, roster.MatchNotExactly, "\ufeff", false},
		{roster.FieldBody, "like", "line", false},
	} {
		one := roster.Condition{Field: c.field, Matches: c.matches, Value: c.value}
		if got := m.meetsAll(t, roster.ConditionGroup{Conditions: []roster.Condition{one}}); got != c.want {
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
			if got := m.meetsAll(t, g); got != want[i] {
				t.Errorf("%q, all %v: %v", conditions, all, got)
			}
		}
	}
}

func TestExpressionsAreKeptCompiledAndNotMoreThanSoMany(t *testing.T) {
	t.Parallel()
	p := patternCache{kept: map[string]pattern{}}
	first, err := p.compile("first")
	if again, _ := p.compile("first"); err != nil || again != first {
		t.Errorf("compiled twice (%v)", err)
	}
	for i := range 2 * maxPatterns {
		if _, err := p.compile(fmt.Sprint("pattern ", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.compile("("); err == nil || len(p.kept) != maxPatterns {
		t.Errorf("%d are kept; of a bad one: %v", len(p.kept), err)
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

// naive compares a text with a condition in the simplest way.
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

// FuzzCondition shows that no condition makes the matcher panic, that every valid condition can be
// compared, and that the matcher agrees with naive.
func FuzzCondition(f *testing.F) {
	for i, m := range roster.Matches {
		f.Add(byte(i), "Straße", "die STRASSE")
		f.Add(byte(i), string(m), "a text")
	}
	f.Add(byte(6), `^(a|b)+\s*$`, "ABBA ")
	f.Add(byte(6), `(?-i)K`, "\u212a")
	f.Fuzz(func(t *testing.T, match byte, value, text string) {
		if !utf8.ValidString(text) || len(text) > MaxPatternText {
			return
		}
		c := roster.Condition{Field: roster.FieldBody, Matches: roster.Matches[int(match)%len(roster.Matches)], Value: value}
		var faults roster.Faults
		validateConditions(&faults, "matching", []roster.Condition{c})
		got := newMessage("", text, "").meetsAll(t, roster.ConditionGroup{Conditions: []roster.Condition{c}})
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

func TestKeptExpressionsAreBoundedInSizeToo(t *testing.T) {
	t.Parallel()
	p := patternCache{kept: map[string]pattern{}}
	for i := range maxPatternSize / 500 {
		if _, err := p.compile(fmt.Sprintf("%d(?:.?){490}", i)); err != nil {
			t.Fatal(err)
		}
	}
	size := 0
	for _, one := range p.kept {
		size += one.size
	}
	if size != p.size || size > maxPatternSize || len(p.kept) < 100 {
		t.Errorf("%d expressions of %d steps are kept, which count as %d", len(p.kept), size, p.size)
	}
}

// TestAnExpressionThatIsFarTooLargeIsNotMadeFirst is not parallel, because it counts allocations.
func TestAnExpressionThatIsFarTooLargeIsNotMadeFirst(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := compilePattern("(?:" + strings.Repeat("ab?", 300) + "){1000}")
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("got %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d bytes were allocated", used)
	}
}

func TestClassesOfCharactersCountBesideTheInstructions(t *testing.T) {
	t.Parallel()
	plain, _ := compilePattern("[ab][ab]")
	letters, _ := compilePattern(`\pL\pL`)
	if plain.size > 10 || letters.size < 50 {
		t.Errorf("a class of two letters counts %d, one of all %d", plain.size, letters.size)
	}
}

func TestAnExpressionSeesTheBeginningOfALongTextOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, expression string
		want             bool
	}{
		{strings.Repeat("x", MaxPatternText-1) + "y", "y", true},
		{strings.Repeat("x", MaxPatternText) + "y", "y", false},
		{strings.Repeat("x", MaxPatternText) + "y", "x$", true},
		{strings.Repeat("x", MaxPatternText-1) + "é", `\x{fffd}`, false}, // no half of a character
		{strings.Repeat("x", MaxPatternText-1) + "é", "é", false},
	} {
		one := roster.Condition{Field: roster.FieldBody, Matches: roster.MatchRegexp, Value: c.expression}
		if got := newMessage("", c.text, "").meetsAll(t, roster.ConditionGroup{Conditions: []roster.Condition{one}}); got != c.want {
			t.Errorf("%s in %d bytes: %v", c.expression, len(c.text), got)
		}
	}
}

func TestEveryComparisonTakesWork(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("a", 64<<10)
	large := func(i int) roster.Condition { // anchored: it counts like any other and is fast
		return roster.Condition{Field: roster.FieldBody, Matches: roster.MatchRegexp, Value: fmt.Sprintf("^(?:.?.?.?.?){119}%d$", i)}
	}
	plain := func(matches roster.Match) func(int) roster.Condition {
		return func(i int) roster.Condition {
			return roster.Condition{Field: roster.FieldBody, Matches: matches, Value: fmt.Sprint(i)}
		}
	}
	const fold, compare = 64 << 10 / plainBytes, 1 + 64<<10/plainBytes
	for name, c := range map[string]struct {
		one   func(int) roster.Condition
		steps int
	}{
		"an expression":           {large, 20 << 20},
		"an expression of a from": {func(i int) roster.Condition { c := large(i); c.Field = roster.FieldFrom; return c }, 100_000},
		"exactly":                 {plain(roster.MatchExactly), fold + compare},
		"contains":                {plain(roster.MatchContains), fold + compare},
		"starts with":             {plain(roster.MatchStartsWith), fold + compare},
		"a bad expression": {func(int) roster.Condition {
			return roster.Condition{Field: roster.FieldBody, Matches: roster.MatchRegexp, Value: "("}
		}, 100_000},
	} {
		m := newMessage("subject", body, "from")
		for n, over := range map[int]bool{1: false, 2: true, 50: true} {
			var g roster.ConditionGroup
			for i := range n {
				g.Conditions = append(g.Conditions, c.one(i))
			}
			w := work{steps: c.steps, compile: true, ctx: t.Context()}
			m.firstClaim([]claim{{check: "c", matching: g}}, &w)
			if w.over() != over {
				t.Errorf("%d times %s leaves %d of %d", n, name, w.steps, c.steps)
			}
			w = work{steps: c.steps, compile: true, ctx: t.Context()}
			for range n {
				m.statusOf(claim{success: roster.ConditionGroup{Conditions: g.Conditions[:1]}}, &w)
			}
			if w.over() != over {
				t.Errorf("%d checks with %s leave %d of %d", n, name, w.steps, c.steps)
			}
		}
	}
}

func TestTheResultOfAnEventDoesNotDependOnWhatIsKeptCompiled(t *testing.T) {
	t.Parallel()
	m := newMessage("subject", "", "")
	g := roster.ConditionGroup{Conditions: []roster.Condition{{Field: roster.FieldSubject, Matches: roster.MatchRegexp, Value: "^kept or not$"}}}
	quick := work{steps: MaxMatchWork, ctx: t.Context()}
	if m.meets(g, &quick); !quick.over() {
		t.Error("an expression is compiled where it must not be")
	}
	cold, warm := work{steps: MaxMatchWork, compile: true, ctx: t.Context()}, work{steps: MaxMatchWork, compile: true, ctx: t.Context()}
	m.meets(g, &cold)
	m.meets(g, &warm)
	if cold != warm || cold.over() {
		t.Errorf("%d steps are left the first time, %d then", cold.steps, warm.steps)
	}
}
