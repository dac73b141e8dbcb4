package app

import (
	"context"

	"roster"
	"roster/internal/auth"
	"roster/internal/dialect"
)

// verifier adapts the authenticator for the faces: it adds where the request came from.
type verifier struct{ auth *auth.Authenticator }

func attempt(ctx context.Context, face roster.Face, need roster.Permissions) auth.Attempt {
	o := dialect.OriginOf(ctx)
	return auth.Attempt{
		OrganizationSlug: o.Organization, Need: need, Face: face, Address: o.Address, RequestID: o.RequestID,
	}
}

// Password implements [dialect.Verifier].
func (v verifier) Password(ctx context.Context, face roster.Face, need roster.Permissions, userName, password string) (roster.Actor, error) {
	return v.auth.Password(ctx, attempt(ctx, face, need), userName, password)
}

// Session implements [dialect.Verifier].
func (v verifier) Session(ctx context.Context, face roster.Face, need roster.Permissions, token string) (roster.Actor, error) {
	return v.auth.Session(ctx, attempt(ctx, face, need), token)
}

// Operator implements [dialect.Verifier].
func (v verifier) Operator(ctx context.Context, face roster.Face, name string) (roster.Actor, error) {
	return v.auth.Operator(ctx, attempt(ctx, face, 0), name)
}

// Token implements [dialect.Verifier]. A token determines its organization; a path that names one
// must name the same.
func (v verifier) Token(ctx context.Context, face roster.Face, secret string) (roster.Actor, error) {
	at := attempt(ctx, face, 0)
	if !dialect.OriginOf(ctx).Named {
		at.OrganizationSlug = ""
	}
	return v.auth.Token(ctx, at, secret)
}
