package directory

import (
	"context"
	"errors"
	"iter"
	"time"

	"roster"
)

// errNotBuilt marks verbs that are being built.
var errNotBuilt = errors.New("not built yet")

// NewEvent is what RecordEvent needs to know: something that arrived.
type NewEvent struct {
	Check          roster.CheckID // the check that it is for; "" finds the first one that matches
	Alias          string         // the email alias that it was sent to; "" for none
	Title          string
	Body           string
	From           string
	Status         roster.Status // "" lets the check's conditions decide; without a check it is a failure
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// RecordEvent stores what arrived: a check claims it, whose status it becomes, or it stays unmatched.
//
// Errors: Unauthenticated, Forbidden, NotFound(check), Invalid, Unavailable.
func (s *Service) RecordEvent(ctx context.Context, by roster.Actor, in NewEvent) (roster.Event, error) {
	if err := allow(by, ActEventRecord); err != nil {
		return roster.Event{}, err
	}
	return roster.Event{}, errNotBuilt
}

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
	return nil, errNotBuilt
}

// GetEvent returns one event that the actor may see.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (s *Service) GetEvent(ctx context.Context, by roster.Actor, id roster.EventID) (roster.Event, error) {
	if err := allow(by, ActEventRead); err != nil {
		return roster.Event{}, err
	}
	return roster.Event{}, errNotBuilt
}
