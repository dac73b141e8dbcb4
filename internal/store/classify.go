package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"roster"
)

// attribute returns the name of the attribute that a unique index guards, in RFC 7643 spelling
// where that has one, and "" for an unknown index. Indexes are named table__column after their last
// column, which both engines report: SQLite lists the columns, PostgreSQL names the index.
func attribute(index string) string {
	_, column, _ := strings.Cut(index, "__")
	switch column {
	case "user_key":
		return "userName"
	case "email_claim":
		return "emails"
	case "name_key":
		if strings.HasPrefix(index, "tokens") {
			return "name"
		}
		return "displayName"
	case "group_number":
		return "groups"
	case "check_group_number":
		return "checkGroup"
	case "service_number":
		return "services"
	case "job_key", "retry_key", "guess_key":
		return "key"
	case "alias_key":
		return "emailAlias"
	case "dedup_key":
		return "dedupKey"
	case "user_number":
		return "user"
	case "check_number":
		return "check"
	case "token_hash", "link_hash":
		return "secret"
	case "address", "slug", "number", "id", "type", "purpose", "name":
		return column
	}
	return ""
}

// retryAfter is how long callers are asked to wait before they try again; the engines give no time.
const retryAfter = 2 * time.Second

// explain turns an error of the driver into one for callers. It returns a *roster.Error if the
// caller or an operator can do something about it.
func explain(f fault, doing string, err error) error {
	cause := fmt.Errorf("%s: %w", doing, err)
	switch f.class {
	case constraint:
		if field := attribute(f.index); field != "" {
			return &roster.Error{Kind: roster.Conflict, Field: field, Detail: "is taken", Err: cause}
		}
	case again:
		return notNow("too many changes of the same records at once; try again", cause)
	case lost:
		return notNow("the connection to the database was lost; try again", cause)
	case full:
		return notNow("the disk is full", cause)
	case unavailable:
		return notNow("the database is not answering; try again", cause)
	case readOnly:
		return notNow("the database is read-only: its files or their disk cannot be written by the server's account", cause)
	case damaged:
		return unusable("the database is damaged: restore a backup", fmt.Errorf("%w: %w", errDamaged, cause))
	}
	return cause
}

// errDamaged is in the chain of every error that reports a damaged database.
var errDamaged = errors.New("damaged")

// errMoved is in the chain of every error that reports removed or replaced database files.
var errMoved = errors.New("removed or replaced")

// moved is the error for using a database whose files are not the ones that were opened.
func moved(cause error) error {
	return unusable("the database's files were removed or replaced under the running server: restore them and restart it",
		fmt.Errorf("%w: %w", errMoved, cause))
}

// unusable is the error that only an operator can resolve. It names no time for a retry.
func unusable(detail string, cause error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: detail, Err: cause}
}

// notNow is the error for a caller who may try again after retryAfter.
func notNow(detail string, cause error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: detail, RetryAfter: retryAfter, Err: cause}
}

// outcomeUnknown is the error for a caller who must look at the data before trying again. It names
// no time for a retry.
func outcomeUnknown(detail string, cause error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: detail, Err: cause}
}

// stopping is the error for a call after the store was closed.
func stopping() error { return notNow("the server is stopping", nil) }

// missing is the error for a record that does not exist.
func missing(noun string) error {
	return &roster.Error{Kind: roster.NotFound, Detail: "there is no such " + noun}
}
