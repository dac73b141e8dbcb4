package directory

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"roster"
)

// sameUser reports whether two states of a user are equal. It ignores ManagedBy, Version,
// timestamps and the order of sets. All parts of both must be loaded.
func sameUser(a, b roster.User) bool { return reflect.DeepEqual(comparableUser(a), comparableUser(b)) }

// comparableUser returns the user without the fields that sameUser ignores, and with sets sorted.
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
	u.Preferences = SortPreferences(u.Preferences)
	return u
}

func sortedLinks(links []roster.GroupLink) []roster.GroupLink {
	return sortedCopy(links, func(a, b roster.GroupLink) int { return cmp.Compare(a.ID, b.ID) })
}

// sortedCopy returns a sorted copy of the records, never nil.
func sortedCopy[T any](records []T, order func(a, b T) int) []T {
	sorted := make([]T, len(records))
	copy(sorted, records)
	slices.SortStableFunc(sorted, order)
	return sorted
}
