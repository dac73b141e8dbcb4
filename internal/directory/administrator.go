package directory

import (
	"slices"

	"roster"
)

// keepAdministrator answers with last where the user is the last active administrator (DECISIONS 9)
// and after, what becomes of it, is none. Who is one for groups only does not count.
func keepAdministrator(tx Tx, before, after roster.User, last *roster.Error) error {
	if !before.Active || before.AccessLevel != roster.LevelAdministrator &&
		!slices.ContainsFunc(before.Roles, func(r roster.RoleGrant) bool { return len(r.Groups) == 0 }) {
		return nil // whatever the roles are: most users need no lock
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

// administratorPermissions are what makes somebody an administrator: those of the role.
var administratorPermissions = roster.ShippedRoles()[1].Permissions

// lockAdministrators returns what administratorRoles does, and keeps other transactions from asking
// the same until this one ends: of two changes of which each leaves the administrator whom the
// other takes away, the later one sees what the earlier did. The lock is on the organization, and
// comes before anything is read.
func lockAdministrators(tx Tx, org roster.OrganizationID) ([]roster.RoleID, error) {
	if err := tx.LockRecord(org, LockableOrganization, string(org)); err != nil {
		return nil, err
	}
	return administratorRoles(tx, org)
}

// administratorRoles returns the roles that hold everything that an administrator does.
func administratorRoles(tx Tx, org roster.OrganizationID) ([]roster.RoleID, error) {
	all, err := tx.Roles(org, ListOrder{}, MaxPage)
	if err != nil {
		return nil, err
	}
	var ids []roster.RoleID
	for _, r := range all {
		if r.Permissions.Has(administratorPermissions) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// signsIn reports whether a user has anything by which somebody can sign in: a password, another
// realm, an API token.
func signsIn(tx Tx, u roster.User) (bool, error) {
	if u.HasPassword || u.Realm != roster.RealmDB && u.Realm != roster.RealmExternal {
		return true, nil
	}
	return tx.HasToken(u.OrganizationID, u.ID)
}
