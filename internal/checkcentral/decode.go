package checkcentral

import (
	"roster"
	"roster/internal/directory"
)

// decodeCreateUser reads the body of createUser.
func decodeCreateUser(defaultPreferences bool) func(request) (directory.NewUser, error) {
	return func(q request) (directory.NewUser, error) {
		body, err := q.body()
		if err != nil {
			return directory.NewUser{}, err
		}
		r := read(body)
		in := directory.NewUser{
			Email:            r.Needed("emails"),
			DisplayName:      r.Text("displayName"),
			SendWelcomeEmail: r.boolean("sendWelcomeEmail"),
			Groups:           r.ids("groups", aUserGroup),
			UniqueEmail:      true,
			Repeatable:       true,
		}
		in.UserName = in.Email
		in.AccessLevel, in.Active = r.accessLevel("accessLevel", r.Needed("accessLevel"))
		if preferences, given := r.preferences("preferences"); given || !defaultPreferences {
			in.Preferences = roster.Some(preferences)
		}
		in.Faults = r.Faults
		return in, nil
	}
}

// decodeGetUsers reads the filters of getUsers. It returns one list for each combination of an id
// and an address.
func decodeGetUsers(q request) ([]directory.UserList, error) {
	f, err := q.filters()
	if err != nil {
		return nil, err
	}
	ids, emails := f.ids("userId"), f.several("userEmail", directory.Fold)
	if err := f.combinations(len(ids), len(emails)); err != nil {
		return nil, err
	}
	var lists []directory.UserList
	for _, id := range ids {
		for _, email := range emails {
			lists = append(lists, directory.UserList{
				ID: roster.UserID(id), Email: email, With: directory.WithGroups | directory.WithReach,
			})
		}
	}
	return lists, nil
}

// decodeGetUserGroups reads the filters of getUserGroups. A name may contain a comma, so it is
// never split.
func decodeGetUserGroups(q request) ([]directory.GroupList, error) {
	f, err := q.filters()
	if err != nil {
		return nil, err
	}
	ids := f.ids("userGroupId")
	if err := f.combinations(len(ids)); err != nil {
		return nil, err
	}
	var lists []directory.GroupList
	for _, id := range ids {
		lists = append(lists, directory.GroupList{
			Kind: roster.KindGroup, ID: roster.GroupID(id), Name: f.text("userGroupName"), Count: true,
		})
	}
	return lists, nil
}

// decodeNothing decodes a call without arguments. A body must still be valid.
func decodeNothing(q request) (directory.None, error) {
	_, err := q.filters()
	return directory.None{}, err
}
