package watch

import (
	"cmp"
	"time"

	"roster"
)

// Rules are the parts of a check that decide what an event does.
type Rules struct {
	Check      roster.CheckLink
	Schedule   roster.Schedule
	LongestRun time.Duration  // after which a run that does not end is stuck (N24); 0 for no limit
	Urgency    roster.Urgency // "" for the default
	Tolerance  Tolerance
}

// Intake is what an event meets.
type Intake struct {
	Rules
	Now       time.Time
	State     roster.CheckState
	Alert     roster.Alert   // the newest alert of the event's key, open or ended; zero for none
	Silence   roster.Alert   // the open alert of silence, if the event's key is not ""; zero for none
	Elsewhere roster.State   // the worst state of all other open alerts of the check; "" for none
	NewAlert  roster.AlertID // the id of the alert that the event may open
}

// Signal is an event as the rules see it.
type Signal struct {
	Event      roster.EventID
	Kind       SignalKind
	Status     roster.Status // of SignalResult
	Title      string
	Labels     map[string]string
	DedupKey   string
	OccurredAt time.Time      // when it happened; zero: now
	Run        string         // the run id; "" for none
	Urgency    roster.Urgency // by a source's severity table; "" for none
	ByEmail    bool
}

// SignalKind says what an event is about.
type SignalKind int

// The kinds.
const (
	SignalResult SignalKind = iota // a run or a condition ended with a status
	SignalStart                    // a run started
	SignalLog                      // a note that changes nothing
)

// Change is what an event or its absence does. The caller stores it in one transaction (N7).
type Change struct {
	State     roster.CheckState
	Alerts    []roster.Alert // opened or changed, whole
	Flips     []roster.Flip
	Occasions []roster.Occasion // to decide, without ids
	Took      time.Duration     // how long the run was that ended; 0 if none did, or its start is unknown
}

// Receive says what an event does to the check that claimed it.
func Receive(in Intake, s Signal) Change {
	c := Change{State: in.State}
	c.State.LastEvent = s.Event
	if s.Kind == SignalResult {
		c.State.Status = s.Status
	}
	happened := s.OccurredAt
	if happened.IsZero() || happened.After(in.Now) { // a clock that is ahead must not outdate what follows
		happened = in.Now
	}
	switch {
	case in.State.State == roster.StatePaused || s.Kind == SignalLog: // N4: it is recorded only
		return c
	case s.Kind == SignalStart: // N24
		c.State.RunningSince, c.State.Run = in.Now, s.Run
		if in.LongestRun > 0 {
			c.State.DueAt = deadline(in.Rules, c.State)
		}
		return c
	case stale(in, s, happened): // N3
		c.State.Status = in.State.Status
		return c
	}
	if s.DedupKey == "" {
		c.State.OccurredAt = happened
	}
	if began := in.State.RunningSince; !began.IsZero() && (s.Run == "" || s.Run == in.State.Run) {
		// N24: the end of another run leaves this one running.
		c.Took = in.Now.Sub(began)
		c.State.RunningSince, c.State.Run = time.Time{}, ""
	}
	flip := roster.Flip{Event: s.Event, Cause: roster.CauseEvent}
	if s.Status == roster.StatusSuccess {
		c.end(in, in.Alert, happened, flip)
	} else {
		c.fail(in, roster.Alert{
			DedupKey: s.DedupKey, Title: s.Title, Labels: s.Labels, Urgency: urgency(in.Rules, s), OccurredAt: happened,
		}, roster.State(s.Status), flip)
	}
	// N3 lets a success end the alert of its own key only. Silence is of no key of the source's: it
	// ends when anything arrives.
	c.end(in, in.Silence, happened, flip)
	c.State.LastAt = in.Now
	c.State.DueAt = deadline(in.Rules, c.State)
	c.settle(in, flip)
	return c
}

// stale reports whether an event happened before what it meets (N3). One that does not say when it
// happened is newer than all that came before it, also where the clock was set back.
func stale(in Intake, s Signal, happened time.Time) bool {
	if s.OccurredAt.IsZero() {
		return false
	}
	return happened.Before(in.Alert.OccurredAt) || s.DedupKey == "" && happened.Before(in.State.OccurredAt)
}

// Silence says what it does that no event came by the time at which one was due, or that a run did
// not end in time. The intake's Alert is the newest alert of key "". The caller looks after N25.
func Silence(in Intake) Change {
	c := Change{State: in.State}
	if in.State.DueAt.IsZero() || in.Now.Before(in.State.DueAt) || in.State.State == roster.StatePaused {
		return c
	}
	to, flip := roster.StateOverdue, roster.Flip{Cause: roster.CauseSilence}
	if in.LongestRun > 0 && !in.State.RunningSince.IsZero() { // N24
		to, flip.Cause = roster.StateFailure, roster.CauseStuck
		c.State.RunningSince, c.State.Run = time.Time{}, ""
	}
	c.fail(in, roster.Alert{Silent: true, Urgency: urgency(in.Rules, Signal{}), OccurredAt: in.Now}, to, flip)
	c.State.DueAt = time.Time{}
	if Slow(in.Schedule) { // N16: each run that fails is told
		for due := NextDue(in.Schedule, in.State.LastAt); !due.IsZero() && !c.State.DueAt.After(in.Now); due = NextDue(in.Schedule, due) {
			c.State.DueAt = due.Add(in.Schedule.Grace())
		}
	}
	c.settle(in, flip)
	return c
}

// Pause says what it does that a check is no longer watched (N4), by CausePause or CauseDelete.
// open holds all open alerts of the check.
func Pause(in Intake, open []roster.Alert, cause roster.FlipCause) Change {
	c := Change{State: in.State}
	for _, a := range open {
		c.end(in, a, a.OccurredAt, roster.Flip{Cause: cause})
	}
	for i := range c.Occasions {
		c.Occasions[i].Kind = roster.OccasionUnwatched
	}
	c.State.State, c.State.DueAt = roster.StatePaused, time.Time{}
	c.State.RunningSince, c.State.Run = time.Time{}, ""
	c.Flips = append(c.Flips, roster.Flip{Check: in.Check.ID, From: in.State.State, To: roster.StatePaused, At: in.Now, Cause: cause})
	return c
}

// Watch says what it does that a check is new or no longer paused. It counts its first interval
// from now (N4).
func Watch(in Intake) Change {
	c := Change{State: in.State}
	c.State.State, c.State.LastAt = roster.StateNew, in.Now
	c.State.DueAt = deadline(in.Rules, c.State)
	if in.State.State == roster.StatePaused {
		c.Flips = []roster.Flip{{Check: in.Check.ID, From: in.State.State, To: roster.StateNew, At: in.Now, Cause: roster.CausePause}}
	}
	return c
}

// fail opens an alert, or goes on with the open one.
func (c *Change) fail(in Intake, opening roster.Alert, to roster.State, flip roster.Flip) {
	a, tells := in.Alert, roster.OccasionKind("")
	switch {
	case a.ID == "" || !a.Open():
		a, tells = opening, roster.OccasionFlips
		a.ID, a.Check, a.State, a.OpenedAt = in.NewAlert, in.Check, roster.StateSuccess, in.Now
		a.Highest, a.RaisedAt = to, in.Now
	case severity(to) > severity(a.Highest): // N3
		tells, a.Highest, a.RaisedAt = roster.OccasionFlips, to, in.Now
		a.Acknowledged = roster.Acknowledgement{}
	case severity(to) == severity(roster.StateFailure) && Slow(in.Schedule) && anotherRun(in.Schedule, a.LastEventAt, in.Now): // N16
		tells = roster.OccasionRun
	}
	a.Failures++
	if a.Failures == in.Tolerance.AfterFailures && tells == "" && !a.Silent { // N19: what was tolerated is told now
		tells, a.RaisedAt = roster.OccasionFlips, in.Now
	}
	flip.From, flip.To = a.State, to
	a.State, a.LastEventAt, a.OccurredAt = to, in.Now, opening.OccurredAt
	a.Silent = a.Silent && flip.Cause == roster.CauseSilence
	c.change(in, a, flip, tells)
}

// end ends an alert, if it is open.
func (c *Change) end(in Intake, a roster.Alert, happened time.Time, flip roster.Flip) {
	if a.ID == "" || !a.Open() {
		return
	}
	flip.From, flip.To = a.State, roster.StateSuccess
	a.LastEventAt, a.EndedAt, a.OccurredAt = in.Now, in.Now, happened
	c.change(in, a, flip, roster.OccasionRecovery)
}

// change adds a changed alert, its flip, and an occasion to tell people of it unless that is "".
func (c *Change) change(in Intake, a roster.Alert, flip roster.Flip, tells roster.OccasionKind) {
	c.Alerts = append(c.Alerts, a)
	if flip.From != flip.To {
		flip.Check, flip.Alert, flip.At = in.Check.ID, a.ID, in.Now
		c.Flips = append(c.Flips, flip)
	}
	if tells == "" {
		return
	}
	for i, o := range c.Occasions {
		if o.Kind == tells {
			c.Occasions[i].Alerts = append(o.Alerts, a.ID)
			return
		}
	}
	o := roster.Occasion{Kind: tells, At: in.Now, Alerts: []roster.AlertID{a.ID}}
	if tells == roster.OccasionRun {
		o.Number = a.Failures
	}
	c.Occasions = append(c.Occasions, o)
}

// settle sets the state of the check to the worst of its open alerts (N1).
func (c *Change) settle(in Intake, flip roster.Flip) {
	worst := in.Elsewhere
	for _, a := range c.Alerts {
		if a.Open() && (worst == "" || severity(a.State) >= severity(worst)) {
			worst = a.State
		}
	}
	c.State.State = cmp.Or(worst, roster.StateSuccess)
	if len(c.Flips) == 0 && c.State.State != in.State.State {
		flip.Check, flip.From, flip.To, flip.At = in.Check.ID, in.State.State, c.State.State, in.Now
		c.Flips = append(c.Flips, flip)
	}
}

// severity returns how bad a state is. Silence is as bad as a failure.
func severity(s roster.State) int {
	switch s {
	case roster.StateFailure, roster.StateOverdue:
		return 2
	case roster.StateWarning:
		return 1
	}
	return 0
}

// urgency returns the urgency of an alert that opens (N5).
func urgency(r Rules, s Signal) roster.Urgency {
	usual := roster.UrgencyPage
	if s.ByEmail || Slow(r.Schedule) {
		usual = roster.UrgencyHours
	}
	return cmp.Or(s.Urgency, r.Urgency, usual)
}

// deadline returns when silence becomes a failure, or the run that is going on is stuck (N24).
func deadline(r Rules, s roster.CheckState) time.Time {
	if r.LongestRun > 0 && !s.RunningSince.IsZero() {
		return s.RunningSince.Add(r.LongestRun)
	}
	return Deadline(r.Schedule, s.LastAt)
}

// anotherRun reports whether a failure is of another run than the last one. Jobs start and end a
// little early or late, so a run begins half way before it is due.
func anotherRun(s roster.Schedule, last, now time.Time) bool {
	return now.Sub(last) >= NextDue(s, last).Sub(last)/2
}
