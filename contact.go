package roster

import (
	"slices"
	"time"
)

// Service is a channel by which a person can be reached.
type Service string

// The services.
const (
	ServiceEmail      Service = "email"
	ServiceSMS        Service = "sms"
	ServicePush       Service = "push"
	ServicePushbullet Service = "pushbullet"
	ServicePushover   Service = "pushover"
	ServiceCall       Service = "call" // a phone call, to the address of ServiceSMS
)

// Services lists the services in their fixed order.
var Services = [...]Service{ServiceEmail, ServiceSMS, ServicePush, ServicePushbullet, ServicePushover, ServiceCall}

// PublishedServices are the services that CheckCentral publishes.
var PublishedServices = Services[:5:5]

// ContactMethod is an address of a user for a service. That of the primary email has the user's own
// id and is kept with the user.
type ContactMethod struct {
	ID          ContactMethodID
	Service     Service
	Address     string    // an email address, or a phone number in E.164
	ConfirmedAt time.Time // zero until the person has confirmed it
	CreatedAt   time.Time
}

// NotificationType is a reason to notify somebody.
type NotificationType string

// The notification types.
const (
	TypeFailures  NotificationType = "failures"  // a check failed or is overdue
	TypeWarnings  NotificationType = "warnings"  // a check ended with a warning
	TypeUnmatched NotificationType = "unmatched" // a message came that no check claimed
	TypeDigest    NotificationType = "digest"    // the daily summary
	TypePages     NotificationType = "pages"     // a check that wakes people failed; see Preference
)

// NotificationTypes lists the types in their fixed order.
var NotificationTypes = [...]NotificationType{TypeFailures, TypeWarnings, TypeUnmatched, TypeDigest, TypePages}

// PublishedTypes are the types that CheckCentral publishes.
var PublishedTypes = NotificationTypes[:4:4]

// Preference is the set of services that notify a user about one type. Without a preference for
// TypePages that type is as TypeFailures, with one of no services nobody is notified of it. For the
// other types both mean the same.
type Preference struct {
	Type     NotificationType
	Services []Service // in their fixed order
	Delays   []Delay   // of some of these services, in the same order
}

// Delay says that a service is used only if nobody has acknowledged by then.
type Delay struct {
	Service Service `json:"service"`
	Minutes int     `json:"minutes"` // 1 to MaxDelay
}

// MaxDelay is the greatest delay of a service, in minutes: a day.
const MaxDelay = 1440

// EmailMethod returns the contact method of the primary email, and whether there is one.
func (u User) EmailMethod() (m ContactMethod, ok bool) {
	m = ContactMethod{
		ID: ContactMethodID(u.ID), Service: ServiceEmail, Address: u.Email, ConfirmedAt: u.EmailConfirmedAt, CreatedAt: u.EmailSetAt,
	}
	if m.CreatedAt.IsZero() {
		m.CreatedAt = u.CreatedAt
	}
	return m, u.Email != ""
}

// OtherMethods returns the contact methods besides that of the primary email.
func (u User) OtherMethods() []ContactMethod {
	return slices.DeleteFunc(slices.Clone(u.ContactMethods), func(m ContactMethod) bool { return m.ID == ContactMethodID(u.ID) })
}

// SetContactMethods sets the contact methods: that of the primary email, then the others.
func (u *User) SetContactMethods(others []ContactMethod) {
	u.ContactMethods = others
	if m, ok := u.EmailMethod(); ok {
		u.ContactMethods = append([]ContactMethod{m}, others...)
	}
}

// NotSetUp returns the services that the user chose but has no address for, in their fixed order.
// It needs ContactMethods to be loaded.
func (u User) NotSetUp() []Service {
	var missing []Service
	for _, s := range Services {
		address := s
		if s == ServiceCall {
			address = ServiceSMS
		}
		chosen := slices.ContainsFunc(u.Preferences, func(p Preference) bool { return slices.Contains(p.Services, s) })
		has := slices.ContainsFunc(u.ContactMethods, func(c ContactMethod) bool { return c.Service == address })
		if chosen && !has {
			missing = append(missing, s)
		}
	}
	return missing
}
