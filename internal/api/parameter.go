package api

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster/internal/directory"
	"roster/internal/filter"
)

// binding is a parameter of a call and the request field that holds it.
type binding struct {
	*huma.Param
	index    []int        // of the field in the request
	fallback string       // its value if the request has none
	schema   *huma.Schema // the resolved schema, also if the document refers to a component
}

// bindings returns the parameters of a request type: the fields with a tag path, query or header,
// including those of embedded types. index is the position of the type itself.
func (a *api) bindings(request reflect.Type, index []int) (all []binding) {
	for i := range request.NumField() {
		f, at := request.Field(i), append(slices.Clone(index), i)
		if f.Anonymous && f.IsExported() {
			all = append(all, a.bindings(f.Type, at)...)
			continue
		}
		for _, in := range []string{"path", "query", "header"} {
			if name, ok := f.Tag.Lookup(in); ok {
				all = append(all, a.bind(f, at, in, name))
			}
		}
	}
	return all
}

// bind describes one parameter. It panics if [binding.set] does not know the field's type; any test
// shows that.
func (a *api) bind(f reflect.StructField, index []int, in, name string) binding {
	switch f.Type.Kind() {
	case reflect.String, reflect.Int, reflect.Bool:
	default:
		if f.Type != reflect.TypeFor[*time.Time]() {
			panic(fmt.Sprintf("parameter %s is of type %s", name, f.Type))
		}
	}
	s := huma.SchemaFromField(a.schemas, f, "")
	s.Nullable = false
	if in == "query" && s.Type == huma.TypeString && s.MinLength == nil && s.Ref == "" && s.Format == "" {
		s.MinLength = new(1)
	}
	p := &huma.Param{Name: name, In: in, Description: s.Description, Schema: s, Required: in == "path" || f.Tag.Get("required") == "true"}
	s.Description = "" // the parameter has it, and the document is read by browsers
	if in == "query" {
		p.Explode = new(bool)
	}
	rules := fitting{schemas: a.schemas}
	return binding{p, index, f.Tag.Get("default"), rules.resolve(s)}
}

// readParameters reads the parameters into a new request, and collects their faults.
func (c *call) readParameters() any {
	request := reflect.New(c.endpoint.request)
	for _, b := range c.endpoint.bindings {
		text, there := c.given(b.Param)
		if b.In == "header" { // see [call.readHeaders]
			request.Elem().FieldByIndex(b.index).SetString(text)
			continue
		}
		if !there && !b.Required {
			text = b.fallback
		}
		if text == "" && !there && !b.Required {
			continue
		}
		field, detail := b.Name, "must be "+expected(b.schema)
		if text != "" && b.set(request.Elem().FieldByIndex(b.index), text) {
			if b.In != "query" || directory.Fold(text) != "" {
				continue
			}
			detail = "must not be only blanks"
		}
		if b.In == "query" {
			field = parameter(b.Name)
		}
		if !c.faults.Has(field) {
			c.faults.Add(field, detail)
		}
	}
	return request.Interface()
}

// given returns a parameter's text, and whether the request has it. An empty header counts as
// absent.
func (c *call) given(p *huma.Param) (text string, there bool) {
	switch p.In {
	case "path":
		return c.request.PathValue(p.Name), true
	case "header":
		text = strings.Join(c.request.Header.Values(p.Name), ", ") // several lines are one list (RFC 9110 §5.3)
		return text, text != ""
	}
	for _, m := range c.query {
		if m.Name == p.Name {
			return m.Value.Text, true
		}
	}
	return "", false
}

// set parses the text into the field, and reports whether it fits the parameter's schema.
func (b binding) set(field reflect.Value, text string) (fits bool) {
	var err error
	if field.Kind() == reflect.String {
		field.SetString(text)
		return fitsText(b.schema, text)
	}
	switch to := field.Addr().Interface().(type) {
	case *int:
		*to, err = strconv.Atoi(text)
		return err == nil && inRange(b.schema, int64(*to))
	case *bool:
		*to, err = strconv.ParseBool(text)
	case **time.Time:
		at, _ := filter.ParseTime(text)
		*to = &at
		return fitsText(b.schema, text)
	}
	return err == nil
}
