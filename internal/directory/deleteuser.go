package directory

import (
	"context"

	"roster"
)

// UserDeletion says which user DeleteUser deletes.
type UserDeletion struct {
	User      UserSelector
	IfVersion int64 // only if it still has this version; 0: whatever it has
}

// DeleteUser deletes a user: the name is free again, nobody signs in with it, its tokens are revoked, and it is in
// no group any more. It returns the user as it was.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid for the last administrator, Conflict(emails), Stale, Unavailable.
func (s *Service) DeleteUser(ctx context.Context, by roster.Actor, in UserDeletion) (roster.User, error) {
	if err := allow(by, ActUserDelete); err != nil {
		return roster.User{}, err
	}
	return roster.User{}, errNotBuilt
}
