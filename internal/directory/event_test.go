package directory_test

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// status returns the status of a check, and since when it has it.
func (e *env) status(c roster.Check) (roster.Status, time.Time) {
	e.t.Helper()
	got := must(e.GetCheck(e.t.Context(), e.admin, c.ID))(e.t)
	return got.State.Status, got.State.LastAt
}

func TestTheFirstCheckThatMatchesClaimsAnEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		alias := directory.CheckFields{Name: roster.Some("by alias"), EmailAlias: roster.Some("Nightly")}
		checks := []roster.Check{
			must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: alias}))(t),
			e.check("backup", ""), e.check("backup of db", ""),
		}
		for _, c := range []struct {
			in    directory.NewEvent
			check string
		}{
			{directory.NewEvent{Title: "BACKUP of DB done"}, "backup"},
			{directory.NewEvent{Title: "backup", Alias: "nightly"}, "by alias"},
			{directory.NewEvent{Title: "anything", Alias: "NIGHTLY"}, "by alias"},
			{directory.NewEvent{Title: "backup", Alias: "none"}, "backup"},
			{directory.NewEvent{Title: "by alias"}, ""}, // it has no conditions
			{directory.NewEvent{Title: "restore", Body: "backup"}, ""},
			{directory.NewEvent{Title: "anything", Check: checks[2].ID, Alias: "nightly"}, "backup of db"},
		} {
			e.advance(time.Minute)
			made := e.record(e.admin, c.in)
			if made.Check.Name != c.check {
				t.Errorf("%+v: claimed by %q, want %q", c.in, made.Check.Name, c.check)
			}
			if got := must(e.GetEvent(t.Context(), e.admin, made.ID))(t); !reflect.DeepEqual(got, made) {
				t.Errorf("got %+v, want %+v", got, made)
			}
			i := slices.IndexFunc(checks, func(k roster.Check) bool { return k.Name == c.check })
			if i < 0 {
				if made.Status != roster.StatusFailure {
					t.Errorf("unmatched, and a %s", made.Status)
				}
			} else if status, at := e.status(checks[i]); status != made.Status || !at.Equal(e.now()) {
				t.Errorf("the check is %s since %v", status, at)
			}
		}
		if got := must(e.GetCheck(t.Context(), e.admin, checks[1].ID))(t); got.Version != 1 {
			t.Errorf("events raised the version to %d", got.Version)
		}
		_, err := e.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: "t", Check: "none"})
		wants(t, err, roster.NotFound, "check")
		_, err = e.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: "t", Check: "\x00"})
		wants(t, err, roster.NotFound, "check")
	})
}

func TestTheFirstCheckIsFoundAmongMany(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for i := range 205 {
			e.check(fmt.Sprintf("check %03d", i), "")
		}
		for _, n := range []int{0, 99, 100, 204} {
			title := fmt.Sprintf("about check %03d", n)
			if got := e.record(e.admin, directory.NewEvent{Title: title}); got.Check.Number != int64(n+1) {
				t.Errorf("%s is claimed by %+v", title, got.Check)
			}
		}
	})
}

func TestTheStatusOfAnEventIsTheOneGivenOrWhatTheConditionsSay(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		f := fields("backup")
		f.Success, f.Warning = about("ok"), about("slow")
		c := must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(t)
		for _, s := range []struct {
			title string
			given roster.Status
			want  roster.Status
		}{
			{"backup OK", "", roster.StatusSuccess},
			{"backup ok but slow", "", roster.StatusSuccess},
			{"backup slow", "", roster.StatusWarning},
			{"backup", "", roster.StatusFailure},
			{"backup ok", roster.StatusWarning, roster.StatusWarning},
			{"backup", roster.StatusSuccess, roster.StatusSuccess},
			{"no check's", roster.StatusWarning, roster.StatusWarning},
			{"no check's", "", roster.StatusFailure},
		} {
			if got := e.record(e.admin, directory.NewEvent{Title: s.title, Status: s.given}); got.Status != s.want {
				t.Errorf("%q given as %q is a %s, want %s", s.title, s.given, got.Status, s.want)
			}
		}
		if status, _ := e.status(c); status != roster.StatusSuccess {
			t.Errorf("the check is %s", status)
		}
	})
}

func TestEveryFaultOfAnEventIsToldAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		in := directory.NewEvent{Title: " ", Body: "a\x00b", From: strings.Repeat("x", 321), Status: "fine", Alias: "a\nb"}
		in.Faults.Add("color", "is not known")
		_, err := e.RecordEvent(t.Context(), e.admin, in)
		var got []string
		for _, f := range roster.All(err) {
			got = append(got, f.Field)
		}
		if want := []string{"color", "title", "from", "alias", "body", "status"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for _, in := range []directory.NewEvent{
			{Title: strings.Repeat("x", 1001)}, {Title: "two\nlines"}, {Title: "\xff"},
		} {
			_, err := e.RecordEvent(t.Context(), e.admin, in)
			wants(t, err, roster.Invalid, "title")
		}
		_, err = e.RecordEvent(t.Context(), e.admin, directory.NewEvent{Title: "t", Body: strings.Repeat("x", 64<<10+1)})
		wants(t, err, roster.Invalid, "body")
		long := directory.NewEvent{Title: strings.Repeat("ä", 1000), Body: strings.Repeat("x", 64<<10), From: strings.Repeat("ö", 320)}
		made := e.record(e.admin, long)
		if got := must(e.GetEvent(t.Context(), e.admin, made.ID))(t); got.Title != long.Title || got.Body != long.Body || got.From != long.From {
			t.Error("a long event came back otherwise")
		}
	})
}

func TestWhatIsMadeUnderAKeyIsMadeOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		event := directory.NewEvent{Title: "backup", IdempotencyKey: "k"}
		check := directory.NewCheck{CheckFields: fields("backup"), IdempotencyKey: "k"}
		group := directory.NewCheckGroup{Name: "X", IdempotencyKey: "k"}
		first := e.record(by, event)
		c := must(e.CreateCheck(t.Context(), by, check))(t) // claims what comes from now on
		g := must(e.CreateCheckGroup(t.Context(), by, group))(t)
		e.advance(time.Hour)
		if again := e.record(by, event); !reflect.DeepEqual(again, first) {
			t.Errorf("again %+v, first %+v", again, first)
		}
		if again := must(e.CreateCheck(t.Context(), by, check))(t); again.ID != c.ID {
			t.Error("a second check")
		}
		if again := must(e.CreateCheckGroup(t.Context(), by, group))(t); again.ID != g.ID {
			t.Error("a second check group")
		}
		if n := len(all(e.ListEvents(t.Context(), by, directory.EventList{}))(t)); n != 1 {
			t.Errorf("%d events", n)
		}
		event.Title, check.Description, group.Description = "other", roster.Some("other"), "other"
		_, err := e.RecordEvent(t.Context(), by, event)
		wants(t, err, roster.Invalid, "Idempotency-Key")
		_, err = e.CreateCheck(t.Context(), by, check)
		wants(t, err, roster.Invalid, "Idempotency-Key")
		_, err = e.CreateCheckGroup(t.Context(), by, group)
		wants(t, err, roster.Invalid, "Idempotency-Key")
		check.Description = roster.Set[string]{}
		must(e.DeleteCheck(t.Context(), by, directory.Deletion{Ref: roster.Ref{ID: string(c.ID)}}))(t)
		_, err = e.CreateCheck(t.Context(), by, check)
		wants(t, err, roster.Conflict, "Idempotency-Key")
	})
}

// titles are those of the events that a list has, and that its pages have.
func (e *env) titles(by roster.Actor, in directory.EventList) string {
	e.t.Helper()
	listed := all(e.ListEvents(e.t.Context(), by, in))(e.t)
	var titles []string
	for _, v := range listed {
		if v.Body != "body of "+v.Title {
			e.t.Errorf("%s has the body %q", v.Title, v.Body)
		}
		titles = append(titles, v.Title)
	}
	var found []roster.Event
	step := in
	step.Limit = cmp.Or(in.Limit, 3)
	for next := true; next; {
		page := must(e.FindEvents(e.t.Context(), by, step))(e.t)
		found = append(found, page.Events...)
		if len(page.Events) == 0 && len(listed) > 0 || len(page.Events) > step.Limit {
			e.t.Errorf("%+v: a page of %d", step, len(page.Events))
		}
		step.Before = page.Next
		next = page.Next != "" && in.Limit == 0
	}
	if !reflect.DeepEqual(found, listed) {
		e.t.Errorf("%+v: the pages have %d events, the list has %d", in, len(found), len(listed))
	}
	return strings.Join(titles, " ")
}

func TestEventsAreListedNewestFirstByWhatIsAskedFor(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.checkGroup("X")
		a, b, c := e.check("aa", "X"), e.check("bb", "x"), e.check("cc", "")
		start := e.now()
		var events []roster.Event
		for i, step := range []struct {
			check  roster.Check
			status roster.Status
		}{{a, "success"}, {b, "failure"}, {roster.Check{}, ""}, {c, "warning"}, {a, "failure"}, {roster.Check{}, "warning"}, {b, "success"}} {
			title := fmt.Sprint(i)
			events = append(events, e.record(e.admin, directory.NewEvent{Check: step.check.ID, Title: title, Body: "body of " + title, Status: step.status}))
			if i%2 == 1 { // two come at the same moment
				e.advance(time.Hour)
			}
		}
		x := all(e.ListCheckGroups(t.Context(), e.admin, directory.CheckGroupList{}))(t)[0]
		for _, s := range []struct {
			in   directory.EventList
			want string
		}{
			{directory.EventList{}, "6 5 4 3 2 1 0"},
			{directory.EventList{Limit: 2}, "6 5"},
			{directory.EventList{Before: events[3].ID, Limit: 2}, "2 1"},
			{directory.EventList{Check: a.ID}, "4 0"},
			{directory.EventList{Check: "none"}, ""},
			{directory.EventList{Check: "\x00"}, ""},
			{directory.EventList{CheckGroup: x.ID}, "6 4 1 0"},
			{directory.EventList{CheckGroup: x.ID, Check: b.ID}, "6 1"},
			{directory.EventList{CheckGroup: x.ID, Check: c.ID}, ""},
			{directory.EventList{CheckGroup: x.ID, Status: "failure", Limit: 1}, "4"},
			{directory.EventList{Status: "warning"}, "5 3"},
			{directory.EventList{Matched: roster.Some(true)}, "6 4 3 1 0"},
			{directory.EventList{Matched: roster.Some(false)}, "5 2"},
			{directory.EventList{Matched: roster.Some(false), Status: "failure"}, "2"},
			{directory.EventList{Matched: roster.Some(false), Check: a.ID}, ""},
			{directory.EventList{Matched: roster.Some(false), CheckGroup: x.ID}, ""},
			{directory.EventList{Matched: roster.Null[bool](), Limit: 1}, "6"},
			{directory.EventList{From: roster.Some(start.Add(time.Hour))}, "6 5 4 3 2"},
			{directory.EventList{To: roster.Some(start.Add(2 * time.Hour))}, "3 2 1 0"},
			{directory.EventList{From: roster.Some(start.Add(time.Hour)), To: roster.Some(start.Add(2 * time.Hour))}, "3 2"},
			{directory.EventList{From: roster.Some(start.Add(time.Hour)), To: roster.Some(start.Add(2 * time.Hour)), Before: events[3].ID}, "2"},
			{directory.EventList{Check: a.ID, To: roster.Some(start.Add(time.Second))}, "0"},
			{directory.EventList{From: roster.Some(start.Add(24 * time.Hour))}, ""},
		} {
			if got := e.titles(e.admin, s.in); got != s.want {
				t.Errorf("%+v: got %q, want %q", s.in, got, s.want)
			}
		}
		must(e.DeleteCheck(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(a.ID)}}))(t)
		if got := e.titles(e.admin, directory.EventList{Check: a.ID}) + ", " + e.titles(e.admin, directory.EventList{CheckGroup: x.ID}); got != "4 0, 6 1" {
			t.Errorf("of a deleted check, and of its check group: %q", got)
		}
	})
}

// TestEventsOfManyChecksAreFoundAmongThoseOfOthers has more checks than a query names, and longer
// stretches of what is not wanted than a page.
func TestEventsOfManyChecksAreFoundAmongThoseOfOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a := e.group(roster.KindGroup, "A")
		e.people("p", 1)
		hidden := e.check("hidden", "")
		const n = directory.MaxEventChecks + 6
		var want []string
		add := func(c roster.Check, title string, status roster.Status) {
			e.record(e.admin, directory.NewEvent{Check: c.ID, Title: title, Body: "body of " + title, Status: status})
		}
		for i := range n {
			c := e.check(fmt.Sprint("seen ", i), "", a)
			status := roster.StatusSuccess
			if i%50 == 0 {
				status = roster.StatusFailure
			}
			add(c, fmt.Sprint(i), status)
			want = append(want, fmt.Sprint(i))
			if i == 20 {
				for j := range 130 {
					add(hidden, fmt.Sprint("hidden ", j), roster.StatusWarning)
				}
			}
		}
		slices.Reverse(want)
		by := e.somebody("p1", within(a, roster.LevelReadonly.Permissions()))
		if got := e.titles(by, directory.EventList{}); got != strings.Join(want, " ") {
			t.Errorf("got %s", got)
		}
		if got := e.titles(by, directory.EventList{Limit: n - 2}); got != strings.Join(want[:n-2], " ") {
			t.Errorf("got %s", got)
		}
		if got := e.titles(by, directory.EventList{Status: roster.StatusFailure}); got != "50 0" {
			t.Errorf("failures: got %s", got)
		}
		if got := e.titles(e.admin, directory.EventList{Status: roster.StatusFailure}); got != "50 0" {
			t.Errorf("the administrator's failures: got %s", got)
		}
	})
}

func TestWhoMayRecordEvents(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a := e.group(roster.KindGroup, "A")
		e.people("p", 1)
		for name, c := range map[string]struct {
			by  roster.Actor
			may bool
		}{
			"a sender":             {e.somebody("p1", orgWideGrant(roster.SendEvents)), true},
			"a sender of a group":  {e.somebody("p1", within(a, roster.SendEvents)), false},
			"a reader":             {e.somebody("p1", orgWideGrant(roster.LevelManager.Permissions())), false},
			"the organization":     {roster.Actor{Kind: roster.ActorToken, TokenID: "t", OrganizationID: e.admin.OrganizationID, Grants: roster.Grants{orgWideGrant(roster.LevelAdministrator.Permissions())}}, true},
			"somebody who may not": {e.somebody("p1"), false},
		} {
			_, err := e.RecordEvent(t.Context(), c.by, directory.NewEvent{Title: "t"})
			if (err == nil) != c.may || err != nil && roster.KindOf(err) != roster.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
