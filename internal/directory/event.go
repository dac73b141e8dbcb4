package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"roster"
)

// Bounds of an event.
const (
	MaxTitle  = 1000     // characters
	MaxBody   = 64 << 10 // bytes
	MaxSender = 320      // characters: the longest address, 64 and 255 about an at sign
)

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

// check returns every fault, those of the face first.
func (in NewEvent) check() roster.Faults {
	var f roster.Faults
	if in.Title == "" {
		f.Add("title", "is required")
	}
	checkLine(&f, "title", in.Title, MaxTitle)
	checkLine(&f, "from", in.From, MaxSender)
	checkLine(&f, "alias", in.Alias, MaxSender)
	if len(in.Body) > MaxBody || !utf8.ValidString(in.Body) || strings.ContainsRune(in.Body, 0) {
		f.Add("body", fmt.Sprintf("must be text of at most %d bytes without a NUL character", MaxBody))
	}
	if in.Status != "" && !slices.Contains(roster.Statuses[:], in.Status) {
		f.Add("status", "must be one of: "+list(roster.Statuses[:]))
	}
	return joinFaults(in.Faults, f)
}

// checkLine checks one line of a message.
func checkLine(f *roster.Faults, field, text string, most int) {
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		f.Add(field, "must not hold control characters")
	case utf8.RuneCountInString(text) > most:
		f.Add(field, fmt.Sprintf("must not be longer than %d characters", most))
	}
}

// RecordEvent stores what arrived: a check claims it, whose status it becomes, or it stays unmatched.
//
// Errors: Unauthenticated, Forbidden, NotFound(check), Invalid, Unavailable.
func (s *Service) RecordEvent(ctx context.Context, by roster.Actor, in NewEvent) (roster.Event, error) {
	if err := allow(by, ActEventRecord); err != nil {
		return roster.Event{}, err
	}
	for _, text := range []*string{&in.Title, &in.From, &in.Alias} {
		*text = strings.TrimSpace(*text)
	}
	faults := in.check()
	checkOnce(&faults, in.IdempotencyKey)
	if err := faults.Err(); err != nil {
		return roster.Event{}, err
	}
	r := recording{Service: s, by: by, in: in, message: newMessage(in.Title, in.Body, in.From)}
	for range maxTurns {
		if err := r.seek(ctx); err != nil {
			return roster.Event{}, err
		}
		e, err := r.run(ctx)
		if !errors.Is(err, errTurned) {
			return e, err
		}
	}
	return roster.Event{}, &roster.Error{
		Kind: roster.Unavailable, Detail: "checks are being changed all the time; try again", RetryAfter: time.Second,
	}
}

// seek finds the check that claims the event, before the transaction: to compare with every check takes a while, for
// which nobody should wait who writes.
func (r *recording) seek(ctx context.Context) error {
	if r.in.Check != "" {
		return nil
	}
	return r.store.View(ctx, func(tx Tx) (err error) {
		r.first, err = r.look(ctx, tx)
		return err
	})
}

// run records the event. errTurned says that the check that was found has changed meanwhile.
func (r recording) run(ctx context.Context) (roster.Event, error) {
	s, by, in := r.Service, r.by, r.in
	return update(ctx, s, func(tx Tx) (roster.Event, error) {
		now := s.now()
		id := s.eventIDs.next(now)
		return once(tx, s, by, ActEventRecord, in.IdempotencyKey, in.inputText(), string(id), func() (roster.Event, error) {
			return r.record(tx, roster.Event{
				ID: id, OrganizationID: by.OrganizationID, Title: in.Title, Body: in.Body, From: in.From, At: now,
			})
		}, func(id string) (roster.Event, error) {
			return findEvent(tx, by.OrganizationID, roster.EventID(id))
		})
	})
}

// recording is one RecordEvent under way.
type recording struct {
	*Service
	by      roster.Actor
	in      NewEvent
	message message
	first   roster.Check // the check that claims the event, as it was before the transaction; zero for none
}

// record is the transaction, but for what makes it once.
func (r recording) record(tx Tx, e roster.Event) (roster.Event, error) {
	c, err := r.claim(tx)
	if err != nil {
		return roster.Event{}, err
	}
	e.Status = roster.StatusFailure
	if c.ID != "" {
		e.Check = roster.CheckLink{ID: c.ID, Number: c.Number, Name: c.Name}
		e.Status = r.message.statusOf(c)
	}
	if r.in.Status != "" {
		e.Status = r.in.Status
	}
	if err := tx.InsertEvent(e); err != nil || c.ID == "" {
		return e, err
	}
	return e, tx.SetCheckStatus(e.OrganizationID, c.ID, e.Status, e.At)
}

// claim returns the check that claims the event, zero for none.
func (r recording) claim(tx Tx) (roster.Check, error) {
	id := r.in.Check
	if id == "" {
		id = r.first.ID
	}
	if id == "" || !isName(string(id)) {
		if r.in.Check != "" {
			return roster.Check{}, noCheck("check")
		}
		return roster.Check{}, nil
	}
	there, err := tx.Checks(r.by.OrganizationID, CheckQuery{ID: id, Limit: 1})
	switch {
	case err != nil:
		return roster.Check{}, err
	case r.in.Check != "" && len(there) == 0:
		return roster.Check{}, noCheck("check")
	case r.in.Check != "" || len(there) == 1 && there[0].Version == r.first.Version:
		return there[0], nil
	default:
		return roster.Check{}, errTurned
	}
}

// pageOfChecks is how many checks a message is compared with at a time.
const pageOfChecks = 100

// aliased returns the check that has the alias, if there is one.
func (r recording) aliased(tx Tx) (c roster.Check, found bool, err error) {
	if r.in.Alias == "" {
		return c, false, nil
	}
	there, err := tx.Checks(r.by.OrganizationID, CheckQuery{AliasKey: Fold(r.in.Alias), Limit: 1})
	if err != nil || len(there) == 0 {
		return c, false, err
	}
	return there[0], true, nil
}

// each shows the organization's checks, by ascending number, for as long as more says so.
func (r recording) each(ctx context.Context, tx Tx, more func(roster.Check) bool) error {
	for q := (CheckQuery{Limit: pageOfChecks}); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := tx.Checks(r.by.OrganizationID, q)
		if err != nil {
			return err
		}
		for _, c := range page {
			if !more(c) {
				return nil
			}
			q.Order.After.Number = c.Number
		}
		if len(page) < pageOfChecks {
			return nil
		}
	}
}

// findEvent returns an event, whoever may see it.
func findEvent(tx Tx, org roster.OrganizationID, id roster.EventID) (roster.Event, error) {
	if id != "" && isName(string(id)) {
		found, err := tx.Events(org, EventQuery{Among: []roster.EventID{id}, Limit: 1, Body: true})
		if err != nil {
			return roster.Event{}, err
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	return roster.Event{}, noEvent()
}

func noEvent() error {
	return &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no event"}
}

// GetEvent returns one event that the actor may see.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (s *Service) GetEvent(ctx context.Context, by roster.Actor, id roster.EventID) (roster.Event, error) {
	if err := allow(by, ActEventRead); err != nil {
		return roster.Event{}, err
	}
	return view(ctx, s, func(tx Tx) (roster.Event, error) {
		e, err := findEvent(tx, by.OrganizationID, id)
		scope := checkScope(by)
		if err != nil || scope == nil {
			return e, err
		}
		if e.Check.ID != "" {
			seen, err := tx.CheckIDs(by.OrganizationID, CheckQuery{ID: e.Check.ID, Scope: scope, Limit: 1})
			if err != nil || len(seen) == 1 {
				return e, err
			}
		}
		return roster.Event{}, noEvent()
	})
}
