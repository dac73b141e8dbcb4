package api

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"roster/internal/dialect"
)

// apiVersion is the version of the API that the document names; it follows the document, not the
// server.
const apiVersion = "1.0.0"

const about = `Everything that Roster's directory of people can do, as resources in JSON.

**Credentials.** An API token (` + "`Authorization: Bearer`" + `), a user's name and password (` + "`Authorization: Basic`" + `), or the
cookie of a dashboard session. The header counts where both are there. Nothing secret belongs in a URL.

**Organizations.** Below ` + "`/o/<slug>/api/v1`" + ` users of that organization sign in; without it, those of the default one. A token
knows its organization.

**Records.** Every record has an opaque ` + "`id`" + `. Where a request refers to a record it takes the id or the name. Members that are
not set are null, lists without items are empty: all of them come, unless ` + "`fields`" + ` leaves them out. That is why the description
requires no more of them than the id. Times are in UTC (RFC 3339).

**Lists** come in pages: ` + "`next`" + `, where it is there, is the ` + "`cursor`" + ` of the next page. A page may be short before the end.
Users, groups, teams, departments, roles, checks and check groups come by ascending number, or as ` + "`sort`" + ` says; every other list has the
one order that its description names.

**Changes** are merge patches (RFC 7396): a member that is absent stays, null resets it, a list replaces the whole list, an object is
merged. A record may be sent back as it was read. Records with a version have an ETag, such as "v3.Xq0bAbCd1234"; with If-Match a change is made only to the version that the caller has seen, for which
"v3" is enough.

**Errors** are problems (RFC 9457) that name everything wrong with a request at once. A path that takes other methods answers 405,
with these in the header Allow, and a path that is none 404.

**Limits.** Where the server limits how often a credential may call, every answer to it says in RateLimit what is left, and one call too many
is answered 429.

**Retries.** With the header Idempotency-Key a request that creates something can be sent again safely for a day.`

// tags are the chapters of the document.
var tags = []*huma.Tag{
	{Name: "Users", Description: "People and service accounts."},
	{Name: "Sessions", Description: "What follows a sign-in."},
	{Name: "Groups", Description: "Sets of users. A customer of a service provider is a group: grants and tokens may be limited to groups."},
	{Name: "Teams", Description: "Sets of users who look after services together."},
	{Name: "Departments", Description: "Where users belong in the company: one for each user."},
	{Name: "Roles", Description: "Named sets of permissions, and the permissions that there are."},
	{Name: "Realms", Description: "Where users prove identity, if not here."},
	{Name: "Tokens", Description: "API tokens, of the organization or of a user."},
	{Name: "Default preferences", Description: "What a user gets who is created without preferences."},
	{Name: "Checks", Description: "Expected signals: conditions that claim events, and who is told of them."},
	{Name: "Check groups", Description: "Sets of checks, and who may do what to them."},
	{Name: "Events", Description: "What arrived: claimed by a check, or unmatched."},
	{Name: "Alerts", Description: "The troubles of checks: opened by failing events or silence, ended by success."},
	{Name: "Organizations", Description: "Tenants: hard walls between strangers."},
	{Name: "Settings", Description: "What an organization decides for itself."},
	{Name: "Audit", Description: "Who changed what, from where, before and after; chained by hash."},
	{Name: "Jobs", Description: "Work that was queued: messages to be sent."},
}

// describe returns the document without its calls.
func describe(schemas huma.Registry) *huma.OpenAPI {
	schemas.Schema(reflect.TypeFor[problem](), true, "")
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Roster", Version: apiVersion, Description: about,
			Contact: &huma.Contact{Name: "The administrator of this server"},
			License: &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"},
		},
		Servers:  []*huma.Server{{URL: Root, Description: "The default organization, and that of an API token."}},
		Tags:     tags,
		Security: []map[string][]string{{"token": {}}, {"password": {}}, {"session": {}}},
		Components: &huma.Components{
			Schemas: schemas, Responses: failures(), Headers: everyHeader(),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token":    {Type: "http", Scheme: "bearer", Description: "An API token (RFC 6750)."},
				"password": {Type: "http", Scheme: "basic", Description: "A user's userName and password (RFC 7617)."},
				"session":  {Type: "apiKey", In: "cookie", Name: dialect.SessionCookie, Description: "A dashboard session."},
			},
		},
	}
}

// failureNames are the names of the answers that are problems.
var failureNames = map[int]string{
	400: "BadRequest", 401: "Unauthenticated", 403: "Forbidden", 404: "NotFound", 408: "TimedOut", 409: "Conflict", 412: "Stale",
	413: "TooLarge", 415: "UnsupportedMediaType", 422: "Invalid", 429: "RateLimited", 500: "Internal", 503: "Unavailable",
}

// failures are the answers that are problems, with an example of each.
func failures() map[string]*huma.Response {
	all := map[string]*huma.Response{}
	for status, name := range failureNames {
		k := refusals[status]
		for _, one := range kinds {
			if one.status == status && k.word == "" {
				k = one
			}
		}
		example := problem{Type: k.urn(), Title: k.title, Status: status, RequestID: "4f1c2a9be07d4d5f"}
		r := &huma.Response{Description: k.title + ".", Headers: map[string]*huma.Param{}}
		sampleProblem(&example)
		addCommonHeaders(r, status)
		switch status {
		case http.StatusUnauthorized:
			r.Headers["WWW-Authenticate"] = alwaysSent(textHeader("What credential is asked for."))
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			r.Headers["Retry-After"] = alwaysSent(&huma.Param{Description: "In how many seconds to try again.", Schema: &huma.Schema{Type: huma.TypeInteger}})
		}
		r.Content = map[string]*huma.MediaType{"application/problem+json": {
			Schema: &huma.Schema{Ref: schemaRoot + "Problem"}, Example: example,
		}}
		all[name] = r
	}
	return all
}

// sampleProblem fills an example in.
func sampleProblem(p *problem) {
	switch p.Status {
	case 400:
		p.Detail, p.Errors = "limit must be a whole number from 1 to 1000", []fault{{Parameter: "limit", Detail: "must be a whole number from 1 to 1000"}}
	case 409:
		p.Detail = `userName "ann@example.com" belongs to another user already`
		p.Errors = []fault{{Pointer: "#/userName", Detail: `"ann@example.com" belongs to another user already`}}
		p.Existing = &existing{"019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55", 777}
	case 422:
		p.Detail = `roles[1] names no role: "Operatr" (and 1 more)`
		p.Errors = []fault{{Pointer: "#/roles/1", Detail: `names no role: "Operatr"`}, {Pointer: "#/email", Detail: "must be one email address, such as name@example.com"}}
	default:
		p.Detail = p.Title + "."
	}
}

// everyHeader are the headers that an answer may have whatever the call.
func everyHeader() map[string]*huma.Header {
	return map[string]*huma.Header{
		"X-Request-Id": textHeader("The request's id, which is in the server's log."),
		"RateLimit": textHeader("How many calls the credential has left, and in how many seconds it has all of them again: " +
			"\"default\";r=59;t=42. It comes only where the server limits them (draft-ietf-httpapi-ratelimit-headers)."),
		"RateLimit-Policy": textHeader("How many calls a credential has in how many seconds: \"default\";q=60;w=60. It comes along with RateLimit."),
	}
}

// addCommonHeaders adds these to an answer. Who brings no good credential is not counted.
func addCommonHeaders(r *huma.Response, status int) {
	for name := range everyHeader() {
		if name == "X-Request-Id" || status != http.StatusUnauthorized {
			r.Headers[name] = &huma.Param{Ref: "#/components/headers/" + name}
		}
	}
}

// alwaysSent is a header that always comes.
func alwaysSent(h *huma.Param) *huma.Param {
	h.Required = true
	return h
}

func textHeader(description string) *huma.Param {
	return &huma.Param{Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

// describeCall describes a call, for the document and, in its endpoint, for requests.
func (a *api) describeCall(op operation, e *endpoint) *huma.Operation {
	method, path, _ := strings.Cut(op.call, " ")
	h := &huma.Operation{
		OperationID: op.id, Method: method, Path: path, Tags: []string{op.tag}, Summary: op.summary, Description: op.description,
		Responses: map[string]*huma.Response{}, Metadata: map[string]any{endpointKey: e},
	}
	e.bindings = a.bindings(e.request, nil)
	for _, b := range e.bindings {
		e.parameters = append(e.parameters, b.Param)
	}
	h.Parameters = e.parameters
	a.describeBody(op, e, h)
	a.describeAnswer(op, e, h)
	a.describeCopy(e, h)
	a.narrowable(h, e)
	for _, r := range h.Responses {
		addCommonHeaders(r, 0)
	}
	for _, status := range failing(op, h, e.request) {
		h.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + failureNames[status]}
	}
	return h
}

// describeBody describes the body.
func (a *api) describeBody(op operation, e *endpoint, h *huma.Operation) {
	b, ok := reflect.New(e.request).Interface().(bodied)
	if !ok {
		return
	}
	e.takes = []string{"application/json"}
	if h.Method == http.MethodPatch {
		e.takes = []string{"application/merge-patch+json", "application/json"}
	}
	e.body = a.schemas.Schema(b.bodyType(), true, "")
	f := fitting{schemas: a.schemas}
	e.sent = map[string]bool{}
	for name, s := range f.resolve(e.body).Properties {
		e.sent[name] = !s.ReadOnly
	}
	content := map[string]*huma.MediaType{}
	for _, media := range e.takes {
		content[media] = &huma.MediaType{Schema: e.body, Example: op.request}
	}
	h.RequestBody = &huma.RequestBody{Required: true, Content: content}
}

// describeAnswer adds the answer of success.
func (a *api) describeAnswer(op operation, e *endpoint, h *huma.Operation) {
	r := &huma.Response{Description: http.StatusText(e.status), Headers: map[string]*huma.Param{}}
	h.Responses[strconv.Itoa(e.status)] = r
	if op.answer != nil {
		schema := a.schemas.Schema(reflect.TypeOf(op.answer), true, op.id+"Answer")
		r.Content = map[string]*huma.MediaType{"application/json": {Schema: schema, Example: op.answer}}
		e.shown = map[string]bool{}
		f := fitting{schemas: a.schemas}
		s := f.resolve(schema)
		if items := s.Properties["items"]; items != nil && items.Items != nil {
			s = f.resolve(items.Items)
		}
		for name := range s.Properties {
			e.shown[name] = true
		}
		if s.Properties["version"] != nil && !strings.HasPrefix(op.id, "list") {
			r.Headers["ETag"] = alwaysSent(textHeader("The record's version and what is shown of it, for If-Match and If-None-Match."))
			if h.Method == http.MethodGet {
				h.Responses["304"] = &huma.Response{Description: "The record is as the caller has it.", Headers: r.Headers}
			}
		}
	}
	maps.Copy(r.Headers, op.headers)
	if op.also != 0 {
		h.Responses[strconv.Itoa(op.also)] = &huma.Response{Description: http.StatusText(op.also), Headers: maps.Clone(r.Headers), Content: r.Content}
	}
	if made := h.Responses[strconv.Itoa(http.StatusCreated)]; made != nil && !op.pathless {
		made.Headers["Location"] = alwaysSent(textHeader("The path of the new record."))
	}
}

// describeCopy describes that the body of a change may be a copy of the record: with the members
// that are shown and that the call does not take.
func (a *api) describeCopy(e *endpoint, h *huma.Operation) {
	content := h.Responses[strconv.Itoa(e.status)].Content["application/json"]
	if e.body == nil || content == nil || h.Method == http.MethodPost {
		return
	}
	h.Description += " A record may be sent back as it was read."
	f := fitting{schemas: a.schemas}
	body := f.resolve(e.body)
	e.readOnly = map[string]bool{}
	for name, s := range f.resolve(content.Schema).Properties {
		if !e.sent[name] {
			e.readOnly[name] = true
			copied := *s
			copied.ReadOnly, copied.Description, copied.Examples = true, "", nil // which the record itself has
			body.Properties[name] = &copied
		}
	}
}

// narrowable describes both answers of a call with the parameter fields. Without it the answer is
// the record itself, all of whose members come. With it the answer is another schema, in which only
// the id is sure: a schema that promised more would make generated clients refuse the answer.
func (a *api) narrowable(h *huma.Operation, e *endpoint) {
	if e.parameter("query", "fields") == nil {
		return
	}
	content := h.Responses[strconv.Itoa(e.status)].Content["application/json"]
	content.Schema = &huma.Schema{AnyOf: []*huma.Schema{content.Schema, a.partial(content.Schema)}}
}

// partial returns a reference to what a schema is with the parameter fields: of a record, or of a
// list of records.
func (a *api) partial(whole *huma.Schema) *huma.Schema {
	name := "Partial" + strings.TrimPrefix(whole.Ref, schemaRoot)
	ref := &huma.Schema{Ref: schemaRoot + name}
	if a.schemas.Map()[name] != nil {
		return ref
	}
	s := *a.schemas.SchemaFromRef(whole.Ref)
	if items := s.Properties["items"]; items != nil {
		list := *items
		list.Items = a.partial(items.Items)
		s.Properties = maps.Clone(s.Properties)
		s.Properties["items"] = &list
	} else {
		s.Required = slices.DeleteFunc(slices.Clone(s.Required), func(name string) bool { return name != "id" })
	}
	a.schemas.Map()[name] = &s
	return ref
}

// failing are the statuses of problems that a call may be answered with.
func failing(op operation, h *huma.Operation, request reflect.Type) []int {
	all := []int{400, 401, 403, 429, 500, 503}
	has := func(embedded string) bool { _, ok := request.FieldByName(embedded); return ok }
	if _, ok := reflect.New(request).Interface().(bodied); ok {
		all = append(all, 408, 413, 415, 422)
	}
	if strings.Contains(h.Path, "{") {
		all = append(all, 404)
	}
	if has("IfMatch") {
		all = append(all, 412)
	}
	if has("IdempotencyKey") {
		all = append(all, 409, 422)
	}
	all = append(all, op.fails...)
	slices.Sort(all)
	return slices.Compact(all)
}
