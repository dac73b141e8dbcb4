package directory

import (
	"fmt"

	"roster"
)

// entryPermissions are the permissions that entries on check groups can give: to see, acknowledge
// and manage the checks.
var entryPermissions = roster.LevelEditor.Permissions()

// entriesOfUsersAbove returns the permissions above the actor's ceiling that entries on check
// groups give users, by user number.
func (d *Directory) entriesOfUsersAbove(tx Tx, by roster.Actor, users ...int64) (map[int64]roster.Permissions, error) {
	find := func() ([]CheckGrant, error) { return tx.UserCheckGrants(by.OrganizationID, users) }
	return entriesAbove(d, tx, by, find, func(g CheckGrant) int64 { return g.User })
}

// entriesOfGroupsAbove returns the permissions above the actor's ceiling that entries on check
// groups give the members of groups.
func (d *Directory) entriesOfGroupsAbove(tx Tx, by roster.Actor, groups []roster.GroupID) (map[roster.GroupID]roster.Permissions, error) {
	find := func() ([]CheckGrant, error) { return tx.GroupCheckGrants(by.OrganizationID, groups) }
	return entriesAbove(d, tx, by, find, func(g CheckGrant) roster.GroupID { return g.Group })
}

// entriesAbove returns the permissions above the actor's ceiling that entries give, by who gets
// them. The actor's own entries on the same check group raise its ceiling. find is called only if
// the ceiling does not cover all checks.
func entriesAbove[K comparable](
	d *Directory, tx Tx, by roster.Actor, find func() ([]CheckGrant, error), getter func(CheckGrant) K,
) (map[K]roster.Permissions, error) {
	if isLocal(by) || d.ceiling(by, "").Has(entryPermissions) {
		return nil, nil
	}
	given, err := find()
	if err != nil || len(given) == 0 {
		return nil, err
	}
	var own map[roster.CheckGroupID]roster.AccessLevel
	if by.UserID != "" && !by.Limited {
		if own, err = tx.CheckAccess(by.OrganizationID, by.UserID); err != nil {
			return nil, err
		}
	}
	above := map[K]roster.Permissions{}
	for _, g := range given {
		above[getter(g)] |= d.entryAbove(by, own, g)
	}
	return above, nil
}

// entryAbove returns the permissions above the actor's ceiling that an entry gives. An entry is
// like a grant (ADR 9): an entry of a group is like a grant for the group, an entry of a user like
// a grant for the organization. own are the actor's own entries.
func (d *Directory) entryAbove(by roster.Actor, own map[roster.CheckGroupID]roster.AccessLevel, g CheckGrant) roster.Permissions {
	if isLocal(by) {
		return 0
	}
	return g.AccessLevel.Permissions() & entryPermissions &^ d.ceiling(by, g.Group) &^ own[g.CheckGroup].Permissions()
}

// mayDeleteEntries returns Forbidden unless the actor may delete all entries that a query finds.
// They are deleted with a record; noun says what it is.
func (d *Directory) mayDeleteEntries(tx Tx, by roster.Actor, noun string, q CheckPermissionQuery) error {
	var above roster.Permissions
	for q.Limit = MaxPage; ; {
		page, err := tx.CheckPermissions(by.OrganizationID, q)
		if err != nil {
			return err
		}
		for _, p := range page.Records {
			above |= d.aboveCeiling(by, grantsOf(p.AccessLevel, nil, nil))
			q.After = p.ID
		}
		if len(page.Records) < q.Limit {
			return forbidPermissions("the "+noun+" has entries that give permissions beyond yours: ", above)
		}
	}
}

// permitJoins adds a fault for each group that the actor may not add a member to: entries on check
// groups give its members more than the actor may grant. field returns the argument that names a
// group.
func (d *Directory) permitJoins(tx Tx, by roster.Actor, groups []roster.GroupLink, field func(roster.GroupLink) string, f *roster.Faults) error {
	if len(groups) == 0 {
		return nil
	}
	above, err := d.entriesOfGroupsAbove(tx, by, groupIDs(groups))
	for _, g := range groups {
		if p := above[g.ID]; p != 0 {
			f.Forbid(field(g), fmt.Sprintf("would give permissions beyond yours by entries of the group %s on check groups: %s", shorten(g.Name), p))
		}
	}
	return err
}

// ordinaryGroups returns the groups that are not teams. Only these can have entries on check
// groups.
func ordinaryGroups(groups []roster.Group) (links []roster.GroupLink) {
	for _, g := range groups {
		if g.Kind == roster.KindGroup {
			links = append(links, linkGroup(g))
		}
	}
	return links
}
