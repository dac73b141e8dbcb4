package directory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// hooked is a store that counts the events and checks that are read, and calls a function before
// the next update. An update may read at most one check.
type hooked struct {
	directory.Store
	read   *int
	before func()
}

func (h *hooked) View(ctx context.Context, fn func(directory.Tx) error) error {
	return h.Store.View(ctx, func(tx directory.Tx) error { return fn(hookedTx{tx, h.read}) })
}

func (h *hooked) Update(ctx context.Context, fn func(directory.Tx) error) error {
	if before := h.before; before != nil {
		h.before = nil
		before()
	}
	return h.Store.Update(ctx, func(tx directory.Tx) error { return fn(oneCheckTx{hookedTx{tx, h.read}}) })
}

type oneCheckTx struct{ hookedTx }

func (o oneCheckTx) Checks(org roster.OrganizationID, q directory.CheckQuery) (directory.Rows[roster.Check], error) {
	if q.Where.Attribute != "id" {
		return directory.Rows[roster.Check]{}, errors.New("checks are compared while others wait to write")
	}
	return o.hookedTx.Checks(org, q)
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

func (h hookedTx) Checks(org roster.OrganizationID, q directory.CheckQuery) (directory.Rows[roster.Check], error) {
	page, err := h.Tx.Checks(org, q)
	*h.read += len(page.Records)
	return page, err
}

// hooked returns a Directory on a hooked store.
func (e *env) hooked() (*directory.Directory, *hooked) {
	h := &hooked{Store: e.store, read: new(int)}
	return directory.New(directory.Options{
		Store: h, Passwords: newHasher(), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"),
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
		restless := e.check("restless", "")
		var change func()
		change = func() {
			e.advance(time.Second)
			must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{
				Check: restless.ID, CheckFields: directory.CheckFields{Description: roster.Some(e.now().String())},
			}))(t)
			h.before = change
		}
		h.before = change
		_, err := service.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: "restless"})
		wants(t, err, roster.Unavailable, "")
	})
}

func TestAnEventReadsNoMoreChecksThanHaveChanged(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		const checks = 250
		var last roster.Check
		for i := range checks {
			last = e.check(fmt.Sprintf("check %03d", i), "")
			if i%2 == 0 {
				last = must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: last.ID, CheckFields: directory.CheckFields{Matching: about(fmt.Sprintf("Host%03d.", i))}}))(t)
			}
		}
		service, h := e.hooked()
		event := func(what, title, want string, most int) {
			t.Helper()
			*h.read = 0
			got := must(service.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: title, Alias: "none"}))(t)
			if got.Check.Name != want || *h.read > most {
				t.Errorf("%s: claimed by %q, want %q; %d checks were read", what, got.Check.Name, want, *h.read)
			}
		}
		event("the first", "HOST248. is down", "check 248", checks+1)
		event("the same again", "host248. is down", "check 248", 1)
		event("one of another check", "host000. is down", "check 000", 1)
		event("one of none", "nothing", "", 0)
		must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: last.ID, CheckFields: directory.CheckFields{Matching: about("nothing")}}))(t)
		event("one after a change elsewhere", "nothing", "check 249", checks+1)
		event("the next one", "nothing", "check 249", 1)
		must(e.DeleteCheck(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(last.ID)}}))(t)
		event("one after a deletion", "nothing", "", checks)
		c := e.check("another", "")
		must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: c.ID, CheckFields: directory.CheckFields{Matching: about("nothing")}}))(t)
		event("one after another was made", "nothing", "another", checks+1)
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
			"of a time":       {directory.EventList{From: roster.Some(start), To: roster.Some(start.Add(15 * time.Minute))}, "1 0", 6},
			"since yesterday": {directory.EventList{From: roster.Some(e.now().Add(-25 * time.Minute))}, "299 298", 6},
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

// TestAPageOfRareEventsIsBounded puts the wanted event behind more events than one page reads.
func TestAPageOfRareEventsIsBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		const most, others = 10_000, 10_300
		a := e.group(roster.KindGroup, "A")
		e.people("p", 1)
		var wanted roster.Check
		for i := range directory.MaxEventChecks + 1 {
			wanted = e.check(fmt.Sprint("seen ", i), "", a)
		}
		other := e.check("other", "")
		if err := e.store.Update(t.Context(), func(tx directory.Tx) error {
			for i := range others + 2 {
				v := roster.Event{ID: roster.EventID(fmt.Sprintf("00000000-0000-7000-8000-%012d", i)), OrganizationID: e.admin.OrganizationID, Title: fmt.Sprint(i), Status: roster.StatusSuccess, At: e.now()}
				if i%2 == 0 {
					v.Check.ID = other.ID
				}
				if i < 2 {
					v.Status, v.Check.ID = roster.StatusFailure, wanted.ID
				}
				if err := tx.InsertEvent(v); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		service, h := e.hooked()
		for name, c := range map[string]struct {
			by   roster.Actor
			in   directory.EventList
			want string
		}{
			"of a status":                {e.admin, directory.EventList{Status: roster.StatusFailure}, "1 0"},
			"of many checks":             {e.somebody("p1", within(a, roster.LevelReadonly.Permissions())), directory.EventList{}, "1 0"},
			"claimed, and of a status":   {e.admin, directory.EventList{Matched: roster.Some(true), Status: roster.StatusFailure}, "1 0"},
			"unmatched, and of a status": {e.admin, directory.EventList{Matched: roster.Some(false), Status: roster.StatusWarning}, ""},
		} {
			var titles []string
			pages := 0
			for next := true; next; pages++ {
				*h.read = 0
				page := must(service.FindEvents(t.Context(), c.by, c.in))(t)
				if *h.read > most+2 {
					t.Errorf("%s: one page reads %d events", name, *h.read)
				}
				for _, v := range page.Events {
					titles = append(titles, v.Title)
				}
				c.in.Before, next = page.Next, page.Next != ""
			}
			if got := strings.Join(titles, " "); got != c.want {
				t.Errorf("%s: %d pages have %q, want %q", name, pages, got, c.want)
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
