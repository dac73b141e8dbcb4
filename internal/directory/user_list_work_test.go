package directory_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// searches are a search by each way to find users.
func (v *village) searches() map[string]directory.UserSearch {
	return map[string]directory.UserSearch{
		"all": {}, "a group": {Where: where(`groups eq "Mine"`)}, "an order": {Order: directory.OrderDisplayName},
		"a word": {Search: "a"}, "a word in a team": {Search: "a", Where: where(`teams.id eq %q`, v.theirs.ID)},
	}
}

func TestNothingIsOpenInTheStoreWhileUsersAreCompared(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		v, within := e.village(60), 0
		service := directory.New(directory.Options{Store: counting{e.store, &within}, Passwords: newHasher(), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key")})
		for name, in := range v.searches() {
			asked := 0
			in = directory.CompareUsers(in, func(roster.User) (bool, int) {
				if asked++; within != 0 {
					t.Errorf("%s: %d transactions are open", name, within)
				}
				return true, 1
			})
			if must(service.FindUsers(t.Context(), e.admin, in))(t); asked == 0 {
				t.Errorf("%s: nobody is compared", name)
			}
		}
	})
}

func TestNobodyIsComparedOnceTheCallerHasLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for name, in := range e.village(60).searches() {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			asked := 0
			in = directory.CompareUsers(in, func(roster.User) (bool, int) {
				if asked++; asked == 3 {
					leave()
				}
				return true, 1
			})
			if _, err := e.FindUsers(ctx, e.admin, in); !errors.Is(err, context.Canceled) || asked != 3 {
				t.Errorf("%s: %d are compared, %v", name, asked, err)
			}
		}
	})
}

func TestAPageThatWasEnoughWorkIsShortAndTheNextOnesHaveTheRest(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		v := e.village(60)
		for name, in := range v.searches() {
			in = directory.CompareUsers(in, func(u roster.User) (bool, int) { return u.Number%2 == 0, 1 })
			whole := called(v.walk(t, e.admin, in))
			for _, fit := range []int{1, 3} {
				asked := 0
				in = directory.CompareUsers(in, func(u roster.User) (bool, int) { asked++; return u.Number%2 == 0, directory.MaxListWork/fit + 1 })
				if page := must(e.FindUsers(t.Context(), e.admin, in))(t); asked != fit || page.Next == nil {
					t.Errorf("%s: %d were compared, want %d, and then come those after %v", name, asked, fit, page.Next)
				}
				if got := v.walk(t, e.admin, in); !slices.Equal(called(got), whole) || len(whole) == 0 {
					t.Errorf("%s: the pages have %q, want %q", name, called(got), whole)
				}
			}
		}
	})
}

func TestAPageThatTakesLongWaitsInALaneAndOthersDoNot(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.village(60)
		directory.HoldListLane(e.Directory, e.admin.OrganizationID)
		none := func(roster.User) (bool, int) { return false, 1 }
		for name, c := range map[string]struct {
			in   directory.UserSearch
			kind roster.Kind
		}{
			"everybody":                {directory.UserSearch{Limit: 2}, 0},
			"few who are in a piece":   {directory.CompareUsers(directory.UserSearch{}, none), 0},
			"nobody of several pieces": {directory.CompareUsers(directory.UserSearch{Limit: 2}, none), roster.Unavailable},
			"many of several pieces":   {directory.CompareUsers(directory.UserSearch{Limit: 2}, func(roster.User) (bool, int) { return true, 1 }), 0},
		} {
			if _, err := e.FindUsers(t.Context(), e.admin, c.in); err != nil && roster.KindOf(err) != c.kind || (err == nil) != (c.kind == 0) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
