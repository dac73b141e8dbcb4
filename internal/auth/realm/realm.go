package realm

import (
	"context"
	"errors"
	"time"

	"roster"
)

// Realm is where somebody proves who they are.
type Realm interface {
	// Name returns what the realm is called in the settings.
	Name() string

	// Authenticate returns who the credentials belong to. Neither the time that it takes nor what it
	// returns says whether the name or the password was wrong. A name that the realm takes for that of
	// somebody, but whose key is another one, is wrong.
	// Errors: Unauthenticated (wrong, unknown or empty), Unavailable (the realm does not answer).
	Authenticate(ctx context.Context, userName, password string) (Identity, error)
}

// Identity is what a realm says of a person. Only Subject and UserName are always there; what the
// realm has in a form that no user could hold is left out.
type Identity struct {
	// Subject names the person in the realm for good, also after a change of name. It is the entryUUID
	// (RFC 4530) or the objectGUID; else the folded DN, or its SHA-256 where that is too long.
	Subject string

	UserName      string // as the realm spells it, where it has the attribute, else as it was typed; the key is that of what was typed
	DisplayName   string
	Email         string
	ContactNumber string
	TimeZone      string
	Department    string
	Groups        []string // names, sorted; with their cases, which count

	Dropped []string // attributes with a value that no user can hold, and which was left out; sorted
}

// deniedDetail is the only thing that a caller is told who is not let in.
const deniedDetail = "the credentials are not valid"

// unavailableDetail is what a caller is told when the realm cannot be asked.
const unavailableDetail = "the directory that knows this password does not answer"

// retryAfter is when a caller may try again, where nothing better is known.
const retryAfter = 5 * time.Second

// Reasons why somebody is not let in, for the log.
var (
	errNotPresentable = errors.New("the name or the password cannot be anybody's")
	errNoEntry        = errors.New("no entry has the name")
	errManyEntries    = errors.New("more than one entry has the name")
	errNoDN           = errors.New("the entry has no usable DN")
	errOtherName      = errors.New("the directory spells the name otherwise than it was typed")
	errWrongPassword  = errors.New("the directory refuses name and password")
)

// denied turns a caller away; the reason is for the log.
func denied(reason error) error {
	return &roster.Error{Kind: roster.Unauthenticated, Detail: deniedDetail, Err: reason}
}

// unavailable says that the realm cannot be asked; the cause is for the log.
func unavailable(cause error, retry time.Duration) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: unavailableDetail, RetryAfter: retry, Err: cause}
}
