package watch

import (
	"slices"
	"time"

	"roster"
)

// gatherTime is how long messages by waking services are gathered after one went out (N21).
const gatherTime = 20 * time.Second

// answer is a decision about one alert.
type answer struct {
	user       roster.UserID
	channel    roster.GroupChannelID
	service    roster.Service
	method     roster.ContactMethodID
	outcome    roster.Outcome
	until      time.Time // in UTC
	reason     roster.Reason
	rule       string
	inPlaceOf  roster.UserID
	wasFailing bool
	inBreach   bool
	flapping   bool
}

func (a answer) as(o roster.Outcome, r roster.Reason, rule string, until time.Time) answer {
	a.outcome, a.reason, a.rule, a.until = o, r, rule, until
	a.wasFailing, a.inBreach, a.flapping = false, false, false
	return a
}

func (a answer) skip(r roster.Reason, rule string) answer {
	return a.as(roster.OutcomeSkip, r, rule, time.Time{})
}

func (a answer) hold(until time.Time, r roster.Reason, rule string) answer {
	return a.as(roster.OutcomeHold, r, rule, until.UTC().Round(0))
}

// reachesNow reports whether a person is told now, was told, or was woken seconds ago.
func (a answer) reachesNow() bool {
	told := a.outcome == roster.OutcomeSend || a.reason == roster.ReasonGathered || a.reason == roster.ReasonAlreadyTold
	return a.user != "" && told
}

// wakesNow reports whether a person is told so by a service that wakes.
func (a answer) wakesNow() bool { return a.reachesNow() && wakes(a.service) }

// kept reports whether a person's quiet hours or mute keep them from being told now.
func (a answer) kept() bool {
	return a.reason == roster.ReasonQuietHours || a.reason == roster.ReasonMuted
}

// reaches reports whether a person or group channel is told sooner or later, or does not want to
// be.
func (a answer) reaches() bool {
	return a.outcome != roster.OutcomeSkip || a.reason == roster.ReasonAlreadyTold || a.reason == roster.ReasonMuted
}

// recipient is a person who is to be told.
type recipient struct {
	Person
	reason    roster.Reason // of what is sent
	rule      string        // of that reason
	inPlaceOf roster.UserID // whom the person stands in for
	absent    bool          // away, so that nobody or a stand-in is told instead
}

// recipients returns people and those who stand in for them (N27), in ascending order of the
// former.
func (d *decider) recipients(ids []roster.UserID, ignoreAway bool) []recipient {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	all := make([]recipient, 0, len(ids))
	for _, id := range ids {
		r := recipient{Person: d.people[id], reason: roster.ReasonChosen, rule: "N11"}
		r.ID = id // somebody unknown is not active
		if r.Active && r.away(d.Now) && !ignoreAway {
			standIn := d.standIn(r.Person)
			r.absent = standIn != id
			known := func(r recipient) bool { return r.ID == standIn }
			if r.absent && standIn != "" && !slices.Contains(ids, standIn) && !slices.ContainsFunc(all, known) {
				all = append(all, recipient{Person: d.people[standIn], reason: roster.ReasonStandIn, rule: "N27", inPlaceOf: id})
			}
		}
		all = append(all, r)
	}
	return all
}

// standIn returns who is told in a person's place: the first of the chain who is there and active
// (N27). A chain that is a circle, or that ends without anybody, ends at the person. It returns ""
// for a person who named nobody.
func (d *decider) standIn(p Person) roster.UserID {
	seen := map[roster.UserID]bool{p.ID: true}
	for next := p.Away.StandIn; next != "" && !seen[next]; next = d.people[next].Away.StandIn {
		if q := d.people[next]; q.Active && !q.away(d.Now) {
			return next
		}
		seen[next] = true
	}
	if p.Away.StandIn == "" {
		return ""
	}
	return p.ID
}

// every answers the same for all services of a person.
func every(r recipient, reason roster.Reason, rule string) []answer {
	all := make([]answer, len(services))
	for i, s := range services {
		all[i] = answer{user: r.ID, service: s, inPlaceOf: r.inPlaceOf}.skip(reason, rule)
	}
	return all
}

// person answers for each service of a recipient.
func (d *decider) person(t Trouble, kind roster.NotificationType, r recipient, ignoreHours bool) []answer {
	switch {
	case !r.Active:
		return every(r, roster.ReasonInactive, "N10")
	case r.absent:
		return every(r, roster.ReasonAway, "N27")
	case !ignoreHours && r.mutes(t, d.Now):
		return every(r, roster.ReasonMuted, "N18")
	}
	choice := r.choice(kind)
	all := make([]answer, 0, len(services))
	reachable := false
	for _, s := range services {
		a := answer{user: r.ID, service: s, inPlaceOf: r.inPlaceOf}
		methods, refusal := d.usable(r.Person, s, kind)
		switch {
		case !slices.Contains(choice.Services, s): // N6
			all = append(all, a.skip(roster.ReasonNotChosen, "N6"))
		case len(methods) == 0: // N11
			all = append(all, a.skip(refusal, "N11"))
		default:
			reachable = true
			for _, a.method = range methods {
				all = append(all, d.when(t, kind, r, a, ignoreHours))
			}
		}
	}
	methods, _ := d.usable(r.Person, roster.ServiceEmail, kind)
	if failure(kind) && !reachable && len(choice.Services) > 0 && len(methods) > 0 {
		if r.reason != roster.ReasonLastResort {
			r.reason, r.rule = roster.ReasonEmailInstead, "N12"
		}
		all[0].method = methods[0] // the first service is email
		all[0] = d.when(t, kind, r, all[0], ignoreHours)
	}
	return all
}

// usable returns the methods of a person for a service: the first that can be used, of push all
// (N11). If there is none, it returns the reason.
func (d *decider) usable(p Person, s roster.Service, kind roster.NotificationType) ([]roster.ContactMethodID, roster.Reason) {
	if s != roster.ServiceEmail && !slices.Contains(d.Services, s) { // N10: only email waits for a sender
		return nil, roster.ReasonServiceNotConfigured
	}
	address := s
	if s == roster.ServiceCall {
		address = roster.ServiceSMS
	}
	var methods []roster.ContactMethodID
	refusal := roster.ReasonNoMethod
	for _, m := range p.Methods {
		switch {
		case m.Service != address:
		case m.Broken:
			refusal = roster.ReasonMethodBroken
		case !m.Confirmed && !m.Primary && !(failure(kind) && d.AllowUnconfirmed): // DECISIONS 24
			refusal = roster.ReasonNotConfirmed
		case len(methods) == 0 || s == roster.ServicePush:
			methods = append(methods, m.ID)
		}
	}
	return methods, refusal
}

// failure reports whether a type tells of failures.
func failure(kind roster.NotificationType) bool {
	return kind == roster.TypePages || kind == roster.TypeFailures
}

// when answers at what time a service that can reach the person is used.
func (d *decider) when(t Trouble, kind roster.NotificationType, r recipient, a answer, ignoreHours bool) answer {
	choice, before := r.choice(kind), d.before[place{a.user, "", a.service, t.Alert.ID}]
	delayed := d.delaysFrom(t).Add(choice.Delays[a.service])
	until := d.quietUntil(r.Person, kind)
	quiet := until.After(d.Now)
	late := !t.Alert.Open() && !d.ofEnded() // it tells of a failure that is over
	switch {
	case before.sent: // N9: running twice tells nobody twice
		return a.skip(roster.ReasonAlreadyTold, "N9")
	case late && !before.heldByHours: // N3
		return a.skip(roster.ReasonEnded, "N3")
	case t.Alert.Open() && d.Now.Before(delayed): // N6
		return a.hold(delayed, roster.ReasonDelay, "N6")
	case quiet && !ignoreHours: // N27
		return a.hold(until, roster.ReasonQuietHours, "N27")
	case wakes(a.service) && !r.WokenAt.IsZero() && d.Now.Before(r.WokenAt.Add(gatherTime)): // N21
		return a.hold(r.WokenAt.Add(gatherTime), roster.ReasonGathered, "N21")
	}
	a = a.as(roster.OutcomeSend, r.reason, r.rule, time.Time{})
	a.wasFailing = late
	a.inBreach = quiet || r.mutes(t, d.Now)
	if a.inBreach && !d.ofEnded() && r.reason != roster.ReasonLastResort { // N12
		a.reason, a.rule = roster.ReasonNobodyElse, "N12"
	}
	return a
}

// ofEnded reports whether the occasion is that alerts ended.
func (d *decider) ofEnded() bool {
	return d.Occasion.Kind == roster.OccasionRecovery || d.Occasion.Kind == roster.OccasionUnwatched
}

// quietUntil returns when the quiet hours of a person end, or a time that is past if there are none
// now. It remembers the answer for the next alert.
func (d *decider) quietUntil(p Person, kind roster.NotificationType) time.Time {
	until, known := d.quiet[quietHours{p.ID, kind}]
	if !known {
		until = Closes(p.choice(kind).Quiet, d.Now)
		d.quiet[quietHours{p.ID, kind}] = until
	}
	return until
}

// quietHours are of a person and a type.
type quietHours struct {
	user roster.UserID
	kind roster.NotificationType
}

// delaysFrom returns from when delays count: when the alert got as bad as it is, or when its own
// rules let it be told.
func (d *decider) delaysFrom(t Trouble) time.Time {
	if d.Occasion.Kind == roster.OccasionFlips {
		return latest(t.Alert.RaisedAt, d.since[t.Alert.ID])
	}
	return latest(d.Occasion.At, d.since[t.Alert.ID])
}

// channel answers for a group channel. It has no quiet hours.
func (d *decider) channel(t Trouble, c Channel) answer {
	a := answer{channel: c.ID, service: c.Service}
	kind := typeOf(t.Alert)
	chosen := slices.Contains(c.Types, kind) || kind == roster.TypePages && slices.Contains(c.Types, roster.TypeFailures)
	before := d.before[place{"", c.ID, c.Service, t.Alert.ID}]
	late := !t.Alert.Open() && !d.ofEnded()
	switch {
	case !chosen:
		return a.skip(roster.ReasonNotChosen, "N6")
	case c.Broken:
		return a.skip(roster.ReasonMethodBroken, "N11")
	case before.sent:
		return a.skip(roster.ReasonAlreadyTold, "N9")
	case late && !before.heldByHours:
		return a.skip(roster.ReasonEnded, "N3")
	}
	a = a.as(roster.OutcomeSend, roster.ReasonChosen, "N11", time.Time{})
	a.wasFailing = late
	return a
}

// sameDate reports whether two times are on the same date in a zone.
func sameDate(a, b time.Time, loc *time.Location) bool {
	return digits(a, loc).Format(time.DateOnly) == digits(b, loc).Format(time.DateOnly)
}
