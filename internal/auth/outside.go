package auth

import (
	"context"
	"fmt"

	"roster"
)

// Proof is what a realm is asked: whether the password is that of the name.
type Proof struct {
	OrganizationID roster.OrganizationID
	Realm          string // of the account; "" for a name that is unknown, which a realm may make a user
	UserName       string // as typed, without what nobody sees
	Password       string
	Attempt        Attempt
}

// Realms proves identity that is not kept here, and lets in whom it has proved.
type Realms interface {
	// Serves reports whether an account of this realm of the organization can be proved, or, for "", an unknown
	// name.
	Serves(org roster.OrganizationID, realm string) bool

	// Prove returns nil for somebody who is a user now, and may sign in as far as the realm is concerned.
	// Errors: Unauthenticated, and NotFound, Conflict and Forbidden for somebody whom the realm knows and
	// who may not be its user here; Unavailable.
	Prove(ctx context.Context, p Proof) error
}

// provenOutside reports whether a realm proves accounts of this kind.
func (a *Authenticator) provenOutside(org roster.OrganizationID, realm string) bool {
	return realm != roster.RealmDB && a.realms != nil && a.realms.Serves(org, realm)
}

// proveOutside asks the realm, and returns why the password lets nobody in, nil if it does.
func (a *Authenticator) proveOutside(ctx context.Context, c candidate, password string) (reason, err error) {
	err = a.realms.Prove(ctx, Proof{
		OrganizationID: c.org, Realm: c.account.Realm, UserName: c.typed, Password: password, Attempt: c.at,
	})
	if err == nil {
		return nil, nil
	}
	switch roster.KindOf(err) {
	case roster.Unauthenticated, roster.NotFound, roster.Conflict, roster.Forbidden, roster.Invalid:
		return fmt.Errorf("the realm: %w", err), nil
	}
	return nil, fmt.Errorf("ask the realm about %q: %w", c.name, err)
}
