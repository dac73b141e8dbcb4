package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// table is a Markdown table whose columns are also aligned as plain text.
type table struct {
	heading []string
	right   []bool // columns of numbers
	lines   [][]string
}

// add appends a line; cells hold no line breaks and no bars.
func (t *table) add(cells ...string) {
	for i := range cells {
		cells[i] = strings.NewReplacer("\n", " ", "\r", "", "|", "/").Replace(cells[i])
	}
	t.lines = append(t.lines, cells)
}

// write prints the table.
func (t *table) write(w io.Writer) error {
	widths := make([]int, len(t.heading))
	for _, line := range append([][]string{t.heading}, t.lines...) {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	rule := make([]string, len(widths))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", max(3, width))
		if t.right[i] {
			rule[i] = rule[i][1:] + ":"
		}
		widths[i] = max(3, width)
	}
	for _, line := range append([][]string{t.heading, rule}, t.lines...) {
		if _, err := io.WriteString(w, t.line(line, widths)); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) line(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if t.right[i] {
			cell = space + cell
		} else if i < len(cells)-1 {
			cell += space
		}
		b.WriteString("| " + cell + " ")
	}
	return b.String() + "|\n"
}

// thousands formats a number for people: three significant digits, and commas.
func thousands(n float64) string {
	switch {
	case n == 0:
		return "0"
	case n < 10:
		return fmt.Sprintf("%.2f", n)
	case n < 100:
		return fmt.Sprintf("%.1f", n)
	}
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
