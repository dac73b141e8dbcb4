package auth

import (
	"context"
	"errors"
	"fmt"

	"roster"
)

// Operator returns the operator of the server as the actor of an attempt: whoever could open its
// socket, or runs it. name is the operating system's name of who that is, for the audit. Errors:
// Invalid for an organization that is not there, and those of the store.
func (a *Authenticator) Operator(ctx context.Context, at Attempt, name string) (roster.Actor, error) {
	org, err := a.organization(ctx, at.OrganizationSlug)
	if errors.Is(err, errNoOrganization) {
		return roster.Actor{}, &roster.Error{
			Kind:   roster.Invalid, // not NotFound, which would be about the record that the call names
			Detail: fmt.Sprintf("there is no organization %.80q; see: roster organization list", at.OrganizationSlug),
		}
	}
	if err != nil {
		return roster.Actor{}, err
	}
	return roster.Actor{
		Kind: roster.ActorOperator, OrganizationID: org, Name: name, Face: at.Face,
		Address: at.Address, RequestID: at.RequestID,
	}, nil
}
