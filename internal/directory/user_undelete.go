package directory

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"roster"
)

// KeepDeleted is how long a deleted user can be restored (DECISIONS 25). Then it is erased.
const KeepDeleted = 30 * 24 * time.Hour

// deletedDocument is all that a deletion removes and that is restored. It is stored as JSON for
// KeepDeleted, so a field may be added, and none may be renamed (testdata/deleted_user.golden).
// Sessions, tokens and links are not in it: they stay ended.
type deletedDocument struct {
	User         roster.User
	PasswordHash roster.PasswordHash
	ClaimsEmail  bool                     // no other user may claim the email
	Entries      []roster.CheckPermission // of its own, on check groups
}

// keepDeleted seals and stores what the deletion of the user, which follows, will remove.
func (d *Directory) keepDeleted(tx Tx, u roster.User, at time.Time) error {
	account, err := tx.AccountByID(u.OrganizationID, u.ID)
	if err != nil {
		return err
	}
	doc := deletedDocument{User: u, PasswordHash: account.PasswordHash}
	if doc.ClaimsEmail, err = tx.ClaimsEmail(u.OrganizationID, u.Number); err != nil {
		return err
	}
	entries := CheckPermissionQuery{Users: []roster.UserID{u.ID}, Limit: MaxPage}
	for {
		page, err := tx.CheckPermissions(u.OrganizationID, entries)
		if err != nil {
			return err
		}
		doc.Entries = append(doc.Entries, page.Records...)
		if len(page.Records) < MaxPage {
			break
		}
		entries.After = page.Records[MaxPage-1].ID
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	return tx.KeepDeletedUser(NewDeletedUser{
		OrganizationID: u.OrganizationID, Number: u.Number, UserKey: Fold(u.UserName),
		Document: d.sealer.Seal(text, string(u.ID)), DeletedAt: at,
	})
}

// DeletedUserList says which deleted users ListDeletedUsers returns.
type DeletedUserList struct {
	Limit int   // the greatest number of users; 0: all
	After int64 // only greater numbers
	Counting
}

// ListDeletedUsers returns the users who can be restored, by ascending number. An error ends the
// sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListDeletedUsers(ctx context.Context, by roster.Actor, in DeletedUserList) (iter.Seq2[roster.DeletedUser, error], error) {
	if err := allow(by, ActDeletedRead); err != nil {
		return nil, err
	}
	return listOf(ctx, d, part[int64]{After: in.After, Limit: in.Limit}, in.Counting, func(tx Tx, p part[int64]) (Rows[roster.DeletedUser], error) {
		return tx.DeletedUsers(by.OrganizationID, DeletedUserQuery{After: p.After, Limit: p.Limit, Count: p.Count})
	}, func(u roster.DeletedUser) int64 { return u.Number }), nil
}

// UndeletedUser is a user who was restored.
type UndeletedUser struct {
	roster.User
	Missing []string // what it had and is gone meanwhile, such as "group Night shift"
}

// UndeleteUser restores a user who was deleted in the last [KeepDeleted], with its password,
// access, groups, contact methods, preferences and entries on check groups. Of several users of a
// name who were deleted, it restores the last one. Sessions, tokens and links stay ended, and the
// right to make organizations has to be given anew.
//
// Errors: Unauthenticated, Forbidden, NotFound, Conflict(userName, emails) if another user has the
// name or the email now, Unavailable.
func (d *Directory) UndeleteUser(ctx context.Context, by roster.Actor, sel UserSelector) (UndeletedUser, error) {
	if err := allow(by, ActUserUndelete); err != nil {
		return UndeletedUser{}, err
	}
	if err := sel.possible(); err != nil {
		return UndeletedUser{}, noDeletedUser()
	}
	u, err := update(ctx, d, func(tx Tx) (UndeletedUser, error) {
		now := d.now()
		deleted, err := findDeleted(tx, by, sel)
		if err == nil && !deleted.DeletedAt.After(now.Add(-KeepDeleted)) {
			err = noDeletedUser()
		}
		if err != nil {
			return UndeletedUser{}, err
		}
		doc, missing, err := d.takeDeleted(tx, deleted)
		if err != nil {
			return UndeletedUser{}, err
		}
		if err := d.restore(tx, doc, now); err != nil {
			return UndeletedUser{}, err
		}
		u, err := selectUser(tx, by, ActUserUndelete, UserSelector{ID: doc.User.ID}, withWhole)
		if err != nil {
			return UndeletedUser{}, noDeletedUser() // the actor may not know that there was one
		}
		if err := d.requireControl(tx, by, u); err != nil {
			return UndeletedUser{}, err
		}
		details := struct {
			After   any      `json:"after"`
			Missing []string `json:"missing,omitempty"`
		}{auditUser(NewUserRow{User: u}), missing}
		return UndeletedUser{u, missing}, d.audit(tx, by, now, change{ActUserUndelete, string(u.ID), u.UserName, details})
	})
	u.User = redactUser(by, u.User)
	return u, err
}

func noDeletedUser() error {
	return &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no user who was deleted in the last 30 days"}
}

// findDeleted returns the deleted user that the selector names.
func findDeleted(tx Tx, by roster.Actor, sel UserSelector) (u roster.DeletedUser, err error) {
	where := ifGiven("id", sel.ID)
	switch {
	case sel.ID != "":
	case sel.Number != 0:
		where = Is("number", sel.Number)
	default:
		u, err = tx.LastDeleted(by.OrganizationID, Fold(sel.UserName))
		if roster.KindOf(err) == roster.NotFound {
			err = noDeletedUser()
		}
		return u, err
	}
	found, err := tx.DeletedUsers(by.OrganizationID, DeletedUserQuery{Where: where, Limit: 1})
	if err != nil {
		return u, err
	}
	u, there := found.First()
	if !there {
		err = noDeletedUser()
	}
	return u, err
}

// takeDeleted returns the document of a deleted user without what is gone meanwhile, and the names
// of that.
func (d *Directory) takeDeleted(tx Tx, u roster.DeletedUser) (doc deletedDocument, missing []string, err error) {
	sealed, err := tx.TakeDeletedUser(u.OrganizationID, u.Number)
	if err != nil {
		return doc, nil, err
	}
	text, err := d.sealer.Open(sealed, string(u.ID))
	if err != nil {
		return doc, nil, err
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return doc, nil, err
	}
	doc.User.OrganizationID, doc.User.Number = u.OrganizationID, u.Number
	missing, err = doc.dropMissing(tx)
	return doc, missing, err
}

// restore makes the user of the document a user again.
func (d *Directory) restore(tx Tx, doc deletedDocument, now time.Time) error {
	u := doc.User
	u.Version += 2 // the deletion raised it too
	u.UpdatedAt = now
	row := NewUserRow{User: u, UserKey: Fold(u.UserName), EmailKey: Fold(u.Email)}
	_, known := Zone(u.TimeZone)
	row.TimeZoneUnknown = !known
	if doc.ClaimsEmail {
		row.EmailClaim = row.EmailKey
	}
	if err := tx.RenameDeletedUser(u.OrganizationID, u.Number, row.UserKey); err != nil {
		return explainUndelete(err)
	}
	if err := tx.UpdateUser(row, withWhole); err != nil {
		return explainUndelete(err)
	}
	if doc.PasswordHash != "" {
		if err := tx.SetPassword(u.OrganizationID, u.ID, doc.PasswordHash, now); err != nil {
			return err
		}
	}
	if err := tx.InsertWords(u.OrganizationID, wordPlaces(u)); err != nil {
		return err
	}
	for _, entry := range doc.Entries {
		if _, err := tx.PutCheckPermission(u.OrganizationID, entry); err != nil {
			return err
		}
	}
	return nil
}

// explainUndelete says what to do about a name or an email that another user has.
func explainUndelete(err error) error {
	var e *roster.Error
	if !errors.As(err, &e) || e.Kind != roster.Conflict {
		return err
	}
	what := "name"
	if e.Field == "emails" {
		what = "email"
	}
	return &roster.Error{
		Kind: roster.Conflict, Field: e.Field, Detail: "is taken: another user has this " + what + " now; change that user first", Err: err,
	}
}
