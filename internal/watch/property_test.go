package watch_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"roster"
	"roster/internal/watch"
)

var (
	anybody  = []roster.UserID{"ann", "bob", "eve", "max", "zoe"}
	allOfThe = []roster.Service{
		roster.ServiceEmail, roster.ServiceSMS, roster.ServicePush, roster.ServicePushbullet, roster.ServicePushover, roster.ServiceCall,
	}
)

// drawn makes values of rapid shorter to write.
type drawn struct{ *rapid.T }

func (d drawn) yes(name string) bool { return rapid.Bool().Draw(d.T, name) }

func (d drawn) rarely(name string) bool { return rapid.IntRange(0, 5).Draw(d.T, name) == 0 }

func (d drawn) minutes(name string, low, high int) time.Duration {
	return time.Duration(rapid.IntRange(low, high).Draw(d.T, name)) * time.Minute
}

// some draws a part of a list.
func some[T any](d drawn, name string, all []T) []T {
	var part []T
	for _, x := range all {
		if d.yes(name) {
			part = append(part, x)
		}
	}
	return part
}

// snapshot draws a snapshot in which alerts opened.
func (d drawn) snapshot() watch.Snapshot {
	s := watch.Snapshot{
		Now:              night,
		Occasion:         roster.Occasion{Kind: rapid.SampledFrom(roster.OccasionKinds[:]).Draw(d.T, "kind"), At: night},
		LastResort:       some(d, "last resort", anybody),
		Services:         some(d, "services", allOfThe[1:]),
		AllowUnconfirmed: d.yes("allow unconfirmed"),
		Channels: []watch.Channel{
			{ID: "ops", Service: "slack", Types: some(d, "types", []roster.NotificationType{roster.TypeFailures, roster.TypeWarnings}), Broken: d.rarely("broken")},
		},
	}
	for _, id := range anybody {
		s.People = append(s.People, d.person(id))
	}
	for _, id := range []roster.AlertID{"a1", "a2", "a3"}[:rapid.IntRange(1, 3).Draw(d.T, "troubles")] {
		s.Troubles = append(s.Troubles, d.trouble(id))
	}
	if d.rarely("maintenance") {
		s.Maintenances = []watch.Maintenance{{CheckGroup: "acme", From: night.Add(-time.Hour), Until: night.Add(d.minutes("until", 0, 60))}}
	}
	return s
}

func (d drawn) person(id roster.UserID) watch.Person {
	p := watch.Person{ID: id, Active: !d.rarely("inactive"), SeesAll: d.yes("sees all"), TimeZone: "Europe/Berlin"}
	p.Choices = map[roster.NotificationType]watch.Choice{}
	for _, kind := range append(roster.NotificationTypes[:], roster.TypePages) {
		if !d.yes("no row") {
			continue
		}
		c := watch.Choice{Services: some(d, "chosen", allOfThe), Delays: map[roster.Service]time.Duration{}}
		if d.yes("quiet") {
			c.Quiet = hours("22:00", "07:00")
		}
		if d.rarely("delay") {
			c.Delays[roster.ServiceSMS] = d.minutes("delay", 1, 30)
		}
		p.Choices[kind] = c
	}
	for _, s := range some(d, "methods", []roster.Service{roster.ServiceEmail, roster.ServiceSMS, roster.ServicePush, roster.ServicePush, roster.ServicePushover}) {
		p.Methods = append(p.Methods, watch.Method{
			ID: roster.ContactMethodID(string(id) + string(rune('0'+len(p.Methods)))), Service: s, Confirmed: !d.rarely("unconfirmed"), Broken: d.rarely("broken"),
		})
	}
	if d.rarely("away") {
		p.Away = watch.Absence{Until: night.Add(time.Hour), StandIn: rapid.SampledFrom(append(anybody, "", "gone")).Draw(d.T, "stand-in")}
	}
	if d.rarely("mute") {
		p.Mutes = []watch.Mute{{CheckGroup: "acme", Until: night.Add(d.minutes("mute", 0, 120))}}
	}
	if d.rarely("woken") {
		p.WokenAt = night.Add(-10 * time.Second)
	}
	return p
}

func (d drawn) trouble(id roster.AlertID) watch.Trouble {
	t := trouble(id, roster.CheckID(id), rapid.SampledFrom(roster.Urgencies[:]).Draw(d.T, "urgency"))
	t.CheckGroup = rapid.SampledFrom([]roster.CheckGroupID{"", "acme"}).Draw(d.T, "check group")
	t.Recipients = some(d, "recipients", anybody)
	t.Paused, t.FailingAgain = d.rarely("paused"), d.rarely("failing again")
	if d.rarely("warning") {
		t.Alert.State, t.Alert.Highest = roster.StateWarning, roster.StateWarning
	}
	if d.rarely("ended") {
		t.Alert.EndedAt = night
	}
	if d.rarely("acknowledged") {
		t.Alert.Acknowledged = roster.Acknowledgement{At: night, Until: night.Add(time.Hour)}
	}
	if d.rarely("tolerance") {
		t.Tolerance = watch.Tolerance{AfterFailures: rapid.IntRange(0, 2).Draw(d.T, "failures"), ForMinutes: rapid.IntRange(0, 20).Draw(d.T, "minutes")}
	}
	if d.rarely("flips") {
		t.Flips = flips(rapid.IntRange(5, 9).Draw(d.T, "flips"))
	}
	if d.rarely("support hours") {
		t.SupportHours = hours("08:00", "18:00")
	}
	if d.rarely("parent") {
		parent := roster.Alert{ID: rapid.SampledFrom([]roster.AlertID{"", "p1", "a1"}).Draw(d.T, "parent"), LastEventAt: night.Add(-time.Hour)}
		t.Parents = []watch.Parent{{Alert: parent, Told: d.yes("parent told")}}
	}
	if d.rarely("channel") {
		t.Channels = []roster.GroupChannelID{"ops"}
	}
	for _, told := range some(d, "told", anybody) {
		for _, service := range some(d, "told by", allOfThe[:2]) {
			t.Told = append(t.Told, roster.Decision{
				User: told, Service: service, Alerts: []roster.AlertID{id}, Outcome: roster.OutcomeSend, InBreach: d.yes("breach"), WasFailing: d.rarely("was failing"),
			})
		}
	}
	return t
}

// concerned returns the people whom an occasion can concern: recipients, those who stand in for
// them, and the last resort; of a recovery those who were told; of unmatched events and digests
// everybody.
func concerned(s watch.Snapshot) []roster.UserID {
	var all []roster.UserID
	for _, t := range s.Troubles {
		switch s.Occasion.Kind {
		case roster.OccasionRecovery, roster.OccasionUnwatched:
			for _, told := range t.Told {
				all = append(all, told.User)
			}
		default:
			all = append(all, t.Recipients...)
			all = append(all, s.LastResort...)
		}
	}
	if s.Occasion.Kind == roster.OccasionUnmatched || s.Occasion.Kind == roster.OccasionDigest {
		all = append(all, anybody...)
	}
	for i := 0; i < len(all) && len(all) < 1000; i++ {
		if p := slices.IndexFunc(s.People, func(p watch.Person) bool { return p.ID == all[i] }); p >= 0 && s.People[p].Away.StandIn != "" {
			all = append(all, s.People[p].Away.StandIn)
		}
	}
	return all
}

func TestNobodyInactiveOrUnconcernedIsTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawn{r}.snapshot()
		may := concerned(s)
		for _, d := range watch.Decide(s) {
			if d.Outcome == roster.OutcomeSkip || d.User == "" {
				continue
			}
			if !who(&s, d.User).Active || !slices.Contains(may, d.User) {
				r.Fatalf("%s", line(d))
			}
			usable := slices.ContainsFunc(who(&s, d.User).Methods, func(m watch.Method) bool { return m.ID == d.Method && !m.Broken })
			if !usable {
				r.Fatalf("%s by %q", line(d), d.Method)
			}
		}
	})
}

func TestEverybodyIsToldOrHeldWithATimeOrSkippedWithAReason(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawn{r}.snapshot()
		type place struct {
			user    roster.UserID
			service roster.Service
			alert   roster.AlertID
		}
		answered := map[place]bool{}
		heard := map[roster.UserID]bool{}
		for _, d := range watch.Decide(s) {
			heard[d.User] = true
			for _, alert := range d.Alerts {
				answered[place{d.User, d.Service, alert}] = true
			}
			if !slices.Contains(roster.Reasons(), d.Reason) || d.Rule == "" || (d.Outcome == roster.OutcomeHold) != d.Until.After(s.Now) {
				r.Fatalf("%s until %v", line(d), d.Until)
			}
		}
		for _, id := range anybody {
			if !heard[id] {
				r.Fatalf("there is no answer for %s", id)
			}
		}
		switch s.Occasion.Kind {
		case roster.OccasionRecovery, roster.OccasionUnwatched, roster.OccasionUnmatched, roster.OccasionDigest:
			return
		}
		for _, t := range s.Troubles {
			for _, id := range t.Recipients {
				for _, service := range allOfThe {
					if !answered[place{id, service, t.Alert.ID}] {
						r.Fatalf("there is no answer for %s by %s about %s", id, service, t.Alert.ID)
					}
				}
			}
		}
	})
}

// reachable reports whether a person chose something for pages, and has any method that can be
// used.
func reachable(s watch.Snapshot, p watch.Person, mustChoose bool) bool {
	chosen, apart := p.Choices[roster.TypePages]
	if !apart {
		chosen = p.Choices[roster.TypeFailures]
	}
	for _, m := range p.Methods {
		configured := m.Service == roster.ServiceEmail || slices.Contains(s.Services, m.Service)
		usable := configured && !m.Broken && (m.Confirmed || s.AllowUnconfirmed)
		wanted := slices.Contains(chosen.Services, m.Service) || len(chosen.Services) > 0 && m.Service == roster.ServiceEmail
		if p.Active && usable && (wanted || !mustChoose) {
			return true
		}
	}
	return false
}

func TestNoPageReachesNobodyWhileSomebodyCanBeReached(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawn{r}.snapshot()
		s.Occasion.Kind = roster.OccasionFlips
		s.Troubles = []watch.Trouble{trouble("a1", "database", roster.UrgencyPage)}
		s.Troubles[0].CheckGroup = "acme"
		s.Troubles[0].Recipients = some(drawn{r}, "recipients", anybody)
		s.Maintenances = nil
		can := false
		for _, p := range s.People {
			last := slices.Contains(s.LastResort, p.ID) && p.Away.Until.IsZero() && reachable(s, p, false)
			can = can || last || slices.Contains(s.Troubles[0].Recipients, p.ID) && reachable(s, p, true)
		}
		now := slices.ContainsFunc(watch.Decide(s), func(d roster.Decision) bool {
			return d.Outcome == roster.OutcomeSend || d.Outcome == roster.OutcomeHold && (d.Reason == roster.ReasonDelay || d.Reason == roster.ReasonGathered)
		})
		if can && !now {
			r.Fatalf("nobody is told: %q", lines(watch.Decide(s)))
		}
	})
}

func TestRecoveryGoesToExactlyThoseWhoWereTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawn{r}.snapshot()
		s.Occasion.Kind = roster.OccasionRecovery
		told := map[string]bool{} // by person, service and alert: whether they hear of it
		for i := range s.Troubles {
			t := &s.Troubles[i]
			t.Alert.EndedAt, t.Flips, t.FailingAgain = night, nil, false
			for _, d := range t.Told {
				p := who(&s, d.User)
				usable := slices.ContainsFunc(p.Methods, func(m watch.Method) bool {
					confirmed := m.Confirmed || s.AllowUnconfirmed && t.Alert.Highest == roster.StateFailure
					return m.Service == d.Service && confirmed && !m.Broken && (m.Service == roster.ServiceEmail || slices.Contains(s.Services, m.Service))
				})
				muted := len(p.Mutes) > 0 && t.CheckGroup == "acme" && p.Mutes[0].Until.After(s.Now)
				if p.Active && usable && !muted && !d.WasFailing {
					told[string(d.User)+" "+string(d.Service)+" "+string(t.Alert.ID)] = true
				}
			}
		}
		hear := map[string]bool{}
		for _, d := range watch.Decide(s) {
			for _, alert := range d.Alerts {
				if d.Outcome != roster.OutcomeSkip && d.User != "" {
					hear[string(d.User)+" "+string(d.Service)+" "+string(alert)] = true
				}
			}
		}
		if diff := cmp.Diff(told, hear); diff != "" {
			r.Fatal(diff)
		}
	})
}

func TestEachDecisionIsASentence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		for _, d := range watch.Decide(drawn{r}.snapshot()) {
			text := watch.Sentence(d, watch.Names{Who: "Ann"})
			if !strings.HasPrefix(text, "Ann is ") || !strings.Contains(text, ": "+d.Reason.Text()) || !strings.HasSuffix(text, ".") {
				r.Fatalf("%s is explained as %q", line(d), text)
			}
		}
	})
}

func TestDecideIsIndependentOfTheOrderOfItsInputsAndChangesNone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawn{r}.snapshot()
		first := watch.Decide(s)
		shuffled := s
		shuffled.People = rapid.Permutation(s.People).Draw(r, "people")
		shuffled.LastResort = rapid.Permutation(s.LastResort).Draw(r, "last resort")
		shuffled.Services = rapid.Permutation(s.Services).Draw(r, "services")
		shuffled.Troubles = rapid.Permutation(s.Troubles).Draw(r, "troubles")
		for i, t := range shuffled.Troubles {
			shuffled.Troubles[i].Recipients = rapid.Permutation(t.Recipients).Draw(r, "recipients")
			shuffled.Troubles[i].Flips = rapid.Permutation(t.Flips).Draw(r, "flips")
			shuffled.Troubles[i].Told = rapid.Permutation(t.Told).Draw(r, "told")
		}
		if diff := cmp.Diff(first, watch.Decide(shuffled)); diff != "" {
			r.Fatal(diff)
		}
		if !reflect.DeepEqual(first, watch.Decide(s)) {
			r.Fatal("the second answer is another one")
		}
	})
}

func TestWhatIsHeldComesToAnEndAndNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawn{r}.snapshot()
		type place struct {
			user    roster.UserID
			channel roster.GroupChannelID
			method  roster.ContactMethodID
			service roster.Service
			alert   roster.AlertID
		}
		sent := map[place]bool{}
		for round := 0; ; round++ {
			if round == 100 {
				r.Fatal("something is held for ever")
			}
			decisions := watch.Decide(s)
			var next time.Time
			for _, d := range decisions {
				for _, alert := range d.Alerts {
					at := place{d.User, d.Channel, d.Method, d.Service, alert}
					if d.Outcome == roster.OutcomeSend && sent[at] {
						r.Fatalf("%s was sent before", line(d))
					}
					sent[at] = sent[at] || d.Outcome == roster.OutcomeSend
				}
				if d.Outcome == roster.OutcomeHold && (next.IsZero() || d.Until.Before(next)) {
					next = d.Until
				}
			}
			if next.IsZero() {
				return
			}
			s.Past, s.Now = append(s.Past, decisions...), next
		}
	})
}
