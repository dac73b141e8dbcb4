package api

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/directory"
)

// event is an event as the API shows it.
type event struct {
	ID         roster.EventID    `json:"id" format:"uuid" doc:"The event's id."`
	Check      *checkLink        `json:"check" doc:"The check that claimed it; null if none did."`
	Title      string            `json:"title" doc:"The subject."`
	Body       string            `json:"body" doc:"The full text."`
	From       string            `json:"from" doc:"The sender, as the event names it."`
	Status     roster.Status     `json:"status" doc:"The outcome."`
	DedupKey   string            `json:"dedupKey" doc:"Names the alert of the check that it opens, goes on with or ends; empty: the check has one for all such events."`
	Labels     map[string]string `json:"labels" doc:"What the sender says of it, by name."`
	OccurredAt *time.Time        `json:"occurredAt" doc:"When it happened, if the sender says so."`
	Reason     *string           `json:"reason" doc:"Why no check could claim it: comparing it with the checks' conditions would have taken too much work. Otherwise null."`
	At         time.Time         `json:"at" doc:"When it arrived."`
}

// TransformSchema implements [huma.SchemaTransformer]: a member may be null.
func (event) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["check"] = orNull(s.Properties["check"])
	return s
}

// newEvent is the body that sends an event.
type newEvent struct {
	Check      optional[reference]         `json:"check,omitzero" doc:"The id or the name of its check; by default the first check that matches."`
	Alias      optional[string]            `json:"alias,omitzero" maxLength:"255" doc:"The email alias that it was sent to."`
	Title      string                      `json:"title" doc:"The subject."`
	Body       optional[string]            `json:"body,omitzero" doc:"The full text."`
	From       optional[string]            `json:"from,omitzero" doc:"The sender."`
	Status     optional[roster.Status]     `json:"status,omitzero" doc:"The outcome. By default the check's conditions decide; without a check it is a failure."`
	DedupKey   optional[string]            `json:"dedupKey,omitzero" maxLength:"255" doc:"Names the alert of the check that it opens, goes on with or ends: one for each trouble that can be there at the same time. At most 255 bytes."`
	Labels     optional[map[string]string] `json:"labels,omitzero" doc:"What there is to say of it, by name: at most 32, names of up to 64 characters, values of up to 255."`
	OccurredAt optional[time.Time]         `json:"occurredAt,omitzero" doc:"When it happened, if that is not now: at most 5 minutes ahead and 400 days ago. One that is older than what the check knows changes nothing."`
}

// The requests about events.
type (
	listEvents struct {
		Page
		Check      string        `query:"check" maxLength:"255" doc:"Only events of this check, by its id."`
		CheckGroup string        `query:"checkGroup" maxLength:"255" doc:"Only events of checks in this check group, by its id."`
		Status     roster.Status `query:"status" doc:"Only events with this outcome."`
		Matched    trueOrFalse   `query:"matched" doc:"true: only events that a check claimed; false: only others."`
		From       *time.Time    `query:"from" example:"2026-11-01T00:00:00Z" doc:"Only events that arrived at this time or later."`
		To         *time.Time    `query:"to" example:"2026-12-01T00:00:00Z" doc:"Only events that arrived before this time."`
	}
	readEvent struct {
		One
		Part
	}
	createEvent struct {
		Once
		sent[newEvent]
	}
)

// events registers the calls about events.
func (a *api) events(d *directory.Directory) {
	const tag, path = "Events", "/events"
	shown := showEvent(exampleEvent)
	a.listEvents(d, operation{
		id: "listEvents", call: "GET " + path, tag: tag, summary: "List events",
		description: "The events that the caller may see, newest first.", answer: listed[event]{Items: []event{shown}},
	})
	route(a, operation{
		id: "getEvent", call: "GET " + path + "/{id}", tag: tag, summary: "Read an event", description: "One event.", answer: shown,
	}, func(_ roster.Actor, q *readEvent) (roster.EventID, error) {
		return roster.EventID(q.ID), nil
	}, d.GetEvent, func(_ *readEvent, e roster.Event) answer { return answer{body: showEvent(e)} })
	route(a, operation{
		id: "createEvent", call: "POST " + path, tag: tag, status: 201, summary: "Send an event",
		description: "Records an event. The check that it names, or else the first check that matches, claims it and takes its status. " +
			"If comparing it with the checks would take too much work, it is a failure that no check claims, and reason says so. " +
			"503 with Retry-After: too many events that are slow to compare came at once.",
		request: newEvent{Title: "Backup of db1 finished", Body: value("41 GB in 12 minutes"), From: value("db1"), Status: value(roster.StatusSuccess)},
		answer:  shown,
	}, func(_ roster.Actor, q *createEvent) (in directory.NewEvent, err error) {
		in = directory.NewEvent{
			Check: roster.FoldID(roster.CheckID(q.doc.Check.Value)), Alias: q.doc.Alias.Value, Title: q.doc.Title, Body: q.doc.Body.Value,
			From: q.doc.From.Value, Status: q.doc.Status.Value, DedupKey: q.doc.DedupKey.Value, Labels: q.doc.Labels.Value,
			OccurredAt: q.doc.OccurredAt.Value, Faults: q.faults,
		}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, func(ctx context.Context, by roster.Actor, in directory.NewEvent) (roster.Event, error) {
		e, err := d.RecordEvent(ctx, by, in)
		var missing *roster.Error
		if errors.As(err, &missing) && missing.Kind == roster.NotFound && missing.Field == "check" {
			// The check comes from the body, not the path, so it is a fault of the body.
			err = &roster.Error{Kind: roster.Invalid, Field: missing.Field, Detail: missing.Detail}
		}
		return e, err
	}, func(_ *createEvent, e roster.Event) answer {
		return answer{body: showEvent(e), location: path + "/" + string(e.ID)}
	})
}

// listEvents registers the list of events. It differs from other lists: the verb itself returns
// pages, because its filters are not attributes of the shown event.
func (a *api) listEvents(d *directory.Directory, op operation) {
	op.place = reflect.TypeFor[roster.EventID]()
	a.register(op, reflect.TypeFor[*listEvents](), func(ctx context.Context, c *call, q any) (answer, error) {
		return pageOfEvents(ctx, c, d, q.(*listEvents))
	})
}

// pageOfEvents answers one page of events.
func pageOfEvents(ctx context.Context, c *call, d *directory.Directory, q *listEvents) (answer, error) {
	w := newPage(c, q.Limit)
	var after *roster.EventID
	if err := placeOf(c, q.Cursor, &after); err != nil {
		return answer{}, malformed(err)
	}
	page, err := d.FindEvents(ctx, c.by, decodeEventList(q, after))
	if err != nil {
		return answer{}, err
	}
	for _, e := range page.Events {
		if err := w.add(showEvent(e)); err != nil {
			return answer{}, err
		}
	}
	if page.Next != "" {
		w.Next = cursorOf(c, page.Next)
	}
	if page.Total != nil {
		w.total(*page.Total)
	}
	return answer{body: w.list}, nil
}

// optionalOf returns a parameter as a Set, absent if p is nil.
func optionalOf[T any](p *T) roster.Set[T] {
	if p == nil {
		return roster.Set[T]{}
	}
	return roster.Some(*p)
}

func decodeEventList(q *listEvents, after *roster.EventID) directory.EventList {
	in := directory.EventList{
		Before: orZero(after), Limit: q.Limit, Count: q.Count, Check: roster.CheckID(q.Check), CheckGroup: roster.CheckGroupID(q.CheckGroup),
		Status: q.Status, From: optionalOf(q.From), To: optionalOf(q.To),
	}
	if q.Matched != "" {
		in.Matched = roster.Some(q.Matched == "true")
	}
	return in
}

func showEvent(e roster.Event) event {
	shown := event{
		ID: e.ID, Title: e.Title, Body: e.Body, From: e.From, Status: e.Status, DedupKey: e.DedupKey, Labels: showLabels(e.Labels),
		OccurredAt: orNil(e.OccurredAt), Reason: orNil(e.Reason), At: e.At,
	}
	if e.Check.ID != "" {
		link := checkLink(e.Check)
		shown.Check = &link
	}
	return shown
}

// showLabels returns labels as an object, also where there are none.
func showLabels(all map[string]string) map[string]string {
	if all == nil {
		return map[string]string{}
	}
	return all
}
