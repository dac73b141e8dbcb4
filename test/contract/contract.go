// Package contract holds what the native API answers against what its OpenAPI description says: an operation that
// is not in it, a status or a media type that the operation does not declare, or a body that its schema does not allow
// is a fault.
//
// The tests of the Go client and those of the real binary use it; it is in no binary.
package contract

import (
	"bytes"
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
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
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

	answers map[string]map[string]*jsonschema.Schema // by status and media type; nil: anything
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
	// Examples are looked at by JSON Schema 2020-12 below; kin-openapi falls back to rules of OpenAPI 3.0.
	if err := doc.Validate(loader.Context, openapi3.DisableExamplesValidation()); err != nil {
		return nil, err
	}
	d := &Description{schemas: jsonschema.NewCompiler()}
	d.schemas.DefaultDraft(jsonschema.Draft2020)
	d.schemas.AssertFormat()
	if d.raw, err = jsonschema.UnmarshalJSON(bytes.NewReader(text)); err != nil {
		return nil, err
	}
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
	o.answers = map[string]map[string]*jsonschema.Schema{}
	_, answers := d.at("/paths/" + escape(o.Path) + "/" + strings.ToLower(o.Method) + "/responses")
	for status := range members(answers) {
		o.answers[status] = map[string]*jsonschema.Schema{}
		pointer, answer := d.at("/paths/" + escape(o.Path) + "/" + strings.ToLower(o.Method) + "/responses/" + status)
		for media, described := range members(members(answer)["content"]) {
			o.answers[status][media] = nil
			if _, found := members(described)["schema"]; !found || !strings.HasSuffix(media, "json") {
				continue
			}
			s, err := d.schemas.Compile(where + "#" + pointer + "/content/" + escape(media) + "/schema")
			if err != nil {
				return err
			}
			o.answers[status][media] = s
			if example, found := members(described)["example"]; found {
				if err := s.Validate(example); err != nil {
					return fmt.Errorf("the example of %s: %w", status, err)
				}
			}
		}
	}
	return nil
}

// at returns what is at a pointer of the description, and the pointer of that, where references lead.
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

// Find returns the operation that a request calls, nil if there is none. path is escaped, and begins after /api/v1. A
// template without parameters is meant before one with, whatever the method (OpenAPI 3.1 §4.8.8).
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

// literals counts the parts of the path that are no parameters: of two templates the one with more of them is meant.
func (o *Operation) literals() int {
	return strings.Count(o.Path, "/") - strings.Count(o.Path, "{")
}

// Check returns what is wrong with an answer, nil if nothing is. A query that names fields may leave out members that the schema
// requires.
func (d *Description) Check(method, path string, query url.Values, a Answer) error {
	o := d.Find(method, path)
	if o == nil {
		return fmt.Errorf("no operation is described for %s %s", method, path)
	}
	err := d.check(o, a)
	if err == nil || query.Has("fields") && onlyMissing(err) {
		return nil
	}
	return fmt.Errorf("%s answered %d: %w", o, a.Status, err)
}

// onlyMissing reports whether an answer is as described but for members that are not there.
func onlyMissing(err error) bool {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return false
	}
	for _, cause := range invalid.Causes {
		if !onlyMissing(cause) {
			return false
		}
	}
	_, missing := invalid.ErrorKind.(*kind.Required)
	return missing || len(invalid.Causes) > 0
}

func (d *Description) check(o *Operation, a Answer) error {
	content, declared := o.answers[strconv.Itoa(a.Status)]
	if !declared {
		return errors.New("the status is not declared")
	}
	if len(content) == 0 {
		if len(a.Body) > 0 {
			return errors.New("no body is declared, and there is one")
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("the media type %q: %w", a.Header.Get("Content-Type"), err)
	}
	schema, declared := content[media]
	if !declared {
		return fmt.Errorf("the media type %s is not declared", media)
	}
	if schema == nil {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.Body))
	if err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	return schema.Validate(value)
}
