package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"roster"
	"roster/internal/fold"
)

// Bounds of conditions.
const (
	MaxConditions     = 100      // of one group
	MaxConditionValue = 1000     // characters
	MaxConditionBytes = 64 << 10 // of all values of a check together

	// MaxPatternText is how many bytes at the beginning of a field a regular expression sees.
	MaxPatternText = 16 << 10
)

// MaxMatchWork bounds the work of comparing one event with all checks, in steps. A step is one
// instruction of a regular expression at one byte of text: about 30 ns at worst.
const MaxMatchWork = 32 << 20

const (
	// compileWork is the work of compiling one instruction of an expression, in steps. It always
	// counts, so that the result for an event does not depend on the cache.
	compileWork = 64
	// plainBytes is how many bytes of text and value a plain comparison reads in one step.
	plainBytes = 16
	// foldWork is the work of folding one byte of text that is not ASCII, in steps.
	foldWork = 2
)

// work is the remaining budget for comparing one event.
type work struct {
	steps   int             // below 0: the budget is exceeded, and results mean nothing
	compile bool            // expressions may be compiled; otherwise one that is not cached exceeds the budget
	ctx     context.Context // once it ends, the budget counts as exceeded
}

// spend takes steps from the budget, and reports whether it still holds.
func (w *work) spend(steps int) bool {
	if w.steps -= steps; w.ctx.Err() != nil {
		w.steps = -1
	}
	return !w.over()
}

func (w *work) over() bool { return w.steps < 0 }

// message holds the fields of a message that conditions compare.
type message map[roster.MessageField]*messageText

// messageText is one field of a message. Its key is computed when the first condition needs it.
type messageText struct {
	raw    string
	head   string // the beginning, which regular expressions see
	key    string // the folded text, for comparisons that ignore case
	folded bool
}

func newMessage(subject, body, from string) message {
	m := message{}
	for field, text := range map[roster.MessageField]string{
		roster.FieldSubject: subject, roster.FieldBody: body, roster.FieldFrom: from,
	} {
		m[field] = &messageText{raw: text, head: headOf(text)}
	}
	return m
}

// headOf returns the beginning of a text that regular expressions see, cut between characters.
func headOf(text string) string {
	if len(text) <= MaxPatternText {
		return text
	}
	end := MaxPatternText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// foldedText returns the key. It returns false if computing it exceeds the budget.
func (t *messageText) foldedText(w *work) (string, bool) {
	if !t.folded {
		cost := len(t.raw) / plainBytes
		if !isASCII(t.raw) {
			cost = len(t.raw) * foldWork
		}
		if !w.spend(cost) {
			return "", false
		}
		t.key, t.folded = fold.Part(t.raw), true
	}
	return t.key, true
}

// folded returns the conditions with folded values, for comparison.
func folded(g roster.ConditionGroup) roster.ConditionGroup {
	g.Conditions = slices.Clone(g.Conditions)
	for i, c := range g.Conditions {
		if c.Matches != roster.MatchRegexp {
			g.Conditions[i].Value = fold.Part(c.Value)
		}
	}
	return g
}

// meets reports whether the message meets the folded conditions. Without conditions it does not. It
// spends the budget for each condition; if the budget is exceeded, the result means nothing.
func (m message) meets(g roster.ConditionGroup, w *work) bool {
	if len(g.Conditions) == 0 {
		return false
	}
	for _, c := range g.Conditions {
		met := m.meetsOne(c, w)
		if w.over() {
			return false
		}
		if met != g.All {
			return met
		}
	}
	return g.All
}

func (m message) meetsOne(c roster.Condition, w *work) bool {
	text, known := m[c.Field]
	if !known {
		return false
	}
	if c.Matches == roster.MatchRegexp {
		return text.matches(c.Value, w)
	}
	key, done := text.foldedText(w)
	if !done || !w.spend(1+(len(key)+len(c.Value))/plainBytes) {
		return false
	}
	if c.Value == "" {
		return false // an invisible value: older releases accepted it
	}
	switch c.Matches {
	case roster.MatchExactly:
		return key == c.Value
	case roster.MatchNotExactly:
		return key != c.Value
	case roster.MatchContains:
		return strings.Contains(key, c.Value)
	case roster.MatchNotContains:
		return !strings.Contains(key, c.Value)
	case roster.MatchStartsWith:
		return strings.HasPrefix(key, c.Value)
	case roster.MatchEndsWith:
		return strings.HasSuffix(key, c.Value)
	default:
		return false
	}
}

// matches reports whether the head of the text matches a regular expression.
func (t *messageText) matches(expression string, w *work) bool {
	p, kept := patterns.get(expression)
	if !kept {
		if !w.compile {
			w.steps = -1
			return false
		}
		var err error
		if p, err = patterns.compile(expression); err != nil {
			w.spend(maxProgram * compileWork)
			return false
		}
	}
	return w.spend(p.size*(len(t.head)+compileWork)) && p.re.MatchString(t.head)
}

// validateConditions adds the faults of a group of conditions, and returns the size of their
// regular expressions. Once the size exceeds MaxCheckProgram, it compiles no more.
func validateConditions(f *roster.Faults, field string, conditions []roster.Condition) (program int) {
	if len(conditions) > MaxConditions {
		f.Add(field+".conditions", fmt.Sprintf("must not be more than %d", MaxConditions))
		return 0
	}
	for i, c := range conditions {
		at := fmt.Sprintf("%s.conditions[%d]", field, i)
		if !slices.Contains(roster.MessageFields[:], c.Field) {
			f.Add(at+".field", "must be one of: "+list(roster.MessageFields[:]))
		}
		if !slices.Contains(roster.Matches[:], c.Matches) {
			f.Add(at+".matches", "must be one of: "+list(roster.Matches[:]))
		}
		detail := faultOfValue(c.Value)
		if detail == "" && c.Matches != roster.MatchRegexp && fold.Part(c.Value) == "" {
			detail = "must hold a visible character"
		}
		if detail == "" && c.Matches == roster.MatchRegexp && program <= MaxCheckProgram {
			var size int
			size, detail = examinePattern(c.Value)
			program += size
		}
		if detail != "" {
			f.Add(at+".value", detail)
		}
	}
	return program
}

// faultOfValue returns the fault of a condition's value, "" if it has none.
func faultOfValue(value string) string {
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		return "is required"
	case n > MaxConditionValue:
		return fmt.Sprintf("must not be longer than %d characters", MaxConditionValue)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, fold.Misleading):
		return "must not hold control characters"
	}
	return ""
}

// conditionBytes returns the total length of the values of conditions.
func conditionBytes(groups ...roster.ConditionGroup) (n int) {
	for _, g := range groups {
		for _, c := range g.Conditions {
			n += len(c.Value)
		}
	}
	return n
}
