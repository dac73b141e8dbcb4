package directory

import (
	"context"

	"roster"
)

// SessionsOf says whose sessions are meant.
type SessionsOf struct {
	User UserSelector // zero: the actor's own
}

// ListSessions returns the sessions of a user that are not over, the oldest first: 1,000 at most. A user may read its
// own, and those of whom it may change; a token of the organization that may only read has a hold of nobody.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id) where nobody is meant, Unavailable.
func (s *Service) ListSessions(ctx context.Context, by roster.Actor, in SessionsOf) ([]roster.Session, error) {
	if err := allow(by, ActSessionRead); err != nil {
		return nil, err
	}
	if organizationToken(by) && by.ReadOnly {
		return nil, forbidden("an API token of the organization that may only read sees no sessions")
	}
	return view(ctx, s, func(tx Tx) ([]roster.Session, error) {
		u, err := s.sessionUser(tx, by, ActSessionRead, in.User)
		if err != nil {
			return nil, err
		}
		return tx.Sessions(u.OrganizationID, u.ID, s.now())
	})
}

// sessionUser returns whose sessions the actor means: its own, or those of somebody whom it sees and who is not
// above it.
func (s *Service) sessionUser(tx Tx, by roster.Actor, act Action, sel UserSelector) (roster.User, error) {
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
	return u, s.controls(tx, by, u)
}

// SessionSelector picks sessions of a user.
type SessionSelector struct {
	User UserSelector     // zero: the actor's own
	ID   roster.SessionID // "" for all of them
}

// EndSession ends a session of a user, or all of them, at once and on every replica. A user may end its own.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id) where nobody is meant, Unavailable.
func (s *Service) EndSession(ctx context.Context, by roster.Actor, in SessionSelector) (None, error) {
	if err := allow(by, ActSessionEnd); err != nil {
		return None{}, err
	}
	return update(ctx, s, func(tx Tx) (None, error) {
		u, err := s.sessionUser(tx, by, ActSessionEnd, in.User)
		if err != nil {
			return None{}, err
		}
		if err := endSessions(tx, u, in.ID); err != nil || isSelf(by, u.ID) {
			return None{}, err // signing oneself out changes nothing that somebody else would look for
		}
		return None{}, s.audit(tx, by, s.now(), change{ActSessionEnd, string(u.ID), u.UserName, map[string]any{
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
