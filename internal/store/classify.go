package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"roster"
)

// attribute names what a unique index guards, in RFC 7643 spelling where that has a name for it; ""
// for an index that it does not know. Indexes are named table__column after their last column,
// because that is all that SQLite lets one know: it lists the columns, PostgreSQL names the index.
func attribute(index string) string {
	_, column, _ := strings.Cut(index, "__")
	switch column {
	case "user_key":
		return "userName"
	case "name_key":
		if strings.HasPrefix(index, "tokens") {
			return "name"
		}
		return "displayName"
	case "group_id":
		return "groups"
	case "service_id":
		return "services"
	case "audit_id":
		return "id"
	case "job_key", "retry_key", "guess_key":
		return "key"
	case "alias_key":
		return "emailAlias"
	case "user_number":
		return "user"
	case "check_id":
		return "check"
	case "token_hash", "link_hash":
		return "secret"
	case "address", "slug", "number", "id", "seq", "type", "purpose", "name":
		return column
	}
	return ""
}

// retryAfter is how long a caller is asked to wait where the engine cannot say.
const retryAfter = 2 * time.Second

// explain turns an error of the driver into one for callers: a *roster.Error where there is
// something that they can do.
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

// errDamaged is in the chain of every error that says that the database is damaged.
var errDamaged = errors.New("damaged")

// errMoved is in the chain of every error that says that the files of the database are others.
var errMoved = errors.New("removed or replaced")

// moved is the error for a change of a database whose files are not those that were opened.
func moved(cause error) error {
	return unusable("the database's files were removed or replaced under the running server: restore them and restart it",
		fmt.Errorf("%w: %w", errMoved, cause))
}

// unusable is the error of a caller for whom an operator must act first.
func unusable(detail string, cause error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: detail, Err: cause}
}

// notNow is the error of a caller who may try again.
func notNow(detail string, cause error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: detail, RetryAfter: retryAfter, Err: cause}
}

// unsure is the error of a caller who must look before trying again: it names no time to do so.
func unsure(detail string, cause error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: detail, Err: cause}
}

// stopping is the error of a caller who comes after the store was closed.
func stopping() error { return notNow("the server is stopping", nil) }

// missing is the error for a record that is not there.
func missing(noun string) error {
	return &roster.Error{Kind: roster.NotFound, Detail: "there is no such " + noun}
}
