// Package contract holds what the native API answers against what its OpenAPI description says: an
// operation that is not in it, a status, a media type or a header that the operation does not
// declare, a header that it promises and that does not come, a body that its schema does not allow
// is a fault. So is a record that lacks a member, where the query did not ask for some of them.
//
// The tests of the Go client and those of the real binary use it; it is in no binary.
package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Description is an OpenAPI description that was read.
type Description struct {
	Operations []*Operation // by path and method

	raw     any
	schemas *jsonschema.Compiler
}

// Operation is one method of one path.
type Operation struct {
	*openapi3.Operation
	Method     string
	Path       string // a template, "/users/{id}"
	Parameters []*openapi3.Parameter

	answers map[string]answer // by status
}

// answer is what is described of the answers of one status.
type answer struct {
	bodies  map[string]body // by media type
	headers map[string]header
}

// body is what is described of a body. The schemas are nil where it may be anything. partial is of
// an answer to a query with the parameter fields, schema of any other.
type body struct{ schema, partial *jsonschema.Schema }

// header is what is described of a header.
type header struct {
	required bool
	schema   *jsonschema.Schema
	number   bool
}

// String is the method and the path's template.
func (o *Operation) String() string { return o.Method + " " + o.Path }

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// where is the address under which the validator knows the description.
const where = "openapi.json"

// Read reads a description, which must be a good one.
func Read(text []byte) (*Description, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, err
	}
	// Examples are looked at by JSON Schema 2020-12 below; kin-openapi falls back to rules of
	// OpenAPI 3.0.
	if err := doc.Validate(loader.Context, openapi3.DisableExamplesValidation()); err != nil {
		return nil, err
	}
	d := &Description{}
	if d.raw, err = jsonschema.UnmarshalJSON(bytes.NewReader(text)); err != nil {
		return nil, err
	}
	d.schemas = jsonschema.NewCompiler()
	d.schemas.DefaultDraft(jsonschema.Draft2020)
	d.schemas.AssertFormat()
	if err := d.schemas.AddResource(where, d.raw); err != nil {
		return nil, err
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o := &Operation{Operation: op, Method: method, Path: path}
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				o.Parameters = append(o.Parameters, p.Value)
			}
			if err := d.readAnswers(o); err != nil {
				return nil, fmt.Errorf("%s: %w", o, err)
			}
			d.Operations = append(d.Operations, o)
		}
	}
	slices.SortFunc(d.Operations, func(a, b *Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return d, nil
}

// readAnswers prepares the schemas of an operation's answers, and holds the examples against them.
func (d *Description) readAnswers(o *Operation) error {
	o.answers = map[string]answer{}
	_, answers := d.at("/paths/" + escape(o.Path) + "/" + strings.ToLower(o.Method) + "/responses")
	for status := range members(answers) {
		pointer, described := d.at("/paths/" + escape(o.Path) + "/" + strings.ToLower(o.Method) + "/responses/" + status)
		a := answer{map[string]body{}, map[string]header{}}
		for media, content := range members(members(described)["content"]) {
			b, err := d.readBody(pointer+"/content/"+escape(media), media, content)
			if err != nil {
				return fmt.Errorf("%s: %w", status, err)
			}
			a.bodies[media] = b
		}
		for name := range members(members(described)["headers"]) {
			h, err := d.readHeader(pointer + "/headers/" + escape(name))
			if err != nil {
				return fmt.Errorf("%s: %w", status, err)
			}
			a.headers[http.CanonicalHeaderKey(name)] = h
		}
		o.answers[status] = a
	}
	return nil
}

// readBody prepares the schemas of a body, and holds its example against them.
func (d *Description) readBody(pointer, media string, described any) (b body, err error) {
	if _, found := members(described)["schema"]; !found || !strings.HasSuffix(media, "json") {
		return b, nil
	}
	at := where + "#" + pointer + "/schema"
	whole, partial := at, at
	if either, _ := members(members(described)["schema"])["anyOf"].([]any); len(either) == 2 { // for the parameter fields
		whole, partial = at+"/anyOf/0", at+"/anyOf/1"
	}
	if b.schema, err = d.schemas.Compile(whole); err == nil {
		b.partial, err = d.schemas.Compile(partial)
	}
	if example, found := members(described)["example"]; err == nil && found {
		if err = b.schema.Validate(example); err != nil {
			err = fmt.Errorf("the example: %w", err)
		}
	}
	return b, err
}

// readHeader prepares the schema of a header.
func (d *Description) readHeader(pointer string) (h header, err error) {
	pointer, described := d.at(pointer)
	h.required, _ = members(described)["required"].(bool)
	h.number = members(members(described)["schema"])["type"] == "integer"
	h.schema, err = d.schemas.Compile(where + "#" + pointer + "/schema")
	return h, err
}

// at returns what is at a pointer of the description, and the pointer of that, where references
// lead.
func (d *Description) at(pointer string) (string, any) {
	node := d.raw
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		node = members(node)[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
	}
	if ref, is := members(node)["$ref"].(string); is {
		return d.at(strings.TrimPrefix(ref, "#"))
	}
	return pointer, node
}

// members returns the members of an object, none of anything else.
func members(node any) map[string]any {
	object, _ := node.(map[string]any)
	return object
}

func escape(part string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(part) }

// Find returns the operation that a request calls, nil if there is none. path is escaped, and
// begins after /api/v1. A template without parameters is meant before one with, whatever the method
// (OpenAPI 3.1 §4.8.8).
func (d *Description) Find(method, path string) *Operation {
	var best, found *Operation
	for _, o := range d.Operations {
		if o.fits(path) && (best == nil || o.literals() > best.literals()) {
			best = o
		}
	}
	for _, o := range d.Operations {
		if best != nil && o.Path == best.Path && o.Method == method {
			found = o
		}
	}
	return found
}

func (o *Operation) fits(path string) bool {
	want, have := strings.Split(o.Path, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i, part := range want {
		name, err := url.PathUnescape(have[i])
		if err != nil || name == "" && i > 0 || !strings.HasPrefix(part, "{") && part != name {
			return false
		}
	}
	return true
}

// literals counts the parts of the path that are no parameters: of two templates the one with more
// of them is meant.
func (o *Operation) literals() int {
	return strings.Count(o.Path, "/") - strings.Count(o.Path, "{")
}

// Check returns what is wrong with an answer, nil if nothing is.
func (d *Description) Check(method, path string, query url.Values, a Answer) error {
	o := d.Find(method, path)
	if o == nil {
		return fmt.Errorf("no operation is described for %s %s", method, path)
	}
	if err := o.check(a, query.Get("fields") == ""); err != nil {
		return fmt.Errorf("%s answered %d: %w", o, a.Status, err)
	}
	return nil
}

// usual are the headers that say nothing about the call: that of a body's type is described with
// the body (OpenAPI 3.1 §4.8.17).
var usual = []string{
	"Content-Type", "Content-Length", "Date", "Cache-Control", "Vary", "Connection", "Content-Security-Policy", "X-Content-Type-Options",
	"Referrer-Policy", "Strict-Transport-Security",
}

// checkHeaders holds headers against what is described of them.
func (a answer) checkHeaders(sent http.Header) error {
	for name, h := range a.headers {
		if h.required && sent.Get(name) == "" {
			return fmt.Errorf("the header %s is missing", name)
		}
	}
	for name, values := range sent {
		h, described := a.headers[name]
		if !described {
			if !slices.Contains(usual, name) {
				return fmt.Errorf("the header %s is not declared", name)
			}
			continue
		}
		for _, text := range values {
			var value any = text
			if h.number {
				value = json.Number(text)
				if _, err := strconv.ParseInt(text, 10, 64); err != nil {
					return fmt.Errorf("the header %s is %q, which is no whole number", name, text)
				}
			}
			if err := h.schema.Validate(value); err != nil {
				return fmt.Errorf("the header %s: %w", name, err)
			}
		}
	}
	return nil
}

// check holds an answer against what is described. The records in it have all members where they
// should be whole.
func (o *Operation) check(a Answer, whole bool) error {
	described, declared := o.answers[strconv.Itoa(a.Status)]
	if !declared {
		return errors.New("the status is not declared")
	}
	if err := described.checkHeaders(a.Header); err != nil {
		return err
	}
	if len(described.bodies) == 0 {
		if len(a.Body) > 0 {
			return errors.New("no body is declared, and there is one")
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("the media type %q: %w", a.Header.Get("Content-Type"), err)
	}
	content, declared := described.bodies[media]
	if !declared {
		return fmt.Errorf("the media type %s is not declared", media)
	}
	if content.schema == nil {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.Body))
	if err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	if whole {
		return content.schema.Validate(value)
	}
	return content.partial.Validate(value)
}
