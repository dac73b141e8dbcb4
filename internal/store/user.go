package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	userColumns = `u.number, u.id, u.organization_id, u.user_name, u.display_name, u.email, u.external_id,
	u.active, u.access_level, u.realm, u.password_hash <> '',
	COALESCE(g.id, ''), COALESCE(g.number, 0), COALESCE(g.name, ''),
	COALESCE(d.id, ''), COALESCE(d.number, 0), COALESCE(d.name, ''),
	u.joined_at, u.time_zone, u.contact_number, u.session_expiry, u.competencies, u.properties,
	u.managed_profile, u.managed_access, u.managed_groups, u.managed_reach,
	u.version, u.created_at, u.updated_at`

	selectUser = `SELECT ` + userColumns + ` FROM users u
	LEFT JOIN groups g ON g.organization_id = u.organization_id AND g.id = u.primary_group_id AND g.name_key IS NOT NULL
	LEFT JOIN departments d ON d.organization_id = u.organization_id AND d.id = u.department_id AND d.name_key IS NOT NULL`

	selectUserByID     = selectUser + ` WHERE u.organization_id = $1 AND u.id = $2 AND u.user_key IS NOT NULL`
	selectUserByNumber = selectUser + ` WHERE u.organization_id = $1 AND u.number = $2 AND u.user_key IS NOT NULL`
	selectUserByKey    = selectUser + ` WHERE u.organization_id = $1 AND u.user_key = $2`
)

func scanUser(r scanner) (u roster.User, err error) {
	err = r.Scan(
		&u.Number, (*string)(&u.ID), (*string)(&u.OrganizationID), &u.UserName, &u.DisplayName, &u.Email, &u.ExternalID,
		&u.Active, (*string)(&u.AccessLevel), &u.Realm, &u.HasPassword,
		(*string)(&u.PrimaryGroup.ID), &u.PrimaryGroup.Number, &u.PrimaryGroup.Name,
		(*string)(&u.Department.ID), &u.Department.Number, &u.Department.Name,
		instant{&u.JoinedAt}, &u.TimeZone, &u.ContactNumber, span{&u.SessionExpiry},
		competencies{&u.Competencies}, document{&u.Properties},
		(*string)(&u.ManagedBy.Profile), (*string)(&u.ManagedBy.Access), (*string)(&u.ManagedBy.Groups), (*string)(&u.ManagedBy.Reach),
		&u.Version, instant{&u.CreatedAt}, instant{&u.UpdatedAt},
	)
	return u, err
}

const insertUser = `INSERT INTO users (
	organization_id, id, user_name, user_key, display_name, display_key, email, email_key, external_id,
	active, access_level, realm, password_hash, credential_version, primary_group_id, department_id,
	joined_at, time_zone, time_zone_unknown, contact_number, session_expiry, competencies, properties,
	managed_profile, managed_access, managed_groups, managed_reach, version, created_at, updated_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $15, $16, $17, $18, $19, $20, $21,
	$22, $23, $24, $25, $26, $27, $28, $29) RETURNING number`

// InsertUser implements directory.UserTx.
func (t *tx) InsertUser(u directory.NewUserRow) (number int64, err error) {
	known, err := competencyText(u.Competencies)
	if err != nil {
		return 0, err
	}
	args := userArgs(u, known)
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
	rows.addAccess(u, number)
	return t.insertParts(rows)
}

// User implements directory.UserTx.
func (t *tx) User(org roster.OrganizationID, sel directory.UserSelector, with directory.With) (roster.User, error) {
	text, key := selectUserByKey, any(nil)
	switch {
	case sel.ID != "":
		text, key = selectUserByID, string(sel.ID)
	case sel.Number != 0:
		text, key = selectUserByNumber, sel.Number
	case sel.UserName != "":
		key = directory.Fold(sel.UserName)
	}
	if key == nil {
		return roster.User{}, missing("user")
	}
	users, err := collect(t, "read user", text, []any{string(org), key}, scanUser)
	if err != nil {
		return roster.User{}, err
	}
	if len(users) == 0 {
		return roster.User{}, missing("user")
	}
	if err := t.load(org, users, with, true); err != nil {
		return roster.User{}, err
	}
	return users[0], nil
}

// whereMember keeps users who are in one of the groups: for few users, in perhaps large groups.
func (q *query) whereMember(groups []roster.GroupID) {
	q.where(`EXISTS (SELECT 1 FROM group_members m
		WHERE m.organization_id = u.organization_id AND m.user_number = u.number AND m.group_id IN (`)
	among, args := oneOf(anyOf(groups))
	q.add(among, args...)
	q.add("))")
}

// EmailHolder implements directory.UserTx.
func (t *tx) EmailHolder(org roster.OrganizationID, key string, besides roster.UserID) (holder roster.Holder, found bool, err error) {
	const text = `SELECT id, number FROM users WHERE organization_id = $1 AND user_key = $2 AND id <> $3
	UNION ALL SELECT id, number FROM users WHERE organization_id = $1 AND email_key = $2 AND user_key IS NOT NULL AND id <> $3
	LIMIT 1`
	if key == "" {
		return roster.Holder{}, false, nil
	}
	found, err = t.one("find email", text, []any{string(org), key, string(besides)}, (*string)(&holder.ID), &holder.Number)
	return holder, found, err
}

// SetPassword implements directory.UserTx.
func (t *tx) SetPassword(org roster.OrganizationID, id roster.UserID, hash roster.PasswordHash, at time.Time) error {
	const text = `UPDATE users SET password_hash = $3, credential_version = credential_version + 1,
	updated_at = $4
	WHERE organization_id = $1 AND id = $2 AND user_key IS NOT NULL`
	return t.changes("user", "set password", text, string(org), string(id), string(hash), micros(at))
}
