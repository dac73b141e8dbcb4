package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"roster"
)

// MaxContactMethods is the greatest number of contact methods of a user.
const MaxContactMethods = 20

// NewContactMethod is the input of AddContactMethod.
type NewContactMethod struct {
	User           UserSelector
	Service        roster.Service
	Address        string        // an email address, a phone number, a Pushover key, a Pushbullet token
	IdempotencyKey string        `json:"-"`
	Faults         roster.Faults `json:"-"` // found by the face
}

// AddContactMethod adds an unconfirmed contact method to a user. Users may do so for themselves.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict(address) if the user has it
// already, Conflict(emails), Unavailable.
func (d *Directory) AddContactMethod(ctx context.Context, by roster.Actor, in NewContactMethod) (roster.ContactMethod, error) {
	if err := allow(by, ActContactAdd); err != nil {
		return roster.ContactMethod{}, err
	}
	if err := in.User.possible(); err != nil {
		return roster.ContactMethod{}, err
	}
	faults := slices.Clone(in.Faults)
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	in.Address = strings.TrimSpace(in.Address)
	return update(ctx, d, func(tx Tx) (roster.ContactMethod, error) {
		id := newID()
		create := func() (roster.ContactMethod, error) {
			return d.addContact(tx, by, in, roster.ContactMethodID(id), slices.Clone(faults))
		}
		if len(faults) > 0 {
			return create() // it finds the other faults
		}
		return once(tx, d, by, ActContactAdd, in.IdempotencyKey, in.inputText(), id, create,
			func(id string) (roster.ContactMethod, error) {
				u, err := d.lockContactOwner(tx, by, ActContactAdd, in.User)
				if err != nil {
					return roster.ContactMethod{}, err
				}
				return contactOf(u, roster.ContactMethodID(id))
			})
	})
}

// validateContact adds the faults of a contact method's address, and returns its normal form. An
// address may be a secret, so no message repeats it. country is the default country of phone
// numbers.
func validateContact(f *roster.Faults, service roster.Service, address, country string) string {
	wrong := func(detail string) { addOnce(f, "address", detail) }
	switch service {
	case roster.ServiceEmail:
		address = CleanEmail(address)
		if fault := FaultOfEmail(address); fault != "" && address != "" {
			wrong(fault)
		}
	case roster.ServiceSMS:
		number, fault := smsNumber(address, country)
		if fault == "" {
			return number
		}
		if address != "" {
			wrong(fault)
		}
	case roster.ServicePushover:
		if len(address) != 30 || strings.ContainsFunc(address, notAlphanumeric) {
			wrong("must be a Pushover user key: 30 letters and digits")
		}
	case roster.ServicePushbullet:
		if len(address) > 255 || strings.ContainsFunc(address, func(r rune) bool { return r < '!' || r > '~' }) {
			wrong("must be a Pushbullet access token: 1 to 255 visible ASCII characters")
		}
	case roster.ServicePush:
		addOnce(f, "service", "push is registered by the browser")
		return address
	default:
		addOnce(f, "service", "must be one of: email, sms, pushbullet, pushover")
		return address
	}
	if address == "" {
		wrong("is required")
	}
	return address
}

func notAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// lockContactOwner locks and returns the user whose contact methods change: the actor itself, or a
// user that it may take over.
func (d *Directory) lockContactOwner(tx Tx, by roster.Actor, act Action, sel UserSelector) (roster.User, error) {
	u, err := lockUser(tx, by, act, sel, withWhole)
	if err != nil || isSelf(by, u.ID) {
		return u, err
	}
	return u, d.requireControl(tx, by, u)
}

// addContact is the transaction of AddContactMethod, without the idempotency key.
func (d *Directory) addContact(
	tx Tx, by roster.Actor, in NewContactMethod, id roster.ContactMethodID, f roster.Faults,
) (roster.ContactMethod, error) {
	country, err := d.countryFor(tx, by.OrganizationID, in.Address)
	if err != nil {
		return roster.ContactMethod{}, err
	}
	in.Address = validateContact(&f, in.Service, in.Address, country)
	if err := f.Err(); err != nil {
		return roster.ContactMethod{}, err
	}
	u, err := d.lockContactOwner(tx, by, ActContactAdd, in.User)
	if err != nil {
		return roster.ContactMethod{}, err
	}
	m := roster.ContactMethod{ID: id, Service: in.Service, Address: in.Address, CreatedAt: d.now()}
	switch i := slices.IndexFunc(u.ContactMethods, func(old roster.ContactMethod) bool { return sameContact(old, m) }); {
	case i >= 0:
		return m, &roster.Error{Kind: roster.Conflict, Field: "address", Detail: "is a contact method of the user already", Holder: roster.Holder{ID: string(u.ContactMethods[i].ID)}}
	case len(u.ContactMethods) >= MaxContactMethods:
		return m, &roster.Error{Kind: roster.Invalid, Field: "contactMethods", Detail: fmt.Sprintf("must not be more than %d", MaxContactMethods)}
	}
	if err := tx.AddContactMethod(u.OrganizationID, u.ID, m, by.Face); err != nil {
		return m, err
	}
	return m, d.saveContactChange(tx, by, u, change{ActContactAdd, string(u.ID), u.UserName, created{auditContact(m)}})
}

// sameContact reports whether two contact methods have the same service and address.
func sameContact(a, b roster.ContactMethod) bool {
	if a.Service == roster.ServiceEmail && b.Service == roster.ServiceEmail {
		return Fold(a.Address) == Fold(b.Address)
	}
	return a.Service == b.Service && a.Address == b.Address
}

// saveContactChange updates the user's version and writes the audit entry, after a change of its
// contact methods.
func (d *Directory) saveContactChange(tx Tx, by roster.Actor, u roster.User, c change) error {
	now := d.now()
	_, known := Zone(u.TimeZone)
	row := NewUserRow{User: u, UserKey: Fold(u.UserName), EmailKey: Fold(u.Email), TimeZoneUnknown: !known}
	row.ManagedBy.Reach = by.Face
	row.Version, row.UpdatedAt = u.Version+1, now
	if err := tx.UpdateUser(row, 0); err != nil {
		return err
	}
	return d.audit(tx, by, now, c)
}

// isSecret reports whether the address of a service is a secret: anyone who has the key or token of
// a push service can use it.
func isSecret(service roster.Service) bool {
	return service != roster.ServiceEmail && service != roster.ServiceSMS
}

// withoutSecrets returns the contact methods as others than the user may see them.
func withoutSecrets(methods []roster.ContactMethod) []roster.ContactMethod {
	if !slices.ContainsFunc(methods, func(m roster.ContactMethod) bool { return isSecret(m.Service) }) {
		return methods
	}
	methods = slices.Clone(methods)
	for i := range methods {
		if isSecret(methods[i].Service) {
			methods[i].Address = ""
		}
	}
	return methods
}

// auditedContact is what the audit keeps of a contact method.
type auditedContact struct {
	ID        roster.ContactMethodID `json:"id"`
	Service   roster.Service         `json:"service"`
	Address   string                 `json:"address,omitempty"`
	Confirmed bool                   `json:"confirmed,omitempty"`
}

func auditContact(m roster.ContactMethod) auditedContact {
	a := auditedContact{ID: m.ID, Service: m.Service, Confirmed: !m.ConfirmedAt.IsZero()}
	if !isSecret(m.Service) {
		a.Address = m.Address
	}
	return a
}

// contactOf returns a contact method of the user.
//
// Errors: NotFound.
func contactOf(u roster.User, id roster.ContactMethodID) (roster.ContactMethod, error) {
	i := slices.IndexFunc(u.ContactMethods, func(m roster.ContactMethod) bool { return m.ID == id })
	if i < 0 {
		return roster.ContactMethod{}, &roster.Error{Kind: roster.NotFound, Detail: "the user has no such contact method"}
	}
	return u.ContactMethods[i], nil
}

// ContactMethodSelector picks a contact method of a user.
type ContactMethodSelector struct {
	User UserSelector
	ID   roster.ContactMethodID
}

// RemoveContactMethod removes a contact method of a user, and returns it as the actor saw it. Users
// may do so for themselves. The contact method of the primary email cannot be removed.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id), Conflict(emails), Unavailable.
func (d *Directory) RemoveContactMethod(ctx context.Context, by roster.Actor, in ContactMethodSelector) (roster.ContactMethod, error) {
	if err := allow(by, ActContactRemove); err != nil {
		return roster.ContactMethod{}, err
	}
	if err := in.User.possible(); err != nil {
		return roster.ContactMethod{}, err
	}
	var self bool
	removed, err := update(ctx, d, func(tx Tx) (roster.ContactMethod, error) {
		u, err := d.lockContactOwner(tx, by, ActContactRemove, in.User)
		if err != nil {
			return roster.ContactMethod{}, err
		}
		self = isSelf(by, u.ID)
		m, err := contactOf(u, in.ID)
		if err != nil {
			return m, err
		}
		if primary, ok := u.EmailMethod(); ok && m.ID == primary.ID {
			return m, refusedByRecord(m.Address, "is the primary address; change the email instead")
		}
		if _, err := tx.RemoveContactMethod(u.OrganizationID, u.ID, m.ID, by.Face); err != nil {
			return m, err
		}
		if m.Service == roster.ServiceEmail { // a link may have gone there
			if err := voidLinks(tx, u); err != nil {
				return m, err
			}
		}
		return m, d.saveContactChange(tx, by, u, change{ActContactRemove, string(u.ID), u.UserName, removedRecord{auditContact(m)}})
	})
	if err == nil && !self {
		removed = withoutSecrets([]roster.ContactMethod{removed})[0]
	}
	return removed, err
}
