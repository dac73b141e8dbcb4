package dialect

import (
	"context"

	"roster"
)

// Gate is what one request knows of the place where passwords wait to be hashed.
type Gate interface {
	// Busy reports whether a hash would be refused to a caller who is signed in. It may be asked before
	// anybody is authenticated.
	Busy() bool

	// Ask returns the error with which the hash would be refused, nil if there is room by now. The
	// request has come for a hash from then on.
	Ask() error

	// Hold keeps a refusal back for a moment, as a client may ask again at once.
	Hold(ctx context.Context)
}

// Refused returns the error for a request that needs a hash while too many wait for one. It is
// asked before the request is authenticated, so that a refusal costs no look-up. needs says whether
// the request needs a hash; it is called only while the gate is busy.
func Refused(ctx context.Context, needs func() bool) error {
	g := OriginOf(ctx).Gate
	if g == nil || !g.Busy() || !needs() {
		return nil
	}
	return g.Ask()
}

// hashing is what a call takes that may need the hash of a password.
type hashing interface{ NeedsHash() bool }

// MayNeedHash reports whether some of the values that a call takes need the hash of a password.
func MayNeedHash[In any]() bool {
	_, may := any(*new(In)).(hashing)
	return may
}

// NeedsHash reports whether this value needs one.
func NeedsHash(in any) bool {
	h, may := in.(hashing)
	return may && h.NeedsHash()
}

// hold keeps an answer back that asks the client to come again later.
func hold(ctx context.Context, err error) {
	if kind := roster.KindOf(err); kind != roster.Unavailable && kind != roster.RateLimited {
		return
	}
	if g := OriginOf(ctx).Gate; g != nil {
		g.Hold(ctx)
	}
}
