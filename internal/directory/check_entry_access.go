package directory

import (
	"fmt"

	"roster"
)

// entryPermissions are what entries on check groups can give: to see the checks, to acknowledge,
// and to manage them.
var entryPermissions = roster.LevelEditor.Permissions()

// entriesOfUsersAbove returns what entries on check groups give users, by their numbers, above the
// actor's ceiling.
func (d *Directory) entriesOfUsersAbove(tx Tx, by roster.Actor, users ...int64) (map[int64]roster.Permissions, error) {
	find := func() ([]CheckGrant, error) { return tx.UserCheckGrants(by.OrganizationID, users) }
	return entriesAbove(d, tx, by, find, func(g CheckGrant) int64 { return g.User })
}

// entriesOfGroupsAbove returns what entries on check groups give the members of groups above the
// actor's ceiling.
func (d *Directory) entriesOfGroupsAbove(tx Tx, by roster.Actor, groups []roster.GroupID) (map[roster.GroupID]roster.Permissions, error) {
	find := func() ([]CheckGrant, error) { return tx.GroupCheckGrants(by.OrganizationID, groups) }
	return entriesAbove(d, tx, by, find, func(g CheckGrant) roster.GroupID { return g.Group })
}

// entriesAbove returns what entries give above the actor's ceiling, by who gets it. The actor's own
// entries on the same check group count, too. find is asked only where the ceiling does not cover
// all checks anyway.
func entriesAbove[K comparable](
	d *Directory, tx Tx, by roster.Actor, find func() ([]CheckGrant, error), getter func(CheckGrant) K,
) (map[K]roster.Permissions, error) {
	if local(by) || d.ceiling(by, "").Has(entryPermissions) {
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

// entryAbove returns what an entry gives above the actor's ceiling. An entry is like a grant (ADR
// 9): one of a group like a grant for that group, one of a user like a grant for the organization.
// own are the entries of the actor itself.
func (d *Directory) entryAbove(by roster.Actor, own map[roster.CheckGroupID]roster.AccessLevel, g CheckGrant) roster.Permissions {
	if local(by) {
		return 0
	}
	return g.AccessLevel.Permissions() & entryPermissions &^ d.ceiling(by, g.Group) &^ own[g.CheckGroup].Permissions()
}

// mayDeleteEntries says whether the actor may delete the entries that a query finds, as it might one
// by one. They go with a record, which the noun names.
func (d *Directory) mayDeleteEntries(tx Tx, by roster.Actor, noun string, q CheckPermissionQuery) error {
	var above roster.Permissions
	for q.Limit = MaxPage; ; {
		page, err := tx.CheckPermissions(by.OrganizationID, q)
		if err != nil {
			return err
		}
		for _, p := range page {
			above |= d.aboveCeiling(by, grantsOf(p.AccessLevel, nil, nil))
			q.After = p.ID
		}
		if len(page) < q.Limit {
			return forbidPermissions("the "+noun+" has entries that give permissions beyond yours: ", above)
		}
	}
}

// permitJoins notes groups that the actor may not make somebody a member of: their members get more
// by entries on check groups than the actor may grant. field returns the argument that a group
// stands in.
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

// ordinaryGroups returns the groups that are no teams: those that can have entries on check groups.
func ordinaryGroups(groups []roster.Group) (links []roster.GroupLink) {
	for _, g := range groups {
		if g.Kind == roster.KindGroup {
			links = append(links, linkGroup(g))
		}
	}
	return links
}
