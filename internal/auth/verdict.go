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

// verdict is what a try has shown.
type verdict struct {
	password Judgement
	reason   error // why it lets nobody in; nil if it does
}

// verify judges the password. In an organization with realms a failure costs both a hash and a
// question to the realms, whichever of the two the account has, and is answered after both. A
// password that lets somebody in is answered as soon as it is judged.
func (a *Authenticator) verify(ctx context.Context, c candidate, password string) (verdict, error) {
	if a.cacheable(c) {
		a.cache.misses.Add(1)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beside := make(chan error, 1)
	go func() { beside <- a.pretend(ctx, c, password) }()
	v, err := a.judge(ctx, c, password)
	if err == nil && v.reason == nil {
		return v, nil
	}
	if other := <-beside; err == nil {
		err = other
	}
	return v, err
}

// pretend does the work that would judge the password if the account were of the other kind: with a
// hash here, or of a realm. A decoy that has begun goes on when nobody needs it any more, because
// to break it off would cost the realm's connection.
func (a *Authenticator) pretend(ctx context.Context, c candidate, password string) (err error) {
	defer func() {
		if p := recover(); p != nil { // on a goroutine of its own it would end the process
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if ctx.Err() != nil { // it is answered already
		return ctx.Err()
	}
	if c.outside {
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

// judge asks whoever knows the password: the hash or the realm. It asks also where no password lets
// the account in, so that a right one is not taken for a guess.
func (a *Authenticator) judge(ctx context.Context, c candidate, password string) (verdict, error) {
	if c.outside {
		return a.proveOutside(ctx, c, password)
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

// failed reports whether the try counts as a failure. A right password never does. Where a realm
// does not answer, tries of a pair that is not known count, because wrong passwords of local users
// do: what is throttled must not tell them apart.
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
