package filter

import (
	"regexp"
	"time"
)

// dateTime is the form of a time in RFC 3339 §5.6. time.Parse is laxer: it also accepts a one-digit
// hour and a comma for the dot.
var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// ParseTime parses a time strictly by RFC 3339, and reports whether the text is one.
func ParseTime(text string) (at time.Time, ok bool) {
	if !dateTime.MatchString(text) {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
