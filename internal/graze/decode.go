package graze

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// request is a request as the dialect reads it. The body is read when the first argument is asked for:
// a caller whose credential is in a header or in the URL is known before that.
type request struct {
	w      http.ResponseWriter
	r      *http.Request
	origin *dialect.Origin

	read bool
	args []dialect.Member
	err  error
}

func newRequest(w http.ResponseWriter, r *http.Request) *request {
	return &request{w: w, r: r, origin: dialect.OriginOf(r.Context())}
}

// byCredential finds the credential of a request: a Basic header (RFC 7617) and nothing else if there
// is one, or the auth_token of the URL or of the body.
func byCredential(v dialect.Verifier) func(context.Context, *request) (roster.Actor, error) {
	return func(ctx context.Context, q *request) (roster.Actor, error) {
		if scheme, _, _ := strings.Cut(q.r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Basic") {
			name, password, ok := q.r.BasicAuth()
			if !ok {
				return roster.Actor{}, unauthenticated("the Basic header is malformed")
			}
			return v.Password(ctx, roster.FaceGraze, roster.GrazeLogin, name, password)
		}
		token := q.origin.Secrets["auth_token"]
		if token == "" {
			args, _ := q.arguments() // a body that cannot be read holds no token
			token = find(args, "auth_token").Text
		}
		if token == "" {
			return roster.Actor{}, unauthenticated("there is no credential")
		}
		return v.Session(ctx, roster.FaceGraze, roster.GrazeLogin, token)
	}
}

// byPassword finds the credential of authenticate: its arguments.
func byPassword(v dialect.Verifier) func(context.Context, *request) (roster.Actor, error) {
	return func(ctx context.Context, q *request) (roster.Actor, error) {
		args, err := q.arguments()
		if err != nil {
			return roster.Actor{}, err
		}
		name, password := find(args, "username"), find(args, "password")
		if name.Kind != dialect.String || password.Kind != dialect.String {
			return roster.Actor{}, unauthenticated("username and password are not both given as strings")
		}
		return v.Password(ctx, roster.FaceGraze, roster.GrazeLogin, name.Text, password.Text)
	}
}

func unauthenticated(reason string) error {
	return &roster.Error{Kind: roster.Unauthenticated, Detail: "who calls is not known", Err: errors.New(reason)}
}

// arguments returns the arguments of the query and of the body. None comes twice.
func (q *request) arguments() ([]dialect.Member, error) {
	if !q.read {
		q.read = true
		q.args, q.err = q.readArguments()
	}
	return q.args, q.err
}

func (q *request) readArguments() ([]dialect.Member, error) {
	query, err := dialect.ParseForm(q.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	if password, ok := q.origin.Secrets["password"]; ok { // lifted out of the query
		query = append(query, dialect.Member{Name: "password", Value: dialect.Value{Kind: dialect.String, Text: password}})
	}
	if q.r.Method != http.MethodPost {
		return query, nil
	}
	body, err := q.readBody()
	if err != nil {
		return nil, err
	}
	for _, m := range query {
		if find(body, m.Name).Kind != dialect.Absent {
			return nil, &roster.Error{Kind: roster.Invalid, Detail: "an argument is given both in the query and in the body"}
		}
	}
	return append(body, query...), nil
}

// readBody reads a body that begins like a JSON object as that, whatever its Content-Type says, and every
// other one as a form.
func (q *request) readBody() ([]dialect.Member, error) {
	if strings.HasPrefix(dialect.MediaType(q.r), "multipart/") {
		return nil, &dialect.Refusal{
			Status: http.StatusUnsupportedMediaType,
			Detail: "Send the arguments as JSON or as application/x-www-form-urlencoded.",
		}
	}
	body, err := dialect.ReadBody(q.w, q.r)
	if err != nil {
		return nil, err
	}
	switch body = bytes.TrimSpace(body); {
	case len(body) == 0:
		return nil, nil
	case body[0] == '{':
		v, err := dialect.Parse(body)
		return v.Members, err
	case body[0] == '[' || body[0] == '"':
		return nil, &roster.Error{Kind: roster.Invalid, Detail: "the body must be a JSON object, or a form"}
	default:
		return dialect.ParseForm(string(body))
	}
}

// find returns the argument of that name, of kind Absent if there is none.
func find(args []dialect.Member, name string) dialect.Value {
	return dialect.Value{Members: args}.Get(name)
}

// decodeNothing is for a call whose only arguments are the credential.
func decodeNothing(*request) (directory.None, error) { return directory.None{}, nil }

// decodeCreateUser reads the arguments of createUser.
func decodeCreateUser(requireAll bool) func(*request) (directory.NewUser, error) {
	return func(q *request) (directory.NewUser, error) {
		args, err := q.arguments()
		if err != nil {
			return directory.NewUser{}, err
		}
		r := reading{args: args}
		in := directory.NewUser{
			UserName:      r.needed("userName"),
			Password:      r.text("password"),
			Active:        r.boolean("active"),
			Email:         r.needed("emails"),
			DisplayName:   r.needed("displayName"),
			Roles:         r.neededRefs("roles"),
			PrimaryGroup:  r.ref("primaryGroup"),
			Department:    r.ref("department"),
			JoinedAt:      r.seconds("joinedAt"),
			TimeZone:      r.text("timezone"),
			ContactNumber: r.text("phoneNumbers"),
			SessionExpiry: r.minutes("sessionExpiry"),
			Teams:         r.refs("teams"),
			Competencies:  r.competencies("competencies"),
			Properties:    r.object("properties"),
			Repeatable:    true,
		}
		in.External = in.Password == "" && !r.faults.Has("password")
		if requireAll {
			r.needAll()
		}
		in.Faults = r.faults
		return in, nil
	}
}

// publishedFields are the arguments that the published table of createUser marks as required: all of
// them. auth_token is excepted, because the printed example authenticates otherwise.
var publishedFields = [...]string{
	"userName", "password", "active", "emails", "displayName", "roles", "primaryGroup", "department",
	"joinedAt", "timezone", "phoneNumbers", "sessionExpiry", "teams",
}

// userArgument is how a call names one user.
type userArgument struct {
	number int64  // 0 where the name cannot be an id
	name   string // of a user_id too: a name that is all digits is an id first, a name second
	asID   bool   // user_id was given, and as a number
}

// decodeUser reads user_id or username, of which one suffices. A user_id that is no number is taken as a
// username: a client of 6.1 knows no other argument.
func decodeUser(q *request) (userArgument, error) {
	args, err := q.arguments()
	if err != nil {
		return userArgument{}, err
	}
	id, name := find(args, "user_id").Text, find(args, "username").Text
	switch {
	case digits(id):
		number, _ := strconv.ParseInt(id, 10, 64) // 0 for a number that is too large to be an id
		return userArgument{number: number, name: id, asID: true}, nil
	case id != "":
		return userArgument{name: id}, nil
	case name != "":
		return userArgument{name: name}, nil
	default:
		return userArgument{}, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "or username is required"}
	}
}

// oneUser calls a verb for the user that the arguments name. An id that is unknown is NotFound, an
// unknown name is an Invalid argument.
func oneUser(
	verb func(context.Context, roster.Actor, directory.UserSelector) (roster.User, error),
) func(context.Context, roster.Actor, userArgument) (roster.User, error) {
	return func(ctx context.Context, by roster.Actor, in userArgument) (roster.User, error) {
		if in.number > 0 {
			u, err := verb(ctx, by, directory.UserSelector{Number: in.number})
			if err == nil || roster.KindOf(err) != roster.NotFound {
				return u, err
			}
		}
		u, err := verb(ctx, by, directory.UserSelector{UserName: in.name})
		switch {
		case err == nil || roster.KindOf(err) != roster.NotFound:
			return u, err
		case in.asID:
			return u, &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no user"}
		default:
			return u, &roster.Error{Kind: roster.Invalid, Field: "userName", Detail: "names no user"}
		}
	}
}

// defaultLimit is how many users getUsers returns where no limit is given.
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
	if in.Limit, err = strconv.Atoi(limit.Text); err != nil || in.Limit < 1 {
		return in, &roster.Error{Kind: roster.Invalid, Field: "limit", Detail: "must be a whole number greater than 0"}
	}
	return in, nil
}

// reading takes arguments one at a time, by the canonical names of what they mean, and notes what is
// wrong with them. An argument that is null counts as left out.
type reading struct {
	args   []dialect.Member
	faults roster.Faults
}

// get returns an argument, of kind Absent if there is none.
func (r *reading) get(field string) dialect.Value {
	v := find(r.args, argument(field))
	if field == "displayName" && v.Kind <= dialect.Null {
		if other := find(r.args, "full_name"); other.Kind != dialect.Absent { // as clients of 6.1 send it
			return other
		}
	}
	return v
}

// given returns an argument, and false where it is absent or null.
func (r *reading) given(field string) (dialect.Value, bool) {
	v := r.get(field)
	return v, v.Kind > dialect.Null
}

// needAll notes each argument of the published table that is not there.
func (r *reading) needAll() {
	for _, field := range publishedFields {
		if r.get(field).Kind == dialect.Absent && !r.faults.Has(field) {
			r.faults.Add(field, "is required")
		}
	}
}

func (r *reading) text(field string) string {
	v, given := r.given(field)
	if given && v.Kind != dialect.String {
		r.faults.Add(field, "must be a string, not "+v.Kind.String())
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

// boolean takes true and false, also as text: a form has nothing else.
func (r *reading) boolean(field string) roster.Set[bool] {
	switch v, given := r.given(field); {
	case !given:
		return roster.Set[bool]{}
	case v.Kind == dialect.Bool:
		return roster.Some(v.Bool)
	case v.Kind == dialect.String && (v.Text == "true" || v.Text == "false"):
		return roster.Some(v.Text == "true")
	default:
		r.faults.Add(field, "must be true or false")
		return roster.Set[bool]{}
	}
}

// seconds takes a Unix time.
func (r *reading) seconds(field string) time.Time {
	const lastSecond = 99999999999 // the year 5138; in milliseconds that is 1973
	v, given := r.given(field)
	if !given {
		return time.Time{}
	}
	switch n, ok := whole(v); {
	case !ok || n < 0:
		r.faults.Add(field, "must be a Unix time in whole seconds")
	case n > lastSecond:
		r.faults.Add(field, "must be a Unix time in seconds; this one looks like milliseconds: divide it by 1000")
	default:
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}

// minutes takes a number of minutes, or null for the system's default.
func (r *reading) minutes(field string) roster.Set[int] {
	v, given := r.given(field)
	if !given {
		return roster.Set[int]{Present: v.Kind == dialect.Null, Null: v.Kind == dialect.Null}
	}
	n, ok := whole(v)
	if !ok {
		r.faults.Add(field, fmt.Sprintf("must be a whole number of minutes from 1 to %d, or null", directory.MaxExpiry))
		return roster.Set[int]{}
	}
	return roster.Some(int(max(math.MinInt32, min(n, math.MaxInt32))))
}

// items takes an array, also as JSON text in a string, as clients of 6.1 send it.
func (r *reading) items(field string) []dialect.Value {
	v, given := r.given(field)
	if v = unwrap(v); given && v.Kind != dialect.Array {
		r.faults.Add(field, "must be an array")
	}
	return v.Items
}

// object takes an object as it was sent, also as JSON text in a string: a form has nothing else.
func (r *reading) object(field string) []byte {
	v, given := r.given(field)
	if !given {
		return nil
	}
	if v = unwrap(v); v.Kind != dialect.Object {
		r.faults.Add(field, "must be an object or null")
		return nil
	}
	return v.Raw
}

// unwrap returns the value that a string holds as JSON text, or v where it holds none.
func unwrap(v dialect.Value) dialect.Value {
	if v.Kind != dialect.String {
		return v
	}
	inner, err := dialect.Parse([]byte(v.Text))
	if err != nil {
		return v
	}
	return inner
}

const wantRef = "must be a name or an id"

// ref takes a name or an id; none where the argument is empty.
func (r *reading) ref(field string) roster.Ref {
	v, given := r.given(field)
	if !given || v.Kind == dialect.String && v.Text == "" {
		return roster.Ref{}
	}
	ref, ok := asRef(v)
	if !ok {
		r.faults.Add(field, wantRef)
	}
	return ref
}

// refs takes a list of names and ids. What is neither keeps its place, so that the places of the
// others in messages are those that were sent.
func (r *reading) refs(field string) []roster.Ref {
	items := r.items(field)
	if len(items) == 0 {
		return nil
	}
	refs := make([]roster.Ref, len(items))
	for i, item := range items {
		var ok bool
		if refs[i], ok = asRef(item); !ok {
			r.faults.Add(fmt.Sprintf("%s[%d]", field, i), wantRef)
		}
	}
	return refs
}

func (r *reading) neededRefs(field string) []roster.Ref {
	refs := r.refs(field)
	if len(refs) == 0 && !r.faults.Has(field) {
		r.faults.Add(field, "is required: at least one")
	}
	return refs
}

// competencies takes a list of {"name" or "cid", "ranking"}.
func (r *reading) competencies(field string) []roster.Competency {
	items := r.items(field)
	if len(items) == 0 {
		return nil
	}
	list := make([]roster.Competency, len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", field, i)
		if item.Kind != dialect.Object {
			r.faults.Add(at, "must be an object with name or cid, and ranking")
			continue
		}
		one := reading{args: item.Members}
		list[i] = roster.Competency{Name: one.text("name"), CID: one.number("cid"), Ranking: int(one.number("ranking"))}
		if one.get("ranking").Kind <= dialect.Null {
			one.faults.Add("ranking", "is required")
		}
		for _, fault := range one.faults {
			r.faults.Add(at+"."+fault.Field, fault.Detail)
		}
	}
	return list
}

// number takes a whole number, 0 where it is left out.
func (r *reading) number(field string) int64 {
	v, given := r.given(field)
	if !given {
		return 0
	}
	n, ok := whole(v)
	if !ok || n < 0 || n > math.MaxInt32 {
		r.faults.Add(field, "must be a whole number from 0")
		return 0
	}
	return n
}

// asRef reads a name or an id. Text that is all digits is an id first, a name second.
func asRef(v dialect.Value) (roster.Ref, bool) {
	switch v.Kind {
	case dialect.Number:
		n, ok := v.Int()
		if !ok || n < 1 {
			return roster.Ref{}, false
		}
		return roster.Ref{Number: n}, true
	case dialect.String:
		ref := roster.Ref{Name: v.Text}
		if digits(v.Text) {
			ref.Number, _ = strconv.ParseInt(v.Text, 10, 64) // 0 for a number that is too large to be an id
		}
		return ref, strings.TrimSpace(v.Text) != ""
	default:
		return roster.Ref{}, false
	}
}

// whole reads a whole number, also one that is sent as text.
func whole(v dialect.Value) (int64, bool) {
	if v.Kind == dialect.String && digits(v.Text) {
		n, err := strconv.ParseInt(v.Text, 10, 64)
		return n, err == nil
	}
	return v.Int()
}

// digits reports whether s is digits and nothing else.
func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
