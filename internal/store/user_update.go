package store

import (
	"roster"
	"roster/internal/directory"
)

// UpdateUser implements directory.UserTx.
func (t *tx) UpdateUser(u directory.NewUserRow, parts directory.With) error {
	args := make([]any, 0, 2+len(updateColumns))
	args, err := t.appendValues(append(args, t.org(u.OrganizationID), u.Number), updateColumns, &u)
	if err != nil {
		return err
	}
	if err := t.mustChange("user", "update user", updateUser, args...); err != nil {
		return err
	}
	return t.replaceParts(u, parts)
}

// replaceParts deletes the rows of the parts that change and inserts the new ones.
func (t *tx) replaceParts(u directory.NewUserRow, parts directory.With) error {
	for _, part := range []struct {
		with directory.With
		text string
	}{
		{directory.WithRoles, `DELETE FROM user_roles WHERE organization = $1 AND user_number = $2`},
		{directory.WithRoles, `DELETE FROM user_level_groups WHERE organization = $1 AND user_number = $2`},
		{directory.WithGroups | directory.WithTeams, `DELETE FROM group_members WHERE organization = $1 AND user_number = $2`},
		{directory.WithReach, `DELETE FROM contact_methods WHERE organization = $1 AND user_number = $2`},
	} {
		if parts&part.with == 0 {
			continue
		}
		if _, err := t.exec("replace parts of user", part.text, t.org(u.OrganizationID), u.Number); err != nil {
			return err
		}
	}
	if parts&directory.WithRoles == 0 {
		u.Roles, u.LevelGroups = nil, nil
	}
	if parts&(directory.WithGroups|directory.WithTeams) == 0 {
		u.Groups, u.Teams = nil, nil
	}
	if err := t.insertAccess(u, u.Number); err != nil {
		return err
	}
	if parts&directory.WithReach == 0 {
		return nil
	}
	return t.insertReach(u, u.Number)
}

// LockUser implements directory.UserTx. On SQLite it only checks that the user exists: there is one
// writer.
func (t *tx) LockUser(org roster.OrganizationID, sel directory.UserSelector) error {
	condition, key := "", any(nil)
	switch {
	case sel.ID != "":
		condition, key = "id = $2", uid(sel.ID)
	case sel.Number != 0:
		condition, key = "number = $2", sel.Number
	case sel.UserName != "":
		condition, key = "user_key = $2", directory.Fold(sel.UserName)
	default:
		return missing("user")
	}
	text := `SELECT number FROM users WHERE organization = $1 AND user_key IS NOT NULL AND ` + condition + t.engine.forUpdate
	var number int64
	found, err := t.one("lock user", text, []any{t.org(org), key}, &number)
	if err == nil && !found {
		err = missing("user")
	}
	return err
}

// OtherAdministrators implements directory.UserTx.
func (t *tx) OtherAdministrators(org roster.OrganizationID, besides roster.UserID, roles []roster.RoleID) (bool, error) {
	for _, kind := range []struct {
		text string
		keys []any
	}{
		// The level is in the text, as in the partial index. The last condition keeps SQLite from
		// another index.
		{`SELECT u.number FROM users u WHERE u.organization = $1 AND u.id <> $2 AND u.access_level = 'administrator' AND u.access_level = $3
		AND u.active AND COALESCE(u.user_key, '') <> ''
		AND NOT EXISTS (SELECT 1 FROM user_level_groups l WHERE l.organization = u.organization AND l.user_number = u.number) LIMIT 1`, []any{string(roster.LevelAdministrator)}},
		{`SELECT u.number FROM user_roles r JOIN users u ON u.organization = r.organization AND u.number = r.user_number
		WHERE r.organization = $1 AND u.id <> $2 AND r.role_number = (SELECT number FROM roles WHERE organization = $1 AND id = $3) AND r.group_number = 0
		AND u.active AND u.user_key IS NOT NULL LIMIT 1`, anyUID(roles)},
	} {
		for _, key := range kind.keys {
			var number int64
			found, err := t.one("find administrators", kind.text, []any{t.org(org), uidOrLeast(besides), key}, &number)
			if err != nil || found {
				return found, err
			}
		}
	}
	return false, nil
}
