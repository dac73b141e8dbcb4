package watch_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/watch"
)

// The world of the tests: a night in Berlin. The check "database" pages; its alert opened at 03:00.
// Ann chose email and SMS for failures, Bob chose email. Eve is an administrator, Max nobody.
var night = berlin("2027-01-13 03:00") // a Wednesday

func berlin(text string) time.Time {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
	if err != nil {
		panic(err)
	}
	return t
}

func world() watch.Snapshot {
	return watch.Snapshot{
		Now:      night,
		Occasion: roster.Occasion{Kind: roster.OccasionFlips, At: night},
		Troubles: []watch.Trouble{trouble("a1", "database", roster.UrgencyPage)},
		People: []watch.Person{
			person("ann", roster.ServiceEmail, roster.ServiceSMS),
			person("bob", roster.ServiceEmail),
			person("eve", roster.ServiceEmail),
			person("max", roster.ServiceEmail),
		},
		LastResort: []roster.UserID{"eve"},
		Services:   []roster.Service{roster.ServiceSMS, roster.ServicePush, roster.ServicePushbullet, roster.ServicePushover, roster.ServiceCall},
		Channels:   []watch.Channel{{ID: "ops", Service: "slack", Types: []roster.NotificationType{roster.TypeFailures}}},
	}
}

func trouble(id roster.AlertID, check roster.CheckID, u roster.Urgency) watch.Trouble {
	return watch.Trouble{
		Alert: roster.Alert{
			ID: id, Check: roster.CheckLink{ID: check, Name: string(check)}, State: roster.StateFailure, Highest: roster.StateFailure,
			Urgency: u, OpenedAt: night, RaisedAt: night, LastEventAt: night, Failures: 1,
		},
		Recipients: []roster.UserID{"ann", "bob"},
	}
}

// person has a confirmed method for email and SMS, and chose services for failures.
func person(id roster.UserID, chosen ...roster.Service) watch.Person {
	return watch.Person{
		ID: id, Active: true, TimeZone: "Europe/Berlin",
		Choices: map[roster.NotificationType]watch.Choice{roster.TypeFailures: {Services: chosen}},
		Methods: []watch.Method{
			{ID: roster.ContactMethodID(id + "@"), Service: roster.ServiceEmail, Primary: true},
			{ID: roster.ContactMethodID(id + "#"), Service: roster.ServiceSMS, Confirmed: true},
		},
	}
}

// who returns somebody of a snapshot, to change.
func who(s *watch.Snapshot, id roster.UserID) *watch.Person {
	return &s.People[slices.IndexFunc(s.People, func(p watch.Person) bool { return p.ID == id })]
}

// chooses sets what somebody chose for a type.
func chooses(s *watch.Snapshot, id roster.UserID, kind roster.NotificationType, c watch.Choice) {
	p := who(s, id)
	choices := map[roster.NotificationType]watch.Choice{kind: c}
	for k, v := range p.Choices {
		if k != kind {
			choices[k] = v
		}
	}
	p.Choices = choices
}

// quiet gives somebody quiet hours from 22:00 to 07:00 for failures.
func quiet(s *watch.Snapshot, id roster.UserID) {
	c := who(s, id).Choices[roster.TypeFailures]
	c.Quiet = hours("22:00", "07:00")
	chooses(s, id, roster.TypeFailures, c)
}

func hours(start, end string, days ...roster.Day) roster.Hours {
	return roster.Hours{TimeZone: "Europe/Berlin", Windows: []roster.Window{{Start: start, End: end, Days: days}}}
}

// later moves the clock and keeps what was decided before.
func later(s *watch.Snapshot, d time.Duration) {
	s.Past = append(s.Past, watch.Decide(*s)...)
	s.Now = s.Now.Add(d)
}

// ends ends the first alert of a snapshot.
func ends(s *watch.Snapshot) { s.Troubles[0].Alert.EndedAt = s.Now }

// recovers makes the snapshot one of the recovery from the first alert, that was told as was
// decided.
func recovers(s *watch.Snapshot, after time.Duration) {
	for _, d := range watch.Decide(*s) {
		if d.Outcome == roster.OutcomeSend {
			s.Troubles[0].Told = append(s.Troubles[0].Told, d)
		}
	}
	s.Now = s.Now.Add(after)
	ends(s)
	s.Occasion = roster.Occasion{Kind: roster.OccasionRecovery, At: s.Now}
}

// lines returns decisions as text, without those that only say "not chosen" or "not a recipient".
func lines(decisions []roster.Decision) []string {
	var all []string
	for _, d := range decisions {
		if d.Reason != roster.ReasonNotChosen && d.Reason != roster.ReasonNotRecipient {
			all = append(all, line(d))
		}
	}
	return all
}

// line returns a decision as text, such as "ann sms hold until 07:00: quiet hours N27".
func line(d roster.Decision) string {
	text := strings.Join(strings.Fields(fmt.Sprint(d.User, " ", d.Channel, " ", d.Service, " ", d.Outcome)), " ")
	if d.Outcome == roster.OutcomeHold {
		clock := "15:04"
		if d.Until.Second() != 0 {
			clock = "15:04:05"
		}
		text += " until " + d.Until.In(night.Location()).Format(clock)
	}
	text += fmt.Sprintf(": %s %s", d.Reason, d.Rule)
	for _, note := range []struct {
		holds bool
		text  string
	}{{d.WasFailing, " was failing"}, {d.Flapping, " flapping"}, {d.InPlaceOf != "", " for " + string(d.InPlaceOf)}, {len(d.Alerts) > 1 && len(d.Alerts) < 9, fmt.Sprint(" ", d.Alerts)}, {len(d.Alerts) > 8, fmt.Sprintf(" and %d more", len(d.Alerts)-1)}} {
		if note.holds {
			text += note.text
		}
	}
	return text
}
