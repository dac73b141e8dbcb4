package watch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/watch"
)

// history is a check to which one thing after the other happens. It keeps what a store would.
type history struct {
	watch.Rules
	state  roster.CheckState
	alerts []roster.Alert // all that ever were
	now    time.Time
	log    []string // flips and occasions, as text
}

// newHistory begins to watch a check at 12:00 UTC.
func newHistory(r watch.Rules) *history {
	h := &history{Rules: r, now: at("2027-01-04 12:00")}
	h.Check.ID = "c1"
	h.keep(watch.Watch(h.intake("")))
	return h
}

func (h *history) intake(key string) watch.Intake {
	in := watch.Intake{Rules: h.Rules, Now: h.now, State: h.state, NewAlert: roster.AlertID(fmt.Sprint("a", len(h.alerts)+1))}
	for _, a := range h.alerts {
		switch {
		case a.DedupKey == key:
			in.Alert = a
		case a.DedupKey == "" && a.Silent && a.Open():
			in.Silence = a
		case a.Open() && (in.Elsewhere == "" || in.Elsewhere == roster.StateWarning):
			in.Elsewhere = a.State
		}
	}
	return in
}

// keep stores a change and writes it down: "a1 success>failure" for a flip, "flips a1" for an
// occasion.
func (h *history) keep(c watch.Change) {
	h.state = c.State
	for _, changed := range c.Alerts {
		found := false
		for i, a := range h.alerts {
			if a.ID == changed.ID {
				h.alerts[i], found = changed, true
			}
		}
		if !found {
			h.alerts = append(h.alerts, changed)
		}
	}
	for _, f := range c.Flips {
		h.log = append(h.log, strings.TrimSpace(fmt.Sprintf("%s %s>%s", f.Alert, f.From, f.To)))
	}
	for _, o := range c.Occasions {
		text := fmt.Sprintf("tell %s %s", o.Kind, fmt.Sprint(o.Alerts))
		if o.Number > 0 {
			text += fmt.Sprint(" number ", o.Number)
		}
		h.log = append(h.log, text)
	}
}

func (h *history) after(d time.Duration) *history { h.now = h.now.Add(d); return h }

// event is a result without a key, or "key:status" with one.
func (h *history) event(text string) *history {
	key, status, keyed := strings.Cut(text, ":")
	if !keyed {
		key, status = "", text
	}
	return h.signal(watch.Signal{DedupKey: key, Status: roster.Status(status)})
}

func (h *history) signal(s watch.Signal) *history {
	s.Event = "e1"
	h.keep(watch.Receive(h.intake(s.DedupKey), s))
	return h
}

func (h *history) silence() *history { h.keep(watch.Silence(h.intake(""))); return h }

func (h *history) end() []string {
	return append(h.log, "shows "+string(h.state.State))
}

func daily() watch.Rules {
	return watch.Rules{Schedule: roster.Schedule{Interval: roster.Interval{Unit: roster.IntervalDay, Value: 1}, OverdueMinutes: 60}}
}

func minutely() watch.Rules {
	return watch.Rules{Schedule: roster.Schedule{Interval: roster.Interval{Unit: roster.IntervalMinute, Value: 5}, OverdueMinutes: 1}}
}

func TestWhatAnEventDoes(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	occurred := func(status roster.Status, ago time.Duration, h *history) watch.Signal {
		return watch.Signal{Status: status, OccurredAt: h.now.Add(-ago)}
	}
	for name, c := range map[string]struct {
		happens func() *history
		want    []string
	}{
		"a check without events is new": {func() *history { return newHistory(daily()) }, []string{"shows new"}},
		"the first success": {func() *history {
			return newHistory(watch.Rules{}).event("success")
		}, []string{"new>success", "shows success"}},
		"a failure opens an alert, a success ends it": {func() *history {
			return newHistory(watch.Rules{}).event("failure").after(time.Minute).event("success")
		}, []string{"a1 success>failure", "tell flips [a1]", "a1 failure>success", "tell recovery [a1]", "shows success"}},
		"a second failure changes nothing": {func() *history {
			return newHistory(watch.Rules{}).event("failure").after(time.Minute).event("failure")
		}, []string{"a1 success>failure", "tell flips [a1]", "shows failure"}},
		"a rise is told, a fall is recorded, and a rise to the highest is not told again": {func() *history {
			return newHistory(watch.Rules{}).event("warning").event("failure").event("warning").event("failure")
		}, []string{
			"a1 success>warning", "tell flips [a1]", "a1 warning>failure", "tell flips [a1]", "a1 failure>warning", "a1 warning>failure", "shows failure",
		}},
		"a success ends the alert of its own key only": {func() *history {
			return newHistory(watch.Rules{}).event("db1:failure").event("db2:warning").event("db1:success")
		}, []string{
			"a1 success>failure", "tell flips [a1]", "a2 success>warning", "tell flips [a2]", "a1 failure>success", "tell recovery [a1]", "shows warning",
		}},
		"a success of another key ends nothing": {func() *history {
			return newHistory(watch.Rules{}).event("db1:failure").event("db2:success").event("success")
		}, []string{"a1 success>failure", "tell flips [a1]", "shows failure"}},
		"a success that happened before the failure ends nothing": {func() *history {
			h := newHistory(watch.Rules{}).event("failure").after(time.Minute)
			return h.signal(occurred(roster.StatusSuccess, 2*time.Minute, h))
		}, []string{"a1 success>failure", "tell flips [a1]", "shows failure"}},
		"a failure that happened before the success opens nothing": {func() *history {
			h := newHistory(watch.Rules{}).event("failure").after(time.Minute).event("success").after(time.Minute)
			return h.signal(occurred(roster.StatusFailure, 90*time.Second, h))
		}, []string{"a1 success>failure", "tell flips [a1]", "a1 failure>success", "tell recovery [a1]", "shows success"}},
		"a failure of another key that happened earlier opens an alert": {func() *history {
			h := newHistory(watch.Rules{}).event("failure").after(time.Minute)
			return h.signal(watch.Signal{DedupKey: "db2", Status: roster.StatusFailure, OccurredAt: h.now.Add(-time.Hour)})
		}, []string{"a1 success>failure", "tell flips [a1]", "a2 success>failure", "tell flips [a2]", "shows failure"}},
		"an event from a clock that is ahead does not outdate those that follow": {func() *history {
			h := newHistory(watch.Rules{})
			return h.signal(occurred(roster.StatusFailure, -365*day, h)).after(time.Minute).event("success")
		}, []string{"a1 success>failure", "tell flips [a1]", "a1 failure>success", "tell recovery [a1]", "shows success"}},
		"a note changes nothing": {func() *history {
			return newHistory(watch.Rules{}).event("failure").signal(watch.Signal{Kind: watch.SignalLog, Status: roster.StatusSuccess})
		}, []string{"a1 success>failure", "tell flips [a1]", "shows failure"}},
		"each failing run of a daily check is told": {func() *history {
			return newHistory(daily()).event("failure").after(day - time.Minute).event("failure").after(day).event("failure")
		}, []string{"a1 success>failure", "tell flips [a1]", "tell run [a1] number 2", "tell run [a1] number 3", "shows failure"}},
		"a second failure of the same run is not told": {func() *history {
			return newHistory(daily()).event("failure").after(time.Hour).event("failure")
		}, []string{"a1 success>failure", "tell flips [a1]", "shows failure"}},
		"a failing run every five minutes is not told": {func() *history {
			return newHistory(minutely()).event("failure").after(5 * time.Minute).event("failure")
		}, []string{"a1 success>failure", "tell flips [a1]", "shows failure"}},
		"what was tolerated is told with the third failure, and once": {func() *history {
			r := watch.Rules{Tolerance: watch.Tolerance{AfterFailures: 3}}
			return newHistory(r).event("failure").event("failure").event("failure").event("failure")
		}, []string{"a1 success>failure", "tell flips [a1]", "tell flips [a1]", "shows failure"}},
		"a failure after silence, which was told, is not told as what was tolerated": {func() *history {
			r := minutely()
			r.Tolerance.AfterFailures = 2
			return newHistory(r).after(6 * time.Minute).silence().event("failure")
		}, []string{"a1 success>overdue", "tell flips [a1]", "a1 overdue>failure", "shows failure"}},
		"silence opens an alert, which the next success ends": {func() *history {
			return newHistory(minutely()).after(6 * time.Minute).silence().after(time.Hour).event("success")
		}, []string{"a1 success>overdue", "tell flips [a1]", "a1 overdue>success", "tell recovery [a1]", "shows success"}},
		"silence is told once where runs are close together": {func() *history {
			return newHistory(minutely()).after(6 * time.Minute).silence().after(time.Hour).silence()
		}, []string{"a1 success>overdue", "tell flips [a1]", "shows overdue"}},
		"each missed run of a daily check is told": {func() *history {
			return newHistory(daily()).after(25 * time.Hour).silence().after(day).silence()
		}, []string{"a1 success>overdue", "tell flips [a1]", "tell run [a1] number 2", "shows overdue"}},
		"a check without a schedule does not fall silent": {func() *history {
			return newHistory(watch.Rules{}).after(1000 * time.Hour).silence()
		}, []string{"shows new"}},
		"no silence before it is due": {func() *history {
			return newHistory(daily()).after(25*time.Hour - time.Second).silence()
		}, []string{"shows new"}},
		"a failure after silence is the same alert, and not told again": {func() *history {
			return newHistory(minutely()).after(6 * time.Minute).silence().event("failure")
		}, []string{"a1 success>overdue", "tell flips [a1]", "a1 overdue>failure", "shows failure"}},
		"a warning that falls silent has got worse": {func() *history {
			return newHistory(minutely()).event("warning").after(6 * time.Minute).silence()
		}, []string{"a1 success>warning", "tell flips [a1]", "a1 warning>overdue", "tell flips [a1]", "shows overdue"}},
		"silence has ended when something arrives, of whatever key": {func() *history {
			return newHistory(minutely()).after(6 * time.Minute).silence().event("db1:failure")
		}, []string{
			"a1 success>overdue", "tell flips [a1]", "a2 success>failure", "a1 overdue>success", "tell flips [a2]", "tell recovery [a1]", "shows failure",
		}},
		"a failing check that falls silent is not silent only": {func() *history {
			return newHistory(minutely()).event("failure").after(6 * time.Minute).silence().event("db1:success")
		}, []string{"a1 success>failure", "tell flips [a1]", "a1 failure>overdue", "shows overdue"}},
		"silence that a failing event followed is not silence any more": {func() *history {
			return newHistory(minutely()).after(6 * time.Minute).silence().event("failure").event("db1:success")
		}, []string{"a1 success>overdue", "tell flips [a1]", "a1 overdue>failure", "shows failure"}},
		"a run that does not end is stuck": {func() *history {
			r := daily()
			r.LongestRun = time.Hour
			return newHistory(r).signal(watch.Signal{Kind: watch.SignalStart, Run: "r1"}).after(time.Hour).silence()
		}, []string{"a1 success>failure", "tell flips [a1]", "shows failure"}},
		"a run that ends is not": {func() *history {
			r := daily()
			r.LongestRun = time.Hour
			return newHistory(r).signal(watch.Signal{Kind: watch.SignalStart, Run: "r1"}).after(time.Minute).
				signal(watch.Signal{Run: "r1", Status: roster.StatusSuccess}).after(time.Hour).silence()
		}, []string{"new>success", "shows success"}},
		"the success of another run leaves this one running": {func() *history {
			r := daily()
			r.LongestRun = time.Hour
			return newHistory(r).signal(watch.Signal{Kind: watch.SignalStart, Run: "r1"}).after(time.Minute).
				signal(watch.Signal{Run: "r0", Status: roster.StatusSuccess}).after(time.Hour).silence()
		}, []string{"new>success", "a1 success>failure", "tell flips [a1]", "shows failure"}},
		"pausing ends alerts, and pings leave it paused": {func() *history {
			h := newHistory(minutely()).event("db1:failure").event("db2:warning")
			h.keep(watch.Pause(h.intake(""), h.alerts, roster.CausePause))
			return h.event("failure").after(time.Hour).silence()
		}, []string{
			"a1 success>failure", "tell flips [a1]", "a2 success>warning", "tell flips [a2]",
			"a1 failure>success", "a2 warning>success", "failure>paused", "tell unwatched [a1 a2]", "shows paused",
		}},
		"a check that is watched again counts from then": {func() *history {
			h := newHistory(minutely())
			h.keep(watch.Pause(h.intake(""), nil, roster.CausePause))
			h.after(time.Hour)
			h.keep(watch.Watch(h.intake("")))
			return h.after(5 * time.Minute).silence().after(time.Minute).silence()
		}, []string{"new>paused", "paused>new", "a1 success>overdue", "tell flips [a1]", "shows overdue"}},
	} {
		if diff := cmp.Diff(c.want, c.happens().end()); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestAStaleEventLeavesTheStatus(t *testing.T) {
	t.Parallel()
	h := newHistory(watch.Rules{}).event("failure").after(time.Minute)
	h.signal(watch.Signal{Status: roster.StatusSuccess, OccurredAt: h.now.Add(-time.Hour)})
	if h.state.Status != roster.StatusFailure {
		t.Errorf("the check shows %s", h.state.Status)
	}
}

func TestHowLongARunTook(t *testing.T) {
	t.Parallel()
	h := newHistory(daily()).signal(watch.Signal{Kind: watch.SignalStart, Run: "r1"}).after(90 * time.Second)
	for run, want := range map[string]time.Duration{"r1": 90 * time.Second, "": 90 * time.Second, "r0": 0} {
		for _, status := range roster.Statuses {
			if got := watch.Receive(h.intake(""), watch.Signal{Run: run, Status: status}).Took; got != want {
				t.Errorf("%s of run %q: %v, not %v", status, run, got, want)
			}
		}
	}
	if got := watch.Receive(newHistory(daily()).intake(""), watch.Signal{Status: roster.StatusSuccess}).Took; got != 0 {
		t.Errorf("a run without a start: %v", got)
	}
}

func TestARiseClearsAnAcknowledgement(t *testing.T) {
	t.Parallel()
	h := newHistory(watch.Rules{}).event("warning")
	h.alerts[0].Acknowledged = roster.Acknowledgement{At: h.now}
	if h.event("warning"); !h.alerts[0].Acknowledged.Holds(h.now) {
		t.Error("a repetition clears the acknowledgement")
	}
	if h.event("failure"); h.alerts[0].Acknowledged.Holds(h.now) {
		t.Error("a rise leaves the acknowledgement")
	}
}

func TestUrgencyByDefault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules  watch.Rules
		signal watch.Signal
		want   roster.Urgency
	}{
		"pages":                            {watch.Rules{}, watch.Signal{}, roster.UrgencyPage},
		"runs that are close together":     {minutely(), watch.Signal{}, roster.UrgencyPage},
		"runs an hour or more apart":       {daily(), watch.Signal{}, roster.UrgencyHours},
		"an email":                         {watch.Rules{}, watch.Signal{ByEmail: true}, roster.UrgencyHours},
		"the check's own":                  {watch.Rules{Urgency: roster.UrgencyLog}, watch.Signal{ByEmail: true}, roster.UrgencyLog},
		"the source's is of the alert":     {watch.Rules{Urgency: roster.UrgencyLog}, watch.Signal{Urgency: roster.UrgencyPage}, roster.UrgencyPage},
		"the source's, of a slow schedule": {daily(), watch.Signal{Urgency: roster.UrgencyPage}, roster.UrgencyPage},
	} {
		c.signal.Status = roster.StatusFailure
		if got := newHistory(c.rules).signal(c.signal).alerts[0].Urgency; got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

func TestWhenSilenceBecomesAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func() *history
		want    string
	}{
		"a check without a schedule is never overdue": {func() *history { return newHistory(watch.Rules{}).event("success") }, "0001-01-01 00:00"},
		"a new check counts from now":                 {func() *history { return newHistory(daily()) }, "2027-01-05 13:00"},
		"an arrival counts anew":                      {func() *history { return newHistory(daily()).after(2 * time.Hour).event("failure") }, "2027-01-05 15:00"},
		"an event that is stale counts for nothing": {func() *history {
			h := newHistory(daily()).event("success").after(2 * time.Hour)
			return h.signal(watch.Signal{Status: roster.StatusSuccess, OccurredAt: h.now.AddDate(0, 0, -1)})
		}, "2027-01-05 13:00"},
		"a start counts for nothing": {func() *history {
			return newHistory(daily()).after(2 * time.Hour).signal(watch.Signal{Kind: watch.SignalStart})
		}, "2027-01-05 13:00"},
		"after a missed run the next one is due":        {func() *history { return newHistory(daily()).after(25 * time.Hour).silence() }, "2027-01-06 13:00"},
		"after several missed runs the next one is due": {func() *history { return newHistory(daily()).after(80 * time.Hour).silence() }, "2027-01-08 13:00"},
		"where runs are close, silence is found once":   {func() *history { return newHistory(minutely()).after(time.Hour).silence() }, "0001-01-01 00:00"},
	} {
		if got := c.happens().state.DueAt; !got.Equal(at(c.want)) {
			t.Errorf("%s: %v, not %s", name, got, c.want)
		}
	}
}

func TestHowLongAnAcknowledgementHolds(t *testing.T) {
	t.Parallel()
	now := at("2027-01-04 12:00")
	if got := watch.AcknowledgedUntil(minutely().Schedule, now, 4*time.Hour); !got.Equal(at("2027-01-04 16:00")) {
		t.Errorf("it holds until %v", got)
	}
	if got := watch.AcknowledgedUntil(daily().Schedule, now, 4*time.Hour); !got.Equal(at("2027-01-05 13:00")) {
		t.Errorf("of a daily check it holds until %v", got)
	}
}

func TestWhenPeopleAreReminded(t *testing.T) {
	t.Parallel()
	open := roster.Alert{OpenedAt: at("2027-01-04 12:00")}
	ended, logged := open, open
	ended.EndedAt = at("2027-01-04 13:00")
	logged.Urgency = roster.UrgencyLog
	for name, c := range map[string]struct {
		alert roster.Alert
		rules watch.Rules
		every time.Duration
		now   string
		want  string
		n     int
	}{
		"after four hours":                   {open, minutely(), 4 * time.Hour, "2027-01-04 12:00", "2027-01-04 16:00", 1},
		"and again":                          {open, minutely(), 4 * time.Hour, "2027-01-04 16:00", "2027-01-04 20:00", 2},
		"0 is never":                         {open, minutely(), 0, "2027-01-04 12:00", "0001-01-01 00:00", 0},
		"not of an alert that has ended":     {ended, minutely(), 4 * time.Hour, "2027-01-04 14:00", "0001-01-01 00:00", 0},
		"not where each failing run is told": {open, daily(), 4 * time.Hour, "2027-01-04 14:00", "0001-01-01 00:00", 0},
		"not of what is only logged":         {logged, minutely(), 4 * time.Hour, "2027-01-04 14:00", "0001-01-01 00:00", 0},
	} {
		when, n := watch.NextReminder(c.alert, c.rules.Schedule, c.every, at(c.now))
		if !when.Equal(at(c.want)) || n != c.n {
			t.Errorf("%s: %v, number %d", name, when, n)
		}
	}
}
