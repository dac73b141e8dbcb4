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

	// JudgeOnly says that the account is not let in, whatever the password: nobody is made a user,
	// and the work is that of a wrong password.
	JudgeOnly bool
}

// Judgement says what is known of a password that was tried.
type Judgement uint8

// The judgements.
const (
	Unknown Judgement = iota // nobody could be asked
	Wrong                    // it is not the name's password, or the name has none
	Right
)

// Realms proves identity that is not kept here, and lets in whom it has proved.
type Realms interface {
	// Serves reports whether an account of this realm of the organization can be proved, or, for
	// "", an unknown name.
	Serves(org roster.OrganizationID, realm string) bool

	// Prove judges the password. Where it is right and the error is nil, the person is a user now,
	// and may sign in as far as the realm is concerned. A failure costs a question to each realm of
	// the organization. Errors: Unavailable, with any judgement; NotFound, Conflict, Forbidden and
	// Invalid for a person with the right password who may not be the realm's user here.
	Prove(ctx context.Context, p Proof) (Judgement, error)

	// Decoy costs what a failure of Prove costs, and sends nothing that anybody typed. It does
	// nothing in an organization without realms. Errors: Unavailable.
	Decoy(ctx context.Context, org roster.OrganizationID) error
}

// provenOutside reports whether a realm proves accounts of this kind.
func (a *Authenticator) provenOutside(org roster.OrganizationID, realm string) bool {
	return realm != roster.RealmDB && a.realms != nil && a.realms.Serves(org, realm)
}

// proveOutside asks the realm.
func (a *Authenticator) proveOutside(ctx context.Context, c candidate, password string) (verdict, error) {
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
