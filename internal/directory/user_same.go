package directory

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"roster"
)

// sameUser reports whether two states of a user are the same in all that is administered. Which
// face set what, versions and times do not count, nor does the order of what has none. Everything
// is loaded.
func sameUser(a, b roster.User) bool { return reflect.DeepEqual(administered(a), administered(b)) }

// administered returns what is administered of a user, in one form.
func administered(u roster.User) roster.User {
	u.ManagedBy, u.Version, u.CreatedAt, u.UpdatedAt = roster.ManagedBy{}, 0, time.Time{}, time.Time{}
	u.JoinedAt = u.JoinedAt.UTC()
	u.Properties = compact(u.Properties)
	u.Competencies = append([]roster.Competency{}, u.Competencies...)
	roles := make([]roster.RoleGrant, len(u.Roles))
	for i, r := range u.Roles {
		roles[i] = roster.RoleGrant{RoleLink: r.RoleLink, Groups: ordered(r.Groups, cmp.Compare)}
	}
	u.Roles = ordered(roles, func(a, b roster.RoleGrant) int { return cmp.Compare(a.ID, b.ID) })
	u.LevelGroups = ordered(u.LevelGroups, cmp.Compare)
	u.Groups, u.Teams = orderedLinks(u.Groups), orderedLinks(u.Teams)
	u.ContactMethods = ordered(u.ContactMethods, func(a, b roster.ContactMethod) int { return cmp.Compare(a.ID, b.ID) })
	u.Preferences = chosen(u.Preferences)
	return u
}

// chosen returns the services of each type that has some, all in one order.
func chosen(prefs []roster.Preference) []roster.Preference {
	var some []roster.Preference
	for _, p := range prefs {
		if len(p.Services) > 0 {
			some = append(some, roster.Preference{Type: p.Type, Services: slices.Compact(ordered(p.Services, cmp.Compare))})
		}
	}
	return ordered(some, func(a, b roster.Preference) int { return cmp.Compare(a.Type, b.Type) })
}

func orderedLinks(links []roster.GroupLink) []roster.GroupLink {
	return ordered(links, func(a, b roster.GroupLink) int { return cmp.Compare(a.ID, b.ID) })
}

// ordered returns the records in order, never nil.
func ordered[T any](records []T, order func(a, b T) int) []T {
	sorted := make([]T, len(records))
	copy(sorted, records)
	slices.SortStableFunc(sorted, order)
	return sorted
}
