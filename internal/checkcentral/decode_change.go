package checkcentral

import (
	"strings"

	"roster"
	"roster/internal/directory"
)

// user reads which user a call is about: by id, or else by email.
func (r *reading) user() (sel directory.UserSelector) {
	id, email := strings.TrimSpace(r.Text("id")), strings.TrimSpace(r.Text("emails"))
	switch {
	case r.Faults.Has("id"):
	case id != "":
		sel.ID = roster.UserID(strings.ToLower(id))
	case email != "":
		sel.Email = email
	case !r.Faults.Has("emails"):
		r.Faults.Add("id", "or "+argument("emails")+" is required")
	}
	return sel
}

// decodeUpdateUser reads the body of updateUser. If it has an id and an email, the email is the new
// one.
func decodeUpdateUser(q request) (directory.UserChange, error) {
	body, err := q.body()
	if err != nil {
		return directory.UserChange{}, err
	}
	r := read(body)
	in := directory.UserChange{
		User:             r.user(),
		DisplayName:      changed(&r, "displayName", r.Text),
		Groups:           changed(&r, "groups", func(field string) []roster.Ref { return r.ids(field, aUserGroup) }),
		SendWelcomeEmail: r.boolean("sendWelcomeEmail"),
		UniqueEmail:      true,
	}
	if in.User.ID != "" && !r.Faults.Has("emails") {
		in.Email = changed(&r, "emails", func(field string) string {
			text := r.Text(field)
			if strings.TrimSpace(text) == "" {
				r.Faults.Add(field, "must not be empty")
			}
			return text
		})
	}
	if level := changed(&r, "accessLevel", r.Needed); level.Present {
		value, active := r.accessLevel("accessLevel", level.Value)
		if in.Active = active; !active.Present {
			in.AccessLevel = roster.Some(value)
		}
	}
	if preferences, given := r.preferences("preferences"); given {
		in.Preferences, in.PublishedPreferences = roster.Some(preferences), true
	}
	if in.User == (directory.UserSelector{}) {
		return in, r.Faults // without a user the verb could find no further faults
	}
	in.Faults = r.Faults
	return in, nil
}

// decodeDeleteUser reads the body of deleteUser. If it has an id and an email, both must belong to
// one user.
func decodeDeleteUser(q request) (directory.UserDeletion, error) {
	body, err := q.body()
	if err != nil {
		return directory.UserDeletion{}, err
	}
	r := read(body)
	in := directory.UserDeletion{User: r.user()}
	if in.User.ID != "" && !r.Faults.Has("emails") {
		in.Email = strings.TrimSpace(r.Text("emails"))
	}
	return in, r.Faults.Err()
}

// members reads ids of users.
func (r *reading) members(field string) []roster.Ref { return r.ids(field, aUser) }

// decodeCreateUserGroup reads the body of createUserGroup.
func decodeCreateUserGroup(q request) (directory.NewGroup, error) {
	body, err := q.body()
	if err != nil {
		return directory.NewGroup{}, err
	}
	r := read(body)
	in := directory.NewGroup{
		Kind: roster.KindGroup, Name: r.Text("displayName"), Description: r.Text("description"), Members: r.members("members"),
		Repeatable: true,
	}
	in.Faults = r.Faults
	return in, nil
}

// userGroup reads which user group a call is about.
func (r *reading) userGroup() directory.GroupSelector {
	return directory.GroupSelector{
		Kind: roster.KindGroup, Ref: roster.Ref{ID: strings.ToLower(strings.TrimSpace(r.Needed("id")))},
	}
}

// decodeUpdateUserGroup reads the body of updateUserGroup.
func decodeUpdateUserGroup(q request) (directory.GroupChange, error) {
	body, err := q.body()
	if err != nil {
		return directory.GroupChange{}, err
	}
	r := read(body)
	in := directory.GroupChange{
		Group: r.userGroup(),
		Name:  changed(&r, "displayName", r.Text), Description: changed(&r, "description", r.Text),
		Members: changed(&r, "members", r.members), Count: true,
	}
	if in.Group.Ref.IsZero() {
		return in, r.Faults // without a group the verb could find no further faults
	}
	in.Faults = r.Faults
	return in, nil
}

// decodeDeleteUserGroup reads the body of deleteUserGroup.
func decodeDeleteUserGroup(q request) (directory.GroupSelector, error) {
	body, err := q.body()
	if err != nil {
		return directory.GroupSelector{}, err
	}
	r := read(body)
	in := r.userGroup()
	return in, r.Faults.Err()
}
