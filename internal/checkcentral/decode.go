package checkcentral

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// request is a request as the dialect reads it: a call that fails for want of a token is never read.
type request struct {
	w http.ResponseWriter
	r *http.Request
}

func newRequest(w http.ResponseWriter, r *http.Request) request { return request{w, r} }

// byToken finds the token: that of a Bearer header (RFC 6750), or else the query's apiToken.
func byToken(v dialect.Verifier) func(context.Context, request) (roster.Actor, error) {
	return func(ctx context.Context, q request) (roster.Actor, error) {
		token := dialect.OriginOf(ctx).Secrets["apiToken"]
		if scheme, rest, _ := strings.Cut(q.r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
			token = strings.TrimSpace(rest)
		}
		if token == "" {
			return roster.Actor{}, &roster.Error{
				Kind: roster.Unauthenticated, Detail: "a token is needed", Err: errors.New("there is no token"),
			}
		}
		return v.Token(ctx, roster.FaceCheckCentral, token)
	}
}

// decodeCreateUser reads the body of createUser.
func decodeCreateUser(defaultPreferences bool) func(request) (directory.NewUser, error) {
	return func(q request) (directory.NewUser, error) {
		body, err := q.body()
		if err != nil {
			return directory.NewUser{}, err
		}
		r := reading{args: body}
		in := directory.NewUser{
			Email:            r.needed("emails"),
			DisplayName:      r.text("displayName"),
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
		in.Faults = r.faults
		return in, nil
	}
}

// body reads the JSON object that every write has as its body.
func (q request) body() (dialect.Value, error) {
	if dialect.MediaType(q.r) != "application/json" {
		return dialect.Value{}, &dialect.Refusal{
			Status: http.StatusUnsupportedMediaType,
			Detail: "Send the body as JSON, with the header Content-Type: application/json.",
		}
	}
	text, err := dialect.ReadBody(q.w, q.r)
	if err != nil {
		return dialect.Value{}, err
	}
	v, err := dialect.Parse(text)
	if err == nil && v.Kind != dialect.Object {
		err = &roster.Error{Kind: roster.Invalid, Detail: "the body must be a JSON object, not " + v.Kind.String()}
	}
	return v, err
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

// filters reads the query. A filter that is empty, or undefined as clients in JavaScript write it, is none.
func (q request) filters() (map[string]string, error) {
	fields, err := dialect.ParseForm(q.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	filters := make(map[string]string, len(fields))
	for _, f := range fields {
		if value := strings.TrimSpace(f.Value.Text); value != "undefined" {
			filters[f.Name] = value
		}
	}
	return filters, nil
}

// several takes the values of a filter apart, without repeats: one empty value where there is no filter.
func several(filter string, fold func(string) string) []string {
	var values []string
	for value := range strings.SplitSeq(filter, ",") {
		value = fold(strings.TrimSpace(value))
		if value != "" && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return []string{""}
	}
	return values
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

// reading takes the fields of an object one at a time, by the canonical names of what they mean, and
// notes what is wrong with them. A field that is null counts as left out.
type reading struct {
	args   dialect.Value
	faults roster.Faults
}

// given returns a field, and false where it is absent or null.
func (r *reading) given(field string) (dialect.Value, bool) {
	v := r.args.Get(argument(field))
	return v, v.Kind > dialect.Null
}

// is notes a fault unless v has the kind.
func (r *reading) is(v dialect.Value, kind dialect.ValueKind, field string) bool {
	if v.Kind != kind {
		r.faults.Add(field, "must be "+kind.String()+", not "+v.Kind.String())
	}
	return v.Kind == kind
}

func (r *reading) text(field string) string {
	v, given := r.given(field)
	if !given || !r.is(v, dialect.String, field) {
		return ""
	}
	return v.Text
}

func (r *reading) needed(field string) string {
	text := r.text(field)
	if strings.TrimSpace(text) == "" && !r.faults.Has(field) {
		r.faults.Add(field, "is required")
	}
	return text
}

func (r *reading) boolean(field string) bool {
	v, given := r.given(field)
	return given && r.is(v, dialect.Bool, field) && v.Bool
}

// items takes an array; none where the field is absent or null.
func (r *reading) items(field string) []dialect.Value {
	v, given := r.given(field)
	if !given || !r.is(v, dialect.Array, field) {
		return nil
	}
	return v.Items
}

// disabled is the access level that is an inactive user here.
const disabled = "disabled"

// accessLevel takes a level, without regard to case: the published list has user, the published example
// sends User.
func (r *reading) accessLevel(field string) (roster.AccessLevel, roster.Set[bool]) {
	text := strings.ToLower(strings.TrimSpace(r.needed(field)))
	level := roster.AccessLevel(text)
	switch {
	case text == disabled:
		return roster.LevelCustom, roster.Some(false)
	case text != "" && !slices.Contains(roster.AccessLevels[:], level):
		r.faults.Add(field, "must be one of: "+disabled+join(roster.AccessLevels[:]))
		return "", roster.Set[bool]{}
	default:
		return level, roster.Set[bool]{}
	}
}

// join lists words for a message, after another one.
func join(levels []roster.AccessLevel) string {
	var b strings.Builder
	for _, level := range levels {
		b.WriteString(", " + string(level))
	}
	return b.String()
}

// groups takes ids of user groups. What is none keeps its place, so that the places of the others in
// messages are those that were sent.
func (r *reading) groups(field string) []roster.Ref {
	items := r.items(field)
	if len(items) == 0 {
		return nil
	}
	refs := make([]roster.Ref, len(items))
	for i, item := range items {
		id, ok := groupID(item)
		if !ok {
			r.faults.Add(fmt.Sprintf("%s[%d]", field, i), "must be the id of a user group, as getUserGroups lists them")
		}
		refs[i].ID = id
	}
	return refs
}

// groupID reads a UUID in its usual form of 36 characters (RFC 9562 §4).
func groupID(v dialect.Value) (string, bool) {
	const length = 36
	if v.Kind != dialect.String || len(v.Text) != length || uuid.Validate(v.Text) != nil {
		return "", false
	}
	return strings.ToLower(v.Text), true
}

// preferences takes a list of NotificationConfig. Types and services are compared without regard to case.
func (r *reading) preferences(field string) (list []roster.Preference, given bool) {
	if _, given = r.given(field); !given {
		return nil, false
	}
	for i, item := range r.items(field) {
		at := fmt.Sprintf("%s[%d]", field, i)
		if !r.is(item, dialect.Object, at) {
			list = append(list, roster.Preference{})
			continue
		}
		one := reading{args: item}
		list = append(list, roster.Preference{
			Type:     roster.NotificationType(strings.ToLower(one.needed("type"))),
			Services: one.services("services"),
		})
		for _, fault := range one.faults {
			r.faults.Add(at+"."+fault.Field, fault.Detail)
		}
	}
	return list, true
}

// services takes a list of services. What is no string is left for the verb to refuse, by its place.
func (r *reading) services(field string) []roster.Service {
	var list []roster.Service
	for _, item := range r.items(field) {
		list = append(list, roster.Service(strings.ToLower(item.Text)))
	}
	return list
}
