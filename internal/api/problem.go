package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"roster"
	"roster/internal/dialect"
)

// kind is how this API shows a kind of error.
type kind struct {
	status int
	word   string // the last part of the problem's type
	title  string
}

// kinds maps each kind of error to its status and type.
var kinds = map[roster.Kind]kind{
	roster.Internal:        {http.StatusInternalServerError, "internal", "Roster failed"},
	roster.Invalid:         {http.StatusUnprocessableEntity, "invalid", "The request is not valid"},
	roster.Conflict:        {http.StatusConflict, "conflict", "Another record is in the way"},
	roster.NotFound:        {http.StatusNotFound, "not-found", "There is no such record"},
	roster.Unauthenticated: {http.StatusUnauthorized, "unauthenticated", "A credential is needed"},
	roster.Forbidden:       {http.StatusForbidden, "forbidden", "The credential may not do this"},
	roster.RateLimited:     {http.StatusTooManyRequests, "rate-limited", "Too many requests"},
	roster.Unavailable:     {http.StatusServiceUnavailable, "unavailable", "Try again later"},
	roster.Stale:           {http.StatusPreconditionFailed, "stale", "The record has changed"},
}

// refusals maps statuses of HTTP's own errors to their types.
var refusals = map[int]kind{
	http.StatusBadRequest:            {http.StatusBadRequest, "invalid", "The request cannot be read"},
	http.StatusNotFound:              {http.StatusNotFound, "not-found", "There is nothing here"},
	http.StatusMethodNotAllowed:      {http.StatusMethodNotAllowed, "method-not-allowed", "The method is not allowed here"},
	http.StatusRequestTimeout:        {http.StatusRequestTimeout, "timeout", "The body came too late"},
	http.StatusRequestEntityTooLarge: {http.StatusRequestEntityTooLarge, "too-large", "The body is too large"},
	http.StatusMisdirectedRequest:    {http.StatusMisdirectedRequest, "misdirected", "The server does not answer to this name"},
	http.StatusUnsupportedMediaType:  {http.StatusUnsupportedMediaType, "unsupported-media-type", "The type of the body is not taken here"},
}

// urn returns the type of the problems of a kind.
func (k kind) urn() problemType { return problemType("urn:roster:problem:" + k.word) }

// problemTypes returns all types of problems, sorted.
func problemTypes() (types []problemType) {
	for _, k := range kinds {
		types = append(types, k.urn())
	}
	for _, k := range refusals {
		types = append(types, k.urn())
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// problem is the body of every error (RFC 9457).
type problem struct {
	Type      problemType `json:"type" doc:"The kind of problem. Compare this, not the texts."`
	Title     string      `json:"title" doc:"The kind of problem in words."`
	Status    int         `json:"status" minimum:"400" maximum:"599" doc:"The status of the answer."`
	Detail    string      `json:"detail" doc:"What is wrong with this request."`
	RequestID string      `json:"requestId" doc:"The request's id, as in the server's log and the header X-Request-Id."`
	Errors    []fault     `json:"errors,omitempty" doc:"All faults of the request, at most 100."`
	Existing  *existing   `json:"existing,omitempty" doc:"The record in conflict, if the caller may know it."`
}

// fault is one fault of a request: in a part of the body, a parameter or a header.
type fault struct {
	Pointer   string `json:"pointer,omitempty" doc:"The part of the body, as a JSON pointer in the form of a fragment (RFC 6901 §6)."`
	Parameter string `json:"parameter,omitempty" doc:"The parameter of the query."`
	Header    string `json:"header,omitempty" doc:"The header."`
	Detail    string `json:"detail" doc:"A phrase that follows the name of the part: is required."`
}

// existing names the record that already holds the value in conflict.
type existing struct {
	ID     string `json:"id" doc:"Its id."`
	Number int64  `json:"number,omitempty" doc:"Its number."`
}

// malformed returns the error for a request that cannot be read, or whose query or headers are
// wrong. Its status is 400, while a body with invalid values is 422.
func malformed(err error) error {
	return errors.Join(&dialect.Refusal{Status: http.StatusBadRequest, Detail: "The request cannot be read."}, err)
}

// absent returns the 404 for a path that the request itself rules out. Any other missing record has
// one common answer.
func absent(detail string) error {
	return &dialect.Refusal{Status: http.StatusNotFound, Detail: detail}
}

// parameter returns the field of a fault in a query parameter.
func parameter(name string) string { return "?" + name }

// fail answers a call that failed. An Invalid error of a request that only reads, or that has
// faults outside its body, becomes a 400.
func (a *api) fail(c *call, err error) {
	reads := c.request.Method == http.MethodGet || c.request.Method == http.MethodHead
	var refusal *dialect.Refusal
	if (reads || len(c.faults) > 0) && roster.KindOf(err) == roster.Invalid && !errors.As(err, &refusal) {
		err = malformed(err)
	}
	a.face.Fail(c, c.request, err)
}

// writeProblem answers with a problem. It is the only place that writes errors.
func writeProblem(w http.ResponseWriter, r *http.Request, status int, err error) {
	var e *endpoint
	var body dialect.Value
	if c, ok := w.(*call); ok {
		e, body = c.endpoint, c.body
	}
	p := newProblem(r, e, body, status, err)
	text, _ := json.Marshal(p) // strings and numbers only: cannot fail
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	switch {
	case status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="Roster"`)
	case (status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests) && h.Get("Retry-After") == "":
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_, _ = w.Write(text) // an error means that the caller has gone
}

// newProblem returns the problem for an error, with all of its faults. body is the part of the
// request that describes one record.
func newProblem(r *http.Request, e *endpoint, body dialect.Value, status int, err error) *problem {
	k := kinds[roster.KindOf(err)]
	var refusal *dialect.Refusal
	if errors.As(err, &refusal) {
		k = refusals[refusal.Status]
	}
	p := &problem{
		Type: k.urn(), Title: k.title, Status: status,
		RequestID: dialect.OriginOf(r.Context()).RequestID,
	}
	switch {
	case refusal != nil && status != http.StatusBadRequest:
		p.Detail = refusal.Detail
	case roster.KindOf(err) == roster.Internal:
		p.Detail = "Roster failed to do this. Its log says why, under the request's id."
	case errors.Is(err, errNoCredential):
		p.Detail = withoutCredential
	case roster.KindOf(err) == roster.Unauthenticated:
		p.Detail = deniedCredential
	case roster.KindOf(err) == roster.NotFound && !e.names(roster.All(err)[0].Field):
		p.Detail = "There is no such record, or none that this credential may see." // one text, so that it does not tell which
	default:
		p.describe(e, body, roster.All(err))
	}
	return p
}

// describe lists the faults. The detail is a sentence about the first of them.
func (p *problem) describe(e *endpoint, body dialect.Value, all []*roster.Error) {
	seen := map[string]bool{}
	for _, one := range all {
		detail := cmp.Or(one.Detail, one.Kind.String())
		f, name := e.fault(inBody(body, one.Field))
		f.Detail = detail
		if f.Detail == "is required" && seen[name] {
			continue // the verb missed it because its value was faulty
		}
		seen[name] = true
		if p.Detail == "" {
			p.Detail = strings.TrimSpace(name + " " + detail)
		}
		if f != (fault{Detail: detail}) && (one.Kind == roster.Invalid || one.Kind == roster.Conflict || one.Kind == roster.Forbidden) {
			p.Errors = append(p.Errors, f)
		}
		if one.Holder != (roster.Holder{}) && p.Existing == nil {
			p.Existing = &existing{one.Holder.ID, one.Holder.Number}
		}
	}
	if more := len(p.Errors) - 1; more > 0 {
		p.Detail += fmt.Sprintf(" (and %d more)", more)
	}
}

// fault returns where this API has the canonical field, and the field's name for a sentence.
func (e *endpoint) fault(field string) (f fault, name string) {
	rest, unknown := strings.CutPrefix(field, "?")
	pointer, isPointer := strings.CutPrefix(field, "#/")
	switch {
	case field == "":
		return fault{}, ""
	case unknown || e.parameter("query", field) != nil:
		return fault{Parameter: rest}, rest
	case e.parameter("header", field) != nil:
		return fault{Header: field}, field
	case isPointer:
		return fault{Pointer: fragment(pointer)}, cmp.Or(pointer, `""`)
	}
	name = e.member(field)
	if e != nil && e.body == nil {
		return fault{}, name // without a body there is nothing to point to
	}
	return fault{Pointer: fragment(strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(name))}, name
}

// fragment returns a JSON pointer without its first slash in the form of a URI fragment (RFC 6901
// §6).
func fragment(pointer string) string {
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return "#/" + strings.Join(parts, "/")
}

// names reports whether a field is a reference in the body, not the selector of the record itself.
func (e *endpoint) names(field string) bool {
	return e != nil && field != "id" && field != "displayName" && e.sent[e.member(field)]
}

// member returns this API's name of a canonical path. It looks up the part before the first index,
// and then the first segment.
func (e *endpoint) member(path string) string {
	if e == nil {
		return path
	}
	for _, ends := range []string{"[", ".["} {
		end := strings.IndexAny(path, ends)
		if end < 0 {
			end = len(path)
		}
		if name, ok := e.members[path[:end]]; ok {
			return name + path[end:]
		}
	}
	return path
}
