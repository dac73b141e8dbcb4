package directory

import (
	"context"

	"roster"
)

// NewContactMethod is what AddContactMethod needs to know.
type NewContactMethod struct {
	User           UserSelector
	Service        roster.Service
	Address        string // an email address, a phone number, a Pushover key, a Pushbullet token
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// AddContactMethod gives a user another contact method, unconfirmed. A user may do so for itself.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict(address) where the user has it, Unavailable.
func (s *Service) AddContactMethod(ctx context.Context, by roster.Actor, in NewContactMethod) (roster.ContactMethod, error) {
	if err := allow(by, ActContactAdd); err != nil {
		return roster.ContactMethod{}, err
	}
	return roster.ContactMethod{}, errNotBuilt
}

// ContactMethodSelector picks a contact method of a user.
type ContactMethodSelector struct {
	User UserSelector
	ID   roster.ContactMethodID
}

// RemoveContactMethod takes a contact method from a user. A user may do so for itself.
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (s *Service) RemoveContactMethod(ctx context.Context, by roster.Actor, in ContactMethodSelector) (roster.ContactMethod, error) {
	if err := allow(by, ActContactRemove); err != nil {
		return roster.ContactMethod{}, err
	}
	return roster.ContactMethod{}, errNotBuilt
}
