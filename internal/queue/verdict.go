package queue

import (
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"roster"
)

// fate is what becomes of a job after an attempt.
type fate uint8

const (
	done fate = iota
	again
	buried
)

// verdict is the outcome of an attempt.
type verdict struct {
	fate   fate
	wait   time.Duration // of again
	reason string        // of again and buried: bounded, without causes
	level  slog.Level    // at which it is logged
}

// judge says what becomes of a job whose attempt ended with err.
func (l *lane) judge(j roster.Job, err error) verdict {
	if err == nil {
		return verdict{fate: done}
	}
	kind := roster.KindOf(err)
	v := verdict{fate: again, reason: reasonOf(err), level: slog.LevelWarn}
	if kind == roster.Internal {
		v.level = slog.LevelError
	}
	switch {
	case !transient(kind):
		v.fate = buried
	case j.Attempts >= l.Attempts:
		v.fate, v.level = buried, slog.LevelError
	default:
		v.wait = max(backoff(j.Attempts, l.random()), min(askedFor(err), maxAskedFor))
	}
	return v
}

// transient reports the kinds that another attempt may mend.
func transient(k roster.Kind) bool {
	return k == roster.Internal || k == roster.Unavailable || k == roster.RateLimited
}

// maxReason is the longest reason that is stored, in bytes.
const maxReason = 300

// reasonOf says why an attempt failed, in words that may be shown: kinds, fields and details, never
// a cause.
func reasonOf(err error) string {
	var parts []string
	for _, e := range roster.All(err) {
		text := *e
		text.Err = nil
		parts = append(parts, text.Error())
	}
	return shorten(strings.ToValidUTF8(strings.Join(parts, "; "), "\uFFFD"), maxReason)
}

// shorten cuts text to at most limit bytes, between characters.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const mark = "…"
	cut := limit - len(mark)
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + mark
}
