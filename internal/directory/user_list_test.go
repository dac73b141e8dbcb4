package directory_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
	"roster/internal/store/storetest"
	"roster/internal/store/tabletest"
)

// village is some people to look for, in and outside of groups.
type village struct {
	*env
	users        []roster.User // everybody, by number
	mine, theirs roster.Group
}

func (e *env) village(n int) *village {
	e.t.Helper()
	v := &village{env: e, mine: e.group(roster.KindGroup, "Mine"), theirs: e.group(roster.KindTeam, "Theirs")}
	r := rand.New(rand.NewPCG(7, 7))
	firsts := []string{"Ada", "ADAM", "Grace", "Zoë", "İlker", "Straße", "a-b", "A_B", "日本", "Bob"}
	in := directory.NewUsers{Users: make([]directory.NewUser, n)}
	for i := range in.Users {
		first := firsts[r.IntN(len(firsts))]
		u := directory.NewUser{UserName: fmt.Sprintf("%s.%d", first, i), DisplayName: first + " " + firsts[r.IntN(len(firsts))]}
		if i%3 != 0 {
			u.Email = fmt.Sprintf("m%d@%s.example", i%9, []string{"Home", "work"}[i%2])
		}
		if i%4 == 0 {
			u.ExternalID = fmt.Sprintf("Ext-%d", i%8)
		}
		if i%2 == 0 {
			u.Groups = []roster.Ref{{Name: "Mine"}}
		}
		if i%5 == 0 {
			u.Teams = []roster.Ref{{Name: "Theirs"}}
		}
		in.Users[i] = u
	}
	for _, r := range must(e.CreateUsers(e.t.Context(), e.admin, in))(e.t).Results {
		if r.Err != nil {
			e.t.Fatal(r.Err)
		}
	}
	v.users = all(e.ListUsers(e.t.Context(), e.admin, directory.UserList{With: withEverything}))(e.t)
	return v
}

// manager is an actor that sees the people of some groups.
func (v *village) manager(groups ...roster.Group) roster.Actor {
	by := v.actor(0)
	by.Grants = nil
	for _, g := range groups {
		by.Grants.Add(g.ID, roster.LevelManager.Permissions())
	}
	return by
}

// walk reads every page, each of which must be as large as is promised.
func (v *village) walk(t *testing.T, by roster.Actor, in directory.UserSearch) (found []roster.User) {
	t.Helper()
	for range 1000 {
		page := must(v.FindUsers(t.Context(), by, in))(t)
		if len(page.Users) > max(in.Limit, 1) && in.Limit != 0 {
			t.Fatalf("a page of %d users, want %d at most", len(page.Users), in.Limit)
		}
		found = append(found, page.Users...)
		if page.Next == nil {
			return found
		}
		in.After = page.Next
	}
	t.Fatal("the pages have no end")
	return nil
}

// isIn reports whether a user is a member of one of the groups.
func isIn(u roster.User, groups ...roster.Group) bool {
	return slices.ContainsFunc(slices.Concat(u.Groups, u.Teams), func(l roster.GroupLink) bool {
		return slices.ContainsFunc(groups, func(g roster.Group) bool { return g.ID == l.ID })
	})
}

// shownTo is users as an actor sees them: without the groups that it does not.
func shownTo(by roster.Actor, users []roster.User) []roster.User {
	groups, orgWide := by.Grants.Scope(roster.ReadDirectory)
	if orgWide || by.Kind == roster.ActorSystem || by.Kind == roster.ActorOperator {
		return users
	}
	shown := slices.Clone(users)
	for i := range shown {
		u := &shown[i]
		hidden := func(g roster.GroupLink) bool { return !slices.Contains(groups, g.ID) }
		u.Groups, u.Teams = slices.DeleteFunc(slices.Clone(u.Groups), hidden), slices.DeleteFunc(slices.Clone(u.Teams), hidden)
		if hidden(u.PrimaryGroup) {
			u.PrimaryGroup = roster.GroupLink{}
		}
	}
	return shown
}

// expected is who is to be found, in the order, by looking at everybody.
func (v *village) expected(in directory.UserSearch, pass func(roster.User) bool) []roster.User {
	key := func(u roster.User) string {
		switch in.Order {
		case directory.OrderUserName:
			return directory.Fold(u.UserName)
		case directory.OrderDisplayName:
			return directory.SortKey(u.DisplayName)
		case directory.OrderEmail:
			return directory.Fold(u.Email)
		}
		return ""
	}
	users := slices.Clone(v.users)
	slices.SortFunc(users, func(a, b roster.User) int {
		order := cmp.Or(strings.Compare(key(a), key(b)), cmp.Compare(a.Number, b.Number))
		if in.Descending {
			return -order
		}
		return order
	})
	return slices.DeleteFunc(users, func(u roster.User) bool { return !pass(u) })
}

// where is a filter.
func where(format string, values ...any) filter.Filter {
	f, err := filter.Parse(fmt.Sprintf(format, values...))
	if err != nil {
		panic(err)
	}
	return f
}

func TestThePagesOfEveryOrderHaveEverybodyWhomTheActorSeesOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		v := e.village(83)
		one := v.users[40]
		filters := map[string]struct {
			in   directory.UserSearch
			pass func(roster.User) bool
		}{
			"all":             {directory.UserSearch{}, func(roster.User) bool { return true }},
			"a group":         {directory.UserSearch{Where: where(`groups.id eq %q`, v.mine.ID)}, func(u roster.User) bool { return isIn(u, v.mine) }},
			"a team":          {directory.UserSearch{Where: where(`teams.id eq %q`, v.theirs.ID)}, func(u roster.User) bool { return isIn(u, v.theirs) }},
			"a group's name":  {directory.UserSearch{Where: where(`groups eq %q`, strings.ToUpper(v.mine.Name))}, func(u roster.User) bool { return isIn(u, v.mine) }},
			"a team's name":   {directory.UserSearch{Where: where(`teams eq %q`, v.theirs.Name)}, func(u roster.User) bool { return isIn(u, v.theirs) }},
			"id or name":      {directory.UserSearch{Where: where(`teams eq %q`, v.theirs.ID)}, func(u roster.User) bool { return isIn(u, v.theirs) }},
			"no group's name": {directory.UserSearch{Where: where(`groups eq %q`, v.theirs.Name)}, func(roster.User) bool { return false }},
			"an email":        {directory.UserSearch{Where: where(`email eq "M1@HOME.example"`)}, func(u roster.User) bool { return strings.EqualFold(u.Email, "m1@home.example") }},
			"an externalId":   {directory.UserSearch{Where: where(`externalId eq "Ext-4"`)}, func(u roster.User) bool { return u.ExternalID == "Ext-4" }},
			"another case":    {directory.UserSearch{Where: where(`externalId eq "ext-4"`)}, func(roster.User) bool { return false }},
			"an id":           {directory.UserSearch{Where: where(`id eq %q`, one.ID)}, func(u roster.User) bool { return u.ID == one.ID }},
			"a number":        {directory.UserSearch{Where: where(`number eq %d`, one.Number)}, func(u roster.User) bool { return u.ID == one.ID }},
			"a name":          {directory.UserSearch{Where: where(`userName eq %q`, strings.ToUpper(one.UserName))}, func(u roster.User) bool { return u.ID == one.ID }},
			"a name and else": {directory.UserSearch{Where: where(`userName eq %q and email eq "other@example.com"`, one.UserName)}, func(roster.User) bool { return false }},
			"no email":        {directory.UserSearch{Where: where(`email eq null and hasPassword eq false`)}, func(u roster.User) bool { return u.Email == "" && !u.HasPassword }},
			"email and team": {
				directory.UserSearch{Where: where(`email eq "m1@home.example" and teams.id eq %q`, v.theirs.ID)},
				func(u roster.User) bool { return strings.EqualFold(u.Email, "m1@home.example") && isIn(u, v.theirs) },
			},
			"email and else": {
				directory.UserSearch{Where: where(`email eq "m1@home.example" and number gt %d`, one.Number)},
				func(u roster.User) bool {
					return strings.EqualFold(u.Email, "m1@home.example") && u.Number > one.Number
				},
			},
		}
		actors := map[string]struct {
			by   roster.Actor
			sees []roster.Group // nil: everybody
		}{
			"operator": {v.admin, nil},
			"one":      {v.manager(v.mine), []roster.Group{v.mine}},
			"both":     {v.manager(v.mine, v.theirs), []roster.Group{v.mine, v.theirs}},
		}
		for actor, a := range actors {
			for filter, c := range filters {
				for _, compared := range []bool{false, true} {
					for i, order := range []directory.UserOrder{"", directory.OrderNumber, directory.OrderUserName, directory.OrderDisplayName, directory.OrderEmail} {
						in := c.in
						in.Order, in.Descending, in.Limit, in.With = order, (i+len(filter))%2 == 0, []int{1, 7, 0, 500}[(i+len(actor))%4], withEverything
						keeps := func(u roster.User) bool { return !compared || len(u.ContactMethods) > 0 && u.Number%3 == 0 }
						if compared {
							in = directory.CompareUsers(in, func(u roster.User) (bool, int) { return keeps(u), 1 })
						}
						got := v.walk(t, a.by, in)
						want := v.expected(in, func(u roster.User) bool { return c.pass(u) && v.sees(a.sees, u, in.Where.String()) && keeps(u) })
						if !slices.EqualFunc(shownTo(a.by, want), got, func(a, b roster.User) bool { return gocmp.Equal(a, b) }) {
							t.Errorf("%s, %s, compared %v, by %q, descending %v, %d a page: got %q, want %q", actor, filter, compared, order, in.Descending, in.Limit, called(got), called(want))
						}
						in.After, in.Limit, in.Count = nil, 1, true
						if total := *must(v.FindUsers(t.Context(), a.by, in))(t).Total; total != (directory.Total{N: len(want)}) {
							t.Errorf("%s, %s, compared %v: %+v are counted, want %d", actor, filter, compared, total, len(want))
						}
					}
				}
			}
		}
	})
}

// sees reports whether somebody who sees the people of groups (nil: everybody) finds a user by a
// filter: membership of another group is not for it to know.
func (v *village) sees(groups []roster.Group, u roster.User, filter string) bool {
	if groups == nil {
		return true
	}
	named := func(g roster.Group) bool {
		return strings.Contains(filter, string(g.ID)) || strings.Contains(strings.ToLower(filter), strings.ToLower(strconv.Quote(g.Name)))
	}
	asked := slices.DeleteFunc([]roster.Group{v.mine, v.theirs}, func(g roster.Group) bool { return !named(g) })
	return isIn(u, groups...) && !slices.ContainsFunc(asked, func(g roster.Group) bool {
		return !slices.ContainsFunc(groups, func(seen roster.Group) bool { return seen.ID == g.ID })
	})
}

func called(users []roster.User) (names []string) {
	for _, u := range users {
		names = append(names, u.UserName)
	}
	return names
}

// begins reports whether words of the user begin with each of the terms; split without the help of
// the verb.
func begins(u roster.User, terms ...string) bool {
	text := strings.Join([]string{u.UserName, u.DisplayName, u.Email, u.ExternalID, fmt.Sprint(u.Number)}, " ")
	have := strings.FieldsFunc(directory.Fold(text), func(r rune) bool { return strings.ContainsRune(" .@-_", r) })
	have = append(have, directory.Fold(u.UserName), directory.Fold(u.Email))
	for _, term := range terms {
		if !slices.ContainsFunc(have, func(word string) bool { return strings.HasPrefix(word, term) }) {
			return false
		}
	}
	return true
}

func TestASearchFindsEachUserWhoseWordsBeginSo(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		v := e.village(90)
		for text, terms := range map[string][]string{
			"a": {"a"}, "ADA": {"ada"}, "adam gr": {"adam", "gr"}, "strasse": {"strasse"}, "zoë": {"zoë"}, "日": {"日"}, "i̇l": {"i̇l"},
			"m1@": {"m1@"}, "m1@Home.ex": {"m1@home.ex"}, "@home": {"home"}, "home.example": {"home", "example"}, "ext 4": {"ext", "4"},
			"1 a": {"1", "a"}, "nobody": {"nobody"}, "b a": {"b", "a"}, "ada.1": {"ada", "1"}, "%": nil, "a_b": {"a", "b"}, "dam": {"dam"},
			fmt.Sprint(v.users[9].Number): {fmt.Sprint(v.users[9].Number)},
		} {
			if terms == nil {
				_, err := v.FindUsers(t.Context(), v.admin, directory.UserSearch{Search: text})
				wants(t, err, roster.Invalid, "search")
				continue
			}
			for _, limit := range []int{1, 10, 0} {
				for name, c := range map[string]struct {
					by   roster.Actor
					in   directory.UserSearch
					pass func(roster.User) bool
				}{
					"all":          {v.admin, directory.UserSearch{}, func(roster.User) bool { return true }},
					"in a team":    {v.admin, directory.UserSearch{Where: where(`teams.id eq %q`, v.theirs.ID)}, func(u roster.User) bool { return isIn(u, v.theirs) }},
					"of an email":  {v.admin, directory.UserSearch{Where: where(`email eq "m1@home.example"`)}, func(u roster.User) bool { return strings.EqualFold(u.Email, "m1@home.example") }},
					"by a manager": {v.manager(v.mine), directory.UserSearch{}, func(u roster.User) bool { return isIn(u, v.mine) }},
					"where":        {v.admin, directory.UserSearch{Where: where(`contactMethods pr`)}, func(u roster.User) bool { return u.Email != "" }},
				} {
					c.in.Search, c.in.Limit, c.in.With = text, limit, withEverything
					got := v.walk(t, c.by, c.in)
					c.in.Limit, c.in.Count = 1, true
					if total := *must(v.FindUsers(t.Context(), c.by, c.in))(t).Total; total != (directory.Total{N: len(got)}) {
						t.Errorf("%q %s: %+v are counted, want %d", text, name, total, len(got))
					}
					slices.SortFunc(got, func(a, b roster.User) int { return cmp.Compare(a.Number, b.Number) })
					want := v.expected(directory.UserSearch{}, func(u roster.User) bool { return begins(u, terms...) && c.pass(u) })
					if !slices.EqualFunc(shownTo(c.by, want), got, func(a, b roster.User) bool { return gocmp.Equal(a, b) }) {
						t.Errorf("%q %s, %d a page: got %q, want %q", text, name, limit, called(got), called(want))
					}
				}
			}
		}
	})
}

// TestASearchBySeveralWordsFindsThoseWhomAFilterOverEverybodyFinds takes words that are in many
// names and such as are in few, so that each way to combine them is gone.
func TestASearchBySeveralWordsFindsThoseWhomAFilterOverEverybodyFinds(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		v := e.village(400)
		prefixes := []string{"a", "ada", "adam", "gr", "zo", "b", "strasse", "日", "m", "m1@", "home", "wo", "example", "ex", "ext", "4", "1", "12", "39", "nobody", "i̇l"}
		r := rand.New(rand.NewPCG(11, 6))
		found := 0
		for range 120 {
			terms := make([]string, 2+r.IntN(3))
			for i := range terms {
				terms[i] = prefixes[r.IntN(len(prefixes))]
			}
			in := directory.UserSearch{Search: strings.Join(terms, " "), Limit: []int{1, 20, 100, 500}[r.IntN(4)]}
			got := v.walk(t, v.admin, in)
			found += len(got)
			slices.SortFunc(got, func(a, b roster.User) int { return cmp.Compare(a.Number, b.Number) })
			want := v.expected(directory.UserSearch{}, func(u roster.User) bool { return begins(u, terms...) })
			if !slices.Equal(called(got), called(want)) {
				t.Errorf("%q, %d a page: got %q, want %q", in.Search, in.Limit, called(got), called(want))
			}
			in.Limit, in.Count = 1, true
			if total := *must(v.FindUsers(t.Context(), v.admin, in))(t).Total; total != (directory.Total{N: len(want)}) {
				t.Errorf("%q: %+v are counted, want %d", in.Search, total, len(want))
			}
		}
		if found < 500 {
			t.Errorf("only %d were found", found)
		}
	})
}

func TestASearchIsOrderedByTheWordThatIsFound(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for _, u := range []directory.NewUser{{UserName: "x1", DisplayName: "Zoe Adams"}, {UserName: "x2", DisplayName: "adalbert ada"}, {UserName: "x3", DisplayName: "Ada"}, {UserName: "ada"}} {
			must(e.CreateUser(t.Context(), e.admin, u))(t)
		}
		page := must(e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: "ada"}))(t)
		if got := called(page.Users); !slices.Equal(got, []string{"x2", "x3", "ada", "x1"}) || page.Next != nil {
			t.Errorf("got %q, then %v", got, page.Next)
		}
	})
}

func TestAPlaceTellsAScopedActorOfNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		v := e.village(60)
		for _, in := range []directory.UserSearch{{Search: "a", Limit: 1}, {Order: directory.OrderUserName, Limit: 1}, {Order: directory.OrderEmail, Limit: 1}} {
			for {
				page := must(v.FindUsers(t.Context(), v.manager(v.theirs), in))(t)
				if page.Next == nil {
					break
				}
				i := slices.IndexFunc(v.users, func(u roster.User) bool { return u.Number == page.Next.Number })
				if !isIn(v.users[i], v.theirs) {
					t.Fatalf("%+v: a page ends at %q", in, v.users[i].UserName)
				}
				in.After = page.Next
			}
		}
		hidden := must(v.FindUsers(t.Context(), v.manager(v.theirs), directory.UserSearch{Where: where(`groups.id eq %q`, v.mine.ID)}))(t)
		if len(hidden.Users) != 0 {
			t.Errorf("it learns that %q are in another group", called(hidden.Users))
		}
	})
}

func TestAUserIsFoundByWhatItIsCalledNow(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "byron", DisplayName: "Ada Byron", Email: "byron@example.com"}))(t)
		must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{
			User: directory.UserSelector{ID: u.ID}, UserName: roster.Some("lovelace"), DisplayName: roster.Some("Ada Lovelace"), ExternalID: roster.Some("x-9"),
		}))(t)
		for text, want := range map[string]int{"lovel": 1, "ada": 1, "9": 1, "byron": 1, "byron@example.com": 1, "by lo": 1, "ada x": 1} {
			if got := must(e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: text}))(t); len(got.Users) != want {
				t.Errorf("%q finds %d", text, len(got.Users))
			}
		}
		must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: directory.UserSelector{ID: u.ID}, Email: roster.Some("ada@example.org")}))(t)
		for _, text := range []string{"byron", "byron@"} {
			if got := must(e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: text}))(t); len(got.Users) != 0 {
				t.Errorf("%q still finds %q", text, called(got.Users))
			}
		}
		// A word that was left behind finds nobody.
		err := e.store.Update(t.Context(), func(tx directory.Tx) error {
			return tx.InsertWords(e.admin.OrganizationID, []directory.WordPlace{{Key: "byron", Number: u.Number}, {Key: "adaa", Number: u.Number}, {Key: "ada", Number: 99999}})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := must(e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: "byron"}))(t); len(got.Users) != 0 {
			t.Errorf("it finds %q", called(got.Users))
		}
		if got := must(e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: "ada"}))(t); len(got.Users) != 1 {
			t.Errorf("it finds %q", called(got.Users))
		}
		if got := must(e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: "admin"}))(t); len(got.Users) != 1 {
			t.Errorf("the administrator is found as %q", called(got.Users))
		}
	})
}

func TestWhoIsNotRenamedMeanwhileComesOnceHoweverOthersMove(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		v := e.village(40)
		stays := func(u roster.User) bool { return u.Number%2 == 0 }
		r := rand.New(rand.NewPCG(1, 2))
		for _, in := range []directory.UserSearch{
			{Search: "a", Limit: 3},
			{Order: directory.OrderUserName, Limit: 3},
			{Order: directory.OrderEmail, Limit: 3},
			{Limit: 3},
			{Order: directory.OrderUserName, Descending: true, Limit: 3},
		} {
			times := make(map[int64]int)
			for pages := 0; ; pages++ {
				page := must(e.FindUsers(t.Context(), e.admin, in))(t)
				for _, u := range page.Users {
					times[u.Number]++
				}
				if page.Next == nil || pages > 200 {
					break
				}
				in.After = page.Next
				u := v.users[r.IntN(len(v.users))]
				if !stays(u) && u.UserName != directory.AdminUser {
					name := fmt.Sprintf("a%c%d-%d", 'a'+rune(r.IntN(26)), u.Number, pages)
					must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{
						User: directory.UserSelector{ID: u.ID}, UserName: roster.Some(name), Email: roster.Some(name + "@example.com"),
					}))(t)
				}
			}
			for _, u := range v.users {
				if want := in.Search == "" || begins(u, "a"); stays(u) && times[u.Number] != map[bool]int{true: 1}[want] {
					t.Errorf("%+v: %q came %d times", in, u.UserName, times[u.Number])
				}
			}
		}
	})
}

func TestOneCallLooksAtABoundedNumberOfUsers(t *testing.T) {
	t.Parallel()
	e := open(t, tabletest.SQLite(t, t.TempDir()))
	for part := range 11 {
		in := directory.NewUsers{Users: make([]directory.NewUser, directory.MaxBatch)}
		for i := range in.Users {
			in.Users[i].UserName = fmt.Sprintf("w%d", part*directory.MaxBatch+i)
		}
		must(e.CreateUsers(t.Context(), e.admin, in))(t)
	}
	for _, in := range []directory.UserSearch{{}, {Order: directory.OrderUserName}, {Search: "w"}} {
		looked, last := 0, ""
		in = directory.CompareUsers(in, func(u roster.User) (bool, int) {
			looked++
			last = u.UserName
			return false, 1
		})
		page := must(e.FindUsers(t.Context(), e.admin, in))(t)
		if looked > 10_000 || page.Next == nil || len(page.Users) != 0 {
			t.Errorf("%+v: %d were looked at, and the next page begins after %v", in, looked, page.Next)
		}
		if u := must(e.GetUser(t.Context(), e.admin, directory.UserSelector{Number: page.Next.Number}))(t); in.Search == "" && u.UserName != last {
			t.Errorf("the next page begins after %q, and %q was the last", u.UserName, last)
		}
		for text, total := range map[string]directory.Total{
			"": {N: 10_000, AtLeast: true}, "active eq true": {N: 10_000, AtLeast: true}, "active eq false": {AtLeast: true}, "email pr": {AtLeast: true},
			`userName eq "w7"`: {N: 1}, `displayName co "w"`: {N: 10_000, AtLeast: true},
		} {
			counted := directory.UserSearch{Where: where("%s", text), Search: in.Search, Limit: 1, Count: true}
			got := *must(e.FindUsers(t.Context(), e.admin, counted))(t).Total
			if got.AtLeast != total.AtLeast || got.N > total.N || got.N < total.N*9/10 {
				t.Errorf("%q %q: %+v are counted, want %+v", in.Search, text, got, total)
			}
		}
		in.After = page.Next
		if page = must(e.FindUsers(t.Context(), e.admin, in))(t); in.Search == "" && page.Next != nil {
			t.Errorf("the second page is followed by one that begins after %v", page.Next)
		}
	}
}

func TestASearchThatMakesNoSenseIsRefusedWithAllItsFaults(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		_, err := e.FindUsers(t.Context(), e.admin, directory.UserSearch{
			Search: "?", Order: directory.OrderNumber, Limit: directory.MaxPage + 1, Where: where(`nick eq "x" and active gt "x"`), After: &directory.UserPlace{Key: "\xff"},
		})
		for _, field := range []string{"search", "sort", "limit", "filter", "cursor"} {
			wants(t, err, roster.Invalid, field)
		}
		for field, in := range map[string]directory.UserSearch{
			"search": {Search: strings.Repeat("a", directory.MaxText+1)}, "sort": {Order: "email;"}, "limit": {Limit: -1}, "cursor": {After: &directory.UserPlace{Key: "\x00"}},
		} {
			_, err := e.FindUsers(t.Context(), e.admin, in)
			wants(t, err, roster.Invalid, field)
		}
		_, err = e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: "a", Descending: true})
		wants(t, err, roster.Invalid, "sort")
		_, err = e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: "a\xff"})
		wants(t, err, roster.Invalid, "search")
		for _, in := range []directory.UserSearch{
			{Where: where(`id eq "\u0000"`)},
			{Where: where(`userName eq "\u0000"`)},
			{Where: where(`email eq "a\u0000"`)},
			{Where: where(`externalId eq "\u0000"`)},
			{Where: where(`groups.id eq "\u0000"`)},
			{Where: where(`teams eq "\u0000"`)},
			{Where: where(`userName lt "\u0000"`)},
			{Where: where(`email sw "\u0000" or realm eq "\u0000"`)},
			{Search: "a\x00b@\x00"},
			{Search: "adm\u2028"},
		} {
			page := must(e.FindUsers(t.Context(), e.admin, in))(t)
			if len(page.Users) > 0 && in.Search != "adm\u2028" || page.Next != nil {
				t.Errorf("%+v finds %q", in, called(page.Users))
			}
		}
	})
}

func TestUsersOfAnOlderBinaryGetTheirWordsInTheBackground(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		second := must(e.SetUpOrganization(t.Context(), e.admin, "second"))(t).Organization
		const n = 600
		err := e.store.Update(t.Context(), func(tx directory.Tx) error {
			var rows []directory.NewUserRow
			for i := range n {
				org := []roster.OrganizationID{e.admin.OrganizationID, second.ID}[i%2]
				name := fmt.Sprint("old", i)
				rows = append(rows, directory.NewUserRow{UserKey: name, User: roster.User{
					ID: storetest.IDOf[roster.UserID](name), OrganizationID: org, UserName: name, Version: 1, CreatedAt: e.now(), UpdatedAt: e.now(),
				}})
			}
			_, err := tx.InsertUsers(rows)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		find := func(org roster.OrganizationID, text string) int {
			by := e.admin
			by.OrganizationID = org
			return len(must(e.FindUsers(t.Context(), by, directory.UserSearch{Search: text, Limit: directory.MaxPage}))(t).Users)
		}
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "old and new"}))(t)
		if got := find(e.admin.OrganizationID, "old"); got != 1 {
			t.Errorf("%d are found before, want the new one", got)
		}
		var wg sync.WaitGroup
		for range 3 { // replicas
			wg.Go(func() {
				if err := directory.IndexUsers(t.Context(), e.store); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got, other := find(e.admin.OrganizationID, "old"), find(second.ID, "old"); got != n/2+1 || other != n/2 {
			t.Errorf("%d and %d are found", got, other)
		}
		// What was stored before the mark was reached is not looked at again, but for some.
		err = e.store.Update(t.Context(), func(tx directory.Tx) error {
			value, _, err := tx.Setting("user-words")
			if value != fmt.Sprint(e.user("old and new").Number) {
				t.Errorf("the mark is %q", value)
			}
			if err != nil {
				return err
			}
			return tx.PutSetting("user-words", "no number")
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := directory.IndexUsers(t.Context(), e.store); err == nil {
			t.Error("a mark that is no number is taken")
		}
	})
}
