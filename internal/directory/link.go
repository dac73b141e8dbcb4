package directory

import (
	"context"
	"slices"
	"time"

	"roster"
)

// Lifetimes of links.
const (
	WelcomeLinkFor = 7 * 24 * time.Hour
	SetUpLinkFor   = 15 * time.Minute // DECISIONS 19
)

// NewLink is the input of IssueLink.
type NewLink struct {
	User    UserSelector
	Purpose roster.LinkPurpose
	ByEmail bool // it will be sent to the user's primary address

	// IfCredentials makes the link only if the user still has this credential version, so that no
	// password was set since; 0: always.
	IfCredentials int64
}

// IssuedLink is the result of IssueLink. Secret is shown once and not stored.
type IssuedLink struct {
	roster.Link
	Secret string
	User   roster.User
}

// IssueLink makes a link for a user, and voids the user's earlier links for the same purpose. The
// holder of a link can set the password, so the actor must hold every permission of the user.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid if the user signs in through another realm
// or has no address, Stale, Unavailable.
func (d *Directory) IssueLink(ctx context.Context, by roster.Actor, in NewLink) (IssuedLink, error) {
	if err := allow(by, ActLinkIssue); err != nil {
		return IssuedLink{}, err
	}
	secret := d.secrets.Link()
	if err := in.User.possible(); err != nil {
		return IssuedLink{}, err
	}
	return update(ctx, d, func(tx Tx) (IssuedLink, error) {
		// Locked: the user must not gain permissions meanwhile.
		u, err := lockUser(tx, by, ActPasswordSet, in.User, 0)
		if err == nil {
			err = d.maySetPassword(tx, by, u)
		}
		if err != nil {
			return IssuedLink{}, err
		}
		return d.storeLink(tx, by, u, in, secret)
	})
}

// storeLink stores a link for a user, and its audit entry.
func (d *Directory) storeLink(tx Tx, by roster.Actor, u roster.User, in NewLink, secret string) (IssuedLink, error) {
	account, err := tx.AccountByID(u.OrganizationID, u.ID)
	if err != nil {
		return IssuedLink{}, err
	}
	if in.IfCredentials != 0 && in.IfCredentials != account.CredentialVersion {
		return IssuedLink{}, &roster.Error{Kind: roster.Stale, Field: "password", Detail: "has been set in the meantime"}
	}
	now := d.now()
	l := roster.Link{
		ID: roster.LinkID(newID()), OrganizationID: u.OrganizationID, UserID: u.ID, Purpose: in.Purpose,
		CredentialVersion: account.CredentialVersion, CreatedAt: now, ExpiresAt: now.Add(SetUpLinkFor),
	}
	if in.Purpose == roster.LinkWelcome {
		l.ExpiresAt = now.Add(WelcomeLinkFor)
	}
	if in.ByEmail {
		if l.Address = u.Email; l.Address == "" {
			return IssuedLink{}, &roster.Error{Kind: roster.Invalid, Field: "emails", Detail: "is required to send a link; give the user an address first"}
		}
	}
	if err := tx.InsertLink(l, d.secrets.Hash(secret)); err != nil {
		return IssuedLink{}, err
	}
	return IssuedLink{Link: l, Secret: secret, User: u}, d.audit(tx, by, now, change{ActLinkIssue, string(u.ID), u.UserName, map[string]any{
		"purpose": l.Purpose, "address": l.Address, "expiresAt": l.ExpiresAt,
	}})
}

// maySetPassword returns an error unless the actor may set the password of a user that it sees: the
// user must sign in here, and must not hold permissions above the actor's.
func (d *Directory) maySetPassword(tx Tx, by roster.Actor, u roster.User) error {
	if err := d.requireControl(tx, by, u); err != nil {
		return err
	}
	if u.Realm != roster.RealmDB {
		return &roster.Error{Kind: roster.Invalid, Field: "password", Detail: "is kept in another realm for this user"}
	}
	return nil
}

// NewPassword is the input of SetPassword.
type NewPassword struct {
	User      UserSelector
	IfVersion int64 // only if the user still has this version; 0: any
	Password  string
	Faults    roster.Faults // found by the face
}

// SetPassword sets a user's password. On every replica it ends the user's sessions and voids cached
// credentials.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(password), Stale, Unavailable.
func (d *Directory) SetPassword(ctx context.Context, by roster.Actor, in NewPassword) (roster.User, error) {
	if err := allow(by, ActPasswordSet); err != nil {
		return roster.User{}, err
	}
	permit := func(tx Tx, u roster.User, err error) (roster.User, error) {
		if err == nil {
			err = d.maySetPassword(tx, by, u)
		}
		if err == nil {
			err = requireVersion(u.Version, in.IfVersion)
		}
		return u, err
	}
	if in.NeedsHash() {
		if err := d.passwords.Ask(ctx, by); err != nil {
			return roster.User{}, err
		}
	}
	u, err := view(ctx, d, func(tx Tx) (roster.User, error) {
		u, err := selectUser(tx, by, ActPasswordSet, in.User, 0)
		return permit(tx, u, err)
	})
	if err == nil {
		err = in.Faults.Err()
	}
	if err != nil {
		return u, err
	}
	hash, err := d.hashChosen(ctx, by, u, in.Password)
	if err != nil {
		return u, err
	}
	return update(ctx, d, func(tx Tx) (roster.User, error) {
		// Locked: the user must not gain permissions meanwhile.
		locked, err := lockUser(tx, by, ActPasswordSet, UserSelector{ID: u.ID}, 0)
		if locked, err = permit(tx, locked, err); err != nil {
			return locked, err
		}
		return locked, d.replacePassword(tx, by, locked, hash)
	})
}

// hashChosen rates and hashes a password that a person chose.
func (d *Directory) hashChosen(ctx context.Context, by roster.Actor, u roster.User, password string) (roster.PasswordHash, error) {
	if password == "" {
		return "", &roster.Error{Kind: roster.Invalid, Field: "password", Detail: "is required"}
	}
	return d.passwords.Hash(ctx, by, NewHash{Password: password, Strong: true, About: []string{u.UserName, u.DisplayName, u.Email}})
}

func (d *Directory) replacePassword(tx Tx, by roster.Actor, u roster.User, hash roster.PasswordHash) error {
	now := d.now()
	if err := storePassword(tx, u, hash, now); err != nil {
		return err
	}
	return d.audit(tx, by, now, change{ActPasswordSet, string(u.ID), u.UserName, map[string]any{"hadPassword": u.HasPassword}})
}

// storePassword stores a user's password, and ends the sessions and links that are older than it.
func storePassword(tx Tx, u roster.User, hash roster.PasswordHash, now time.Time) error {
	if err := tx.SetPassword(u.OrganizationID, u.ID, hash, now); err != nil {
		return err
	}
	if err := tx.DeleteSessions(u.OrganizationID, u.ID); err != nil {
		return err
	}
	return voidLinks(tx, u)
}

// voidLinks voids all links of a user, for any purpose. A link is as good as a password. So it ends
// when the user's password, address or realm changes, or when the user is deactivated (DECISIONS
// 17).
func voidLinks(tx Tx, u roster.User) error {
	return tx.DeleteLinks(u.OrganizationID, u.ID, "")
}

// outdatesLinks reports whether a change of a user voids the user's links.
func outdatesLinks(before, after roster.User) bool {
	return before.Email != after.Email || before.Realm != after.Realm || before.Active && !after.Active
}

// ReadLink returns the user of a valid link without consuming it, for the page that a person sees
// first. It is public: the secret is the credential.
//
// Errors: NotFound alike for a link that is used, replaced, expired, or never existed.
func (d *Directory) ReadLink(ctx context.Context, by roster.Actor, secret string) (IssuedLink, error) {
	if err := allow(by, ActLinkRead); err != nil {
		return IssuedLink{}, err
	}
	return view(ctx, d, func(tx Tx) (IssuedLink, error) { return d.validLink(tx, secret) })
}

func (d *Directory) validLink(tx Tx, secret string) (IssuedLink, error) {
	l, err := tx.LinkByHash(d.secrets.Hash(secret))
	if err != nil {
		if roster.KindOf(err) == roster.NotFound {
			return IssuedLink{}, linkGone()
		}
		return IssuedLink{}, err
	}
	now := d.now()
	clockWentBack := now.Add(ClockSlack).Before(l.CreatedAt) // the age of the link is unknown then
	if !now.Before(l.ExpiresAt) || clockWentBack {
		return IssuedLink{}, linkGone()
	}
	account, err := tx.AccountByID(l.OrganizationID, l.UserID)
	if err != nil {
		return IssuedLink{}, err
	}
	u, err := tx.User(l.OrganizationID, UserSelector{ID: l.UserID}, WithReach)
	if err != nil {
		return IssuedLink{}, err
	}
	if !u.Active || u.Realm != roster.RealmDB || l.CredentialVersion != account.CredentialVersion || !addressStillHeld(l, u) {
		return IssuedLink{}, linkGone()
	}
	return IssuedLink{Link: l, User: u}, nil
}

// addressStillHeld reports whether the link was sent to an address that the user still has, or to
// none.
func addressStillHeld(l roster.Link, u roster.User) bool {
	return l.Address == "" || l.Address == u.Email || slices.ContainsFunc(u.ContactMethods, func(m roster.ContactMethod) bool {
		return m.Service == roster.ServiceEmail && m.Address == l.Address
	})
}

// lockValidLink returns a valid link, and keeps others from changing its user until the transaction
// ends. If two requests use links of one user at once, the later one finds none.
func (d *Directory) lockValidLink(tx Tx, secret string) (IssuedLink, error) {
	link, err := d.validLink(tx, secret)
	if err != nil {
		return link, err
	}
	if err := tx.LockUser(link.OrganizationID, UserSelector{ID: link.UserID}); err != nil {
		return link, err
	}
	return d.validLink(tx, secret)
}

// UsedLink is the input of UseLink.
type UsedLink struct {
	Secret   string
	Password string
	Phone    string // a number for SMS, added as an unconfirmed contact method; "" for none
}

// UseLink consumes a link: it sets the password, adds a phone number if one is given, and voids all
// other links of the user. If the link came by email, it confirms the address. It is public: the
// secret is the credential.
//
// Errors: NotFound alike for a link that is not valid, Invalid(password, phoneNumbers), RateLimited
// after too many tries, Unavailable.
func (d *Directory) UseLink(ctx context.Context, by roster.Actor, in UsedLink) (roster.User, error) {
	if err := allow(by, ActLinkUse); err != nil {
		return roster.User{}, err
	}
	if in.Password != "" {
		if err := d.passwords.Ask(ctx, by); err != nil {
			return roster.User{}, err
		}
	}
	link, err := d.ReadLink(ctx, by, in.Secret)
	if err != nil {
		return roster.User{}, err
	}
	end, err := d.linkTries.begin(ctx, d.secrets.Hash(in.Secret), d.now)
	if err != nil {
		return roster.User{}, err
	}
	u, err := d.useLink(ctx, by, link, in)
	end(err != nil && roster.KindOf(err) == roster.Invalid)
	return u, err
}

// useLink uses a valid link.
func (d *Directory) useLink(ctx context.Context, by roster.Actor, link IssuedLink, in UsedLink) (roster.User, error) {
	country, err := view(ctx, d, func(tx Tx) (string, error) { return d.countryFor(tx, link.OrganizationID, in.Phone) })
	if err != nil {
		return roster.User{}, err
	}
	var number string
	if in.Phone != "" {
		var fault string
		if number, fault = smsNumber(in.Phone, country); fault != "" {
			return roster.User{}, &roster.Error{Kind: roster.Invalid, Field: "phoneNumbers", Detail: fault}
		}
	}
	hash, err := d.hashChosen(ctx, by, link.User, in.Password)
	if err != nil {
		return roster.User{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.User, error) {
		link, err := d.lockValidLink(tx, in.Secret)
		if err != nil {
			return roster.User{}, err
		}
		u := link.User
		by := roster.Actor{
			Kind: roster.ActorUser, OrganizationID: u.OrganizationID, UserID: u.ID, Name: u.UserName,
			Face: by.Face, Address: by.Address, RequestID: by.RequestID,
		}
		if link.Address != "" {
			if err := tx.ConfirmContactMethod(u.OrganizationID, u.ID, roster.ServiceEmail, link.Address, d.now()); err != nil {
				return u, err
			}
		}
		if number != "" {
			c := roster.ContactMethod{
				ID: roster.ContactMethodID(newID()), Service: roster.ServiceSMS, Address: number, CreatedAt: d.now(),
			}
			if err := tx.AddContactMethod(u.OrganizationID, u.ID, c, by.Face); err != nil {
				return u, err
			}
		}
		return u, d.replacePassword(tx, by, u, hash)
	})
}

// linkGone returns the one error for every link that is not valid.
func linkGone() error {
	return &roster.Error{Kind: roster.NotFound, Detail: "this link has been used, replaced or has expired; ask for another"}
}
