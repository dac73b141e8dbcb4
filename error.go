package roster

import (
	"errors"
	"strings"
	"time"
)

// Kind says whose move it is after a failure. Dialects map kinds to their answers, the queue
// decides by kind what to retry; nobody looks at messages.
type Kind uint8

// The kinds. The zero kind is Internal, so that a forgotten classification hides and never leaks.
const (
	Internal        Kind = iota // ours: it is logged, the caller learns nothing
	Invalid                     // the caller must change Field
	Conflict                    // another record holds this value of Field
	NotFound                    // no such record, or none that the actor may see
	Unauthenticated             // who are you?
	Forbidden                   // we know who you are; no
	RateLimited                 // try again after RetryAfter
	Unavailable                 // overloaded, or a dependency is down; try again after RetryAfter
	Stale                       // the record has changed since the caller read it
)

// Kinds lists every kind, for the tests that look for gaps in a dialect's table.
var Kinds = [...]Kind{
	Internal, Invalid, Conflict, NotFound, Unauthenticated, Forbidden, RateLimited, Unavailable, Stale,
}

// String returns the name of the kind.
func (k Kind) String() string {
	return [...]string{
		"internal", "invalid", "conflict", "not found", "unauthenticated", "forbidden",
		"rate limited", "unavailable", "stale",
	}[k]
}

// Error is the only error type that crosses a package boundary on purpose.
type Error struct {
	Kind   Kind
	Field  string // canonical attribute path in RFC 7643 spelling ("roles[1]"), "" if none
	Detail string // safe to send. With a Field it is a phrase that follows the field's name: "is required"

	RetryAfter time.Duration // RateLimited and Unavailable only

	// Holder is the record that is in the way. Conflict only, and only where the actor may know it.
	Holder Holder

	Err error // the cause: logged, never sent
}

// Holder names the record that holds a value somebody else wanted.
type Holder struct {
	ID     string
	Number int64
}

// Error returns the text for logs. It includes the cause and must not be sent to a caller.
func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Field != "" {
		s += ": " + e.Field
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Faults are the faults of one request, reported together. It is an error when it is not empty.
type Faults []*Error

// Error lists the faults, for logs.
func (f Faults) Error() string {
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errors.Join(errs...).Error()
}

// MaxFaults is the number of faults that one answer reports; further ones are dropped, so that a
// small request cannot make a large answer.
const MaxFaults = 100

// Add notes that field is wrong: detail is a phrase that follows its name.
func (f *Faults) Add(field, detail string) { f.add(Invalid, field, detail) }

// Forbid notes that the caller may not ask for field: detail is a phrase that follows its name.
func (f *Faults) Forbid(field, detail string) { f.add(Forbidden, field, detail) }

func (f *Faults) add(k Kind, field, detail string) {
	if len(*f) < MaxFaults {
		*f = append(*f, &Error{Kind: k, Field: field, Detail: detail})
	}
}

// Has reports whether a fault of the field was noted, or of what it is a part of: of "roles[1]" or
// "roles" for "roles[1]".
func (f Faults) Has(field string) bool {
	for _, e := range f {
		if rest, is := strings.CutPrefix(field, e.Field); is && (rest == "" || e.Field != "" && (rest[0] == '.' || rest[0] == '[')) {
			return true
		}
	}
	return false
}

// HasWithin reports whether a fault of a part of the field was noted: of "roles[1]" for "roles".
func (f Faults) HasWithin(field string) bool {
	for _, e := range f {
		if rest, is := strings.CutPrefix(e.Field, field); is && rest != "" && (rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// Err returns the faults as an error, nil if there are none.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// All returns every fault in err, in order: one for an [Error], all of them for [Faults], and one
// of kind Internal for anything else. It returns nil for nil.
func All(err error) []*Error {
	if err == nil {
		return nil
	}
	var faults Faults
	if errors.As(err, &faults) {
		return faults
	}
	var e *Error
	if errors.As(err, &e) {
		return []*Error{e}
	}
	return []*Error{{Kind: Internal, Err: err}}
}

// KindOf returns the kind of err: that of the first fault, Internal for foreign errors.
func KindOf(err error) Kind {
	if all := All(err); len(all) > 0 {
		return all[0].Kind
	}
	return Internal
}
