package auth

import (
	"math"
	"regexp"
	"strings"

	"github.com/ccojocar/zxcvbn-go/entropy"
	"github.com/ccojocar/zxcvbn-go/match"
)

// minRun is the shortest run that counts.
const minRun = 3

// runs are sequences that guessers know: alphabet, digits, rows and columns of a keyboard.
var runs = [...]string{
	"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
	"!@#$%^&*()", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "147258369", "qwertzuiop", "azertyuiop",
}

// dates match days and years, as digits with or without signs between them.
var dates = [...]*regexp.Regexp{
	regexp.MustCompile(`[0-3]?\d[-./ ]?[0-3]?\d[-./ ]?(?:19|20)\d\d`),
	regexp.MustCompile(`(?:19|20)\d\d[-./ ]?[01]?\d[-./ ]?[0-3]?\d`),
	regexp.MustCompile(`(?:19|20)\d\d`),
}

// bitsOfRun is the cost of choosing a run and its start. Length and direction cost extra.
var bitsOfRun = math.Log2(float64(len(runs) * len(runs[0])))

// structure finds patterns that need no dictionary: repetitions, runs and dates.
func structure(text string) []match.Match {
	found := repetitions(text)
	lower := strings.ToLower(text)
	for _, run := range runs {
		found = append(found, runsAlong(text, lower, run, 0)...)
		found = append(found, runsAlong(text, lower, reverse(run), 1)...)
	}
	for k, date := range dates {
		for _, at := range date.FindAllStringIndex(text, -1) {
			m := part("date", text, at[0], at[1])
			m.Entropy = math.Log2(119) // years that zxcvbn counts
			if k < len(dates)-1 {
				m.Entropy = entropy.DateEntropy(match.DateMatch{Year: 1900, Separator: "-"})
			}
			found = append(found, m)
		}
	}
	return found
}

// repetitions finds repeated characters.
func repetitions(text string) []match.Match {
	var found []match.Match
	for i := 0; i < len(text); {
		end := i + 1
		for end < len(text) && text[end] == text[i] {
			end++
		}
		if end-i >= minRun {
			m := part("repeat", text, i, end)
			m.Entropy = entropy.RepeatEntropy(m)
			found = append(found, m)
		}
		i = end
	}
	return found
}

// runsAlong finds the longest pieces of the run in the text; extra are bits on top.
func runsAlong(text, lower, run string, extra float64) []match.Match {
	var found []match.Match
	for i := 0; i+minRun <= len(lower); {
		end := i + minRun
		for end <= len(lower) && strings.Contains(run, lower[i:end]) {
			end++
		}
		if end--; end-i < minRun {
			i++
			continue
		}
		m := part("sequence", text, i, end)
		m.Entropy = bitsOfRun + extra + math.Log2(float64(end-i))
		if m.Token != lower[i:end] {
			m.Entropy++ // capitals
		}
		found = append(found, m)
		i = end
	}
	return found
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
