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
	// knownAddressTTL is how long a known pair is held only to its own limit (DECISIONS 16).
	knownAddressTTL = 30 * 24 * time.Hour

	// knownAddressRenewal is how often the same address is written again.
	knownAddressRenewal = 24 * time.Hour

	// maxKnownAddresses bounds the addresses that count as written.
	maxKnownAddresses = 10_000
)

var (
	errNotPresentable = errors.New("the name or the password cannot be anybody's")
	errChanged        = errors.New("the account has changed in the meantime")
)

// candidate is an account that somebody tries to sign in to.
type candidate struct {
	attempt
	key     string // the folded name, by which the account is looked up
	at      Attempt
	caller  caller                // for the queue of the hash
	likely  digest                // of the name and password as typed
	typed   string                // the name as typed, without invisible characters
	org     roster.OrganizationID // "" for an unknown organization
	account roster.Account        // zero for an unknown name
	byRealm bool                  // a realm judges the password, not a hash
	reason  error                 // why no password signs it in; nil if the right one does
}

func newCandidate(at Attempt, userName string) candidate {
	slug := cmp.Or(at.OrganizationSlug, roster.DefaultOrganization)
	key := directory.Fold(userName)
	return candidate{at: at, key: key, typed: directory.Visible(userName), attempt: attempt{
		scope: directory.Fold(slug), name: strings.Join(strings.Fields(key), " "), address: network(at.Address),
	}}
}

// label identifies the candidate in shared work.
func (c candidate) label() string { return c.scope + "/" + c.key }

// pair returns the candidate's name and address, as they are remembered after a sign-in.
func (c candidate) pair() knownAddress { return knownAddress{c.org, c.key, c.address} }

// passwordFlight identifies equal tries: same name, same origin, same password, same chances.
type passwordFlight struct {
	attempt
	key      string
	password digest
	hopeless bool // no password would succeed
}

// Password signs in with a name and a password. An unknown name, and one that no password signs in,
// costs as much as a wrong password and gets the same answer. So does a user who lacks the needed
// permission. A wrong password counts as a failure. A right password never counts, even if
// something else denies the caller. Errors: Unauthenticated, RateLimited, Unavailable.
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
	held, err := a.askThrottle(ctx, c)
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

// askThrottle asks the throttle before it reads anything about the name, so that the time of a
// refusal does not tell which names exist. It asks before the credential cache, or parallel guesses
// could read the cache beyond the limit. The reservation is nil if pending tries take up the room;
// verifyReserved waits for it then.
func (a *Authenticator) askThrottle(ctx context.Context, c candidate) (*reservation, error) {
	first := a.throttle.try(c.attempt, false)
	if first.refused() && first.exemptsKnown() {
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

// find reads the account, or the reason why there is none, and reports whether the password was
// verified recently. An unknown name, even in an unknown organization, costs the same reading as a
// known one: kept readings of accounts serve remembered passwords only.
func (a *Authenticator) find(ctx context.Context, c candidate, password string) (_ candidate, remembered bool, err error) {
	c.org, err = a.organization(ctx, c.at.OrganizationSlug)
	if errors.Is(err, errNoOrganization) {
		c.reason = err
	} else if err != nil {
		return c, false, err
	}
	key := string(c.org) + "/" + c.key
	if account, kept, assumed := a.accounts.peek(ctx, key); kept {
		if c := a.withAccount(c, account.Account); a.remembered(c, password) {
			if assumed {
				a.rely(ctx, account)
			}
			return c, true, nil
		}
	}
	account, err := a.accounts.fetch(key, func() (account openAccount, err error) {
		err = a.store.View(ctx, func(tx directory.Tx) (err error) {
			if account.Account, err = tx.AccountByName(c.org, c.key); err == nil {
				account.versions, err = a.readVersions(tx, c.org, account.Number)
			}
			return err
		})
		return account, err
	})
	if isNotFound(err) {
		if c.byRealm = a.provenByRealm(c.org, ""); !c.byRealm && c.reason == nil {
			c.reason = errors.New("no such user")
		}
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read account: %w", err)
	}
	c = a.withAccount(c, account.Account)
	return c, a.remembered(c, password), nil
}

// withAccount returns the candidate withAccount its account.
func (a *Authenticator) withAccount(c candidate, account roster.Account) candidate {
	c.account = account
	c.byRealm = a.provenByRealm(c.org, account.Realm)
	c.reason = validateAccount(c, account)
	return c
}

// remembered reports whether the password was verified recently and signs the candidate in. If
// several servers share their counts, it accepts only pairs that signed in on this server before.
// All other guesses must be counted by all servers first (see verifyReserved).
func (a *Authenticator) remembered(c candidate, password string) bool {
	return a.cacheable(c) && (a.shared == nil || a.known.has(c.pair(), a.now())) &&
		a.cache.has(a.cache.digest(c.account, password), a.now())
}

// cacheable reports whether the right password is all that the candidate needs.
func (a *Authenticator) cacheable(c candidate) bool { return c.reason == nil && c.account.UserID != "" }

// validateAccount returns why no password signs the account in, nil if the right one does.
func validateAccount(c candidate, account roster.Account) error {
	switch {
	case !account.Active:
		return errors.New("not active")
	case c.byRealm:
		return requirePermission(c.at, account.Grants)
	case account.Realm != roster.RealmDB:
		return fmt.Errorf("proves identity in realm %q", account.Realm)
	case account.PasswordHash == "":
		return errors.New("has no password")
	}
	return requirePermission(c.at, account.Grants)
}

// prove returns the candidate with its present account. The reason says why the password does not
// sign it in, nil if it does. Concurrent equal tries share one run.
func (a *Authenticator) prove(ctx context.Context, c candidate, password string, held *reservation) (_ candidate, reason, err error) {
	d := a.cache.digest(c.account, password)
	key := passwordFlight{c.attempt, c.key, d, c.reason != nil}
	flight, joined := a.flights.join(ctx, key, func(ctx context.Context) (verdict, error) {
		return a.verifyReserved(ctx, c, password, d, held)
	})
	if joined {
		held.release() // the shared run makes one for all, and may be waiting for this one
	}
	v, err := a.flights.wait(ctx, key, flight)
	if err != nil || v.reason != nil {
		return c, v.reason, sharedError(ctx, err)
	}
	c.account, reason, err = a.reread(ctx, c)
	return c, reason, err
}

// verifyReserved judges the password under a reservation and counts a failure. It makes the
// reservation if it got none.
func (a *Authenticator) verifyReserved(ctx context.Context, c candidate, password string, d digest, held *reservation) (v verdict, err error) {
	known := func() (bool, error) { return a.addressKnown(ctx, c) }
	if held == nil {
		if held, err = a.throttle.reserve(ctx, c.attempt, known); err != nil {
			return v, err
		}
	}
	settle := held.release // also if there is no outcome
	defer func() { settle() }()
	reserved, full, err := a.shared.reserve(ctx, c.attempt, known)
	if err != nil {
		return v, err
	}
	if full.refused() {
		settle = held.fail // so that this server soon refuses by itself
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

// reread reads the account again after a hash, which may have waited. A user who was disabled or
// whose password changed meanwhile is not signed in.
func (a *Authenticator) reread(ctx context.Context, c candidate) (account roster.Account, reason, err error) {
	err = a.store.View(ctx, func(tx directory.Tx) (err error) {
		if c.account.UserID == "" { // the realm has just made the user
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
	c.byRealm = c.byRealm && a.provenByRealm(c.org, account.Realm)
	return account, validateAccount(c, account), nil
}

// addressKnown reports whether the name signed in from the address recently.
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

// caller returns the queue of a sign-in. A name that signed in from the address before has its own
// queue and need not wait behind others of the address. Nothing is read for this.
func (a *Authenticator) caller(c candidate) caller {
	if r := c.knownCaller(); a.regulars.has(r, a.now()) {
		return r
	}
	return caller{address: c.address}
}

// knownCaller returns the queue of a known name at its address.
func (c candidate) knownCaller() caller {
	return caller{known: true, address: c.address, name: c.label()}
}

// rememberAddress records a successful sign-in, once a day.
func (a *Authenticator) rememberAddress(c candidate) {
	k := c.pair()
	a.regulars.add(c.knownCaller(), a.now())
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
