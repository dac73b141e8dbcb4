package filter

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"roster"
)

// blanks are the characters that may stand between words.
const blanks = " \t"

// lexer splits a text into words, marks and literals.
type lexer struct {
	text string
	at   int // position, in bytes
}

// fault returns the error for a position, in bytes from the start.
func (l *lexer) fault(at int, format string, values ...any) *roster.Error {
	return invalid("is not understood at character %d: %s", utf8.RuneCountInString(l.text[:at])+1, fmt.Sprintf(format, values...))
}

// describeNext describes the text at the current position.
func (l *lexer) describeNext() string {
	rest := l.text[l.at:]
	if rest == "" {
		return "the end"
	}
	if word := takeWord(rest); word != "" {
		return quote(word)
	}
	_, size := utf8.DecodeRuneInString(rest)
	return quote(rest[:size])
}

// quote quotes s for a message, cut to 40 characters.
func quote(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// skip skips blanks, and reports whether there were any.
func (l *lexer) skip() bool {
	rest := strings.TrimLeft(l.text[l.at:], blanks)
	taken := len(l.text) - len(rest) - l.at
	l.at += taken
	return taken > 0
}

// take skips the mark if it is next, and reports whether it was.
func (l *lexer) take(mark string) bool {
	if !strings.HasPrefix(l.text[l.at:], mark) {
		return false
	}
	l.at += len(mark)
	return true
}

// takeWord returns the word at the start of s: characters of attribute paths, operators and names.
func takeWord(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.:$", r))
	})
	if end < 0 {
		return s
	}
	return s[:end]
}

// word reads a word, "" if none is next.
func (l *lexer) word() string {
	word := takeWord(l.text[l.at:])
	l.at += len(word)
	return word
}

// literal reads a value in JSON (RFC 8259): a text, a number, true, false or null.
func (l *lexer) literal() (literal, error) {
	start := l.at
	if strings.HasPrefix(l.text[l.at:], `"`) {
		end := endOfText(l.text[l.at:])
		if end < 0 {
			return literal{}, l.fault(start, `the text has no closing "`)
		}
		l.at += end
		var s string
		if json.Unmarshal([]byte(l.text[start:l.at]), &s) != nil {
			return literal{}, l.fault(start, "the text is not written as in JSON")
		}
		return textLiteral(s), nil
	}
	rest := l.text[l.at:]
	end := strings.IndexAny(rest, blanks+`)]("[`)
	if end < 0 {
		end = len(rest)
	}
	raw := rest[:end]
	switch raw {
	case "true", "false":
		l.at += end
		return literal{kind: boolean, truth: raw == "true"}, nil
	case "null":
		l.at += end
		return literal{kind: null}, nil
	}
	if raw != "" && (raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9') && json.Valid([]byte(raw)) {
		l.at += end
		number, ok := numberLiteral(raw)
		if !ok {
			return literal{}, l.fault(start, "the number is too large")
		}
		return number, nil
	}
	return literal{}, l.fault(start, `expected a value as in JSON ("text", 1.5, true, false, null), found %s`, l.describeNext())
}

// endOfText returns the end of the JSON text at the start of s, -1 if it is not closed.
func endOfText(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}
