package directory

import (
	"context"

	"roster"
)

// SessionsOf says whose sessions are meant.
type SessionsOf struct {
	User UserSelector // zero: the actor's own
}

// ListSessions returns the sessions of a user that are not over, the oldest first. A user may read its own.
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (s *Service) ListSessions(ctx context.Context, by roster.Actor, in SessionsOf) ([]roster.Session, error) {
	if err := allow(by, ActSessionRead); err != nil {
		return nil, err
	}
	return nil, errNotBuilt
}

// SessionSelector picks sessions of a user.
type SessionSelector struct {
	User UserSelector     // zero: the actor's own
	ID   roster.SessionID // "" for all of them
}

// EndSession ends a session of a user, or all of them, at once and on every replica. A user may end its own.
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (s *Service) EndSession(ctx context.Context, by roster.Actor, in SessionSelector) (None, error) {
	if err := allow(by, ActSessionEnd); err != nil {
		return None{}, err
	}
	return None{}, errNotBuilt
}
