package directory

import (
	"cmp"
	"slices"

	"roster"
)

// granting describes what an actor may grant to one user (DECISIONS 6). An actor that is limited to
// groups grants for these only, and keeps what is granted for others.
type granting struct {
	orgWide bool             // the actor is not limited
	groups  []roster.GroupID // the groups that the actor is limited to
	own     []roster.GroupID // those of groups that the user is in
}

// grantingTo returns how the actor grants to a user who is in the groups.
func grantingTo(by roster.Actor, act Action, groups []roster.GroupID) granting {
	g := granting{}
	g.groups, g.orgWide = scopeOf(by, act)
	g.own = g.inside(groups)
	return g
}

// inside returns those of the groups that the actor is limited to.
func (g granting) inside(groups []roster.GroupID) []roster.GroupID {
	return slices.DeleteFunc(slices.Clone(groups), func(id roster.GroupID) bool { return !slices.Contains(g.groups, id) })
}

// outside returns those of the groups that inside leaves out.
func (g granting) outside(groups []roster.GroupID) []roster.GroupID {
	return slices.DeleteFunc(slices.Clone(groups), func(id roster.GroupID) bool { return slices.Contains(g.groups, id) })
}

// lacksOwnGroup reports whether a limited actor would grant for none of its own groups: an empty
// list would mean the whole organization. It adds that as a fault, unless the groups have one
// already.
func (g granting) lacksOwnGroup(f *roster.Faults) bool {
	if g.orgWide || len(g.own) > 0 {
		return false
	}
	if !f.Has("groups") && !f.HasWithin("groups") && !f.Has("primaryGroup") {
		f.Forbid("groups", "must name at least one of the groups that this credential is limited to")
	}
	return true
}

// forbidLevelOutside adds a fault if a limited actor would change an access level that is in force
// outside its groups. A user has one level, so it would change there, too.
func (g granting) forbidLevelOutside(before, after roster.User, account roster.Account, f *roster.Faults) {
	if g.orgWide || !levelInForce(before, account) {
		return
	}
	another := before.AccessLevel != after.AccessLevel
	field := "accessLevel"
	if !another {
		field = "accessLevelGroups"
	}
	changesOrgWide := len(before.LevelGroups) == 0 && (another || len(after.LevelGroups) > 0)
	if changesOrgWide || another && slices.ContainsFunc(g.outside(before.LevelGroups), grantedIn(account)) {
		f.Forbid(field, "cannot be changed: the level is also granted outside the groups that this credential is limited to")
	}
}

// roles returns the new roles of a user who has the old ones. A role that the request names without
// groups keeps the groups it has. If named is true, the roles and grants of refs are the complete
// list. Otherwise the grants replace only the old grants for groups, and every old grant of a role
// that they name.
func (g granting) roles(old []roster.RoleGrant, refs resolved, named bool) []roster.RoleGrant {
	var roles []roster.RoleGrant
	for _, r := range old {
		orgWide := len(r.Groups) == 0
		switch {
		case orgWide && !g.orgWide, orgWide && !named && !slices.ContainsFunc(refs.grants, isRole(r.ID)):
			roles = append(roles, r)
		case !orgWide && !g.orgWide:
			if beyond := g.outside(r.Groups); len(beyond) > 0 {
				roles = append(roles, roster.RoleGrant{RoleLink: r.RoleLink, Groups: beyond})
			}
		}
	}
	for _, role := range refs.roles {
		var groups []roster.GroupID
		i := slices.IndexFunc(old, isRole(role.ID))
		switch {
		case g.orgWide && i >= 0:
			groups = old[i].Groups // naming a role again does not widen it
		case !g.orgWide && i >= 0:
			groups = g.inside(old[i].Groups)
		}
		if len(groups) == 0 && !g.orgWide {
			groups = g.own
		}
		roles = addRole(roles, roster.RoleGrant{RoleLink: linkRole(role), Groups: groups})
	}
	for _, grant := range refs.grants {
		roles = addRole(roles, grant)
	}
	slices.SortStableFunc(roles, func(a, b roster.RoleGrant) int { return cmp.Compare(a.Number, b.Number) })
	return roles
}

// level returns the groups that the access level is granted for. Empty means the whole
// organization. old are the groups so far; given are those in the request. inForce says that the
// old level gives something.
func (g granting) level(old []roster.GroupID, given roster.Set[[]roster.GroupID], inForce bool) []roster.GroupID {
	switch {
	case g.orgWide:
		return given.Or(old)
	case !given.Present && inForce:
		return old
	case !inForce:
		old = nil
	}
	groups := given.Value
	if len(groups) == 0 {
		groups = g.own
	}
	return sortedGroups(slices.Concat(groups, g.outside(old)))
}

func isRole(id roster.RoleID) func(roster.RoleGrant) bool {
	return func(r roster.RoleGrant) bool { return r.ID == id }
}

// addRole adds a role to the list, or its groups to the role that is there.
func addRole(roles []roster.RoleGrant, add roster.RoleGrant) []roster.RoleGrant {
	i := slices.IndexFunc(roles, isRole(add.ID))
	switch {
	case i < 0:
		return append(roles, roster.RoleGrant{RoleLink: add.RoleLink, Groups: sortedGroups(add.Groups)})
	case len(roles[i].Groups) == 0 || len(add.Groups) == 0:
		roles[i].Groups = nil
	default:
		roles[i].Groups = sortedGroups(slices.Concat(roles[i].Groups, add.Groups))
	}
	return roles
}

// sortedGroups returns the groups in ascending order, each once.
func sortedGroups(groups []roster.GroupID) []roster.GroupID {
	groups = slices.Clone(groups)
	slices.Sort(groups)
	return slices.Compact(groups)
}

// groupsOrOrganization returns the groups, or "" for the organization if there are none.
func groupsOrOrganization(groups []roster.GroupID) []roster.GroupID {
	if len(groups) == 0 {
		return []roster.GroupID{""}
	}
	return groups
}

// gain is what one argument of a request newly grants.
type gain struct {
	field  string // the argument
	scope  string // the field with the groups that it is granted for; "" for none
	role   string // the role that grants; "" for an access level
	grants roster.Grants
}

// gained returns what a change newly grants. For what the user keeps see permit.
func gained(before, after roster.User, refs resolved) (gains []gain) {
	add := func(g gain, had bool, old, groups []roster.GroupID, p roster.Permissions) {
		for _, id := range groupsOrOrganization(groups) {
			if p != 0 && (!had || len(old) > 0 && !slices.Contains(old, id)) {
				g.grants.Add(id, p)
			}
		}
		if len(g.grants) > 0 {
			gains = append(gains, g)
		}
	}
	level := gain{field: "accessLevel", scope: "accessLevelGroups"}
	if before.AccessLevel == after.AccessLevel {
		level.field = level.scope
	}
	add(level, before.AccessLevel == after.AccessLevel, before.LevelGroups, after.LevelGroups, after.AccessLevel.Permissions())
	for _, r := range after.Roles {
		g := gain{field: "roles", role: r.Name}
		if slices.ContainsFunc(refs.grants, isRole(r.ID)) {
			g.field, g.scope = "roleGrants", "roleGrants"
		}
		var old []roster.GroupID
		i := slices.IndexFunc(before.Roles, isRole(r.ID))
		if i >= 0 {
			old = before.Roles[i].Groups
		}
		add(g, i >= 0, old, r.Groups, refs.permissions[r.ID])
	}
	return gains
}

// permitGains adds a fault for each argument that grants more than the actor may. It skips
// arguments that have a fault already, or whose groups have one. empowers says that the user can
// sign in, or will by this request.
func (d *Directory) permitGains(by roster.Actor, gains []gain, empowers bool, f *roster.Faults) {
	faulty := slices.Clone(*f)
	for _, g := range gains {
		if faulty.Has(g.field) || g.scope != "" && (faulty.Has(g.scope) || faulty.HasWithin(g.scope)) {
			continue
		}
		detail := "would give permissions beyond yours"
		if g.role != "" {
			detail += " by the role " + shorten(g.role)
		}
		if p := d.aboveCeiling(by, g.grants); p != 0 {
			f.Forbid(g.field, detail+": "+p.String())
		} else if p := d.blockingTakeOver(by, g.grants); empowers && p != 0 {
			f.Forbid(g.field, "would give permissions that an API token of the organization gives only to users who cannot sign in yet: "+p.String())
		}
	}
}

// levelInForce reports whether the user's access level gives anything. A level that is granted for
// deleted groups only gives nothing.
func levelInForce(u roster.User, account roster.Account) bool {
	if u.AccessLevel.Permissions() == 0 {
		return false
	}
	return len(u.LevelGroups) == 0 || slices.ContainsFunc(u.LevelGroups, grantedIn(account))
}

// grantedIn returns a function that reports whether the account has a grant for a group, which then
// exists.
func grantedIn(account roster.Account) func(roster.GroupID) bool {
	return func(id roster.GroupID) bool {
		return slices.ContainsFunc(account.Grants, func(g roster.Grant) bool { return g.Group == id })
	}
}

// groupIDs returns the ids of all the links.
func groupIDs(links ...[]roster.GroupLink) []roster.GroupID {
	var ids []roster.GroupID
	for _, l := range slices.Concat(links...) {
		ids = append(ids, l.ID)
	}
	return ids
}
