package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"roster/internal/filter"
)

// BenchmarkMatch asks 10,000 records whether one of 50 texts is in their name.
func BenchmarkMatch(b *testing.B) {
	var comparisons []string
	for i := range 50 {
		comparisons = append(comparisons, fmt.Sprintf("displayName co %q", fmt.Sprint("q", i)))
	}
	f, err := filter.Parse(strings.Join(comparisons, " or "))
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{"ASCII": "Juergen Mueller-Luedenscheidt", "letters": "Jürgen Müller-Lüdenscheidt", "ligatures": strings.Repeat("ﷺ", 250)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i := range 10_000 {
					values := []any{fmt.Sprint(text, i)}
					if is, _ := f.Match(func(string) []any { return values }); is {
						b.Fatal("it is")
					}
				}
			}
		})
	}
}
