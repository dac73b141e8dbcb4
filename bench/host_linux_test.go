package main

import (
	"os"
	"testing"
	"time"
)

func TestProcessorTimeIsReadWhateverTheProcessIsCalled(t *testing.T) {
	t.Parallel()
	for stat, want := range map[string]time.Duration{
		"7 (roster) S 1 7 7 0 -1 4194560 1 2 3 4 120 30 5 6 20 0": 1500 * time.Millisecond,
		"7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 0 1 5 6 20 0":   10 * time.Millisecond,
		"7 (cut) S 1 7": 0,
		"":              0,
	} {
		if got := cpuTimeIn(stat); got != want {
			t.Errorf("%q: %s, want %s", stat, got, want)
		}
	}
}

func TestMemoryIsReadInBytes(t *testing.T) {
	t.Parallel()
	status := []byte("Name:\troster\nVmRSS:\t   30680 kB\nRssAnon:\t    9536 kB\n")
	if got := kibibytes(status, "RssAnon"); got != 9536<<10 {
		t.Errorf("RssAnon: %d", got)
	}
	if got := kibibytes(status, "RssFile"); got != 0 {
		t.Errorf("what is not there: %d", got)
	}
	m, err := memoryOf(os.Getpid())
	if err != nil || m.resident < 1<<20 || m.own > m.resident {
		t.Errorf("this process: %+v, %v", m, err)
	}
}
