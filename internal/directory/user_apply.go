package directory

import (
	"slices"
	"time"

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

// apply makes the change to the user in row, and returns the parts whose rows change. It adds the
// faults that only the user's own state shows.
func (c *userUpdate) apply(row *NewUserRow, refs resolved, account roster.Account, f *roster.Faults) (parts With) {
	parts |= c.applyProfile(row)
	parts |= c.applyGroups(row, refs)
	parts |= c.applyAccess(row, refs, account)
	if c.in.Preferences.Present || len(c.in.Delays) > 0 {
		row.Preferences = changePreferences(row.Preferences, c.in.preferenceChange(), f)
		row.ManagedBy.Reach = c.by.Face
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
		c.readdress(old, &row.User)
		if !slices.Equal(row.OtherMethods(), old.OtherMethods()) {
			parts |= WithReach
		}
	}
	return parts
}

// readdress replaces the contact methods that came from the old address and number. New ones are
// unconfirmed. An address that was another contact method becomes that of the primary email, as it
// is; the others stay.
func (c *userUpdate) readdress(old roster.User, u *roster.User) {
	methods := u.OtherMethods()
	if u.Email != old.Email {
		u.EmailConfirmedAt, u.EmailSetAt = time.Time{}, c.now()
		primary, _ := u.EmailMethod()
		methods = slices.DeleteFunc(methods, func(m roster.ContactMethod) bool {
			if m.Service == roster.ServiceEmail && m.Address == u.Email {
				u.EmailConfirmedAt, u.EmailSetAt = m.ConfirmedAt, m.CreatedAt
			}
			return sameContact(m, primary)
		})
	}
	stale, fresh := phoneOf(old.ContactNumber, c.country), phoneOf(u.ContactNumber, c.country)
	isPhone := func(number string) func(roster.ContactMethod) bool {
		return func(m roster.ContactMethod) bool { return m.Service == roster.ServiceSMS && m.Address == number }
	}
	if stale != fresh {
		methods = slices.DeleteFunc(methods, isPhone(stale))
	}
	if fresh != "" && !slices.ContainsFunc(methods, isPhone(fresh)) {
		methods = append(methods, newPhone(fresh, c.now()))
	}
	u.SetContactMethods(methods)
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
