package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
)

// maxNameBytes bounds a user name at sign-in: 255 characters of UTF-8 at most (spec/graze.md).
const maxNameBytes = 4 * 255

const (
	// knownAddressTTL is how long a pair is free of all limits but its own (DECISIONS 16).
	knownAddressTTL = 30 * 24 * time.Hour

	// knownAddressRenewal is how often the same address is written.
	knownAddressRenewal = 24 * time.Hour

	// maxKnownAddresses bounds what is remembered as written.
	maxKnownAddresses = 10_000
)

var (
	errNotPresentable = errors.New("the name or the password cannot be anybody's")
	errChanged        = errors.New("the account has changed in the meantime")
)

// candidate is the account that a name leads to.
type candidate struct {
	attempt
	key     string // the folded name, by which the account is found
	at      Attempt
	caller  caller                // whose turn the hash takes
	likely  digest                // of what was typed
	typed   string                // the name as it was typed, without what nobody sees
	org     roster.OrganizationID // "" for one that is unknown
	account roster.Account        // zero for a name that is unknown
	outside bool                  // a realm proves it, not a hash
	reason  error                 // why no password lets it in; nil if the right one does
}

func newCandidate(at Attempt, userName string) candidate {
	slug := cmp.Or(at.OrganizationSlug, roster.DefaultOrganization)
	key := directory.Fold(userName)
	return candidate{at: at, key: key, typed: directory.Visible(userName), attempt: attempt{
		scope: directory.Fold(slug), name: strings.Join(strings.Fields(key), " "), address: network(at.Address),
	}}
}

// label names the candidate where work for it is shared.
func (c candidate) label() string { return c.scope + "/" + c.key }

// pair is the candidate's name and address, as they are remembered after a sign-in.
func (c candidate) pair() knownAddress { return knownAddress{c.org, c.key, c.address} }

// passwordFlight says which tries are equal: same name, from the same place, with the same
// password, and the same prospects.
type passwordFlight struct {
	attempt
	key      string
	password digest
	hopeless bool // whatever the password is
}

// Password signs in with a name and a password. A name that is unknown, or that no password lets
// in, costs as much as a wrong password and is answered alike; a user who lacks what the attempt
// needs is such a name. A wrong password counts as a failure, a right one never, whatever else is
// in the way. Errors: Unauthenticated, RateLimited, Unavailable.
func (a *Authenticator) Password(ctx context.Context, at Attempt, userName, password string) (roster.Actor, error) {
	if !presentable(userName, maxNameBytes) || !presentable(password, MaxPasswordBytes) {
		return roster.Actor{}, denied(errNotPresentable)
	}
	c := newCandidate(at, userName)
	c.caller, c.likely = a.caller(c), a.cache.typed(at, userName, password)
	if !a.cache.likely.has(c.likely, a.now()) {
		if err := a.hasher.ask(ctx, c.caller); err != nil {
			return roster.Actor{}, err
		}
	}
	held, err := a.knock(ctx, c)
	if err != nil {
		return roster.Actor{}, err
	}
	c, remembered, err := a.find(ctx, c, password)
	if err != nil || remembered {
		held.release()
	}
	reason := c.reason
	if err == nil && !remembered {
		c, reason, err = a.prove(ctx, c, password, held)
	}
	if err != nil {
		return roster.Actor{}, err
	}
	if reason != nil {
		return roster.Actor{}, denied(fmt.Errorf("user %q: %w", c.key, reason))
	}
	return userActor(at, c.account), nil
}

// knock asks the throttle before anything is read of the name, so that the time of a refusal does
// not say who exists. It asks before the credential cache too: otherwise parallel guesses could
// read the cache past the limit. The reservation is nil where pending tries take up the room; check
// waits for it then.
func (a *Authenticator) knock(ctx context.Context, c candidate) (*reservation, error) {
	first := a.throttle.try(c.attempt, false)
	if first.refused() && first.unlessKnown() {
		known, err := a.addressKnown(ctx, c)
		if err != nil {
			return nil, err
		}
		if known {
			first = a.throttle.try(c.attempt, true)
		}
	}
	if first.refused() {
		return nil, a.throttle.refuse(first)
	}
	return first.reserved, nil
}

// find reads the account, or why there is none, and reports whether the password was verified a
// moment ago. A name that is unknown, even in an unknown organization, costs the same reading as a
// known one: what is kept of accounts only serves passwords that are remembered.
func (a *Authenticator) find(ctx context.Context, c candidate, password string) (_ candidate, remembered bool, err error) {
	c.org, err = a.organization(ctx, c.at.OrganizationSlug)
	if errors.Is(err, errNoOrganization) {
		c.reason = err
	} else if err != nil {
		return c, false, err
	}
	key := string(c.org) + "/" + c.key
	if account, kept := a.accounts.peek(key); kept {
		if c := a.with(c, account); a.remembered(c, password) {
			return c, true, nil
		}
	}
	account, err := a.accounts.fetch(key, func() (account roster.Account, err error) {
		err = a.store.View(ctx, func(tx directory.Tx) (err error) {
			account, err = tx.AccountByName(c.org, c.key)
			return err
		})
		return account, err
	})
	if isNotFound(err) {
		if c.outside = a.provenOutside(c.org, ""); !c.outside && c.reason == nil {
			c.reason = errors.New("no such user")
		}
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read account: %w", err)
	}
	c = a.with(c, account)
	return c, a.remembered(c, password), nil
}

// with returns the candidate with its account.
func (a *Authenticator) with(c candidate, account roster.Account) candidate {
	c.account = account
	c.outside = a.provenOutside(c.org, account.Realm)
	c.reason = validateAccount(c, account)
	return c
}

// remembered reports whether the password was verified a moment ago and lets the candidate in.
// Where several servers share their counts, it knows only pairs that signed in here before: any
// other guess must be counted by all of them first (see check).
func (a *Authenticator) remembered(c candidate, password string) bool {
	return a.cacheable(c) && (a.shared == nil || a.known.has(c.pair(), a.now())) &&
		a.cache.has(a.cache.digest(c.account, password), a.now())
}

// cacheable reports whether the password alone lets the candidate in.
func (a *Authenticator) cacheable(c candidate) bool { return c.reason == nil && c.account.UserID != "" }

// validateAccount returns why no password lets the account in, nil if the right one does.
func validateAccount(c candidate, account roster.Account) error {
	switch {
	case !account.Active:
		return errors.New("not active")
	case c.outside:
		return requirePermission(c.at, account.Grants)
	case account.Realm != roster.RealmDB:
		return fmt.Errorf("proves identity in realm %q", account.Realm)
	case account.PasswordHash == "":
		return errors.New("has no password")
	}
	return requirePermission(c.at, account.Grants)
}

// prove returns the candidate with its present account, and why the password does not let it in,
// nil if it does. Equal tries in flight share one run.
func (a *Authenticator) prove(ctx context.Context, c candidate, password string, held *reservation) (_ candidate, reason, err error) {
	d := a.cache.digest(c.account, password)
	key := passwordFlight{c.attempt, c.key, d, c.reason != nil}
	flight, joined := a.flights.board(ctx, key, func(ctx context.Context) (verdict, error) {
		return a.verifyReserved(ctx, c, password, d, held)
	})
	if joined {
		held.release() // the flight makes one for all of them, and may be waiting for this one
	}
	v, err := a.flights.wait(ctx, key, flight)
	if err != nil || v.reason != nil {
		return c, v.reason, sharedError(ctx, err)
	}
	c.account, reason, err = a.reread(ctx, c)
	return c, reason, err
}

// verifyReserved judges the password under a reservation, which it makes if it got none, and counts
// a failure.
func (a *Authenticator) verifyReserved(ctx context.Context, c candidate, password string, d digest, held *reservation) (v verdict, err error) {
	known := func() (bool, error) { return a.addressKnown(ctx, c) }
	if held == nil {
		if held, err = a.throttle.reserve(ctx, c.attempt, known); err != nil {
			return v, err
		}
	}
	settle := held.release // also where there is no outcome
	defer func() { settle() }()
	reserved, full, err := a.shared.reserve(ctx, c.attempt, known)
	if err != nil {
		return v, err
	}
	if full.refused() {
		settle = held.fail // so that soon this server refuses by itself
		return v, a.throttle.refuse(full)
	}
	if a.shared != nil && a.cacheable(c) && a.cache.has(d, a.now()) {
		v.password = Right
	} else {
		v, err = a.verify(ctx, c, password)
	}
	if a.failed(ctx, c, v, err) {
		settle = held.fail
		return v, err
	}
	a.shared.refund(ctx, reserved)
	if err == nil && v.reason == nil && a.cacheable(c) {
		a.cache.add(d, a.now())
		a.cache.likely.add(c.likely, a.now())
		a.rememberAddress(c)
	}
	return v, err
}

// reread reads the account anew after a hash, for which it may have waited: who was disabled or got
// another password in the meantime is not let in.
func (a *Authenticator) reread(ctx context.Context, c candidate) (account roster.Account, reason, err error) {
	err = a.store.View(ctx, func(tx directory.Tx) (err error) {
		if c.account.UserID == "" { // the realm has just made it
			account, err = tx.AccountByName(c.org, c.key)
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
	return account, validateAccount(c, account), nil
}

// addressKnown reports whether the name signed in from the address lately.
func (a *Authenticator) addressKnown(ctx context.Context, c candidate) (known bool, err error) {
	c.org, err = a.organization(ctx, c.at.OrganizationSlug)
	if err != nil && !errors.Is(err, errNoOrganization) {
		return false, err
	}
	if a.known.has(c.pair(), a.now()) {
		return true, nil
	}
	err = a.store.View(ctx, func(tx directory.Tx) (err error) {
		known, err = tx.AddressKnownSince(c.org, c.key, c.address, a.now().Add(-knownAddressTTL))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read known addresses: %w", err)
	}
	return known, nil
}

// caller returns whose turn a sign-in takes. A name that signed in from the address before has a
// queue of its own, so that it need not wait behind others at the address. Nothing is looked up for
// it.
func (a *Authenticator) caller(c candidate) caller {
	if r := c.regular(); a.regulars.has(r, a.now()) {
		return r
	}
	return caller{address: c.address}
}

// regular returns the candidate's name at its address as a caller who is known.
func (c candidate) regular() caller {
	return caller{known: true, address: c.address, name: c.label()}
}

// rememberAddress notes a sign-in with success, once a day.
func (a *Authenticator) rememberAddress(c candidate) {
	k := c.pair()
	a.regulars.add(c.regular(), a.now())
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
