package directory

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Bounds of regular expressions. The size of one is what [pattern] counts.
const (
	// MaxCheckProgram is the greatest size of all regular expressions of a check together.
	MaxCheckProgram = 5000
	// MaxOrganizationProgram is the greatest size of all regular expressions of an organization
	// together.
	MaxOrganizationProgram = 200_000

	// maxProgram is the greatest number of instructions of one regular expression. Plain text of
	// MaxConditionValue characters needs fewer.
	maxProgram = 1500

	// rangesOfStep is how many bounds of character classes count as one instruction.
	rangesOfStep = 32

	// widthOfStep is how many characters of a range count as one instruction: the library looks up the
	// other cases of each character.
	widthOfStep = 64

	// firstCased and lastCased are the first and last character that have another case.
	firstCased, lastCased = 'A', 0x1E943
)

// pattern is a compiled regular expression.
type pattern struct {
	re *regexp.Regexp
	// size is the number of instructions, plus the bounds of character classes and the characters of
	// wide ranges. A class such as \pL is one instruction, but has more than a thousand bounds.
	size int
}

// compilePattern compiles an expression in RE2 syntax that ignores case. The error is a phrase that
// follows the name of a field.
func compilePattern(text string) (pattern, error) {
	width := rangeWidth(text) / widthOfStep
	if width > MaxCheckProgram {
		return pattern{}, errors.New("is a regular expression that is too large: its ranges of characters are too wide")
	}
	tree, err := syntax.Parse(text, syntax.Perl) // without the other cases, which regexp.Compile adds
	if err != nil {
		detail := "is no regular expression in RE2 syntax"
		if of := (*syntax.Error)(nil); errors.As(err, &of) {
			detail += ": " + string(of.Code)
		}
		return pattern{}, errors.New(detail)
	}
	tooLarge := errors.New("is a regular expression that is too large: it repeats too much")
	if roughSize(tree) > 4*maxProgram {
		return pattern{}, tooLarge // Compile would build it all first: a million instructions take a second
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxProgram {
		return pattern{}, tooLarge
	}
	re, err := regexp.Compile("(?i)" + text)
	if err != nil {
		return pattern{}, errors.New("is no regular expression in RE2 syntax")
	}
	bounds := 0
	for _, inst := range prog.Inst {
		bounds += len(inst.Rune)
	}
	return pattern{re: re, size: len(prog.Inst) + bounds/rangesOfStep + width}, nil
}

// faultWork is the size that a byte of a bad expression counts as: compiling it costs no more.
const faultWork = 16

// examinePattern returns the size of an expression, and its fault, "" if it has none. A bad
// expression has a size too: about the work of finding the fault.
func examinePattern(text string) (size int, fault string) {
	p, err := compilePattern(text)
	if err != nil {
		return faultWork*len(text) + rangeWidth(text)/widthOfStep, err.Error()
	}
	return p.size, ""
}

// rangeWidth returns how many characters the ranges of an expression hold that may have another
// case. It takes the characters around any hyphen for a range, so the result may be too great.
func rangeWidth(text string) (width int) {
	for at := range len(text) {
		if text[at] != '-' {
			continue
		}
		first, size := utf8.DecodeLastRuneInString(text[:at])
		if size < 2 { // ASCII: it may be the end of an escape
			first = firstCased
		}
		last := min(rangeEnd(text[at+1:]), lastCased)
		width += max(0, int(last-max(first, firstCased)))
	}
	return width
}

// rangeEnd returns the character that an expression begins with, decoding escapes.
func rangeEnd(text string) rune {
	digits, base := "", 16
	switch {
	case strings.HasPrefix(text, `\x{`):
		digits, _, _ = strings.Cut(text[3:], "}")
	case strings.HasPrefix(text, `\x`):
		digits = text[2:min(4, len(text))]
	case strings.HasPrefix(text, `\`):
		digits, base = text[1:min(4, len(text))], 8
	default:
		r, size := utf8.DecodeRuneInString(text)
		if size == 0 {
			return 0
		}
		return r
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil { // another escape, of one ASCII character, or none at all
		return utf8.RuneSelf
	}
	return rune(n)
}

// roughSize estimates how many instructions an expression takes, without compiling it. The estimate
// is at most a few times too great, and hardly ever too small.
func roughSize(re *syntax.Regexp) int {
	n := 1
	for _, sub := range re.Sub {
		n += roughSize(sub)
	}
	switch re.Op {
	case syntax.OpLiteral:
		n += len(re.Rune)
	case syntax.OpRepeat:
		n *= max(1, re.Min, re.Max)
	}
	return n
}

// patterns caches compiled regular expressions.
var patterns = patternCache{kept: map[string]pattern{}}

// patternCache is a bounded cache of compiled expressions. It evicts them in no particular order.
type patternCache struct {
	mu   sync.Mutex
	kept map[string]pattern
	size int // the sum of their sizes
}

// Bounds of the cache. An instruction takes about 130 bytes, and an expression up to 4,000 more.
const (
	maxPatterns    = 4096
	maxPatternSize = 2 * MaxOrganizationProgram
)

// get returns a cached expression.
func (p *patternCache) get(text string) (pattern, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.kept[text]
	return found, ok
}

// compile returns a cached expression, or else compiles and caches it.
func (p *patternCache) compile(text string) (pattern, error) {
	if found, ok := p.get(text); ok {
		return found, nil
	}
	compiled, err := compilePattern(text)
	if err != nil {
		return compiled, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(text)
	for old := range p.kept {
		if len(p.kept) < maxPatterns && p.size+compiled.size <= maxPatternSize {
			break
		}
		p.drop(old)
	}
	p.kept[text] = compiled
	p.size += compiled.size
	return compiled, nil
}

// drop removes an expression. p.mu must be held.
func (p *patternCache) drop(text string) {
	p.size -= p.kept[text].size
	delete(p.kept, text)
}
