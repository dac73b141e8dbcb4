package directory

import (
	"context"

	"roster"
)

// MaxBatch is how many users one CreateUsers takes.
const MaxBatch = 1000

// NewUsers are users to be created, each by itself: what is wrong with one does not keep the others from being made.
type NewUsers struct {
	Users          []NewUser
	IdempotencyKey string
}

// CreatedUsers has a result for each of the users, in their order.
type CreatedUsers struct {
	Results []UserResult
}

// UserResult is what became of one user: User, or an error.
type UserResult struct {
	User CreatedUser
	Err  error // of those of CreateUser; nil if the user was made
}

// CreateUsers creates up to MaxBatch users in few transactions. Two of them with one name: the first gets it.
//
// Errors: Unauthenticated, Forbidden, Invalid, Unavailable; those of single users are in the results.
func (s *Service) CreateUsers(ctx context.Context, by roster.Actor, in NewUsers) (CreatedUsers, error) {
	if err := allow(by, ActUserCreate); err != nil {
		return CreatedUsers{}, err
	}
	return CreatedUsers{}, errNotBuilt
}
