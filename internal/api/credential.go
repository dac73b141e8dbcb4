package api

import (
	"errors"
	"net/http"

	"roster"
	"roster/internal/dialect"
)

// authenticate finds the credential and who it belongs to. The header Authorization counts where
// there is one; a browser sends the cookie along whatever a page does. Without a credential a
// caller may still be the operator.
func (a *api) authenticate(r *http.Request) (roster.Actor, error) {
	headers := r.Header["Authorization"]
	switch {
	case len(headers) > 1:
		return roster.Actor{}, unproved("there are several Authorization headers")
	case len(headers) == 1:
		return a.byHeader(r)
	}
	token, found, err := dialect.SessionToken(r)
	switch {
	case err != nil:
		return roster.Actor{}, unproved(err.Error())
	case !found && dialect.IsOperator(r.Context()):
		return a.verifier.Operator(r.Context(), roster.FaceCLI, dialect.OperatorName(r))
	case !found:
		return roster.Actor{}, &roster.Error{Kind: roster.Unauthenticated, Detail: withoutCredential, Err: errNoCredential}
	}
	// A dashboard's session, opened there or by POST /sessions: not one of Graze's, whose tokens travel
	// in URLs.
	by, err := a.verifier.Session(r.Context(), roster.FaceWeb, 0, token)
	by.Face = roster.FaceAPI
	return by, err
}

func (a *api) byHeader(r *http.Request) (roster.Actor, error) {
	switch scheme, credentials := dialect.Authorization(r); scheme {
	case "bearer":
		return a.verifier.Token(r.Context(), roster.FaceAPI, credentials)
	case "basic":
		name, password, ok := dialect.Basic(credentials)
		if !ok {
			return roster.Actor{}, unproved("the Basic credentials cannot be read")
		}
		return a.verifier.Password(r.Context(), roster.FaceAPI, 0, name, password)
	default:
		return roster.Actor{}, unproved("the scheme of Authorization is not known")
	}
}

// The answers to a caller who is not authenticated. A missing credential is no secret. Every fault
// of one that was sent gets the same words.
const (
	withoutCredential = "This request has no credential. Send an API token (Authorization: Bearer), a userName and password (Authorization: Basic), or the cookie of a session."
	deniedCredential  = "The credential is not valid here: it is mistyped, expired or revoked, of another organization, or its user may not sign in. Check it, sign in again, or ask an administrator for another one."
)

// errNoCredential is the cause where a request has no credential at all.
var errNoCredential = errors.New("there is no credential")

// unproved is the error for a request with a credential that cannot be looked at; why is for the
// log.
func unproved(why string) error {
	return &roster.Error{Kind: roster.Unauthenticated, Detail: deniedCredential, Err: errors.New(why)}
}
