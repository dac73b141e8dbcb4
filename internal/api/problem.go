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

// kind is what a kind of error is here.
type kind struct {
	status int
	word   string // ends the problem's type
	title  string
}

// kinds is the one table from the kinds of error to statuses and types.
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

// refusals are the types of what HTTP itself has errors for.
var refusals = map[int]kind{
	http.StatusBadRequest:            {http.StatusBadRequest, "invalid", "The request cannot be read"},
	http.StatusNotFound:              {http.StatusNotFound, "not-found", "There is nothing here"},
	http.StatusMethodNotAllowed:      {http.StatusMethodNotAllowed, "method-not-allowed", "The method is not allowed here"},
	http.StatusRequestTimeout:        {http.StatusRequestTimeout, "timeout", "The body came too late"},
	http.StatusRequestEntityTooLarge: {http.StatusRequestEntityTooLarge, "too-large", "The body is too large"},
	http.StatusMisdirectedRequest:    {http.StatusMisdirectedRequest, "misdirected", "The server does not answer to this name"},
	http.StatusUnsupportedMediaType:  {http.StatusUnsupportedMediaType, "unsupported-media-type", "The type of the body is not taken here"},
}

// urn is the type of the problems of a kind.
func (k kind) urn() problemType { return problemType("urn:roster:problem:" + k.word) }

// problemTypes returns every type of a problem, sorted.
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
	Type      problemType `json:"type" doc:"What kind of problem it is. Compare this, not the texts."`
	Title     string      `json:"title" doc:"The kind of problem in words."`
	Status    int         `json:"status" minimum:"400" maximum:"599" doc:"The status of the answer."`
	Detail    string      `json:"detail" doc:"What is wrong with this request."`
	RequestID string      `json:"requestId" doc:"The request's id, which is in the server's log and in the header X-Request-Id."`
	Errors    []fault     `json:"errors,omitempty" doc:"Everything that is wrong with the request, at once: 100 at most."`
	Existing  *existing   `json:"existing,omitempty" doc:"The record that is in the way, where the caller may know it."`
}

// fault is one thing that is wrong: with a part of the body, a parameter or a header.
type fault struct {
	Pointer   string `json:"pointer,omitempty" doc:"The part of the body, as a JSON pointer in the form of a fragment (RFC 6901 §6)."`
	Parameter string `json:"parameter,omitempty" doc:"The parameter of the query."`
	Header    string `json:"header,omitempty" doc:"The header."`
	Detail    string `json:"detail" doc:"A phrase that follows the name of the part: is required."`
}

// existing names the record that holds what the request asked for.
type existing struct {
	ID     string `json:"id" doc:"Its id."`
	Number int64  `json:"number,omitempty" doc:"Its number."`
}

// malformed is the error for a request that cannot be read, or whose query or headers are wrong:
// 400, where a body that says something impossible is 422.
func malformed(err error) error {
	return errors.Join(&dialect.Refusal{Status: http.StatusBadRequest, Detail: "The request cannot be read."}, err)
}

// absent is the error for what a path stands for where the request itself says that there is none:
// everything else that is not there is answered in one way.
func absent(detail string) error {
	return &dialect.Refusal{Status: http.StatusNotFound, Detail: detail}
}

// parameter is the field of a fault in a parameter of the query.
func parameter(name string) string { return "?" + name }

// fail answers a call that failed. What is wrong with a request that only reads is wrong with its
// parameters; where something else than the body is wrong, all of it is told as that.
func (a *api) fail(c *call, err error) {
	reads := c.request.Method == http.MethodGet || c.request.Method == http.MethodHead
	var refusal *dialect.Refusal
	if (reads || len(c.faults) > 0) && roster.KindOf(err) == roster.Invalid && !errors.As(err, &refusal) {
		err = malformed(err)
	}
	a.face.Fail(c, c.request, err)
}

// writeProblem answers with a problem. It is the only place where errors become bytes.
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
	_, _ = w.Write(text) // a caller who left needs no answer
}

// newProblem says what is wrong with a request, of which body is the part that is about one record:
// all of it at once.
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
		p.Detail = "There is no such record, or none that this credential may see." // in the same words, whichever it is
	default:
		p.describe(e, body, roster.All(err))
	}
	return p
}

// describe lists the faults. The detail says the first of them in a sentence.
func (p *problem) describe(e *endpoint, body dialect.Value, all []*roster.Error) {
	seen := map[string]bool{}
	for _, one := range all {
		detail := cmp.Or(one.Detail, one.Kind.String())
		f, name := e.fault(inBody(body, one.Field))
		f.Detail = detail
		if f.Detail == "is required" && seen[name] {
			continue // the verb did not get what is wrong with it already
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

// fault returns the place of a canonical field as this API names it, and that name for a sentence.
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
		return fault{}, name // nothing was sent that could be pointed to
	}
	return fault{Pointer: fragment(strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(name))}, name
}

// fragment is the form of a JSON pointer, without its first slash, in a URI's fragment (RFC 6901
// §6).
func fragment(pointer string) string {
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return "#/" + strings.Join(parts, "/")
}

// names reports whether a field is a reference in the body, and not what picks the record itself.
func (e *endpoint) names(field string) bool {
	return e != nil && field != "id" && field != "displayName" && e.sent[e.member(field)]
}

// member returns this API's name of a canonical path: what comes before its first index decides, or
// else its first segment.
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
