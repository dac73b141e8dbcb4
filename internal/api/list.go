package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"iter"
	"reflect"
	"slices"
	"sort"
	"strings"

	"roster"
	"roster/internal/filter"
)

// maxExamined is how many records one request looks at for those that its filter picks. A page may be short because of
// it, even empty, and still have a next one.
const maxExamined = 10_000

// Page is embedded in the request of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many records."`
	Cursor string `query:"cursor" maxLength:"2000" doc:"Where the page begins: next of the page before, with all other parameters as they were."`
	Fields string `query:"fields" maxLength:"1000" example:"id,displayName" doc:"Only these members of the records, with commas between; id always comes."`
}

// Filter is embedded in the request of a list that can be filtered.
type Filter struct {
	Filter string `query:"filter" maxLength:"2000" example:"displayName sw \"Net\" and active eq true" doc:"Only records of which this is true: SCIM's filter language (RFC 7644 §3.4.2.2) over the members of the records."`
}

func (p Page) page() Page { return p }

func (f Filter) filter() string { return f.Filter }

// paged is the request of a list.
type paged interface{ page() Page }

// filtered is the request of a list that can be filtered.
type filtered interface{ filter() string }

// listed is the body of a list.
type listed[V any] struct {
	Items []V    `json:"items" doc:"The records."`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent at the end."`
}

// list is what a page is made of: the named members of the records only, where the caller asked for that.
type list = listed[any]

// listing says how the records of a list are found, shown and asked.
type listing[T, K any] struct {
	key        func(T) K // its place in the list
	show       func(T) any
	attributes map[string]func(T) any // what filters may ask, by folded path; a value, or several as []any
}

// listRoute registers a call that lists what a verb finds. after is the place behind which the page begins, nil for
// the beginning.
func listRoute[Q, In, T, K any](
	a *api, op operation, l listing[T, K],
	decode func(by roster.Actor, q Q, after *K) (In, error),
	verb func(context.Context, roster.Actor, In) (iter.Seq2[T, error], error),
) {
	a.register(op, reflect.TypeFor[Q](), func(ctx context.Context, c *call, q any) (answer, error) {
		var after *K
		w, err := openPage(c, q, l.asks, &after)
		if err != nil {
			return answer{}, err
		}
		in, err := decode(c.by, q.(Q), after)
		if err != nil {
			return answer{}, err
		}
		records, err := verb(ctx, c.by, in)
		if err != nil {
			return answer{}, err
		}
		err = l.fill(w, records)
		return answer{body: w.list}, err
	})
}

// asks reports whether a filter may ask for the attribute.
func (l listing[T, K]) asks(path string) bool { return l.attributes[path] != nil }

// fill puts the records into a page.
func (l listing[T, K]) fill(w *pageWriter, records iter.Seq2[T, error]) error {
	var last K
	for record, err := range records {
		if err != nil {
			return err
		}
		if w.full() {
			w.Next = cursorOf(w.call, last)
			return nil
		}
		w.examined++
		last = l.key(record)
		if !w.condition.IsZero() && !w.condition.Match(l.values(record)) {
			continue
		}
		if err := w.add(l.show(record)); err != nil {
			return err
		}
	}
	return nil
}

// values returns what a filter may ask of a record.
func (l listing[T, K]) values(record T) func(path string) []any {
	return func(path string) []any {
		if attribute := l.attributes[strings.ToLower(path)]; attribute != nil {
			return several(attribute(record))
		}
		return nil
	}
}

// several are the values of an attribute.
func several(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// pageWriter collects the records of a page.
type pageWriter struct {
	list
	call      *call
	limit     int
	condition filter.Filter // of the records on the page
	examined  int
	names     map[string]bool // members that are shown; nil: all
}

// openPage begins the page that a request asks for. It reads the place that the page begins behind into after, a
// pointer to a pointer.
func openPage(c *call, q any, asks func(path string) bool, after any) (*pageWriter, error) {
	var condition filter.Filter
	if f, ok := q.(filtered); ok && f.filter() != "" {
		var err error
		if condition, err = filter.Parse(f.filter()); err == nil {
			err = condition.Check(func(path string) bool { return asks(strings.ToLower(path)) })
		}
		if err != nil {
			return nil, malformed(err)
		}
	}
	p := q.(paged).page()
	if err := placeOf(c, p.Cursor, after); err != nil {
		return nil, malformed(err)
	}
	w, err := newPage(c, p)
	w.condition = condition
	return w, err
}

func newPage(c *call, p Page) (w *pageWriter, err error) {
	w = &pageWriter{list: list{Items: []any{}}, call: c, limit: p.Limit}
	if p.Fields != "" {
		w.names, err = c.endpoint.selected(p.Fields)
	}
	return w, err
}

// full reports whether the next record belongs to the next page.
func (w *pageWriter) full() bool { return len(w.Items) == w.limit || w.examined == maxExamined }

func (w *pageWriter) add(record any) error {
	if w.names != nil {
		text, err := json.Marshal(record)
		if err != nil {
			return err
		}
		if record, err = project(text, w.names); err != nil {
			return err
		}
	}
	w.Items = append(w.Items, record)
	return nil
}

// cursor is the form of a cursor: whose list it is of, and a place in it.
type cursor struct {
	List string          `json:"l"`
	Key  json.RawMessage `json:"k"`
}

// listHash names the list that a call asks for: its path, its parameters and the organization, without those
// parameters that may change from page to page.
func listHash(c *call) string {
	h := sha256.New()
	part := func(text string) {
		h.Write([]byte(text))
		h.Write([]byte{0})
	}
	part(string(c.by.OrganizationID))
	part(c.request.URL.Path)
	query := slices.Clone(c.query)
	sort.Slice(query, func(i, j int) bool { return query[i].Name < query[j].Name })
	for _, m := range query {
		if m.Name != "limit" && m.Name != "cursor" && m.Name != "fields" {
			part(m.Name)
			part(m.Value.Text)
		}
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])
}

// cursorOf returns the cursor of the page that begins behind a place.
func cursorOf(c *call, place any) string {
	key, _ := json.Marshal(place) // numbers and strings: cannot fail
	text, _ := json.Marshal(cursor{listHash(c), key})
	return base64.RawURLEncoding.EncodeToString(text)
}

// placeOf reads a cursor, if there is one, into a pointer to a pointer. It is no secret: whoever changes a place gets another part of the same list. But
// PostgreSQL takes no NUL.
func placeOf(c *call, text string, into any) error {
	if text == "" {
		return nil
	}
	wrong := roster.Faults{{Kind: roster.Invalid, Field: parameter("cursor"), Detail: "is not one of this list with these parameters"}}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return wrong
	}
	var read cursor
	if json.Unmarshal(raw, &read) != nil || bytes.Contains(read.Key, []byte(`\u0000`)) || read.List != listHash(c) ||
		string(read.Key) == "null" || json.Unmarshal(read.Key, into) != nil {
		return wrong
	}
	return nil
}

// orZero returns what p points to.
func orZero[K any](p *K) (k K) {
	if p != nil {
		k = *p
	}
	return k
}
