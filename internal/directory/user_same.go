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
func sameUser(a, b roster.User) bool { return reflect.DeepEqual(comparableUser(a), comparableUser(b)) }

// comparableUser returns what is administered of a user, in one form.
func comparableUser(u roster.User) roster.User {
	u.ManagedBy, u.Version, u.CreatedAt, u.UpdatedAt = roster.ManagedBy{}, 0, time.Time{}, time.Time{}
	u.JoinedAt = u.JoinedAt.UTC()
	u.Properties = compact(u.Properties)
	u.Competencies = append([]roster.Competency{}, u.Competencies...)
	roles := make([]roster.RoleGrant, len(u.Roles))
	for i, r := range u.Roles {
		roles[i] = roster.RoleGrant{RoleLink: r.RoleLink, Groups: sortedCopy(r.Groups, cmp.Compare)}
	}
	u.Roles = sortedCopy(roles, func(a, b roster.RoleGrant) int { return cmp.Compare(a.ID, b.ID) })
	u.LevelGroups = sortedCopy(u.LevelGroups, cmp.Compare)
	u.Groups, u.Teams = sortedLinks(u.Groups), sortedLinks(u.Teams)
	u.ContactMethods = sortedCopy(u.ContactMethods, func(a, b roster.ContactMethod) int { return cmp.Compare(a.ID, b.ID) })
	u.Preferences = sortedPreferences(u.Preferences)
	return u
}

// sortedPreferences returns the services of each type that has some, all in one order.
func sortedPreferences(prefs []roster.Preference) []roster.Preference {
	var some []roster.Preference
	for _, p := range prefs {
		if len(p.Services) > 0 {
			some = append(some, roster.Preference{Type: p.Type, Services: slices.Compact(sortedCopy(p.Services, cmp.Compare))})
		}
	}
	return sortedCopy(some, func(a, b roster.Preference) int { return cmp.Compare(a.Type, b.Type) })
}

func sortedLinks(links []roster.GroupLink) []roster.GroupLink {
	return sortedCopy(links, func(a, b roster.GroupLink) int { return cmp.Compare(a.ID, b.ID) })
}

// sortedCopy returns the records in order, never nil.
func sortedCopy[T any](records []T, order func(a, b T) int) []T {
	sorted := make([]T, len(records))
	copy(sorted, records)
	slices.SortStableFunc(sorted, order)
	return sorted
}
