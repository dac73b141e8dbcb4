package auth

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/scoring"

	"roster"
	"roster/internal/directory"
)

const (
	// minChosenRunes is the shortest password that a person may choose (SP 800-63B §5.1.1.2).
	minChosenRunes = 8

	// minScore is the lowest accepted score, of 0 to 4: 3 means some 10^10 guesses.
	minScore = 3

	// maxJudgedRunes is how much of a password is judged, because the work grows with its square.
	maxJudgedRunes = 100

	tooShort = "must be at least 8 characters long"
	tooLong  = "must be at most 1,024 bytes long"
	tooEasy  = "is too easy to guess; use several unrelated words, or a longer mix of characters, without names and dates"
)

// validateLength refuses a password for its length alone. It needs no slot.
func validateLength(p directory.NewHash) error {
	switch {
	case len(p.Password) > MaxPasswordBytes:
		return passwordFault(tooLong)
	case p.Strong && utf8.RuneCountInString(p.Password) < minChosenRunes:
		return passwordFault(tooShort)
	}
	return nil
}

// judge refuses a password that can be guessed quickly from common passwords, words, names,
// keyboards, dates, and words about the person.
func judge(password string, about []string) error {
	if score(password, about) < minScore {
		return passwordFault(tooEasy)
	}
	return nil
}

// score judges like zxcvbn: by the cheapest way to build the password from what a guesser tries
// first. It does not use the library's own entry point, which loads its word lists at the start of
// every process: 40 ms and 7 MiB.
func score(password string, about []string) int {
	text := judged(password)
	if block := repeated(text); block != "" {
		text = block
	}
	matches := structure(text)
	matches = append(matches, dictionary(text, about)...)
	return scoring.MinimumEntropyMatchSequence(text, matches).Score
}

// judged returns the part of the password that is judged, with one byte for each character, because
// the scoring counts bytes. A letter beyond ASCII becomes some letter, any other character some
// sign.
func judged(password string) string {
	var b strings.Builder
	n := 0
	for _, r := range password {
		if n++; n > maxJudgedRunes {
			break
		}
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case unicode.IsLetter(r):
			b.WriteByte('a' + byte(r%26))
		default:
			b.WriteByte('~')
		}
	}
	return b.String()
}

// repeated returns the shortest block that the text repeats, "" if there is none. A repetition is
// as hard to guess as its block.
func repeated(text string) string {
	for n := 1; n <= len(text)/2; n++ {
		if len(text)%n == 0 && strings.Repeat(text[:n], len(text)/n) == text {
			return text[:n]
		}
	}
	return ""
}

// part returns a match at text[i:end].
func part(pattern, text string, i, end int) match.Match {
	return match.Match{Pattern: pattern, I: i, J: end - 1, Token: text[i:end]}
}

func passwordFault(detail string) error {
	return &roster.Error{Kind: roster.Invalid, Field: "password", Detail: detail}
}
