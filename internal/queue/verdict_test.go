package queue

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"roster"
)

func TestBackoffDoublesToAnHourAndIsSpread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attempts int
		random   float64
		want     time.Duration
	}{
		{1, 0, 10 * time.Second},
		{1, 0.5, 9 * time.Second},
		{2, 0, 20 * time.Second},
		{9, 0, 2560 * time.Second},
		{10, 0, time.Hour},
		{10, 0.5, 54 * time.Minute},
		{0, 0, 10 * time.Second},
		{1 << 40, 0, time.Hour},
	} {
		if got := backoff(c.attempts, c.random); got != c.want {
			t.Errorf("backoff(%d, %v) = %v, want %v", c.attempts, c.random, got, c.want)
		}
	}
}

func TestAReasonHoldsNoCauseAndIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Grüße ", 100)
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"a foreign error", errors.New("secret"), "internal"},
		{"the cause stays out", &roster.Error{Kind: roster.Unavailable, Detail: "nobody there", Err: errors.New("secret")}, "unavailable: nobody there"},
		{"a wrapped error", fmt.Errorf("secret: %w", &roster.Error{Kind: roster.Invalid, Field: "emails", Detail: "is taken"}), "invalid: emails: is taken"},
		{"all faults", roster.Faults{{Kind: roster.Invalid, Field: "a"}, {Kind: roster.Invalid, Field: "b"}}, "invalid: a; invalid: b"},
		{"invalid UTF-8", &roster.Error{Kind: roster.Invalid, Detail: "a\xffb"}, "invalid: a\uFFFDb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := reasonOf(c.err); got != c.want {
				t.Errorf("reasonOf = %q, want %q", got, c.want)
			}
		})
	}
	for cut := range 8 {
		got := reasonOf(&roster.Error{Kind: roster.Invalid, Detail: long[cut:]})
		if len(got) > maxReason || !strings.HasSuffix(got, "…") || !utf8.ValidString(strings.ToValidUTF8(got, "")) {
			t.Errorf("a long reason became %d bytes: %q", len(got), got)
		}
	}
}
