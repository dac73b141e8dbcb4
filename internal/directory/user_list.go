package directory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"roster"
	"roster/internal/filter"
)

// UserSearch says which users FindUsers returns, in which order, and from where on.
type UserSearch struct {
	Search string // words; a user is found whose words begin with each of them. Not together with Order

	Order      UserOrder // "" for OrderNumber
	Descending bool
	After      *UserPlace // only users who come later, see [UserPage]
	Limit      int        // at most so many: 1 to MaxPage; 0: 100
	With       With       // what is loaded along

	// Where keeps those of whom it is true: what it may ask is in [UserAttributes]. Conditions that an
	// index answers come first, others are compared by the store or, while nothing is open there, by
	// the verb: for so many users at most that one page stays cheap, see [UserPage].
	Where filter.Filter

	Count bool // fill Total

	// compare stands for Where in tests: it says whether a user is kept, and how much work it was to
	// tell.
	compare func(roster.User) (keep bool, work int)
}

// UserPage is some users, and where the next page begins. A page may be short, even empty, and
// still have a next one: one call looks at no more than MaxExamined users, and does little more
// than MaxListWork to compare them.
type UserPage struct {
	Users []roster.User
	Next  *UserPlace // nil at the end
	Total *Total     // how many there are on all pages together, if asked for
}

// MaxExamined is how many records one page of a list looks at for those that are asked for. A page
// may be short because of it, even empty, and still have a next one.
const MaxExamined = 10_000

// MaxListWork is the work that one page of a list does to compare records with what is asked for,
// in steps of about 30 ns: the one that goes beyond it is the last. A page may be short because of
// it, too.
const MaxListWork = 1 << 20

const defaultUserLimit = 100

// FindUsers returns a page of the users that the actor may see. Those whom a search finds are in
// the order of the word and of their numbers, but by number alone where a value narrows the search
// down, or the actor's scope does: a place then tells nothing of users that the actor may not see.
//
// Errors: Unauthenticated, Forbidden, Invalid, Unavailable.
func (d *Directory) FindUsers(ctx context.Context, by roster.Actor, in UserSearch) (UserPage, error) {
	if err := allow(by, ActUserRead); err != nil {
		return UserPage{}, err
	}
	if err := in.Validate(); err != nil {
		return UserPage{}, err
	}
	in.Limit = cmp.Or(in.Limit, defaultUserLimit)
	f := userFind{UserSearch: in, Directory: d, by: by, org: by.OrganizationID, wanted: searchWords(in.Search)}
	defer f.leaveLane()
	there, err := f.plan(ctx)
	switch {
	case err != nil:
		return UserPage{}, err
	case !there && in.Count:
		return UserPage{Total: &Total{}}, nil
	case !there:
		return UserPage{}, nil
	}
	page, err := f.page(ctx, f.source())
	if err == nil && in.Count {
		page.Total, err = f.total(ctx, page)
	}
	return page, err
}

// Validate returns every fault of the search: Invalid.
func (in UserSearch) Validate() error {
	var f roster.Faults
	wanted := searchWords(in.Search)
	switch {
	case !utf8.ValidString(in.Search):
		f.Add("search", "must be text")
	case utf8.RuneCountInString(in.Search) > MaxText:
		f.Add("search", fmt.Sprintf("must not be longer than %d characters", MaxText))
	case in.Search != "" && len(wanted) == 0:
		f.Add("search", "must hold a letter or a digit")
	}
	switch {
	case in.Search != "" && (in.Order != "" || in.Descending):
		f.Add("sort", "is not possible together with search, which has an order of its own")
	case in.Order != "" && !slices.Contains(userOrders, in.Order):
		f.Add("sort", "must be one of: "+list(userOrders))
	}
	if in.Limit < 0 || in.Limit > MaxPage {
		f.Add("limit", fmt.Sprintf("must be a whole number from 1 to %d", MaxPage))
	}
	if in.After != nil && (!utf8.ValidString(in.After.Key) || strings.ContainsRune(in.After.Key, 0)) {
		f.Add("cursor", "is none that was given out")
	}
	f = append(f, roster.All(in.Where.Validate(userAttributes.Ask))...)
	return f.Err()
}

var userOrders = []UserOrder{OrderNumber, OrderUserName, OrderDisplayName, OrderEmail}

// UserList says which users ListUsers returns, and what is loaded along.
type UserList struct {
	ID    roster.UserID // only this one
	Email string        // only those with this primary email, without regard to case
	After int64         // only those with a greater number
	Limit int           // at most so many; 0: all
	With  With
}

// ListUsers returns the users that the actor may see, by ascending number, loading a page at a
// time. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListUsers(ctx context.Context, by roster.Actor, in UserList) (iter.Seq2[roster.User, error], error) {
	if err := allow(by, ActUserRead); err != nil {
		return nil, err
	}
	if !isName(string(in.ID)) || !isReference(in.Email) {
		return noRecords[roster.User](), nil
	}
	q := UserQuery{Where: in.where()}
	if groups, orgWide := scopeOf(by, ActUserRead); !orgWide {
		q.Among = groups
		in.With |= WithRoles // see redactUser
	}
	read := func(after int64, limit int) ([]roster.User, error) {
		q.After, q.Limit = &UserPlace{Number: after}, limit
		found, err := view(ctx, d, func(tx Tx) (UserRows, error) { return tx.Users(by.OrganizationID, q, in.With) })
		for i := range found.Users {
			found.Users[i] = redactUser(by, found.Users[i])
		}
		return found.Users, err
	}
	return pages(in.After, in.Limit, read, func(u roster.User) int64 { return u.Number }), nil
}

// where is what the store compares for the list.
func (in UserList) where() Condition {
	return Both(ifGiven("id", in.ID), ifGiven("email", Fold(in.Email)))
}
