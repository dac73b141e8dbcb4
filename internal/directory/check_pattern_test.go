package directory

import (
	"strings"
	"testing"
	"time"
)

func TestWideRangesOfCharactersCount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`a-z`: 'z' - 'A', `[0-9]`: 0, `[\d-]`: ']' - 'A', `[a\-b]`: 'b' - 'A', `[^a-z]{3}`: 'z' - 'A',
		`[А-Я]`: 'Я' - 'А', `[一-龥]`: '龥' - '一', `[ -\x{10FFFF}]`: lastCased - firstCased, `[A-\x{1e942}]`: 0x1e942 - 'A',
		`[\x{41}-\x{1e942}]`: 0x1e942 - 'A', `[A-𞥂]`: 0x1e942 - 'A', `[A-\377]`: 0o377 - 'A', `[A-\xff]`: 0xff - 'A',
		`-`: 0, `a-\`: 128 - 'A', `a-\x`: 128 - 'A', `a-\x{`: 128 - 'A', `\x{FFFFFFFFFF}-\x{FFFFFFFFFF}`: 128 - 'A',
	} {
		if got := rangeWidth(text); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
	if _, err := compilePattern(strings.Repeat(`[A-\x{1e942}]`, 70)); err == nil {
		t.Error("seventy ranges of nearly all characters are compiled")
	}
	if p, err := compilePattern(`^[一-龥]+$`); err != nil || p.size < 300 || p.size > 400 {
		t.Errorf("a Chinese word has the size %d, %v", p.size, err)
	}
}

func BenchmarkCompileWideRange(b *testing.B) {
	start, size := time.Now(), 0
	for b.Loop() {
		p, err := compilePattern(`[A-\x{1e942}][B-\x{1e942}]`)
		if err != nil {
			b.Fatal(err)
		}
		size += p.size
	}
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(size*compileWork), "ns/step")
}
