package api

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
)

// listUsers registers the list of users, which can be searched and sorted besides.
func (a *api) listUsers(d *directory.Directory) {
	op := operation{
		id: "listUsers", call: "GET /users", tag: "Users", summary: "List users",
		description: "The users that the caller may see. Filters that compare userName, email, externalId, id, groups or teams with eq, " +
			"alone or joined by and, are answered by an index. Of contactMethods a filter sees the addresses." + userAttributes.describe(),
		answer: listed[user]{Items: []user{showUser(exampleUser)}},
		asked:  asked{foldedUserAttributes.ask, reflect.TypeFor[directory.UserPlace](), func(c *call) error { return searchOf(c).Validate() }},
	}
	a.register(op, reflect.TypeFor[*listUsers](), func(ctx context.Context, c *call, q any) (answer, error) {
		return pageOfUsers(ctx, c, d, q.(*listUsers))
	})
}

// pageOfUsers answers one page of users.
func pageOfUsers(ctx context.Context, c *call, d *directory.Directory, q *listUsers) (answer, error) {
	w := newPage(c, q.Limit)
	in, err := decodeUserSearch(c, q)
	if err != nil {
		return answer{}, malformed(err)
	}
	page, err := d.FindUsers(ctx, c.by, in)
	if roster.KindOf(err) == roster.Invalid && err != nil { // all that it looks at came in the query
		return answer{}, malformed(err)
	}
	if err != nil {
		return answer{}, err
	}
	for _, u := range page.Users {
		if err := w.add(showUser(u)); err != nil {
			return answer{}, err
		}
	}
	if page.Next != nil {
		w.Next = cursorOf(c, page.Next)
	}
	return answer{body: w.list}, nil
}

// searchOf reads which words are looked for and in what order, where the order is one that there is.
func searchOf(c *call) (in directory.UserSearch) {
	in.Search, _ = c.given(c.endpoint.parameter("query", "search"))
	sort, _ := c.given(c.endpoint.parameter("query", "sort"))
	if slices.Contains(enumerations[reflect.TypeFor[userOrder]()].values, sort) {
		name, descending := strings.CutPrefix(sort, "-")
		in.Order, in.Descending = directory.UserOrder(name), descending
	}
	return in
}

// decodeUserSearch reads which users are asked for. What an index can answer is said apart; the rest is asked of each.
func decodeUserSearch(c *call, q *listUsers) (in directory.UserSearch, err error) {
	in = searchOf(c)
	in.Limit, in.With = q.Limit, partsOf(c.names)
	if err = placeOf(c, q.Cursor, &in.After); err != nil || c.condition.IsZero() {
		return in, err
	}
	in.UserName, _ = c.condition.Equals("userName")
	in.Email, _ = c.condition.Equals("email")
	in.ExternalID, _ = c.condition.Equals("externalId")
	id, _ := c.condition.Equals("id")
	in.ID = roster.UserID(roster.FoldID(id))
	for _, kind := range []roster.GroupKind{roster.KindGroup, roster.KindTeam} {
		path := string(kind) + "s"
		if id, ok := c.condition.Equals(path + ".id"); ok {
			in.Group, in.GroupKind = roster.Ref{ID: id}, kind
		}
		if text, ok := c.condition.Equals(path); ok {
			in.Group, in.GroupKind = refTo(reference(text)), kind
		}
	}
	for _, path := range c.condition.Paths() {
		in.With |= foldedUserAttributes[strings.ToLower(path)].with
	}
	in.Where = func(u roster.User) (bool, int) { return foldedUserAttributes.match(c.condition, u) }
	return in, nil
}

// everything is all that is shown of a user.
const everything = directory.WithRoles | directory.WithGroups | directory.WithTeams | directory.WithReach

// partsOf returns what has to be loaded to show the members; nil are all.
func partsOf(names map[string]bool) (with directory.With) {
	if names == nil {
		return everything
	}
	for name, part := range map[string]directory.With{
		"roles": directory.WithRoles, "accessLevelGroups": directory.WithRoles, "groups": directory.WithGroups, "teams": directory.WithTeams,
		"contactMethods": directory.WithReach, "preferences": directory.WithReach,
	} {
		if names[name] {
			with |= part
		}
	}
	return with
}

// userAttributes are what filters may ask of users.
var userAttributes = attributes[roster.User]{
	"id":                   ident(func(u roster.User) roster.UserID { return u.ID }),
	"number":               number(func(u roster.User) int64 { return u.Number }),
	"userName":             text(func(u roster.User) string { return u.UserName }),
	"displayName":          text(func(u roster.User) string { return u.DisplayName }),
	"title":                textOrNull(func(u roster.User) string { return u.Title }),
	"email":                textOrNull(func(u roster.User) string { return u.Email }),
	"externalId":           exact(func(u roster.User) string { return u.ExternalID }),
	"active":               truth(func(u roster.User) bool { return u.Active }),
	"accessLevel":          word(func(u roster.User) roster.AccessLevel { return u.AccessLevel }, roster.AccessLevels[:]...),
	"accessLevelGroups":    several(ident[roster.User, roster.GroupID](nil), levelGroups).part(directory.WithRoles),
	"realm":                text(func(u roster.User) string { return u.Realm }),
	"hasPassword":          truth(func(u roster.User) bool { return u.HasPassword }),
	"timezone":             text(func(u roster.User) string { return u.TimeZone }),
	"phoneNumber":          textOrNull(func(u roster.User) string { return u.ContactNumber }),
	"sessionExpiryMinutes": numberOrNull(func(u roster.User) int64 { return int64(u.SessionExpiry / time.Minute) }),
	"joinedAt":             moment(func(u roster.User) time.Time { return u.JoinedAt }),
	"createdAt":            moment(func(u roster.User) time.Time { return u.CreatedAt }),
	"updatedAt":            moment(func(u roster.User) time.Time { return u.UpdatedAt }),
	"version":              number(func(u roster.User) int64 { return u.Version }),
	"primaryGroup": link("displayName", func(u roster.User) filter.Link {
		return filter.Link{ID: string(u.PrimaryGroup.ID), Name: u.PrimaryGroup.Name}
	}),
	"department": link("displayName", func(u roster.User) filter.Link {
		return filter.Link{ID: string(u.Department.ID), Name: u.Department.Name}
	}),
	"groups":         links("displayName", func(u roster.User) []filter.Link { return linkedGroups(u.Groups) }).part(directory.WithGroups),
	"teams":          links("displayName", func(u roster.User) []filter.Link { return linkedGroups(u.Teams) }).part(directory.WithTeams),
	"roles":          links("displayName", linkedRoles).part(directory.WithRoles),
	"contactMethods": several(text[roster.User](nil), addressesOf).part(directory.WithReach),
}

// foldedUserAttributes are these as a filter looks them up.
var foldedUserAttributes = userAttributes.folded()

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
