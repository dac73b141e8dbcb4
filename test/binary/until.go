package binary

import (
	"testing"
	"time"
)

// patience is how long anything may take that is waited for. It bounds a test that fails; one that
// passes waits only as long as it takes.
const patience = 60 * time.Second

// Until waits until done reports true, asking every few milliseconds. The test fails with what it
// waited for when that takes longer than a minute.
func Until(t testing.TB, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ask := time.NewTicker(5 * time.Millisecond)
	defer ask.Stop()
	for !done() {
		select {
		case <-ask.C:
		case <-deadline.C:
			t.Fatalf("waited a minute until %s", what)
		}
	}
}
