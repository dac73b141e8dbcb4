package store

import (
	"fmt"

	"roster/internal/directory"
	"roster/internal/filter"
)

// listing is how a query of a noun is answered.
type listing[T any] struct {
	noun    string // for messages: "groups"
	columns string
	args    []any              // of the columns
	from    func(*query) error // adds FROM and WHERE: which records are asked for
	scan    func(scanner) (T, error)
	order   order
	limit   int
	count   bool
}

// list reads a page of a noun, and counts all that its query picks if that is asked for.
func list[T any](t *tx, l listing[T]) (rows directory.Rows[T], err error) {
	b := newQuery("SELECT ")
	b.add(l.columns, l.args...)
	if err := l.from(b); err != nil {
		return rows, err
	}
	b.inOrder(l.order, limit(l.limit, directory.MaxPage))
	if rows.Records, err = collect(t, "list "+l.noun, b.text.String(), b.args, l.scan); err != nil || !l.count {
		return rows, err
	}
	b = newQuery("SELECT 1 AS matching")
	if err = l.from(b); err != nil {
		return rows, err
	}
	b.inOrder(l.order.begin(), directory.MaxExamined+1)
	rows.Total, err = t.total("count "+l.noun, b, directory.MaxExamined)
	return rows, err
}

// total counts the rows of a query that have a 1 as matching. The query looks at most records and
// one more at most: where it finds that many, there may be more.
func (t *tx) total(doing string, b *query, most int) (directory.Total, error) {
	var examined, n int64
	_, err := t.one(doing, `SELECT COUNT(*), COALESCE(SUM(matching), 0) FROM (`+b.text.String()+`) AS page`, b.args, &examined, &n)
	return directory.Total{N: int(min(n, int64(most))), AtLeast: examined > int64(most)}, err
}

// sqlAttribute is how the store compares an attribute.
type sqlAttribute struct {
	is      string // its value, in SQL: never NULL, and in the order of bytes where it is a key
	present string // that it is set
	id      bool   // it is an id, which is stored as bytes
}

// sqlAttributes are the attributes of a noun that the store compares, by name. A comparison here
// must be true of the same records as the one of the filter.
type sqlAttributes map[string]sqlAttribute

// signs are the operators in SQL.
var signs = map[filter.Operator]string{
	filter.Eq: " = ?", filter.Gt: " > ?", filter.Ge: " >= ?", filter.Lt: " < ?", filter.Le: " <= ?",
}

// whereAll adds the conditions that must all be true.
func (q *query) whereAll(of sqlAttributes, c directory.Condition) error {
	for _, one := range c.Conjuncts() {
		q.where("")
		if err := q.compare(of, one); err != nil {
			return err
		}
	}
	return nil
}

// compare adds a condition, without the word before it.
func (q *query) compare(of sqlAttributes, c directory.Condition) error {
	switch c.Op {
	case filter.And:
		return q.combine(of, c.Of, " AND ", "1 = 1")
	case filter.Or:
		return q.combine(of, c.Of, " OR ", "1 = 0")
	case filter.Not:
		q.add("NOT ")
		return q.combine(of, c.Of, " AND ", "1 = 1")
	}
	col, known := of[c.Attribute]
	sign, comparison := signs[c.Op]
	text, isText := c.Value.(string)
	switch {
	case known && c.Op == filter.Pr:
		q.add(col.present)
	case known && col.id && isText:
		return q.compareID(col.is, c.Op, text)
	case known && c.Op == filter.Sw && isText:
		q.add("("+col.is+" >= ? AND "+col.is+" < ?)", text, next(text))
	case known && comparison:
		q.add(col.is+sign, c.Value)
	default:
		return fmt.Errorf("the store cannot compare %q by %q", c.Attribute, c.Op)
	}
	return nil
}

// compareID compares an id with a text as the texts of UUIDs are compared. An id that is not a UUID
// is between two of them.
func (q *query) compareID(column string, op filter.Operator, text string) error {
	first, some := firstUUID(text)
	exact := string(first) == text
	if !some { // every UUID is less
		q.add(map[bool]string{true: "1 = 1", false: "1 = 0"}[op == filter.Lt || op == filter.Le])
		return nil
	}
	switch op {
	case filter.Eq:
		q.add(column+" = ?", uid(text))
	case filter.Gt:
		q.add(column+map[bool]string{true: " > ?", false: " >= ?"}[exact], first)
	case filter.Ge:
		q.add(column+" >= ?", first)
	case filter.Lt:
		q.add(column+" < ?", first)
	case filter.Le:
		q.add(column+map[bool]string{true: " <= ?", false: " < ?"}[exact], first)
	case filter.Sw:
		q.add(column+" >= ?", first)
		if end, some := firstUUID(next(text)); some {
			q.add(" AND "+column+" < ?", end)
		}
	default:
		return fmt.Errorf("the store cannot compare an id by %q", op)
	}
	return nil
}

// combine adds conditions with a word between them, in parentheses; none where there are none.
func (q *query) combine(of sqlAttributes, all []directory.Condition, word, none string) error {
	if len(all) == 0 {
		q.add(none)
		return nil
	}
	for i, c := range all {
		if i == 0 {
			q.add("(")
		} else {
			q.add(word)
		}
		if err := q.compare(of, c); err != nil {
			return err
		}
	}
	q.add(")")
	return nil
}
