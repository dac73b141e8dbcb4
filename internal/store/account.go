package store

import (
	"maps"
	"slices"
	"time"

	"roster"
)

// An account comes with everything that it is granted in one query: a row for each role and scope,
// and one for each group that its level is limited to. The grants follow the account's own columns.
// What is granted for a group that was deleted gives nothing; a level that is limited to such
// groups stays limited.
const (
	accountColumns = `COALESCE(u.id, ''), COALESCE(u.organization_id, ''), COALESCE(u.number, 0), COALESCE(u.user_name, ''),
	COALESCE(u.active, FALSE), COALESCE(u.realm, ''), COALESCE(u.password_hash, ''), COALESCE(u.credential_version, 0),
	COALESCE(u.session_expiry, 0), COALESCE(u.access_level, ''), COALESCE(u.server_admin, FALSE)`

	roleGrantColumns = `, 'role', COALESCE(ur.group_id, ''),
	CASE WHEN ur.group_id = '' OR ` + roleGroupIsThere + ` THEN COALESCE(r.permissions, '') ELSE '' END`
	roleGrants = ` LEFT JOIN user_roles ur ON ur.organization_id = u.organization_id AND ur.user_number = u.number
	LEFT JOIN roles r ON r.organization_id = ur.organization_id AND r.id = ur.role_id AND r.name_key IS NOT NULL`

	levelGrantColumns = `, ` + levelOrLimit + `, lg.group_id, ''`
	levelGrants       = ` JOIN user_level_groups lg ON lg.organization_id = u.organization_id AND lg.user_number = u.number`
)

// roleGroupIsThere asks whether the group for which ur grants a role is not deleted.
const roleGroupIsThere = `EXISTS (SELECT 1 FROM groups g WHERE g.organization_id = ur.organization_id AND g.id = ur.group_id
	AND g.name_key IS NOT NULL)`

// levelOrLimit is what lg is: a group that a level is granted for, or one that was.
const levelOrLimit = `CASE WHEN EXISTS (SELECT 1 FROM groups g WHERE g.organization_id = lg.organization_id AND g.id = lg.group_id
	AND g.name_key IS NOT NULL) THEN 'level' ELSE 'limit' END`

// grantedAccount is an account that is being read, row by row.
type grantedAccount struct {
	roster.Account
	level      roster.AccessLevel
	server     bool // may make organizations
	levelScope []roster.GroupID
	limited    bool // the level is granted for levelScope only, even where that is empty

	// of the row that was read last
	grant string // "role", "level", "limit" for a level's group that was deleted, or what another query adds
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
		a.limited = true
		a.levelScope = append(a.levelScope, a.group)
	case a.grant == "limit":
		a.limited = true
	case a.grant == "role" && a.held != 0:
		a.Grants.Add(a.group, a.held)
	}
}

// finished returns the account, once all rows are read.
func (a *grantedAccount) finished() roster.Account {
	p := a.level.Permissions()
	if p != 0 && !a.limited {
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

// AccountsByNumbers implements directory.CredentialTx. As for UsersByNumbers, no index answers
// whether a user is there.
func (t *tx) AccountsByNumbers(org roster.OrganizationID, numbers []int64) ([]roster.Account, error) {
	const of = ` WHERE u.organization_id = $1 AND u.number IN ($*) AND COALESCE(u.user_key, '') <> ''`
	const text = accountWithRoles + of + accountWithLevel + of
	all := map[int64]*grantedAccount{}
	var row grantedAccount
	to := row.targets()
	for some := range slices.Chunk(numbers, maxList) {
		args, n := numberArgs([]any{string(org)}, some)
		err := t.each("read accounts", t.texts.list(text, 2, n), args, func(r scanner) error {
			if err := r.Scan(to...); err != nil {
				return err
			}
			a, there := all[row.Number]
			if !there {
				a = &grantedAccount{Account: row.Account, level: row.level, server: row.server}
				all[row.Number] = a
			}
			a.grant, a.group, a.held = row.grant, row.group, row.held
			a.add()
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	accounts := make([]roster.Account, 0, len(all))
	for _, number := range slices.Sorted(maps.Keys(all)) {
		accounts = append(accounts, all[number].finished())
	}
	return accounts, nil
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
