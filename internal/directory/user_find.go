package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"roster"
	"roster/internal/filter"
)

// userFind is one FindUsers under way. It reads a piece at a time, and compares while nothing is
// open in the store.
type userFind struct {
	UserSearch
	*Directory
	by     roster.Actor
	org    roster.OrganizationID
	wanted []string // the words that are looked for

	// The conditions of the filter, by who answers them.
	indexed []Condition    // an index finds few users
	stored  []Condition    // the store compares
	group   roster.GroupID // only members of this group or team; "": everybody
	whole   bool           // indexed and stored are the whole filter

	needed        With // what of a user the filter looks at
	sought, asked int  // the work that was done to compare words, and by the filter, in steps
	leave         func()
}

// found is a user that a source came upon, and its place there; nobody where the source passes one
// over.
type found struct {
	roster.User
	place UserPlace
}

// userPiece is what a source came upon.
type userPiece struct {
	found    []found
	next     *UserPlace // where the source goes on, nil at its end
	examined int        // how many users were looked at
	anew     bool       // what came before does not count: the source began again, in another order
}

// userSource looks at up to n users after a place. It may look at fewer where that was enough work.
type userSource func(ctx context.Context, after *UserPlace, n int) (userPiece, error)

// plan splits the filter by who answers it. It reports false where no user can be as the filter
// says.
func (f *userFind) plan(ctx context.Context) (bool, error) {
	if f.whole = f.compare == nil; !f.whole {
		f.needed = f.With
	}
	for _, part := range f.Where.Conjuncts() {
		c, ok := userAttributes.condition(part)
		switch {
		case !ok:
			f.whole = false
		case c.isNever():
			return false, nil
		case c.Op == filter.Eq && userAttributes[strings.ToLower(c.Attribute)].Stored == Indexed:
			f.indexed = append(f.indexed, c)
		default:
			f.stored = append(f.stored, c)
		}
	}
	for _, path := range f.Where.Paths() {
		f.needed |= userAttributes[strings.ToLower(path)].With
	}
	f.With |= f.needed
	return f.findGroup(ctx)
}

// findGroup finds the group that the filter asks for, by its id or its name. It reports false where
// there is none.
func (f *userFind) findGroup(ctx context.Context) (bool, error) {
	var kind roster.GroupKind
	var ref roster.Ref
	for _, k := range []roster.GroupKind{roster.KindGroup, roster.KindTeam} {
		path := string(k) + "s"
		if id, ok := f.Where.Equals(path + ".id"); ok {
			kind, ref = k, roster.Ref{ID: id}
		}
		if text, ok := f.Where.Equals(path); ok {
			kind, ref = k, roster.Ref{ID: text, Name: text}
		}
	}
	if kind == "" {
		return true, nil
	}
	if ref = findable([]roster.Ref{ref})[0]; ref.IsZero() {
		return false, nil
	}
	groups, err := view(ctx, f.Directory, func(tx Tx) ([]roster.Group, error) {
		return tx.FindGroups(f.org, kind, []roster.Ref{ref})
	})
	if err != nil {
		return false, err
	}
	f.group = groups[0].ID
	return f.group != "", nil
}

// source chooses how candidates are found, each way by an index. What the store compares besides
// narrows only the walk through a whole organization, of which it looks at a bounded number of
// users.
func (f *userFind) source() userSource {
	q := UserQuery{Where: Both(f.indexed...), Order: f.Order, Descending: f.Descending}
	narrow := len(f.indexed) > 0
	if groups, orgWide := scopeOf(f.by, ActUserRead); !orgWide {
		q.Among, narrow = groups, true
		f.With |= WithRoles // see redactUser
	}
	switch {
	case len(f.wanted) > 0 && !narrow:
		return f.byWords()
	case f.group == "" && !narrow:
		q.Where = Both(f.stored...)
	case f.group != "" && q.Among != nil && !slices.Contains(q.Among, f.group):
		q.Among = []roster.GroupID{} // who else is in a group is not for everybody to know
	case f.group != "":
		q.Among = []roster.GroupID{f.group}
	}
	return f.inOrder(q)
}

// inOrder finds users by an order, and passes over those without the words.
func (f *userFind) inOrder(q UserQuery) userSource {
	return func(ctx context.Context, after *UserPlace, n int) (userPiece, error) {
		q.After, q.Limit = after, n
		rows, err := view(ctx, f.Directory, func(tx Tx) (UserRows, error) { return tx.Users(f.org, q, f.With) })
		if err != nil {
			return userPiece{}, err
		}
		f.asked += rows.Examined * q.Where.Work()
		piece := userPiece{found: make([]found, 0, len(rows.Users)), next: rows.Next, examined: rows.Examined}
		for _, u := range rows.Users {
			if err := ctx.Err(); err != nil {
				return userPiece{}, err
			}
			if n := len(piece.found); n > 0 && f.sought >= MaxListWork {
				piece.next = &piece.found[n-1].place
				return piece, nil
			}
			piece.found = append(piece.found, found{place: UserPlaceOf(u, q.Order)})
			if have := f.wordsFor(u); have != nil || len(f.wanted) == 0 {
				piece.found[len(piece.found)-1].User = u
			}
		}
		return piece, nil
	}
}

// UserPlaceOf returns where a user stands in an order.
func UserPlaceOf(u roster.User, order UserOrder) UserPlace {
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

// page takes users from the source until the page is full, the source is exhausted, or enough was
// done.
func (f *userFind) page(ctx context.Context, source userSource) (UserPage, error) {
	var page UserPage
	after := f.After
	// One more than fits shows whether the page is the last. Where few pass, larger pieces are cheaper.
	size := f.Limit + 1
	for examined := 0; examined < MaxExamined && !f.didEnough(); size = min(2*size, pageSize) {
		full := len(page.Users) == f.Limit
		if full {
			size = 1
		}
		size = min(size, MaxPage, MaxExamined-examined)
		piece, err := source(ctx, after, size)
		if err != nil {
			return UserPage{}, err
		}
		if piece.anew {
			page.Users = nil
		}
		for i := range piece.found {
			if err := ctx.Err(); err != nil {
				return UserPage{}, err
			}
			if len(page.Users) == f.Limit || i > 0 && f.asked >= MaxListWork {
				page.Next = after
				return page, nil
			}
			after = &piece.found[i].place
			if u := redactUser(f.by, piece.found[i].User); u.ID != "" && f.wants(u) {
				page.Users = append(page.Users, u)
			}
		}
		if after = piece.next; after == nil || full {
			page.Next = after
			return page, nil
		}
		if len(page.Users) < f.Limit {
			if err := f.enterLane(ctx); err != nil {
				return UserPage{}, err
			}
		}
		examined += piece.examined
	}
	page.Next = after
	return page, nil
}

// total counts whom the filter and the words find, on all pages.
func (f *userFind) total(ctx context.Context, page UserPage) (*Total, error) {
	if f.After == nil && page.Next == nil {
		return &Total{N: len(page.Users)}, nil
	}
	_, orgWide := scopeOf(f.by, ActUserRead)
	if orgWide && f.whole && len(f.wanted) == 0 && (len(f.indexed) == 0 || len(f.stored) == 0) {
		return f.totalInStore(ctx)
	}
	f.With = f.needed
	total, err := f.totalByHand(ctx, f.source())
	if err == nil {
		total.N = max(total.N, len(page.Users))
	}
	return total, err
}

// totalInStore is total where the store can tell it.
func (f *userFind) totalInStore(ctx context.Context) (*Total, error) {
	if len(f.stored) > 0 {
		if err := f.enterLane(ctx); err != nil {
			return nil, err
		}
	}
	q := UserQuery{Where: Both(append(f.indexed, f.stored...)...), Limit: 1, Count: true}
	rows, err := view(ctx, f.Directory, func(tx Tx) (UserRows, error) { return tx.Users(f.org, q, 0) })
	return &rows.Total, err
}

// totalByHand is total by looking at users, within what is left of the work of one page.
func (f *userFind) totalByHand(ctx context.Context, source userSource) (*Total, error) {
	total, after := &Total{}, (*UserPlace)(nil)
	for examined := 0; examined < MaxExamined && !f.didEnough(); {
		piece, err := source(ctx, after, min(pageSize, MaxExamined-examined))
		if err != nil {
			return nil, err
		}
		if piece.anew {
			total.N = 0
		}
		for i := range piece.found {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if f.asked >= MaxListWork {
				total.AtLeast = true
				return total, nil
			}
			if u := redactUser(f.by, piece.found[i].User); u.ID != "" && f.wants(u) {
				total.N++
			}
		}
		if after = piece.next; after == nil {
			return total, nil
		}
		if err := f.enterLane(ctx); err != nil {
			return nil, err
		}
		examined += piece.examined
	}
	total.AtLeast = true
	return total, nil
}

// didEnough reports whether as much was compared as one page may.
func (f *userFind) didEnough() bool { return f.sought >= MaxListWork || f.asked >= MaxListWork }

// enterLane waits for a turn in the lane of pages that are not full after a piece: others keep a
// processor meanwhile. It waits once; what compares nothing needs no turn.
func (f *userFind) enterLane(ctx context.Context) error {
	if f.leave != nil || f.compare == nil && f.Where.IsZero() && len(f.wanted) == 0 {
		return nil
	}
	if err := f.listLane.enter(ctx, f.org); err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	start := f.now()
	f.leave = func() { f.listLane.leave(f.now().Sub(start)) }
	return nil
}

// leaveLane ends the turn, if there was one.
func (f *userFind) leaveLane() {
	if f.leave != nil {
		f.leave()
	}
}

// wants asks the filter, and counts the work.
func (f *userFind) wants(u roster.User) bool {
	if f.compare != nil {
		keep, work := f.compare(u)
		if f.asked += work; !keep {
			return false
		}
	}
	if f.Where.IsZero() {
		return true
	}
	keep, work := userAttributes.Match(f.Where, u)
	f.asked += work
	return keep
}
