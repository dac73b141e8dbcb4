package directory

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"roster"
	"roster/internal/fold"
)

// Bounds of conditions. The last two keep one message from costing much more than its length.
const (
	MaxConditions     = 100      // of one group
	MaxConditionValue = 1000     // characters
	MaxConditionBytes = 64 << 10 // of all values of a check together
	maxProgram        = 1500     // steps of a regular expression: what a text of MaxConditionValue takes, and some
)

// message is what conditions look at. The keys, in which case does not count, are made once.
type message struct {
	raw, key map[roster.MessageField]string
}

func newMessage(subject, body, from string) message {
	m := message{
		raw: map[roster.MessageField]string{roster.FieldSubject: subject, roster.FieldBody: body, roster.FieldFrom: from},
		key: map[roster.MessageField]string{},
	}
	for field, text := range m.raw {
		m.key[field] = fold.Part(text)
	}
	return m
}

// meets reports whether the message meets the conditions. Without conditions it does not.
func (m message) meets(g roster.ConditionGroup) bool { return m.meetsFolded(folded(g)) }

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

func (m message) meetsFolded(g roster.ConditionGroup) bool {
	if len(g.Conditions) == 0 {
		return false
	}
	for _, c := range g.Conditions {
		if met := m.meetsOne(c); met != g.All {
			return met
		}
	}
	return g.All
}

func (m message) meetsOne(c roster.Condition) bool {
	text, known := m.key[c.Field]
	if !known {
		return false
	}
	if c.Matches == roster.MatchRegexp {
		re, err := patterns.compile(c.Value)
		return err == nil && re.MatchString(m.raw[c.Field])
	}
	switch c.Matches {
	case roster.MatchExactly:
		return text == c.Value
	case roster.MatchNotExactly:
		return text != c.Value
	case roster.MatchContains:
		return strings.Contains(text, c.Value)
	case roster.MatchNotContains:
		return !strings.Contains(text, c.Value)
	case roster.MatchStartsWith:
		return strings.HasPrefix(text, c.Value)
	case roster.MatchEndsWith:
		return strings.HasSuffix(text, c.Value)
	default:
		return false
	}
}

// statusOf is the status of a message that the check claims.
func (m message) statusOf(c roster.Check) roster.Status {
	switch {
	case m.meets(c.Success):
		return roster.StatusSuccess
	case m.meets(c.Warning):
		return roster.StatusWarning
	default:
		return c.DefaultStatus
	}
}

// patterns are regular expressions that were compiled once.
var patterns = patternCache{compiled: map[string]*regexp.Regexp{}}

// patternCache keeps compiled expressions: so many at most, of which any may have to make place.
type patternCache struct {
	mu       sync.Mutex
	compiled map[string]*regexp.Regexp
}

// maxPatterns bounds what the cache takes: the largest expression takes about 200 KiB.
const maxPatterns = 256

func (p *patternCache) compile(pattern string) (*regexp.Regexp, error) {
	p.mu.Lock()
	re := p.compiled[pattern]
	p.mu.Unlock()
	if re != nil {
		return re, nil
	}
	re, err := compilePattern(pattern)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for old := range p.compiled {
		if len(p.compiled) < maxPatterns {
			break
		}
		delete(p.compiled, old)
	}
	p.compiled[pattern] = re
	return re, nil
}

// compilePattern compiles an expression in RE2 syntax, in which case does not count. The error is a phrase
// that follows the name of a field.
func compilePattern(pattern string) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl|syntax.FoldCase)
	if err != nil {
		detail := "is no regular expression in RE2 syntax"
		if of := (*syntax.Error)(nil); errors.As(err, &of) {
			detail += ": " + string(of.Code)
		}
		return nil, errors.New(detail)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxProgram {
		return nil, errors.New("is a regular expression that is too large: it repeats too much")
	}
	re, err := regexp.Compile("(?i)" + pattern)
	if err != nil {
		return nil, errors.New("is no regular expression in RE2 syntax")
	}
	return re, nil
}

// checkConditions notes the faults of a group of conditions.
func checkConditions(f *roster.Faults, field string, conditions []roster.Condition) {
	if len(conditions) > MaxConditions {
		f.Add(field+".conditions", fmt.Sprintf("must not be more than %d", MaxConditions))
		return
	}
	for i, c := range conditions {
		at := fmt.Sprintf("%s.conditions[%d]", field, i)
		if !slices.Contains(roster.MessageFields[:], c.Field) {
			f.Add(at+".field", "must be one of: "+list(roster.MessageFields[:]))
		}
		if !slices.Contains(roster.Matches[:], c.Matches) {
			f.Add(at+".matches", "must be one of: "+list(roster.Matches[:]))
		}
		if detail := faultOfValue(c); detail != "" {
			f.Add(at+".value", detail)
		}
	}
}

// faultOfValue says what is wrong with what a condition compares with, "" if nothing is.
func faultOfValue(c roster.Condition) string {
	switch n := utf8.RuneCountInString(c.Value); {
	case n == 0:
		return "is required"
	case n > MaxConditionValue:
		return fmt.Sprintf("must not be longer than %d characters", MaxConditionValue)
	case !utf8.ValidString(c.Value) || strings.ContainsFunc(c.Value, unreadable):
		return "must not hold control characters"
	}
	if c.Matches == roster.MatchRegexp {
		if _, err := compilePattern(c.Value); err != nil {
			return err.Error()
		}
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
