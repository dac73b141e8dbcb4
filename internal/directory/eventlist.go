package directory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"roster"
)

// EventList says which events ListEvents returns.
type EventList struct {
	Before     roster.EventID // only those that came earlier
	Limit      int            // at most so many; 0: all
	Check      roster.CheckID
	CheckGroup roster.CheckGroupID // events of checks that are in it
	Status     roster.Status       // "" for all
	Matched    roster.Set[bool]    // whether a check claimed it
	From, To   time.Time           // half open; zero: open
}

// ListEvents returns the events that the actor may see, the newest first: those of the checks it sees, and the
// unmatched ones if it reads the whole directory. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListEvents(ctx context.Context, by roster.Actor, in EventList) (iter.Seq2[roster.Event, error], error) {
	if err := allow(by, ActEventRead); err != nil {
		return nil, err
	}
	if !isName(string(in.Before)) || !isName(string(in.Check)) || !isName(string(in.CheckGroup)) {
		return noRecords[roster.Event](), nil
	}
	search := eventSearch{EventList: in, org: by.OrganizationID, scope: checkScope(by)}
	if !in.To.IsZero() {
		last := firstEventID(in.To.Add(eventSlack))
		if search.Before == "" || last < search.Before {
			search.Before = last
		}
	}
	return func(yield func(roster.Event, error) bool) { s.eachEvent(ctx, search, yield) }, nil
}

// pageOfEvents is how many events are held with their bodies.
const pageOfEvents = 100

// eachEvent yields what a search finds, a page at a time. Where most of a page is not wanted the next one is longer.
func (s *Service) eachEvent(ctx context.Context, search eventSearch, yield func(roster.Event, error) bool) {
	size := pageOfEvents
	for left := cmp.Or(max(search.Limit, 0), -1); left != 0; { // below 0: all
		most := pageOfEvents
		if left > 0 {
			most = min(most, left)
		}
		page, err := view(ctx, s, func(tx Tx) (eventPage, error) { return search.page(tx, size, most) })
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
}

// eventPage is what one look found.
type eventPage struct {
	events []roster.Event
	next   roster.EventID // the next page begins before it
	end    bool           // there is no next page
}

// page looks at size events, and returns of those that are wanted at most so many.
func (e eventSearch) page(tx Tx, size, most int) (eventPage, error) {
	q := EventQuery{Before: e.Before, Limit: size}
	if !e.From.IsZero() {
		q.Since = firstEventID(e.From)
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
	wanted := slices.DeleteFunc(heads, func(h roster.Event) bool { return !e.wants(h) })
	if wanted, err = seen(wanted); err != nil {
		return eventPage{}, err
	}
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
func (e eventSearch) wants(v roster.Event) bool {
	return (e.Status == "" || v.Status == e.Status) &&
		(!e.Matched.Present || e.Matched.Null || e.Matched.Value == (v.Check.ID != "")) &&
		(e.From.IsZero() || !v.At.Before(e.From)) && (e.To.IsZero() || v.At.Before(e.To))
}

// narrow makes the query ask for no more events than needed, and returns a function that keeps those of checks
// that are seen and asked for. Of few checks an index finds the events; of many most events are wanted.
func (e eventSearch) narrow(tx Tx, q *EventQuery) (func([]roster.Event) ([]roster.Event, error), error) {
	keep := func(events []roster.Event) ([]roster.Event, error) { return events, nil }
	checks := CheckQuery{ID: e.Check, CheckGroup: e.CheckGroup, Scope: e.scope, Limit: MaxEventChecks + 1}
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
