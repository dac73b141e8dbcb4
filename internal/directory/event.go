package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"roster"
	"roster/internal/watch"
)

// Bounds of an event.
const (
	MaxTitle  = 1000     // characters
	MaxBody   = 64 << 10 // bytes
	MaxSender = 320      // characters: the longest address, 64 and 255 about an at sign

	MaxDedupKey   = 255 // bytes
	MaxLabels     = 32
	MaxLabelName  = 64                   // characters
	MaxLabelValue = 255                  // characters
	MaxEventAge   = 400 * 24 * time.Hour // since it happened
	MaxEventAhead = 5 * time.Minute      // by which the sender's clock may run ahead
)

// EventKind says what an event is about.
type EventKind = watch.SignalKind

// The kinds.
const (
	EventResult = watch.SignalResult // a run or a condition ended with a status
	EventStart  = watch.SignalStart  // a run started
	EventLog    = watch.SignalLog    // a note that changes nothing
)

// NewEvent is what RecordEvent needs to know: something that arrived.
type NewEvent struct {
	Check          roster.CheckID // the check that it is for, also by name; "" finds the first one that matches
	Alias          string         // the email alias that it was sent to; "" for none
	Title          string
	Body           string
	From           string
	Status         roster.Status // "" lets the check's conditions decide; without a check it is a failure
	Kind           EventKind     // a start or a log is a success unless Status says otherwise
	Run            string        // the id of the run that started or ended; "" for none
	DedupKey       string        // names the alert that the event opens, goes on with or ends; "" for none
	Labels         map[string]string
	OccurredAt     time.Time // when it happened; zero: now
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// validate returns every fault, those of the face first.
func (in NewEvent) validate(now time.Time) roster.Faults {
	var f roster.Faults
	if in.Title == "" {
		f.Add("title", "is required")
	}
	validateLine(&f, "title", in.Title, MaxTitle)
	validateLine(&f, "from", in.From, MaxSender)
	validateLine(&f, "alias", in.Alias, MaxSender)
	if len(in.Body) > MaxBody || !utf8.ValidString(in.Body) || strings.ContainsRune(in.Body, 0) {
		f.Add("body", fmt.Sprintf("must be text of at most %d bytes without a NUL character", MaxBody))
	}
	if in.Status != "" && !slices.Contains(roster.Statuses[:], in.Status) {
		f.Add("status", "must be one of: "+list(roster.Statuses[:]))
	}
	if len(in.DedupKey) > MaxDedupKey || !isLine(in.DedupKey) {
		f.Add("dedupKey", fmt.Sprintf("must be text of at most %d bytes without control characters", MaxDedupKey))
	}
	validateLine(&f, "run", in.Run, MaxDedupKey)
	validateLabels(&f, in.Labels)
	switch at := in.OccurredAt; {
	case at.IsZero():
	case at.After(now.Add(MaxEventAhead)):
		f.Add("occurredAt", fmt.Sprintf("must not be more than %v ahead", MaxEventAhead))
	case at.Before(now.Add(-MaxEventAge)):
		f.Add("occurredAt", "must not be more than 400 days ago")
	}
	return joinFaults(in.Faults, f)
}

// validateLabels checks the labels of an event. Their order in the answer is that of their names.
func validateLabels(f *roster.Faults, labels map[string]string) {
	if len(labels) > MaxLabels {
		f.Add("labels", fmt.Sprintf("must not be more than %d", MaxLabels))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if n := utf8.RuneCountInString(name); n == 0 || n > MaxLabelName || !isLine(name) {
			f.Add("labels", fmt.Sprintf("must have names of 1 to %d characters without control characters", MaxLabelName))
			return
		}
		validateLine(f, "labels."+name, labels[name], MaxLabelValue)
	}
}

// isLine reports whether a text is UTF-8 without control characters.
func isLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// validateLine checks one line of a message.
func validateLine(f *roster.Faults, field, text string, most int) {
	switch {
	case !isLine(text):
		f.Add(field, "must not hold control characters")
	case utf8.RuneCountInString(text) > most:
		f.Add(field, fmt.Sprintf("must not be longer than %d characters", most))
	}
}

// RecordEvent stores what arrived. A check claims it, whose state and alerts it changes, or it
// stays unmatched.
//
// Errors: Unauthenticated, Forbidden, NotFound(check), Invalid, Unavailable.
func (d *Directory) RecordEvent(ctx context.Context, by roster.Actor, in NewEvent) (roster.Event, error) {
	if err := allow(by, ActEventRecord); err != nil {
		return roster.Event{}, err
	}
	for _, text := range []*string{&in.Title, &in.From, &in.Alias} {
		*text = strings.TrimSpace(*text)
	}
	if in.Kind != EventResult {
		in.Status = cmp.Or(in.Status, roster.StatusSuccess)
	}
	in.OccurredAt = in.OccurredAt.UTC().Truncate(time.Microsecond)
	faults := in.validate(d.now())
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	if err := faults.Err(); err != nil {
		return roster.Event{}, err
	}
	r := recording{Directory: d, by: by, in: in, message: newMessage(in.Title, in.Body, in.From), left: MaxMatchWork}
	for range maxUpsertTries {
		if err := r.match(ctx); err != nil {
			return roster.Event{}, err
		}
		e, err := r.run(ctx)
		if !errors.Is(err, errOutdated) {
			return e, err
		}
	}
	return roster.Event{}, &roster.Error{
		Kind: roster.Unavailable, Detail: "checks are being changed all the time; try again", RetryAfter: time.Second,
	}
}

// recording is one RecordEvent under way.
type recording struct {
	*Directory
	by      roster.Actor
	in      NewEvent
	message message
	left    int // steps of work that may still be done for the event
	verdict verdict
}

// verdict is what the checks make of an event.
type verdict struct {
	claim  claim         // of the check that claims it; zero for none
	status roster.Status // by the claim's conditions
	over   bool          // that would have taken too much work
}

// quickWork is the work that an event may take without waiting for the lane, in steps: a
// millisecond or two at worst.
const quickWork = 64 << 10

// match finds the check that claims the event and the status that it gives. Nothing is open in the
// store meanwhile: nobody who reads or writes waits for it. An event that takes little work never
// waits; one that takes more is matched in the lane.
func (r *recording) match(ctx context.Context) error {
	found, err := r.candidates(ctx, pageOfChecks)
	if err != nil {
		return err
	}
	if !found.unread {
		w := work{steps: min(quickWork, r.left), ctx: ctx}
		r.verdict = r.judge(found, &w)
		if !w.over() {
			return nil
		}
	}
	if err := r.eventLane.enter(ctx, r.by.OrganizationID); err != nil {
		return err
	}
	start := r.now()
	defer func() { r.eventLane.leave(r.now().Sub(start)) }()
	if found.unread {
		if found, err = r.candidates(ctx, math.MaxInt64); err != nil {
			return err
		}
	}
	w := work{steps: r.left, compile: true, ctx: ctx}
	r.verdict = r.judge(found, &w)
	r.left = w.steps
	return ctx.Err()
}

// candidates are the checks that may claim an event.
type candidates struct {
	claims
	named  bool // the only one is the check that the event names: it claims without any condition
	fresh  bool // they were read just now, and are not folded
	unread bool // there are too many to be read now
}

// candidates returns the checks that may claim the event: the one that it names, or all. It reads
// all of them only if they have changed, and if they are no more than most.
func (r *recording) candidates(ctx context.Context, most int64) (candidates, error) {
	found, err := view(ctx, r.Directory, func(tx Tx) (candidates, error) { return r.look(ctx, tx, most) })
	if err != nil || !found.fresh {
		return found, err
	}
	found.fold()
	if !found.named {
		r.claims.put(r.by.OrganizationID, found.claims)
	}
	return found, nil
}

// look is the view of candidates.
func (r *recording) look(ctx context.Context, tx Tx, most int64) (candidates, error) {
	c, named, err := r.named(tx)
	if err != nil || named || r.in.Check != "" {
		out := candidates{named: named, fresh: named}
		if named {
			out.all = []claim{claimOf(c)}
		}
		return out, err
	}
	state, err := tx.CheckVersions(r.by.OrganizationID)
	if err != nil {
		return candidates{}, err
	}
	kept, found := r.claims.get(r.by.OrganizationID, state)
	if !found && state.Checks > most {
		return candidates{unread: true}, nil
	}
	if !found {
		kept, err = readClaims(ctx, tx, r.by.OrganizationID, state)
	}
	return candidates{claims: kept, fresh: !found}, err
}

// named returns the check that the event names by id, name or alias, if there is one. An id wins
// over a name.
func (r *recording) named(tx Tx) (c roster.Check, found bool, err error) {
	ref := findable([]roster.Ref{{ID: string(r.in.Check), Name: string(r.in.Check)}})[0]
	ways := []Condition{ifGiven("id", ref.ID), ifGiven("displayName", Fold(ref.Name))}
	if r.in.Check == "" {
		ways = []Condition{ifGiven("emailAlias", Fold(r.in.Alias))}
	}
	for _, where := range ways {
		if where.IsZero() {
			continue
		}
		there, err := tx.Checks(r.by.OrganizationID, CheckQuery{Where: where, Limit: 1})
		if err != nil {
			return c, false, err
		}
		if c, found = there.First(); found {
			return c, true, nil
		}
	}
	return c, false, nil
}

// judge compares the event with the candidates.
func (r *recording) judge(among candidates, w *work) (v verdict) {
	if among.tooLarge() {
		w.steps = -1
	} else if among.named {
		v.claim = among.all[0]
	} else {
		v.claim = r.message.firstClaim(among.all, w)
	}
	if r.in.Status == "" && v.claim.check != "" {
		v.status = r.message.statusOf(v.claim, w)
	}
	if w.over() {
		return verdict{over: true}
	}
	return v
}

// run records the event. errOutdated says that the check that was found has changed meanwhile.
func (r *recording) run(ctx context.Context) (roster.Event, error) {
	d, by, in := r.Directory, r.by, r.in
	return update(ctx, d, func(tx Tx) (roster.Event, error) {
		now := d.now()
		id := d.eventIDs.next(now)
		return once(tx, d, by, ActEventRecord, in.IdempotencyKey, in.inputText(), string(id), func() (roster.Event, error) {
			return r.record(tx, roster.Event{
				ID: id, OrganizationID: by.OrganizationID, Title: in.Title, Body: in.Body, From: in.From,
				DedupKey: in.DedupKey, Labels: in.Labels, At: now, OccurredAt: in.OccurredAt,
			})
		}, func(id string) (roster.Event, error) {
			return findEvent(tx, by.OrganizationID, roster.EventID(id))
		})
	})
}

// tooMuchWork is the reason of an event that no check claims because of MaxMatchWork.
const tooMuchWork = "To compare this event with the conditions of the checks would have taken too much work, so no check claimed it. " +
	"Use simpler regular expressions, or fewer conditions."

// record is the transaction, but for what makes it once.
func (r *recording) record(tx Tx, e roster.Event) (roster.Event, error) {
	e.Status = cmp.Or(r.in.Status, r.verdict.status, roster.StatusFailure)
	if r.verdict.over {
		e.Status, e.Reason = roster.StatusFailure, tooMuchWork
		return e, tx.InsertEvent(e)
	}
	switch {
	case r.verdict.claim.check != "":
		return r.receive(tx, e)
	case r.in.Check != "":
		return roster.Event{}, noCheck("check")
	default:
		return e, tx.InsertEvent(e)
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
func (d *Directory) GetEvent(ctx context.Context, by roster.Actor, id roster.EventID) (roster.Event, error) {
	if err := allow(by, ActEventRead); err != nil {
		return roster.Event{}, err
	}
	return view(ctx, d, func(tx Tx) (roster.Event, error) {
		e, err := findEvent(tx, by.OrganizationID, id)
		scope := checkScope(by)
		if err != nil || scope == nil {
			return e, err
		}
		if e.Check.ID != "" {
			seen, err := tx.CheckIDs(by.OrganizationID, CheckQuery{Where: Is("id", string(e.Check.ID)), Scope: scope, Limit: 1})
			if err != nil || len(seen) == 1 {
				return e, err
			}
		}
		return roster.Event{}, noEvent()
	})
}
