package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
	"roster/internal/premise"
)

// operation is what the document says of a call, besides what its types say.
type operation struct {
	id, call, tag        string // createGroup, POST /groups, Groups
	summary, description string
	status               int   // of success; 0: 200
	also                 int   // another status of success, with the same body; 0: there is none
	fails                []int // statuses besides those that every call of its form may have
	request, answer      any   // examples, valid ones; the answer is of the type of its example, nil: it has no body
	members              map[string]string
	headers              map[string]*huma.Param // of success, besides those that every call of its form has
	pathless             bool                   // what it makes has no path of its own
	original             original               // of what its body may be a copy; nil: of what GET of the same path returns
	asked
}

// endpoint is what is known of a call before a request comes.
type endpoint struct {
	at        string            // its path, below Root
	request   reflect.Type      // what its requests are read into
	status    int               // of success
	members   map[string]string // this API's name of a canonical member, where it has another
	canonical map[string]string // the other way round
	needsHash func(q any) bool  // whether a request needs the hash of a password; nil: none does
	original  original
	asked
	described
}

// described is the part of an endpoint that the description of the API says. It is zero until
// [api.describe] was called.
type described struct {
	bindings   []binding
	takes      []string // media types of the body; none: it takes no body
	parameters []*huma.Param
	body       *huma.Schema
	sent       map[string]bool // members of the body
	shown      map[string]bool // members of the answer, which the parameter fields may name
	readOnly   map[string]bool // members of the body that it may have because it is a copy of the record
}

// registered is a call with its endpoint.
type registered struct {
	operation
	endpoint *endpoint
}

// endpointKey is where an operation of the document keeps its endpoint.
const endpointKey = "endpoint"

// parameter returns the parameter of a name, nil if the call has none.
func (e *endpoint) parameter(in, name string) *huma.Param {
	if e == nil {
		return nil
	}
	for _, p := range e.parameters {
		if p.In == in && p.Name == name {
			return p
		}
	}
	return nil
}

// path returns the canonical name of a member of the body.
func (e *endpoint) path(member string) string {
	if name, ok := e.canonical[member]; ok {
		return name
	}
	return member
}

// answer is what a call returns.
type answer struct {
	status   int // 0: the operation's
	body     any
	version  int64  // of a record that has one
	location string // of a record that was made, below Root
	cookie   *http.Cookie
}

// act does what a call is for. What it gets is the request that [endpoint.request] is the type of.
type act func(ctx context.Context, c *call, q any) (answer, error)

// route registers a call: decode, one verb, encode. Q points to the request: parameters with huma's
// tags, and [sent] where it has a body. The compiler makes all this anew for every verb, so there
// is no more to it.
func route[Q, In, Out any](
	a *api, op operation,
	decode func(by roster.Actor, q Q) (In, error),
	verb func(context.Context, roster.Actor, In) (Out, error),
	encode func(q Q, out Out) answer,
) {
	e := a.register(op, reflect.TypeFor[Q](), func(ctx context.Context, c *call, q any) (answer, error) {
		request := q.(Q)
		in, err := decode(c.by, request)
		if err != nil {
			return answer{}, err
		}
		out, err := verb(ctx, c.by, in)
		if err != nil {
			return answer{}, err
		}
		return encode(request, out), nil
	})
	if dialect.MayNeedHash[In]() {
		e.needsHash = func(q any) bool {
			in, err := decode(roster.Actor{}, q.(Q))
			return err == nil && dialect.NeedsHash(in)
		}
	}
}

// register adds a call to the mux, and to those that will be described. request is a pointer's
// type.
func (a *api) register(op operation, request reflect.Type, do act) *endpoint {
	method, path, _ := strings.Cut(op.call, " ")
	e := &endpoint{
		at: path, original: op.original, request: request.Elem(), status: cmp.Or(op.status, http.StatusOK),
		members: op.members, canonical: map[string]string{}, asked: op.asked,
	}
	for canonical, name := range op.members {
		e.canonical[name] = canonical
	}
	a.calls = append(a.calls, registered{op, e})
	if method == http.MethodGet {
		a.readers[path] = reader{e, do}
	}
	a.mux.Handle(method+" "+Root+path, a.guard(e, do))
	return e
}

// read returns the request of a call whose bytes are known.
func (a *api) read(c *call) (q any, err error) {
	q = c.readParameters()
	c.readHeaders(q)
	if b, ok := q.(bodied); ok { // the verb tells what is wrong with both
		b.read(fitting{schemas: a.schemas, path: c.endpoint.path, faults: slices.Concat(c.faults, c.copied)}, c.endpoint.body, c.body)
	} else if len(c.faults) > 0 {
		return nil, malformed(c.faults)
	}
	return q, nil
}

// serve answers a call whose caller and bytes are known.
func (a *api) serve(c *call, do act) error {
	if err := a.dropReadOnly(c); err != nil {
		return err
	}
	q, err := a.read(c)
	if err != nil {
		return err
	}
	out, err := do(context.WithValue(c.request.Context(), callKey{}, c), c, q)
	if err == nil {
		err = premise.Settle(c.request.Context())
	}
	if err != nil {
		return err
	}
	return reply(c, q, out)
}

// reply writes the answer of success.
func reply(c *call, q any, a answer) error {
	h := c.Header()
	status := cmp.Or(a.status, c.endpoint.status)
	if a.location != "" {
		h.Set("Location", base(c.request)+a.location)
	}
	if a.cookie != nil {
		http.SetCookie(c, a.cookie)
	}
	if status == http.StatusNoContent {
		h.Set("Cache-Control", "no-store")
		c.WriteHeader(status)
		return nil
	}
	text, err := json.Marshal(a.body)
	if err != nil {
		return err
	}
	if a.version != 0 {
		tag := dialect.ETag(a.version, text)
		h.Set("ETag", tag)
		if v, ok := q.(conditional); ok && v.has(tag) {
			h.Set("Cache-Control", "no-store")
			c.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	if v, ok := q.(narrowing); ok && v.fields() != "" {
		names, err := c.endpoint.selected(v.fields())
		if err != nil {
			return err
		}
		if text, err = dialect.Project(text, names); err != nil {
			return err
		}
	}
	return dialect.WriteText(c, status, text)
}

// base is the path of the API as the caller wrote it, with the organization that it named.
func base(r *http.Request) string {
	if o := dialect.OriginOf(r.Context()); o.Named {
		return "/o/" + o.Organization + Root
	}
	return Root
}

// Part is embedded in the request of a call that reads one record.
type Part struct {
	Fields string `query:"fields" maxLength:"1000" example:"id,userName" doc:"Only these members of the record, with commas between; id always comes. Without it all come."`
}

// View is embedded in the request of a call that reads one record with a version.
type View struct {
	Part
	IfNoneMatch string `header:"If-None-Match" minLength:"1" maxLength:"1000" pattern:"^(\\*|(W/)?\"[!#-~]*\"([ \t]*,[ \t]*(W/)?\"[!#-~]*\")*)$" example:"\"v3\"" doc:"ETags that the caller has: if the record still has one of them the answer is 304, without a body."`
}

// narrowing is a request whose answer can be narrowed, conditional one whose answer the caller may
// have already.
type (
	narrowing   interface{ fields() string }
	conditional interface{ has(tag string) bool }
)

func (p Part) fields() string { return p.Fields }

func (v View) has(tag string) bool { return dialect.IfNoneMatch(v.IfNoneMatch).Has(tag) }

// selected returns the members that the parameter fields names.
func (e *endpoint) selected(fields string) (map[string]bool, error) {
	names, unknown := dialect.SelectMembers(fields, e.shown)
	if len(unknown) > 0 {
		return nil, e.unknownMembers(unknown)
	}
	return names, nil
}

// Precondition is embedded in the request of a call that changes a record with a version.
type Precondition struct {
	IfMatch string `header:"If-Match" minLength:"1" maxLength:"255" pattern:"^(\\*|(W/)?\"[!#-~]*\")$" example:"\"v3\"" doc:"The ETag of the record as the caller read it: if the record has another version by now the answer is 412, and nothing is changed."`
}

// Once is embedded in the request of a call that creates something.
type Once struct {
	IdempotencyKey string `header:"Idempotency-Key" minLength:"1" maxLength:"255" pattern:"^[!-~]+$" example:"b7c9f2f0-2d3c-4a51-9f65-0c1c5b2f6f11" doc:"The caller's own name for this request, such as a random UUID: the same request with the same key within 24 hours makes nothing new and gets the record that the first one made. 1 to 255 visible ASCII characters."`
}

// One is embedded in the request of a call about one record.
type One struct {
	ID string `path:"id" example:"019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55" doc:"The record's id."`
}

// Named is embedded in the request of a call about one record that has a name.
type Named struct {
	ID string `path:"id" example:"019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55" doc:"The record's id or its name. An id wins."`
}

// ref returns the reference to the record that the path names.
func (n Named) ref() roster.Ref { return reference(n.ID).ref() }
