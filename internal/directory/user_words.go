package directory

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"roster"
	"roster/internal/fold"
)

// Bounds of search words.
const (
	maxWords = 32 // of one user
	maxWord  = 64 // characters; the rest of a longer word does not count
)

// words collects distinct words, folded and cut.
type words []string

// add adds a folded word.
func (w *words) add(word string) {
	if word == "" {
		return
	}
	if word = cutWord(word); !slices.Contains(*w, word) {
		*w = append(*w, word)
	}
}

// split adds the words of a folded text: its runs of letters, marks and digits.
func (w *words) split(text string) {
	for word := range strings.FieldsFuncSeq(text, separatesWords) {
		w.add(word)
	}
}

// separatesWords reports whether a character stands between words. A mark belongs to the letter
// before it.
func separatesWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// cutWord returns the first maxWord characters of a word.
func cutWord(word string) string {
	if len(word) <= maxWord || utf8.RuneCountInString(word) <= maxWord {
		return word
	}
	n := 0
	for at := range word {
		if n == maxWord {
			return word[:at]
		}
		n++
	}
	return word
}

// wordsOf returns the words that a search finds a user by (DECISIONS 31): the whole userName and
// email, the number, and the words in the names, the email and the externalId. Beyond maxWords the
// later ones are left out.
func wordsOf(u roster.User) []string { return foldedOf(u).words() }

// foldedNames is what the words of a user are made of, folded.
type foldedNames struct{ name, nameParts, displayName, email, emailParts, externalID, number string }

func foldedOf(u roster.User) foldedNames {
	n := foldedNames{name: Fold(u.UserName), displayName: Fold(u.DisplayName), email: Fold(u.Email), externalID: Fold(u.ExternalID)}
	// Not the names themselves: folded domains keep letters, such as ß, that folded search words do
	// not.
	n.nameParts, n.emailParts = fold.Part(n.name), fold.Part(n.email)
	if u.Number > 0 {
		n.number = strconv.FormatInt(u.Number, 10)
	}
	return n
}

// words is wordsOf.
func (n foldedNames) words() []string {
	w := make(words, 0, 12)
	w.add(n.name)
	w.add(n.email)
	w.add(n.number)
	w.split(n.nameParts)
	w.split(n.displayName)
	w.split(n.emailParts)
	w.split(n.externalID)
	return w[:min(len(w), maxWords)]
}

// mayHave reports whether each search word is somewhere in the names. Where one is not, no word
// begins with it. This is quicker to tell than the words are made.
func (n foldedNames) mayHave(wanted []string) bool {
	for _, word := range wanted {
		if !strings.Contains(n.name, word) && !strings.Contains(n.displayName, word) && !strings.Contains(n.email, word) &&
			!strings.Contains(n.externalID, word) && !strings.Contains(n.nameParts, word) && !strings.Contains(n.emailParts, word) &&
			!strings.HasPrefix(n.number, word) {
			return false
		}
	}
	return true
}

// searchWords returns the words of a search text. An address counts as one word.
func searchWords(text string) []string {
	var w words
	for term := range strings.FieldsSeq(text) {
		term = Fold(term)
		if isAddress(term) {
			w.add(term)
		} else {
			w.split(term)
		}
	}
	return w
}

// isAddress reports whether a term is the beginning of one address or userName. Its single words
// would find everybody in the domain.
func isAddress(term string) bool {
	at := strings.IndexByte(term, '@')
	return at > 0 && isName(term) && strings.ContainsFunc(term[:at], func(r rune) bool { return !separatesWords(r) })
}

// matches reports whether each search word begins one of the user's words.
func matches(have, wanted []string) bool {
	for _, word := range wanted {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, word) }) {
			return false
		}
	}
	return true
}

// smallestWord returns the least word with the prefix, "" if there is none.
func smallestWord(have []string, prefix string) string {
	least := ""
	for _, word := range have {
		if strings.HasPrefix(word, prefix) && (least == "" || word < least) {
			least = word
		}
	}
	return least
}

// wordPlaces returns the words of a user as the store keeps them.
func wordPlaces(u roster.User) []WordPlace { return wordPlacesOf(u.Number, wordsOf(u)) }

func wordPlacesOf(number int64, words []string) []WordPlace {
	places := make([]WordPlace, len(words))
	for i, word := range words {
		places[i] = WordPlace{Key: word, Number: number}
	}
	return places
}

// sameNames reports whether two users have the same words, apart from their numbers.
func sameNames(a, b roster.User) bool {
	return a.UserName == b.UserName && a.DisplayName == b.DisplayName && a.Email == b.Email && a.ExternalID == b.ExternalID
}

// wordWork estimates the work of making a user's words, in steps of about 30 ns. Texts are folded,
// some of them twice, and split.
func wordWork(u roster.User) (work int) {
	for _, text := range []string{u.UserName, u.DisplayName, u.Email, u.ExternalID} {
		work += 8 + 2*fold.Work(text, text)
	}
	return work
}

// changedWords returns the words that a change of a user removes and adds.
func changedWords(before, after roster.User) (gone, fresh []WordPlace) {
	if sameNames(before, after) {
		return nil, nil
	}
	old, now := wordsOf(before), wordsOf(after)
	in := func(words []string) func(string) bool {
		return func(word string) bool { return slices.Contains(words, word) }
	}
	gone = wordPlacesOf(before.Number, slices.DeleteFunc(slices.Clone(old), in(now)))
	return gone, wordPlacesOf(after.Number, slices.DeleteFunc(slices.Clone(now), in(old)))
}

// updateWords stores the words of a user after a change.
func updateWords(tx Tx, before, after roster.User) error {
	gone, fresh := changedWords(before, after)
	if len(gone) > 0 {
		if err := tx.DeleteWords(after.OrganizationID, gone); err != nil {
			return err
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return tx.InsertWords(after.OrganizationID, fresh)
}
