package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"roster"
)

// micros is how a time is stored: microseconds since 1970 UTC, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// stored returns the time that is stored as n: the reverse of micros.
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

// span scans a stored duration: microseconds.
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

// document scans stored JSON; "" is nil.
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

// competencies scans stored competencies; "" is none.
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

// competencyText is how competencies are stored.
func competencyText(c []roster.Competency) (string, error) {
	if len(c) == 0 {
		return "", nil
	}
	text, err := json.Marshal(c)
	return string(text), err
}

// permissions scans the stored form of permissions. It leaves out what it does not know, so that an
// older binary reads a newer role.
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

// serviceText is how a set of services is stored: with blanks between.
func serviceText(services []roster.Service) string {
	words := make([]string, len(services))
	for i, s := range services {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}

// parseServices reads the form of serviceText.
func parseServices(text string) []roster.Service {
	var services []roster.Service
	for word := range strings.FieldsSeq(text) {
		services = append(services, roster.Service(word))
	}
	return services
}

// orNull is how a reference is stored that may be absent.
func orNull[T ~string](id T) any {
	if id == "" {
		return nil
	}
	return string(id)
}
