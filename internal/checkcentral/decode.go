package checkcentral

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// decodeCreateUser reads the body of createUser.
func decodeCreateUser(defaultPreferences bool) func(request) (directory.NewUser, error) {
	return func(q request) (directory.NewUser, error) {
		body, err := q.body()
		if err != nil {
			return directory.NewUser{}, err
		}
		r := reading{dialect.Reading{Arguments: body.Members, Name: argument}}
		in := directory.NewUser{
			Email:            r.Needed("emails"),
			DisplayName:      r.Text("displayName"),
			SendWelcomeEmail: r.boolean("sendWelcomeEmail"),
			Groups:           r.groups("groups"),
			UniqueEmail:      true,
			Repeatable:       true,
		}
		in.UserName = in.Email
		in.AccessLevel, in.Active = r.accessLevel("accessLevel")
		if preferences, given := r.preferences("preferences"); given || !defaultPreferences {
			in.Preferences = roster.Some(preferences)
		}
		in.Faults = r.Faults
		return in, nil
	}
}

// maxFilters is the greatest number of combinations of filter values in one request.
const maxFilters = 100

// decodeGetUsers reads the filters of getUsers: one list for each combination of an id and an address.
func decodeGetUsers(q request) ([]directory.UserList, error) {
	var lists []directory.UserList
	filters, err := q.filters()
	if err != nil {
		return nil, err
	}
	ids, emails := several(filters["userId"], strings.ToLower), several(filters["userEmail"], directory.Fold)
	if len(ids)*len(emails) > maxFilters {
		return nil, tooManyFilters()
	}
	for _, id := range ids {
		for _, email := range emails {
			lists = append(lists, directory.UserList{
				ID: roster.UserID(id), Email: email, With: directory.WithGroups | directory.WithReach,
			})
		}
	}
	return lists, nil
}

// decodeGetUserGroups reads the filters of getUserGroups. A name may have a comma, and so is one.
func decodeGetUserGroups(q request) ([]directory.GroupList, error) {
	var lists []directory.GroupList
	filters, err := q.filters()
	if err != nil {
		return nil, err
	}
	ids := several(filters["userGroupId"], strings.ToLower)
	if len(ids) > maxFilters {
		return nil, tooManyFilters()
	}
	for _, id := range ids {
		lists = append(lists, directory.GroupList{
			Kind: roster.KindGroup, ID: roster.GroupID(id), Name: filters["userGroupName"], Count: true,
		})
	}
	return lists, nil
}

func tooManyFilters() error {
	return &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("the filters have more than %d combinations", maxFilters)}
}

// each calls a verb that lists for every input, and strings the lists together.
func each[In, T any](
	verb func(context.Context, roster.Actor, In) (iter.Seq2[T, error], error),
) func(context.Context, roster.Actor, []In) (iter.Seq2[T, error], error) {
	return func(ctx context.Context, by roster.Actor, inputs []In) (iter.Seq2[T, error], error) {
		var lists []iter.Seq2[T, error]
		for _, in := range inputs {
			list, err := verb(ctx, by, in)
			if err != nil {
				return nil, err
			}
			lists = append(lists, list)
		}
		return func(yield func(T, error) bool) {
			for _, list := range lists {
				for record, err := range list {
					if !yield(record, err) || err != nil {
						return
					}
				}
			}
		}, nil
	}
}
