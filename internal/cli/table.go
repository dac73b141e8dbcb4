package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"roster/client"
)

// tableBlock is how many rows are aligned with one another: memory stays flat however long a list
// is.
const tableBlock = 500

// table prints rows: aligned and under a heading for a person, with tabs between and without a
// heading for a pipe.
type table struct {
	sh   *shell
	out  *bufio.Writer
	tabs *tabwriter.Writer // nil for a pipe
	rows int
	err  error // the first
}

func newTable(sh *shell, heading ...string) *table {
	t := &table{sh: sh, out: bufio.NewWriter(sh.stdout)}
	if sh.terminal {
		t.tabs = tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		t.row(heading...)
	}
	return t
}

// row adds a row. In a table for a person an empty cell is a dash.
func (t *table) row(cells ...string) {
	if t.err != nil {
		return
	}
	line := make([]string, len(cells))
	for i, cell := range cells {
		line[i] = printable(cell)
		if cell == "" && t.tabs != nil {
			line[i] = "-"
		}
	}
	text := strings.Join(line, "\t") + "\n"
	if t.tabs == nil {
		_, t.err = t.out.WriteString(text)
		return
	}
	_, t.err = t.tabs.Write([]byte(text))
	if t.rows++; t.rows%tableBlock == 0 && t.err == nil {
		t.err = t.tabs.Flush()
	}
}

// end prints what is left. Errors: the first of the whole table. A table that was never begun is
// good.
func (t *table) end() error {
	if t == nil {
		return nil
	}
	if t.tabs != nil && t.err == nil {
		t.err = t.tabs.Flush()
	}
	if err := t.out.Flush(); t.err == nil {
		t.err = err
	}
	return t.err
}

// printList prints the records of a list as they come: as JSON, just as the native API has them, or
// a row for each.
func printList[T any](sh *shell, l link, asJSON bool, records iter.Seq2[T, error], heading []string, row func(T) []string) error {
	if asJSON {
		return printJSONList(sh, asTheyCame(l, records))
	}
	return printTable(sh, records, heading, row)
}

// asTheyCame yields, for each record of a list, its text in the answer that it came with.
func asTheyCame[T any](l link, records iter.Seq2[T, error]) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		var page struct {
			Items []json.RawMessage `json:"items"`
		}
		for _, err := range records {
			if err == nil && len(page.Items) == 0 { // the first record of the page that came last
				err = json.Unmarshal(l.seen.last, &page)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			item := page.Items[0]
			page.Items = page.Items[1:]
			if !yield(unescaped(item), nil) {
				return
			}
		}
	}
}

// first yields at most so many values; 0: all of them.
func first[T any](limit int, values iter.Seq2[T, error]) iter.Seq2[T, error] {
	if limit == 0 {
		return values
	}
	return func(yield func(T, error) bool) {
		n := 0
		for v, err := range values {
			if n++; !yield(v, err) || n == limit {
				return
			}
		}
	}
}

// pages says how a list is fetched of which at most so many records are wanted; 0: all of them.
func pages(limit int) client.PageOptions {
	const most = 1000 // of the native API
	if limit == 0 || limit > most {
		limit = most
	}
	return client.PageOptions{PageSize: limit}
}

// printTable prints a row for each value, as they come. A person is told where there is none.
func printTable[T any](sh *shell, values iter.Seq2[T, error], heading []string, row func(T) []string) error {
	var t *table
	for v, err := range values {
		if err != nil {
			return errors.Join(t.end(), err)
		}
		if t == nil {
			t = newTable(sh, heading...)
		}
		if t.row(row(v)...); t.err != nil {
			break
		}
	}
	if t == nil && sh.terminal {
		sh.note("there are none")
	}
	return t.end()
}

// printable keeps what somebody wrote into a name or description from moving the cursor, or from
// breaking a row.
func printable(cell string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, cell)
}

// stamp shows a time (RFC 3339), to the second; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// join shows several names in one cell.
func join[T ~string](names []T) string {
	text := make([]string, len(names))
	for i, n := range names {
		text[i] = string(n)
	}
	return strings.Join(text, ", ")
}

// yesNo shows a boolean.
func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
