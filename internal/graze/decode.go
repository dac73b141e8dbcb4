package graze

import (
	"context"
	"strconv"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// decodeNothing decodes a call whose only argument is the credential.
func decodeNothing(*request) (directory.None, error) { return directory.None{}, nil }

// decodeCreateUser reads the arguments of createUser.
func decodeCreateUser(requireAll bool) func(*request) (directory.NewUser, error) {
	return func(q *request) (directory.NewUser, error) {
		args, err := q.arguments()
		if err != nil {
			return directory.NewUser{}, err
		}
		r := newReading(withoutDefaults(args), userWords)
		in := directory.NewUser{
			UserName:      r.Needed("userName"),
			Password:      r.Text("password"),
			Active:        r.boolean("active"),
			Email:         r.Needed("emails"),
			DisplayName:   r.Needed("displayName"),
			Roles:         r.neededRefs("roles"),
			PrimaryGroup:  r.ref("primaryGroup"),
			Department:    r.ref("department"),
			JoinedAt:      r.seconds("joinedAt"),
			TimeZone:      r.Text("timezone"),
			ContactNumber: r.Text("phoneNumbers"),
			SessionExpiry: r.minutes("sessionExpiry"),
			Teams:         r.refs("teams"),
			Competencies:  r.competencies("competencies"),
			Properties:    r.object("properties"),
			Repeatable:    true,
		}
		in.External = in.Password == "" && !r.Faults.Has("password")
		if requireAll {
			r.needAll()
		}
		in.Faults = r.Faults
		return in, nil
	}
}

// publishedFields are the arguments that the published table of createUser marks as required: all
// except auth_token, because the printed example authenticates in another way.
var publishedFields = [...]string{
	"userName", "password", "active", "emails", "displayName", "roles", "primaryGroup", "department",
	"joinedAt", "timezone", "phoneNumbers", "sessionExpiry", "teams",
}

// userArgument is the argument that names a user.
type userArgument struct {
	number int64  // 0 if it is no number
	name   string // also of a user_id: digits are an id first and a name second
	field  string // the canonical name of the given argument
	isID   bool   // it is user_id, and a number
}

// decodeUser reads user_id or username; one of them is enough. A user_id that is no number is read
// as a username, because clients of 6.1 know no other argument.
func decodeUser(q *request) (userArgument, error) {
	args, err := q.arguments()
	if err != nil {
		return userArgument{}, err
	}
	return userOf(args, "user_id")
}

// userOf reads the arguments that name a user: an id, or else username.
func userOf(args []dialect.Member, idName string) (userArgument, error) {
	id, name := find(args, idName), find(args, "username").Text
	id.Text = idIn(args, idName)
	switch n, isWhole := whole(id); {
	case isWhole && id.Kind == dialect.Number:
		return userArgument{number: n, name: strconv.FormatInt(n, 10), field: "id", isID: true}, nil
	case id.Kind > dialect.Null && id.Kind != dialect.String:
		return userArgument{}, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "must be a whole number, or a username"}
	case digits(id.Text):
		number, _ := strconv.ParseInt(id.Text, 10, 64) // a number that is too large becomes the greatest, which no user has
		return userArgument{number: number, name: id.Text, field: "id", isID: true}, nil
	case id.Text != "":
		return userArgument{name: id.Text, field: "id"}, nil
	case name != "":
		return userArgument{name: name, field: "userName"}, nil
	default:
		return userArgument{}, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "or username is required"}
	}
}

// oneUser returns a call of the verb for the user that the arguments name.
func oneUser[Out any](
	verb func(context.Context, roster.Actor, directory.UserSelector) (Out, error),
) func(context.Context, roster.Actor, userArgument) (Out, error) {
	return func(ctx context.Context, by roster.Actor, in userArgument) (Out, error) {
		return pick(in, func(sel directory.UserSelector) (Out, error) { return verb(ctx, by, sel) })
	}
}

// pick calls a verb for a user by number and, if no user has it, by name. An unknown id is
// NotFound, an unknown name an Invalid argument.
func pick[Out any](in userArgument, verb func(directory.UserSelector) (Out, error)) (Out, error) {
	if in.number > 0 {
		out, err := verb(directory.UserSelector{Number: in.number})
		if err == nil || roster.KindOf(err) != roster.NotFound {
			return out, err
		}
	}
	out, err := verb(directory.UserSelector{UserName: in.name})
	switch {
	case err == nil || roster.KindOf(err) != roster.NotFound:
		return out, err
	case in.isID:
		return out, &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no user"}
	default:
		return out, &roster.Error{Kind: roster.Invalid, Field: in.field, Detail: "names no user"}
	}
}

// defaultLimit is the number of users that getUsers returns without a limit.
const defaultLimit = 1000

// decodeGetUsers reads the arguments of getUsers.
func decodeGetUsers(q *request) (directory.UserList, error) {
	in := directory.UserList{Limit: defaultLimit, With: directory.WithTeams}
	args, err := q.arguments()
	if err != nil {
		return in, err
	}
	limit := find(args, "limit")
	if limit.Kind == dialect.Absent {
		return in, nil
	}
	n, isWhole := whole(limit)
	if in.Limit = int(n); !isWhole || n < 1 {
		return in, &roster.Error{Kind: roster.Invalid, Field: "limit", Detail: "must be a whole number greater than 0"}
	}
	return in, nil
}
