package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

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
	Group      roster.Ref       // a member of this group or team: by id, or else by name
	GroupKind  roster.GroupKind // what Group is, where it may be meant by name

	// Where keeps those for whom it is true; nil: all. What it looks at must be in With. It is asked for so many
	// users at most that one page stays cheap: see [UserPage].
	Where func(roster.User) bool
}

// UserPage is some users, and where the next page begins. A page may be short, even empty, and still have a next
// one: one call looks at no more than MaxExamined users.
type UserPage struct {
	Users []roster.User
	Next  *UserPlace // nil at the end
}

// MaxExamined is how many records one page of a list looks at for those that are asked for. A page may be short because
// of it, even empty, and still have a next one.
const MaxExamined = 10_000

const defaultUserLimit = 100

// FindUsers returns a page of the users that the actor may see. Those whom a search finds are in the order of the
// word and of their numbers, but by number alone where a value narrows the search down, or the actor's scope does:
// a place then tells nothing of users that the actor may not see.
//
// Errors: Unauthenticated, Forbidden, Invalid, Unavailable.
func (s *Service) FindUsers(ctx context.Context, by roster.Actor, in UserSearch) (UserPage, error) {
	if err := allow(by, ActUserRead); err != nil {
		return UserPage{}, err
	}
	wanted := searched(in.Search)
	if err := in.Check(); err != nil {
		return UserPage{}, err
	}
	if !in.possible() {
		return UserPage{}, nil
	}
	in.Limit = cmp.Or(in.Limit, defaultUserLimit)
	return view(ctx, s, func(tx Tx) (UserPage, error) {
		f := userFind{UserSearch: in, by: by, tx: tx, org: by.OrganizationID, wanted: wanted}
		if there, err := f.findGroup(); err != nil || !there {
			return UserPage{}, err
		}
		return f.page(f.source(by))
	})
}

// Check returns every fault of the search: Invalid.
func (in UserSearch) Check() error {
	var f roster.Faults
	wanted := searched(in.Search)
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
	if in.Group.ID == "" && !in.Group.IsZero() && (in.Group.Name == "" || in.GroupKind == "") {
		f.Add("group", "must be given by id, or by kind and name")
	}
	if in.Limit < 0 || in.Limit > MaxPage {
		f.Add("limit", fmt.Sprintf("must be a whole number from 1 to %d", MaxPage))
	}
	if in.After != nil && (!utf8.ValidString(in.After.Key) || strings.ContainsRune(in.After.Key, 0)) {
		f.Add("cursor", "is none that was given out")
	}
	return f.Err()
}

var userOrders = []UserOrder{OrderNumber, OrderUserName, OrderDisplayName, OrderEmail}

// possible reports whether anybody can have the values: an engine may refuse even to look for them.
func (in UserSearch) possible() bool {
	group := in.Group.IsZero() || !findable([]roster.Ref{in.Group})[0].IsZero()
	return group && isName(string(in.ID)) && isName(in.ExternalID) && isReference(in.UserName) && isReference(in.Email)
}

// findGroup finds the group that may be meant by its name, and reports whether there is one.
func (f *userFind) findGroup() (bool, error) {
	if f.GroupKind == "" || f.Group.IsZero() {
		return true, nil
	}
	found, err := f.tx.FindGroups(f.org, f.GroupKind, findable([]roster.Ref{f.Group}))
	if err != nil {
		return false, err
	}
	f.Group = roster.Ref{ID: string(found[0].ID)}
	return f.Group.ID != "", nil
}

// userFind is one FindUsers under way.
type userFind struct {
	UserSearch
	by     roster.Actor
	tx     Tx
	org    roster.OrganizationID
	wanted []string // the words that are looked for
}

// found is a user that a source came upon, and its place there; nobody where the source passes one over.
type found struct {
	roster.User
	place UserPlace
}

// userSource returns up to n users after a place, and whether there may be more of them.
type userSource func(after *UserPlace, n int) (users []found, more bool, err error)

// source chooses how candidates are found, each way by an index.
func (f *userFind) source(by roster.Actor) userSource {
	q := OrderedQuery{
		Order: f.Order, Descending: f.Descending, ID: f.ID, UserKey: Fold(f.UserName), EmailKey: Fold(f.Email), ExternalID: f.ExternalID,
	}
	narrow := f.ID != "" || f.UserName != "" || f.Email != "" || f.ExternalID != ""
	if groups, everywhere := scopeOf(by, ActUserRead); !everywhere {
		q.InGroups, narrow = groups, true
		f.With |= WithRoles // see narrowed
	}
	if len(f.wanted) > 0 && !narrow {
		return f.byWord(longest(f.wanted))
	}
	if f.Group.ID != "" {
		group := roster.GroupID(f.Group.ID)
		if q.InGroups != nil && !slices.Contains(q.InGroups, group) {
			q.InGroups = []roster.GroupID{} // who else is in a group is not for everybody to know
		} else {
			q.InGroups = []roster.GroupID{group}
		}
	}
	return f.inOrder(q)
}

// longest returns the longest of the words, the first of several.
func longest(words []string) string {
	return slices.MaxFunc(words, func(a, b string) int { return cmp.Compare(utf8.RuneCountInString(a), utf8.RuneCountInString(b)) })
}

// inOrder finds users by an order, and passes over those without the words.
func (f *userFind) inOrder(q OrderedQuery) userSource {
	return func(after *UserPlace, n int) ([]found, bool, error) {
		q.After, q.Limit = after, n
		users, err := f.tx.UsersInOrder(f.org, q, f.With)
		if err != nil {
			return nil, false, err
		}
		out := make([]found, len(users))
		for i, u := range users {
			out[i].place = placeOf(u, q.Order)
			if len(f.wanted) == 0 || matches(wordsOf(u), f.wanted) {
				out[i].User = u
			}
		}
		return out, len(users) == n, nil
	}
}

// placeOf returns where a user stands in an order.
func placeOf(u roster.User, order UserOrder) UserPlace {
	place := UserPlace{Number: u.Number}
	switch order {
	case OrderUserName:
		place.Key = Fold(u.UserName)
	case OrderDisplayName:
		place.Key = SortKey(u.DisplayName)
	case OrderEmail:
		place.Key = Fold(u.Email)
	}
	return place
}

// byWord finds users by the words that begin with one that is looked for.
func (f *userFind) byWord(word string) userSource {
	return func(after *UserPlace, n int) ([]found, bool, error) {
		var from UserPlace
		if after != nil {
			from = *after
		}
		places, err := f.tx.UsersByWord(f.org, word, from, n)
		if err != nil {
			return nil, false, err
		}
		users, err := f.named(word, places)
		if err != nil {
			return nil, false, err
		}
		out := make([]found, len(places))
		for i, place := range places {
			out[i] = found{place: place}
			if u, there := users[place]; there {
				out[i].User = u
			}
		}
		return out, len(places) == n, nil
	}
}

// named loads the users of the places who have all the words that are looked for. Of several places of a user the
// one of the least word counts, so that nobody comes twice, on one page or on two.
func (f *userFind) named(word string, places []WordPlace) (map[WordPlace]roster.User, error) {
	users, err := f.tx.UsersByNumbers(f.org, numbersOf(places), 0)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]WordPlace, len(users))
	for _, u := range users {
		if have := wordsOf(u); matches(have, f.wanted) {
			at[u.Number] = WordPlace{Key: smallest(have, word), Number: u.Number}
		}
	}
	counting := slices.DeleteFunc(slices.Clone(places), func(p WordPlace) bool { return at[p.Number] != p })
	with := f.With
	if f.Group.ID != "" {
		with |= WithGroups | WithTeams
	}
	if users, err = f.tx.UsersByNumbers(f.org, numbersOf(counting), with); err != nil {
		return nil, err
	}
	named := make(map[WordPlace]roster.User, len(users))
	for _, u := range users {
		if f.Group.ID == "" || isMember(u, roster.GroupID(f.Group.ID)) {
			named[at[u.Number]] = u
		}
	}
	return named, nil
}

func numbersOf(places []WordPlace) []int64 {
	numbers := make([]int64, len(places))
	for i, p := range places {
		numbers[i] = p.Number
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func isMember(u roster.User, group roster.GroupID) bool {
	return slices.ContainsFunc(slices.Concat(u.Groups, u.Teams), func(g roster.GroupLink) bool { return g.ID == group })
}

// page takes users from the source until the page is full, the source is exhausted, or enough were looked at.
func (f *userFind) page(source userSource) (UserPage, error) {
	var page UserPage
	var last UserPlace
	after := f.After
	// One more than fits shows whether the page is the last. Where few pass, larger pieces are cheaper.
	piece := f.Limit + 1
	for examined := 0; examined < MaxExamined; piece = min(2*piece, pageSize) {
		if len(page.Users) == f.Limit {
			piece = 1
		}
		piece = min(piece, MaxPage, MaxExamined-examined)
		users, more, err := source(after, piece)
		if err != nil {
			return UserPage{}, err
		}
		for i := range users {
			if len(page.Users) == f.Limit {
				page.Next = after
				return page, nil
			}
			last = users[i].place
			after = &last
			if u := narrowed(f.by, users[i].User); u.ID != "" && (f.Where == nil || f.Where(u)) {
				page.Users = append(page.Users, u)
			}
		}
		if !more {
			return page, nil
		}
		examined += len(users)
	}
	page.Next = after
	return page, nil
}
