package directory

import (
	"time"

	"roster"
)

// DeletionTx keeps what deletions of users removed, for [KeepDeleted].
type DeletionTx interface {
	// ClaimsEmail reports whether no other user may claim the email of the user.
	ClaimsEmail(org roster.OrganizationID, number int64) (bool, error)
	// KeepDeletedUser stores the sealed document of a user who was deleted just now.
	KeepDeletedUser(u NewDeletedUser) error
	// DeletedUsers returns the deleted users that q picks, by ascending number.
	DeletedUsers(org roster.OrganizationID, q DeletedUserQuery) (Rows[roster.DeletedUser], error)
	// LastDeleted returns, of the deleted users who had the name, the one who was deleted last.
	LastDeleted(org roster.OrganizationID, userKey string) (roster.DeletedUser, error) // NotFound
	// TakeDeletedUser deletes and returns the document of a deleted user.
	TakeDeletedUser(org roster.OrganizationID, number int64) (document string, err error) // NotFound
	// RenameDeletedUser gives a deleted user its name back, so that it is a user again. It has nothing
	// else; UpdateUser writes the rest.
	RenameDeletedUser(org roster.OrganizationID, number int64, userKey string) error // NotFound, Conflict(userName)
	// DeletedBefore returns up to limit users of any organization who were deleted before a time.
	DeletedBefore(at time.Time, limit int) ([]roster.DeletedUser, error)
	// EraseUser blanks every personal column of a deleted user and of its tokens, and deletes its
	// document. A user who is not deleted stays as it is.
	EraseUser(org roster.OrganizationID, number int64) error
}

// NewDeletedUser is the document of a deleted user, to be stored.
type NewDeletedUser struct {
	OrganizationID roster.OrganizationID
	Number         int64
	UserKey        string
	Document       string // sealed
	DeletedAt      time.Time
}

// DeletedUserQuery picks deleted users. Zero fields do not restrict.
type DeletedUserQuery struct {
	Where Condition // on indexed attributes
	After int64     // only greater numbers
	Limit int       // 1 to MaxPage
	Count bool      // fill Total
}

// Sealer seals what only this server may read again (DECISIONS 18).
type Sealer interface {
	// Seal returns a sealed text. about is what the text belongs to: it is opened for that only.
	Seal(text []byte, about string) string
	// Open returns what was sealed. Errors: Unavailable if it was sealed by another key, or changed.
	Open(sealed, about string) ([]byte, error)
}
