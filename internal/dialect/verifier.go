package dialect

import (
	"context"

	"roster"
)

// Verifier authenticates credentials (SP 800-63B: the party that verifies). It takes address,
// organization and request id from the [Origin] in ctx. Every failed authentication returns
// Unauthenticated with the same words, for any reason; RateLimited and Unavailable are told apart.
//
// need are the permissions that this face requires. A caller without them gets the answer for a
// wrong credential.
type Verifier interface {
	Password(ctx context.Context, face roster.Face, need roster.Permissions, userName, password string) (roster.Actor, error)
	Session(ctx context.Context, face roster.Face, need roster.Permissions, token string) (roster.Actor, error)
	Token(ctx context.Context, face roster.Face, secret string) (roster.Actor, error)

	// Operator returns the operator of the server, for a request that [WithOperator] marked and
	// that brings no credential. name is the operating system's name of who it is, "" for none.
	// Errors: Invalid for an organization that is not there.
	Operator(ctx context.Context, face roster.Face, name string) (roster.Actor, error)
}
