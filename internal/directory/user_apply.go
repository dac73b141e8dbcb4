package directory

import (
	"slices"

	"roster"
)

// grantsOf returns what an access level and roles grant: for the groups, or for the organization if
// there are none.
func grantsOf(level roster.AccessLevel, roles []roster.Role, scope []roster.GroupID) roster.Grants {
	p := level.Permissions()
	for _, r := range roles {
		p |= r.Permissions
	}
	var grants roster.Grants
	for _, g := range scope {
		grants.Add(g, p)
	}
	if len(scope) == 0 {
		grants.Add("", p)
	}
	return grants
}

// apply makes the change to the user in row, and returns the parts whose rows change.
func (c *userUpdate) apply(row *NewUserRow, refs resolved, account roster.Account) (parts With) {
	parts |= c.applyProfile(row)
	parts |= c.applyGroups(row, refs)
	parts |= c.applyAccess(row, refs, account)
	if c.in.Preferences.Present {
		for _, p := range c.in.Preferences.Value {
			row.Preferences = slices.DeleteFunc(slices.Clone(row.Preferences), func(old roster.Preference) bool { return old.Type == p.Type })
			row.Preferences = append(row.Preferences, p)
		}
		row.ManagedBy.Reach = c.by.Face
		parts |= WithReach
	}
	row.UserKey, row.EmailKey = Fold(row.UserName), Fold(row.Email)
	return parts
}

// applyProfile sets the plain fields, and the contact methods that follow from them.
func (c *userUpdate) applyProfile(row *NewUserRow) (parts With) {
	old := row.User
	if c.in.setFields(&row.User) {
		row.ManagedBy.Profile = c.by.Face
	}
	_, known := Zone(row.TimeZone)
	row.TimeZoneUnknown = !known
	if row.Email != old.Email || row.ContactNumber != old.ContactNumber {
		row.ContactMethods = c.readdress(old, row.User)
		parts |= WithReach
	}
	return parts
}

// readdress replaces the contact methods that came from the old address and number. New ones are
// unconfirmed; the others stay as they are.
func (c *userUpdate) readdress(old, u roster.User) []roster.ContactMethod {
	stale := contactMethods(old.Email, old.ContactNumber, c.country, c.now())
	same := func(a roster.ContactMethod) func(roster.ContactMethod) bool {
		return func(b roster.ContactMethod) bool { return a.Service == b.Service && a.Address == b.Address }
	}
	fresh := contactMethods(u.Email, u.ContactNumber, c.country, c.now())
	methods := slices.DeleteFunc(slices.Clone(u.ContactMethods), func(m roster.ContactMethod) bool {
		return slices.ContainsFunc(stale, same(m)) && !slices.ContainsFunc(fresh, same(m))
	})
	for _, m := range fresh {
		if !slices.ContainsFunc(methods, same(m)) {
			methods = append(methods, m)
		}
	}
	return methods
}

// applyAccess sets the access level, the roles and active. A level that is set, and roles that the
// user has, stay granted for the groups that they are granted for.
func (c *userUpdate) applyAccess(row *NewUserRow, refs resolved, account roster.Account) (parts With) {
	in, old := c.in, row.User
	g := grantingTo(c.by, ActUserUpdate, groupIDs(row.Groups, row.Teams))
	if in.AccessLevel.Present && in.AccessLevel.Value != "" {
		row.AccessLevel, row.Active = in.AccessLevel.Value, true
		parts |= WithRoles // the groups that the level is for are among them
	} else if in.AccessLevel.Null {
		row.AccessLevel = roster.LevelCustom
		parts |= WithRoles
	}
	if in.Active.Present && !in.Active.Null {
		row.Active = in.Active.Value
	}
	if parts != 0 || in.LevelGroups.Present {
		given := roster.Set[[]roster.GroupID]{Value: refs.levelGroups, Present: in.LevelGroups.Present}
		row.LevelGroups = g.level(old.LevelGroups, given, levelInForce(old, account))
		parts |= WithRoles
	}
	if in.Roles.Present || in.RoleGrants.Present {
		row.Roles = g.roles(old.Roles, refs, in.Roles.Present)
		parts |= WithRoles
	}
	if parts != 0 || in.Active.Present {
		row.ManagedBy.Access = c.by.Face
	}
	return parts
}

// applyGroups sets the groups, teams and department. An actor that is limited to groups changes
// only memberships in these. A primary group outside them stays, and a new primary group then
// becomes a membership only.
func (c *userUpdate) applyGroups(row *NewUserRow, refs resolved) (parts With) {
	in, before := c.in, row.PrimaryGroup
	if in.Department.Present {
		row.Department = refs.department
	}
	if in.Groups.Present {
		row.Groups = c.replaceLinks(row.Groups, refs.groups, roster.KindGroup)
		if !slices.ContainsFunc(row.Groups, func(g roster.GroupLink) bool { return g.ID == row.PrimaryGroup.ID }) {
			row.PrimaryGroup = roster.GroupLink{}
		}
		parts |= WithGroups
	}
	if in.PrimaryGroup.Present {
		row.PrimaryGroup = refs.primary
		if refs.primary.ID != "" && !slices.ContainsFunc(row.Groups, func(g roster.GroupLink) bool { return g.ID == refs.primary.ID }) {
			row.Groups = append(slices.Clone(row.Groups), refs.primary)
		}
		parts |= WithGroups
	}
	if scope, orgWide := scopeOf(c.by, ActUserUpdate); !orgWide && before.ID != "" && !slices.Contains(scope, before.ID) {
		row.PrimaryGroup = before
	}
	if in.Teams.Present {
		row.Teams = c.replaceLinks(row.Teams, refs.groups, roster.KindTeam)
		parts |= WithTeams
	}
	if parts != 0 || in.Department.Present {
		row.ManagedBy.Groups = c.by.Face
	}
	return parts
}

// replaceLinks returns the new groups of a kind, and those old ones that the actor may not change.
func (c *userUpdate) replaceLinks(old []roster.GroupLink, groups []roster.Group, kind roster.GroupKind) []roster.GroupLink {
	var links []roster.GroupLink
	if scope, orgWide := scopeOf(c.by, ActUserUpdate); !orgWide {
		links = slices.DeleteFunc(slices.Clone(old), func(g roster.GroupLink) bool { return slices.Contains(scope, g.ID) })
	}
	for _, g := range groups {
		if g.Kind == kind && !isShipped(g) {
			links = append(links, linkGroup(g))
		}
	}
	return links
}
