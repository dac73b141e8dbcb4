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

// sessionFor returns the face that a session opened through a face is good for, and for how long at
// most. The native API opens those of the dashboard: a cookie is good for both.
func sessionFor(opened roster.Face) (roster.Face, time.Duration) {
	if opened == roster.FaceAPI || opened == roster.FaceWeb {
		return roster.FaceWeb, DashboardFor
	}
	return opened, SessionAbsolute
}

// CreateSession opens a session for the user who has just proved identity. Sessions of one user
// live side by side.
//
// Errors: Unauthenticated, Forbidden, NotFound where the user went in the meantime, Unavailable.
func (d *Directory) CreateSession(ctx context.Context, by roster.Actor, _ None) (CreatedSession, error) {
	if err := allow(by, ActSessionCreate); err != nil {
		return CreatedSession{}, err
	}
	secret := d.secrets.Session()
	return update(ctx, d, func(tx Tx) (CreatedSession, error) {
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
		now := d.now()
		face, most := sessionFor(by.Face)
		session := roster.Session{
			ID: roster.SessionID(newID()), OrganizationID: by.OrganizationID, UserID: by.UserID, Face: face,
			CredentialVersion: by.CredentialVersion, CreatedAt: now, LastUsedAt: now,
			Idle: cmp.Or(account.SessionExpiry, SessionIdle), ExpiresAt: now.Add(most),
		}
		if err := tx.InsertSession(session, d.secrets.Hash(secret), MaxSessions); err != nil {
			return CreatedSession{}, err
		}
		return CreatedSession{Session: session, Secret: secret}, nil
	})
}

// SessionsOf says whose sessions are meant.
type SessionsOf struct {
	User UserSelector // zero: the actor's own
}

// ListSessions returns the sessions of a user that are not over, the oldest first: 1,000 at most. A
// user may read its own, and those of whom it may change; a token of the organization that may only
// read has a hold of nobody.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id) where nobody is meant, Unavailable.
func (d *Directory) ListSessions(ctx context.Context, by roster.Actor, in SessionsOf) ([]roster.Session, error) {
	if err := allow(by, ActSessionRead); err != nil {
		return nil, err
	}
	if organizationToken(by) && by.ReadOnly {
		return nil, forbidden("an API token of the organization that may only read sees no sessions")
	}
	return view(ctx, d, func(tx Tx) ([]roster.Session, error) {
		u, err := d.sessionUser(tx, by, ActSessionRead, in.User)
		if err != nil {
			return nil, err
		}
		return tx.Sessions(u.OrganizationID, u.ID, d.now())
	})
}

// sessionUser returns whose sessions the actor means: its own, or those of somebody whom it sees
// and who is not above it.
func (d *Directory) sessionUser(tx Tx, by roster.Actor, act Action, sel UserSelector) (roster.User, error) {
	if sel == (UserSelector{}) {
		sel.ID = by.UserID
	}
	if sel == (UserSelector{}) {
		return roster.User{}, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "or a userName is required"}
	}
	if err := sel.possible(); err != nil {
		return roster.User{}, err
	}
	u, err := tx.User(by.OrganizationID, sel, WithGroups|WithTeams)
	if err != nil || isSelf(by, u.ID) {
		return u, err
	}
	if err := visible(by, act, u); err != nil {
		return roster.User{}, err
	}
	return u, d.requireControl(tx, by, u)
}

// SessionSelector picks sessions of a user.
type SessionSelector struct {
	User UserSelector     // zero: the actor's own
	ID   roster.SessionID // "" for all of them
}

// EndSession ends a session of a user, or all of them, at once and on every replica. A user may end
// its own.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id) where nobody is meant, Unavailable.
func (d *Directory) EndSession(ctx context.Context, by roster.Actor, in SessionSelector) (None, error) {
	if err := allow(by, ActSessionEnd); err != nil {
		return None{}, err
	}
	return update(ctx, d, func(tx Tx) (None, error) {
		u, err := d.sessionUser(tx, by, ActSessionEnd, in.User)
		if err != nil {
			return None{}, err
		}
		if err := endSessions(tx, u, in.ID); err != nil || isSelf(by, u.ID) {
			return None{}, err // signing oneself out changes nothing that somebody else would look for
		}
		return None{}, d.audit(tx, by, d.now(), change{ActSessionEnd, string(u.ID), u.UserName, map[string]any{
			"session": in.ID, "all": in.ID == "",
		}})
	})
}

// endSessions ends one session of a user, or all of them for "".
func endSessions(tx Tx, u roster.User, id roster.SessionID) error {
	if id == "" {
		return tx.DeleteSessions(u.OrganizationID, u.ID)
	}
	if !isName(string(id)) {
		return noSession()
	}
	ended, err := tx.DeleteSession(u.OrganizationID, u.ID, id)
	if err == nil && !ended {
		err = noSession()
	}
	return err
}

func noSession() error {
	return &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no session"}
}
