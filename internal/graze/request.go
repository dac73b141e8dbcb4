package graze

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"

	"roster"
	"roster/internal/dialect"
)

// request is a request as the dialect reads it. It reads the body when the first argument is
// needed, so that a caller with a credential in a header or the URL is authenticated before.
type request struct {
	w      http.ResponseWriter
	r      *http.Request
	origin *dialect.Origin

	form func(text string) ([]dialect.Member, error) // parses the query and forms
	read bool
	args []dialect.Member
	err  error
}

func newRequest(w http.ResponseWriter, r *http.Request) *request {
	return &request{w: w, r: r, origin: dialect.OriginOf(r.Context()), form: dialect.ParseForm}
}

// byCredential authenticates by a Basic header (RFC 7617) if there is one, and otherwise by the
// auth_token of the URL or the body.
func byCredential(v dialect.Verifier) func(context.Context, *request) (roster.Actor, error) {
	return func(ctx context.Context, q *request) (roster.Actor, error) {
		if scheme, credentials := dialect.Authorization(q.r); scheme == "basic" {
			return byBasic(ctx, v, credentials)
		}
		token := q.origin.Secrets["auth_token"]
		if token == "" {
			args, err := q.arguments()
			if refusal := (*dialect.Refusal)(nil); errors.As(err, &refusal) && refusal.Status == http.StatusRequestTimeout {
				return roster.Actor{}, err // the token may be in the missing part
			}
			token = find(args, "auth_token").Text // a body that cannot be parsed has none
		}
		if token == "" {
			return roster.Actor{}, unauthenticated("there is no credential")
		}
		return v.Session(ctx, roster.FaceGraze, roster.GrazeLogin, token)
	}
}

func byBasic(ctx context.Context, v dialect.Verifier, credentials string) (roster.Actor, error) {
	name, password, ok := dialect.Basic(credentials)
	if !ok {
		return roster.Actor{}, unauthenticated("the Basic header is malformed")
	}
	return v.Password(ctx, roster.FaceGraze, roster.GrazeLogin, name, password)
}

// byPassword authenticates a call of authenticate: by its arguments, or by a Basic header if it has
// none.
func byPassword(v dialect.Verifier) func(context.Context, *request) (roster.Actor, error) {
	return func(ctx context.Context, q *request) (roster.Actor, error) {
		q.form = dialect.ParseCredentials
		args, err := q.arguments()
		if err != nil {
			return roster.Actor{}, err
		}
		name, password := find(args, "username"), find(args, "password")
		if scheme, credentials := dialect.Authorization(q.r); scheme == "basic" && isUnset(name) && isUnset(password) {
			return byBasic(ctx, v, credentials)
		}
		if name.Kind != dialect.String || password.Kind != dialect.String {
			return roster.Actor{}, unauthenticated("username and password are not both given as strings")
		}
		return v.Password(ctx, roster.FaceGraze, roster.GrazeLogin, name.Text, password.Text)
	}
}

func unauthenticated(reason string) error {
	return &roster.Error{Kind: roster.Unauthenticated, Detail: "the caller is not known", Err: errors.New(reason)}
}

// arguments returns the arguments of the query and of the body. No name comes twice.
func (q *request) arguments() ([]dialect.Member, error) {
	if !q.read {
		q.read = true
		q.args, q.err = q.readArguments()
	}
	return q.args, q.err
}

func (q *request) readArguments() ([]dialect.Member, error) {
	query, err := q.form(q.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	if password, ok := q.origin.Secrets["password"]; ok { // removed from the query by the server
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

// readBody reads a body as JSON if its Content-Type says so, or if it begins like a JSON object,
// and otherwise as a form.
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
	case body[0] == '{' || dialect.IsJSON(q.r):
		v, err := dialect.Parse(body)
		if err == nil && v.Kind != dialect.Object {
			err = &roster.Error{Kind: roster.Invalid, Detail: "the body must be a JSON object, not " + v.Kind.String()}
		}
		return v.Members, err
	case body[0] == '[' || body[0] == '"':
		return nil, &roster.Error{Kind: roster.Invalid, Detail: "the body must be a JSON object, or a form"}
	default:
		return q.form(string(body))
	}
}

// isUnset reports whether an argument is missing, null or "".
func isUnset(v dialect.Value) bool {
	return v.Kind <= dialect.Null || v.Kind == dialect.String && v.Text == ""
}

// find returns the argument of that name, of kind Absent if there is none.
func find(args []dialect.Member, name string) dialect.Value {
	return dialect.Value{Members: args}.Get(name)
}
