package watch_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/watch"
)

// row is a case of Decide: the world with a change, and the decisions, without those that only say
// "not chosen" or "not a recipient".
type row struct {
	name   string
	change func(*watch.Snapshot)
	want   []string
}

func TestWhoIsToldAndWhyNot(t *testing.T) {
	t.Parallel()
	for _, r := range slices.Concat(alertRows(), personRows(), nobodyRows(), gatherRows(), afterRows(), readerRows()) {
		s := world()
		r.change(&s)
		if diff := cmp.Diff(r.want, lines(watch.Decide(s))); diff != "" {
			t.Errorf("%s:\n%s", r.name, diff)
		}
	}
}

// laterIssues are reasons whose rules come with shifts, limits, fail-over and delivery.
var laterIssues = []roster.Reason{
	roster.ReasonServiceDown, roster.ReasonLimit, roster.ReasonNotOnShift, roster.ReasonTooLate, roster.ReasonFailOver,
}

func TestEachReasonOfTheClosedListHasARowThatYieldsIt(t *testing.T) {
	t.Parallel()
	yielded := map[roster.Reason]bool{}
	for _, r := range slices.Concat(alertRows(), personRows(), nobodyRows(), gatherRows(), afterRows(), readerRows()) {
		s := world()
		r.change(&s)
		for _, d := range watch.Decide(s) {
			yielded[d.Reason] = true
			if !slices.Contains(roster.Reasons(), d.Reason) {
				t.Errorf("%s: %q is not in the closed list", r.name, d.Reason)
			}
		}
	}
	for _, reason := range roster.Reasons() {
		if late := slices.Contains(laterIssues, reason); yielded[reason] == late {
			t.Errorf("%q: a row yields it: %v; it is of a later issue: %v", reason, yielded[reason], late)
		}
		if reason.Text() == "" {
			t.Errorf("%q has no text", reason)
		}
	}
}

// alertRows are the rules about an alert itself (gate.go).
func alertRows() []row {
	everybody := func(what string) []string {
		return []string{"ann email " + what, "ann sms " + what, "bob email " + what}
	}
	first := func(s *watch.Snapshot) *watch.Trouble { return &s.Troubles[0] }
	parent := func(s *watch.Snapshot, p watch.Parent) {
		p.Alert.ID, p.Alert.LastEventAt = "p1", night.Add(-time.Hour)
		first(s).Parents = []watch.Parent{p}
	}
	return []row{
		{"a failure is told by the services that were chosen", func(*watch.Snapshot) {}, everybody("send: chosen N11")},
		{"a paused check tells nobody", func(s *watch.Snapshot) { first(s).Paused = true }, everybody("skip: paused N4")},
		{"a check of urgency log tells nobody", func(s *watch.Snapshot) { first(s).Alert.Urgency = roster.UrgencyLog }, everybody("skip: log only N5")},
		{"an acknowledged alert tells nobody else", func(s *watch.Snapshot) {
			first(s).Alert.Acknowledged = roster.Acknowledgement{At: night, Until: night.Add(time.Hour)}
		}, everybody("skip: acknowledged N15")},
		{"an acknowledgement lapses", func(s *watch.Snapshot) {
			first(s).Alert.Acknowledged = roster.Acknowledgement{At: night.Add(-2 * time.Hour), Until: night}
		}, everybody("send: chosen N11")},
		{"who acknowledged all of theirs also has what opens soon after, of a check", func(s *watch.Snapshot) {
			s.Adoptions = []watch.Adoption{{At: night.Add(-29 * time.Minute), Checks: []roster.CheckID{"database"}}}
		}, everybody("skip: acknowledged N15")},
		{"and of a check group", func(s *watch.Snapshot) {
			first(s).CheckGroup = "acme"
			s.Adoptions = []watch.Adoption{{At: night, CheckGroups: []roster.CheckGroupID{"acme"}}}
		}, everybody("skip: acknowledged N15")},
		{"and of a parent", func(s *watch.Snapshot) {
			first(s).Parents = []watch.Parent{{Alert: roster.Alert{Check: roster.CheckLink{ID: "router"}}}}
			s.Adoptions = []watch.Adoption{{At: night, Parents: []roster.CheckID{"router"}}}
		}, everybody("skip: acknowledged N15")},
		{"but not what opened before, opens later, got worse or is of others", func(s *watch.Snapshot) {
			all := []roster.CheckID{"database"}
			first(s).Alert.OpenedAt = night.Add(-time.Minute)
			s.Adoptions = []watch.Adoption{
				{At: night, Checks: all},
				{At: night.Add(-31 * time.Minute), Checks: all},
				{At: night.Add(-2 * time.Minute), Checks: all}, // it got worse at 03:00
				{At: night.Add(-2 * time.Minute), Checks: []roster.CheckID{"website"}, CheckGroups: []roster.CheckGroupID{""}},
			}
		}, everybody("send: chosen N11")},
		{"maintenance of the check group", func(s *watch.Snapshot) {
			first(s).CheckGroup = "acme"
			s.Maintenances = []watch.Maintenance{{CheckGroup: "acme", From: night.Add(-time.Hour), Until: night.Add(time.Hour)}}
		}, everybody("skip: maintenance N18")},
		{"maintenance each night, by label", func(s *watch.Snapshot) {
			first(s).Alert.Labels = map[string]string{"host": "db1", "site": "north"}
			s.Maintenances = []watch.Maintenance{{Labels: map[string]string{"site": "north"}, Recurring: hours("02:00", "04:00")}}
		}, everybody("skip: maintenance N18")},
		{"maintenance of others", func(s *watch.Snapshot) {
			s.Maintenances = []watch.Maintenance{
				{Check: "website"},
				{CheckGroup: "acme"},
				{Labels: map[string]string{"site": "north"}},
				{Until: night},
				{From: night.Add(time.Minute)},
				{Recurring: hours("04:00", "05:00")},
			}
		}, everybody("send: chosen N11")},
		{"an alert that has ended tells nobody", ends, everybody("skip: ended meanwhile N3")},
		{"a check that tolerates two failures", func(s *watch.Snapshot) { first(s).Tolerance.AfterFailures = 3 }, everybody("skip: tolerated N19")},
		{"the third failure is told", func(s *watch.Snapshot) {
			first(s).Tolerance.AfterFailures, first(s).Alert.Failures = 3, 3
		}, everybody("send: chosen N11")},
		{"silence is no failing event to be counted", func(s *watch.Snapshot) {
			first(s).Tolerance.AfterFailures, first(s).Alert.Silent = 3, true
		}, everybody("send: chosen N11")},
		{"a check that tolerates ten minutes", func(s *watch.Snapshot) { first(s).Tolerance.ForMinutes = 10 }, everybody("hold until 03:10: tolerated N19")},
		{"what was tolerated is told then", func(s *watch.Snapshot) {
			first(s).Tolerance.ForMinutes = 10
			later(s, 10*time.Minute)
		}, everybody("send: chosen N11")},
		{"what was tolerated and has ended is not told", func(s *watch.Snapshot) {
			first(s).Tolerance.ForMinutes = 10
			later(s, 10*time.Minute)
			ends(s)
		}, everybody("skip: ended meanwhile N3")},
		{"the flip that begins flapping is told", func(s *watch.Snapshot) { first(s).Flips = flips(7) }, everybody("send: chosen N11 flapping")},
		{"the next flips are held until the check is calm", func(s *watch.Snapshot) { first(s).Flips = flips(8) }, everybody("hold until 03:30: flapping N19")},
		{"six flips an hour are not flapping", func(s *watch.Snapshot) { first(s).Flips = flips(6) }, everybody("send: chosen N11")},
		{"eight flips in two hours are not flapping", func(s *watch.Snapshot) {
			first(s).Flips = append(flips(4), night.Add(-70*time.Minute), night.Add(-71*time.Minute), night.Add(-72*time.Minute), night.Add(-73*time.Minute))
		}, everybody("send: chosen N11")},
		{"a check that was flapping and then calm begins anew", func(s *watch.Snapshot) {
			for _, flip := range flips(8) {
				first(s).Flips = append(first(s).Flips, flip.Add(-40*time.Minute))
			}
			first(s).Flips = append(first(s).Flips, night)
		}, everybody("send: chosen N11")},
		{"a check that stays failing after flapping is told", func(s *watch.Snapshot) {
			first(s).Flips = flips(8)
			later(s, 30*time.Minute)
		}, everybody("send: chosen N11")},
		{"an alert waits 90 seconds for its parent's", func(s *watch.Snapshot) {
			first(s).Parents = []watch.Parent{{}}
		}, everybody("hold until 03:01:30: waits for the parent N22")},
		{"a parent that did not fail in time", func(s *watch.Snapshot) {
			first(s).Parents = []watch.Parent{{}}
			later(s, 90*time.Second)
		}, everybody("send: chosen N11")},
		{"a parent whose failure people know", func(s *watch.Snapshot) {
			parent(s, watch.Parent{Told: true})
		}, everybody("hold until 06:00: parent is failing N22")},
		{"a parent whose failure somebody acknowledged", func(s *watch.Snapshot) {
			parent(s, watch.Parent{Alert: roster.Alert{Acknowledged: roster.Acknowledgement{At: night}}})
		}, everybody("hold until 06:00: parent is failing N22")},
		{"a parent that fails unknown to people", func(s *watch.Snapshot) {
			parent(s, watch.Parent{})
			later(s, 90*time.Second)
		}, everybody("send: chosen N11")},
		{"a parent of which nothing is heard for four hours", func(s *watch.Snapshot) {
			parent(s, watch.Parent{Told: true})
			later(s, 3*time.Hour)
		}, everybody("send: chosen N11")},
		{"a parent that recovered a minute ago", func(s *watch.Snapshot) {
			parent(s, watch.Parent{Told: true, Alert: roster.Alert{EndedAt: night.Add(-time.Minute)}})
		}, everybody("hold until 03:04: waits for the parent N22")},
		{"the fifth parent counts, a sixth does not", func(s *watch.Snapshot) {
			failing := watch.Parent{Told: true, Alert: roster.Alert{ID: "p6", LastEventAt: night}}
			first(s).Parents = []watch.Parent{{}, {}, {}, {}, {}, failing}
			later(s, 90*time.Second)
		}, everybody("send: chosen N11")},
		{"what is not urgent waits for support hours", func(s *watch.Snapshot) {
			first(s).Alert.Urgency, first(s).SupportHours = roster.UrgencyHours, hours("08:00", "18:00", roster.Days[:5]...)
		}, everybody("hold until 08:00: outside hours N5")},
		{"support hours are always, unless set", func(s *watch.Snapshot) { first(s).Alert.Urgency = roster.UrgencyHours }, everybody("send: chosen N11")},
		{"what has ended before support hours is told once", func(s *watch.Snapshot) {
			first(s).Alert.Urgency, first(s).SupportHours = roster.UrgencyHours, hours("08:00", "18:00")
			later(s, 5*time.Hour)
			ends(s)
		}, everybody("send: chosen N11 was failing")},
		{"a page does not wait for support hours", func(s *watch.Snapshot) { first(s).SupportHours = hours("08:00", "18:00") }, everybody("send: chosen N11")},
	}
}

// flips returns n flips, a minute apart, the last at 03:00.
func flips(n int) []time.Time {
	var all []time.Time
	for i := range n {
		all = append(all, night.Add(-time.Duration(i)*time.Minute))
	}
	return all
}
