package dialect

import (
	"context"

	"roster"
)

// Verifier says who a credential belongs to (SP 800-63B: the party that verifies). It takes address,
// organization and request id from the [Origin] in ctx. Every failure to prove identity, for whatever
// reason, is Unauthenticated with the same words; RateLimited and Unavailable say so.
//
// need are permissions without which the credential is good for nothing in this face: who lacks them
// is answered as if the credential were wrong.
type Verifier interface {
	Password(ctx context.Context, face roster.Face, need roster.Permissions, userName, password string) (roster.Actor, error)
	Session(ctx context.Context, face roster.Face, need roster.Permissions, token string) (roster.Actor, error)
	Token(ctx context.Context, face roster.Face, secret string) (roster.Actor, error)

	// Operator returns the operator of the server, for a request that [WithOperator] marked and that brings
	// no credential. name is the operating system's name of who it is, "" for none.
	// Errors: Invalid for an organization that is not there.
	Operator(ctx context.Context, face roster.Face, name string) (roster.Actor, error)
}
