package directory

import (
	"context"

	"roster"
)

// UserDeletion says which user DeleteUser deletes.
type UserDeletion struct {
	User      UserSelector
	Email     string // only if this is its primary email, without regard to case; "": whatever it is
	IfVersion int64  // only if it still has this version; 0: whatever it has
}

// requireEmail answers Invalid for a user whose email is another one than the request says: who is meant
// is not clear then.
func (in UserDeletion) requireEmail(u roster.User) error {
	if in.Email == "" || Fold(in.Email) == Fold(u.Email) {
		return nil
	}
	return &roster.Error{Kind: roster.Invalid, Field: "emails", Detail: "is not that of the user whom the id names"}
}

// DeleteUser deletes a user: the name is free again, nobody signs in with it, its tokens are
// revoked, and it is in no group any more. It returns the user as it was.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid for the last administrator or where Email
// is another, Conflict(emails), Stale, Unavailable.
func (d *Directory) DeleteUser(ctx context.Context, by roster.Actor, in UserDeletion) (roster.User, error) {
	if err := allow(by, ActUserDelete); err != nil {
		return roster.User{}, err
	}
	if err := in.User.possible(); err != nil {
		return roster.User{}, err
	}
	deleted, err := update(ctx, d, func(tx Tx) (roster.User, error) {
		u, err := lockUser(tx, by, ActUserDelete, in.User, withWhole)
		if err != nil {
			return u, err
		}
		if err := requireVersion(u.Version, in.IfVersion); err != nil {
			return u, err
		}
		if err := in.requireEmail(u); err != nil {
			return u, err
		}
		if err := d.requireControl(tx, by, u); err != nil {
			return u, err
		}
		last := refusedByRecord(u.UserName, "names the last active administrator; make another one first")
		if err := keepAdministrator(tx, u, roster.User{}, last); err != nil {
			return u, err
		}
		now := d.now()
		if err := tx.DeleteUser(by.OrganizationID, u.Number, now); err != nil {
			return u, err
		}
		if err := tx.DeleteWords(by.OrganizationID, wordPlaces(u)); err != nil {
			return u, err
		}
		return u, d.audit(tx, by, now, change{ActUserDelete, string(u.ID), u.UserName, removedRecord{auditUser(NewUserRow{User: u})}})
	})
	return redactUser(by, deleted), err
}
