package api

import (
	"context"

	"roster"
	"roster/internal/directory"
)

// newContactMethod is the body that adds a contact method.
type newContactMethod struct {
	Service string `json:"service" enum:"email,sms,pushbullet,pushover" doc:"The service. Browsers register push themselves."`
	Address string `json:"address" minLength:"1" maxLength:"255" doc:"An email address, a phone number with its country code, or the service's own address."`
}

// The requests about contact methods and preferences.
type (
	listContacts struct {
		User
		Page
	}
	createContact struct {
		User
		Once
		sent[newContactMethod]
	}
	deleteContact struct {
		User
		ContactMethodID string `path:"contactMethodId" example:"019aa1f0-6a71-7c3e-9d52-0b1f6a7c1d56" doc:"The contact method's id."`
	}
	readPreferences   struct{ User }
	changePreferences struct {
		User
		Precondition
		sent[matrixChange]
	}
)

// userReach registers the calls about contact methods and preferences.
func (a *api) userReach(d *directory.Directory) {
	const tag, path = "Users", "/users/{id}/contact-methods"
	shown := showContact(exampleUser.ContactMethods[0])
	contactsOf := func(ctx context.Context, by roster.Actor, sel directory.UserSelector) ([]roster.ContactMethod, error) {
		u, err := d.GetUser(ctx, by, sel)
		return u.ContactMethods, err
	}
	key := func(m roster.ContactMethod) string { return string(m.ID) }
	listRoute(a, operation{
		id: "listContactMethods", call: "GET " + path, tag: tag, summary: "List a user's contact methods",
		description: "The user's addresses for notifications, in the order they were added.",
		answer:      listed[contactMethod]{Items: []contactMethod{shown}},
	}, listing[roster.ContactMethod, string]{
		key: key, show: func(r roster.ContactMethod) any { return showContact(r) },
	}, func(by roster.Actor, q *listContacts, after *string) (in inputAfter[directory.UserSelector], err error) {
		in.after = orZero(after)
		in.in, err = q.selector(by)
		return in, err
	}, asList(contactsOf, key))
	route(a, operation{
		id: "createContactMethod", call: "POST " + path, tag: tag, status: 201, summary: "Add a contact method",
		description: "Adds an unconfirmed address. Users may add their own.",
		request:     newContactMethod{string(roster.ServiceSMS), "+44 20 7946 0958"}, answer: shown,
	}, func(by roster.Actor, q *createContact) (in directory.NewContactMethod, err error) {
		in = directory.NewContactMethod{Service: roster.Service(q.doc.Service), Address: q.doc.Address, Faults: q.faults}
		if in.User, err = q.selector(by); err != nil {
			return in, err
		}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, func(ctx context.Context, by roster.Actor, in directory.NewContactMethod) (userContact, error) {
		m, err := d.AddContactMethod(ctx, by, in)
		return userContact{in.User.ID, m}, err
	}, func(_ *createContact, m userContact) answer {
		return answer{body: showContact(m.ContactMethod), location: "/users/" + string(m.user) + "/contact-methods/" + string(m.ID)}
	})
	route(a, operation{
		id: "deleteContactMethod", call: "DELETE " + path + "/{contactMethodId}", tag: tag, status: 204, fails: []int{422}, summary: "Remove a contact method",
		description: "Removes an address, but not the primary one. Users may remove their own.",
	}, func(by roster.Actor, q *deleteContact) (in directory.ContactMethodSelector, err error) {
		in.ID = roster.ContactMethodID(q.ContactMethodID)
		in.User, err = q.selector(by)
		return in, err
	}, d.RemoveContactMethod, func(*deleteContact, roster.ContactMethod) answer { return answer{} })
	a.userPreferences(d)
}

// userContact is a contact method and its user.
type userContact struct {
	user roster.UserID
	roster.ContactMethod
}

// userPreferences registers the calls about a user's notification preferences.
func (a *api) userPreferences(d *directory.Directory) {
	const tag, path = "Users", "/users/{id}/preferences"
	shown := showMatrix(exampleUser.Preferences)
	route(a, operation{
		id: "getUserPreferences", call: "GET " + path, tag: tag, summary: "Read a user's preferences",
		description: "The services that notify the user, for each type of notification.", answer: shown,
	}, func(by roster.Actor, q *readPreferences) (directory.UserSelector, error) {
		return q.selector(by)
	}, d.GetUser, func(_ *readPreferences, u roster.User) answer {
		return answer{body: showMatrix(u.Preferences)}
	})
	route(a, operation{
		id: "updateUserPreferences", call: "PATCH " + path, tag: tag, summary: "Change a user's preferences",
		description: "Replaces the services of the types that the merge patch names; null turns a type off. A service that stays keeps its delay. Users may change their own.",
		request:     matrixChange{Failures: value([]roster.Service{roster.ServiceEmail, roster.ServiceSMS})}, answer: shown,
	}, func(by roster.Actor, q *changePreferences) (in directory.UserChange, err error) {
		in.Preferences, in.Delays = roster.Some(decodeMatrix(q.doc)), decodeDelays(q.doc)
		in.Faults, in.IfVersion = q.faults, q.version()
		in.User, err = q.selector(by)
		return in, err
	}, d.UpdateUser, func(_ *changePreferences, u roster.User) answer {
		return answer{body: showMatrix(u.Preferences)}
	})
}

func showContact(m roster.ContactMethod) contactMethod {
	return contactMethod{m.ID, m.Service, m.Address, orNil(m.ConfirmedAt), m.CreatedAt}
}
