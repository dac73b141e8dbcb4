package watch

import (
	"time"

	"roster"
)

// Snapshot is all that decisions depend on. The same snapshot always gives the same decisions, in
// whatever order its lists are.
//
// Occasions of one kind that are due at the same time, because their messages were held, are
// decided in one snapshot with the troubles of all. So they become one message.
type Snapshot struct {
	Now      time.Time
	Occasion roster.Occasion
	Troubles []Trouble         // what the occasion tells of; none of an unmatched event and a digest
	Past     []roster.Decision // what was decided before: of each alert, on its latest occasion

	People           []Person        // recipients, stand-ins, last resort, and anybody else who asks why
	LastResort       []roster.UserID // is told if nobody else can be
	Channels         []Channel
	Services         []roster.Service // that have a provider
	AllowUnconfirmed bool             // failures may go to unconfirmed methods (DECISIONS 24)
	Maintenances     []Maintenance
	Adoptions        []Adoption // that still hold

	UnmatchedToldAt time.Time // when an earlier event of the same source and title was told; zero for never
}

// Trouble is an alert with what the rules need of its check.
type Trouble struct {
	Alert        roster.Alert
	CheckGroup   roster.CheckGroupID
	Paused       bool
	FailingAgain bool            // of a recovery: the check and key have a newer open alert
	Recipients   []roster.UserID // members of the check's groups and teams, and entries that say notify
	Channels     []roster.GroupChannelID
	Tolerance    Tolerance
	Flips        []time.Time       // of the check, for as long as it can be flapping
	SupportHours roster.Hours      // no windows: always
	Parents      []Parent          // the nearest first
	Told         []roster.Decision // the messages that told of the alert, recovery aside
}

// Tolerance says how much failing nobody is told of (N19). The zero value tolerates none.
type Tolerance struct {
	AfterFailures int // failing events in a row before somebody is told
	ForMinutes    int
}

// Parent is a check that can be the cause of a trouble (N22), with its newest alert.
type Parent struct {
	Alert roster.Alert // the zero alert if it never had one
	Told  bool         // somebody was told of the alert
}

// Person is a user as the rules see them.
type Person struct {
	ID       roster.UserID
	Active   bool
	SeesAll  bool                               // holds a level of readonly or more for the organization
	TimeZone string                             // an IANA name
	Choices  map[roster.NotificationType]Choice // no row for pages: they are as failures
	Methods  []Method                           // in the order of use
	Away     Absence
	Mutes    []Mute
	WokenAt  time.Time // when a message last went out by a waking service
}

// Choice is what a person chose for one type of notification.
type Choice struct {
	Services []roster.Service
	Delays   map[roster.Service]time.Duration // until the service is used, if nobody acknowledges
	Quiet    roster.Hours                     // in the person's zone
}

// Method is an address of a person for a service. Calls go to the methods of SMS.
type Method struct {
	ID        roster.ContactMethodID
	Service   roster.Service
	Confirmed bool
	Primary   bool // the primary email, which an administrator gave; it receives all types
	Broken    bool // the provider refused it for good
}

// Absence is a time in which somebody is told in a person's place (N27).
type Absence struct {
	From, Until time.Time
	StandIn     roster.UserID // "" for nobody
}

// Mute is a person's wish not to hear of a check or of a check group (N18).
type Mute struct {
	Check      roster.CheckID      // "" if it mutes a group
	CheckGroup roster.CheckGroupID // "" if it mutes a check
	Until      time.Time
}

// Channel is an address of a group. Its name and address are of no matter here.
type Channel struct {
	ID      roster.GroupChannelID
	Service roster.Service
	Types   []roster.NotificationType // that it receives
	Broken  bool
}

// Maintenance is a time in which nobody is told of some alerts (N18). It covers the alerts that
// meet all of Check, CheckGroup and Labels that are set.
type Maintenance struct {
	Check      roster.CheckID
	CheckGroup roster.CheckGroupID
	Labels     map[string]string
	From       time.Time
	Until      time.Time    // zero: the recurring one never ends
	Recurring  roster.Hours // no windows: the whole time from From to Until
}

// covers reports whether a trouble is under the maintenance at a time.
func (m Maintenance) covers(t Trouble, now time.Time) bool {
	if m.Check != "" && m.Check != t.Alert.Check.ID || m.CheckGroup != "" && m.CheckGroup != t.CheckGroup {
		return false
	}
	for name, value := range m.Labels {
		if t.Alert.Labels[name] != value {
			return false
		}
	}
	during := !now.Before(m.From) && (m.Until.IsZero() || now.Before(m.Until))
	return during && (len(m.Recurring.Windows) == 0 || Inside(m.Recurring, now))
}

// mutes reports whether the person has muted a trouble.
func (p Person) mutes(t Trouble, now time.Time) bool {
	for _, m := range p.Mutes {
		same := m.Check != "" && m.Check == t.Alert.Check.ID || m.CheckGroup != "" && m.CheckGroup == t.CheckGroup
		if same && now.Before(m.Until) {
			return true
		}
	}
	return false
}

// away reports whether the person is away.
func (p Person) away(now time.Time) bool { return !now.Before(p.Away.From) && now.Before(p.Away.Until) }

// choice returns what the person chose for a type. Pages are as failures, unless chosen apart (N6).
func (p Person) choice(kind roster.NotificationType) Choice {
	c, chosen := p.Choices[kind]
	if kind == roster.TypePages && !chosen {
		return p.Choices[roster.TypeFailures]
	}
	return c
}

// services lists the services in their fixed order.
var services = [...]roster.Service{
	roster.ServiceEmail, roster.ServiceSMS, roster.ServicePush, roster.ServicePushbullet, roster.ServicePushover, roster.ServiceCall,
}

// wakes reports whether a message by the service wakes people (N12).
func wakes(s roster.Service) bool {
	return s == roster.ServiceSMS || s == roster.ServicePush || s == roster.ServicePushover || s == roster.ServiceCall
}
