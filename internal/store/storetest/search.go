package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
)

// oddNames are userNames that collations put in other orders than their bytes.
var oddNames = []string{"b", "B2", "a b", "a-b", "a_b", "ab", "A", "ä", "Ä2", "z", "é", "e", "f", "10", "9", "_", "~", "日本", "𐐀"}

// walk reads all pages of q.
func (f *fixture) walk(q directory.UserQuery) (names []string) {
	f.Helper()
	for {
		page := read(f, func(tx directory.Tx) (directory.UserRows, error) { return tx.Users(f.org, q, 0) })
		for _, u := range page.Users {
			names = append(names, u.UserName)
		}
		if page.Examined > q.Limit || (page.Examined == q.Limit) != (page.Next != nil) {
			f.Fatalf("%d users were looked at of %d, and then comes %v", page.Examined, q.Limit, page.Next)
		}
		if page.Next == nil {
			return names
		}
		q.After = page.Next
	}
}

// odd stores the users of oddNames, each second of whom has an email that others have, each sixth
// the same displayName, and one of another organization. Some are in one or both of two groups.
func (f *fixture) odd() (users []directory.NewUserRow, groups [2]roster.Group) {
	f.Helper()
	groups = [2]roster.Group{f.group(roster.KindGroup, "one"), f.group(roster.KindTeam, "two")}
	for i, name := range oddNames {
		row := f.row(name)
		row.DisplayName = []string{"Zoë", "zoe", "", strings.Repeat("\uFDFA", 255), "Ångström", "ANN"}[i%6]
		if i%2 == 0 {
			row.Email = fmt.Sprintf("%c@Example.com", 'C'-i%3)
			row.EmailKey = directory.Fold(row.Email)
		}
		row.ExternalID = fmt.Sprint("X", i%4)
		if i%3 == 0 {
			row.Groups = []roster.GroupLink{groupLink(groups[0])}
		}
		if i%4 == 0 {
			row.Teams = []roster.GroupLink{groupLink(groups[1])}
		}
		users = append(users, f.insert(row))
	}
	stranger := f.row("stranger")
	stranger.OrganizationID = f.organization()
	f.insert(stranger)
	gone := f.row("gone")
	gone.UserKey = ""
	f.insert(gone)
	return users, groups
}

// names returns the userNames of those who pass, in an order.
func names(users []directory.NewUserRow, by directory.UserOrder, descending bool, pass func(directory.NewUserRow) bool) (names []string) {
	key := func(u directory.NewUserRow) string {
		switch by {
		case directory.OrderUserName:
			return u.UserKey
		case directory.OrderDisplayName:
			return directory.SortKey(u.DisplayName)
		case directory.OrderEmail:
			return u.EmailKey
		default:
			return ""
		}
	}
	users = slices.Clone(users)
	slices.SortFunc(users, func(a, b directory.NewUserRow) int {
		order := cmp.Or(strings.Compare(key(a), key(b)), cmp.Compare(a.Number, b.Number))
		if descending {
			return -order
		}
		return order
	})
	for _, u := range users {
		if pass(u) {
			names = append(names, u.UserName)
		}
	}
	return names
}

// numbered picks users by their numbers.
func numbered(numbers []int64) directory.UserQuery {
	return directory.UserQuery{Where: directory.Condition{Op: directory.OneOf, Attribute: "number", Value: numbers}}
}

func isIn(u directory.NewUserRow, groups ...roster.GroupID) bool {
	return slices.ContainsFunc(slices.Concat(u.Groups, u.Teams), func(g roster.GroupLink) bool { return slices.Contains(groups, g.ID) })
}

var search = []sentence{
	{text: "pages in every order and direction follow one another and miss nobody", test: func(f *fixture) {
		users, groups := f.odd()
		one, two := groups[0].ID, groups[1].ID
		for name, c := range map[string]struct {
			q    directory.UserQuery
			pass func(directory.NewUserRow) bool
		}{
			"all":            {directory.UserQuery{}, func(directory.NewUserRow) bool { return true }},
			"of a group":     {directory.UserQuery{Among: []roster.GroupID{one}}, func(u directory.NewUserRow) bool { return isIn(u, one) }},
			"of either":      {directory.UserQuery{Among: []roster.GroupID{one, two}}, func(u directory.NewUserRow) bool { return isIn(u, one, two) }},
			"of none":        {directory.UserQuery{Among: []roster.GroupID{}}, func(directory.NewUserRow) bool { return false }},
			"by email":       {directory.UserQuery{Where: directory.Is("email", "b@example.com")}, func(u directory.NewUserRow) bool { return u.EmailKey == "b@example.com" }},
			"by external id": {directory.UserQuery{Where: directory.Is("externalId", "X1")}, func(u directory.NewUserRow) bool { return u.ExternalID == "X1" }},
			"by email in a group": {
				directory.UserQuery{Where: directory.Is("email", "c@example.com"), Among: []roster.GroupID{two}},
				func(u directory.NewUserRow) bool { return u.EmailKey == "c@example.com" && isIn(u, two) },
			},
			"by name":        {directory.UserQuery{Where: directory.Is("userName", "ä2")}, func(u directory.NewUserRow) bool { return u.UserName == "Ä2" }},
			"by id":          {directory.UserQuery{Where: directory.Is("id", string(users[3].ID))}, func(u directory.NewUserRow) bool { return u.ID == users[3].ID }},
			"by two values":  {directory.UserQuery{Where: directory.Both(directory.Is("id", string(users[3].ID)), directory.Is("externalId", "X0"))}, func(directory.NewUserRow) bool { return false }},
			"in other case":  {directory.UserQuery{Where: directory.Is("externalId", "x1")}, func(directory.NewUserRow) bool { return false }},
			"by who is gone": {directory.UserQuery{Where: directory.Is("userName", "gone")}, func(directory.NewUserRow) bool { return false }},
		} {
			for _, order := range []directory.UserOrder{"", directory.OrderNumber, directory.OrderUserName, directory.OrderDisplayName, directory.OrderEmail} {
				for _, descending := range []bool{false, true} {
					for _, limit := range []int{1, 4, 100} {
						c.q.Order, c.q.Descending, c.q.Limit = order, descending, limit
						want := names(users, order, descending, c.pass)
						if got := f.walk(c.q); !slices.Equal(got, want) {
							f.Errorf("%s by %q, descending %v, %d a page: got %q, want %q", name, order, descending, limit, got, want)
						}
					}
				}
			}
		}
	}},
	{text: "users whom no index knows are compared, as many as a page may look at, and counted", test: func(f *fixture) {
		users, _ := f.odd()
		for i := range users {
			u := users[i]
			u.Active, u.AccessLevel, u.UpdatedAt = i%2 == 0, roster.AccessLevels[i%3], f.now.Add(time.Duration(i)*time.Second)
			f.update(func(tx directory.Tx) error { return tx.UpdateUser(u, 0) })
			users[i] = u
		}
		is := func(op filter.Operator, attribute string, value any) directory.Condition {
			return directory.Condition{Op: op, Attribute: attribute, Value: value}
		}
		for name, c := range map[string]struct {
			where directory.Condition
			pass  func(directory.NewUserRow) bool
		}{
			"active": {is(filter.Eq, "active", true), func(u directory.NewUserRow) bool { return u.Active }},
			"inactive": {
				directory.Condition{Op: filter.Not, Of: []directory.Condition{is(filter.Eq, "active", true)}},
				func(u directory.NewUserRow) bool { return !u.Active },
			},
			"of a level":       {is(filter.Eq, "accessLevel", "readonly"), func(u directory.NewUserRow) bool { return u.AccessLevel == roster.LevelReadonly }},
			"with no password": {is(filter.Eq, "hasPassword", false), func(u directory.NewUserRow) bool { return u.PasswordHash == "" }},
			"lately":           {is(filter.Ge, "updatedAt", users[7].UpdatedAt.UnixMicro()), func(u directory.NewUserRow) bool { return !u.UpdatedAt.Before(users[7].UpdatedAt) }},
			"with an email":    {is(filter.Pr, "email", nil), func(u directory.NewUserRow) bool { return u.Email != "" }},
			"beginning with a": {is(filter.Sw, "userName", "a"), func(u directory.NewUserRow) bool { return strings.HasPrefix(u.UserKey, "a") }},
			"beginning with 日": {is(filter.Sw, "userName", "日"), func(u directory.NewUserRow) bool { return strings.HasPrefix(u.UserKey, "日") }},
			"beyond ab":        {is(filter.Gt, "userName", "ab"), func(u directory.NewUserRow) bool { return u.UserKey > "ab" }},
			"up to é":          {is(filter.Le, "userName", "é"), func(u directory.NewUserRow) bool { return u.UserKey <= "é" }},
			"either": {
				directory.Condition{Op: filter.Or, Of: []directory.Condition{is(filter.Lt, "number", users[3].Number), is(filter.Eq, "externalId", "X1")}},
				func(u directory.NewUserRow) bool { return u.Number < users[3].Number || u.ExternalID == "X1" },
			},
			"nobody":    {directory.Condition{Op: filter.Or}, func(directory.NewUserRow) bool { return false }},
			"everybody": {directory.Condition{Op: filter.Not, Of: []directory.Condition{{Op: filter.Or}}}, func(directory.NewUserRow) bool { return true }},
		} {
			q := directory.UserQuery{Where: c.where}
			for _, q.Order = range []directory.UserOrder{directory.OrderNumber, directory.OrderUserName, directory.OrderDisplayName, directory.OrderEmail} {
				for _, q.Descending = range []bool{false, true} {
					for _, q.Limit = range []int{1, 4, 100} {
						want := names(users, q.Order, q.Descending, c.pass)
						if got := f.walk(q); !slices.Equal(got, want) {
							f.Errorf("%s by %q, descending %v, %d a page: got %q, want %q", name, q.Order, q.Descending, q.Limit, got, want)
						}
					}
				}
			}
			q = directory.UserQuery{Where: c.where, Limit: 1, Count: true}
			rows := read(f, func(tx directory.Tx) (directory.UserRows, error) { return tx.Users(f.org, q, 0) })
			if want := len(names(users, "", false, c.pass)); rows.Total != (directory.Total{N: want}) {
				f.Errorf("%s: %+v are counted, want %d", name, rows.Total, want)
			}
		}
	}},
	{text: "a condition on what the store does not compare is refused", test: func(f *fixture) {
		f.view(func(tx directory.Tx) error {
			for _, where := range []directory.Condition{directory.Is("displayName", "x"), {Op: filter.Co, Attribute: "userName", Value: "x"}, {Op: filter.Sw, Attribute: "number", Value: int64(1)}} {
				if _, err := tx.Users(f.org, directory.UserQuery{Where: where}, 0); err == nil {
					f.Errorf("%+v is taken", where)
				}
			}
			return nil
		})
	}},
	{text: "users are counted by what an index finds", test: func(f *fixture) {
		users, _ := f.odd()
		for where, want := range map[*directory.Condition]int{{}: len(users), new(directory.Is("externalId", "X0")): 5, new(directory.Is("userName", "nobody")): 0} {
			q := directory.UserQuery{Where: *where, Limit: 1, Count: true}
			rows := read(f, func(tx directory.Tx) (directory.UserRows, error) { return tx.Users(f.org, q, 0) })
			if rows.Total != (directory.Total{N: want}) {
				f.Errorf("%+v: %+v are counted, want %d", where, rows.Total, want)
			}
		}
	}},
	{text: "members of very many groups are listed", test: func(f *fixture) {
		users, groups := f.odd()
		ids := []roster.GroupID{groups[1].ID, groups[0].ID}
		for i := range 700 {
			ids = append(ids, roster.GroupID(fmt.Sprint("none ", i)))
		}
		for _, q := range []directory.UserQuery{{}, {Descending: true}, {Order: directory.OrderUserName}} {
			q.Among, q.Limit = ids, 3
			want := names(users, q.Order, q.Descending, func(u directory.NewUserRow) bool { return isIn(u, ids[:2]...) })
			if got := f.walk(q); !slices.Equal(got, want) {
				f.Errorf("%q: got %q, want %q", q.Order, got, want)
			}
		}
		want := names(users, "", false, func(u directory.NewUserRow) bool { return isIn(u, ids[:2]...) })
		if got := f.list(directory.UserQuery{Among: ids}, 0); len(got) != len(want) || got[0].UserName != want[0] {
			f.Errorf("%d are listed, want %d", len(got), len(want))
		}
	}},
	{text: "in every order what is loaded along belongs to the right user", test: func(f *fixture) {
		want := make(map[roster.UserID]roster.User)
		for _, name := range []string{"m", "z", "a"} {
			row := f.insert(f.wholeUser(name))
			want[row.ID] = row.User
		}
		for _, q := range []directory.UserQuery{{}, {Descending: true}, {Order: directory.OrderUserName}, {Order: directory.OrderEmail, Descending: true}, {Where: directory.Is("email", "ada@example.com")}} {
			users := f.list(q, withAll)
			for _, u := range users {
				same(f, u, want[u.ID])
			}
			if len(users) != 3 {
				f.Errorf("%+v: %d users", q, len(users))
			}
		}
	}},
	{text: "users are listed by externalId", test: func(f *fixture) {
		users, groups := f.odd()
		got := f.list(directory.UserQuery{Where: directory.Is("externalId", "X0"), After: &directory.UserPlace{Number: users[0].Number}, Among: []roster.GroupID{groups[0].ID}}, directory.WithGroups)
		if len(got) != 1 || got[0].ID != users[12].ID || len(got[0].Groups) != 1 {
			f.Errorf("got %+v", got)
		}
	}},
	{text: "users are read by their numbers, as many as a page holds", test: func(f *fixture) {
		var rows []directory.NewUserRow
		for i := range 600 {
			rows = append(rows, f.row(fmt.Sprint("user ", i)))
		}
		numbers := write(f, func(tx directory.Tx) ([]int64, error) { return tx.InsertUsers(rows) })
		whole := f.insert(f.wholeUser("whole"))
		asked := append(slices.Clone(numbers[50:550]), whole.Number, whole.Number, numbers[0], whole.Number+1_000_000)
		users := read(f, func(tx directory.Tx) (directory.UserRows, error) { return tx.Users(f.org, numbered(asked), withAll) }).Users
		if len(users) != 502 || !slices.IsSortedFunc(users, func(a, b roster.User) int { return cmp.Compare(a.Number, b.Number) }) {
			f.Fatalf("got %d users", len(users))
		}
		same(f, users[501], whole.User)
		other := f.organization()
		f.view(func(tx directory.Tx) error {
			rows, err := tx.Users(other, numbered(numbers), 0)
			if len(rows.Users) != 0 {
				f.Errorf("another organization sees %d", len(rows.Users))
			}
			return err
		})
	}},
	{text: "users of every organization are listed by number", alone: true, test: func(f *fixture) {
		users, _ := f.odd()
		q := directory.UserQuery{Everywhere: true, After: &directory.UserPlace{Number: users[3].Number}, Limit: 100}
		all := read(f, func(tx directory.Tx) (directory.UserRows, error) { return tx.Users("", q, 0) }).Users
		if len(all) != len(users)-4+1 || all[0].ID != users[4].ID || all[len(all)-1].OrganizationID == f.org {
			f.Errorf("got %d users", len(all))
		}
	}},
}

// words stores words, each of them with its place in the list as number.
func (f *fixture) words(words ...string) (places []directory.WordPlace) {
	f.Helper()
	for i, word := range words {
		places = append(places, directory.WordPlace{Key: word, Number: int64(i + 1)})
	}
	f.update(func(tx directory.Tx) error { return tx.InsertWords(f.org, places) })
	return places
}

// byWord reads all that UsersByWord has, a few at a time.
func (f *fixture) byWord(prefix string, limit int, also ...string) (places []directory.WordPlace) {
	f.Helper()
	var after directory.WordPlace
	for {
		page := read(f, func(tx directory.Tx) ([]directory.WordPlace, error) {
			return tx.UsersByWord(f.org, prefix, also, after, limit)
		})
		places = append(places, page...)
		if len(page) < limit {
			return places
		}
		after = page[len(page)-1]
	}
}

var userWords = []sentence{
	{text: "words are found by prefix, in the order of their bytes", test: func(f *fixture) {
		last := string(utf8.MaxRune)
		places := f.words("ada", "adam", "ad", "b", "a%", "a_", "ada\ud7ff", "ada\ue000", last, last+last, "\ud7ffz", "\ue000", "Ada", "", "日本語", "日", "adb")
		places = append(places, directory.WordPlace{Key: "ada", Number: 100})
		f.update(func(tx directory.Tx) error { return tx.InsertWords(f.org, places[len(places)-1:]) })
		slices.SortFunc(places, func(a, b directory.WordPlace) int {
			return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.Number, b.Number))
		})
		for _, prefix := range []string{"", "a", "ad", "ada", "adam", "adam1", "a%", "a_", "%", "\ud7ff", "ada\ud7ff", last, last + last, "日", "A", "z"} {
			var want []directory.WordPlace
			for _, p := range places {
				if strings.HasPrefix(p.Key, prefix) {
					want = append(want, p)
				}
			}
			for _, limit := range []int{1, 3, 100} {
				if got := f.byWord(prefix, limit); !slices.Equal(got, want) {
					f.Errorf("%q, %d a page: got %v, want %v", prefix, limit, got, want)
				}
			}
		}
	}},
	{text: "users with several words are found in the order of the first", test: func(f *fixture) {
		var places []directory.WordPlace
		for n := range int64(40) {
			places = append(places, directory.WordPlace{Key: fmt.Sprint("a", n%7), Number: n + 1})
			if n%2 == 0 {
				places = append(places, directory.WordPlace{Key: fmt.Sprint("b", n%5), Number: n + 1}, directory.WordPlace{Key: "bb", Number: n + 1})
			}
			if n%3 == 0 {
				places = append(places, directory.WordPlace{Key: "c", Number: n + 1}, directory.WordPlace{Key: "a9", Number: n + 1})
			}
		}
		other := f.organization()
		f.update(func(tx directory.Tx) error {
			if err := tx.InsertWords(other, []directory.WordPlace{{Key: "c", Number: 3}}); err != nil {
				return err
			}
			return tx.InsertWords(f.org, places)
		})
		slices.SortFunc(places, func(a, b directory.WordPlace) int {
			return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.Number, b.Number))
		})
		has := func(number int64, prefix string) bool {
			return slices.ContainsFunc(places, func(p directory.WordPlace) bool { return p.Number == number && strings.HasPrefix(p.Key, prefix) })
		}
		for _, also := range [][]string{nil, {"b"}, {"c"}, {"b", "c"}, {"bb", "b4", "c"}, {"a9"}, {"z"}} {
			var want []directory.WordPlace
			for _, p := range places {
				if strings.HasPrefix(p.Key, "a") && !slices.ContainsFunc(also, func(prefix string) bool { return !has(p.Number, prefix) }) {
					want = append(want, p)
				}
			}
			for _, limit := range []int{1, 3, 100} {
				if got := f.byWord("a", limit, also...); !slices.Equal(got, want) {
					f.Errorf("also %q, %d a page: got %v, want %v", also, limit, got, want)
				}
			}
		}
	}},
	{text: "the places of a word are counted up to a bound", test: func(f *fixture) {
		f.words("ada", "b", "adam", "ad", "c", "adb")
		for prefix, want := range map[string]map[int]directory.WordCount{
			"ad": {1: {Places: 1}, 2: {Places: 2, Spread: 3}, 65: {Places: 4, Spread: 5}}, "b": {65: {Places: 1}}, "z": {65: {}},
		} {
			for most, want := range want {
				same(f, read(f, func(tx directory.Tx) (directory.WordCount, error) { return tx.CountWords(f.org, prefix, most) }), want)
			}
		}
	}},
	{text: "users are read by what they are called", test: func(f *fixture) {
		whole := f.insert(f.wholeUser("whole"))
		gone := f.row("gone")
		gone.UserKey = ""
		gone = f.insert(gone)
		f.view(func(tx directory.Tx) error {
			users, err := tx.UserNames(f.org, []int64{whole.Number, gone.Number, gone.Number + 1000})
			u := whole.User
			same(f, users, []roster.User{{Number: u.Number, UserName: u.UserName, DisplayName: u.DisplayName, Email: u.Email, ExternalID: u.ExternalID}})
			return err
		})
	}},
	{text: "words that are there stay, and those that are not can be deleted", test: func(f *fixture) {
		places := f.words("ada", "grace")
		f.words("ada", "grace")
		f.update(func(tx directory.Tx) error {
			return tx.DeleteWords(f.org, []directory.WordPlace{{Key: "ada", Number: 2}, places[0], {Key: "none", Number: 1}})
		})
		same(f, f.byWord("", 10), places[1:])
		f.update(func(tx directory.Tx) error {
			if err := tx.InsertWords(f.org, nil); err != nil {
				return err
			}
			return tx.DeleteWords(f.org, nil)
		})
	}},
	{text: "another organization has words of its own", test: func(f *fixture) {
		places := f.words("ada")
		other := f.organization()
		f.update(func(tx directory.Tx) error {
			if err := tx.InsertWords(other, []directory.WordPlace{{Key: "ada", Number: 9}}); err != nil {
				return err
			}
			return tx.DeleteWords(other, places)
		})
		same(f, f.byWord("a", 10), places)
	}},
	{text: "the words of many users are stored together", test: func(f *fixture) {
		var words []string
		for i := range 500 {
			words = append(words, fmt.Sprintf("w%03d", i))
		}
		places := f.words(words...)
		same(f, f.byWord("w", 100), places)
	}},
}

var batches = []sentence{
	{text: "users who are stored together come back as those who are stored alone", test: func(f *fixture) {
		var rows []directory.NewUserRow
		for i := range 70 {
			rows = append(rows, f.row(fmt.Sprint("user ", i)))
			if i%10 == 0 {
				rows = append(rows, f.wholeUser(fmt.Sprint("whole ", i)))
				rows[len(rows)-1].LevelGroups = []roster.GroupID{rows[len(rows)-1].Groups[0].ID}
			}
		}
		numbers := write(f, func(tx directory.Tx) ([]int64, error) { return tx.InsertUsers(rows) })
		for i, row := range rows {
			row.Number = numbers[i]
			same(f, f.get(row.ID, withAll), row.User)
			same(f, f.account(row.ID).CredentialVersion, 1)
		}
	}},
	{text: "whoever has a taken name is left out, with everything, and the others are stored", test: func(f *fixture) {
		f.user("Straße")
		rows := []directory.NewUserRow{f.row("first"), f.wholeUser("STRASSE"), f.row("last"), f.row("FIRST")}
		numbers := write(f, func(tx directory.Tx) ([]int64, error) { return tx.InsertUsers(rows) })
		if numbers[0] == 0 || numbers[1] != 0 || numbers[2] == 0 || numbers[3] != 0 || numbers[0] == numbers[2] {
			f.Fatalf("numbers %v", numbers)
		}
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.User(f.org, directory.UserSelector{ID: rows[1].ID}, 0)
			return err
		})
		f.update(func(tx directory.Tx) error {
			none, err := tx.InsertUsers(nil)
			if len(none) != 0 {
				f.Errorf("nobody got %v", none)
			}
			return err
		})
	}},
	{text: "of two who store users together each name goes to one", test: func(f *fixture) {
		var wg sync.WaitGroup
		made := make([][]int64, 2)
		for i := range made {
			var rows []directory.NewUserRow
			for n := range 50 {
				rows = append(rows, f.row(fmt.Sprint("user ", n)))
			}
			if i == 1 {
				slices.Reverse(rows)
			}
			wg.Go(func() {
				err := f.store.Update(f.Context(), func(tx directory.Tx) (err error) {
					made[i], err = tx.InsertUsers(rows)
					return err
				})
				if err != nil {
					f.Error(err)
				}
				if i == 1 {
					slices.Reverse(made[i])
				}
			})
		}
		wg.Wait()
		for n := range 50 {
			if (made[0][n] == 0) == (made[1][n] == 0) {
				f.Errorf("user %d has the numbers %d and %d", n, made[0][n], made[1][n])
			}
		}
	}},
	{text: "taken names and addresses are found together", test: func(f *fixture) {
		f.insert(f.wholeUser("ada"))
		f.user("grace@example.com")
		gone := f.row("gone")
		gone.UserKey, gone.EmailKey = "", "gone@example.com"
		f.insert(gone)
		keys := []string{"ada", "ada@example.com", "grace@example.com", "gone", "gone@example.com", "nobody"}
		for i := range 600 {
			keys = append(keys, fmt.Sprint("nobody ", i))
		}
		f.view(func(tx directory.Tx) error {
			taken, err := tx.TakenNames(f.org, keys)
			same(f, taken, map[string]bool{"ada": true, "grace@example.com": true})
			if err != nil {
				return err
			}
			if taken, err = tx.TakenEmails(f.org, keys); err != nil {
				return err
			}
			same(f, taken, map[string]bool{"ada": true, "ada@example.com": true, "grace@example.com": true})
			taken, err = tx.TakenEmails(f.org, nil)
			same(f, taken, map[string]bool{})
			return err
		})
	}},
	{text: "audit entries that are stored together come back as those that are stored alone", test: func(f *fixture) {
		var entries []roster.AuditEntry
		for i := range 40 {
			e := roster.AuditEntry{
				ID: roster.AuditID(f.id()), OrganizationID: f.org, At: f.now, ActorKind: roster.ActorUser, Actor: "user 1", ActorName: "ada",
				Face: roster.FaceCLI, Address: "192.0.2.1", RequestID: "r", Action: "a", Target: ID + "1", TargetName: "n", PersonalHash: "00ff",
			}
			if i%2 == 0 {
				e.Salt, e.Details = "5a17", []byte(`{"a":1}`)
			}
			entries = append(entries, e)
		}
		f.update(func(tx directory.Tx) error {
			if err := tx.InsertAudits(entries[1:]); err != nil {
				return err
			}
			return tx.InsertAudit(entries[0])
		})
		same(f, read(f, func(tx directory.Tx) ([]roster.AuditEntry, error) {
			return records(tx.AuditEntries(f.org, directory.AuditQuery{}))
		}), entries)
	}},
	{text: "jobs that are queued together are claimed like those that are queued alone", alone: true, test: func(f *fixture) {
		var jobs []roster.Job
		for i := range 40 {
			jobs = append(jobs, roster.Job{
				ID: roster.JobID(f.id()), OrganizationID: f.org, Lane: roster.LaneWelcome, Kind: "k", Key: fmt.Sprint("key ", i),
				Payload: []byte(`{"a":1}`), RunAt: f.now, CreatedAt: f.now,
			})
		}
		jobs[5].Key = ""
		again := jobs[7]
		again.ID = roster.JobID(f.id())
		f.update(func(tx directory.Tx) error {
			if err := tx.EnqueueAll(append(slices.Clone(jobs[1:]), again)); err != nil {
				return err
			}
			return tx.Enqueue(jobs[0])
		})
		claimed := write(f, func(tx directory.Tx) ([]roster.Job, error) {
			return tx.ClaimJobs(roster.LaneWelcome, f.now, f.now.Add(1), 100)
		})
		for i := range jobs {
			jobs[i].Attempts, jobs[i].Claim = 1, 1
		}
		same(f, claimed, jobs)
	}},
	{text: "of many who take what is remembered one finds it", test: func(f *fixture) {
		r := directory.Retry{OrganizationID: f.org, Key: Hash("key"), ResourceID: "id", Version: 3, Fingerprint: "0f", CreatedAt: f.now}
		write(f, func(tx directory.Tx) (bool, error) { return tx.InsertRetry(r) })
		var wg sync.WaitGroup
		got := make([]directory.Retry, 8)
		found := make([]bool, len(got))
		for i := range got {
			wg.Go(func() {
				err := f.store.Update(f.Context(), func(tx directory.Tx) (err error) {
					got[i], found[i], err = tx.TakeRetry(f.org, Hash("key"))
					return err
				})
				if err != nil {
					f.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		for i := range got {
			if found[i] {
				n++
				same(f, got[i], r)
			} else {
				same(f, got[i], directory.Retry{})
			}
		}
		if n != 1 {
			f.Errorf("%d found it", n)
		}
	}},
}
