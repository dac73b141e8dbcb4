package directory_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// largePattern returns a regular expression of about 870 steps. It counts like any other, and is
// fast.
func largePattern(name string) string { return "^(?:.?.?.?.?){100}" + name + "$" }

// patternsOn returns n conditions that compare a field with large regular expressions.
func patternsOn(field roster.MessageField, name string, n int) directory.ConditionFields {
	var g roster.ConditionGroup
	for i := range n {
		g.Conditions = append(g.Conditions, roster.Condition{Field: field, Matches: roster.MatchRegexp, Value: largePattern(fmt.Sprint(name, i))})
	}
	return directory.WholeConditions(roster.Some(g))
}

func (e *env) makeCheck(f directory.CheckFields) roster.Check {
	e.t.Helper()
	return must(e.CreateCheck(e.t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(e.t)
}

func TestAnEventThatTakesTooMuchWorkIsAFailureThatNoCheckClaims(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		heavy := fields("heavy")
		heavy.EmailAlias, heavy.Success = roster.Some("heavy"), patternsOn(roster.FieldBody, "Z", 3)
		c := e.makeCheck(heavy)
		body := strings.Repeat("x", 60_000)
		for name, s := range map[string]struct {
			in   directory.NewEvent
			over bool
		}{
			"found by its conditions":     {directory.NewEvent{Title: "heavy", Body: body}, true},
			"named by id":                 {directory.NewEvent{Title: "t", Body: body, Check: c.ID}, true},
			"named by alias":              {directory.NewEvent{Title: "t", Body: body, Alias: "heavy"}, true},
			"of no check":                 {directory.NewEvent{Title: "t", Body: body}, false},
			"with a small body":           {directory.NewEvent{Title: "heavy", Body: body[:1000]}, false},
			"that says how it turned out": {directory.NewEvent{Title: "heavy", Body: body, Status: roster.StatusWarning}, false},
		} {
			before, _ := e.status(c)
			made := e.record(e.admin, s.in)
			if over := made.Reason != ""; over != s.over {
				t.Errorf("an event %s: %q", name, made.Reason)
			}
			after, _ := e.status(c)
			if s.over && (made.Status != roster.StatusFailure || made.Check.ID != "" || before != after) {
				t.Errorf("an event %s is a %s of %q; the check was %s and is %s", name, made.Status, made.Check.Name, before, after)
			}
			if got := must(e.GetEvent(t.Context(), e.admin, made.ID))(t); !reflect.DeepEqual(got, made) {
				t.Errorf("an event %s: got %+v, want %+v", name, got.Reason, made.Reason)
			}
			if got := all(e.ListEvents(t.Context(), e.admin, directory.EventList{Limit: 1}))(t); got[0].Reason != made.Reason {
				t.Errorf("an event %s is listed with %q, want %q", name, got[0].Reason, made.Reason)
			}
			e.advance(time.Second)
		}
	})
}

func TestTheWorkOfAnEventCountsOverAllChecks(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for i := range 4 {
			f := fields(fmt.Sprint("check ", i))
			f.Matching = patternsOn(roster.FieldBody, fmt.Sprint("of ", i, " "), 1)
			e.makeCheck(f)
		}
		e.check("last", "")
		if got := e.record(e.admin, directory.NewEvent{Title: "last", Body: strings.Repeat("x", 20_000)}); got.Reason == "" || got.Check.ID != "" {
			t.Errorf("claimed by %q, %q", got.Check.Name, got.Reason)
		}
		if got := e.record(e.admin, directory.NewEvent{Title: "last", Body: "x"}); got.Reason != "" || got.Check.Name != "last" {
			t.Errorf("claimed by %q, %q", got.Check.Name, got.Reason)
		}
	})
}

// openings is a store that reports when a transaction ends.
type openings struct {
	directory.Store
	ends func(update bool)
}

func (w openings) View(ctx context.Context, fn func(directory.Tx) error) error {
	defer w.ends(false)
	return w.Store.View(ctx, fn)
}

func (w openings) Update(ctx context.Context, fn func(directory.Tx) error) error {
	defer w.ends(true)
	w.ends(true) // and when one begins
	return w.Store.Update(ctx, fn)
}

func TestEventsAreMatchedWhileNothingIsOpenInTheStore(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		f := fields("watched")
		texts := make([]string, 3) // no other test compiles them
		for i, g := range []*directory.ConditionFields{&f.Matching, &f.Success, &f.Warning} {
			texts[i] = fmt.Sprintf("^watched %s %d", t.Name(), i)
			*g = directory.WholeConditions(roster.Some(roster.ConditionGroup{Conditions: []roster.Condition{
				{Field: roster.FieldSubject, Matches: roster.MatchRegexp, Value: texts[i]},
			}}))
		}
		f.Matching.Conditions.Value[0].Value = "^watched"
		texts[0] = "^watched"
		c := e.makeCheck(f)
		for name, in := range map[string]directory.NewEvent{"any": {Title: "watched"}, "of a check": {Title: "watched", Check: c.ID}} {
			service := directory.New(directory.Options{
				Store: openings{e.store, func(update bool) {
					for _, text := range texts[1:] {
						if kept := directory.PatternKept(text); kept != update {
							t.Errorf("%s event, an update %v: %s was compiled: %v", name, update, text, kept)
						}
					}
				}},
				Passwords: newHasher(), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"),
			})
			if got := must(service.RecordEvent(t.Context(), e.admin, in))(t); got.Check.Name != "watched" || got.Status != roster.StatusFailure {
				t.Errorf("%s event: %+v", name, got)
			}
			directory.ForgetPatterns(texts...)
		}
	})
}

func TestCheapEventsDoNotWaitForThoseThatTakeWork(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.check("plain", "")
		heavy := fields("heavy")
		heavy.Success = patternsOn(roster.FieldBody, "Z", 1)
		e.makeCheck(heavy)
		directory.HoldLane(e.Directory, e.admin.OrganizationID)
		if got := e.record(e.admin, directory.NewEvent{Title: "plain", Body: strings.Repeat("ä", 30_000)}); got.Check.Name != "plain" {
			t.Errorf("claimed by %q", got.Check.Name)
		}
		_, err := e.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: "heavy", Body: strings.Repeat("x", 20_000)})
		wants(t, err, roster.Unavailable, "")
		if found := roster.All(err); len(found) != 1 || found[0].RetryAfter < time.Second {
			t.Errorf("no time is told: %v", err)
		}
	})
}

func TestTheRegularExpressionsOfACheckAreBoundedTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		tooMany := fields("too many")
		tooMany.Matching, tooMany.Success = patternsOn(roster.FieldSubject, "m", 3), patternsOn(roster.FieldBody, "s", 3)
		_, err := e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: tooMany})
		wants(t, err, roster.Invalid, "matching")
		if !strings.Contains(err.Error(), "5000 are the most") {
			t.Errorf("got %v", err)
		}
		f := fields("some")
		f.Success = patternsOn(roster.FieldBody, "s", 3)
		c := e.makeCheck(f)
		for _, n := range []int{5, 3, 50} {
			_, err = e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: c.ID, CheckFields: directory.CheckFields{Warning: patternsOn(roster.FieldBody, "w", n)}})
			wants(t, err, roster.Invalid, "matching")
		}
		must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: c.ID, CheckFields: directory.CheckFields{Warning: patternsOn(roster.FieldBody, "w", 2)}}))(t)
		classes := roster.Condition{Field: roster.FieldBody, Matches: roster.MatchRegexp, Value: strings.Repeat(`\pL`, 300)}
		f = fields("classes")
		f.Success = directory.WholeConditions(roster.Some(roster.ConditionGroup{Conditions: []roster.Condition{classes}}))
		_, err = e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f})
		wants(t, err, roster.Invalid, "matching")
	})
}

func TestTheRegularExpressionsOfAnOrganizationAreBoundedTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		with := func(name string, n int) directory.CheckFields {
			f := fields(name)
			f.Success = patternsOn(roster.FieldBody, name, n)
			return f
		}
		var last roster.Check
		var refused error
		n := 0
		for _, size := range []int{5, 1} { // until there is no room for one more
			for refused = nil; refused == nil && n < 1000; n++ {
				var c roster.Check
				c, refused = e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: with(fmt.Sprint("check ", n), size)})
				if refused == nil {
					last = c
				}
			}
			wants(t, refused, roster.Invalid, "matching")
		}
		if !strings.Contains(refused.Error(), "use fewer or simpler ones, here or there") {
			t.Errorf("got %v", refused)
		}
		change := func(n int) error {
			_, err := e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: last.ID, CheckFields: with(last.Name, n)})
			return err
		}
		wants(t, change(3), roster.Invalid, "matching")
		e.check("plain", "")
		if err := change(0); err != nil {
			t.Error(err)
		}
		if err := change(1); err != nil {
			t.Error(err)
		}
		first := all(e.ListChecks(t.Context(), e.admin, directory.CheckList{Name: "check 0"}))(t)[0]
		must(e.DeleteCheck(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(first.ID)}}))(t)
		// There is room for one check of four expressions. Eight are made at once.
		if err := change(1); err != nil {
			t.Error(err)
		}
		var made int
		var mu sync.Mutex
		var work sync.WaitGroup
		for i := range 8 {
			work.Go(func() {
				_, err := e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: with(fmt.Sprint("at once ", i), 4)})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if roster.KindOf(err) != roster.Invalid {
					t.Error(err)
				}
			})
		}
		if work.Wait(); made != 1 {
			t.Errorf("%d checks were made where one has room", made)
		}
	})
}
