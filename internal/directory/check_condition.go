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

	// MaxPatternText is how many bytes of a field a regular expression sees: the first ones.
	MaxPatternText = 16 << 10
)

// MaxMatchWork is the work that comparing one event with all checks may take, in steps. A step is
// one instruction of a regular expression at one byte of text: about 30 ns at worst.
const MaxMatchWork = 32 << 20

const (
	// compileWork is the work of making one instruction of an expression, in steps. It always counts,
	// so that the result for an event does not depend on which expressions are kept compiled.
	compileWork = 64
	// plainBytes is how many bytes of text and value a comparison without an expression looks at in a
	// step.
	plainBytes = 16
	// foldWork is the work of bringing a byte of a text that is not ASCII into the form that is
	// compared.
	foldWork = 2
)

// work is what may still be done for an event.
type work struct {
	steps   int             // below 0: it was too much, and results mean nothing
	compile bool            // expressions may be compiled; without it one that is not kept is too much
	ctx     context.Context // nothing more is done once it has ended
}

// spend takes steps, and reports whether there were so many.
func (w *work) spend(steps int) bool {
	if w.steps -= steps; w.ctx.Err() != nil {
		w.steps = -1
	}
	return !w.over()
}

func (w *work) over() bool { return w.steps < 0 }

// message is what conditions look at.
type message map[roster.MessageField]*messageText

// messageText is one field of a message. Its key is made when the first condition asks for it.
type messageText struct {
	raw    string
	head   string // what regular expressions see
	key    string // the form in which case does not count
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

// headOf returns the beginning of a text that regular expressions see, without half a character at
// its end.
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

// foldedText returns the key. It fails where making it would be too much work.
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

// folded returns the conditions with their values in the form in which they are compared.
func folded(g roster.ConditionGroup) roster.ConditionGroup {
	g.Conditions = slices.Clone(g.Conditions)
	for i, c := range g.Conditions {
		if c.Matches != roster.MatchRegexp {
			g.Conditions[i].Value = fold.Part(c.Value)
		}
	}
	return g
}

// meets reports whether the message meets folded conditions. Without conditions it does not.
// Between two conditions it asks for work: the caller looks whether that sufficed.
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
		return false // of nothing that can be seen: it was taken once
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

// validateConditions notes the faults of a group of conditions, and returns the size of their
// regular expressions. What exceeds the most that a check may have is not compiled.
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
			detail = "must hold a character that can be seen"
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

// faultOfValue says what is wrong with the text that a condition compares with, "" if nothing is.
func faultOfValue(value string) string {
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		return "is required"
	case n > MaxConditionValue:
		return fmt.Sprintf("must not be longer than %d characters", MaxConditionValue)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unreadable):
		return "must not hold control characters"
	}
	return ""
}

// conditionBytes is how long the values of conditions are together.
func conditionBytes(groups ...roster.ConditionGroup) (n int) {
	for _, g := range groups {
		for _, c := range g.Conditions {
			n += len(c.Value)
		}
	}
	return n
}
