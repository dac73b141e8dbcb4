package directory

import (
	"slices"

	"roster"
)

// keepAdministrator returns last if the user is the last active administrator (DECISIONS 9) and
// would no longer be one. after is the user after the change, zero if deleted. Administrators of
// groups only do not count.
func keepAdministrator(tx Tx, before, after roster.User, last *roster.Error) error {
	if !before.Active || before.AccessLevel != roster.LevelAdministrator &&
		!slices.ContainsFunc(before.Roles, func(r roster.RoleGrant) bool { return len(r.Groups) == 0 }) {
		return nil // not an administrator, whatever the roles hold: most users need no lock
	}
	roles, err := lockAdministrators(tx, before.OrganizationID)
	if err != nil {
		return err
	}
	isAdministrator := func(u roster.User) bool {
		return u.Active && (u.AccessLevel == roster.LevelAdministrator && len(u.LevelGroups) == 0 ||
			slices.ContainsFunc(u.Roles, func(r roster.RoleGrant) bool { return len(r.Groups) == 0 && slices.Contains(roles, r.ID) }))
	}
	if !isAdministrator(before) || isAdministrator(after) {
		return nil
	}
	others, err := tx.OtherAdministrators(before.OrganizationID, before.ID, roles)
	if err != nil || others {
		return err
	}
	return last
}

// administratorPermissions are the permissions of the shipped role Administrator. A role that holds
// them all makes its users administrators.
var administratorPermissions = roster.ShippedRoles()[1].Permissions

// lockAdministrators returns administratorRoles, and keeps other transactions from asking the same
// until this one ends. So two changes cannot each remove the administrator that the other one
// keeps. It locks the organization, and must come before anything is read.
func lockAdministrators(tx Tx, org roster.OrganizationID) ([]roster.RoleID, error) {
	if err := tx.LockRecord(org, LockableOrganization, string(org)); err != nil {
		return nil, err
	}
	return administratorRoles(tx, org)
}

// administratorRoles returns the roles that hold all permissions of an administrator.
func administratorRoles(tx Tx, org roster.OrganizationID) ([]roster.RoleID, error) {
	all, err := tx.Roles(org, RoleQuery{Limit: MaxPage})
	if err != nil {
		return nil, err
	}
	var ids []roster.RoleID
	for _, r := range all.Records {
		if r.Permissions.Has(administratorPermissions) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// signsIn reports whether the user can sign in by a password, another realm or an API token.
func signsIn(tx Tx, u roster.User) (bool, error) {
	if u.HasPassword || u.Realm != roster.RealmDB && u.Realm != roster.RealmExternal {
		return true, nil
	}
	return tx.HasToken(u.OrganizationID, u.ID)
}
