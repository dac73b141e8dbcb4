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
	DashboardFor    = 12 * time.Hour      // of the dashboard's, however much it is used
	MaxSessions     = 1000                // of one user; the oldest go first
)

// CreatedSession is the answer of CreateSession. Secret is shown once and kept nowhere.
type CreatedSession struct {
	roster.Session
	Secret string
}

// sessionFor returns the face that a session opened through a face is good for, and for how long at most. The native
// API opens those of the dashboard: a cookie is good for both.
func sessionFor(opened roster.Face) (roster.Face, time.Duration) {
	if opened == roster.FaceAPI || opened == roster.FaceWeb {
		return roster.FaceWeb, DashboardFor
	}
	return opened, SessionAbsolute
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
		// Whoever deactivates the user, or changes its password, ends the session too or is seen here.
		if err := tx.LockUser(by.OrganizationID, UserSelector{ID: by.UserID}); err != nil {
			return CreatedSession{}, err
		}
		account, err := tx.AccountByID(by.OrganizationID, by.UserID)
		if err != nil {
			return CreatedSession{}, err
		}
		if !account.Active || account.CredentialVersion != by.CredentialVersion {
			return CreatedSession{}, &roster.Error{Kind: roster.Unauthenticated, Detail: "sign in again"}
		}
		now := s.now()
		face, most := sessionFor(by.Face)
		session := roster.Session{
			ID: roster.SessionID(newID()), OrganizationID: by.OrganizationID, UserID: by.UserID, Face: face,
			CredentialVersion: by.CredentialVersion, CreatedAt: now, LastUsedAt: now,
			Idle: cmp.Or(account.SessionExpiry, SessionIdle), ExpiresAt: now.Add(most),
		}
		if err := tx.InsertSession(session, s.secrets.Hash(secret), MaxSessions); err != nil {
			return CreatedSession{}, err
		}
		return CreatedSession{Session: session, Secret: secret}, nil
	})
}
