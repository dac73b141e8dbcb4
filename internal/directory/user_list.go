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

	// Where keeps those for whom it is true, and says how much work it was to tell, in steps of about 30 ns; nil: all.
	// What it looks at must be in With. It is asked for so many users at most that one page stays cheap: see
	// [UserPage]. Nothing is open in the store meanwhile.
	Where func(roster.User) (keep bool, work int)
}

// UserPage is some users, and where the next page begins. A page may be short, even empty, and still have a next
// one: one call looks at no more than MaxExamined users, and does little more than MaxListWork to compare them.
type UserPage struct {
	Users []roster.User
	Next  *UserPlace // nil at the end
}

// MaxExamined is how many records one page of a list looks at for those that are asked for. A page may be short because
// of it, even empty, and still have a next one.
const MaxExamined = 10_000

// MaxListWork is the work that one page of a list does to compare records with what is asked for, in steps of about 30 ns:
// the one that goes beyond it is the last. A page may be short because of it, too.
const MaxListWork = 1 << 20

const defaultUserLimit = 100

// FindUsers returns a page of the users that the actor may see. Those whom a search finds are in the order of the
// word and of their numbers, but by number alone where a value narrows the search down, or the actor's scope does:
// a place then tells nothing of users that the actor may not see.
//
// Errors: Unauthenticated, Forbidden, Invalid, Unavailable.
func (d *Directory) FindUsers(ctx context.Context, by roster.Actor, in UserSearch) (UserPage, error) {
	if err := allow(by, ActUserRead); err != nil {
		return UserPage{}, err
	}
	wanted := searchWords(in.Search)
	if err := in.Validate(); err != nil {
		return UserPage{}, err
	}
	if !in.possible() {
		return UserPage{}, nil
	}
	in.Limit = cmp.Or(in.Limit, defaultUserLimit)
	f := userFind{UserSearch: in, Directory: d, by: by, org: by.OrganizationID, wanted: wanted}
	if there, err := f.findGroup(ctx); err != nil || !there {
		return UserPage{}, err
	}
	return f.page(ctx, f.source())
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
func (f *userFind) findGroup(ctx context.Context) (bool, error) {
	if f.GroupKind == "" || f.Group.IsZero() {
		return true, nil
	}
	found, err := view(ctx, f.Directory, func(tx Tx) ([]roster.Group, error) {
		return tx.FindGroups(f.org, f.GroupKind, findable([]roster.Ref{f.Group}))
	})
	if err != nil {
		return false, err
	}
	f.Group = roster.Ref{ID: string(found[0].ID)}
	return f.Group.ID != "", nil
}

// userFind is one FindUsers under way. It reads a piece at a time, and compares while nothing is open in the store.
type userFind struct {
	UserSearch
	*Directory
	by     roster.Actor
	org    roster.OrganizationID
	wanted []string // the words that are looked for

	sought, asked int // the work that was done to compare words, and by Where, in steps
}

// found is a user that a source came upon, and its place there; nobody where the source passes one over.
type found struct {
	roster.User
	place UserPlace
}

// userSource returns up to n users after a place, and whether there may be more of them. It may return fewer than it
// could where that was enough work.
type userSource func(ctx context.Context, after *UserPlace, n int) (users []found, more bool, err error)

// source chooses how candidates are found, each way by an index.
func (f *userFind) source() userSource {
	q := OrderedQuery{
		Order: f.Order, Descending: f.Descending, ID: f.ID, UserKey: Fold(f.UserName), EmailKey: Fold(f.Email), ExternalID: f.ExternalID,
	}
	narrow := f.ID != "" || f.UserName != "" || f.Email != "" || f.ExternalID != ""
	if groups, orgWide := scopeOf(f.by, ActUserRead); !orgWide {
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
	return func(ctx context.Context, after *UserPlace, n int) ([]found, bool, error) {
		q.After, q.Limit = after, n
		users, err := view(ctx, f.Directory, func(tx Tx) ([]roster.User, error) { return tx.UsersInOrder(f.org, q, f.With) })
		if err != nil {
			return nil, false, err
		}
		out := make([]found, 0, len(users))
		for _, u := range users {
			if f.sought >= MaxListWork || ctx.Err() != nil {
				return out, true, ctx.Err()
			}
			out = append(out, found{place: placeOf(u, q.Order)})
			if len(f.wanted) == 0 || matches(f.wordsOf(u), f.wanted) {
				out[len(out)-1].User = u
			}
		}
		return out, len(users) == n, nil
	}
}

// wordsOf is wordsOf, and counts the work.
func (f *userFind) wordsOf(u roster.User) []string {
	f.sought += wordWork(u)
	return wordsOf(u)
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

// byWord finds users by the words that begin with one that is looked for. Of several places of a user the one of the
// least word counts, so that nobody comes twice, on one page or on two.
func (f *userFind) byWord(word string) userSource {
	return func(ctx context.Context, after *UserPlace, n int) ([]found, bool, error) {
		places, users, err := f.candidates(ctx, word, after, n)
		if err != nil {
			return nil, false, err
		}
		more := len(places) == n
		at := make(map[int64]WordPlace, len(users)) // the place that counts, of those who have all the words
		seen := make(map[int64]bool, len(users))
		for i, place := range places {
			if f.sought >= MaxListWork || ctx.Err() != nil {
				places, more = places[:i], true
				break
			}
			u, there := users[place.Number]
			if !there || seen[place.Number] {
				continue
			}
			seen[place.Number] = true
			if have := f.wordsOf(u); matches(have, f.wanted) {
				at[place.Number] = WordPlace{Key: smallestWord(have, word), Number: place.Number}
			}
		}
		named, err := f.named(ctx, slices.DeleteFunc(slices.Clone(places), func(p WordPlace) bool { return at[p.Number] != p }))
		if err != nil {
			return nil, false, err
		}
		out := make([]found, len(places))
		for i, place := range places {
			out[i].place = place
			// Who is called otherwise since then is found by that.
			if u, there := named[place.Number]; there && at[place.Number] == place && sameNames(u, users[place.Number]) {
				out[i].User = u
			}
		}
		return out, more, nil
	}
}

// candidates reads the next places of a word, and who is there.
func (f *userFind) candidates(ctx context.Context, word string, after *UserPlace, n int) (places []WordPlace, users map[int64]roster.User, err error) {
	var from UserPlace
	if after != nil {
		from = *after
	}
	there, err := view(ctx, f.Directory, func(tx Tx) (there []roster.User, err error) {
		if places, err = tx.UsersByWord(f.org, word, from, n); err != nil {
			return nil, err
		}
		return tx.UsersByNumbers(f.org, numbersOf(places), 0)
	})
	return places, byNumber(there), err
}

// named reads those of the users who are in the group that is asked for, with all that is asked for.
func (f *userFind) named(ctx context.Context, places []WordPlace) (map[int64]roster.User, error) {
	if len(places) == 0 {
		return nil, nil
	}
	with := f.With
	if f.Group.ID != "" {
		with |= WithGroups | WithTeams
	}
	users, err := view(ctx, f.Directory, func(tx Tx) ([]roster.User, error) { return tx.UsersByNumbers(f.org, numbersOf(places), with) })
	if f.Group.ID != "" {
		users = slices.DeleteFunc(users, func(u roster.User) bool { return !isMember(u, roster.GroupID(f.Group.ID)) })
	}
	return byNumber(users), err
}

func byNumber(users []roster.User) map[int64]roster.User {
	all := make(map[int64]roster.User, len(users))
	for _, u := range users {
		all[u.Number] = u
	}
	return all
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

// page takes users from the source until the page is full, the source is exhausted, or enough was done.
func (f *userFind) page(ctx context.Context, source userSource) (UserPage, error) {
	var page UserPage
	var last UserPlace
	after := f.After
	// One more than fits shows whether the page is the last. Where few pass, larger pieces are cheaper.
	piece := f.Limit + 1
	for examined := 0; examined < MaxExamined && f.sought < MaxListWork && f.asked < MaxListWork; piece = min(2*piece, pageSize) {
		if len(page.Users) == f.Limit {
			piece = 1
		}
		piece = min(piece, MaxPage, MaxExamined-examined)
		users, more, err := source(ctx, after, piece)
		if err != nil {
			return UserPage{}, err
		}
		for i := range users {
			if err := ctx.Err(); err != nil {
				return UserPage{}, err
			}
			if len(page.Users) == f.Limit || f.asked >= MaxListWork {
				page.Next = after
				return page, nil
			}
			last = users[i].place
			after = &last
			if u := redactUser(f.by, users[i].User); u.ID != "" && f.wants(u) {
				page.Users = append(page.Users, u)
			}
		}
		if !more {
			return page, nil
		}
		if examined == 0 && len(page.Users) < f.Limit && (f.Where != nil || len(f.wanted) > 0) {
			leave, err := f.enter(ctx)
			if err != nil {
				return UserPage{}, err
			}
			defer leave()
		}
		examined += len(users)
	}
	page.Next = after
	return page, nil
}

// enter waits for a turn in the lane of pages that are not full after a piece: others keep a processor meanwhile.
func (f *userFind) enter(ctx context.Context) (leave func(), err error) {
	if err := f.listLane.enter(ctx, f.org); err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	start := f.now()
	return func() { f.listLane.leave(f.now().Sub(start)) }, nil
}

// wants asks Where, and counts the work.
func (f *userFind) wants(u roster.User) bool {
	if f.Where == nil {
		return true
	}
	keep, work := f.Where(u)
	f.asked += work
	return keep
}

// UserList says which users ListUsers returns, and what is loaded along.
type UserList struct {
	ID    roster.UserID // only this one
	Email string        // only those with this primary email, without regard to case
	After int64         // only those with a greater number
	Limit int           // at most so many; 0: all
	With  With
}

// ListUsers returns the users that the actor may see, by ascending number, loading a page at a time.
// An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListUsers(ctx context.Context, by roster.Actor, in UserList) (iter.Seq2[roster.User, error], error) {
	if err := allow(by, ActUserRead); err != nil {
		return nil, err
	}
	if !isName(string(in.ID)) || !isReference(in.Email) {
		return noRecords[roster.User](), nil
	}
	q := UserQuery{AfterNumber: in.After, ID: in.ID, EmailKey: Fold(in.Email)}
	if groups, orgWide := scopeOf(by, ActUserRead); !orgWide {
		q.InGroups = groups
		in.With |= WithRoles // see narrowed
	}
	read := func(after int64, limit int) ([]roster.User, error) {
		q.AfterNumber, q.Limit = after, limit
		users, err := view(ctx, d, func(tx Tx) ([]roster.User, error) { return tx.Users(by.OrganizationID, q, in.With) })
		for i := range users {
			users[i] = redactUser(by, users[i])
		}
		return users, err
	}
	return pages(in.After, in.Limit, read, func(u roster.User) int64 { return u.Number }), nil
}
