package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"roster"
	"roster/internal/directory"
)

// maxNameBytes bounds a user name at sign-in: 255 characters of UTF-8 at most (spec/graze.md).
const maxNameBytes = 4 * 255

const (
	// knownAddressTTL is how long an address is free of the limit over all addresses (DECISIONS 16).
	knownAddressTTL = 30 * 24 * time.Hour

	// knownAddressRenewal is how often the same address is written.
	knownAddressRenewal = 24 * time.Hour

	// maxKnownAddresses bounds what is remembered as written.
	maxKnownAddresses = 10_000
)

var (
	errNotPresentable = errors.New("the name or the password cannot be anybody's")
	errWrongPassword  = errors.New("wrong password")
	errChanged        = errors.New("the account has changed in the meantime")
)

// candidate is the account that a name leads to.
type candidate struct {
	attempt
	at      Attempt
	org     roster.OrganizationID
	account roster.Account // zero for a name that is unknown
	outside bool           // a realm proves it, not a hash
	typed   string         // the name as it was typed
	caller  caller         // whose turn the hash takes
	likely  digest         // of what was typed
	reason  error          // why no password lets it in; nil if the right one does
}

// passwordFlight says which tries are equal: same name, from the same place, with the same password,
// and the same prospects.
type passwordFlight struct {
	attempt
	password digest
	hopeless bool // whatever the password is
}

// Password signs in with a name and a password. A name that is unknown, or that no password lets in,
// costs as much as a wrong password and is throttled alike; a user who lacks what the attempt
// needs is such a name.
// Errors: Unauthenticated, RateLimited, Unavailable.
func (a *Authenticator) Password(ctx context.Context, at Attempt, userName, password string) (roster.Actor, error) {
	if !presentable(userName, maxNameBytes) || !presentable(password, MaxPasswordBytes) {
		return roster.Actor{}, denied(errNotPresentable)
	}
	who, likely := a.caller(at, directory.Fold(userName)), a.cache.typed(at, userName, password)
	if !a.cache.likely.has(likely, a.now()) {
		if err := a.hasher.ask(ctx, who); err != nil {
			return roster.Actor{}, err
		}
	}
	c, err := a.candidate(ctx, at, userName)
	if err != nil {
		return roster.Actor{}, err
	}
	c.caller, c.likely = who, likely
	reason, cached, err := a.prove(ctx, c, password)
	if err == nil && reason == nil && !cached {
		c.account, reason, err = a.reread(ctx, c)
	}
	if err != nil {
		return roster.Actor{}, err
	}
	if reason != nil {
		return roster.Actor{}, denied(fmt.Errorf("user %q: %w", c.name, reason))
	}
	return userActor(at, c.account), nil
}

// candidate finds the account, or why there is none.
func (a *Authenticator) candidate(ctx context.Context, at Attempt, userName string) (candidate, error) {
	c := candidate{at: at, typed: userName, attempt: attempt{name: directory.Fold(userName), address: network(at.Address)}}
	org, err := a.organization(ctx, at.OrganizationSlug)
	if errors.Is(err, errNoOrganization) {
		c.scope, c.reason = "?"+at.OrganizationSlug, err
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.scope, c.org = string(org), org
	c.account, err = readOnce(ctx, a.store, a.accounts, string(org)+"/"+c.name, func(tx directory.Tx) (roster.Account, error) {
		return tx.AccountByName(org, c.name)
	})
	if isNotFound(err) {
		if c.outside = a.provenOutside(org, ""); !c.outside {
			c.reason = errors.New("no such user")
		}
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read account: %w", err)
	}
	c.outside = a.provenOutside(org, c.account.Realm)
	c.reason = checkAccount(c, c.account)
	return c, nil
}

// checkAccount returns why no password lets the account in, nil if the right one does.
func checkAccount(c candidate, account roster.Account) error {
	switch {
	case !account.Active:
		return errors.New("not active")
	case c.outside:
		return checkNeed(c.at, account.Grants)
	case account.Realm != roster.RealmDB:
		return fmt.Errorf("proves identity in realm %q", account.Realm)
	case account.PasswordHash == "":
		return errors.New("has no password")
	}
	return checkNeed(c.at, account.Grants)
}

// prove returns why the password does not let the candidate in, nil if it does, and whether the cache
// said so. The throttle is asked before the cache too: otherwise parallel guesses could read the
// cache past the limit.
func (a *Authenticator) prove(ctx context.Context, c candidate, password string) (reason error, cached bool, err error) {
	d := a.cache.digest(c.account, password)
	first := a.throttle.try(c.attempt, false)
	if first.retry > 0 && !first.byName {
		return nil, false, a.throttle.refuse(first.retry)
	}
	if first.reserved != nil && c.reason == nil && c.account.UserID != "" && a.cache.has(d, a.now()) {
		first.reserved.release()
		return nil, true, nil
	}
	key := passwordFlight{c.attempt, d, c.reason != nil}
	flight, joined := a.flights.board(ctx, key, func(ctx context.Context) (error, error) {
		return a.check(ctx, c, password, d, first.reserved)
	})
	if joined && first.reserved != nil {
		first.reserved.release() // the flight makes one for all of them, and may be waiting for this one
	}
	reason, err = a.flights.wait(ctx, key, flight)
	return reason, false, sharedError(ctx, err)
}

// check verifies the password under a reservation, which it makes if it got none, and returns why it
// does not let the candidate in.
func (a *Authenticator) check(ctx context.Context, c candidate, password string, d digest, r *reservation) (reason, err error) {
	if r == nil {
		r, err = a.throttle.reserve(ctx, c.attempt, func() (bool, error) { return a.addressKnown(ctx, c) })
		if err != nil {
			return nil, err
		}
	}
	settle := r.release // also where there is no outcome
	defer func() { settle() }()
	reason, err = a.verify(ctx, c, password)
	switch {
	case reason != nil:
		settle = r.fail
	case err == nil && c.account.UserID != "":
		a.cache.add(d, a.now())
		a.cache.likely.add(c.likely, a.now())
		a.rememberAddress(c)
	}
	return reason, err
}

// verify does the work of a hash, whether there is something to verify or not.
func (a *Authenticator) verify(ctx context.Context, c candidate, password string) (reason, err error) {
	reason = c.reason
	if reason == nil && c.outside {
		return a.proveOutside(ctx, c, password)
	}
	if reason == nil {
		reason = checkHash(c.account.PasswordHash)
	}
	if reason != nil {
		if err := a.hasher.dummy(ctx, c.caller, c.scope+"/"+c.name, password); err != nil {
			return nil, err
		}
		return reason, nil
	}
	good, err := a.hasher.verify(ctx, c.caller, c.account.PasswordHash, password)
	if err != nil {
		return nil, fmt.Errorf("verify password of %q: %w", c.name, err)
	}
	if !good {
		return errWrongPassword, nil
	}
	return nil, nil
}

// reread reads the account anew after a hash, for which it may have waited: who was disabled or got
// another password in the meantime is not let in.
func (a *Authenticator) reread(ctx context.Context, c candidate) (account roster.Account, reason, err error) {
	err = a.store.View(ctx, func(tx directory.Tx) (err error) {
		if c.account.UserID == "" { // the realm has just made it
			account, err = tx.AccountByName(c.org, c.name)
			return err
		}
		account, err = tx.AccountByID(c.org, c.account.UserID)
		return err
	})
	switch {
	case isNotFound(err):
		return account, errChanged, nil
	case err != nil:
		return account, nil, fmt.Errorf("read account: %w", err)
	case c.account.UserID != "" && account.CredentialVersion != c.account.CredentialVersion:
		return account, errChanged, nil
	}
	c.outside = c.outside && a.provenOutside(c.org, account.Realm)
	return account, checkAccount(c, account), nil
}

// addressKnown reports whether the name signed in from the address lately.
func (a *Authenticator) addressKnown(ctx context.Context, c candidate) (known bool, err error) {
	if c.org == "" {
		return false, nil
	}
	if a.known.has(knownAddress{c.org, c.name, c.address}, a.now()) {
		return true, nil
	}
	err = a.store.View(ctx, func(tx directory.Tx) (err error) {
		known, err = tx.AddressKnownSince(c.org, c.name, c.address, a.now().Add(-knownAddressTTL))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read known addresses: %w", err)
	}
	return known, nil
}

// caller returns whose turn a sign-in takes. A name that signed in from the address before has a queue
// of its own, so that it need not wait behind others at the address. Nothing is looked up for it.
func (a *Authenticator) caller(at Attempt, name string) caller {
	if c := regular(at, name); a.regulars.has(c, a.now()) {
		return c
	}
	return caller{address: network(at.Address)}
}

// regular returns a folded name at an address as a caller who is known.
func regular(at Attempt, name string) caller {
	slug := cmp.Or(at.OrganizationSlug, roster.DefaultOrganization)
	return caller{known: true, address: network(at.Address), name: slug + "/" + name}
}

// rememberAddress notes a sign-in with success, once a day.
func (a *Authenticator) rememberAddress(c candidate) {
	k := knownAddress{c.org, c.name, c.address}
	a.regulars.add(regular(c.at, c.name), a.now())
	if now := a.now(); !a.known.has(k, now) && a.background.know(k, now) {
		a.known.add(k, now)
	}
}

func userActor(at Attempt, account roster.Account) roster.Actor {
	return roster.Actor{
		Kind:              roster.ActorUser,
		OrganizationID:    account.OrganizationID,
		UserID:            account.UserID,
		Name:              account.UserName,
		Grants:            account.Grants,
		Face:              at.Face,
		Address:           at.Address,
		RequestID:         at.RequestID,
		CredentialVersion: account.CredentialVersion,
	}
}
