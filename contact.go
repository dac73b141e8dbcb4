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
)

// Services lists the services in their fixed order.
var Services = [...]Service{ServiceEmail, ServiceSMS, ServicePush, ServicePushbullet, ServicePushover}

// ContactMethod is an address of a user for a service.
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
)

// NotificationTypes lists the types in their fixed order.
var NotificationTypes = [...]NotificationType{TypeFailures, TypeWarnings, TypeUnmatched, TypeDigest}

// Preference is the set of services, in their fixed order, that notify a user about one type.
type Preference struct {
	Type     NotificationType
	Services []Service
}

// NotSetUp returns the services that the user chose but has no address for, in their fixed order.
// It needs ContactMethods and Preferences to be loaded.
func (u User) NotSetUp() []Service {
	var missing []Service
	for _, s := range Services {
		chosen := slices.ContainsFunc(u.Preferences, func(p Preference) bool { return slices.Contains(p.Services, s) })
		has := slices.ContainsFunc(u.ContactMethods, func(c ContactMethod) bool { return c.Service == s })
		if chosen && !has {
			missing = append(missing, s)
		}
	}
	return missing
}
