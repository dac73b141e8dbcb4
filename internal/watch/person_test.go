package watch_test

import (
	"fmt"
	"slices"
	"time"

	"roster"
	"roster/internal/watch"
)

// personRows are the rules about a person and a service (person.go).
func personRows() []row {
	sms, email, push := roster.ServiceSMS, roster.ServiceEmail, roster.ServicePush
	const bob = "bob email send: chosen N11"
	both := []string{"ann email send: chosen N11", "ann sms send: chosen N11", bob}
	only := func(s *watch.Snapshot, services ...roster.Service) {
		chooses(s, "ann", roster.TypeFailures, watch.Choice{Services: services})
	}
	return []row{
		{"nobody inactive is told", func(s *watch.Snapshot) { who(s, "bob").Active = false }, append(both[:2:2],
			"bob email skip: inactive N10", "bob sms skip: inactive N10", "bob push skip: inactive N10",
			"bob pushbullet skip: inactive N10", "bob pushover skip: inactive N10", "bob call skip: inactive N10")},
		{"a recipient who is named twice is told once", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients = []roster.UserID{"bob", "ann", "bob"}
		}, both},
		{"pages may be chosen apart", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypePages, watch.Choice{Services: []roster.Service{sms}})
		}, []string{"ann sms send: chosen N11", bob}},
		{"who chose nothing for pages is not told of them", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypePages, watch.Choice{})
		}, []string{bob}},
		{"a warning is told as warnings are, although failures wake", func(s *watch.Snapshot) {
			s.Troubles[0].Alert.State, s.Troubles[0].Alert.Highest = roster.StateWarning, roster.StateWarning
			chooses(s, "bob", roster.TypeWarnings, watch.Choice{Services: []roster.Service{email}})
		}, []string{bob}},
		{"a service without a provider", func(s *watch.Snapshot) { s.Services = nil }, []string{
			"ann email send: chosen N11", "ann sms skip: service not configured N11", bob,
		}},
		{"a broken method", func(s *watch.Snapshot) { who(s, "ann").Methods[1].Broken = true }, []string{
			"ann email send: chosen N11", "ann sms skip: method broken N11", bob,
		}},
		{"a method that is not confirmed", func(s *watch.Snapshot) { who(s, "ann").Methods[1].Confirmed = false }, []string{
			"ann email send: chosen N11", "ann sms skip: not confirmed N11", bob,
		}},
		{"a method that is not confirmed, where the organization allows it", func(s *watch.Snapshot) {
			who(s, "ann").Methods[1].Confirmed, s.AllowUnconfirmed = false, true
		}, both},
		{"no method", func(s *watch.Snapshot) { who(s, "ann").Methods = who(s, "ann").Methods[:1] }, []string{
			"ann email send: chosen N11", "ann sms skip: no method N11", bob,
		}},
		{"of several methods the first that can be used", func(s *watch.Snapshot) {
			p := who(s, "ann")
			p.Methods = append(p.Methods, watch.Method{ID: "second", Service: sms, Confirmed: true})
			p.Methods[1].Broken = true
		}, both},
		{"of several browsers all", func(s *watch.Snapshot) {
			only(s, push)
			who(s, "ann").Methods = []watch.Method{
				{ID: "phone", Service: push, Confirmed: true}, {ID: "desk", Service: push, Confirmed: true},
			}
		}, []string{"ann push send: chosen N11", "ann push send: chosen N11", bob}},
		{"a call goes to the number of SMS", func(s *watch.Snapshot) { only(s, roster.ServiceCall) }, []string{"ann call send: chosen N11", bob}},
		{"who cannot be reached as chosen is told by email", func(s *watch.Snapshot) {
			only(s, sms, push)
			who(s, "ann").Methods[1].Broken = true
		}, []string{"ann email send: email instead N12", "ann sms skip: method broken N11", "ann push skip: no method N11", bob}},
		{"a warning is not told by email instead", func(s *watch.Snapshot) {
			s.Troubles[0].Alert.Highest = roster.StateWarning
			chooses(s, "ann", roster.TypeWarnings, watch.Choice{Services: []roster.Service{push}})
		}, []string{"ann push skip: no method N11"}},
		{"SMS after five minutes, if nobody acknowledges", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypeFailures, watch.Choice{
				Services: []roster.Service{email, sms}, Delays: map[roster.Service]time.Duration{sms: 5 * time.Minute},
			})
		}, []string{"ann email send: chosen N11", "ann sms hold until 03:05: delay N6", bob}},
		{"five minutes later", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypeFailures, watch.Choice{
				Services: []roster.Service{email, sms}, Delays: map[roster.Service]time.Duration{sms: 5 * time.Minute},
			})
			later(s, 5*time.Minute)
		}, []string{"ann email skip: already told N9", "ann sms send: chosen N11", "bob email skip: already told N9"}},
		{"a delay counts from when the alert's own rules let it be told", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypeFailures, watch.Choice{
				Services: []roster.Service{email, sms}, Delays: map[roster.Service]time.Duration{sms: 5 * time.Minute},
			})
			s.Troubles[0].Alert.Urgency, s.Troubles[0].SupportHours = roster.UrgencyHours, hours("08:00", "18:00")
			later(s, 5*time.Hour)
		}, []string{"ann email send: chosen N11", "ann sms hold until 08:05: delay N6", bob}},
		{"quiet hours hold what is not urgent", func(s *watch.Snapshot) {
			s.Troubles[0].Alert.Urgency = roster.UrgencyHours
			quiet(s, "ann")
		}, []string{"ann email hold until 07:00: quiet hours N27", "ann sms hold until 07:00: quiet hours N27", bob}},
		{"quiet hours hold a page where somebody else is woken", func(s *watch.Snapshot) {
			quiet(s, "ann")
			chooses(s, "bob", roster.TypeFailures, watch.Choice{Services: []roster.Service{sms}})
		}, []string{"ann email hold until 07:00: quiet hours N27", "ann sms hold until 07:00: quiet hours N27", "bob sms send: chosen N11"}},
		{"what ended in quiet hours is told once, after them", func(s *watch.Snapshot) {
			s.Troubles[0].Alert.Urgency = roster.UrgencyHours
			quiet(s, "ann")
			later(s, 4*time.Hour)
			ends(s)
		}, []string{"ann email send: chosen N11 was failing", "ann sms send: chosen N11 was failing", "bob email skip: already told N9"}},
		{"a mute", func(s *watch.Snapshot) {
			who(s, "bob").Mutes = []watch.Mute{{Check: "database", Until: night.Add(2 * time.Hour)}}
		}, append(both[:2:2], "bob email skip: muted N18", "bob sms skip: muted N18", "bob push skip: muted N18",
			"bob pushbullet skip: muted N18", "bob pushover skip: muted N18", "bob call skip: muted N18")},
		{"mutes of something else, or that are over", func(s *watch.Snapshot) {
			who(s, "bob").Mutes = []watch.Mute{{Check: "website", Until: night.Add(time.Hour)}, {CheckGroup: "acme", Until: night.Add(time.Hour)}, {Check: "database", Until: night}}
		}, both},
		{"a stand-in is told in the place of somebody away", func(s *watch.Snapshot) { away(s, "bob", "max") }, append(both[:2:2], append(
			allAway("bob"), "max email send: stand-in N27 for bob")...)},
		{"a chain of stand-ins ends at the first who is there and active", func(s *watch.Snapshot) {
			away(s, "bob", "max")
			away(s, "max", "eve")
		}, append(both[:2:2], append(allAway("bob"), "eve email send: stand-in N27 for bob")...)},
		{"a stand-in who is a recipient is told once", func(s *watch.Snapshot) { away(s, "bob", "ann") }, append(both[:2:2], allAway("bob")...)},
		{"who stands in for two is told once", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients = []roster.UserID{"eve", "bob", "ann"}
			away(s, "bob", "max")
			away(s, "eve", "max")
		}, append(both[:2:2], slices.Concat(allAway("bob"), allAway("eve"), []string{"max email send: stand-in N27 for bob"})...)},
		{"a circle of stand-ins ends at the original", func(s *watch.Snapshot) {
			away(s, "bob", "max")
			away(s, "max", "bob")
		}, both},
		{"a chain that ends without anybody ends at the original", func(s *watch.Snapshot) {
			away(s, "bob", "max")
			who(s, "max").Active = false
		}, both},
		{"who is away without a stand-in is not told", func(s *watch.Snapshot) { away(s, "bob", "") }, append(both[:2:2], allAway("bob")...)},
		{"an absence that has not begun", func(s *watch.Snapshot) {
			away(s, "bob", "max")
			who(s, "bob").Away.From = night.Add(time.Minute)
		}, both},
		{
			"a group channel is told", func(s *watch.Snapshot) { s.Troubles[0].Channels = []roster.GroupChannelID{"ops"} },
			append([]string{"ops slack send: chosen N11"}, both...),
		},
		{"a group channel that is broken", func(s *watch.Snapshot) {
			s.Troubles[0].Channels, s.Channels[0].Broken = []roster.GroupChannelID{"ops"}, true
		}, append([]string{"ops slack skip: method broken N11"}, both...)},
		{"a group channel is told once", func(s *watch.Snapshot) {
			s.Troubles[0].Channels, s.Troubles[0].Recipients = []roster.GroupChannelID{"ops"}, nil
			later(s, time.Second)
		}, []string{"ops slack skip: already told N9"}},
	}
}

func away(s *watch.Snapshot, id, standIn roster.UserID) {
	who(s, id).Away = watch.Absence{Until: night.AddDate(0, 0, 7), StandIn: standIn}
}

func allAway(id string) []string {
	var all []string
	for _, s := range []string{"email", "sms", "push", "pushbullet", "pushover", "call"} {
		all = append(all, id+" "+s+" skip: away N27")
	}
	return all
}

// nobodyRows are the rules by which a failure never reaches nobody (N12).
func nobodyRows() []row {
	sms := roster.ServiceSMS
	muteAll := func(s *watch.Snapshot) {
		for _, id := range []roster.UserID{"ann", "bob"} {
			who(s, id).Mutes = []watch.Mute{{Check: "database", Until: night.Add(time.Hour)}}
		}
	}
	return []row{
		{"quiet hours of the only one who can be woken are broken", func(s *watch.Snapshot) { quiet(s, "ann") }, []string{
			"ann email send: nobody else N12", "ann sms send: nobody else N12", "bob email send: chosen N11",
		}},
		{"where nobody can be woken, an email to somebody is enough", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypeFailures, watch.Choice{Services: []roster.Service{"email"}, Quiet: hours("22:00", "07:00")})
		}, []string{"ann email hold until 07:00: quiet hours N27", "bob email send: chosen N11"}},
		{"where all have muted a page, all hear of it", muteAll, []string{
			"ann email send: nobody else N12", "ann sms send: nobody else N12", "bob email send: nobody else N12",
		}},
		{"where all have muted what is not urgent, nobody hears of it", func(s *watch.Snapshot) {
			muteAll(s)
			s.Troubles[0].Alert.Urgency = roster.UrgencyHours
		}, func() []string {
			var all []string
			for _, id := range []string{"ann", "bob"} {
				for _, s := range []string{"email", "sms", "push", "pushbullet", "pushover", "call"} {
					all = append(all, id+" "+s+" skip: muted N18")
				}
			}
			return all
		}()},
		{"a delay of the only one to wake is still kept", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypeFailures, watch.Choice{
				Services: []roster.Service{sms}, Quiet: hours("22:00", "07:00"), Delays: map[roster.Service]time.Duration{sms: 5 * time.Minute},
			})
		}, []string{"ann sms hold until 03:05: delay N6", "bob email send: chosen N11"}},
		{"who would be woken after a delay is not told now: quiet hours of others are broken", func(s *watch.Snapshot) {
			quiet(s, "ann")
			chooses(s, "bob", roster.TypeFailures, watch.Choice{
				Services: []roster.Service{sms}, Delays: map[roster.Service]time.Duration{sms: 5 * time.Minute},
			})
		}, []string{"ann email send: nobody else N12", "ann sms send: nobody else N12", "bob sms hold until 03:05: delay N6"}},
		{"and then the quiet hours are broken", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypeFailures, watch.Choice{
				Services: []roster.Service{sms}, Quiet: hours("22:00", "07:00"), Delays: map[roster.Service]time.Duration{sms: 5 * time.Minute},
			})
			later(s, 5*time.Minute)
		}, []string{"ann sms send: nobody else N12", "bob email skip: already told N9"}},
		{"where there is nobody left, the last resort is told", func(s *watch.Snapshot) { s.Troubles[0].Recipients = nil }, []string{
			"eve email send: last resort N12",
		}},
		{"a failure that is not urgent is no different", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients, s.Troubles[0].Alert.Urgency = nil, roster.UrgencyHours
		}, []string{"eve email send: last resort N12"}},
		{"a warning without recipients tells nobody", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients, s.Troubles[0].Alert.Highest = nil, roster.StateWarning
		}, nil},
		{"where recipients chose nothing, the last resort is told", func(s *watch.Snapshot) {
			chooses(s, "ann", roster.TypeFailures, watch.Choice{})
			chooses(s, "bob", roster.TypeFailures, watch.Choice{})
		}, []string{"eve email send: last resort N12"}},
		{"a last resort who chose nothing is told by email", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients = nil
			chooses(s, "eve", roster.TypeFailures, watch.Choice{})
		}, []string{"eve email send: last resort N12"}},
		{"a last resort without email is told as is possible", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients = nil
			who(s, "eve").Methods = who(s, "eve").Methods[1:]
		}, []string{"eve email skip: no method N11", "eve sms send: last resort N12"}},
		{"a last resort has no quiet hours", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients = nil
			quiet(s, "eve")
		}, []string{"eve email send: last resort N12"}},
		{"a last resort who is a recipient has one answer", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients = []roster.UserID{"eve"}
			chooses(s, "eve", roster.TypeFailures, watch.Choice{})
		}, []string{"eve email send: last resort N12"}},
		{"where only somebody away is left and no last resort, they are told", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients, s.LastResort = []roster.UserID{"bob"}, nil
			away(s, "bob", "")
		}, []string{"bob email send: nobody else N12"}},
		{"who is away and the last resort has one answer", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients = []roster.UserID{"eve"}
			away(s, "eve", "")
		}, []string{"eve email send: nobody else N12"}},
		{"a group channel is somebody", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients, s.Troubles[0].Channels = nil, []roster.GroupChannelID{"ops"}
		}, []string{"ops slack send: chosen N11"}},
		{"an acknowledged alert does not go to the last resort", func(s *watch.Snapshot) {
			s.Troubles[0].Recipients, s.Troubles[0].Alert.Acknowledged.At = nil, night
		}, nil},
	}
}

// gatherRows are the rules that make one message of many (N21).
func gatherRows() []row {
	second := func(s *watch.Snapshot) *watch.Trouble {
		s.Troubles = append(s.Troubles, trouble("a2", "website", roster.UrgencyPage))
		return &s.Troubles[1]
	}
	return []row{
		{"the flips of one request are one message", func(s *watch.Snapshot) { second(s) }, []string{
			"ann email send: chosen N11 [a1 a2]", "ann sms send: chosen N11 [a1 a2]", "bob email send: chosen N11 [a1 a2]",
		}},
		{"the more urgent is named first", func(s *watch.Snapshot) {
			second(s)
			s.Troubles[0].Alert.Urgency = roster.UrgencyHours
		}, []string{
			"ann email send: chosen N11 [a2 a1]", "ann sms send: chosen N11 [a2 a1]", "bob email send: chosen N11 [a2 a1]",
		}},
		{"children are rolled up into the message about their parent", func(s *watch.Snapshot) {
			s.Troubles[0].Parents = []watch.Parent{{Alert: roster.Alert{ID: "a2", LastEventAt: night}}}
			second(s)
		}, []string{
			"ann email send: chosen N11", "ann email skip: rolled up N21", "ann sms send: chosen N11", "ann sms skip: rolled up N21",
			"bob email send: chosen N11", "bob email skip: rolled up N21",
		}},
		{"nine hundred alerts wake a person once, naming the parent", func(s *watch.Snapshot) {
			s.Troubles = nil
			for i := range 899 {
				t := trouble(roster.AlertID(fmt.Sprint("b", i)), "website", roster.UrgencyPage)
				t.Parents = []watch.Parent{{Alert: roster.Alert{ID: "parent", LastEventAt: night}}}
				t.Recipients = []roster.UserID{"max"}
				s.Troubles = append(s.Troubles, t)
			}
			t := trouble("parent", "router", roster.UrgencyPage)
			t.Recipients = []roster.UserID{"max"}
			s.Troubles = append(s.Troubles, t)
		}, []string{"max email send: chosen N11", "max email skip: rolled up N21 and 898 more"}},
		{"a child is not rolled up into a message that is not sent", func(s *watch.Snapshot) {
			s.Troubles[0].Parents = []watch.Parent{{Alert: roster.Alert{ID: "a2", LastEventAt: night}}}
			second(s).Alert.Urgency = roster.UrgencyLog
		}, []string{
			"ann email hold until 03:01:30: waits for the parent N22", "ann email skip: log only N5",
			"ann sms hold until 03:01:30: waits for the parent N22", "ann sms skip: log only N5",
			"bob email hold until 03:01:30: waits for the parent N22", "bob email skip: log only N5",
		}},
		{"after a message that woke somebody more are gathered, but email is not", func(s *watch.Snapshot) {
			who(s, "ann").WokenAt = night.Add(-5 * time.Second)
		}, []string{"ann email send: chosen N11", "ann sms hold until 03:00:15: gathered N21", "bob email send: chosen N11"}},
		{"what was gathered becomes one message", func(s *watch.Snapshot) {
			who(s, "ann").WokenAt = night.Add(-5 * time.Second)
			second(s)
			later(s, 15*time.Second)
		}, []string{"ann email skip: already told N9 [a1 a2]", "ann sms send: chosen N11 [a1 a2]", "bob email skip: already told N9 [a1 a2]"}},
	}
}

// afterRows are recoveries and reminders (N4, N16, N17).
func afterRows() []row {
	kind := func(s *watch.Snapshot, k roster.OccasionKind) {
		s.Occasion = roster.Occasion{Kind: k, At: s.Now, Number: 1}
	}
	everybody := []string{"ann email send: chosen N17", "ann sms send: chosen N17", "bob email send: chosen N17"}
	chosen := []string{"ann email send: chosen N11", "ann sms send: chosen N11", "bob email send: chosen N11"}
	return []row{
		{"recovery goes to those who were told, by the same services", func(s *watch.Snapshot) { recovers(s, time.Minute) }, everybody},
		{"recovery goes to nobody else", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			s.Troubles[0].Recipients = append(s.Troubles[0].Recipients, "max")
		}, everybody},
		{"recovery goes to who is no recipient any more", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			s.Troubles[0].Recipients = nil
		}, everybody},
		{"recovery reaches nobody who has left", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			who(s, "bob").Active = false
		}, []string{everybody[0], everybody[1], "bob email skip: inactive N10"}},
		{"recovery goes by another method if the first is broken", func(s *watch.Snapshot) {
			p := who(s, "ann")
			p.Methods = append(p.Methods, watch.Method{ID: "second", Service: roster.ServiceSMS, Confirmed: true})
			recovers(s, time.Minute)
			p.Methods[1].Broken = true
		}, everybody},
		{"recovery without a method", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			who(s, "ann").Methods[1].Broken = true
		}, []string{everybody[0], "ann sms skip: method broken N11", everybody[2]}},
		{"recovery waits for the end of quiet hours", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			quiet(s, "ann")
		}, []string{"ann email hold until 07:00: quiet hours N27", "ann sms hold until 07:00: quiet hours N27", everybody[2]}},
		{"recovery comes at once where the failure broke quiet hours", func(s *watch.Snapshot) {
			quiet(s, "ann")
			recovers(s, time.Minute)
		}, everybody},
		{"recovery comes at once where one of several messages broke quiet hours", func(s *watch.Snapshot) {
			quiet(s, "ann")
			recovers(s, time.Minute)
			reminder := s.Troubles[0].Told[0]
			reminder.InBreach = false
			s.Troubles[0].Told = append(s.Troubles[0].Told, reminder)
		}, everybody},
		{"recovery comes at once to who acknowledged", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			quiet(s, "ann")
			s.Troubles[0].Alert.Acknowledged = roster.Acknowledgement{By: roster.UserLink{ID: "ann"}, At: night}
		}, everybody},
		{"recovery is not told to who muted the check", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			who(s, "bob").Mutes = []watch.Mute{{Check: "database", Until: night.Add(time.Hour)}}
		}, []string{everybody[0], everybody[1], "bob email skip: muted N18"}},
		{"recovery waits until the check is calm", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			s.Troubles[0].Flips = flips(8)
		}, []string{
			"ann email hold until 03:30: flapping N19", "ann sms hold until 03:30: flapping N19", "bob email hold until 03:30: flapping N19",
		}},
		{"recovery that begins flapping is told", func(s *watch.Snapshot) {
			recovers(s, 0)
			s.Troubles[0].Flips = flips(7)
		}, []string{
			"ann email send: chosen N17 flapping", "ann sms send: chosen N17 flapping", "bob email send: chosen N17 flapping",
		}},
		{"recovery from what fails again is not told", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			s.Troubles[0].FailingAgain = true
		}, []string{"ann email skip: rolled up N17", "ann sms skip: rolled up N17", "bob email skip: rolled up N17"}},
		{"who heard that it was failing hears no recovery", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			for i := range s.Troubles[0].Told {
				s.Troubles[0].Told[i].WasFailing = true
			}
		}, nil},
		{"recovery is told to a group channel", func(s *watch.Snapshot) {
			s.Troubles[0].Channels = []roster.GroupChannelID{"ops"}
			recovers(s, time.Minute)
		}, append([]string{"ops slack send: chosen N11"}, everybody...)},
		{"who was told hears that a check is no longer watched", func(s *watch.Snapshot) {
			recovers(s, time.Minute)
			kind(s, roster.OccasionUnwatched)
			s.Troubles[0].Paused = true
		}, everybody},
		{"a reminder tells them again", func(s *watch.Snapshot) {
			s.Now = night.Add(4 * time.Hour)
			kind(s, roster.OccasionReminder)
		}, chosen},
		{"nobody is reminded of what somebody acknowledged", func(s *watch.Snapshot) {
			s.Troubles[0].Alert.Acknowledged.At = night
			kind(s, roster.OccasionReminder)
		}, []string{"ann email skip: acknowledged N15", "ann sms skip: acknowledged N15", "bob email skip: acknowledged N15"}},
		{"a failing run is told", func(s *watch.Snapshot) { kind(s, roster.OccasionRun) }, chosen},
		{"after maintenance one message tells what still fails", func(s *watch.Snapshot) {
			kind(s, roster.OccasionMaintenance)
			s.Maintenances = []watch.Maintenance{{From: night.Add(-time.Hour), Until: night}}
		}, chosen},
	}
}

// readerRows are unmatched events and digests (N31).
func readerRows() []row {
	chose := func(s *watch.Snapshot, kind roster.NotificationType, ids ...roster.UserID) {
		for _, id := range ids {
			chooses(s, id, kind, watch.Choice{Services: []roster.Service{"email"}})
		}
	}
	unmatched := func(s *watch.Snapshot) {
		s.Troubles, s.Occasion.Kind = nil, roster.OccasionUnmatched
		chose(s, roster.TypeUnmatched, "ann", "bob")
		who(s, "ann").SeesAll = true
	}
	var bob []string
	for _, s := range []string{"email", "sms", "push", "pushbullet", "pushover", "call"} {
		bob = append(bob, "bob "+s+" skip: may not see N31")
	}
	return []row{
		{"an unmatched event is told to who chose it and may see it", unmatched, append([]string{"ann email send: chosen N11"}, bob...)},
		{"one unmatched source and title is told once a day", func(s *watch.Snapshot) {
			unmatched(s)
			who(s, "bob").SeesAll = true
			who(s, "bob").TimeZone = "America/New_York" // where it is still the day before
			s.UnmatchedToldAt = berlin("2027-01-13 00:10")
		}, func() []string {
			var all []string
			for _, id := range []string{"ann", "bob"} {
				for _, s := range []string{"email", "sms", "push", "pushbullet", "pushover", "call"} {
					all = append(all, id+" "+s+" skip: already told N31")
				}
			}
			return all
		}()},
		{"and again on the next day", func(s *watch.Snapshot) {
			unmatched(s)
			s.UnmatchedToldAt = berlin("2027-01-12 23:50")
		}, append([]string{"ann email send: chosen N11"}, bob...)},
		{"a digest goes to who chose it", func(s *watch.Snapshot) {
			s.Troubles, s.Occasion.Kind = nil, roster.OccasionDigest
			chose(s, roster.TypeDigest, "max")
		}, []string{"max email send: chosen N11"}},
		{"a digest is told once", func(s *watch.Snapshot) {
			s.Troubles, s.Occasion.Kind = nil, roster.OccasionDigest
			chose(s, roster.TypeDigest, "max")
			later(s, time.Second)
		}, []string{"max email skip: already told N9"}},
	}
}
