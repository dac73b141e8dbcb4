package roster

import (
	"errors"
	"strings"
	"time"
)

// Kind classifies an error by who can do something about it. Dialects map kinds to their answers,
// and the queue retries by kind. Nothing in Roster looks at an error's text.
type Kind uint8

// The kinds. The zero kind is Internal, so an error that nobody classified is hidden, not leaked.
const (
	Internal        Kind = iota // our fault: it is logged, and the caller learns nothing
	Invalid                     // the caller must change Field
	Conflict                    // another record holds this value of Field
	NotFound                    // no such record, or none that the actor may see
	Unauthenticated             // the caller must sign in
	Forbidden                   // the caller is known and may not do this
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

// Error is the only error type that crosses package boundaries on purpose.
type Error struct {
	Kind   Kind
	Field  string // the attribute's path as RFC 7643 spells it ("roles[1]"), "" if none
	Detail string // safe to send; with a Field, a phrase that follows the field's name: "is required"

	RetryAfter time.Duration // RateLimited and Unavailable only

	// Holder is the record that is in the way. It is set for Conflict only, and only if the actor
	// may know the record.
	Holder Holder

	Err error // the cause: logged, never sent
}

// Holder is the record that already has a value which must be unique.
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

// Faults are all faults of one request. They are an error unless the list is empty.
type Faults []*Error

// Error lists the faults, for logs.
func (f Faults) Error() string {
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errors.Join(errs...).Error()
}

// MaxFaults bounds the faults in one answer, so that a small request cannot make a large one.
// Further faults are dropped.
const MaxFaults = 100

// Add records that field is wrong. The detail is a phrase that follows the field's name.
func (f *Faults) Add(field, detail string) { f.add(Invalid, field, detail) }

// Forbid records that the caller may not set field. The detail is a phrase that follows its name.
func (f *Faults) Forbid(field, detail string) { f.add(Forbidden, field, detail) }

func (f *Faults) add(k Kind, field, detail string) {
	if len(*f) < MaxFaults {
		*f = append(*f, &Error{Kind: k, Field: field, Detail: detail})
	}
}

// Has reports whether there is a fault of the field or of an attribute that contains it. For
// "roles[1]" these are "roles[1]" and "roles".
func (f Faults) Has(field string) bool {
	for _, e := range f {
		if rest, is := strings.CutPrefix(field, e.Field); is && (rest == "" || e.Field != "" && (rest[0] == '.' || rest[0] == '[')) {
			return true
		}
	}
	return false
}

// HasWithin reports whether there is a fault of a part of the field, such as "roles[1]" for
// "roles".
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

// All returns every fault in err, in order. An [Error] is one fault and [Faults] are many. Any
// other error is one fault of kind Internal. All returns nil for nil.
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

// KindOf returns the kind of the first fault of err. It is Internal for errors of other packages.
func KindOf(err error) Kind {
	if all := All(err); len(all) > 0 {
		return all[0].Kind
	}
	return Internal
}
