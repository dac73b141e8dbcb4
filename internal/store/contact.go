package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// insertReach stores the contact methods of a user, besides that of the primary email.
func (t *tx) insertReach(u directory.NewUserRow, number int64) error {
	var rows userRows
	rows.addReach(t.org(u.OrganizationID), u, number)
	return t.insertParts(rows)
}

// AddContactMethod implements directory.UserTx.
func (t *tx) AddContactMethod(org roster.OrganizationID, id roster.UserID, c roster.ContactMethod, by roster.Face) error {
	const managed = `UPDATE users SET managed_reach = $3, updated_at = $4 WHERE organization = $1 AND id = $2 AND user_key IS NOT NULL`
	if err := t.mustChange("user", "add contact method", managed, t.org(org), uid(id), string(by), micros(c.CreatedAt)); err != nil {
		return err
	}
	const text = `INSERT INTO contact_methods (organization, user_number, id, service, address, address_key, confirmed_at, created_at)
	SELECT u.organization, u.number, $3, $4, $5, $6, $7, $8 FROM users u WHERE u.organization = $1 AND u.id = $2
	AND NOT EXISTS (SELECT 1 FROM contact_methods c WHERE c.organization = u.organization AND c.user_number = u.number
		AND c.service = $4 AND c.address = $5)`
	_, err := t.exec("add contact method", text, t.org(org), uid(id), uid(c.ID), string(c.Service), c.Address,
		directory.AddressKey(c.Service, c.Address), micros(c.ConfirmedAt), micros(c.CreatedAt))
	return err
}

// RemoveContactMethod implements directory.UserTx.
func (t *tx) RemoveContactMethod(org roster.OrganizationID, user roster.UserID, id roster.ContactMethodID, by roster.Face) (bool, error) {
	const text = `DELETE FROM contact_methods WHERE organization = $1
	AND user_number = (SELECT number FROM users WHERE organization = $1 AND id = $2 AND user_key IS NOT NULL) AND id = $3`
	n, err := t.exec("remove contact method", text, t.org(org), uid(user), uid(id))
	if err != nil || n == 0 {
		return false, err
	}
	const managed = `UPDATE users SET managed_reach = $3 WHERE organization = $1 AND id = $2 AND user_key IS NOT NULL`
	return true, t.mustChange("user", "remove contact method", managed, t.org(org), uid(user), string(by))
}

// ConfirmContactMethod implements directory.UserTx.
func (t *tx) ConfirmContactMethod(org roster.OrganizationID, id roster.UserID, service roster.Service, address string, at time.Time) error {
	if service == roster.ServiceEmail {
		const primary = `UPDATE users SET email_confirmed_at = $4
	WHERE organization = $1 AND id = $2 AND user_key IS NOT NULL AND email = $3 AND email_confirmed_at = 0`
		if _, err := t.exec("confirm primary email", primary, t.org(org), uid(id), address, micros(at)); err != nil {
			return err
		}
	}
	const text = `UPDATE contact_methods SET confirmed_at = $5
	WHERE organization = $1 AND user_number = ` + numberOfUser + `
	AND service = $3 AND address = $4 AND confirmed_at = 0`
	_, err := t.exec("confirm contact method", text, t.org(org), uid(id), string(service), address, micros(at))
	return err
}

// UsersWithAddress implements directory.UserTx. A secret has no key, and is not found.
func (t *tx) UsersWithAddress(org roster.OrganizationID, service roster.Service, address string, after int64, n int) ([]int64, error) {
	const (
		others = `SELECT user_number FROM contact_methods
	WHERE organization = $1 AND address_key = $2 AND address_key <> '' AND service = $3 AND user_number > $4`
		primary = `SELECT number FROM users
	WHERE organization = $1 AND email_key = $2 AND email_key <> '' AND $3 = 'email' AND number > $4 AND COALESCE(user_key, '') <> ''`
	)
	args := []any{t.org(org), directory.AddressKey(service, address), string(service), after, limit(n, directory.MaxPage)}
	return collect(t, "find users with address", others+" UNION "+primary+" ORDER BY 1 LIMIT $5", args,
		func(r scanner) (number int64, err error) { return number, r.Scan(&number) })
}
