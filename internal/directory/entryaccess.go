package directory

import (
	"roster"
)

// entryPermissions are what entries on check groups can give: to see the checks, to acknowledge, and to manage them.
var entryPermissions = roster.LevelEditor.Permissions()

// reachesEntries says whether the actor may get a hold of what entries on check groups give: by taking hold of a user
// who has them, or by putting somebody into a group that has them (ADR 9). An entry is like a grant: one of a group like
// a grant for that group, one of a user like a grant for the organization; and the actor's own entries on the same check
// group count. find is asked only where that matters, which is not for somebody who manages all checks anyway.
func reachesEntries(tx Tx, by roster.Actor, find func() ([]CheckGrant, error)) error {
	if local(by) || held(by, "").Has(entryPermissions) {
		return nil
	}
	given, err := find()
	if err != nil || len(given) == 0 {
		return err
	}
	var own map[roster.CheckGroupID]roster.AccessLevel
	if by.UserID != "" && !by.Limited {
		if own, err = tx.CheckAccess(by.OrganizationID, by.UserID); err != nil {
			return err
		}
	}
	return mayReachEntries(by, own, given)
}

// mayReachEntries is reachesEntries once it is known what the entries give, to the actor too.
func mayReachEntries(by roster.Actor, own map[roster.CheckGroupID]roster.AccessLevel, given []CheckGrant) error {
	for _, g := range given {
		has := held(by, g.Group) | own[g.CheckGroup].Permissions()
		if missing := g.AccessLevel.Permissions() & entryPermissions &^ has; missing != 0 {
			return forbidden("an entry on a check group gives there more than you may do: " + missing.String())
		}
	}
	return nil
}

// mayJoin says whether the actor may make somebody a member of the groups: what entries give these it must be able to
// do itself.
func mayJoin(tx Tx, by roster.Actor, groups []roster.GroupID) error {
	if len(groups) == 0 {
		return nil
	}
	return reachesEntries(tx, by, func() ([]CheckGrant, error) { return tx.GroupCheckGrants(by.OrganizationID, groups) })
}
