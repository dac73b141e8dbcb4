package directory

import (
	"context"

	"roster"
)

// UserSearch says which users FindUsers returns, in which order, and from where on.
type UserSearch struct {
	Search string // words; a user is found whose words begin with each of them. Not together with Order

	Order      UserOrder // "" for OrderNumber
	Descending bool
	After      *UserPlace // only users who come later, see [UserPage]
	Limit      int        // at most so many: 1 to MaxPage; 0: 100
	With       With       // what is loaded along

	// Only users with these values, without regard to case where the value has none; "" does not restrict. An
	// index answers each of them.
	ID         roster.UserID
	UserName   string
	Email      string
	ExternalID string
	Group      roster.Ref // a member of this group or team, by id

	// Where keeps those for whom it is true; nil: all. What it looks at must be in With. It is asked for so many
	// users at most that one page stays cheap: see [UserPage].
	Where func(roster.User) bool
}

// UserPage is some users, and where the next page begins. A page may be short, even empty, and still have a next
// one: one call looks at no more than maxExamined users.
type UserPage struct {
	Users []roster.User
	Next  *UserPlace // nil at the end
}

// FindUsers returns a page of the users that the actor may see.
//
// Errors: Unauthenticated, Forbidden, Invalid, Unavailable.
func (s *Service) FindUsers(ctx context.Context, by roster.Actor, in UserSearch) (UserPage, error) {
	if err := allow(by, ActUserRead); err != nil {
		return UserPage{}, err
	}
	return UserPage{}, errNotBuilt
}
