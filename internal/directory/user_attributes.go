package directory

import (
	"time"

	"roster"
	"roster/internal/filter"
)

// UserAttributes are what filters may ask of users.
var UserAttributes = Attributes[roster.User]{
	"id":                   ident(func(u roster.User) roster.UserID { return u.ID }).stored(Indexed),
	"number":               number(func(u roster.User) int64 { return u.Number }).stored(Indexed),
	"userName":             name(func(u roster.User) string { return u.UserName }).stored(Indexed),
	"displayName":          text(func(u roster.User) string { return u.DisplayName }),
	"title":                textOrNull(func(u roster.User) string { return u.Title }),
	"email":                textOrNull(func(u roster.User) string { return u.Email }).stored(Indexed),
	"externalId":           exact(func(u roster.User) string { return u.ExternalID }).stored(Indexed),
	"active":               truth(func(u roster.User) bool { return u.Active }).stored(Comparable),
	"accessLevel":          word(func(u roster.User) roster.AccessLevel { return u.AccessLevel }, roster.AccessLevels[:]...).stored(Comparable),
	"accessLevelGroups":    several(ident[roster.User, roster.GroupID](nil), levelGroups).part(WithRoles),
	"realm":                text(func(u roster.User) string { return u.Realm }),
	"hasPassword":          truth(func(u roster.User) bool { return u.HasPassword }).stored(Comparable),
	"timezone":             text(func(u roster.User) string { return u.TimeZone }),
	"phoneNumber":          textOrNull(func(u roster.User) string { return u.ContactNumber }),
	"sessionExpiryMinutes": numberOrNull(func(u roster.User) int64 { return int64(u.SessionExpiry / time.Minute) }),
	"joinedAt":             moment(func(u roster.User) time.Time { return u.JoinedAt }),
	"createdAt":            moment(func(u roster.User) time.Time { return u.CreatedAt }).stored(Comparable),
	"updatedAt":            moment(func(u roster.User) time.Time { return u.UpdatedAt }).stored(Comparable),
	"version":              number(func(u roster.User) int64 { return u.Version }).stored(Comparable),
	"primaryGroup": link("displayName", func(u roster.User) filter.Link {
		return filter.Link{ID: string(u.PrimaryGroup.ID), Name: u.PrimaryGroup.Name}
	}),
	"department": link("displayName", func(u roster.User) filter.Link {
		return filter.Link{ID: string(u.Department.ID), Name: u.Department.Name}
	}),
	"groups":         links("displayName", func(u roster.User) []filter.Link { return linkedGroups(u.Groups) }).part(WithGroups),
	"teams":          links("displayName", func(u roster.User) []filter.Link { return linkedGroups(u.Teams) }).part(WithTeams),
	"roles":          links("displayName", linkedRoles).part(WithRoles),
	"contactMethods": several(text[roster.User](nil), addressesOf).part(WithReach),
}

// userAttributes are these as a filter looks them up.
var userAttributes = UserAttributes.Folded()

func levelGroups(u roster.User) []string {
	ids := make([]string, len(u.LevelGroups))
	for i, id := range u.LevelGroups {
		ids[i] = string(id)
	}
	return ids
}

func linkedRoles(u roster.User) []filter.Link {
	all := make([]filter.Link, len(u.Roles))
	for i, r := range u.Roles {
		all[i] = filter.Link{ID: string(r.ID), Name: r.Name}
	}
	return all
}

func addressesOf(u roster.User) []string {
	all := make([]string, len(u.ContactMethods))
	for i, m := range u.ContactMethods {
		all[i] = m.Address
	}
	return all
}
