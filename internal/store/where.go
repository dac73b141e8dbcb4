package store

import (
	"math"
	"strconv"
	"strings"

	"roster/internal/directory"
)

// query builds a query whose shape depends on what is asked. Text and arguments stay together, and
// no text comes from a caller.
type query struct {
	text strings.Builder
	args []any
	cond bool // a condition has been written
}

// newQuery starts with a text that ends before its WHERE.
func newQuery(text string) *query {
	q := &query{}
	q.text.WriteString(text)
	return q
}

// where adds a condition; each "?" in it stands for the next of args.
func (q *query) where(cond string, args ...any) {
	if q.cond {
		q.text.WriteString(" AND ")
	} else {
		q.text.WriteString(" WHERE ")
		q.cond = true
	}
	q.add(cond, args...)
}

// add adds text as it is; each "?" in it stands for the next of args.
func (q *query) add(text string, args ...any) {
	for _, arg := range args {
		before, after, found := strings.Cut(text, "?")
		if !found {
			break
		}
		q.args = append(q.args, arg)
		q.text.WriteString(before)
		q.text.WriteByte('$')
		q.text.WriteString(strconv.Itoa(len(q.args)))
		text = after
	}
	q.text.WriteString(text)
}

// in adds a condition that expr is one of n values; of none it is false. The list is padded with
// its last value, so that lists of any length need few texts.
func (q *query) in(expr string, values []any) {
	if len(values) == 0 {
		q.where("1 = 0")
		return
	}
	among, args := oneOf(values)
	q.where(expr+" IN ("+among+")", args...)
}

// oneOf returns what stands between the parentheses of IN for values, of which there must be one,
// with its arguments.
func oneOf(values []any) (among string, args []any) {
	for n := padded(len(values)); len(values) < n; {
		values = append(values, values[len(values)-1])
	}
	return strings.Repeat("?,", len(values)-1) + "?", values
}

// inOrder ends the query with an order and a limit. The table's columns are prefix and number or
// name_key, which must be said not to be null.
func (q *query) inOrder(prefix string, o directory.ListOrder, most int) {
	column, comes, direction := prefix+"number", ">", ""
	if o.ByName {
		column = prefix + "name_key"
	}
	if o.Descending {
		comes, direction = "<", " DESC"
	}
	switch { // a range of the order's own index, also at the beginning: else SQLite may walk another one, and sort
	case !o.ByName && o.Descending && o.After.Number == 0:
		q.where(column+" < ?", int64(math.MaxInt64))
	case !o.ByName:
		q.where(column+" "+comes+" ?", o.After.Number)
	case !o.Descending || o.After.Key != "":
		q.where(column+" "+comes+" ?", o.After.Key)
	}
	q.add(" ORDER BY "+column+direction+" LIMIT ?", limit(most, directory.MaxPage))
}

// limit returns n as a number of records that the store takes: 1 to most.
func limit(n, most int) int {
	if n < 1 || n > most {
		return most
	}
	return n
}
