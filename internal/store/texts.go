package store

import (
	"strconv"
	"strings"
	"sync"
)

// texts caches the queries whose length depends on the number of rows or values, so that each is
// built once. The cache is bounded because these numbers are: see maxRows and maxList.
type texts struct {
	mu    sync.RWMutex
	built map[textKey]string
}

type textKey struct {
	base, row string
	n         int
}

// maxRows is the maximum number of rows in one INSERT on SQLite, where each number of rows is a
// text of its own. More rows take more statements.
const maxRows = 32

// maxArray is the maximum number of rows in one INSERT on PostgreSQL.
const maxArray = 512

// maxList is the maximum number of values in one IN list. More values take more queries.
const maxList = 256

func newTexts() *texts { return &texts{built: make(map[textKey]string)} }

// get returns the text for the key, which the first call builds.
func (c *texts) get(key textKey, build func() string) string {
	c.mu.RLock()
	text, ok := c.built[key]
	c.mu.RUnlock()
	if ok {
		return text
	}
	text = build()
	c.mu.Lock()
	c.built[key] = text
	c.mu.Unlock()
	return text
}

// rows returns insert with n rows. They replace "$*", or follow the text if it has none. row is the
// values of the first row, such as "$1,$2"; each further row has the parameters after it.
func (c *texts) rows(insert string, n int, row string) string {
	return c.get(textKey{insert, row, n}, func() string {
		before, after, _ := strings.Cut(insert, " $*")
		var b strings.Builder
		b.WriteString(before)
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(" (")
			shift := i * widthOf(row)
			writeRow(&b, row, func(n int) string { return "$" + strconv.Itoa(n+shift) })
			b.WriteByte(')')
		}
		b.WriteString(after)
		return b.String()
	})
}

// list returns text with "$*" replaced by n placeholders, numbered from from.
func (c *texts) list(text string, from, n int) string {
	return c.get(textKey{base: text, n: n}, func() string {
		var b strings.Builder
		writePlaceholders(&b, from, n)
		return strings.ReplaceAll(text, "$*", b.String())
	})
}

// widthOf returns the number of values of a row: the greatest number of a parameter in it.
func widthOf(row string) int {
	width := 0
	for _, rest, more := strings.Cut(row, "$"); more; _, rest, more = strings.Cut(rest, "$") {
		var n int
		n, rest = leadingNumber(rest)
		width = max(width, n)
	}
	return width
}

// writeRow writes a row. value returns the text for parameter n.
func writeRow(b *strings.Builder, row string, value func(n int) string) {
	before, rest, more := strings.Cut(row, "$")
	b.WriteString(before)
	for more {
		var n int
		n, rest = leadingNumber(rest)
		b.WriteString(value(n))
		before, rest, more = strings.Cut(rest, "$")
		b.WriteString(before)
	}
}

// leadingNumber returns the number that a text begins with, and the rest.
func leadingNumber(text string) (n int, rest string) {
	for text != "" && text[0] >= '0' && text[0] <= '9' {
		n, text = 10*n+int(text[0]-'0'), text[1:]
	}
	return n, text
}

func writePlaceholders(b *strings.Builder, from, n int) {
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
}

// padded rounds n up to a power of two, so that lists of any length need few texts.
func padded(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// listArgs returns the arguments for a text with a list: first, then values. It repeats the last
// value until their number n is a power of two. values must not be empty.
func listArgs[T any](first any, values []T, arg func(T) any) (args []any, n int) {
	n = padded(len(values))
	args = make([]any, 1, n+1)
	args[0] = first
	for i := range n {
		args = append(args, arg(values[min(i, len(values)-1)]))
	}
	return args, n
}
