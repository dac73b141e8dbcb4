package directory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// hooked is a store that counts the events that are read of it, and does something before the next update.
type hooked struct {
	directory.Store
	read     *int
	before   func()
	inUpdate func(directory.CheckQuery) // told of each query for checks in an update
}

func (h *hooked) View(ctx context.Context, fn func(directory.Tx) error) error {
	return h.Store.View(ctx, func(tx directory.Tx) error { return fn(hookedTx{tx, h.read}) })
}

func (h *hooked) Update(ctx context.Context, fn func(directory.Tx) error) error {
	if before := h.before; before != nil {
		h.before = nil
		before()
	}
	if h.inUpdate == nil {
		return h.Store.Update(ctx, fn)
	}
	return h.Store.Update(ctx, func(tx directory.Tx) error { return fn(toldOfChecks{tx, h.inUpdate}) })
}

type toldOfChecks struct {
	directory.Tx
	told func(directory.CheckQuery)
}

func (x toldOfChecks) Checks(org roster.OrganizationID, q directory.CheckQuery) ([]roster.Check, error) {
	x.told(q)
	return x.Tx.Checks(org, q)
}

type hookedTx struct {
	directory.Tx
	read *int
}

func (h hookedTx) Events(org roster.OrganizationID, q directory.EventQuery) ([]roster.Event, error) {
	page, err := h.Tx.Events(org, q)
	*h.read += len(page)
	return page, err
}

// hooked returns the verbs on a store that is watched.
func (e *env) hooked() (*directory.Service, *hooked) {
	h := &hooked{Store: e.store, read: new(int)}
	return directory.New(directory.Options{
		Store: h, Passwords: auth.NewHasher(time.Now), Secrets: auth.Secrets{}, Now: e.now, RetryKey: []byte("key"),
	}), h
}

func TestACheckThatChangesWhileAnEventComesIsAskedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		service, h := e.hooked()
		record := func(change func(first roster.Check)) string {
			t.Helper()
			first, second := e.check("backup one", ""), e.check("backup two", "")
			first = must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: first.ID, CheckFields: directory.CheckFields{Matching: about("backup")}}))(t)
			must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: second.ID, CheckFields: directory.CheckFields{Matching: about("backup")}}))(t)
			h.before = func() { change(first) }
			got := must(service.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: "backup", Alias: "none"}))(t)
			for _, c := range all(e.ListChecks(t.Context(), e.admin, directory.CheckList{}))(t) {
				must(e.DeleteCheck(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(c.ID)}}))(t)
			}
			return got.Check.Name
		}
		for name, c := range map[string]struct {
			change func(roster.Check)
			want   string
		}{
			"nothing happens": {func(roster.Check) {}, "backup one"},
			"it wants something else": {func(first roster.Check) {
				must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: first.ID, CheckFields: directory.CheckFields{Matching: about("restore")}}))(t)
			}, "backup two"},
			"it is deleted": {func(first roster.Check) {
				must(e.DeleteCheck(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(first.ID)}}))(t)
			}, "backup two"},
		} {
			if got := record(c.change); got != c.want {
				t.Errorf("%s: claimed by %q, want %q", name, got, c.want)
			}
		}
	})
}

// TestNobodyWhoWritesWaitsWhileAnEventIsComparedWithEveryCheck: a check that was changed meanwhile is looked for again
// outside of the transaction, however often, within bounds.
func TestNobodyWhoWritesWaitsWhileAnEventIsComparedWithEveryCheck(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for i := range 150 { // more than a page
			e.check(fmt.Sprint("other ", i), "")
		}
		c := e.check("backup", "")
		service, h := e.hooked()
		looked := 0
		h.inUpdate = func(q directory.CheckQuery) {
			if q.ID == "" {
				looked++
			}
		}
		change := func(left int) func() {
			var again func()
			again = func() {
				must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: c.ID, CheckFields: directory.CheckFields{Description: roster.Some(fmt.Sprint(left))}}))(t)
				if left--; left != 0 {
					h.before = again
				}
			}
			return again
		}
		h.before = change(3)
		if got := must(service.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: "backup", IdempotencyKey: "k"}))(t); got.Check.ID != c.ID {
			t.Errorf("claimed by %+v", got.Check)
		}
		h.before = change(-1) // for ever
		_, err := service.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: "backup"})
		wants(t, err, roster.Unavailable, "")
		h.before = nil
		if looked != 0 {
			t.Errorf("checks were looked for %d times in a transaction that writes", looked)
		}
		if n := len(all(e.ListEvents(t.Context(), e.admin, directory.EventList{}))(t)); n != 1 {
			t.Errorf("%d events were recorded", n)
		}
	})
}

func TestAListOfEventsReadsLittleMoreThanItReturns(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		mine, other := e.check("mine", ""), e.check("other", "")
		start := e.now()
		for i := range 300 {
			c := other
			if i%100 == 0 {
				c = mine
			}
			e.record(e.admin, directory.NewEvent{Check: c.ID, Title: fmt.Sprint(i)})
			e.advance(10 * time.Minute)
		}
		service, h := e.hooked()
		for name, c := range map[string]struct {
			in   directory.EventList
			want string
			most int // events read, each once without and once with its body
		}{
			"a page":          {directory.EventList{Limit: 2}, "299 298", 102},
			"of one check":    {directory.EventList{Check: mine.ID}, "200 100 0", 6},
			"of a time":       {directory.EventList{From: start, To: start.Add(15 * time.Minute)}, "1 0", 6},
			"since yesterday": {directory.EventList{From: e.now().Add(-25 * time.Minute)}, "299 298", 6},
			"of a status":     {directory.EventList{Status: roster.StatusFailure}, "", 300},
		} {
			*h.read = 0
			var titles []string
			for _, v := range all(service.ListEvents(t.Context(), e.admin, c.in))(t) {
				titles = append(titles, v.Title)
			}
			if got := strings.Join(titles, " "); got != c.want || *h.read > c.most {
				t.Errorf("%s: got %q, want %q; %d events were read", name, got, c.want, *h.read)
			}
		}
	})
}

func TestALongStretchOfUnwantedEventsHidesNoneOfThoseBehind(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		var want []string
		for i := range 310 {
			in := directory.NewEvent{Title: fmt.Sprint(i), Status: roster.StatusSuccess}
			if i < 160 {
				in.Status = roster.StatusFailure
				want = append([]string{in.Title}, want...)
			}
			e.record(e.admin, in)
		}
		var got []string
		for _, v := range all(e.ListEvents(t.Context(), e.admin, directory.EventList{Status: roster.StatusFailure}))(t) {
			got = append(got, v.Title)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("got %d: %v", len(got), got)
		}
	})
}
