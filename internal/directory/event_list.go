package directory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"roster"
)

// EventList says which events ListEvents and FindEvents return.
type EventList struct {
	Before     roster.EventID // only those that came earlier
	Limit      int            // at most so many; 0: all, of FindEvents 100
	Check      roster.CheckID
	CheckGroup roster.CheckGroupID   // events of checks that are in it
	Status     roster.Status         // "" for all
	Matched    roster.Set[bool]      // whether a check claimed it
	From, To   roster.Set[time.Time] // half open; absent: open
	Count      bool                  // FindEvents fills Total
}

// ListEvents returns the events that the actor may see, the newest first: those of the checks it
// sees, and the unmatched ones if it reads the whole directory. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListEvents(ctx context.Context, by roster.Actor, in EventList) (iter.Seq2[roster.Event, error], error) {
	if err := allow(by, ActEventRead); err != nil {
		return nil, err
	}
	search, possible := newEventSearch(by, in)
	if !possible {
		return noRecords[roster.Event](), nil
	}
	return func(yield func(roster.Event, error) bool) {
		search := search // each range begins anew
		d.eachEvent(ctx, &search, yield)
	}, nil
}

// EventPage is some events, and where the next page begins: with those that came before Next. A
// page may be short, even empty, and still have a next one: one call looks at no more than
// MaxExamined events.
type EventPage struct {
	Events []roster.Event
	Next   roster.EventID // "" at the end
	Total  *Total         // how many there are on all pages together, if asked for
}

// FindEvents returns a page of what ListEvents lists.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (d *Directory) FindEvents(ctx context.Context, by roster.Actor, in EventList) (EventPage, error) {
	if err := allow(by, ActEventRead); err != nil {
		return EventPage{}, err
	}
	limit := cmp.Or(max(in.Limit, 0), pageOfEvents)
	in.Limit = limit + 1 // one more than fits shows whether the page is the last
	search, possible := newEventSearch(by, in)
	if !possible {
		return EventPage{}, nil
	}
	search.most = MaxExamined
	var out EventPage
	var failed error
	d.eachEvent(ctx, &search, func(e roster.Event, err error) bool {
		if failed = err; err == nil && len(out.Events) < limit {
			out.Events = append(out.Events, e)
		} else if err == nil {
			out.Next = out.Events[limit-1].ID
		}
		return err == nil
	})
	if failed != nil {
		return EventPage{}, failed
	}
	out.Next = cmp.Or(out.Next, search.rest)
	if !in.Count {
		return out, nil
	}
	if in.Before == "" && out.Next == "" {
		out.Total = &Total{N: len(out.Events)}
		return out, nil
	}
	total, err := d.countEvents(ctx, by, in)
	out.Total = &total
	return out, err
}

// countEvents counts what ListEvents lists, from the newest on. It reads no bodies, and looks at
// MaxExamined events at most.
func (d *Directory) countEvents(ctx context.Context, by roster.Actor, in EventList) (total Total, err error) {
	in.Before = ""
	search, _ := newEventSearch(by, in)
	for examined := 0; examined < MaxExamined; examined += MaxPage {
		heads, err := view(ctx, d, func(tx Tx) (eventPage, error) { return search.heads(tx, MaxPage) })
		if err != nil {
			return Total{}, err
		}
		if total.N += len(heads.events); heads.end {
			return total, nil
		}
		search.Before = heads.next
	}
	total.AtLeast = true
	return total, nil
}

// newEventSearch returns the search for what the list says; false where no event can be like that:
// an engine may refuse even to look for it.
func newEventSearch(by roster.Actor, in EventList) (eventSearch, bool) {
	search := eventSearch{EventList: in, org: by.OrganizationID, scope: checkScope(by)}
	if in.To.Present {
		last := firstEventID(in.To.Value.Add(eventSlack))
		if search.Before == "" || last < search.Before {
			search.Before = last
		}
	}
	return search, isName(string(in.Before)) && isName(string(in.Check)) && isName(string(in.CheckGroup))
}

// pageOfEvents is how many events are held with their bodies.
const pageOfEvents = 100

// eachEvent yields what a search finds, a page at a time. Where most of a page is not wanted the
// next one is longer.
func (d *Directory) eachEvent(ctx context.Context, search *eventSearch, yield func(roster.Event, error) bool) {
	size, examined := pageOfEvents, 0
	for left := cmp.Or(max(search.Limit, 0), -1); left != 0; { // below 0: all
		most := pageOfEvents
		if left > 0 {
			most = min(most, left)
		}
		if search.most > 0 {
			size = min(size, search.most-examined)
		}
		page, err := view(ctx, d, func(tx Tx) (eventPage, error) { return search.page(tx, size, most) })
		if err != nil {
			yield(roster.Event{}, err)
			return
		}
		for _, e := range page.events {
			if !yield(e, nil) {
				return
			}
		}
		if page.end {
			return
		}
		search.Before = page.next
		left -= len(page.events)
		if examined += size; search.most > 0 && examined >= search.most {
			search.rest = page.next
			return
		}
		if len(page.events) < size/2 {
			size = min(2*size, MaxPage)
		}
	}
}

// eventSearch is one ListEvents under way.
type eventSearch struct {
	EventList
	org   roster.OrganizationID
	scope *CheckScope // of the checks whose events are seen; nil: also of those that are gone, and unmatched events

	most int            // it ends once it has looked at so many events; 0: at the end only
	rest roster.EventID // what came before was not looked at for that reason; "" if everything was
}

// eventPage is what one look found.
type eventPage struct {
	events []roster.Event
	next   roster.EventID // the next page begins before it
	end    bool           // there is no next page
}

// heads looks at size events, and returns those that are wanted, without their bodies.
func (e *eventSearch) heads(tx Tx, size int) (eventPage, error) {
	q := EventQuery{After: e.Before, Limit: size}
	if e.From.Present {
		q.Since = firstEventID(e.From.Value)
	}
	seen, err := e.narrow(tx, &q)
	if err != nil {
		return eventPage{}, err
	}
	heads, err := tx.Events(e.org, q)
	if err != nil || len(heads) == 0 {
		return eventPage{end: true}, err
	}
	page := eventPage{next: heads[len(heads)-1].ID, end: len(heads) < size}
	page.events, err = seen(slices.DeleteFunc(heads, func(h roster.Event) bool { return !e.wants(h) }))
	return page, err
}

// page looks at size events, and returns of those that are wanted at most so many.
func (e *eventSearch) page(tx Tx, size, most int) (eventPage, error) {
	page, err := e.heads(tx, size)
	if err != nil {
		return eventPage{}, err
	}
	wanted := page.events
	if len(wanted) > most {
		wanted = wanted[:most]
		page.next, page.end = wanted[most-1].ID, false
	}
	if len(wanted) == 0 {
		return page, nil
	}
	ids := make([]roster.EventID, len(wanted))
	for i, w := range wanted {
		ids[i] = w.ID
	}
	page.events, err = tx.Events(e.org, EventQuery{Among: ids, Limit: len(ids), Body: true})
	return page, err
}

// wants reports whether the event is one of those asked for, as far as it shows by itself.
func (e *eventSearch) wants(v roster.Event) bool {
	return (e.Status == "" || v.Status == e.Status) &&
		(!e.Matched.Present || e.Matched.Null || e.Matched.Value == (v.Check.ID != "")) &&
		(!e.From.Present || !v.At.Before(e.From.Value)) && (!e.To.Present || v.At.Before(e.To.Value))
}

// narrow makes the query ask for no more events than needed, and returns a function that keeps
// those of checks that are seen and asked for. Of few checks an index finds the events; of many
// most events are wanted.
func (e *eventSearch) narrow(tx Tx, q *EventQuery) (func([]roster.Event) ([]roster.Event, error), error) {
	keep := func(events []roster.Event) ([]roster.Event, error) { return events, nil }
	checks := CheckQuery{Where: ifGiven("id", e.Check), CheckGroup: e.CheckGroup, Scope: e.scope, Limit: MaxEventChecks + 1}
	everything := e.scope == nil && e.CheckGroup == ""
	switch {
	case e.Matched.Present && !e.Matched.Null && !e.Matched.Value:
		if q.Unmatched = everything && e.Check == ""; !q.Unmatched {
			q.Checks = []roster.CheckID{}
		}
		return keep, nil
	case everything && e.Check == "":
		return keep, nil
	case everything: // it may be gone
		q.Checks = []roster.CheckID{e.Check}
		return keep, nil
	}
	ids, err := tx.CheckIDs(e.org, checks)
	if err != nil {
		return nil, err
	}
	if len(ids) <= MaxEventChecks {
		q.Checks = append([]roster.CheckID{}, ids...)
		return keep, nil
	}
	return func(events []roster.Event) ([]roster.Event, error) { return seenEvents(tx, e.org, checks, events) }, nil
}

// seenEvents keeps the events of those checks that q picks.
func seenEvents(tx Tx, org roster.OrganizationID, q CheckQuery, events []roster.Event) ([]roster.Event, error) {
	q.Among, q.Limit = []roster.CheckID{}, MaxPage
	for _, v := range events {
		if v.Check.ID != "" && !slices.Contains(q.Among, v.Check.ID) {
			q.Among = append(q.Among, v.Check.ID)
		}
	}
	ids, err := tx.CheckIDs(org, q)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(events, func(v roster.Event) bool { return !slices.Contains(ids, v.Check.ID) }), nil
}
