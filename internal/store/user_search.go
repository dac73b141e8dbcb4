package store

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"roster"
	"roster/internal/directory"
)

// maxAlso is how many places of another word one statement reads. It bounds a statement; nobody
// asks for a word that has so many.
const maxAlso = "65536"

// UsersByWord implements directory.SearchTx. The rest of the word at the place comes first, then
// the words after it: two plain ranges of the key, because SQLite walks to a place that is said as
// one comparison of two columns.
func (t *tx) UsersByWord(org roster.OrganizationID, prefix string, also []string, after directory.WordPlace, most int) ([]directory.WordPlace, error) {
	if after.Key < prefix {
		after = directory.WordPlace{Key: prefix}
	}
	most = limit(most, directory.MaxPage)
	b := newQuery(selectWords)
	b.where("organization = ?", t.org(org))
	b.where("word = ? AND user_number > ?", after.Key, after.Number)
	b.whereAlso(t.org(org), also)
	b.add(" ORDER BY user_number LIMIT ?", most)
	places, err := collect(t, "find words", b.text.String(), b.args, scanPlace)
	if err != nil || len(places) == most {
		return places, err
	}
	b = newQuery(selectWords)
	b.where("organization = ?", t.org(org))
	b.where("word > ? AND word < ?", after.Key, next(prefix))
	b.whereAlso(t.org(org), also)
	b.add(" ORDER BY word, user_number LIMIT ?", most-len(places))
	more, err := collect(t, "find words", b.text.String(), b.args, scanPlace)
	return append(places, more...), err
}

const selectWords = `SELECT word, user_number FROM user_words`

func scanPlace(r scanner) (p directory.WordPlace, err error) {
	err = r.Scan(&p.Key, &p.Number)
	return p, err
}

// whereAlso keeps users who have a word with each of the prefixes, too. An engine reads the numbers
// of each once, and keeps them. The comparison with TRUE makes the list a value: PostgreSQL cannot
// turn it into a join then, of which it may read one side again and again. The bound is written
// out, so that it knows that the numbers fit into memory.
func (q *query) whereAlso(org any, prefixes []string) {
	for _, prefix := range prefixes {
		q.where("(user_number IN (SELECT a.user_number FROM user_words a WHERE a.organization = ? AND a.word >= ? AND a.word < ? LIMIT "+maxAlso+")) = TRUE",
			org, prefix, next(prefix))
	}
}

// CountWords implements directory.SearchTx. The bound is written out: PostgreSQL plans by it.
func (t *tx) CountWords(org roster.OrganizationID, prefix string, most int) (n directory.WordCount, err error) {
	text := t.texts.get(textKey{base: countWords, n: most}, func() string { return strings.ReplaceAll(countWords, "$*", strconv.Itoa(most)) })
	_, err = t.one("count words", text, []any{t.org(org), prefix, next(prefix)}, &n.Places, &n.Spread)
	return n, err
}

const countWords = `SELECT COUNT(*), COALESCE(MAX(user_number) - MIN(user_number), 0) FROM (
	SELECT user_number FROM user_words WHERE organization = $1 AND word >= $2 AND word < $3
	ORDER BY word, user_number LIMIT $*) AS page`

// UserNames implements directory.SearchTx.
func (t *tx) UserNames(org roster.OrganizationID, numbers []int64) ([]roster.User, error) {
	var users []roster.User
	for some := range slices.Chunk(numbers, maxList) {
		args, n := listArgs(t.org(org), some, func(number int64) any { return number })
		found, err := collect(t, "read names of users", t.texts.list(selectNamesByNumbers, 2, n), args, func(r scanner) (u roster.User, err error) {
			return u, r.Scan(&u.Number, &u.UserName, &u.DisplayName, &u.Email, &u.ExternalID)
		})
		if err != nil {
			return nil, err
		}
		users = append(users, found...)
	}
	return users, nil
}

// selectNamesByNumbers asks that a user is not deleted as selectUsersByNumbers does.
const selectNamesByNumbers = `SELECT u.number, u.user_name, u.display_name, u.email, u.external_id FROM users u
	WHERE u.organization = $1 AND u.number IN ($*) AND COALESCE(u.user_key, '') <> ''`

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
