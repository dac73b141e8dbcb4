package store

import (
	"strconv"
	"strings"
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

// in adds a condition that expr is one of n values; of none it is false. The list is padded with its
// last value, so that lists of any length need few texts.
func (q *query) in(expr string, values []any) {
	if len(values) == 0 {
		q.where("1 = 0")
		return
	}
	for n := padded(len(values)); len(values) < n; {
		values = append(values, values[len(values)-1])
	}
	q.where(expr + " IN (")
	q.list(values)
	q.add(")")
}

// list adds the values, of which there is one at least, with commas between.
func (q *query) list(values []any) {
	q.add(strings.Repeat("?,", len(values)-1)+"?", values...)
}

// limit returns n as a number of records that the store takes: 1 to most.
func limit(n, most int) int {
	if n < 1 || n > most {
		return most
	}
	return n
}
