package api

import (
	"context"
	"reflect"
	"strings"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
)

// listUsers registers the list of users, which can be searched and sorted besides.
func (a *api) listUsers(svc *directory.Service) {
	op := operation{
		id: "listUsers", call: "GET /users", tag: "Users", summary: "List users",
		description: "The users that the caller may see. Filters that compare userName, email, externalId, id, groups or teams with eq, " +
			"alone or joined by and, are answered by an index.",
		answer: listed[user]{Items: []user{showUser(exampleUser)}},
	}
	a.register(op, reflect.TypeFor[*listUsers](), func(ctx context.Context, c *call, q any) (answer, error) {
		return pageOfUsers(ctx, c, svc, q.(*listUsers))
	})
}

// pageOfUsers answers one page of users.
func pageOfUsers(ctx context.Context, c *call, svc *directory.Service, q *listUsers) (answer, error) {
	w, err := newPage(c, q.Page)
	if err != nil {
		return answer{}, err
	}
	in, err := decodeUserSearch(c, q, w.names)
	if err != nil {
		return answer{}, err
	}
	page, err := svc.FindUsers(ctx, c.by, in)
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

// decodeUserSearch reads which users are asked for. What an index can answer is said apart; the rest is asked of each.
func decodeUserSearch(c *call, q *listUsers, names map[string]bool) (in directory.UserSearch, err error) {
	condition, err := filter.Parse(q.Filter.Filter)
	if err == nil {
		err = condition.Check(func(path string) bool { return userAttributes[strings.ToLower(path)].value != nil })
	}
	if err != nil {
		return in, malformed(err)
	}
	in = directory.UserSearch{Search: q.Search, Limit: q.Limit, With: partsOf(names)}
	if order, descending := strings.CutPrefix(q.Sort, "-"); q.Sort != "" {
		in.Order, in.Descending = directory.UserOrder(order), descending
	}
	if err := placeOf(c, q.Cursor, &in.After); err != nil {
		return in, malformed(err)
	}
	if condition.IsZero() {
		return in, nil
	}
	in.UserName, _ = condition.Equals("userName")
	in.Email, _ = condition.Equals("email")
	in.ExternalID, _ = condition.Equals("externalId")
	id, _ := condition.Equals("id")
	in.ID = roster.UserID(id)
	for _, path := range []string{"groups", "teams"} {
		if id, ok := condition.Equals(path); ok {
			in.Group = roster.Ref{ID: id}
		}
	}
	for _, path := range condition.Paths() {
		in.With |= userAttributes[strings.ToLower(path)].with
	}
	in.Where = func(u roster.User) bool {
		return condition.Match(func(path string) []any { return userAttributes[strings.ToLower(path)].value(u) })
	}
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

// userAttribute is something of a user that a filter may ask.
type userAttribute struct {
	value func(roster.User) []any
	with  directory.With // what it is a part of
}

// userAttributes are what filters may ask of users. Groups, teams and roles are compared by id.
var userAttributes = map[string]userAttribute{
	"id":              own(func(u roster.User) any { return string(u.ID) }),
	"number":          own(func(u roster.User) any { return u.Number }),
	"username":        own(func(u roster.User) any { return u.UserName }),
	"displayname":     own(func(u roster.User) any { return u.DisplayName }),
	"email":           own(func(u roster.User) any { return textOrNothing(u.Email) }),
	"externalid":      own(func(u roster.User) any { return textOrNothing(u.ExternalID) }),
	"active":          own(func(u roster.User) any { return u.Active }),
	"accesslevel":     own(func(u roster.User) any { return string(u.AccessLevel) }),
	"realm":           own(func(u roster.User) any { return u.Realm }),
	"haspassword":     own(func(u roster.User) any { return u.HasPassword }),
	"timezone":        own(func(u roster.User) any { return u.TimeZone }),
	"phonenumber":     own(func(u roster.User) any { return textOrNothing(u.ContactNumber) }),
	"joinedat":        own(func(u roster.User) any { return u.JoinedAt }),
	"createdat":       own(func(u roster.User) any { return u.CreatedAt }),
	"updatedat":       own(func(u roster.User) any { return u.UpdatedAt }),
	"version":         own(func(u roster.User) any { return u.Version }),
	"primarygroup":    own(func(u roster.User) any { return textOrNothing(string(u.PrimaryGroup.ID)) }),
	"department":      own(func(u roster.User) any { return textOrNothing(string(u.Department.ID)) }),
	"groups":          {func(u roster.User) []any { return idsOf(u.Groups) }, directory.WithGroups},
	"teams":           {func(u roster.User) []any { return idsOf(u.Teams) }, directory.WithTeams},
	"roles":           {rolesOf, directory.WithRoles},
	"contactmethods":  {addressesOf, directory.WithReach},
	"primarygroup.id": own(func(u roster.User) any { return textOrNothing(string(u.PrimaryGroup.ID)) }),
	"department.id":   own(func(u roster.User) any { return textOrNothing(string(u.Department.ID)) }),
}

// own is an attribute that is always loaded.
func own(value func(roster.User) any) userAttribute {
	return userAttribute{value: func(u roster.User) []any { return []any{value(u)} }}
}

// textOrNothing returns nil for a text that is not set.
func textOrNothing(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func idsOf(links []roster.GroupLink) []any {
	ids := make([]any, len(links))
	for i, l := range links {
		ids[i] = string(l.ID)
	}
	return ids
}

func rolesOf(u roster.User) []any {
	ids := make([]any, len(u.Roles))
	for i, r := range u.Roles {
		ids[i] = string(r.ID)
	}
	return ids
}

func addressesOf(u roster.User) []any {
	all := make([]any, len(u.ContactMethods))
	for i, m := range u.ContactMethods {
		all[i] = m.Address
	}
	return all
}
