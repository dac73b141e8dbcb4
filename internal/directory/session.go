package directory

import (
	"cmp"
	"context"
	"iter"
	"time"

	"roster"
)

// Limits of sessions (DECISIONS 15).
const (
	SessionIdle     = 60 * time.Minute    // for users without an own expiry
	SessionAbsolute = 30 * 24 * time.Hour // for Graze's sessions
	DashboardFor    = 12 * time.Hour      // for the dashboard's sessions, even if in use
	MaxSessions     = 1000                // of one user; the oldest are ended first
)

// CreatedSession is the result of CreateSession. Secret is shown once and not stored.
type CreatedSession struct {
	roster.Session
	Secret string
}

// sessionFor returns the face that a session is valid for, and its longest lifetime, by the face
// that opened it. The native API opens sessions of the dashboard: a cookie is valid for both.
func sessionFor(opened roster.Face) (roster.Face, time.Duration) {
	if opened == roster.FaceAPI || opened == roster.FaceWeb {
		return roster.FaceWeb, DashboardFor
	}
	return opened, SessionAbsolute
}

// CreateSession opens a session for the user who has just signed in. A user may have several
// sessions.
//
// Errors: Unauthenticated, Forbidden, NotFound if the user was deleted meanwhile, Unavailable.
func (d *Directory) CreateSession(ctx context.Context, by roster.Actor, _ None) (CreatedSession, error) {
	if err := allow(by, ActSessionCreate); err != nil {
		return CreatedSession{}, err
	}
	secret := d.secrets.Session()
	return update(ctx, d, func(tx Tx) (CreatedSession, error) {
		// A concurrent deactivation or password change is either seen here, or ends this session too.
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
		face, lifetime := sessionFor(by.Face)
		session := roster.Session{
			ID: roster.SessionID(newID()), OrganizationID: by.OrganizationID, UserID: by.UserID, Face: face,
			CredentialVersion: by.CredentialVersion, CreatedAt: now, LastUsedAt: now,
			Idle: cmp.Or(account.SessionExpiry, SessionIdle), ExpiresAt: now.Add(lifetime),
		}
		if err := tx.InsertSession(session, d.secrets.Hash(secret), MaxSessions); err != nil {
			return CreatedSession{}, err
		}
		return CreatedSession{Session: session, Secret: secret}, nil
	})
}

// SessionList says which sessions ListSessions returns.
type SessionList struct {
	User  UserSelector     // zero: the actor's own
	After roster.SessionID // only greater ids
	Counting
}

// ListSessions returns the open sessions of a user, oldest first: 1,000 at most. Users may read
// their own sessions, and those of users that they may take over. A read-only token of the
// organization may read none.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id) if no user is named, Unavailable.
func (d *Directory) ListSessions(ctx context.Context, by roster.Actor, in SessionList) (iter.Seq2[roster.Session, error], error) {
	if err := allow(by, ActSessionRead); err != nil {
		return nil, err
	}
	if organizationToken(by) && by.ReadOnly {
		return nil, forbidden("a read-only API token of the organization cannot see sessions")
	}
	u, err := view(ctx, d, func(tx Tx) (roster.User, error) { return d.sessionUser(tx, by, ActSessionRead, in.User) })
	if err != nil {
		return nil, err
	}
	return listOf(ctx, d, part[roster.SessionID]{After: in.After}, in.Counting, func(tx Tx, p part[roster.SessionID]) (Rows[roster.Session], error) {
		return tx.Sessions(u.OrganizationID, SessionQuery{u.ID, d.now(), p.After, p.Limit, p.Count})
	}, func(s roster.Session) roster.SessionID { return s.ID }), nil
}

// sessionUser returns the user whose sessions are meant: the actor itself, or a user that the actor
// sees and may take over.
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

// SessionSelector picks one session of a user, or all of them.
type SessionSelector struct {
	User UserSelector     // zero: the actor's own
	ID   roster.SessionID // "": all sessions
}

// EndSession ends one session of a user, or all of them, at once and on every replica. Users may
// end their own.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id) if no user is named, Unavailable.
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
			return None{}, err // signing oneself out is not audited
		}
		return None{}, d.audit(tx, by, d.now(), change{ActSessionEnd, string(u.ID), u.UserName, map[string]any{
			"session": in.ID, "all": in.ID == "",
		}})
	})
}

// endSessions ends one session of a user, or all of them if id is "".
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
