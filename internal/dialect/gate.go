package dialect

import (
	"context"

	"roster"
)

// Gate is one request's view of the queue for password hashes.
type Gate interface {
	// Busy reports whether a hash would be refused to a signed-in caller. It works before
	// authentication.
	Busy() bool

	// Ask returns the error with which a hash would be refused, nil if there is room. From then on
	// the request counts as one that needs a hash.
	Ask() error

	// Hold delays a refusal for a moment, because the client may ask again at once.
	Hold(ctx context.Context)
}

// Refused returns the error for a request that needs a hash if too many wait for one. Call it
// before authentication, so that a refusal costs no look-up. needs reports whether the request
// needs a hash; it is called only if the gate is busy.
func Refused(ctx context.Context, needs func() bool) error {
	g := OriginOf(ctx).Gate
	if g == nil || !g.Busy() || !needs() {
		return nil
	}
	return g.Ask()
}

// hashing is implemented by arguments of calls that may need a password hash.
type hashing interface{ NeedsHash() bool }

// MayNeedHash reports whether arguments of this type may need a password hash.
func MayNeedHash[In any]() bool {
	_, may := any(*new(In)).(hashing)
	return may
}

// NeedsHash reports whether these arguments need one.
func NeedsHash(in any) bool {
	h, may := in.(hashing)
	return may && h.NeedsHash()
}

// hold delays an answer that asks the client to come again later.
func hold(ctx context.Context, err error) {
	if kind := roster.KindOf(err); kind != roster.Unavailable && kind != roster.RateLimited {
		return
	}
	if g := OriginOf(ctx).Gate; g != nil {
		g.Hold(ctx)
	}
}
