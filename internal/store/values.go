package store

import (
	"encoding/json"
	"time"

	"roster"
)

// micros returns the stored form of a time: microseconds since 1970 UTC, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// stored returns the time whose stored form is n. It reverses micros.
func stored(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// numberScanner is what a stored number can be read into, besides *int64, *int and *bool.
type numberScanner interface{ scanNumber(n int64) }

// textScanner is what a stored text can be read into, besides *string.
type textScanner interface{ scanText(text string) error }

// putNumber reads a stored number into to, and reports whether that takes numbers.
func putNumber(n int64, to any) bool {
	switch to := to.(type) {
	case *int64:
		*to = n
	case *int:
		*to = int(n)
	case *bool:
		*to = n != 0
	case numberScanner:
		to.scanNumber(n)
	default:
		return false
	}
	return true
}

// putText reads a stored text into to, and reports whether that takes texts.
func putText(text string, to any) (known bool, err error) {
	switch to := to.(type) {
	case *string:
		*to = text
		return true, nil
	case textScanner:
		return true, to.scanText(text)
	}
	return false, nil
}

// instant scans a stored time.
type instant struct{ to *time.Time }

func (i instant) scanNumber(n int64) { *i.to = stored(n) }

// span scans a stored duration, in microseconds.
type span struct{ to *time.Duration }

func (s span) scanNumber(n int64) { *s.to = time.Duration(n) * time.Microsecond }

// document scans stored JSON; "" becomes nil.
type document struct{ to *json.RawMessage }

func (d document) scanText(text string) error {
	*d.to = nil
	if text != "" {
		*d.to = json.RawMessage(text)
	}
	return nil
}

// competencies scans stored competencies; "" becomes nil.
type competencies struct{ to *[]roster.Competency }

func (c competencies) scanText(text string) error {
	*c.to = nil
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), c.to)
}

// competencyText returns the stored form of competencies: JSON, or "" for none.
func competencyText(c []roster.Competency) (string, error) {
	if len(c) == 0 {
		return "", nil
	}
	text, err := json.Marshal(c)
	return string(text), err
}

// permissions scans stored permissions. It skips unknown ones, so that an older binary can read a
// newer role.
type permissions struct{ to *roster.Permissions }

func (p permissions) scanText(text string) error {
	*p.to, _ = roster.ParsePermissions(text)
	return nil
}

// nullable is a text as an argument of a statement, where "" is NULL.
type nullable string

// orNull returns an optional text as an argument.
func orNull[T ~string](text T) nullable { return nullable(text) }
