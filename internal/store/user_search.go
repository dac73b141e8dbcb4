package store

import (
	"strings"
	"unicode/utf8"

	"roster"
	"roster/internal/directory"
)

// UsersByWord implements directory.SearchTx. The rest of the word at the place comes first, then
// the words after it: two plain ranges of the key, because SQLite walks to a place that is said as
// one comparison of two columns.
func (t *tx) UsersByWord(org roster.OrganizationID, prefix string, after directory.WordPlace, most int) ([]directory.WordPlace, error) {
	const (
		same  = `SELECT word, user_number FROM user_words WHERE organization = $1 AND word = $2 AND user_number > $3 ORDER BY user_number LIMIT $4`
		later = `SELECT word, user_number FROM user_words WHERE organization = $1 AND word > $2 AND word < $3 ORDER BY word, user_number LIMIT $4`
	)
	if after.Key < prefix {
		after = directory.WordPlace{Key: prefix}
	}
	most = limit(most, directory.MaxPage)
	scan := func(r scanner) (p directory.WordPlace, err error) {
		err = r.Scan(&p.Key, &p.Number)
		return p, err
	}
	places, err := collect(t, "find words", same, []any{t.org(org), after.Key, after.Number, most}, scan)
	if err != nil || len(places) == most {
		return places, err
	}
	more, err := collect(t, "find words", later, []any{t.org(org), after.Key, next(prefix), most - len(places)}, scan)
	return append(places, more...), err
}

// next returns the least text that is greater, by bytes, than every text with the prefix: the order
// of UTF-8 is that of its characters.
func next(prefix string) string {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case last == utf8.MaxRune: // nothing is greater in this place
		case last == 0xD7FF: // surrogates are no characters
			return prefix + "\uE000"
		default:
			return prefix + string(last+1)
		}
	}
	return strings.Repeat(string(utf8.MaxRune), directory.MaxName+1)
}

// InsertWords implements directory.SearchTx.
func (t *tx) InsertWords(org roster.OrganizationID, words []directory.WordPlace) error {
	const insert = `INSERT INTO user_words (organization, word, user_number) VALUES $* ON CONFLICT DO NOTHING`
	rows := make([]any, 0, 3*len(words))
	for _, w := range words {
		rows = append(rows, t.org(org), w.Key, w.Number)
	}
	return t.insertRows("insert words", insert, "$1,$2,$3", rows)
}

// DeleteWords implements directory.SearchTx.
func (t *tx) DeleteWords(org roster.OrganizationID, words []directory.WordPlace) error {
	const text = `DELETE FROM user_words WHERE organization = $1 AND word = $2 AND user_number = $3`
	for _, w := range words {
		if err := t.put("delete words", text, t.org(org), w.Key, w.Number); err != nil {
			return err
		}
	}
	return nil
}
