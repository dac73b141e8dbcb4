package directory

import (
	"context"

	"roster"
)

// UserDeletion is the input of DeleteUser.
type UserDeletion struct {
	User      UserSelector
	Email     string // only if this is its primary email, in any case; "": any
	IfVersion int64  // only if it still has this version; 0: any
}

// requireEmail returns Invalid if the user has another email than the request says: it is then
// unclear which user is meant.
func (in UserDeletion) requireEmail(u roster.User) error {
	if in.Email == "" || Fold(in.Email) == Fold(u.Email) {
		return nil
	}
	return &roster.Error{Kind: roster.Invalid, Field: "emails", Detail: "is not the email of the user that the id names"}
}

// DeleteUser deletes a user and returns it as it was. Its name is free again, its tokens and
// sessions end, and it leaves all groups. [Directory.UndeleteUser] restores it for KeepDeleted.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid for the last administrator or if Email does
// not match, Conflict(emails), Stale, Unavailable.
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
		if err := d.keepDeleted(tx, u, now); err != nil {
			return u, err
		}
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
