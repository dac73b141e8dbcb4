package graze

import (
	"context"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// userChange is the request updateUser: the user and the change.
type userChange struct {
	user   userArgument
	change directory.UserChange
}

// NeedsHash reports whether the change needs a password hash.
func (u userChange) NeedsHash() bool { return u.change.NeedsHash() }

// decodeUpdateUser reads the arguments of updateUser. uid or username selects the user; neither is
// changed.
func decodeUpdateUser(q *request) (userChange, error) {
	args, err := q.arguments()
	if err != nil {
		return userChange{}, err
	}
	user, err := userOf(args, "uid")
	if err != nil {
		return userChange{}, err
	}
	r := newReading(withoutDefaults(args), userChangeWords)
	in := directory.UserChange{
		DisplayName:   r.someText("displayName"),
		Email:         r.someText("emails"),
		Active:        r.changedBoolean("active"),
		Roles:         change(&r, "roles", r.refs),
		PrimaryGroup:  change(&r, "primaryGroup", r.ref),
		Department:    change(&r, "department", r.ref),
		JoinedAt:      r.seconds("joinedAt"),
		TimeZone:      r.changedText("timezone"),
		ContactNumber: r.changedText("phoneNumbers"),
		SessionExpiry: r.minutes("sessionExpiry"),
		Teams:         change(&r, "teams", r.refs),
		Competencies:  change(&r, "competencies", r.competencies),
		Properties:    change(&r, "properties", r.object),
	}
	if password := r.Text("password"); password != "" {
		in.Password = roster.Some(password)
	}
	if in.Roles.Present && len(in.Roles.Value) == 0 && !r.Faults.Has("roles") {
		r.Faults.Add("roles", "must name at least one")
	}
	in.Faults = r.Faults
	return userChange{user, in}, nil
}

// changedUser calls a verb for the user that an updateUser selects.
func changedUser(
	verb func(context.Context, roster.Actor, directory.UserChange) (roster.User, error),
) func(context.Context, roster.Actor, userChange) (roster.User, error) {
	return func(ctx context.Context, by roster.Actor, in userChange) (roster.User, error) {
		return pick(in.user, func(sel directory.UserSelector) (roster.User, error) {
			in.change.User = sel
			return verb(ctx, by, in.change)
		})
	}
}

// empty reports whether the field is "", which clients of 6.1 send for arguments that they do not
// change.
func (r *reading) empty(field string) bool {
	v := r.Get(field)
	return v.Kind == dialect.String && v.Text == ""
}

// change reads an argument of an update: absent if it is missing or "", null if it is null.
func change[T any](r *reading, field string, read func(field string) T) roster.Set[T] {
	switch kind := r.Get(field).Kind; {
	case kind == dialect.Absent || r.empty(field):
		return roster.Set[T]{}
	case kind == dialect.Null:
		return roster.Null[T]()
	default:
		return roster.Some(read(field))
	}
}

// someText reads text that cannot be removed: "" and null leave it unchanged.
func (r *reading) someText(field string) roster.Set[string] {
	if _, given := r.Given(field); !given || r.empty(field) {
		return roster.Set[string]{}
	}
	return roster.Some(r.Needed(field))
}

// changedText reads text that may be "". Null means the default.
func (r *reading) changedText(field string) roster.Set[string] {
	if r.empty(field) {
		return roster.Some("")
	}
	return change(r, field, r.Text)
}

// changedBoolean reads a boolean. "" and null leave it unchanged.
func (r *reading) changedBoolean(field string) roster.Set[bool] {
	if r.empty(field) {
		return roster.Set[bool]{}
	}
	return r.boolean(field)
}
