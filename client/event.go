package client

import (
	"context"
	"iter"
	"net/url"
	"strconv"
	"time"
)

// Event is something that arrived.
type Event struct {
	ID         string            `json:"id"`
	Check      *Link             `json:"check"` // the one that claimed it; nil: none did
	Title      string            `json:"title"`
	Body       string            `json:"body"`
	From       string            `json:"from"`
	Status     Status            `json:"status"`
	DedupKey   string            `json:"dedupKey"` // names the alert that it opens, goes on with or ends
	Labels     map[string]string `json:"labels"`
	OccurredAt *time.Time        `json:"occurredAt"` // nil: the sender does not say
	Reason     string            `json:"reason"`     // why no check could claim it; "" where nothing hindered them
	At         time.Time         `json:"at"`
}

// NewEvent is something that arrives. Check or Alias name the check that it is for; without them
// the first one that matches claims it.
type NewEvent struct {
	Check      string            `json:"check,omitempty"` // an id
	Alias      string            `json:"alias,omitempty"`
	Title      string            `json:"title,omitempty"`
	Body       string            `json:"body,omitempty"`
	From       string            `json:"from,omitempty"`
	Status     Status            `json:"status,omitempty"`   // default: what the check's conditions say
	DedupKey   string            `json:"dedupKey,omitempty"` // names the alert that it opens, goes on with or ends
	Labels     map[string]string `json:"labels,omitzero"`
	OccurredAt time.Time         `json:"occurredAt,omitzero"` // default: now
}

// EventListOptions say which events a list has.
type EventListOptions struct {
	Check      string // an id
	CheckGroup string // an id
	Status     Status
	Matched    Optional[bool] // whether a check claimed it
	From, To   time.Time      // half open; zero: open
	Count      bool           // as in ListOptions
	PageOptions
}

func (o EventListOptions) query() url.Values {
	q := CountOptions{o.Count, o.PageOptions}.query()
	set(q, "check", o.Check)
	set(q, "checkGroup", o.CheckGroup)
	set(q, "status", string(o.Status))
	if matched, given := o.Matched.Get(); given {
		q.Set("matched", strconv.FormatBool(matched))
	}
	setTime(q, "from", o.From)
	setTime(q, "to", o.To)
	return q
}

func setTime(q url.Values, name string, t time.Time) {
	if !t.IsZero() {
		q.Set(name, t.UTC().Format(time.RFC3339Nano))
	}
}

// Events are what arrived, the newest first.
type Events struct{ c *Client }

// List returns the events that the caller may see. It fetches them page by page; an error ends the
// sequence.
func (s *Events) List(ctx context.Context, o EventListOptions) iter.Seq2[Event, error] {
	return list[Event](ctx, s.c, "/events", o.query())
}

// Page returns one page of what [Events.List] returns.
func (s *Events) Page(ctx context.Context, o EventListOptions) (Page[Event], error) {
	return page[Event](ctx, s.c, "/events", o.query())
}

// Get returns an event.
func (s *Events) Get(ctx context.Context, id string, opts ...FieldsOption) (Event, error) {
	return get[Event](ctx, s.c, at("/events", id), opts)
}

// Create stores what arrived.
func (s *Events) Create(ctx context.Context, e NewEvent, opts ...CreateOption) (Event, error) {
	return create[Event](ctx, s.c, "/events", e, opts)
}
