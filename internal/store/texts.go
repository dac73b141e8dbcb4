package store

import (
	"strconv"
	"strings"
	"sync"
)

// texts keeps the queries whose length depends on the number of rows or values, so that each is
// built once. It is bounded because the numbers are: see rowsText and maxList.
type texts struct {
	mu    sync.RWMutex
	built map[textKey]string
}

type textKey struct {
	base string
	n    int
}

// maxRows is the greatest number of rows that one INSERT carries; more take further statements.
const maxRows = 32

// maxList is the greatest number of values that one IN list carries; more take further queries.
const maxList = 256

func newTexts() *texts { return &texts{built: make(map[textKey]string)} }

// get returns the text for (base, n), built at the first call.
func (c *texts) get(base string, n int, build func() string) string {
	key := textKey{base, n}
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

// rows returns insert with n rows of width placeholders each in the place of "$*", or at its end.
func (c *texts) rows(insert string, n, width int) string {
	return c.get(insert, n, func() string {
		before, after, _ := strings.Cut(insert, " $*")
		var b strings.Builder
		b.WriteString(before)
		for row := range n {
			if row > 0 {
				b.WriteByte(',')
			}
			b.WriteString(" (")
			writePlaceholders(&b, row*width+1, width)
			b.WriteByte(')')
		}
		b.WriteString(after)
		return b.String()
	})
}

// list returns text with "$*" replaced by n placeholders, the first of them number from.
func (c *texts) list(text string, from, n int) string {
	return c.get(text, n, func() string {
		var b strings.Builder
		writePlaceholders(&b, from, n)
		return strings.ReplaceAll(text, "$*", b.String())
	})
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

// padded returns n rounded up to a power of two, so that lists of any length need few texts.
func padded(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// listArgs returns arguments for a text with a list: first, then values, the last of them repeated
// up to a power of two. There is at least one value.
func listArgs[T any](first string, values []T, arg func(T) any) (args []any, n int) {
	n = padded(len(values))
	args = make([]any, 1, n+1)
	args[0] = first
	for i := range n {
		args = append(args, arg(values[min(i, len(values)-1)]))
	}
	return args, n
}
