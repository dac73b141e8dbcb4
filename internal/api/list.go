package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// Page is embedded in the request of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many records."`
	Cursor string `query:"cursor" maxLength:"4000" doc:"Where the page begins: next of the page before, with all other parameters as they were."`
	Fields string `query:"fields" maxLength:"1000" example:"id,displayName" doc:"Only these members of the records, with commas between; id always comes. Without it all of them come."`
}

// Filter is embedded in the request of a list that can be filtered.
type Filter struct {
	Filter string `query:"filter" maxLength:"2000" example:"displayName sw \"Net\" and active eq true" doc:"Only records of which this is true: SCIM's filter language (RFC 7644 §3.4.2.2) over the members of the records."`
}

func (p Page) page() Page { return p }

// paged is the request of a list.
type paged interface{ page() Page }

// listed is the body of a list.
type listed[V any] struct {
	Items []V    `json:"items" doc:"The records."`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent at the end."`
}

// list is what a page is made of: the named members of the records only, where the caller asked for that.
type list = listed[any]

// listing says how the records of a list are found, shown and asked.
type listing[T, V, K any] struct {
	key        func(T) K // its place in the list
	show       func(T) V
	attributes attributes[T] // what filters may ask
}

// listRoute registers a call that lists what a verb finds. after is the place behind which the page begins, nil for
// the beginning.
func listRoute[Q, In, T, V, K any](
	a *api, op operation, l listing[T, V, K],
	decode func(by roster.Actor, q *Q, after *K) (In, error),
	verb func(context.Context, roster.Actor, In) (iter.Seq2[T, error], error),
) {
	op.description += l.attributes.describe()
	l.attributes = l.attributes.folded()
	op.asks, op.fits = l.attributes.ask, fits[K]
	_, described := a.endpoint(op, reflect.TypeFor[Q](), reflect.TypeFor[listed[V]]())
	huma.Register(a.huma, *described, func(ctx context.Context, q *Q) (*output, error) {
		c := callOf(ctx)
		if err := l.serve(c, any(q), func(after *K) (iter.Seq2[T, error], error) {
			in, err := decode(c.by, q, after)
			if err != nil {
				return nil, err
			}
			return verb(ctx, c.by, in)
		}); err != nil {
			a.fail(c, err)
		}
		return written, nil
	})
}

// serve answers one page.
func (l listing[T, V, K]) serve(c *call, q any, find func(after *K) (iter.Seq2[T, error], error)) error {
	if len(c.faults) > 0 {
		return malformed(c.faults)
	}
	p := q.(paged).page()
	after, err := placeOf[K](c, p.Cursor)
	if err != nil {
		return malformed(err)
	}
	records, err := find(after)
	if err != nil {
		return err
	}
	w := newPage(c)
	var last T
	examined := 0
	for record, err := range records {
		if err != nil {
			return err
		}
		if len(w.Items) == p.Limit || examined == directory.MaxExamined {
			w.Next = cursorOf(c, l.key(last))
			break
		}
		examined++
		last = record
		if !l.attributes.match(c.condition, record) {
			continue
		}
		if err := w.add(l.show(record)); err != nil {
			return err
		}
	}
	return dialect.WriteJSON(c, http.StatusOK, w.list)
}

// pageWriter collects the records of a page.
type pageWriter struct {
	list
	names map[string]bool // members that are shown; nil: all
}

func newPage(c *call) pageWriter { return pageWriter{list{Items: []any{}}, c.names} }

func (w *pageWriter) add(record any) error {
	if w.names != nil {
		text, err := project(record, w.names)
		if err != nil {
			return err
		}
		record = text
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
	slices.SortFunc(query, func(a, b dialect.Member) int { return strings.Compare(a.Name, b.Name) })
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

// placeOf reads a cursor, nil for none. It is no secret: whoever changes a place gets another part of the same list.
func placeOf[K any](c *call, text string) (key *K, err error) {
	if text == "" {
		return nil, nil
	}
	place, err := cursorPlace(c, text, fits[K])
	if err == nil {
		err = json.Unmarshal(place, &key)
	}
	return key, err
}

// fits reports whether a place of a cursor is one of a type. PostgreSQL takes no NUL.
func fits[K any](place []byte) bool {
	var key *K // no record has the zero place
	return !bytes.Contains(place, []byte(`\u0000`)) && json.Unmarshal(place, &key) == nil && key != nil && !reflect.ValueOf(*key).IsZero()
}

// cursorPlace returns the place in a cursor, which must be of the call's list and fit.
func cursorPlace(c *call, text string, fits func([]byte) bool) ([]byte, error) {
	var read cursor
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || json.Unmarshal(raw, &read) != nil || read.List != listHash(c) || !fits(read.Key) {
		return nil, roster.Faults{{Kind: roster.Invalid, Field: parameter("cursor"), Detail: "is not one of this list with these parameters"}}
	}
	return read.Key, nil
}

// orZero returns what p points to.
func orZero[K any](p *K) (k K) {
	if p != nil {
		k = *p
	}
	return k
}
