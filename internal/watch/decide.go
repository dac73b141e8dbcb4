package watch

import (
	"cmp"
	"slices"
	"time"

	"roster"
)

// Decide says who is told of an occasion, by which services, when, and why. It answers for each
// recipient and each service, so that it also says why somebody is not told. A held decision is
// decided again at its time, with Past holding what was decided before.
//
// Everybody is decided before anything is sent (N11), because anybody may be the only one left
// (N12).
func Decide(s Snapshot) []roster.Decision {
	d := newDecider(s)
	switch s.Occasion.Kind {
	case roster.OccasionUnmatched, roster.OccasionDigest:
		d.readers()
	case roster.OccasionRecovery, roster.OccasionUnwatched:
		for _, t := range d.troubles {
			d.recovery(t)
		}
	default:
		for _, t := range d.troubles {
			d.trouble(t)
		}
	}
	d.others()
	return d.decisions()
}

// trouble decides who is told that an alert opened, got worse or is still open.
func (d *decider) trouble(t Trouble) {
	answers := d.tell(t, ignored{})
	switch gate := d.gate(t); {
	case gate.outcome == roster.OutcomeSend && t.Alert.Open():
		answers = d.neverNobody(t, answers)
	case gate.outcome != roster.OutcomeSend:
		for i, a := range answers {
			if a.outcome != roster.OutcomeSkip {
				answers[i] = a.as(gate.outcome, gate.reason, gate.rule, gate.until)
			}
		}
	}
	d.add(t, answers)
}

// ignored are the rules that do not count, because otherwise nobody would be told (N12).
type ignored struct {
	hours bool // quiet hours and mutes
	away  bool
}

// tell answers for all recipients and group channels of a trouble. It leaves the rules of the alert
// itself aside.
func (d *decider) tell(t Trouble, ignore ignored) []answer {
	recipients := d.recipients(t.Recipients, ignore.away)
	answers := make([]answer, 0, len(recipients)*len(services))
	for _, r := range recipients {
		answers = append(answers, d.person(t, typeOf(t.Alert), r, ignore.hours)...)
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(t.Channels))) {
		answers = append(answers, d.channel(t, d.channels[id]))
	}
	return answers
}

// typeOf returns the type of notification that tells of an alert (N5, N6). An alert is told as the
// worst that it has been.
func typeOf(a roster.Alert) roster.NotificationType {
	switch {
	case a.Highest == roster.StateWarning:
		return roster.TypeWarnings
	case a.Urgency == roster.UrgencyPage:
		return roster.TypePages
	default:
		return roster.TypeFailures
	}
}

// neverNobody lets somebody be told of a failure where the answers tell nobody (N12).
func (d *decider) neverNobody(t Trouble, answers []answer) []answer {
	kind := typeOf(t.Alert)
	if kind == roster.TypeWarnings {
		return answers
	}
	if kind == roster.TypePages && slices.ContainsFunc(answers, answer.kept) { // quiet hours and mutes are ignored
		regardless := d.tell(t, ignored{hours: true})
		nobody := !slices.ContainsFunc(answers, answer.reachesNow)
		nobodyWakes := !slices.ContainsFunc(answers, answer.wakesNow) && slices.ContainsFunc(regardless, answer.wakesNow)
		if nobody || nobodyWakes {
			answers = regardless
		}
	}
	if slices.ContainsFunc(answers, answer.reaches) {
		return answers
	}
	last := d.lastResort(t, kind)
	if kind != roster.TypePages || slices.ContainsFunc(last, answer.reaches) {
		return append(without(answers, last), last...)
	}
	answers = d.tell(t, ignored{hours: true, away: true}) // the absent are told themselves
	for i := range answers {
		if answers[i].outcome == roster.OutcomeSend {
			answers[i].reason, answers[i].rule = roster.ReasonNobodyElse, "N12"
		}
	}
	return append(answers, without(last, answers)...)
}

// without returns the answers except those for people whom others are for, too.
func without(answers, others []answer) []answer {
	return slices.DeleteFunc(answers, func(a answer) bool {
		return a.user != "" && slices.ContainsFunc(others, func(o answer) bool { return o.user == a.user })
	})
}

// lastResort answers for the people who are told when nobody else can be (N12). They are told by
// the services that they chose; where none of these can reach them, by any that can.
func (d *decider) lastResort(t Trouble, kind roster.NotificationType) []answer {
	var answers []answer
	for _, r := range d.recipients(d.LastResort, false) {
		r.reason, r.rule = roster.ReasonLastResort, "N12"
		own := d.person(t, kind, r, true)
		for i := 0; i < len(own) && !slices.ContainsFunc(own, answer.reaches); i++ {
			if methods, _ := d.usable(r.Person, own[i].service, kind); own[i].reason == roster.ReasonNotChosen && len(methods) > 0 {
				own[i].method = methods[0]
				own[i] = d.when(t, kind, r, own[i], true)
			}
		}
		answers = append(answers, own...)
	}
	return answers
}

// recovery decides who hears that an alert ended: exactly those who were told of it, by the
// services that told them (N17). Those who hear "no longer watched" are the same (N4).
func (d *decider) recovery(t Trouble) {
	broke := map[place]bool{} // the quiet hours of those who were told
	for _, told := range t.Told {
		at := place{user: told.User, service: told.Service}
		broke[at] = broke[at] || told.InBreach
	}
	var answers []answer
	for _, told := range t.Told {
		switch at := (place{user: told.User, service: told.Service}); {
		case told.WasFailing || told.Outcome != roster.OutcomeSend: // they know that it ended (N3)
		case told.Channel != "":
			answers = append(answers, d.channel(t, d.channels[told.Channel]))
		default:
			answers = append(answers, d.recovered(t, told, broke[at]))
		}
	}
	if gate := d.recoveryGate(t); gate.outcome != roster.OutcomeSend {
		for i, a := range answers {
			if a.outcome == roster.OutcomeSend {
				answers[i] = a.as(gate.outcome, gate.reason, gate.rule, gate.until)
			}
		}
	}
	d.add(t, answers)
}

// recovered answers whether a person hears that an alert ended, at once if the message that told of
// it broke their quiet hours or if they acknowledged (N17).
func (d *decider) recovered(t Trouble, told roster.Decision, broke bool) answer {
	kind := typeOf(t.Alert)
	r := recipient{Person: d.people[told.User], reason: roster.ReasonChosen, rule: "N17"}
	a := answer{user: told.User, service: told.Service}
	methods, refusal := d.usable(r.Person, told.Service, kind)
	switch {
	case !r.Active:
		return a.skip(roster.ReasonInactive, "N10")
	case r.mutes(t, d.Now):
		return a.skip(roster.ReasonMuted, "N18")
	case len(methods) == 0:
		return a.skip(refusal, "N11")
	}
	a.method = methods[0]
	if slices.Contains(methods, told.Method) {
		a.method = told.Method
	}
	return d.when(t, kind, r, a, broke || t.Alert.Acknowledged.By.ID == told.User)
}

// readers decides who is told of an unmatched event, and who gets a digest (N31).
func (d *decider) readers() {
	kind := roster.TypeDigest
	if d.Occasion.Kind == roster.OccasionUnmatched {
		kind = roster.TypeUnmatched
	}
	var chose []roster.UserID
	for _, id := range d.everyone {
		if len(d.people[id].choice(kind).Services) > 0 {
			chose = append(chose, id)
		} else {
			d.add(Trouble{}, every(recipient{Person: d.people[id]}, roster.ReasonNotChosen, "N6"))
		}
	}
	for _, r := range d.recipients(chose, false) {
		switch told := d.UnmatchedToldAt; {
		case kind == roster.TypeUnmatched && r.Active && !r.SeesAll:
			d.add(Trouble{}, every(r, roster.ReasonMayNotSee, "N31"))
		case kind == roster.TypeUnmatched && !told.IsZero() && sameDate(told, d.Now, zone(r.TimeZone)):
			d.add(Trouble{}, every(r, roster.ReasonAlreadyTold, "N31"))
		default:
			d.add(Trouble{}, d.person(Trouble{}, kind, r, false))
		}
	}
}

// others answers for the people whom nothing concerns, so that whoever asks why gets an answer.
func (d *decider) others() {
	for _, id := range d.everyone {
		if !d.answered[id] {
			d.add(Trouble{}, []answer{answer{user: id}.skip(roster.ReasonNotRecipient, "N11")})
		}
	}
}

// decider collects the answers of one snapshot.
type decider struct {
	Snapshot
	people   map[roster.UserID]Person
	channels map[roster.GroupChannelID]Channel
	everyone []roster.UserID // in ascending order
	troubles []Trouble       // in the order in which a message names them
	before   map[place]past
	since    map[roster.AlertID]time.Time // when the rules of an alert itself last stopped holding it
	quiet    map[quietHours]time.Time

	answered map[roster.UserID]bool
	told     map[roster.AlertID]bool // somebody is told of it now
	alerts   map[answer][]roster.AlertID
}

// place is for whom a decision is.
type place struct {
	user    roster.UserID
	channel roster.GroupChannelID
	service roster.Service
	alert   roster.AlertID
}

// past is what was decided before for a place.
type past struct{ sent, heldByHours bool }

// newDecider sorts what is in the snapshot, so that the order of its lists does not matter.
func newDecider(s Snapshot) *decider {
	d := &decider{
		Snapshot: s,
		people:   map[roster.UserID]Person{},
		channels: map[roster.GroupChannelID]Channel{},
		before:   map[place]past{},
		since:    map[roster.AlertID]time.Time{},
		quiet:    map[quietHours]time.Time{},
		answered: map[roster.UserID]bool{},
		told:     map[roster.AlertID]bool{},
		alerts:   map[answer][]roster.AlertID{},
	}
	for _, p := range s.People {
		d.people[p.ID] = p
	}
	for id := range d.people {
		d.everyone = append(d.everyone, id)
	}
	slices.Sort(d.everyone)
	for _, c := range s.Channels {
		d.channels[c.ID] = c
	}
	for _, p := range s.Past {
		d.remember(p)
	}
	d.troubles = slices.Clone(s.Troubles)
	slices.SortFunc(d.troubles, func(a, b Trouble) int { // N21: parents first, then by urgency
		return cmp.Or(
			cmp.Compare(len(a.Parents), len(b.Parents)),
			cmp.Compare(slices.Index(roster.Urgencies[:], a.Alert.Urgency), slices.Index(roster.Urgencies[:], b.Alert.Urgency)),
			a.Alert.OpenedAt.Compare(b.Alert.OpenedAt),
			cmp.Compare(a.Alert.ID, b.Alert.ID),
		)
	})
	return d
}

// remember keeps what an earlier decision on the same occasion said.
func (d *decider) remember(p roster.Decision) {
	alerts := p.Alerts
	if len(alerts) == 0 {
		alerts = []roster.AlertID{""}
	}
	for _, alert := range alerts {
		at := place{p.User, p.Channel, p.Service, alert}
		was := d.before[at]
		was.sent = was.sent || p.Outcome == roster.OutcomeSend
		if p.Outcome == roster.OutcomeHold {
			was.heldByHours = was.heldByHours || p.Reason == roster.ReasonQuietHours || p.Reason == roster.ReasonOutsideHours
			if ofTheAlert(p.Reason) && !p.Until.After(d.Now) {
				d.since[alert] = latest(d.since[alert], p.Until)
			}
		}
		d.before[at] = was
	}
}

// add takes the answers about a trouble. Alerts with the same answer share a decision.
func (d *decider) add(t Trouble, answers []answer) {
	id := t.Alert.ID
	begins, _ := d.flapping(t)
	for _, a := range answers {
		send := a.outcome == roster.OutcomeSend
		a.flapping = send && begins
		d.answered[a.user] = true
		d.told[id] = d.told[id] || send
		of := d.alerts[a]
		if id != "" && (len(of) == 0 || of[len(of)-1] != id) {
			of = append(of, id)
		}
		d.alerts[a] = of
	}
}

// decisions returns all answers as decisions, in an order that depends on nothing else.
func (d *decider) decisions() []roster.Decision {
	all := make([]roster.Decision, 0, len(d.alerts))
	for a, alerts := range d.alerts {
		all = append(all, roster.Decision{
			User: a.user, Channel: a.channel, Service: a.service, Method: a.method, Alerts: alerts,
			Outcome: a.outcome, Until: a.until, Reason: a.reason, Rule: a.rule,
			InPlaceOf: a.inPlaceOf, WasFailing: a.wasFailing, InBreach: a.inBreach, Flapping: a.flapping,
		})
	}
	slices.SortFunc(all, func(a, b roster.Decision) int {
		return cmp.Or(
			cmp.Compare(a.User, b.User), cmp.Compare(a.Channel, b.Channel),
			cmp.Compare(slices.Index(services[:], a.Service), slices.Index(services[:], b.Service)),
			cmp.Compare(a.Method, b.Method), cmp.Compare(a.Outcome, b.Outcome), a.Until.Compare(b.Until),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.InPlaceOf, b.InPlaceOf),
			slices.Compare(a.Alerts, b.Alerts),
		)
	})
	return all
}
