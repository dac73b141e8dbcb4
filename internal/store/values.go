package store

import (
	"encoding/json"
	"fmt"
	"strings"
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

// instant scans a stored time.
type instant struct{ to *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", src)
	}
	*i.to = stored(n)
	return nil
}

// span scans a stored duration, in microseconds.
type span struct{ to *time.Duration }

// Scan implements sql.Scanner.
func (s span) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a duration is stored as %T", src)
	}
	*s.to = time.Duration(n) * time.Microsecond
	return nil
}

// document scans stored JSON; "" becomes nil.
type document struct{ to *json.RawMessage }

// Scan implements sql.Scanner.
func (d document) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("a document is stored as %T", src)
	}
	*d.to = nil
	if text != "" {
		*d.to = json.RawMessage(text)
	}
	return nil
}

// competencies scans stored competencies; "" becomes nil.
type competencies struct{ to *[]roster.Competency }

// Scan implements sql.Scanner.
func (c competencies) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("competencies are stored as %T", src)
	}
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

// Scan implements sql.Scanner.
func (p permissions) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("permissions are stored as %T", src)
	}
	*p.to, _ = roster.ParsePermissions(text)
	return nil
}

// serviceText returns the stored form of a set of services: separated by blanks.
func serviceText(services []roster.Service) string {
	words := make([]string, len(services))
	for i, s := range services {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}

// parseServices reverses serviceText.
func parseServices(text string) []roster.Service {
	var services []roster.Service
	for word := range strings.FieldsSeq(text) {
		services = append(services, roster.Service(word))
	}
	return services
}

// orNull returns the stored form of an optional reference: nil for "".
func orNull[T ~string](id T) any {
	if id == "" {
		return nil
	}
	return string(id)
}
