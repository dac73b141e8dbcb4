package auth

import (
	"context"
	"errors"
	"fmt"

	"roster"
)

var (
	errWrongPassword = errors.New("wrong password")
	errNoRealm       = errors.New("no realm knows name and password")
	errRealmAway     = errors.New("the realm does not answer")
)

// verdict is the result of judging a try.
type verdict struct {
	password Judgement
	reason   error // why the try is denied; nil if it is not
}

// verify judges the password. In an organization with realms every failure costs a hash and a
// question to the realms, for both kinds of account, and is answered after both. A password that
// signs somebody in is answered as soon as it is judged.
func (a *Authenticator) verify(ctx context.Context, c candidate, password string) (verdict, error) {
	if a.cacheable(c) {
		a.cache.misses.Add(1)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beside := make(chan error, 1)
	go func() { beside <- a.doWorkOfOtherKind(ctx, c, password) }()
	v, err := a.judge(ctx, c, password)
	if err == nil && v.reason == nil {
		return v, nil
	}
	if other := <-beside; err == nil {
		err = other
	}
	return v, err
}

// doWorkOfOtherKind does the work that the other kind of account would need: a hash, or a question
// to the realms. Once begun, a decoy goes on even if nobody waits for it, because breaking it off
// would cost the realm's connection.
func (a *Authenticator) doWorkOfOtherKind(ctx context.Context, c candidate, password string) (err error) {
	defer func() {
		if p := recover(); p != nil { // on its own goroutine a panic would end the process
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if ctx.Err() != nil { // the answer is already given
		return ctx.Err()
	}
	if c.byRealm {
		return a.hasher.dummy(ctx, c.caller, c.label(), password)
	}
	if a.realms == nil || c.org == "" {
		return nil
	}
	if err := a.realms.Decoy(context.WithoutCancel(ctx), c.org); err != nil {
		return fmt.Errorf("%w: %w", errRealmAway, err)
	}
	return nil
}

// judge asks the hash or the realm that knows the password. It asks even if no password signs the
// account in, so that a right password is not counted as a guess.
func (a *Authenticator) judge(ctx context.Context, c candidate, password string) (verdict, error) {
	if c.byRealm {
		return a.proveByRealm(ctx, c, password)
	}
	unusable := validateHash(c.account.PasswordHash)
	if c.account.Realm != roster.RealmDB || unusable != nil {
		if err := a.hasher.dummy(ctx, c.caller, c.label(), password); err != nil {
			return verdict{}, err
		}
		if c.reason == nil {
			c.reason = unusable
		}
		return verdict{Wrong, c.reason}, nil
	}
	good, err := a.hasher.verify(ctx, c.caller, c.account.PasswordHash, password)
	switch {
	case err != nil:
		return verdict{}, fmt.Errorf("verify password of %q: %w", c.key, err)
	case !good:
		return verdict{Wrong, errWrongPassword}, nil
	}
	return verdict{Right, c.reason}, nil
}

// failed reports whether the try counts as a failure. A right password never does. If a realm does
// not answer, tries of unknown pairs count, as wrong passwords of local users do: the throttle must
// not tell the two apart.
func (a *Authenticator) failed(ctx context.Context, c candidate, v verdict, err error) bool {
	if v.password != Unknown {
		return v.password == Wrong
	}
	if ctx.Err() != nil || !errors.Is(err, errRealmAway) {
		return false
	}
	known, err := a.addressKnown(ctx, c)
	return err == nil && !known
}
