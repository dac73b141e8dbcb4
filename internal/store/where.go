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

// order is the order of a list by one column that no two records share, and where the list begins.
// The column must be said not to be null.
type order struct {
	column     string
	descending bool
	after      any   // only records that come later: an int64, a string or a uid; 0 and "": all
	least      int64 // what comes before all numbers in ascending order
}

// byNumberOrName is the order of a table with the columns number and name_key. prefix comes before
// both.
func byNumberOrName(prefix string, o directory.ListOrder) order {
	if o.ByName {
		return order{column: prefix + "name_key", descending: o.Descending, after: o.After.Key}
	}
	return order{column: prefix + "number", descending: o.Descending, after: o.After.Number}
}

// ascending is the order of a column from a place on.
func ascending[K ~string](column string, after K) order {
	return order{column: column, after: string(after)}
}

// byID is the order of a column of ids from a place on.
func byID[K ~string](column string, descending bool, after K) order {
	return order{column: column, descending: descending, after: uid(after)}
}

// begin returns the order from the beginning.
func (o order) begin() order {
	switch o.after.(type) {
	case int64:
		o.after = int64(0)
	case uid:
		o.after = uid("")
	default:
		o.after = ""
	}
	return o
}

// inOrder ends the query with an order and a limit. It asks for a range of the order's own index,
// also at the beginning: else SQLite may walk another one, and sort.
func (q *query) inOrder(o order, most int) {
	comes, direction := " > ?", ""
	if o.descending {
		comes, direction = " < ?", " DESC"
	}
	switch after := o.after; {
	case o.descending && (after == "" || after == uid("")): // nothing is greater than every text
	case after == uid(""):
		q.where(o.column+comes, leastUUID)
	case o.descending && after == int64(0):
		q.where(o.column+comes, int64(math.MaxInt64))
	case after == int64(0):
		q.where(o.column+comes, o.least)
	default:
		q.where(o.column+comes, after)
	}
	q.add(" ORDER BY "+o.column+direction+" LIMIT ?", most)
}

// limit returns n as a number of records that the store takes: 1 to most.
func limit(n, most int) int {
	if n < 1 || n > most {
		return most
	}
	return n
}
