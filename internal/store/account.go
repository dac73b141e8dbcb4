package store

import (
	"maps"
	"slices"
	"time"

	"roster"
)

// An account is read with all its grants in one query. The query returns a row for each role and
// scope, and one for each group that the access level is limited to. The grant's columns follow the
// account's own. A grant for a deleted group gives nothing. A level limited to deleted groups stays
// limited.
const (
	accountColumns = `CASE WHEN u.user_key IS NOT NULL THEN u.id END, COALESCE(u.organization, 0), COALESCE(u.number, 0), COALESCE(u.user_name, ''),
	COALESCE(u.active, FALSE), COALESCE(u.realm, ''), COALESCE(u.password_hash, ''), COALESCE(u.credential_version, 0),
	COALESCE(u.session_expiry, 0), COALESCE(u.access_level, ''), COALESCE(u.server_admin, FALSE)`

	roleGrantColumns = `, 'role', g.id, CASE WHEN ` + roleHolds + ` THEN COALESCE(r.permissions, '') ELSE '' END`
	roleGrants       = ` LEFT JOIN user_roles ur ON ur.organization = u.organization AND ur.user_number = u.number
	LEFT JOIN roles r ON r.organization = ur.organization AND r.number = ur.role_number AND r.name_key IS NOT NULL` + roleGroup

	levelGrantColumns = `, ` + levelGrantKind + `, g.id, ''`
	levelGrants       = ` JOIN user_level_groups lg ON lg.organization = u.organization AND lg.user_number = u.number` + levelGroup
)

const (
	// roleGroup joins the group g that ur grants a role for; there is none for the organization.
	roleGroup = ` LEFT JOIN groups g ON g.organization = ur.organization AND g.number = ur.group_number`
	// roleHolds is true if the group that ur grants a role for is not deleted.
	roleHolds = `(ur.group_number = 0 OR g.name_key IS NOT NULL)`

	// levelGroup joins the group g of lg.
	levelGroup = ` JOIN groups g ON g.organization = lg.organization AND g.number = lg.group_number`
	// levelGrantKind is 'level' if the group of lg exists, and 'limit' if it was deleted.
	levelGrantKind = `CASE WHEN g.name_key IS NOT NULL THEN 'level' ELSE 'limit' END`
)

// grantedAccount collects an account and its grants, row by row.
type grantedAccount struct {
	roster.Account
	level       roster.AccessLevel
	serverAdmin bool // may create organizations
	org         int64
	levelScope  []roster.GroupID
	limited     bool // the level is granted for levelScope only, even if that is empty

	// columns of the last row
	grant string // "role", "level", "limit" (a deleted group of the level), or a value of another query
	group roster.GroupID
	held  roster.Permissions
}

// targets returns the Scan targets of accountColumns and of the columns of a grant.
func (a *grantedAccount) targets() []any {
	return []any{
		optional{(*string)(&a.UserID)},
		&a.org, &a.Number, &a.UserName,
		&a.Active, &a.Realm, (*string)(&a.PasswordHash), &a.CredentialVersion,
		span{&a.SessionExpiry},
		(*string)(&a.level), &a.serverAdmin,
		&a.grant,
		optional{(*string)(&a.group)},
		permissions{&a.held},
	}
}

// add adds the grant of the last row.
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

// account returns the account after all rows were added.
func (a *grantedAccount) account() roster.Account {
	p := a.level.Permissions()
	if p != 0 && !a.limited {
		a.Grants.Add("", p)
	}
	for _, group := range a.levelScope {
		if p != 0 {
			a.Grants.Add(group, p)
		}
	}
	if a.serverAdmin {
		a.Grants.Add("", roster.ServerAdmin)
	}
	return a.Account
}

const (
	accountWithRoles = `SELECT ` + accountColumns + roleGrantColumns + ` FROM users u` + roleGrants
	accountWithLevel = ` UNION ALL SELECT ` + accountColumns + levelGrantColumns + ` FROM users u` + levelGrants
	accountByKey     = ` WHERE u.organization = $1 AND u.user_key = $2`
	accountByID      = ` WHERE u.organization = $1 AND u.id = $2 AND u.user_key IS NOT NULL`
)

// AccountByName implements directory.CredentialTx.
func (t *tx) AccountByName(org roster.OrganizationID, userKey string) (roster.Account, error) {
	const text = accountWithRoles + accountByKey + accountWithLevel + accountByKey
	return t.account(org, text, t.org(org), userKey)
}

// AccountByID implements directory.CredentialTx.
func (t *tx) AccountByID(org roster.OrganizationID, id roster.UserID) (roster.Account, error) {
	const text = accountWithRoles + accountByID + accountWithLevel + accountByID
	return t.account(org, text, t.org(org), uid(id))
}

// AccountsByNumbers implements directory.CredentialTx. Its condition on user_key keeps the planner
// from using that column's index, as in UsersByNumbers.
func (t *tx) AccountsByNumbers(org roster.OrganizationID, numbers []int64) ([]roster.Account, error) {
	const of = ` WHERE u.organization = $1 AND u.number IN ($*) AND COALESCE(u.user_key, '') <> ''`
	const text = accountWithRoles + of + accountWithLevel + of
	all := map[int64]*grantedAccount{}
	var row grantedAccount
	to := row.targets()
	for some := range slices.Chunk(numbers, maxList) {
		args, n := numberArgs([]any{t.org(org)}, some)
		err := t.each("read accounts", t.texts.list(text, 2, n), args, func(r scanner) error {
			if err := r.Scan(to...); err != nil {
				return err
			}
			a, there := all[row.Number]
			if !there {
				row.OrganizationID = org
				a = &grantedAccount{Account: row.Account, level: row.level, serverAdmin: row.serverAdmin}
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
		accounts = append(accounts, all[number].account())
	}
	return accounts, nil
}

func (t *tx) account(org roster.OrganizationID, text string, args ...any) (roster.Account, error) {
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
	a.OrganizationID = org
	return a.account(), nil
}

// SetServerAdmin implements directory.UserTx.
func (t *tx) SetServerAdmin(org roster.OrganizationID, id roster.UserID, may bool, at time.Time) error {
	const text = `UPDATE users SET server_admin = $3, version = version + 1, updated_at = $4
	WHERE organization = $1 AND id = $2 AND user_key IS NOT NULL`
	return t.mustChange("user", "set server admin", text, t.org(org), uid(id), may, micros(at))
}
