package store

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"roster"
	"roster/internal/directory"
)

// UsersInOrder implements directory.SearchTx.
func (t *tx) UsersInOrder(org roster.OrganizationID, q directory.OrderedQuery, with directory.With) ([]roster.User, error) {
	if q.InGroups != nil && len(q.InGroups) == 0 {
		return nil, nil
	}
	text, args := orderedText(org, q)
	users, err := collect(t, "list users in order", text, args, scanUser)
	if err != nil || with == 0 || len(users) == 0 {
		return users, err
	}
	// What goes with users is loaded by ascending number. A page by number without a filter is all the users
	// between its ends.
	whole := byNumber(q) && !picksFew(q) && q.InGroups == nil
	numbered := slices.Clone(users)
	sort.Slice(numbered, func(i, j int) bool { return numbered[i].Number < numbered[j].Number })
	if err := t.loadRelations(org, numbered, with, whole); err != nil {
		return nil, err
	}
	for i := range users {
		users[i] = *userOf(numbered, users[i].Number)
	}
	return users, nil
}

func byNumber(q directory.OrderedQuery) bool {
	return q.Order == "" || q.Order == directory.OrderNumber
}

// picksFew reports whether q asks for a value that an index finds and few users have.
func picksFew(q directory.OrderedQuery) bool {
	return q.ID != "" || q.UserKey != "" || q.EmailKey != "" || q.ExternalID != ""
}

// orderedText builds the query for q. Where users are found otherwise than in the order that is asked for, the key
// is made an expression: an engine then does not walk the index of the order through the whole organization.
func orderedText(org roster.OrganizationID, q directory.OrderedQuery) (text string, args []any) {
	most := limit(q.Limit, directory.MaxPage)
	b := newQuery(selectUser)
	b.where("u.organization_id = ?", string(org))
	few := b.wherePicked(q)
	sorted := few || q.InGroups != nil
	b.where(orderKey("u.user_key", sorted) + " IS NOT NULL")
	switch {
	case q.InGroups == nil:
	case few:
		b.whereMember(q.InGroups)
	case byNumber(q) && len(q.InGroups) <= maxPages:
		b.wherePageOfMembers(org, q, most)
	default:
		b.whereMemberNumbers(org, q.InGroups)
	}
	b.order(q, sorted)
	b.add(" LIMIT ?", most)
	return b.text.String(), b.args
}

// wherePicked keeps users with the values that q names, and reports whether it names any.
func (q *query) wherePicked(of directory.OrderedQuery) bool {
	for _, value := range []struct{ cond, value string }{
		{"u.id = ?", string(of.ID)},
		{"u.user_key = ?", of.UserKey},
		{"u.email_key = ?", of.EmailKey},
		{hasExternalID, of.ExternalID},
	} {
		if value.value != "" {
			q.where(value.cond, value.value)
		}
	}
	return picksFew(of)
}

// hasExternalID repeats the condition of the index, without which no engine uses it.
const hasExternalID = "u.external_id = ? AND u.external_id <> ''"

// maxPages is of how many groups a page each is read: SQLite joins no more than 500 queries by UNION.
const maxPages = 100

// whereMemberNumbers keeps users who are in one of the groups: the cost is that of all who are.
func (q *query) whereMemberNumbers(org roster.OrganizationID, groups []roster.GroupID) {
	q.where("u.number IN (SELECT m.user_number FROM group_members m WHERE m.organization_id = ? AND m.group_id IN (", string(org))
	among, args := oneOf(anyOf(groups))
	q.add(among, args...)
	q.add("))")
}

// wherePageOfMembers keeps the users of the next page of each group, by number in either direction: the cost is that of a
// page, however many users and members there are.
func (q *query) wherePageOfMembers(org roster.OrganizationID, of directory.OrderedQuery, most int) {
	q.where("u.number IN (")
	for i, g := range of.InGroups {
		if i > 0 {
			q.add(" UNION ")
		}
		q.add(`SELECT user_number FROM (SELECT m.user_number FROM group_members m
			WHERE m.organization_id = ? AND m.group_id = ?`, string(org), string(g))
		if of.After != nil {
			q.add(" AND m.user_number"+beyond(of)+"?", of.After.Number)
		}
		q.add(" ORDER BY m.user_number"+direction(of)+" LIMIT ?) AS page", most)
	}
	q.add(")")
}

func beyond(q directory.OrderedQuery) string {
	if q.Descending {
		return " < "
	}
	return " > "
}

func direction(q directory.OrderedQuery) string {
	if q.Descending {
		return " DESC"
	}
	return ""
}

// orderKey returns a column, or where no index is to be taken for it, an expression that is equal.
func orderKey(column string, sorted bool) string {
	if sorted {
		return column + " || ''"
	}
	return column
}

// order adds where the page begins, and its order. sorted says that no index has it.
func (q *query) order(of directory.OrderedQuery, sorted bool) {
	key := ""
	switch of.Order {
	case directory.OrderUserName:
		key = orderKey("u.user_key", sorted)
	case directory.OrderDisplayName:
		key = orderKey("u.display_key", sorted)
	case directory.OrderEmail:
		key = orderKey("u.email_key", sorted)
	}
	switch {
	case of.After == nil:
	case key == "":
		q.where("u.number"+beyond(of)+"?", of.After.Number)
	case of.Order == directory.OrderUserName:
		q.where(key+beyond(of)+"?", of.After.Key)
	default:
		q.where("("+key+", u.number)"+beyond(of)+"(?, ?)", of.After.Key, of.After.Number)
	}
	q.add(" ORDER BY ")
	if key != "" {
		q.add(key + direction(of))
	}
	if of.Order != directory.OrderUserName { // which nobody shares
		if key != "" {
			q.add(", ")
		}
		q.add("u.number" + direction(of))
	}
}

// UsersByWord implements directory.SearchTx. The rest of the word at the place comes first, then the words after it: two
// plain ranges of the key, because SQLite walks to a place that is said as one comparison of two columns.
func (t *tx) UsersByWord(org roster.OrganizationID, prefix string, after directory.WordPlace, most int) ([]directory.WordPlace, error) {
	const (
		same  = `SELECT word, user_number FROM user_words WHERE organization_id = $1 AND word = $2 AND user_number > $3 ORDER BY user_number LIMIT $4`
		later = `SELECT word, user_number FROM user_words WHERE organization_id = $1 AND word > $2 AND word < $3 ORDER BY word, user_number LIMIT $4`
	)
	if after.Key < prefix {
		after = directory.WordPlace{Key: prefix}
	}
	most = limit(most, directory.MaxPage)
	scan := func(r scanner) (p directory.WordPlace, err error) {
		err = r.Scan(&p.Key, &p.Number)
		return p, err
	}
	places, err := collect(t, "find words", same, []any{string(org), after.Key, after.Number, most}, scan)
	if err != nil || len(places) == most {
		return places, err
	}
	more, err := collect(t, "find words", later, []any{string(org), after.Key, next(prefix), most - len(places)}, scan)
	return append(places, more...), err
}

// next returns the least text that is greater, by bytes, than every text with the prefix: the order of UTF-8 is
// that of its characters.
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

// UsersByNumbers implements directory.SearchTx. That a user is not deleted is asked in a way that no index answers:
// to SQLite "IS NOT NULL" is a range of users__user_key, which it takes before a list of numbers.
func (t *tx) UsersByNumbers(org roster.OrganizationID, numbers []int64, with directory.With) ([]roster.User, error) {
	var users []roster.User
	for some := range slices.Chunk(numbers, maxList) {
		args, n := listArgs(string(org), some, func(number int64) any { return number })
		found, err := collect(t, "read users by number", t.texts.list(selectUsersByNumbers, 2, n), args, scanUser)
		if err != nil {
			return nil, err
		}
		users = append(users, found...)
	}
	sort.Slice(users, func(i, j int) bool { return users[i].Number < users[j].Number })
	users = slices.CompactFunc(users, func(a, b roster.User) bool { return a.Number == b.Number })
	return users, t.loadRelations(org, users, with, false)
}

// UsersEverywhere implements directory.SearchTx.
func (t *tx) UsersEverywhere(afterNumber int64, most int) ([]roster.User, error) {
	return collect(t, "list users of every organization", selectUsersEverywhere, []any{afterNumber, limit(most, directory.MaxPage)}, scanUser)
}

// InsertWords implements directory.SearchTx.
func (t *tx) InsertWords(org roster.OrganizationID, words []directory.WordPlace) error {
	const insert = `INSERT INTO user_words (organization_id, word, user_number) VALUES $* ON CONFLICT DO NOTHING`
	rows := make([]any, 0, 3*len(words))
	for _, w := range words {
		rows = append(rows, string(org), w.Key, w.Number)
	}
	return t.insertRows("insert words", insert, 3, rows)
}

// DeleteWords implements directory.SearchTx.
func (t *tx) DeleteWords(org roster.OrganizationID, words []directory.WordPlace) error {
	const text = `DELETE FROM user_words WHERE organization_id = $1 AND word = $2 AND user_number = $3`
	for _, w := range words {
		if err := t.put("delete words", text, string(org), w.Key, w.Number); err != nil {
			return err
		}
	}
	return nil
}
