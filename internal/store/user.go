package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

var (
	selectUserByID        = selectUser + ` WHERE u.organization = $1 AND u.id = $2 AND u.user_key IS NOT NULL`
	selectUserByNumber    = selectUser + ` WHERE u.organization = $1 AND u.number = $2 AND u.user_key IS NOT NULL`
	selectUserByKey       = selectUser + ` WHERE u.organization = $1 AND u.user_key = $2`
	selectUsersByNumbers  = selectUser + ` WHERE u.organization = $1 AND u.number IN ($*) AND COALESCE(u.user_key, '') <> ''`
	selectUsersEverywhere = selectUserAndOrganization + ` WHERE u.number > $1 AND u.user_key IS NOT NULL ORDER BY u.number LIMIT $2`
)

// InsertUser implements directory.UserTx.
func (t *tx) InsertUser(u directory.NewUserRow) (number int64, err error) {
	args, err := t.appendValues(make([]any, 0, len(insertColumns)), insertColumns, &u)
	if err != nil {
		return 0, err
	}
	if _, err := t.one("insert user", insertUser, args, &number); err != nil {
		return 0, err
	}
	if err := t.insertAccess(u, number); err != nil {
		return 0, err
	}
	return number, t.insertReach(u, number)
}

// insertAccess stores the roles, the scope of the level, and the memberships of a new user.
func (t *tx) insertAccess(u directory.NewUserRow, number int64) error {
	var rows userRows
	rows.addAccess(t.org(u.OrganizationID), u, number)
	return t.insertParts(rows)
}

// User implements directory.UserTx.
func (t *tx) User(org roster.OrganizationID, sel directory.UserSelector, with directory.With) (roster.User, error) {
	text, key := selectUserByKey, any(nil)
	switch {
	case sel.ID != "":
		text, key = selectUserByID, uid(sel.ID)
	case sel.Number != 0:
		text, key = selectUserByNumber, sel.Number
	case sel.UserName != "":
		key = directory.Fold(sel.UserName)
	}
	if key == nil {
		return roster.User{}, missing("user")
	}
	users, err := collect(t, "read user", text, []any{t.org(org), key}, usersOf(org))
	if err != nil {
		return roster.User{}, err
	}
	if len(users) == 0 {
		return roster.User{}, missing("user")
	}
	if err := t.loadRelations(org, users, with, true); err != nil {
		return roster.User{}, err
	}
	return users[0], nil
}

// whereMember keeps users who are in one of the groups: for few users, in perhaps large groups.
func (q *query) whereMember(org any, groups []roster.GroupID) {
	q.where(`EXISTS (SELECT 1 FROM group_members m
		WHERE m.organization = u.organization AND m.user_number = u.number AND m.group_number`)
	q.amongGroups(org, groups)
	q.add(")")
}

// amongGroups ends a condition on the number of a group: it is one of the groups'.
func (q *query) amongGroups(org any, groups []roster.GroupID) {
	among, args := oneOf(anyUID(groups))
	q.add(" IN (SELECT number FROM groups WHERE organization = ? AND id IN ("+among+"))", append([]any{org}, args...)...)
}

// UserCreatedBy implements directory.UserTx.
func (t *tx) UserCreatedBy(org roster.OrganizationID, userKey, fingerprint string) (made directory.UserCreation, found bool, err error) {
	const text = `SELECT id, created_at FROM users WHERE organization = $1 AND user_key = $2 AND create_fingerprint = $3`
	found, err = t.one("find user of create", text, []any{t.org(org), userKey, digest(fingerprint)}, (*string)(&made.ID), instant{&made.CreatedAt})
	return made, found, err
}

// EmailHolder implements directory.UserTx.
func (t *tx) EmailHolder(org roster.OrganizationID, key string, besides roster.UserID) (holder roster.Holder, found bool, err error) {
	const text = `SELECT id, number FROM users WHERE organization = $1 AND user_key = $2 AND id <> $3
	UNION ALL SELECT id, number FROM users WHERE organization = $1 AND email_key = $2 AND user_key IS NOT NULL AND id <> $3
	LIMIT 1`
	if key == "" {
		return roster.Holder{}, false, nil
	}
	found, err = t.one("find email", text, []any{t.org(org), key, uidOrLeast(besides)}, (*string)(&holder.ID), &holder.Number)
	return holder, found, err
}

// SetPassword implements directory.UserTx.
func (t *tx) SetPassword(org roster.OrganizationID, id roster.UserID, hash roster.PasswordHash, at time.Time) error {
	const text = `UPDATE users SET password_hash = $3, credential_version = credential_version + 1,
	updated_at = $4
	WHERE organization = $1 AND id = $2 AND user_key IS NOT NULL`
	return t.mustChange("user", "set password", text, t.org(org), uid(id), string(hash), micros(at))
}
