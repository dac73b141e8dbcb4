// Package premise says whether a request relies on what is remembered of its caller. Authentication
// relies on it, the store verifies it in the same journey and snapshot as the first read, and the
// faces try a request again whose premise was wrong (ADR 15). The package decides nothing about
// rights.
package premise

import (
	"context"
	"errors"
	"sync/atomic"

	"roster"
)

// Remembered is what authentication remembers of a caller instead of reading it again: the versions
// of all that its rights depend on (DECISIONS 14). If they are still the same, reading again would
// return the same.
type Remembered struct {
	OrganizationID    roster.OrganizationID
	PolicyVersion     int64 // of the organization: a role or a group changed
	User              int64 // number of the user; 0 for a token of the organization
	UserVersion       int64
	CredentialVersion int64
	Token             roster.TokenID   // must not be revoked; "" for none
	Session           roster.SessionID // must not have ended; "" for none
}

// Versions are the versions that a [Remembered] compares.
type Versions struct {
	Policy int64 // of the organization
	User   int64 // of the user; 0 for none
}

// Premise is what one request relies on. A request gets it from [With], and is tried again if
// [ErrOutdated] says that it was wrong.
type Premise struct {
	anew       bool // authentication must read again
	remembered Remembered
	verify     func(context.Context) error
	state      atomic.Int32
}

// The states of a premise.
const (
	unused   int32 = iota // nothing is relied on
	assumed               // not verified yet
	verified              // verified, for this request
)

// ErrOutdated is in the chain of the error for a request whose premise is wrong. Nothing was done.
var ErrOutdated = errors.New("what was remembered of the caller is outdated")

type key struct{}

// With returns a context in which authentication may rely on what it remembers.
func With(ctx context.Context) (context.Context, *Premise) {
	p := &Premise{}
	return context.WithValue(ctx, key{}, p), p
}

// Without returns a context in which nothing is verified.
func Without(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, (*Premise)(nil))
}

// Of returns the premise of a context, nil for none.
func Of(ctx context.Context) *Premise {
	p, _ := ctx.Value(key{}).(*Premise)
	return p
}

// MayRely reports whether authentication may rely on what it remembers.
func (p *Premise) MayRely() bool { return p != nil && !p.anew }

// Rely notes what authentication relied on. verify is called where nothing else reads the store.
func (p *Premise) Rely(r Remembered, verify func(context.Context) error) {
	p.remembered, p.verify = r, verify
	p.state.Store(assumed)
}

// Assumed returns what has to be verified yet. It reports false if that is nothing.
func (p *Premise) Assumed() (Remembered, bool) {
	if p == nil || p.state.Load() != assumed {
		return Remembered{}, false
	}
	return p.remembered, true
}

// Verified notes that the premise holds.
func (p *Premise) Verified() { p.state.Store(verified) }

// Renew makes authentication read again.
func (p *Premise) Renew() {
	p.anew = true
	p.state.Store(unused)
}

// Settle verifies the premise of a context, unless that was done. It is called before anything is
// answered. Errors: ErrOutdated, and those of the store.
func Settle(ctx context.Context) error {
	p := Of(ctx)
	if _, assumed := p.Assumed(); !assumed {
		return nil
	}
	return p.verify(ctx)
}
