package dialecttest

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// newClock begins in the hour in which this was written.
func newClock() *clock { return &clock{at: time.Date(2026, time.November, 21, 18, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// logbook keeps what is logged.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// check fails the test if an error was logged that nobody announced, or if a secret was.
func (l *logbook) check(t testing.TB, e *Env, o Options) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	for line := range strings.Lines(text) {
		if !o.LogsErrors && strings.Contains(line, "level=ERROR") {
			t.Errorf("logged: %s", line)
		}
	}
	for name, value := range e.made {
		kind, _, _ := strings.Cut(name, " ")
		if (kind == "token" || kind == "session") && strings.Contains(text, value) {
			t.Errorf("the secret of the %s is in the log", name)
		}
	}
}
