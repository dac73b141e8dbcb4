package store

import (
	"time"

	"roster"
)

// An account comes with everything that it is granted in one query: a row for each role and scope,
// and one for each group that its level is limited to. The grants follow the account's own columns.
const (
	accountColumns = `COALESCE(u.id, ''), COALESCE(u.organization_id, ''), COALESCE(u.number, 0), COALESCE(u.user_name, ''),
	COALESCE(u.active, FALSE), COALESCE(u.realm, ''), COALESCE(u.password_hash, ''), COALESCE(u.credential_version, 0),
	COALESCE(u.session_expiry, 0), COALESCE(u.access_level, ''), COALESCE(u.server_admin, FALSE)`

	roleGrantColumns = `, 'role', COALESCE(ur.group_id, ''), COALESCE(r.permissions, '')`
	roleGrants       = ` LEFT JOIN user_roles ur ON ur.organization_id = u.organization_id AND ur.user_number = u.number
	LEFT JOIN roles r ON r.organization_id = ur.organization_id AND r.id = ur.role_id AND r.name_key IS NOT NULL`

	levelGrantColumns = `, 'level', lg.group_id, ''`
	levelGrants       = ` JOIN user_level_groups lg ON lg.organization_id = u.organization_id AND lg.user_number = u.number`
)

// grantedAccount is an account that is being read, row by row.
type grantedAccount struct {
	roster.Account
	level      roster.AccessLevel
	server     bool // may make organizations
	levelScope []roster.GroupID

	// of the row that was read last
	grant string // "role", "level", or what another query adds
	group roster.GroupID
	held  roster.Permissions
}

// targets are what accountColumns and the columns of a grant are scanned into.
func (a *grantedAccount) targets() []any {
	return []any{
		(*string)(&a.UserID), (*string)(&a.OrganizationID), &a.Number, &a.UserName,
		&a.Active, &a.Realm, (*string)(&a.PasswordHash), &a.CredentialVersion,
		span{&a.SessionExpiry},
		(*string)(&a.level), &a.server,
		&a.grant, (*string)(&a.group),
		permissions{&a.held},
	}
}

// add takes the grant of the row that was read last.
func (a *grantedAccount) add() {
	switch {
	case a.grant == "level":
		a.levelScope = append(a.levelScope, a.group)
	case a.grant == "role" && a.held != 0:
		a.Grants.Add(a.group, a.held)
	}
}

// finished returns the account, once all rows are read.
func (a *grantedAccount) finished() roster.Account {
	p := a.level.Permissions()
	if p != 0 && len(a.levelScope) == 0 {
		a.Grants.Add("", p)
	}
	for _, group := range a.levelScope {
		if p != 0 {
			a.Grants.Add(group, p)
		}
	}
	if a.server {
		a.Grants.Add("", roster.ServerAdmin)
	}
	return a.Account
}

const (
	accountWithRoles = `SELECT ` + accountColumns + roleGrantColumns + ` FROM users u` + roleGrants
	accountWithLevel = ` UNION ALL SELECT ` + accountColumns + levelGrantColumns + ` FROM users u` + levelGrants
	accountByKey     = ` WHERE u.organization_id = $1 AND u.user_key = $2`
	accountByID      = ` WHERE u.organization_id = $1 AND u.id = $2 AND u.user_key IS NOT NULL`
)

// AccountByName implements directory.CredentialTx.
func (t *tx) AccountByName(org roster.OrganizationID, userKey string) (roster.Account, error) {
	const text = accountWithRoles + accountByKey + accountWithLevel + accountByKey
	return t.account(text, string(org), userKey)
}

// AccountByID implements directory.CredentialTx.
func (t *tx) AccountByID(org roster.OrganizationID, id roster.UserID) (roster.Account, error) {
	const text = accountWithRoles + accountByID + accountWithLevel + accountByID
	return t.account(text, string(org), string(id))
}

func (t *tx) account(text string, args ...any) (roster.Account, error) {
	var a grantedAccount
	to := a.targets()
	err := t.each("read account", text, args, func(r scanner) error {
		err := r.Scan(to...)
		a.add()
		return err
	})
	if err != nil {
		return roster.Account{}, err
	}
	if a.UserID == "" {
		return roster.Account{}, missing("user")
	}
	return a.finished(), nil
}

// SetServerAdmin implements directory.UserTx.
func (t *tx) SetServerAdmin(org roster.OrganizationID, id roster.UserID, may bool, at time.Time) error {
	const text = `UPDATE users SET server_admin = $3, version = version + 1, updated_at = $4
	WHERE organization_id = $1 AND id = $2 AND user_key IS NOT NULL`
	return t.changes("user", "set server admin", text, string(org), string(id), may, micros(at))
}
