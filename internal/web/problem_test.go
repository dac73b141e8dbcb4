package web

import (
	"testing"

	"roster"
)

func TestEveryKindOfErrorHasAStatus(t *testing.T) {
	t.Parallel()
	for _, kind := range roster.Kinds {
		if status := statuses[kind]; status < 400 {
			t.Errorf("%v has the status %d", kind, status)
		}
	}
}
