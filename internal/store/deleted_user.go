package store

import (
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
)

// ClaimsEmail implements directory.DeletionTx.
func (t *tx) ClaimsEmail(org roster.OrganizationID, number int64) (claims bool, err error) {
	const text = `SELECT email_claim IS NOT NULL FROM users WHERE organization = $1 AND number = $2`
	_, err = t.one("read claim of email", text, []any{t.org(org), number}, &claims)
	return claims, err
}

// KeepDeletedUser implements directory.DeletionTx.
func (t *tx) KeepDeletedUser(u directory.NewDeletedUser) error {
	const text = `INSERT INTO deleted_users (organization, user_number, user_key, document, deleted_at) VALUES ($1, $2, $3, $4, $5)`
	return t.put("keep deleted user", text, t.org(u.OrganizationID), u.Number, u.UserKey, u.Document, micros(u.DeletedAt))
}

const deletedColumns = `u.id, u.number, u.user_name, u.display_name, u.email, d.deleted_at`

const fromDeleted = ` FROM deleted_users d JOIN users u ON u.organization = d.organization AND u.number = d.user_number`

func scanDeleted(org roster.OrganizationID, r scanner, more ...any) (u roster.DeletedUser, err error) {
	u.OrganizationID = org
	err = r.Scan(append([]any{(*string)(&u.ID), &u.Number, &u.UserName, &u.DisplayName, &u.Email, instant{&u.DeletedAt}}, more...)...)
	return u, err
}

// comparedOfDeleted are the attributes of deleted users that an index serves.
var comparedOfDeleted = sqlAttributes{
	"id": {is: "u.id", present: "1 = 1", id: true}, "number": {is: "d.user_number", present: "1 = 1"},
}

// DeletedUsers implements directory.DeletionTx.
func (t *tx) DeletedUsers(org roster.OrganizationID, q directory.DeletedUserQuery) (directory.Rows[roster.DeletedUser], error) {
	return list(t, listing[roster.DeletedUser]{
		noun: "deleted users", columns: deletedColumns, scan: func(r scanner) (roster.DeletedUser, error) { return scanDeleted(org, r) },
		from: func(b *query) error {
			b.add(fromDeleted)
			b.where("d.organization = ?", t.org(org))
			return b.whereAll(comparedOfDeleted, q.Where)
		},
		order: order{column: "d.user_number", after: q.After}, limit: q.Limit, count: q.Count,
	})
}

// LastDeleted implements directory.DeletionTx.
func (t *tx) LastDeleted(org roster.OrganizationID, userKey string) (roster.DeletedUser, error) {
	const text = `SELECT ` + deletedColumns + fromDeleted + ` WHERE d.organization = $1 AND d.user_key = $2
	ORDER BY d.deleted_at DESC, d.user_number DESC LIMIT 1`
	found, err := collect(t, "find deleted user", text, []any{t.org(org), userKey}, func(r scanner) (roster.DeletedUser, error) {
		return scanDeleted(org, r)
	})
	if err == nil && len(found) == 0 {
		err = missing("deleted user")
	}
	if err != nil {
		return roster.DeletedUser{}, err
	}
	return found[0], nil
}

// TakeDeletedUser implements directory.DeletionTx.
func (t *tx) TakeDeletedUser(org roster.OrganizationID, number int64) (document string, err error) {
	const text = `DELETE FROM deleted_users WHERE organization = $1 AND user_number = $2 RETURNING document`
	found, err := t.one("take deleted user", text, []any{t.org(org), number}, &document)
	if err == nil && !found {
		err = missing("deleted user")
	}
	return document, err
}

// RenameDeletedUser implements directory.DeletionTx.
func (t *tx) RenameDeletedUser(org roster.OrganizationID, number int64, userKey string) error {
	const text = `UPDATE users SET user_key = $3 WHERE organization = $1 AND number = $2 AND user_key IS NULL`
	return t.mustChange("deleted user", "restore user", text, t.org(org), number, userKey)
}

// DeletedBefore implements directory.DeletionTx. It returns the first who were deleted first.
func (t *tx) DeletedBefore(at time.Time, most int) ([]roster.DeletedUser, error) {
	const text = `SELECT ` + deletedColumns + `, (SELECT o.id FROM organizations o WHERE o.number = d.organization)` + fromDeleted + `
	WHERE d.deleted_at < $1 ORDER BY d.deleted_at LIMIT $2`
	return collect(t, "find deleted users", text, []any{micros(at), limit(most, directory.MaxPage)}, func(r scanner) (roster.DeletedUser, error) {
		var org string
		u, err := scanDeleted("", r, &org)
		u.OrganizationID = roster.OrganizationID(org)
		return u, err
	})
}

// personalColumns are the columns of a user that say something about the person. They are blank
// once the user is erased.
var personalColumns = []string{
	"user_name", "display_name", "display_key", "title", "email", "email_key", "external_id", "time_zone", "contact_number",
	"competencies", "properties",
}

// eraseUser is the statement of EraseUser.
var eraseUser = `UPDATE users SET ` + strings.Join(personalColumns, " = '', ") + ` = '', joined_at = 0
	WHERE organization = $1 AND number = $2 AND user_key IS NULL`

// EraseUser implements directory.DeletionTx.
func (t *tx) EraseUser(org roster.OrganizationID, number int64) error {
	const (
		forget = `DELETE FROM deleted_users WHERE organization = $1 AND user_number = $2`
		tokens = `UPDATE tokens SET name = '', last_used_from = '' WHERE organization = $1 AND user_number = $2`
	)
	if err := t.put("forget deleted user", forget, t.org(org), number); err != nil {
		return err
	}
	if n, err := t.exec("erase user", eraseUser, t.org(org), number); err != nil || n == 0 {
		return err
	}
	return t.put("erase tokens of user", tokens, t.org(org), number)
}
