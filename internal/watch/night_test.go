package watch_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/watch"
)

// TestTheNightThatTheDocumentTells plays the night of docs/notifications.md. Each sentence of it
// that explains a decision is what Roster says.
func TestTheNightThatTheDocumentTells(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/notifications.md")
	if err != nil {
		t.Fatal(err)
	}
	document := strings.Join(strings.Fields(string(text)), " ")
	told := 0
	tell := func(s watch.Snapshot) {
		for _, d := range watch.Decide(s) {
			if d.Reason == roster.ReasonNotChosen || d.Reason == roster.ReasonNotRecipient || d.Reason == roster.ReasonAway && d.Service != roster.ServiceEmail {
				continue
			}
			told++
			if want := watch.Sentence(d, namesOf(d)); !strings.Contains(document, want) {
				t.Errorf("the document does not say %q", want)
			}
		}
	}
	backup := nightOfTheDocument("02:10")
	backup.Troubles[0].Alert.Urgency, backup.Troubles[0].SupportHours = roster.UrgencyHours, hours("08:00", "18:00")
	tell(backup)
	database := nightOfTheDocument("03:00")
	tell(database)
	for _, d := range watch.Decide(database) {
		if d.Outcome == roster.OutcomeSend {
			database.Troubles[0].Told = append(database.Troubles[0].Told, d)
		}
	}
	later(&database, 5*time.Minute) // Ann acknowledged at 03:04
	database.Troubles[0].Alert.Acknowledged = roster.Acknowledgement{By: roster.UserLink{ID: "ann"}, At: database.Now}
	tell(database)
	database.Now, database.Past = berlin("2027-01-13 03:40"), nil
	ends(&database)
	database.Occasion = roster.Occasion{Kind: roster.OccasionRecovery, At: database.Now}
	tell(database)
	later(&backup, 5*time.Hour+50*time.Minute)
	tell(backup)
	if told < 10 {
		t.Errorf("only %d sentences", told)
	}
}

// nightOfTheDocument returns an alert that opened at a time, and the people: Ann chose SMS and has
// quiet hours, Bob chose email and, after five minutes, SMS; Cem is away and Dana stands in.
func nightOfTheDocument(clock string) watch.Snapshot {
	now := berlin("2027-01-13 " + clock)
	s := world()
	s.Now, s.Occasion.At = now, now
	s.People = []watch.Person{
		person("ann", roster.ServiceSMS), person("bob", roster.ServiceEmail, roster.ServiceSMS),
		person("cem", roster.ServiceEmail), person("dana", roster.ServiceEmail),
	}
	quiet(&s, "ann")
	away(&s, "cem", "dana")
	chooses(&s, "bob", roster.TypeFailures, watch.Choice{
		Services: []roster.Service{roster.ServiceEmail, roster.ServiceSMS},
		Delays:   map[roster.Service]time.Duration{roster.ServiceSMS: 5 * time.Minute},
	})
	s.Troubles[0].Alert.OpenedAt, s.Troubles[0].Alert.RaisedAt = now, now
	s.Troubles[0].Recipients = []roster.UserID{"ann", "bob", "cem"}
	return s
}

func namesOf(d roster.Decision) watch.Names {
	name := func(id roster.UserID) string {
		if id == "" {
			return ""
		}
		return strings.ToUpper(string(id[:1])) + string(id[1:])
	}
	return watch.Names{Who: name(d.User), InPlaceOf: name(d.InPlaceOf), TimeZone: "Europe/Berlin"}
}
