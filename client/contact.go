package client

import (
	"context"
	"net/http"
	"time"
)

// Service is a way to reach somebody.
type Service string

// The services.
const (
	ServiceEmail      Service = "email"
	ServiceSMS        Service = "sms"
	ServicePush       Service = "push"
	ServicePushbullet Service = "pushbullet"
	ServicePushover   Service = "pushover"
	ServiceCall       Service = "call" // a phone call, to the number for SMS
)

// Preferences say by which services somebody is told about what. In requests a nil list leaves a
// type as it is, and an empty one means none.
type Preferences struct {
	Failures  []Service `json:"failures,omitzero"`  // a check failed or is overdue
	Warnings  []Service `json:"warnings,omitzero"`  // a check ended with a warning
	Unmatched []Service `json:"unmatched,omitzero"` // something came that no check claimed
	Digest    []Service `json:"digest,omitzero"`    // the daily summary
	Pages     []Service `json:"pages,omitzero"`     // a check that wakes people failed; nil in an answer: as Failures
	Delays    Delays    `json:"delays,omitzero"`
}

// Delays are minutes, 0 to 1,440, by type of notification ("failures") and service: the service is
// used only if nobody has acknowledged by then. In requests 0 means none; what is not named stays.
type Delays map[string]map[Service]int

// whole returns the preferences with every type named, but for pages.
func (p Preferences) whole() Preferences {
	for _, services := range []*[]Service{&p.Failures, &p.Warnings, &p.Unmatched, &p.Digest} {
		if *services == nil {
			*services = []Service{}
		}
	}
	return p
}

// Preferences returns by which services a user is told about what.
func (s *Users) Preferences(ctx context.Context, id string) (Preferences, error) {
	return read[Preferences](ctx, s.c, at("/users", id, "/preferences"))
}

// UpdatePreferences changes the preferences of the types that p names. A user may do so for itself,
// as [Me]. The version is the user's.
func (s *Users) UpdatePreferences(ctx context.Context, id string, p Preferences, opts ...ChangeOption) (Preferences, error) {
	return update[Preferences](ctx, s.c, at("/users", id, "/preferences"), p, opts)
}

// ContactMethod is an address of a user for a service.
type ContactMethod struct {
	ID          string    `json:"id"`
	Service     Service   `json:"service"`
	Address     string    `json:"address"`
	ConfirmedAt time.Time `json:"confirmedAt"` // zero until the person has confirmed it
	CreatedAt   time.Time `json:"createdAt"`
}

// NewContactMethod is what makes a contact method.
type NewContactMethod struct {
	Service Service `json:"service"`
	Address string  `json:"address"` // an email address, a phone number, a Pushover key, a Pushbullet token
}

// ContactMethods returns the contact methods of a user.
func (s *Users) ContactMethods(ctx context.Context, id string) ([]ContactMethod, error) {
	return all[ContactMethod](ctx, s.c, at("/users", id, "/contact-methods"))
}

// AddContactMethod gives a user another contact method, unconfirmed.
func (s *Users) AddContactMethod(ctx context.Context, id string, m NewContactMethod, opts ...CreateOption) (ContactMethod, error) {
	return create[ContactMethod](ctx, s.c, at("/users", id, "/contact-methods"), m, opts)
}

// RemoveContactMethod takes a contact method from a user.
func (s *Users) RemoveContactMethod(ctx context.Context, id, contactMethod string) error {
	return remove(ctx, s.c, at("/users", id, "/contact-methods", contactMethod), nil)
}

// DefaultPreferences are what users get who are made without preferences.
type DefaultPreferences struct{ c *Client }

// Get returns the organization's default preferences.
func (s *DefaultPreferences) Get(ctx context.Context) (Preferences, error) {
	return read[Preferences](ctx, s.c, "/default-preferences")
}

// Replace sets the organization's default preferences. A nil list means none.
func (s *DefaultPreferences) Replace(ctx context.Context, p Preferences) (Preferences, error) {
	return replace[Preferences](ctx, s.c, "/default-preferences", p.whole())
}

// DefaultPreferences returns what a group adds to the organization's default preferences.
func (s *Groups) DefaultPreferences(ctx context.Context, id string) (Preferences, error) {
	return read[Preferences](ctx, s.c, at("/groups", id, "/default-preferences"))
}

// JoinedPreferences returns what users get who are made without preferences, as members of a group:
// the organization's default preferences joined with the group's.
func (s *Groups) JoinedPreferences(ctx context.Context, id string) (Preferences, error) {
	r := newRequest(http.MethodGet, at("/groups", id, "/default-preferences"), nil)
	r.query.Set("joined", "true")
	return call[Preferences](ctx, s.c, r)
}

// ReplaceDefaultPreferences sets what members of a group get besides the organization's default
// preferences. A nil list means nothing more.
func (s *Groups) ReplaceDefaultPreferences(ctx context.Context, id string, p Preferences) (Preferences, error) {
	return replace[Preferences](ctx, s.c, at("/groups", id, "/default-preferences"), p.whole())
}
