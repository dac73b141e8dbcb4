package realm

import (
	"context"
	"errors"
	"time"

	"roster"
)

// Realm is a place where people prove who they are.
type Realm interface {
	// Name returns the name of the realm in the settings.
	Name() string

	// Authenticate returns the identity that the credentials belong to. Neither its time nor its
	// error tells whether the name or the password was wrong. A name is wrong if the realm knows it
	// but its key in Roster differs. Errors: Unauthenticated (wrong, unknown or empty), Unavailable
	// (the realm does not answer).
	Authenticate(ctx context.Context, userName, password string) (Identity, error)
}

// Identity is what a realm knows about a person. Subject and UserName are always set. A value that
// no user could have is left out.
type Identity struct {
	// Subject identifies the person in the realm for good, also after a change of name. It is the
	// entryUUID (RFC 4530) or the objectGUID; else the folded DN, or its SHA-256 if the DN is too
	// long.
	Subject string

	UserName      string // as the realm spells it, or as typed if the realm has no such attribute; its key is that of the typed name
	DisplayName   string
	Email         string
	ContactNumber string
	TimeZone      string
	Department    string
	Groups        []string // names, sorted and case-sensitive

	Dropped []string // attributes whose value was left out because no user can have it; sorted
}

// deniedDetail is all that a denied caller learns.
const deniedDetail = "the credentials are not valid"

// unavailableDetail is what a caller learns if the realm cannot be asked.
const unavailableDetail = "the directory that knows this password does not answer"

// retryAfter is the wait before another try, if nothing better is known.
const retryAfter = 5 * time.Second

// Reasons to deny a sign-in, for the log.
var (
	errNotPresentable = errors.New("the name or the password cannot be anybody's")
	errNoEntry        = errors.New("no entry has the name")
	errManyEntries    = errors.New("more than one entry has the name")
	errNoDN           = errors.New("the entry has no usable DN")
	errOtherName      = errors.New("the directory spells the name differently than it was typed")
	errWrongPassword  = errors.New("the directory refuses name and password")
)

// denied returns the error for a denied caller; the reason is for the log.
func denied(reason error) error {
	return &roster.Error{Kind: roster.Unauthenticated, Detail: deniedDetail, Err: reason}
}

// unavailable returns the error if the realm cannot be asked; the cause is for the log.
func unavailable(cause error, retry time.Duration) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: unavailableDetail, RetryAfter: retry, Err: cause}
}
