package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/premise"
)

// Token signs in with the secret of an API token. A secret with a typing error is denied without
// asking the store. If the attempt names an organization, the token must belong to it. Errors:
// Unauthenticated, and those of the store.
func (a *Authenticator) Token(ctx context.Context, at Attempt, secret string) (roster.Actor, error) {
	if !wellFormedToken(secret) {
		return roster.Actor{}, denied(errors.New("not the form of a token, or a typing error in it"))
	}
	hash := HashSecret(secret)
	read, err := readOnce(ctx, a, a.tokens, hash, func(tx directory.Tx) (t heldToken, err error) {
		if t.Token, t.account, err = tx.TokenByHash(hash); err == nil {
			t.versions, err = a.readVersions(tx, t.OrganizationID, t.account.Number)
		}
		return t, err
	})
	if isNotFound(err) {
		return roster.Actor{}, denied(errors.New("no such token"))
	}
	if err != nil {
		return roster.Actor{}, fmt.Errorf("read token: %w", err)
	}
	token, now := read.Token, a.now()
	actor, err := a.tokenActor(ctx, at, read, now)
	if err != nil {
		if isAssumed(ctx) { // what is remembered may admit, and not deny
			premise.Of(ctx).Renew()
			return a.Token(ctx, at, secret)
		}
		return roster.Actor{}, err
	}
	a.background.use(roster.TokenUse{ID: token.ID, At: now, From: at.Address, Face: at.Face})
	return actor, nil
}

// tokenActor returns the actor of a token, or why it is denied.
func (a *Authenticator) tokenActor(ctx context.Context, at Attempt, read heldToken, now time.Time) (roster.Actor, error) {
	token, account := read.Token, read.account
	if err := a.validateTokenOrganization(ctx, at, token); err != nil {
		return roster.Actor{}, err
	}
	if reason := validateToken(token, account, now); reason != nil {
		return roster.Actor{}, denied(fmt.Errorf("token %q: %w", token.Name, reason))
	}
	actor := newTokenActor(at, token, account)
	if reason := requirePermission(at, actor.Grants); reason != nil {
		return roster.Actor{}, denied(fmt.Errorf("token %q: %w", token.Name, reason))
	}
	return actor, nil
}

// validateTokenOrganization compares the token's organization with the one that the attempt names,
// if any.
func (a *Authenticator) validateTokenOrganization(ctx context.Context, at Attempt, token roster.Token) error {
	if at.OrganizationSlug == "" {
		return nil
	}
	org, err := a.organization(ctx, at.OrganizationSlug)
	if errors.Is(err, errNoOrganization) {
		return denied(err)
	}
	if err != nil {
		return err
	}
	if org != token.OrganizationID {
		return denied(fmt.Errorf("token %q: of another organization", token.Name))
	}
	return nil
}

// validateToken returns why the token is not valid, nil if it is.
func validateToken(token roster.Token, account roster.Account, now time.Time) error {
	switch {
	case !token.RevokedAt.IsZero():
		return errors.New("revoked")
	case !token.ExpiresAt.IsZero() && !now.Before(token.ExpiresAt):
		return errors.New("expired")
	case token.UserID != "" && account.UserID != token.UserID:
		return errors.New("its user is gone")
	case token.UserID != "" && !account.Active:
		return errors.New("its user is not active")
	}
	return nil
}

func newTokenActor(at Attempt, token roster.Token, account roster.Account) roster.Actor {
	return roster.Actor{
		Kind:           roster.ActorToken,
		OrganizationID: token.OrganizationID,
		UserID:         token.UserID,
		TokenID:        token.ID,
		Name:           token.Name,
		Grants:         tokenGrants(token, account),
		Limited:        len(token.Groups) > 0,
		ErrorsAs200:    token.ErrorsAs200,
		// Any access except the known word for writing is read-only.
		ReadOnly:  token.Access != roster.AccessReadWrite,
		Face:      at.Face,
		Address:   at.Address,
		RequestID: at.RequestID,
	}
}

// tokenGrants returns the grants of the token: those of its user, or those of an administrator for
// a token of the organization (DECISIONS 8). A token that is limited to groups gets them for these
// groups only.
func tokenGrants(token roster.Token, account roster.Account) roster.Grants {
	held := account.Grants
	if token.UserID == "" {
		held = roster.Grants{{Permissions: roster.LevelAdministrator.Permissions()}}
	}
	if len(token.Groups) == 0 {
		return held
	}
	var scoped roster.Grants
	for _, g := range token.Groups {
		if p := held.In(g.ID); p != 0 {
			scoped.Add(g.ID, p)
		}
	}
	return scoped
}
