package client

import (
	"context"
	"crypto/rand"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// CreateOption is an option of a call that creates something.
type CreateOption func(*request)

// ChangeOption is an option of a call that changes or deletes a record that has a version.
type ChangeOption func(*request)

// GetOption is an option of a call that reads one record that has a version: [WithFields] and
// [IfChanged].
type GetOption interface{ readBy(*request) }

// FieldsOption is what [WithFields] returns: the one option of a call that reads a record without a
// version.
type FieldsOption struct{ names []string }

// WithIdempotencyKey names the create: under the same key, by the same credential, the server gives
// its first answer again for a day, whatever happened meanwhile to the caller. Without it each call
// has a random key. A key is 1 to 255 visible ASCII characters; the call fails with another one.
func WithIdempotencyKey(key string) CreateOption {
	return func(r *request) {
		if key == "" || len(key) > maxKey || strings.ContainsFunc(key, unsendable) {
			r.fault = errKey
			return
		}
		r.header.Set("Idempotency-Key", key)
	}
}

// IfVersion has the call change or delete the record only if it still has this version; otherwise
// it fails with [ErrStale].
func IfVersion(version int64) ChangeOption {
	return func(r *request) { r.header.Set("If-Match", `"v`+strconv.FormatInt(version, 10)+`"`) }
}

// IfChanged has the call return the record only if it looks otherwise by now than when the call put
// something into tag; otherwise it fails with [ErrNotModified]. Give each record and choice of
// fields a tag of its own, "" before the first call.
func IfChanged(tag *string) GetOption { return ifChanged{tag} }

type ifChanged struct{ tag *string }

func (o ifChanged) readBy(r *request) {
	if *o.tag != "" {
		r.header.Set("If-None-Match", *o.tag)
	}
	r.tag = o.tag
}

// WithFields has the answer hold only these members of the record, and its id. The others are zero.
func WithFields(names ...string) FieldsOption { return FieldsOption{names} }

func (o FieldsOption) readBy(r *request) { set(r.query, "fields", strings.Join(o.names, ",")) }

// get reads what is at path.
func get[T any, O GetOption](ctx context.Context, c *Client, path string, opts []O) (T, error) {
	r := newRequest(http.MethodGet, path, nil)
	for _, opt := range opts {
		opt.readBy(&r)
	}
	var out T
	a, err := c.send(ctx, r, &out)
	if err != nil {
		var none T
		return none, err
	}
	if r.tag != nil {
		*r.tag = a.header.Get("ETag")
	}
	return out, nil
}

// read reads what is at path, of which a caller may choose nothing.
func read[T any](ctx context.Context, c *Client, path string) (T, error) {
	return get[T, GetOption](ctx, c, path, nil)
}

// create posts body, once however often it has to be sent.
func create[T any](ctx context.Context, c *Client, path string, body any, opts []CreateOption) (T, error) {
	return call[T](ctx, c, newCreate(path, body, opts))
}

// newCreate returns the request of a create, with its key.
func newCreate(path string, body any, opts []CreateOption) request {
	return with(newRequest(http.MethodPost, path, body), append([]CreateOption{WithIdempotencyKey(rand.Text())}, opts...))
}

// update sends a merge patch (RFC 7396).
func update[T any](ctx context.Context, c *Client, path string, body any, opts []ChangeOption) (T, error) {
	r := with(newRequest(http.MethodPatch, path, body), opts)
	r.header.Set("Content-Type", "application/merge-patch+json")
	return call[T](ctx, c, r)
}

// replace puts body at path.
func replace[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	return call[T](ctx, c, newRequest(http.MethodPut, path, body))
}

// remove deletes what is at path.
func remove(ctx context.Context, c *Client, path string, opts []ChangeOption) error {
	_, err := c.send(ctx, with(newRequest(http.MethodDelete, path, nil), opts), nil)
	return err
}

func call[T any](ctx context.Context, c *Client, r request) (T, error) {
	var out T
	_, err := c.send(ctx, r, &out)
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

func newRequest(method, path string, body any) request {
	r := request{method: method, path: path, query: url.Values{}, header: http.Header{}, body: body}
	if body != nil {
		r.header.Set("Content-Type", "application/json")
	}
	return r
}

// with returns the request as its options have it.
func with[O ~func(*request)](r request, opts []O) request {
	for _, opt := range opts {
		opt(&r)
	}
	return r
}

// PageOptions say how a list is read. Every list takes them; what else one takes is in the options
// that it has.
type PageOptions struct {
	Fields   []string // only these members of each record, and its id
	PageSize int      // records fetched at a time, 1 to 1000; 0: 100
	Cursor   string   // goes on where a [Page] ended: its Next
}

func (o PageOptions) query() url.Values {
	q := url.Values{}
	set(q, "fields", strings.Join(o.Fields, ","))
	if o.PageSize != 0 {
		q.Set("limit", strconv.Itoa(o.PageSize))
	}
	set(q, "cursor", o.Cursor)
	return q
}

// ListOptions say which records a list has that can be filtered. The zero value is all of them.
type ListOptions struct {
	Filter string // an expression of SCIM's filter language (RFC 7644 §3.4.2.2): `active eq false`
	Count  bool   // each page says how many records the whole list has, see [Page]
	PageOptions
}

func (o ListOptions) query() url.Values {
	q := o.PageOptions.query()
	set(q, "filter", o.Filter)
	if o.Count {
		q.Set("count", "true")
	}
	return q
}

// CountOptions say how one page of a list is read that has no other choice.
type CountOptions struct {
	Count bool // as in ListOptions
	PageOptions
}

func (o CountOptions) query() url.Values {
	return ListOptions{Count: o.Count, PageOptions: o.PageOptions}.query()
}

// NamedListOptions say which records a list has that are in an order by number or by name. The zero
// value is all of them, by number.
type NamedListOptions struct {
	Sort   string // "number" (the default) or "displayName", with a "-" before it the other way round
	Filter string // as in ListOptions
	Count  bool   // as in ListOptions
	PageOptions
}

func (o NamedListOptions) query() url.Values {
	q := ListOptions{o.Filter, o.Count, o.PageOptions}.query()
	set(q, "sort", o.Sort)
	return q
}

func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

// Page is some records of a list.
type Page[T any] struct {
	Items          []T    `json:"items"`
	Total          int64  `json:"total"`          // records of the whole list, where Count asked for it
	TotalIsAtLeast bool   `json:"totalIsAtLeast"` // counting stopped early: there may be more than Total
	Next           string `json:"next"`           // the cursor of the next page; "" at the end. A page may be short, even empty, and have a next one
}

func page[T any](ctx context.Context, c *Client, path string, query url.Values) (Page[T], error) {
	r := newRequest(http.MethodGet, path, nil)
	r.query = query
	return call[Page[T]](ctx, c, r)
}

// list fetches one page after the other, each when the one before it is used up.
func list[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		query := clone(query) // so that the sequence can be used again
		for {
			p, err := page[T](ctx, c, path, query)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range p.Items {
				if !yield(item, nil) {
					return
				}
			}
			if p.Next == "" {
				return
			}
			if p.Next == query.Get("cursor") {
				yield(none, errLoops)
				return
			}
			query.Set("cursor", p.Next)
		}
	}
}

func clone(q url.Values) url.Values { return url.Values(http.Header(q).Clone()) }

// at joins a path of literal parts and identifiers, which may hold anything: at("/users", id,
// "/sessions", session). Identifiers stand at the odd places.
func at(parts ...string) string {
	var b strings.Builder
	for i, part := range parts {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		if part == "" || part == "." || part == ".." {
			return "" // it would name another thing than one record
		}
		b.WriteString("/" + url.PathEscape(part))
	}
	return b.String()
}
