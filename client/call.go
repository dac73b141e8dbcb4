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

// ChangeOption is an option of a call that changes or deletes something.
type ChangeOption func(*request)

// GetOption is an option of a call that reads one record.
type GetOption func(*request)

// WithIdempotencyKey names the create: under the same key, by the same credential, the server gives its first answer again
// for a day, whatever happened meanwhile to the caller. Without it each call has a random key.
func WithIdempotencyKey(key string) CreateOption {
	return func(r *request) { r.header.Set("Idempotency-Key", key) }
}

// IfVersion has the call change or delete the record only if it still has this version; otherwise it fails with
// [ErrStale].
func IfVersion(version int64) ChangeOption {
	return func(r *request) { r.header.Set("If-Match", etag(version)) }
}

// IfNotVersion has the call return the record only if it has another version by now; otherwise it fails with
// [ErrNotModified].
func IfNotVersion(version int64) GetOption {
	return func(r *request) { r.header.Set("If-None-Match", etag(version)) }
}

// WithFields has the answer hold only these members of the record, and its id. The others are zero.
func WithFields(names ...string) GetOption {
	return func(r *request) { r.query.Set("fields", strings.Join(names, ",")) }
}

func etag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// get reads what is at path.
func get[T any](ctx context.Context, c *Client, path string, opts []GetOption) (T, error) {
	return call[T](ctx, c, newRequest(http.MethodGet, path, nil, opts))
}

// create posts body, once however often it has to be sent.
func create[T any](ctx context.Context, c *Client, path string, body any, opts []CreateOption) (T, error) {
	return call[T](ctx, c, newCreate(path, body, opts))
}

// newCreate returns the request of a create, with its key.
func newCreate(path string, body any, opts []CreateOption) request {
	return newRequest(http.MethodPost, path, body, append([]CreateOption{WithIdempotencyKey(rand.Text())}, opts...))
}

// update sends a merge patch (RFC 7396).
func update[T any](ctx context.Context, c *Client, path string, body any, opts []ChangeOption) (T, error) {
	r := newRequest(http.MethodPatch, path, body, opts)
	r.header.Set("Content-Type", "application/merge-patch+json")
	return call[T](ctx, c, r)
}

// replace puts body at path.
func replace[T any](ctx context.Context, c *Client, path string, body any, opts []ChangeOption) (T, error) {
	return call[T](ctx, c, newRequest(http.MethodPut, path, body, opts))
}

// remove deletes what is at path.
func remove(ctx context.Context, c *Client, path string, opts []ChangeOption) error {
	_, err := c.send(ctx, newRequest(http.MethodDelete, path, nil, opts), nil)
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

func newRequest[O ~func(*request)](method, path string, body any, opts []O) request {
	r := request{method: method, path: path, query: url.Values{}, header: http.Header{}, body: body}
	if body != nil {
		r.header.Set("Content-Type", "application/json")
	}
	for _, opt := range opts {
		opt(&r)
	}
	return r
}

// ListOptions say which records a list has. The zero value is all of them.
type ListOptions struct {
	Filter   string   // an expression of SCIM's filter language (RFC 7644 §3.4.2.2): `active eq false`
	Fields   []string // only these members of each record, and its id
	PageSize int      // records fetched at a time, 1 to 1000; 0: 100
	Cursor   string   // goes on where a [Page] ended: its Next

	// Of users only.
	Search string // words: users with words that begin so
	Sort   string // "number" (the default), "userName" or "email", with a "-" before it the other way round
}

func (o ListOptions) query() url.Values {
	q := url.Values{}
	set(q, "filter", o.Filter)
	set(q, "fields", strings.Join(o.Fields, ","))
	if o.PageSize != 0 {
		q.Set("limit", strconv.Itoa(o.PageSize))
	}
	set(q, "cursor", o.Cursor)
	set(q, "search", o.Search)
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
	Items []T    `json:"items"`
	Next  string `json:"next"` // the cursor of the next page; "" at the end. A page may be short, even empty, and have a next one
}

func page[T any](ctx context.Context, c *Client, path string, query url.Values) (Page[T], error) {
	r := newRequest[GetOption](http.MethodGet, path, nil, nil)
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

// at joins a path of literal parts and identifiers, which may hold anything: at("/users", id, "/sessions", session).
// Identifiers stand at the odd places.
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
