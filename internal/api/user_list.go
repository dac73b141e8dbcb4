package api

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"roster"
	"roster/internal/directory"
)

// listUsers registers the list of users, which can be searched and sorted besides.
func (a *api) listUsers(d *directory.Directory) {
	op := operation{
		id: "listUsers", call: "GET /users", tag: "Users", summary: "List users",
		description: "The users that the caller may see. Filters that compare userName, email, externalId, id, groups or teams with eq, " +
			"alone or joined by and, are answered by an index. Of contactMethods a filter sees the addresses." + describeAttributes(directory.UserAttributes),
		answer: listed[user]{Items: []user{showUser(exampleUser)}},
		asked:  asked{directory.UserAttributes.Folded().Ask, reflect.TypeFor[directory.UserPlace](), func(c *call) error { return searchOf(c).Validate() }},
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
	if page.Total != nil {
		w.total(*page.Total)
	}
	return answer{body: w.list}, nil
}

// searchOf reads which words are looked for and in what order, where the order is one that there
// is.
func searchOf(c *call) (in directory.UserSearch) {
	in.Search, _ = c.given(c.endpoint.parameter("query", "search"))
	sort, _ := c.given(c.endpoint.parameter("query", "sort"))
	if slices.Contains(enumerations[reflect.TypeFor[userOrder]()].values, sort) {
		name, descending := strings.CutPrefix(sort, "-")
		in.Order, in.Descending = directory.UserOrder(name), descending
	}
	return in
}

// decodeUserSearch reads which users are asked for.
func decodeUserSearch(c *call, q *listUsers) (in directory.UserSearch, err error) {
	in = searchOf(c)
	in.Where, in.Limit, in.Count, in.With = c.condition, q.Limit, q.Count, partsOf(c.names)
	err = placeOf(c, q.Cursor, &in.After)
	return in, err
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
		"contactMethods": directory.WithReach,
	} {
		if names[name] {
			with |= part
		}
	}
	return with
}
