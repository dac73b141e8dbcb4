package auth

import (
	"bytes"
	"iter"
	"strings"
	"unicode"

	"github.com/ccojocar/zxcvbn-go/data"
	"github.com/ccojocar/zxcvbn-go/entropy"
	"github.com/ccojocar/zxcvbn-go/match"
)

const (
	minWord = 3  // characters: shorter words prove nothing
	maxWord = 32 // characters: the lists have no longer word
)

// lists are the word lists of the library, each with its commonest word first.
var lists = [...]string{
	"data/Passwords.json", "data/English.json", "data/MaleNames.json", "data/FemaleNames.json", "data/Surnames.json",
}

// plain undoes the usual replacements of letters by signs.
var plain = strings.NewReplacer(
	"@", "a", "4", "a", "8", "b", "(", "c", "3", "e", "6", "g", "9", "g", "1", "i", "!", "i",
	"|", "l", "0", "o", "$", "s", "5", "s", "7", "t", "+", "t", "2", "z",
)

// place is where a piece of the password is, and how many bits its disguise adds.
type place struct {
	i, end int
	extra  float64
}

// dictionary finds words of the lists, and words about the person, in the text. It unpacks and
// reads the lists for each password: that takes some 15 ms and keeps no memory.
func dictionary(text string, about []string) []match.Match {
	pieces := allPieces(text)
	var found []match.Match
	look := func(word string, rank int) {
		for _, p := range pieces[word] {
			m := part("dictionary", text, p.i, p.end)
			m.Entropy = entropy.DictionaryEntropy(m, float64(rank)) + p.extra
			found = append(found, m)
		}
	}
	for _, list := range lists {
		rank := 0
		for word := range listed(list) {
			rank++
			if _, ok := pieces[string(word)]; ok { // compares without allocating a string
				look(string(word), rank)
			}
		}
	}
	for rank, word := range aboutWords(about) {
		look(word, rank+1)
	}
	return found
}

// allPieces returns every piece of the text that may be a word: as it is, backwards, and with signs
// read as letters.
func allPieces(text string) map[string][]place {
	lower := strings.ToLower(text)
	readings := []struct {
		text      string
		backwards bool
		extra     float64
	}{
		{lower, false, 0},
		{reverse(lower), true, 1},
	}
	if letters := plain.Replace(lower); letters != lower {
		readings = append(readings, struct {
			text      string
			backwards bool
			extra     float64
		}{letters, false, 1})
	}
	pieces := make(map[string][]place)
	for _, r := range readings {
		for i := range r.text {
			for end := i + minWord; end <= min(len(r.text), i+maxWord); end++ {
				p := place{i, end, r.extra}
				if r.backwards {
					p.i, p.end = len(text)-end, len(text)-i
				}
				pieces[r.text[i:end]] = append(pieces[r.text[i:end]], p)
			}
		}
	}
	return pieces
}

// listed returns the words of a list. A list is a JSON object with one member, an array of strings
// without escapes. All words are lower-case ASCII. A word is valid until the next one.
func listed(name string) iter.Seq[[]byte] {
	text := data.MustAsset(name)
	return func(yield func([]byte) bool) {
		for first := true; ; first = false {
			_, after, ok := bytes.Cut(text, []byte{'"'})
			if !ok {
				return
			}
			word, rest, ok := bytes.Cut(after, []byte{'"'})
			if !ok || !first && !yield(word) {
				return
			}
			text = rest
		}
	}
}

// aboutWords returns the words about the person, whole and split, in the form of judged.
func aboutWords(about []string) []string {
	var words []string
	for _, s := range about {
		whole := strings.ToLower(judged(s))
		words = append(words, whole)
		words = append(words, strings.FieldsFunc(whole, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})...)
	}
	return words
}
