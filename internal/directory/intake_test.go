package directory_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// alerts returns the alerts of a check, the oldest first, each as "key state failures", with
// "ended" behind those that are.
func (e *env) alerts(c roster.Check) string {
	e.t.Helper()
	var shown []string
	for _, a := range all(e.ListAlerts(e.t.Context(), e.admin, directory.AlertList{Check: c.ID}))(e.t) {
		text := fmt.Sprint(cmp.Or(a.DedupKey, "-"), " ", a.State, " ", a.Failures)
		if !a.Open() {
			text += " ended"
		}
		shown = append(shown, text)
	}
	slices.Reverse(shown)
	return strings.Join(shown, ", ")
}

// flips returns the flips of a check, each as "from>to cause".
func (e *env) flips(c roster.Check) string {
	e.t.Helper()
	var flips []roster.Flip
	err := e.store.View(e.t.Context(), func(tx directory.Tx) (err error) {
		flips, err = tx.Flips(e.admin.OrganizationID, c.ID, "", directory.MaxPage)
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	shown := make([]string, len(flips))
	for i, f := range flips {
		shown[i] = fmt.Sprint(f.From, ">", f.To, " ", f.Cause)
	}
	return strings.Join(shown, ", ")
}

// state returns what a check shows.
func (e *env) state(c roster.Check) roster.CheckState {
	e.t.Helper()
	return must(e.GetCheck(e.t.Context(), e.admin, c.ID))(e.t).State
}

// silence looks for silence now.
func (e *env) silence() {
	e.t.Helper()
	must(directory.CheckSilence(e.t.Context(), e.store, e.store.Update, e.now(), 100))(e.t)
}

// watched makes a check that only events with its id reach, with an interval in minutes; 0 for
// none.
func (e *env) watched(name string, minutes int) roster.Check {
	e.t.Helper()
	f := fields(name)
	f.IntervalUnit, f.OverdueMinutes = roster.Some(roster.IntervalUnit("")), roster.Some(5)
	if minutes > 0 {
		f.IntervalUnit, f.IntervalValue = roster.Some(roster.IntervalMinute), roster.Some(minutes)
	}
	return must(e.CreateCheck(e.t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(e.t)
}

func TestEventsOpenGoOnWithAndEndTheAlertOfTheirKey(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		start := e.now()
		for name, c := range map[string]struct {
			events string // "key status [minutes since the start when it happened]" of each, a minute apart
			alerts string
			state  roster.State
			flips  string
		}{
			"a success": {"- success", "", "success", "new>success event"},
			"a failure, and its end": {
				"- failure, - success", "- failure 1 ended", "success", "success>failure event, failure>success event",
			},
			"more failures": {"- failure, - failure", "- failure 2", "failure", "success>failure event"},
			"a warning that gets worse, and better": {
				"- warning, - failure, - warning", "- warning 3", "warning", "success>warning event, warning>failure event, failure>warning event",
			},
			"a success of another key": {
				"a failure, b success, - success", "a failure 1", "failure", "success>failure event",
			},
			"two keys, of which the worse ends": {
				"a failure, b warning, a success", "a failure 1 ended, b warning 1", "warning",
				"success>failure event, success>warning event, failure>success event",
			},
			"an old success after a newer failure": {
				"a failure, a success -1", "a failure 1", "failure", "success>failure event",
			},
			"an old failure after a newer success": {
				"- failure, - success, - failure -1", "- failure 1 ended", "success", "success>failure event, failure>success event",
			},
			"a failure that opens again": {
				"a failure, a success, a failure", "a failure 1 ended, a failure 1", "failure",
				"success>failure event, failure>success event, success>failure event",
			},
		} {
			check := e.watched(name, 0)
			for text := range strings.SplitSeq(c.events, ", ") {
				var key, status string
				var minutes int
				n, _ := fmt.Sscan(text, &key, &status, &minutes)
				in := directory.NewEvent{Check: check.ID, Title: text, Status: roster.Status(status), DedupKey: strings.TrimPrefix(key, "-")}
				if n == 3 {
					in.OccurredAt = start.Add(time.Duration(minutes) * time.Minute)
				}
				e.record(e.admin, in)
				e.advance(time.Minute)
			}
			if got := e.alerts(check); got != c.alerts {
				t.Errorf("%s: the alerts are %q, want %q", name, got, c.alerts)
			}
			if got := e.state(check).State; got != c.state {
				t.Errorf("%s: the state is %s, want %s", name, got, c.state)
			}
			if got := e.flips(check); got != c.flips {
				t.Errorf("%s: the flips are %q, want %q", name, got, c.flips)
			}
		}
	})
}

func TestAnAlertHasWhatTheEventThatOpenedItSays(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		c := e.watched("disks", 0)
		labels := map[string]string{"host": "db1", "mount": "/"}
		opened := e.now()
		event := e.record(e.admin, directory.NewEvent{
			Check: c.ID, Title: "Disk full", Status: roster.StatusFailure, DedupKey: "db1 /", Labels: labels, OccurredAt: opened.Add(-time.Hour),
		})
		if got := must(e.GetEvent(t.Context(), e.admin, event.ID))(t); text(t, got) != text(t, event) || text(t, got.Labels) != text(t, labels) {
			t.Errorf("got %+v, want %+v", got, event)
		}
		e.advance(time.Minute)
		e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "Disk fuller", Status: roster.StatusFailure, DedupKey: "db1 /"})
		a := all(e.ListAlerts(t.Context(), e.admin, directory.AlertList{}))(t)[0]
		want := roster.Alert{
			ID: a.ID, Check: roster.CheckLink{ID: c.ID, Number: c.Number, Name: c.Name}, DedupKey: "db1 /", Title: "Disk full", Labels: labels,
			State: roster.StateFailure, Highest: roster.StateFailure, Urgency: roster.UrgencyPage, Failures: 2,
			OpenedAt: opened, RaisedAt: opened, LastEventAt: e.now(), OccurredAt: e.now(),
		}
		if got := must(e.GetAlert(t.Context(), e.admin, a.ID))(t); text(t, got) != text(t, want) {
			t.Errorf("got  %s\nwant %s", text(t, got), text(t, want))
		}
		for _, id := range []roster.AlertID{"", "none", roster.AlertID(event.ID), "\x00"} {
			_, err := e.GetAlert(t.Context(), e.admin, id)
			wants(t, err, roster.NotFound, "id")
		}
	})
}

func TestManyFailuresAtOnceOpenOneAlert(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		c := e.watched("disks", 10)
		var senders sync.WaitGroup
		for i := range 50 {
			senders.Go(func() {
				_, err := e.RecordEvent(t.Context(), e.admin, directory.NewEvent{
					Check: c.ID, Title: fmt.Sprint(i), Status: roster.StatusFailure, DedupKey: []string{"", "disk"}[i%2],
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		senders.Wait()
		got := strings.Split(e.alerts(c), ", ")
		slices.Sort(got)
		if want := []string{"- failure 25", "disk failure 25"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := e.flips(c); got != "success>failure event, success>failure event" {
			t.Errorf("the flips are %q", got)
		}
	})
}

func TestAClockThatWasSetBackKeepsNoEventFromCounting(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		c := e.watched("backup", 0)
		for _, status := range []roster.Status{roster.StatusFailure, roster.StatusSuccess, roster.StatusFailure} {
			e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: status})
			if got := e.state(c); got.Status != status || string(got.State) != string(status) {
				t.Errorf("after a %s the state is %+v", status, got)
			}
			e.advance(-2 * time.Hour)
		}
		if got, want := e.alerts(c), 1; strings.Count(got, "ended") != want || strings.Count(got, ",") != 1 {
			t.Errorf("the alerts are %q", got)
		}
	})
}

func TestSilenceOpensAnAlertThatAnEventEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		c, other := e.watched("backup", 10), e.watched("never", 0)
		wants := func(state roster.State, alerts string, due time.Duration) {
			t.Helper()
			s := e.state(c)
			if got := e.alerts(c); s.State != state || got != alerts {
				t.Errorf("the check is %s with %q, want %s with %q", s.State, got, state, alerts)
			}
			if at := e.now().Add(due); due == 0 && !s.DueAt.IsZero() || due > 0 && !s.DueAt.Equal(at) {
				t.Errorf("it is due at %v, want %v", s.DueAt, at)
			}
		}
		wants("new", "", 15*time.Minute)
		e.advance(15*time.Minute - time.Second)
		e.silence()
		wants("new", "", time.Second)
		e.advance(time.Second)
		e.silence()
		e.silence()
		wants("overdue", "- overdue 1", 0)
		e.advance(time.Hour)
		e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: roster.StatusSuccess})
		wants("success", "- overdue 1 ended", 15*time.Minute)
		e.advance(time.Hour)
		e.silence()
		e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: roster.StatusFailure, DedupKey: "disk"})
		wants("failure", "- overdue 1 ended, - overdue 1 ended, disk failure 1", 15*time.Minute)
		if got := e.state(other); got.State != roster.StateNew || !got.DueAt.IsZero() {
			t.Errorf("a check without interval is %+v", got)
		}
		if got := e.flips(c); !strings.HasPrefix(got, "success>overdue silence, overdue>success event, success>overdue silence") {
			t.Errorf("the flips are %q", got)
		}
	})
}

func TestCalendarIntervalsAreOfTheOrganizationsZone(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		must(e.UpdateSettings(t.Context(), e.admin, directory.SettingsChange{TimeZone: roster.Some("Europe/Berlin")}))(t)
		e.advance(time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC).Sub(e.now())) // the clocks change in the night
		c := must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: fields("nightly")}))(t)
		if want := e.now().Add(25*time.Hour + 30*time.Minute); !c.State.DueAt.Equal(want) {
			t.Errorf("it is due at %v, want %v", c.State.DueAt, want)
		}
	})
}

func TestAPausedCheckRecordsEventsAndChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		c := e.watched("backup", 10)
		pause := func(paused bool) roster.Check {
			return must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: c.ID, CheckFields: directory.CheckFields{Paused: roster.Some(paused)}}))(t)
		}
		e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: roster.StatusFailure})
		e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: roster.StatusWarning, DedupKey: "disk"})
		e.advance(time.Minute)
		if got := pause(true); !got.Paused() || got.Version != 2 || !got.State.DueAt.IsZero() {
			t.Errorf("the paused check is %+v", got)
		}
		if got := pause(true); got.Version != 2 {
			t.Errorf("paused again it has version %d", got.Version)
		}
		const over = "- failure 1 ended, disk warning 1 ended"
		e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: roster.StatusFailure})
		e.advance(time.Hour)
		e.silence()
		if got := e.state(c); got.State != roster.StatePaused || got.Status != roster.StatusFailure || e.alerts(c) != over {
			t.Errorf("the check is %+v with %s", got, e.alerts(c))
		}
		if got := pause(false); got.State.State != roster.StateNew || !got.State.DueAt.Equal(e.now().Add(15*time.Minute)) || got.State != e.state(c) {
			t.Errorf("the check that is watched again is %+v", got.State)
		}
		want := "success>failure event, success>warning event, warning>success pause, failure>success pause, failure>paused pause, paused>new pause"
		if got := e.flips(c); got != want {
			t.Errorf("the flips are %q", got)
		}
		f := fields("paused from the beginning")
		f.Paused = roster.Some(true)
		if made := must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(t); !made.Paused() || !made.State.DueAt.IsZero() {
			t.Errorf("made %+v", made.State)
		}
	})
}

func TestADeletedCheckEndsItsAlerts(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		c := e.watched("backup", 10)
		for i := range 3 {
			e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: roster.StatusFailure, DedupKey: fmt.Sprint("k", i)})
		}
		must(e.DeleteCheck(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(c.ID)}}))(t)
		if got := e.alerts(c); got != "k0 failure 1 ended, k1 failure 1 ended, k2 failure 1 ended" {
			t.Errorf("the alerts are %q", got)
		}
		if got := e.flips(c); !strings.HasSuffix(got, "failure>success delete, failure>paused delete") {
			t.Errorf("the flips are %q", got)
		}
		e.advance(time.Hour)
		e.silence()
	})
}

func TestAChangedIntervalCountsFromItsChange(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		c := e.watched("backup", 0)
		e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: roster.StatusSuccess})
		for _, s := range []struct {
			fields directory.CheckFields
			due    time.Duration
		}{
			{directory.CheckFields{IntervalUnit: roster.Some(roster.IntervalHour), IntervalValue: roster.Some(2)}, 125 * time.Minute},
			{directory.CheckFields{Description: roster.Some("other")}, 65 * time.Minute},
			{directory.CheckFields{IntervalUnit: roster.Some(roster.IntervalUnit(""))}, 0},
		} {
			e.advance(time.Hour)
			got := must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: c.ID, CheckFields: s.fields}))(t)
			if s.due == 0 && !got.State.DueAt.IsZero() || s.due > 0 && !got.State.DueAt.Equal(e.now().Add(s.due)) {
				t.Errorf("%+v: due at %v", s.fields, got.State.DueAt)
			}
		}
	})
}

func TestARunIsGoingOnFromItsStartToItsEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		c := e.watched("backup", 0)
		for _, s := range []struct {
			kind    directory.EventKind
			run     string
			running bool
			state   roster.State
		}{
			{directory.EventLog, "", false, "new"},
			{directory.EventStart, "1", true, "new"},
			{directory.EventResult, "2", true, "success"},
			{directory.EventLog, "1", true, "success"},
			{directory.EventResult, "1", false, "success"},
		} {
			e.advance(time.Minute)
			event := e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Kind: s.kind, Run: s.run})
			got := e.state(c)
			if !got.RunningSince.IsZero() != s.running || got.State != s.state || got.LastEvent != event.ID || event.Status != roster.StatusSuccess {
				t.Errorf("%+v: %+v", s, got)
			}
		}
	})
}

func TestEveryFaultOfTheNewMembersOfAnEventIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		many := map[string]string{}
		for i := range directory.MaxLabels + 1 {
			many[fmt.Sprint(i)] = ""
		}
		for field, in := range map[string]directory.NewEvent{
			"dedupKey":   {DedupKey: "a\nb"},
			"labels":     {Labels: many},
			"labels.a":   {Labels: map[string]string{"a": strings.Repeat("ä", 256)}},
			"occurredAt": {OccurredAt: e.now().Add(5*time.Minute + time.Microsecond)},
		} {
			in.Title = "t"
			_, err := e.RecordEvent(t.Context(), e.admin, in)
			wants(t, err, roster.Invalid, field)
		}
		for _, in := range []directory.NewEvent{
			{DedupKey: strings.Repeat("x", 256)},
			{Labels: map[string]string{"": "a"}},
			{Labels: map[string]string{strings.Repeat("x", 65): "a"}},
			{OccurredAt: e.now().Add(-400*24*time.Hour - 1)},
		} {
			in.Title = "t"
			if _, err := e.RecordEvent(t.Context(), e.admin, in); roster.KindOf(err) != roster.Invalid {
				t.Errorf("%+v: %v", in, err)
			}
		}
		e.record(e.admin, directory.NewEvent{
			Title: "t", DedupKey: strings.Repeat("x", 255), Labels: map[string]string{strings.Repeat("ü", 64): strings.Repeat("ä", 255)},
			OccurredAt: e.now().Add(-400 * 24 * time.Hour),
		})
	})
}

func TestWhoSeesACheckSeesItsAlerts(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		w := newWorld(e)
		for _, c := range w.checks {
			e.record(e.admin, directory.NewEvent{Check: c.ID, Title: "t", Status: roster.StatusFailure})
		}
		for name, by := range w.actors {
			checks, err := e.ListChecks(t.Context(), by, directory.CheckList{})
			if err != nil {
				_, err := e.ListAlerts(t.Context(), by, directory.AlertList{})
				wants(t, err, roster.KindOf(err), "")
				continue
			}
			var seen, alerting []roster.CheckID
			for c := range checks {
				seen = append(seen, c.ID)
			}
			for _, a := range all(e.ListAlerts(t.Context(), by, directory.AlertList{}))(t) {
				alerting = append(alerting, a.Check.ID)
				must(e.GetAlert(t.Context(), by, a.ID))(t)
			}
			slices.Reverse(alerting)
			if !slices.Equal(seen, alerting) {
				t.Errorf("%s sees the checks %v, and alerts of %v", name, seen, alerting)
			}
		}
	})
}
