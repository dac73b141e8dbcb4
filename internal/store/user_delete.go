package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// DeleteUser implements directory.UserTx.
func (t *tx) DeleteUser(org roster.OrganizationID, number int64, at time.Time) error {
	const free = `UPDATE users SET user_key = NULL, email_key = '', email_claim = NULL, create_fingerprint = $4, active = FALSE, access_level = 'custom', server_admin = FALSE,
	password_hash = '', credential_version = credential_version + 1, primary_group_number = NULL, department_number = NULL,
	email_confirmed_at = 0, preferences = '', wants_unmatched = FALSE, wants_digest = FALSE,
	version = version + 1, updated_at = $3
	WHERE organization = $1 AND number = $2 AND user_key IS NOT NULL RETURNING user_name`
	var name string
	found, err := t.one("delete user", free, []any{t.org(org), number, micros(at), digest("")}, &name)
	if err == nil && !found {
		err = missing("user")
	}
	if err != nil {
		return err
	}
	for _, part := range []struct {
		text string
		args []any
	}{
		{`DELETE FROM sessions WHERE organization = $1 AND user_number = $2`, []any{number}},
		{`DELETE FROM links WHERE organization = $1 AND user_number = $2`, []any{number}},
		{`UPDATE tokens SET revoked_at = $3, name_key = NULL WHERE organization = $1 AND user_number = $2 AND revoked_at = 0`, []any{number, micros(at)}},
		{`DELETE FROM user_roles WHERE organization = $1 AND user_number = $2`, []any{number}},
		{`DELETE FROM user_level_groups WHERE organization = $1 AND user_number = $2`, []any{number}},
		{`DELETE FROM group_members WHERE organization = $1 AND user_number = $2`, []any{number}},
		{`DELETE FROM contact_methods WHERE organization = $1 AND user_number = $2`, []any{number}},
		{`DELETE FROM check_permissions WHERE organization = $1 AND user_number = $2`, []any{number}},
		// The next user of this name is a different person.
		{`DELETE FROM known_addresses WHERE organization = $1 AND user_key = $2`, []any{directory.Fold(name)}},
	} {
		if err := t.put("delete what was the user's", part.text, append([]any{t.org(org)}, part.args...)...); err != nil {
			return err
		}
	}
	return nil
}
