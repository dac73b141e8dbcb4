package auth

import (
	"context"
	"fmt"

	"roster"
)

// Proof is the question to a realm: is this the password of this name?
type Proof struct {
	OrganizationID roster.OrganizationID
	Realm          string // of the account; "" for an unknown name, which a realm may make a user
	UserName       string // as typed, without invisible characters
	Password       string
	Attempt        Attempt

	// JudgeOnly means that the account is not signed in, whatever the password is. The realm makes
	// no user and does the work of a wrong password.
	JudgeOnly bool
}

// Judgement says what is known about a password that was tried.
type Judgement uint8

// The judgements.
const (
	Unknown Judgement = iota // no realm could be asked
	Wrong                    // not the name's password, or the name has none
	Right
)

// Realms prove identities that Roster does not hold itself, and make the people they prove users.
type Realms interface {
	// Serves reports whether the organization has a realm that can prove accounts of this realm.
	// For "" it reports whether a realm can prove unknown names.
	Serves(org roster.OrganizationID, realm string) bool

	// Prove judges the password. If it is Right and the error is nil, the person is a user now and
	// may sign in as far as the realm is concerned. A failure asks each realm of the organization
	// once. Errors: Unavailable, with any judgement; NotFound, Conflict, Forbidden and Invalid for
	// a person with the right password who may not be the realm's user here.
	Prove(ctx context.Context, p Proof) (Judgement, error)

	// Decoy costs what a failure of Prove costs, and sends nothing that anybody typed. Without
	// realms in the organization it does nothing. Errors: Unavailable.
	Decoy(ctx context.Context, org roster.OrganizationID) error
}

// provenByRealm reports whether a realm proves accounts of this kind.
func (a *Authenticator) provenByRealm(org roster.OrganizationID, realm string) bool {
	return realm != roster.RealmDB && a.realms != nil && a.realms.Serves(org, realm)
}

// proveByRealm asks the realm.
func (a *Authenticator) proveByRealm(ctx context.Context, c candidate, password string) (verdict, error) {
	judgement, err := a.realms.Prove(ctx, Proof{
		OrganizationID: c.org, Realm: c.account.Realm, UserName: c.typed, Password: password, Attempt: c.at,
		JudgeOnly: c.reason != nil,
	})
	v := verdict{password: judgement, reason: c.reason}
	if judgement == Wrong {
		v.reason = errNoRealm
	}
	if err == nil {
		return v, nil
	}
	switch roster.KindOf(err) {
	case roster.NotFound, roster.Conflict, roster.Forbidden, roster.Invalid:
		v.reason = fmt.Errorf("the realm: %w", err)
		return v, nil
	}
	return v, fmt.Errorf("ask the realm about %q: %w: %w", c.key, errRealmAway, err)
}
