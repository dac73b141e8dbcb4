// Package contract holds what the native API answers against what its OpenAPI description says: an operation that
// is not in it, a status or a media type that the operation does not declare, or a body that its schema does not allow
// is a fault.
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
)

// Description is an OpenAPI description that was read.
type Description struct {
	Operations []*Operation // by path and method

	options []openapi3.SchemaValidationOption
}

// Operation is one method of one path.
type Operation struct {
	*openapi3.Operation
	Method     string
	Path       string // a template, "/users/{id}"
	Parameters []*openapi3.Parameter
}

// String is the method and the path's template.
func (o *Operation) String() string { return o.Method + " " + o.Path }

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Read reads a description, which must be a good one. quick leaves out what takes long to look at: keywords of JSON Schema 2020-12
// that OpenAPI 3.0 did not have.
func Read(text []byte, quick bool) (*Description, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(loader.Context); err != nil {
		return nil, err
	}
	d := &Description{options: append(doc.GetSchemaValidationOptions(), openapi3.VisitAsResponse(), openapi3.MultiErrors())}
	if !quick {
		d.options = append(d.options, openapi3.EnableJSONSchema2020())
	}
	paths := doc.Paths.Map()
	for path, item := range paths {
		for method, op := range item.Operations() {
			o := &Operation{Operation: op, Method: method, Path: path}
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				o.Parameters = append(o.Parameters, p.Value)
			}
			d.Operations = append(d.Operations, o)
		}
	}
	slices.SortFunc(d.Operations, func(a, b *Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return d, nil
}

// Find returns the operation that a request calls, nil if there is none. path is escaped, and begins after /api/v1.
func (d *Description) Find(method, path string) *Operation {
	var best *Operation
	for _, o := range d.Operations {
		if o.Method == method && o.fits(path) && (best == nil || o.literals() > best.literals()) {
			best = o
		}
	}
	return best
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

// Check returns what is wrong with an answer, nil if nothing is.
func (d *Description) Check(method, path string, a Answer) error {
	o := d.Find(method, path)
	if o == nil {
		return fmt.Errorf("no operation is described for %s %s", method, path)
	}
	if err := d.check(o, a); err != nil {
		return fmt.Errorf("%s answered %d: %w", o, a.Status, err)
	}
	return nil
}

func (d *Description) check(o *Operation, a Answer) error {
	declared := o.Responses.Value(strconv.Itoa(a.Status))
	if declared == nil {
		return errors.New("the status is not declared")
	}
	content := declared.Value.Content
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
	found := content[media]
	if found == nil {
		return fmt.Errorf("the media type %s is not declared", media)
	}
	if found.Schema == nil || !strings.HasSuffix(media, "json") {
		return nil
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(a.Body))
	if err := decoder.Decode(&value); err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	return found.Schema.Value.VisitJSON(value, d.options...)
}
