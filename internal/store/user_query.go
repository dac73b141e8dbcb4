package store

import (
	"errors"
	"math"
	"slices"
	"sort"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
)

// comparedOfUsers are the attributes of users that the store compares. What is sorted by a key that
// is cut, or has none, is not here.
var comparedOfUsers = sqlAttributes{
	"id":          {is: "u.id", present: "1 = 1", id: true},
	"number":      {is: "u.number", present: "1 = 1"},
	"userName":    {is: "u.user_key", present: "1 = 1"},
	"email":       {is: "u.email_key", present: "u.email_key <> ''"},
	"externalId":  {is: "u.external_id", present: "u.external_id <> ''"},
	"active":      {is: "u.active", present: "1 = 1"},
	"accessLevel": {is: "u.access_level", present: "u.access_level <> ''"},
	"hasPassword": {is: "(u.password_hash <> '')", present: "1 = 1"},
	"version":     {is: "u.version", present: "1 = 1"},
	"createdAt":   {is: "u.created_at", present: "u.created_at <> 0"},
	"updatedAt":   {is: "u.updated_at", present: "u.updated_at <> 0"},
}

// indexedOfUsers are the conditions by which an index finds users that have a value.
var indexedOfUsers = map[string]string{
	"id": "u.id = ?", "number": "u.number = ?", "userName": "u.user_key = ?", "email": "u.email_key = ?",
	"externalId": "u.external_id = ? AND u.external_id <> ''", // the index has this condition, too, without which no engine uses it
}

// Users implements directory.UserTx.
func (t *tx) Users(org roster.OrganizationID, q directory.UserQuery, with directory.With) (directory.UserRows, error) {
	switch numbers, listed := q.Where.Value.([]int64); {
	case q.Everywhere:
		return t.usersEverywhere(org, q)
	case listed && q.Where.Op == directory.OneOf && q.Where.Attribute == "number":
		users, err := t.usersByNumbers(org, numbers, with)
		return directory.UserRows{Users: users, Examined: len(users)}, err
	case q.Among != nil && len(q.Among) == 0:
		return directory.UserRows{}, nil
	}
	rows, err := t.pageOfUsers(org, q, with)
	if err != nil || !q.Count {
		return rows, err
	}
	rows.Total, err = t.countUsers(org, q)
	return rows, err
}

// pageOfUsers reads one page.
func (t *tx) pageOfUsers(org roster.OrganizationID, q directory.UserQuery, with directory.With) (directory.UserRows, error) {
	if q.Among == nil && !q.Where.IsZero() && !picksFew(q) {
		return t.comparedUsers(org, q, with)
	}
	text, args, err := usersText(t.org(org), q)
	if err != nil {
		return directory.UserRows{}, err
	}
	users, err := collect(t, "list users", text, args, usersOf(org))
	if err != nil {
		return directory.UserRows{}, err
	}
	rows := directory.UserRows{Users: users, Examined: len(users)}
	if n := len(users); n > 0 && n == limit(q.Limit, directory.MaxPage) {
		next := directory.UserPlaceOf(users[n-1], q.Order)
		rows.Next = &next
	}
	// A page by number without a condition is all the users between its ends.
	whole := byNumber(q) && q.Where.IsZero() && q.Among == nil
	return rows, t.loadInOrder(org, users, with, whole)
}

// loadInOrder is load for users in any order.
func (t *tx) loadInOrder(org roster.OrganizationID, users []roster.User, with directory.With, whole bool) error {
	ascending := func(i, j int) bool { return users[i].Number < users[j].Number }
	switch {
	case with == 0 || len(users) == 0:
		return nil
	case sort.SliceIsSorted(users, ascending):
		return t.loadRelations(org, users, with, whole)
	}
	numbered := slices.Clone(users)
	sort.Slice(numbered, func(i, j int) bool { return numbered[i].Number < numbered[j].Number })
	if err := t.loadRelations(org, numbered, with, whole); err != nil {
		return err
	}
	for i := range users {
		users[i] = *userOf(numbered, users[i].Number)
	}
	return nil
}

// comparedUsers reads a page of which no index knows whom the condition picks. The engine walks
// through the next users in the order, q.Limit of them, and says of each whether it is one; those
// are read then. So the cost has a bound, whatever the condition, and no other index is taken for
// it.
func (t *tx) comparedUsers(org roster.OrganizationID, q directory.UserQuery, with directory.With) (directory.UserRows, error) {
	b := newQuery("SELECT u.number, " + sortKey(q.Order) + ", CASE WHEN ")
	if err := b.compare(comparedOfUsers, q.Where); err != nil {
		return directory.UserRows{}, err
	}
	b.add(" THEN 1 ELSE 0 END FROM users u")
	b.where("u.organization = ?", t.org(org))
	b.where("u.user_key IS NOT NULL")
	b.order(q, false)
	b.add(" LIMIT ?", limit(q.Limit, directory.MaxPage))
	var rows directory.UserRows
	var last directory.UserPlace
	var numbers []int64
	err := t.each("compare users", b.text.String(), b.args, func(r scanner) error {
		var is int64
		if err := r.Scan(&last.Number, &last.Key, &is); err != nil {
			return err
		}
		if rows.Examined++; is == 1 {
			numbers = append(numbers, last.Number)
		}
		return nil
	})
	if err != nil {
		return directory.UserRows{}, err
	}
	if rows.Examined == limit(q.Limit, directory.MaxPage) {
		rows.Next = &last
	}
	users, err := t.usersByNumbers(org, numbers, with)
	if err != nil || byNumber(q) && !q.Descending {
		rows.Users = users
		return rows, err
	}
	for _, number := range numbers {
		rows.Users = append(rows.Users, *userOf(users, number))
	}
	return rows, nil
}

// sortKey is the key of an order; "" for that of numbers.
func sortKey(order directory.UserOrder) string {
	switch order {
	case directory.OrderUserName:
		return "u.user_key"
	case directory.OrderDisplayName:
		return "u.display_key"
	case directory.OrderEmail:
		return "u.email_key"
	}
	return "''"
}

// countUsers counts the users of q, whatever page it asks for: MaxExamined at most, and of fewer
// whether they are as the condition says, where that is much work.
func (t *tx) countUsers(org roster.OrganizationID, q directory.UserQuery) (total directory.Total, err error) {
	if q.Among != nil {
		return total, errors.New("the store does not count the members of groups")
	}
	most, few := directory.MaxExamined, picksFew(q)
	b := newQuery("SELECT ")
	if few || q.Where.IsZero() {
		b.add("1 AS matching FROM users u")
	} else {
		most = min(most, directory.MaxListWork/max(q.Where.Work(), 1))
		b.add("CASE WHEN ")
		if err := b.compare(comparedOfUsers, q.Where); err != nil {
			return total, err
		}
		b.add(" THEN 1 ELSE 0 END AS matching FROM users u")
	}
	b.where("u.organization = ?", t.org(org))
	if few {
		if err := b.wherePicked(q.Where); err != nil {
			return total, err
		}
	}
	b.where(orderKey("u.user_key", few) + " IS NOT NULL")
	if !few {
		b.where("u.number > ?", 0)
		b.add(" ORDER BY u.number")
	}
	b.add(" LIMIT ?", most+1)
	return t.total("count users", b, most)
}

// usersByNumbers returns users by ascending number. That a user is not deleted is asked in a way
// that no index answers: to SQLite "IS NOT NULL" is a range of users__user_key, which it takes
// before a list of numbers.
func (t *tx) usersByNumbers(org roster.OrganizationID, numbers []int64, with directory.With) ([]roster.User, error) {
	var users []roster.User
	for some := range slices.Chunk(numbers, maxList) {
		args, n := listArgs(t.org(org), some, func(number int64) any { return number })
		found, err := collect(t, "read users by number", t.texts.list(selectUsersByNumbers, 2, n), args, usersOf(org))
		if err != nil {
			return nil, err
		}
		users = append(users, found...)
	}
	sort.Slice(users, func(i, j int) bool { return users[i].Number < users[j].Number })
	users = slices.CompactFunc(users, func(a, b roster.User) bool { return a.Number == b.Number })
	return users, t.loadRelations(org, users, with, false)
}

// usersEverywhere returns users of every organization.
func (t *tx) usersEverywhere(org roster.OrganizationID, q directory.UserQuery) (rows directory.UserRows, err error) {
	if org != "" || q.After == nil {
		return rows, errors.New("a query of every organization names one, or no place")
	}
	args := []any{q.After.Number, limit(q.Limit, directory.MaxPage)}
	rows.Users, err = collect(t, "list users of every organization", selectUsersEverywhere, args, func(r scanner) (roster.User, error) {
		var of string
		u, err := scanUser(r, &of)
		u.OrganizationID = roster.OrganizationID(of)
		return u, err
	})
	rows.Examined = len(rows.Users)
	return rows, err
}

func byNumber(q directory.UserQuery) bool {
	return q.Order == "" || q.Order == directory.OrderNumber
}

// picksFew reports whether q asks for a value that an index finds and few users have.
func picksFew(q directory.UserQuery) bool {
	return slices.ContainsFunc(q.Where.Conjuncts(), isIndexed)
}

func isIndexed(c directory.Condition) bool {
	return c.Op == filter.Eq && indexedOfUsers[c.Attribute] != ""
}

// usersText builds the query for q. Where users are found otherwise than in the order that is asked
// for, the key is made an expression: an engine then does not walk the index of the order through
// the whole organization.
func usersText(org any, q directory.UserQuery) (text string, args []any, err error) {
	most := limit(q.Limit, directory.MaxPage)
	b := newQuery(selectUser)
	b.where("u.organization = ?", org)
	if err := b.wherePicked(q.Where); err != nil {
		return "", nil, err
	}
	few := picksFew(q)
	sorted := few || q.Among != nil
	b.where(orderKey("u.user_key", sorted) + " IS NOT NULL")
	switch {
	case q.Among == nil:
	case few:
		b.whereMember(org, q.Among)
	case byNumber(q) && len(q.Among) <= maxPages:
		b.wherePageOfMembers(org, q, most)
	default:
		b.whereMemberNumbers(org, q.Among)
	}
	b.order(q, sorted)
	b.add(" LIMIT ?", most)
	return b.text.String(), b.args, nil
}

// wherePicked keeps users for whom all conditions are true.
func (q *query) wherePicked(of directory.Condition) error {
	for _, c := range of.Conjuncts() {
		if isIndexed(c) {
			value := c.Value
			if text, isText := value.(string); isText && comparedOfUsers[c.Attribute].id {
				value = uid(text)
			}
			q.where(indexedOfUsers[c.Attribute], value)
			continue
		}
		q.where("")
		if err := q.compare(comparedOfUsers, c); err != nil {
			return err
		}
	}
	return nil
}

// maxPages is of how many groups a page each is read: SQLite joins no more than 500 queries by
// UNION.
const maxPages = 100

// whereMemberNumbers keeps users who are in one of the groups: the cost is that of all who are.
func (q *query) whereMemberNumbers(org any, groups []roster.GroupID) {
	q.where("u.number IN (SELECT m.user_number FROM group_members m WHERE m.organization = ? AND m.group_number", org)
	q.amongGroups(org, groups)
	q.add(")")
}

// wherePageOfMembers keeps the users of the next page of each group, by number in either direction:
// the cost is that of a page, however many users and members there are.
func (q *query) wherePageOfMembers(org any, of directory.UserQuery, most int) {
	q.where("u.number IN (")
	for i, g := range of.Among {
		if i > 0 {
			q.add(" UNION ")
		}
		q.add(`SELECT user_number FROM (SELECT m.user_number FROM group_members m
			WHERE m.organization = ? AND m.group_number = (SELECT number FROM groups WHERE organization = ? AND id = ?)`, org, org, uid(g))
		if of.After != nil {
			q.add(" AND m.user_number"+beyond(of)+"?", of.After.Number)
		}
		q.add(" ORDER BY m.user_number"+direction(of)+" LIMIT ?) AS page", most)
	}
	q.add(")")
}

func beyond(q directory.UserQuery) string {
	if q.Descending {
		return " < "
	}
	return " > "
}

func direction(q directory.UserQuery) string {
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
func (q *query) order(of directory.UserQuery, sorted bool) {
	key := ""
	if !byNumber(of) {
		key = orderKey(sortKey(of.Order), sorted)
	}
	switch {
	case of.After == nil && key == "": // a range of the order's own index: else SQLite may walk another one, and sort
		from := int64(0)
		if of.Descending {
			from = math.MaxInt64
		}
		q.where("u.number"+beyond(of)+"?", from)
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
