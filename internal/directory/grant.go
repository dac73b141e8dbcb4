package directory

import (
	"cmp"
	"slices"

	"roster"
)

// granting is somebody who grants roles and an access level to a user (DECISIONS 6). Whoever is
// limited to groups grants for these only, and leaves alone what is granted elsewhere.
type granting struct {
	orgWide bool             // not limited
	groups  []roster.GroupID // those that the actor is limited to
	own     []roster.GroupID // those of them that the user is in
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

// outside returns the other ones.
func (g granting) outside(groups []roster.GroupID) []roster.GroupID {
	return slices.DeleteFunc(slices.Clone(groups), func(id roster.GroupID) bool { return slices.Contains(g.groups, id) })
}

// lacksOwnGroup reports whether an actor who is limited would grant for none of its groups, which
// would read as for the organization. It notes that as a fault, unless one of the groups is at
// fault already.
func (g granting) lacksOwnGroup(f *roster.Faults) bool {
	if g.orgWide || len(g.own) > 0 {
		return false
	}
	if !f.Has("groups") && !f.HasWithin("groups") && !f.Has("primaryGroup") {
		f.Forbid("groups", "must name at least one of the groups that this credential is limited to")
	}
	return true
}

// elsewhere notes it where an actor who is limited would change an access level that is in force
// beyond its groups. A user has one level, so it would change there, too.
func (g granting) forbidLevelOutside(before, after roster.User, account roster.Account, f *roster.Faults) {
	if g.orgWide || !levelInForce(before, account) {
		return
	}
	another := before.AccessLevel != after.AccessLevel
	field := "accessLevel"
	if !another {
		field = "accessLevelGroups"
	}
	whole := len(before.LevelGroups) == 0 && (another || len(after.LevelGroups) > 0)
	if whole || another && slices.ContainsFunc(g.outside(before.LevelGroups), grantedIn(account)) {
		f.Forbid(field, "cannot change: the level is granted beyond the groups that this credential is limited to")
	}
}

// roles returns the roles of somebody who had old ones. named says that the roles of refs are all
// that there are to be, together with its grants; otherwise the grants replace those that are for
// groups.
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
			groups = old[i].Groups // a script that says the roles again widens none
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

// level returns the groups for which somebody's access level is granted that was granted for old
// ones; none is the organization. given are those that the request names, if it names any; inForce
// says that the old level gave something anywhere.
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

// addRole joins a role with those there are.
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

// places returns where something is granted that is granted for the groups.
func places(groups []roster.GroupID) []roster.GroupID {
	if len(groups) == 0 {
		return []roster.GroupID{""}
	}
	return groups
}

// gain is what one argument of a request grants that was not granted before.
type gain struct {
	field  string // of the request
	scope  string // the field that says for what groups it is granted; "" where none does
	role   string // whose permissions they are; "" for an access level
	grants roster.Grants
}

// gained returns what a change grants that was not granted before. What the user keeps is another
// question: see permit.
func gained(before, after roster.User, refs resolved) (gains []gain) {
	add := func(g gain, had bool, old, groups []roster.GroupID, p roster.Permissions) {
		for _, id := range places(groups) {
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

// permitGains notes what the actor may not grant, by the argument that would. Arguments that are at
// fault already, and those of which the groups are, are left out. empowers says that the user can
// sign in, or will by the same request.
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

// levelInForce reports whether the user's access level gives something anywhere. One that is
// granted for groups which were deleted gives nothing.
func levelInForce(u roster.User, account roster.Account) bool {
	if u.AccessLevel.Permissions() == 0 {
		return false
	}
	return len(u.LevelGroups) == 0 || slices.ContainsFunc(u.LevelGroups, grantedIn(account))
}

// grantedIn reports groups for which the account has a grant: they are there.
func grantedIn(account roster.Account) func(roster.GroupID) bool {
	return func(id roster.GroupID) bool {
		return slices.ContainsFunc(account.Grants, func(g roster.Grant) bool { return g.Group == id })
	}
}

// groupIDs returns the ids of what a user is in.
func groupIDs(links ...[]roster.GroupLink) []roster.GroupID {
	var ids []roster.GroupID
	for _, l := range slices.Concat(links...) {
		ids = append(ids, l.ID)
	}
	return ids
}
