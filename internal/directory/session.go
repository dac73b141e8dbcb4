package directory

import (
	"cmp"
	"context"
	"time"

	"roster"
)

// Limits of sessions (DECISIONS 15).
const (
	SessionIdle     = 60 * time.Minute    // unless the user has an expiry of its own
	SessionAbsolute = 30 * 24 * time.Hour // of Graze's sessions
	MaxSessions     = 1000                // of one user; the oldest go first
)

// CreatedSession is the answer of CreateSession. Secret is shown once and kept nowhere.
type CreatedSession struct {
	roster.Session
	Secret string
}

// CreateSession opens a session for the user who has just proved identity. Sessions of one user live
// side by side.
//
// Errors: Unauthenticated, Forbidden, NotFound where the user went in the meantime, Unavailable.
func (s *Service) CreateSession(ctx context.Context, by roster.Actor, _ None) (CreatedSession, error) {
	if err := allow(by, ActSessionCreate); err != nil {
		return CreatedSession{}, err
	}
	secret := s.secrets.Session()
	return update(ctx, s, func(tx Tx) (CreatedSession, error) {
		account, err := tx.AccountByID(by.OrganizationID, by.UserID)
		if err != nil {
			return CreatedSession{}, err
		}
		if !account.Active || account.CredentialVersion != by.CredentialVersion {
			return CreatedSession{}, &roster.Error{Kind: roster.Unauthenticated, Detail: "sign in again"}
		}
		now := s.now()
		session := roster.Session{
			ID: roster.SessionID(newID()), OrganizationID: by.OrganizationID, UserID: by.UserID, Face: by.Face,
			CredentialVersion: by.CredentialVersion, CreatedAt: now, LastUsedAt: now,
			Idle: cmp.Or(account.SessionExpiry, SessionIdle), ExpiresAt: now.Add(SessionAbsolute),
		}
		if err := tx.InsertSession(session, s.secrets.Hash(secret), MaxSessions); err != nil {
			return CreatedSession{}, err
		}
		return CreatedSession{Session: session, Secret: secret}, nil
	})
}
