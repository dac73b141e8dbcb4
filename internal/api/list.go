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

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
	"roster/internal/filter"
)

// Page is embedded in the request of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many records."`
	Cursor string `query:"cursor" maxLength:"4000" doc:"Where the page begins: next of the page before, all other parameters as they were."`
	Count  bool   `query:"count" doc:"Whether total comes, too."`
	Fields string `query:"fields" maxLength:"1000" example:"id,displayName" doc:"Only these members of the records, with commas between; id always comes. Without it all come."`
}

// Filter is embedded in the request of a list that can be filtered.
type Filter struct {
	Filter string `query:"filter" maxLength:"2000" example:"displayName sw \"Net\" and active eq true" doc:"Only records of which this is true: SCIM's filter language (RFC 7644 §3.4.2.2) over the members of the records."`
}

func (p *Page) page() *Page { return p }

// paged is the request of a list.
type paged interface{ page() *Page }

// listed is the body of a list.
type listed[V any] struct {
	Items []V    `json:"items" doc:"The records."`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent at the end."`

	Total          *int `json:"total,omitempty" doc:"With count: how many records there are on all pages."`
	TotalIsAtLeast bool `json:"totalIsAtLeast,omitempty" doc:"True where there may be more: counting ends at 10,000, or after some work."`
}

// list is what a page is made of: the named members of the records only, where the caller asked for
// that.
type list = listed[any]

// listing says how the records of a list are found, shown and asked.
type listing[T, K any] struct {
	key        func(T) K // its place in the list
	show       func(T) any
	attributes directory.Attributes[T] // what filters may ask
}

// counting is the input of a verb that lists records.
type counting[In any] interface {
	*In
	CountInto(*directory.Total)
}

// listRoute registers a call that lists what a verb finds. after is the place behind which the page
// begins, nil for the beginning.
func listRoute[Q, In, T, K any, C counting[In]](
	a *api, op operation, l listing[T, K],
	decode func(by roster.Actor, q Q, after *K) (In, error),
	verb func(context.Context, roster.Actor, In) (iter.Seq2[T, error], error),
) {
	op.description += describeAttributes(l.attributes)
	l.attributes = l.attributes.Folded()
	op.asks, op.place = l.attributes.Ask, reflect.TypeFor[K]()
	a.register(op, reflect.TypeFor[Q](), func(ctx context.Context, c *call, q any) (answer, error) {
		p := q.(paged).page()
		var after *K
		if err := placeOf(c, p.Cursor, &after); err != nil {
			return answer{}, malformed(err)
		}
		in, err := decode(c.by, q.(Q), after)
		if err != nil {
			return answer{}, err
		}
		var total directory.Total
		if p.Count && c.condition.IsZero() {
			C(&in).CountInto(&total)
		}
		records, err := verb(ctx, c.by, in)
		if err != nil {
			return answer{}, err
		}
		w := newPage(c, p.Limit)
		if err := l.fill(ctx, w, records); err != nil {
			return answer{}, err
		}
		switch {
		case !p.Count:
			return answer{body: w.list}, nil
		case after == nil && w.Next == "":
			total = directory.Total{N: len(w.Items)}
		case !c.condition.IsZero():
			if in, err = decode(c.by, q.(Q), nil); err != nil {
				return answer{}, err
			}
			if records, err = verb(ctx, c.by, lean(in, c.condition)); err != nil {
				return answer{}, err
			}
			if total, err = l.count(ctx, w, records); err != nil {
				return answer{}, err
			}
		}
		w.total(total)
		return answer{body: w.list}, nil
	})
}

// lean leaves out what is shown and neither counted nor asked for by the filter.
func lean[In any](in In, f filter.Filter) In {
	if some, ok := any(in).(interface{ ForFilter(filter.Filter) In }); ok {
		return some.ForFilter(f)
	}
	return in
}

// count counts the records of a list, within what is left of the work of its page.
func (l listing[T, K]) count(ctx context.Context, w *pageWriter, records iter.Seq2[T, error]) (total directory.Total, err error) {
	examined := 0
	for record, err := range records {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return directory.Total{}, err
		}
		if examined == directory.MaxExamined || w.work >= directory.MaxListWork {
			return directory.Total{N: max(total.N, len(w.Items)), AtLeast: true}, nil
		}
		examined++
		is, work := l.attributes.Match(w.call.condition, record)
		if w.work += work; is {
			total.N++
		}
	}
	return total, nil
}

// fill puts the records into a page.
func (l listing[T, K]) fill(ctx context.Context, w *pageWriter, records iter.Seq2[T, error]) error {
	var last T
	for record, err := range records {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if w.full() {
			w.Next = cursorOf(w.call, l.key(last))
			return nil
		}
		w.examined++
		last = record
		is, work := l.attributes.Match(w.call.condition, record)
		if w.work += work; !is {
			continue
		}
		if err := w.add(l.show(record)); err != nil {
			return err
		}
	}
	return nil
}

// pageWriter collects the records of a page.
type pageWriter struct {
	list
	call     *call
	limit    int
	examined int
	work     int // that was done to compare records, see [directory.MaxListWork]
}

func newPage(c *call, limit int) *pageWriter {
	return &pageWriter{list: list{Items: []any{}}, call: c, limit: limit}
}

// total has the page say how many records there are.
func (w *pageWriter) total(t directory.Total) { w.Total, w.TotalIsAtLeast = &t.N, t.AtLeast }

// full reports whether the next record belongs to the next page.
func (w *pageWriter) full() bool {
	return len(w.Items) == w.limit || w.examined == directory.MaxExamined || w.work >= directory.MaxListWork
}

func (w *pageWriter) add(record any) error {
	if names := w.call.names; names != nil {
		text, err := json.Marshal(record)
		if err != nil {
			return err
		}
		if record, err = dialect.Project(text, names); err != nil {
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

// listHash names the list that a call asks for: its path, its parameters and the organization,
// without those parameters that may change from page to page.
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
		if !slices.Contains([]string{"limit", "cursor", "fields", "count"}, m.Name) {
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

// placeOf reads a cursor, if there is one, into a pointer to a pointer; nil: it only looks. A
// cursor is no secret: whoever changes a place gets another part of the same list. But PostgreSQL
// takes no NUL, and no record has the zero place.
func placeOf(c *call, text string, into any) error {
	if text == "" {
		return nil
	}
	place := reflect.New(c.endpoint.place)
	var read cursor
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || json.Unmarshal(raw, &read) != nil || bytes.Contains(read.Key, []byte(`\u0000`)) || read.List != listHash(c) ||
		json.Unmarshal(read.Key, place.Interface()) != nil || place.Elem().IsZero() {
		return roster.Faults{{Kind: roster.Invalid, Field: parameter("cursor"), Detail: "is not one of this list with these parameters"}}
	}
	if into != nil {
		reflect.ValueOf(into).Elem().Set(place)
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
