package directory

import (
	"slices"

	"roster"
)

// withoutUnchanged returns the change without the fields that already have their value, as the
// actor sees it. So an actor may send back a record that it read, whatever the user holds. Fields
// that depend on each other are removed together. A password is never compared.
func (in UserChange) withoutUnchanged(by roster.Actor, u roster.User) UserChange {
	if !seesWhatItChanges(by, u) {
		return in
	}
	u = redactUser(by, u)
	in.dropUnchangedFields(&u)
	access := in.keepsAccess(u)
	dropIf(&in.Active, access)
	dropIf(&in.AccessLevel, access)
	dropIf(&in.LevelGroups, access)
	roles := in.keepsRoles(u.Roles)
	dropIf(&in.Roles, roles)
	dropIf(&in.RoleGrants, roles)
	groups := keepsLinks(in.Groups, u.Groups) && keepsLink(in.PrimaryGroup, linkTarget(u.PrimaryGroup))
	dropIf(&in.Groups, groups)
	dropIf(&in.PrimaryGroup, groups)
	dropIf(&in.Teams, keepsLinks(in.Teams, u.Teams))
	dropIf(&in.Department, keepsLink(in.Department, target{string(u.Department.ID), u.Department.Number, u.Department.Name}))
	if in.keepsPreferences(u.Preferences) {
		in.Preferences, in.Delays = roster.Set[[]roster.Preference]{}, nil
	}
	return in
}

// seesWhatItChanges reports whether the actor can read all users that it may change. If it cannot,
// it would learn what a user has: an unchanged field is not refused.
func seesWhatItChanges(by roster.Actor, u roster.User) bool {
	if isSelf(by, u.ID) || seesAll(by, ActUserRead) {
		return true
	}
	read, _ := scopeOf(by, ActUserRead)
	changes, orgWide := scopeOf(by, ActUserUpdate)
	return !orgWide && !slices.ContainsFunc(changes, func(id roster.GroupID) bool { return !slices.Contains(read, id) })
}

// seesAll reports whether a reading action is not limited to groups for the actor.
func seesAll(by roster.Actor, act Action) bool {
	_, all := scopeOf(by, act)
	return all
}

// dropIf makes a part of a change absent if it changes nothing.
func dropIf[T any](part *roster.Set[T], nothing bool) {
	if nothing {
		*part = roster.Set[T]{}
	}
}

// keepsValue reports whether a part of a change is absent or has the old value.
func keepsValue[T comparable](part roster.Set[T], there T) bool {
	return !part.Present || part.Value == there
}

// keepsAccess reports whether the change keeps the access level, the groups that it is for, and
// active. A level that is set activates the user.
func (in UserChange) keepsAccess(u roster.User) bool {
	active := u.Active
	if in.AccessLevel.Present && in.AccessLevel.Value != "" {
		active = true
	}
	level := in.AccessLevel.Value
	if in.AccessLevel.Null {
		level = roster.LevelCustom
	}
	return !in.Active.Null && in.Active.Or(active) == u.Active && (!in.AccessLevel.Present || level == u.AccessLevel) &&
		(!in.LevelGroups.Present || nameGroups(in.LevelGroups.Value, u.LevelGroups))
}

// keepsRoles reports whether the change keeps the user's roles. A role that is named without groups
// keeps its groups.
func (in UserChange) keepsRoles(there []roster.RoleGrant) bool {
	left := 0
	for _, r := range there {
		is := func(ref roster.Ref) bool { return refersTo(ref, target{string(r.ID), r.Number, r.Name}) }
		named := slices.ContainsFunc(in.Roles.Value, is)
		granted := slices.ContainsFunc(in.RoleGrants.Value, func(g RoleGrant) bool { return is(g.Role) && nameGroups(g.Groups, r.Groups) })
		switch {
		case named != granted:
			left++
		case named, in.Roles.Present, in.RoleGrants.Present && len(r.Groups) > 0: // named twice, or taken away
			return false
		}
	}
	return left == len(in.Roles.Value)+len(in.RoleGrants.Value)
}

func (in UserChange) preferenceChange() preferenceChange {
	return preferenceChange{in.Preferences.Value, in.Delays, in.PublishedPreferences}
}

// keepsPreferences reports whether the change keeps the services and the delays of every type.
func (in UserChange) keepsPreferences(there []roster.Preference) bool {
	var f roster.Faults
	return samePreferences(changePreferences(there, in.preferenceChange(), &f), there) && len(f) == 0
}

// target is a record that a reference may name.
type target struct {
	id     string
	number int64
	name   string
}

func linkTarget(g roster.GroupLink) target { return target{string(g.ID), g.Number, g.Name} }

// refersTo reports whether a reference certainly names a record, tried in the order of
// [roster.Ref]. Text as long as an id may be the id of another record, so it is compared as an id
// only.
func refersTo(ref roster.Ref, t target) bool {
	const id = 36 // characters
	switch {
	case ref.IsZero() || t.id == "":
		return ref.IsZero() && t.id == ""
	case len(ref.ID) == id:
		return roster.FoldID(ref.ID) == t.id
	case ref.Number != 0:
		return ref.Number == t.number
	default:
		return Fold(ref.Name) == Fold(t.name)
	}
}

func keepsLink(part roster.Set[roster.Ref], there target) bool {
	return !part.Present || refersTo(part.Value, there)
}

func keepsLinks(part roster.Set[[]roster.Ref], there []roster.GroupLink) bool {
	return !part.Present || nameExactly(part.Value, there, linkTarget)
}

// nameGroups reports whether the references name exactly the groups with the ids, each once.
func nameGroups(refs []roster.Ref, ids []roster.GroupID) bool {
	return nameExactly(refs, ids, func(id roster.GroupID) target { return target{id: string(id)} })
}

// nameExactly reports whether the references name exactly the records, each once.
func nameExactly[T any](refs []roster.Ref, records []T, as func(T) target) bool {
	return len(refs) == len(records) && !slices.ContainsFunc(records, func(r T) bool {
		return !slices.ContainsFunc(refs, func(ref roster.Ref) bool { return refersTo(ref, as(r)) })
	})
}
