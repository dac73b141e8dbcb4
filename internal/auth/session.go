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

// maxTouchInterval is the longest time between two writes of a session's last use.
const maxTouchInterval = time.Minute

// Session signs in with the token of a session. The session must belong to the attempt's
// organization and face: an auth_token, which may travel in URLs, cannot open the dashboard.
// Errors: Unauthenticated, and those of the store.
func (a *Authenticator) Session(ctx context.Context, at Attempt, token string) (roster.Actor, error) {
	if !wellFormedSession(token) {
		return roster.Actor{}, denied(errors.New("not the form of a session's token"))
	}
	org, err := a.organization(ctx, at.OrganizationSlug)
	if errors.Is(err, errNoOrganization) {
		return roster.Actor{}, denied(err)
	}
	if err != nil {
		return roster.Actor{}, err
	}
	hash := HashSecret(token)
	read, err := readOnce(ctx, a, a.sessions, hash, func(tx directory.Tx) (s openSession, err error) {
		if s.Session, s.account, err = tx.SessionByHash(hash); err == nil {
			s.versions, err = a.readVersions(tx, s.account.OrganizationID, s.account.Number)
		}
		return s, err
	})
	if isNotFound(err) {
		return roster.Actor{}, denied(errors.New("no such session"))
	}
	if err != nil {
		return roster.Actor{}, fmt.Errorf("read session: %w", err)
	}
	session, account, now := read.Session, read.account, a.now()
	if reason := a.validateSession(at, org, session, account, now); reason != nil {
		if isAssumed(ctx) { // what is remembered may admit, and not deny: another server may have touched it
			premise.Of(ctx).Renew()
			return a.Session(ctx, at, token)
		}
		return roster.Actor{}, denied(fmt.Errorf("session of %q: %w", account.UserName, reason))
	}
	since := now.Sub(session.LastUsedAt)
	clockWentBack := since < -directory.ClockSlack // the last use counts from now on, so the session ends when idle
	if since >= touchInterval(session.Idle) || clockWentBack {
		if err := a.background.touch(ctx, session.ID, now); err != nil {
			return roster.Actor{}, err
		}
		a.sessions.change(hash, func(s *openSession) { s.LastUsedAt = now })
	}
	by := userActor(at, account)
	by.SessionID = session.ID
	return by, nil
}

// validateSession returns why the session is not valid, nil if it is.
func (a *Authenticator) validateSession(
	at Attempt, org roster.OrganizationID, session roster.Session, account roster.Account, now time.Time,
) error {
	lastUse := a.background.lastUse(session.ID, session.LastUsedAt)
	switch {
	case session.OrganizationID != org || account.OrganizationID != org:
		return errors.New("of another organization")
	case session.Face != at.Face:
		return fmt.Errorf("was opened for %s", session.Face)
	case !now.Before(session.ExpiresAt):
		return errors.New("too old")
	case !now.Before(lastUse.Add(session.Idle)):
		return errors.New("idle for too long")
	case !account.Active:
		return errors.New("not active")
	case session.CredentialVersion != account.CredentialVersion:
		return errors.New("the password has changed")
	}
	return requirePermission(at, account.Grants)
}

// touchInterval is how often the use of a session is written: often enough that it ends at most a
// tenth of its idle limit too early (DECISIONS 15).
func touchInterval(idle time.Duration) time.Duration { return min(maxTouchInterval, idle/10) }
