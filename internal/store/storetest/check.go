package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

// newCheck is a check that has everything, not yet stored.
func (f *fixture) newCheck(name string) roster.Check {
	group := func(conditions ...roster.Condition) roster.ConditionGroup {
		return roster.ConditionGroup{All: len(conditions) > 1, Conditions: conditions}
	}
	return roster.Check{
		ID: roster.CheckID(f.id()), OrganizationID: f.org, Name: name, Description: "about <" + name + "> & Straße",
		Matching: group(
			roster.Condition{Field: roster.FieldSubject, Matches: roster.MatchContains, Value: "<Backup> \"ü\""},
			roster.Condition{Field: roster.FieldFrom, Matches: roster.MatchEndsWith, Value: "@example.com"}),
		Success:       group(roster.Condition{Field: roster.FieldBody, Matches: roster.MatchRegexp, Value: `^\d+ ok$`}),
		DefaultStatus: roster.StatusFailure, Interval: roster.Interval{Unit: roster.IntervalHour, Value: 4}, OverdueMinutes: 30,
		Window:  roster.Window{Start: "08:00", End: "18:30", Days: []roster.Day{"mon", "fri"}},
		State:   roster.CheckState{State: roster.StateNew, LastAt: f.now, DueAt: f.now.Add(4*time.Hour + 30*time.Minute)},
		Version: 1, CreatedAt: f.now, UpdatedAt: f.now,
	}
}

// check stores a check, which change may first change.
func (f *fixture) check(name string, change ...func(*roster.Check)) roster.Check {
	f.Helper()
	c := f.newCheck(name)
	for _, fn := range change {
		fn(&c)
	}
	c.Number = write(f, func(tx directory.Tx) (int64, error) {
		return tx.InsertCheck(c, directory.Fold(c.Name), directory.Fold(c.EmailAlias))
	})
	return c
}

// checkGroup stores a check group.
func (f *fixture) checkGroup(name string) roster.CheckGroup {
	f.Helper()
	g := roster.CheckGroup{
		ID: roster.CheckGroupID(f.id()), OrganizationID: f.org, Name: name, Description: "about " + name,
		Version: 1, CreatedAt: f.now, UpdatedAt: f.now,
	}
	g.Number = write(f, func(tx directory.Tx) (int64, error) { return tx.InsertCheckGroup(g, directory.Fold(name)) })
	return g
}

func checkGroupLink(g roster.CheckGroup) roster.CheckGroupLink {
	return roster.CheckGroupLink{ID: g.ID, Number: g.Number, Name: g.Name}
}

// in puts a check into a check group, and tells names who is told of it.
func in(g roster.CheckGroup) func(*roster.Check) {
	return func(c *roster.Check) { c.CheckGroup = checkGroupLink(g) }
}

func tells(groups ...roster.Group) func(*roster.Check) {
	return func(c *roster.Check) {
		for _, g := range groups {
			if g.Kind == roster.KindTeam {
				c.Teams = append(c.Teams, groupLink(g))
			} else {
				c.Groups = append(c.Groups, groupLink(g))
			}
		}
	}
}

// checks returns what q picks, with who is told.
func (f *fixture) checks(q directory.CheckQuery) []roster.Check {
	f.Helper()
	q.Told = true
	return read(f, func(tx directory.Tx) ([]roster.Check, error) { return records(tx.Checks(f.org, q)) })
}

// validateNames returns the names of what q picks, which CheckIDs must pick, too.
func (f *fixture) checkNames(q directory.CheckQuery) []string {
	f.Helper()
	names, ids := []string{}, []roster.CheckID(nil)
	for _, c := range f.checks(q) {
		names, ids = append(names, c.Name), append(ids, c.ID)
	}
	same(f, read(f, func(tx directory.Tx) ([]roster.CheckID, error) { return tx.CheckIDs(f.org, q) }), ids)
	return names
}

// checkCounts returns the counts of the scope, by state and then by status.
func (f *fixture) checkCounts(scope *directory.CheckScope) []directory.CheckCount {
	f.Helper()
	counts := read(f, func(tx directory.Tx) ([]directory.CheckCount, error) { return tx.CheckCounts(f.org, scope) })
	slices.SortFunc(counts, func(a, b directory.CheckCount) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Status, b.Status))
	})
	return counts
}

func (f *fixture) checkGroups(q directory.CheckGroupQuery) []roster.CheckGroup {
	f.Helper()
	return read(f, func(tx directory.Tx) ([]roster.CheckGroup, error) { return records(tx.CheckGroups(f.org, q)) })
}

func (f *fixture) checkEntries(q directory.CheckPermissionQuery) []roster.CheckPermission {
	f.Helper()
	return read(f, func(tx directory.Tx) ([]roster.CheckPermission, error) { return records(tx.CheckPermissions(f.org, q)) })
}

// permission stores an entry on a check group.
func (f *fixture) permission(g roster.CheckGroup, level roster.AccessLevel, to func(*roster.CheckPermission)) roster.CheckPermission {
	f.Helper()
	p := roster.CheckPermission{ID: roster.CheckPermissionID(f.id()), CheckGroup: checkGroupLink(g), AccessLevel: level, CreatedAt: f.now}
	to(&p)
	return write(f, func(tx directory.Tx) (roster.CheckPermission, error) { return tx.PutCheckPermission(f.org, p) })
}

func forUser(u directory.NewUserRow) func(*roster.CheckPermission) {
	return func(p *roster.CheckPermission) {
		p.User = roster.UserLink{ID: u.ID, Number: u.Number, Name: u.UserName}
	}
}

func forGroup(g roster.Group) func(*roster.CheckPermission) {
	return func(p *roster.CheckPermission) { p.Group = groupLink(g) }
}

func (f *fixture) access(u directory.NewUserRow) map[roster.CheckGroupID]roster.AccessLevel {
	f.Helper()
	return read(f, func(tx directory.Tx) (map[roster.CheckGroupID]roster.AccessLevel, error) {
		return tx.CheckAccess(f.org, u.ID)
	})
}

func (f *fixture) userGrants(users ...directory.NewUserRow) []directory.CheckGrant {
	f.Helper()
	var numbers []int64
	for _, u := range users {
		numbers = append(numbers, u.Number)
	}
	return inOrderOfCheckGroups(read(f, func(tx directory.Tx) ([]directory.CheckGrant, error) {
		return tx.UserCheckGrants(f.org, numbers)
	}))
}

func (f *fixture) groupGrants(groups ...roster.GroupID) []directory.CheckGrant {
	f.Helper()
	return inOrderOfCheckGroups(read(f, func(tx directory.Tx) ([]directory.CheckGrant, error) { return tx.GroupCheckGrants(f.org, groups) }))
}

func inOrderOfCheckGroups(grants []directory.CheckGrant) []directory.CheckGrant {
	slices.SortFunc(grants, func(a, b directory.CheckGrant) int {
		return cmp.Or(cmp.Compare(a.CheckGroup, b.CheckGroup), cmp.Compare(a.Group, b.Group))
	})
	return grants
}

var checks = []sentence{
	{text: "a check comes back as it was stored, and one that has little with nothing made up", test: func(f *fixture) {
		g := f.checkGroup("Nightly")
		a, b, team := f.group(roster.KindGroup, "A"), f.group(roster.KindGroup, "B"), f.group(roster.KindTeam, "A")
		whole := f.check("Backup", in(g), tells(a, b, team), func(c *roster.Check) { c.EmailAlias = "Back.Up" })
		little := f.newCheck("Little")
		little = roster.Check{ID: little.ID, OrganizationID: f.org, Name: "Little", State: roster.CheckState{State: roster.StatePaused}}
		little.Number = write(f, func(tx directory.Tx) (int64, error) { return tx.InsertCheck(little, "little", "") })
		same(f, f.checks(directory.CheckQuery{}), []roster.Check{whole, little})
		same(f, []int64{whole.Number, little.Number}, []int64{1, 2})
		bare := whole
		bare.Groups, bare.Teams = nil, nil
		same(f, read(f, func(tx directory.Tx) ([]roster.Check, error) {
			return records(tx.Checks(f.org, directory.CheckQuery{Limit: 1}))
		}), []roster.Check{bare})
	}},
	{text: "checks are picked by what a query says, by ascending number", test: func(f *fixture) {
		g := f.checkGroup("Nightly")
		one, two := f.check("One", in(g)), f.check("Two", func(c *roster.Check) { c.EmailAlias = "Zwei" })
		three := f.check("Three", in(g))
		for _, c := range []struct {
			q    directory.CheckQuery
			want []string
		}{
			{directory.CheckQuery{}, []string{"One", "Two", "Three"}},
			{directory.CheckQuery{Limit: 2}, []string{"One", "Two"}},
			{directory.CheckQuery{Order: after(two.Number)}, []string{"Three"}},
			{directory.CheckQuery{Where: directory.Is("id", string(two.ID))}, []string{"Two"}},
			{directory.CheckQuery{Where: directory.Is("id", string(two.ID)), Order: after(two.Number)}, []string{}},
			{directory.CheckQuery{Where: directory.Is("id", "none")}, []string{}},
			{directory.CheckQuery{Among: []roster.CheckID{three.ID, "none", one.ID}}, []string{"One", "Three"}},
			{directory.CheckQuery{Among: []roster.CheckID{}}, []string{}},
			{directory.CheckQuery{Where: directory.Is("displayName", "two")}, []string{"Two"}},
			{directory.CheckQuery{Where: directory.Is("emailAlias", "zwei")}, []string{"Two"}},
			{directory.CheckQuery{CheckGroup: g.ID}, []string{"One", "Three"}},
			{directory.CheckQuery{CheckGroup: g.ID, Limit: 1, Order: after(one.Number)}, []string{"Three"}},
		} {
			same(f, f.checkNames(c.q), c.want)
		}
	}},
	{text: "a page of many checks has who is told of each", test: func(f *fixture) {
		const n = 300
		g := f.group(roster.KindGroup, "A")
		f.update(func(tx directory.Tx) error {
			for i := range n {
				c := f.newCheck(fmt.Sprint("check ", i))
				tells(g)(&c)
				if _, err := tx.InsertCheck(c, c.Name, ""); err != nil {
					return err
				}
			}
			return nil
		})
		got := f.checks(directory.CheckQuery{})
		if len(got) != n || slices.ContainsFunc(got, func(c roster.Check) bool { return len(c.Groups) != 1 }) {
			f.Fatalf("got %d checks", len(got))
		}
	}},
	{text: "a changed check is what was written, but for its state", test: func(f *fixture) {
		g, team := f.checkGroup("Nightly"), f.group(roster.KindTeam, "A")
		c := f.check("Backup", in(g), tells(team), func(c *roster.Check) { c.EmailAlias = "old" })
		f.now = f.now.Add(time.Hour)
		after := f.newCheck("Restore")
		after.ID, after.Number, after.Version, after.CreatedAt = c.ID, c.Number, 7, c.CreatedAt
		after.Interval, after.Window, after.Matching = roster.Interval{}, roster.Window{Start: "00:00", End: "00:00"}, roster.ConditionGroup{}
		tells(f.group(roster.KindGroup, "B"))(&after)
		after.State = roster.CheckState{State: roster.StateFailure, Status: roster.StatusFailure, LastAt: f.now}
		f.update(func(tx directory.Tx) error { return tx.UpdateCheck(after, "restore", "") })
		after.State = c.State
		same(f, f.checks(directory.CheckQuery{}), []roster.Check{after})
		f.check("Backup", func(c *roster.Check) { c.EmailAlias = "old" }) // both are free
		f.fails(roster.NotFound, "", func(tx directory.Tx) error {
			after.ID = "none"
			return tx.UpdateCheck(after, "none", "")
		})
	}},
	{text: "a changed check cannot take another one's name or alias", test: func(f *fixture) {
		f.check("One", func(c *roster.Check) { c.EmailAlias = "one" })
		c := f.check("Two")
		f.fails(roster.Conflict, "displayName", func(tx directory.Tx) error { return tx.UpdateCheck(c, "one", "") })
		f.fails(roster.Conflict, "emailAlias", func(tx directory.Tx) error { return tx.UpdateCheck(c, "two", "one") })
	}},
	{text: "a deleted check is gone, its name and alias are free, and its events stay", test: func(f *fixture) {
		g := f.checkGroup("Nightly")
		c := f.check("Backup", in(g), tells(f.group(roster.KindGroup, "A")), func(c *roster.Check) { c.EmailAlias = "backup" })
		e := f.event("title", func(e *roster.Event) { e.Check = roster.CheckLink{ID: c.ID, Number: c.Number, Name: c.Name} })
		f.update(func(tx directory.Tx) error { return tx.DeleteCheck(f.org, c.ID, f.now) })
		same(f, f.checks(directory.CheckQuery{}), nil)
		same(f, f.checkGroups(directory.CheckGroupQuery{})[0].CheckCount, 0)
		same(f, f.events(directory.EventQuery{Body: true}), []roster.Event{e})
		for _, do := range []func(directory.Tx) error{
			func(tx directory.Tx) error { return tx.DeleteCheck(f.org, c.ID, f.now) },
			func(tx directory.Tx) error { return tx.UpdateCheck(c, "backup", "") },
			func(tx directory.Tx) error { return tx.LockRecord(f.org, directory.LockableCheck, string(c.ID)) },
		} {
			f.fails(roster.NotFound, "", do)
		}
		f.fails(roster.NotFound, "", func(tx directory.Tx) error {
			_, err := tx.LockCheckState(f.org, c.ID)
			return err
		})
		again := f.check("Backup", func(c *roster.Check) { c.EmailAlias = "backup" })
		same(f, f.checks(directory.CheckQuery{}), []roster.Check{again})
	}},
	{text: "the versions of an organization's checks are others after each change of one, and the same after each event", test: func(f *fixture) {
		state := func() directory.CheckVersions {
			return read(f, func(tx directory.Tx) (directory.CheckVersions, error) { return tx.CheckVersions(f.org) })
		}
		same(f, state(), directory.CheckVersions{})
		g, told := f.checkGroup("X"), f.group(roster.KindGroup, "A")
		first, second := f.check("First", in(g), tells(told)), f.check("Second")
		seen := map[directory.CheckVersions]bool{{}: true, state(): true}
		f.becomes(first, roster.CheckState{State: roster.StateFailure, Status: roster.StatusFailure, LastAt: f.now.Add(time.Minute)})
		same(f, seen[state()], true)
		change := func(fn func(directory.Tx) error) {
			f.Helper()
			f.update(fn)
			same(f, seen[state()], false)
			seen[state()] = true
		}
		change(func(tx directory.Tx) error {
			second.Version = 2
			return tx.UpdateCheck(second, "second", "")
		})
		change(func(tx directory.Tx) error { return tx.DeleteGroup(f.org, told.ID, f.now) })
		change(func(tx directory.Tx) error { return tx.DeleteCheck(f.org, second.ID, f.now) })
		change(func(tx directory.Tx) error { // as many as before, and of the same versions
			c := f.newCheck("Second")
			c.Version = 2
			_, err := tx.InsertCheck(c, "second", "")
			return err
		})
		here := state()
		f.org = f.organization()
		f.check("Other")
		same(f, state(), directory.CheckVersions{Checks: 1, LastNumber: 1, Versions: 1})
		same(f, seen[here], true)
	}},
	{text: "a scope shows the checks that name its groups and those that an entry of the user shows", test: func(f *fixture) {
		x, y, z := f.checkGroup("X"), f.checkGroup("Y"), f.checkGroup("Z")
		a, b, team := f.group(roster.KindGroup, "A"), f.group(roster.KindGroup, "B"), f.group(roster.KindTeam, "T")
		f.check("none")
		f.check("a", tells(a))
		f.check("ab in x", tells(a, b), in(x))
		f.check("t in y", tells(team), in(y))
		f.check("in y", in(y))
		f.check("in z", in(z))
		row := f.row("ada")
		row.Groups = []roster.GroupLink{groupLink(b)}
		ada := f.insert(row)
		grace := f.user("grace")
		f.permission(x, roster.LevelReadonly, forUser(ada))
		f.permission(y, roster.LevelReadonly, forGroup(b))
		f.permission(z, roster.LevelCustom, forUser(ada)) // gives nothing
		f.permission(z, roster.LevelEditor, forUser(grace))
		for _, c := range []struct {
			scope  *directory.CheckScope
			want   []string
			groups string // each with its number of checks that are seen
		}{
			{nil, []string{"none", "a", "ab in x", "t in y", "in y", "in z"}, "X1 Y2 Z1 "},
			{&directory.CheckScope{}, []string{}, ""},
			{&directory.CheckScope{Groups: []roster.GroupID{"none"}, User: "none"}, []string{}, ""},
			{&directory.CheckScope{Groups: []roster.GroupID{a.ID}}, []string{"a", "ab in x"}, "X1 "},
			{&directory.CheckScope{Groups: []roster.GroupID{a.ID, b.ID, team.ID}}, []string{"a", "ab in x", "t in y"}, "X1 Y1 "},
			{&directory.CheckScope{User: ada.ID}, []string{"ab in x", "t in y", "in y"}, "X1 Y2 "},
			{&directory.CheckScope{User: grace.ID}, []string{"in z"}, "Z1 "},
			{&directory.CheckScope{Groups: []roster.GroupID{a.ID}, User: grace.ID}, []string{"a", "ab in x", "in z"}, "X1 Z1 "},
		} {
			same(f, f.checkNames(directory.CheckQuery{Scope: c.scope}), c.want)
			var want []directory.CheckCount
			if n := len(c.want); n > 0 {
				want = []directory.CheckCount{{State: roster.StateNew, N: int64(n)}}
			}
			same(f, f.checkCounts(c.scope), want)
			groups := ""
			for _, g := range f.checkGroups(directory.CheckGroupQuery{Scope: c.scope}) {
				groups += fmt.Sprint(g.Name, g.CheckCount, " ")
			}
			same(f, groups, c.groups)
		}
	}},
	{text: "a scope shows the entries, on check groups that it shows, that are for its groups and their members, its user and that one's groups", test: func(f *fixture) {
		x, y, z := f.checkGroup("X"), f.checkGroup("Y"), f.checkGroup("Z")
		a, b := f.group(roster.KindGroup, "A"), f.group(roster.KindGroup, "B")
		f.check("a in x", tells(a), in(x))
		f.check("b in z", tells(b), in(z))
		row := f.row("ada")
		row.Groups = []roster.GroupLink{groupLink(b)}
		ada, grace := f.insert(row), f.user("grace")
		alan := f.row("alan")
		alan.Groups = []roster.GroupLink{groupLink(a)}
		for _, g := range []roster.CheckGroup{x, y} {
			f.permission(g, roster.LevelUser, forUser(grace))
			f.permission(g, roster.LevelUser, forGroup(b))
		}
		f.permission(x, roster.LevelUser, forGroup(a))
		f.permission(x, roster.LevelUser, forUser(f.insert(alan)))
		f.permission(z, roster.LevelCustom, forUser(grace)) // gives nothing: grace does not see Z
		f.permission(z, roster.LevelUser, forUser(ada))
		for _, c := range []struct {
			scope *directory.CheckScope
			want  string
		}{
			{nil, "Xgrace XB Ygrace YB XA Xalan Zgrace Zada "},
			{&directory.CheckScope{}, ""},
			{&directory.CheckScope{Groups: []roster.GroupID{"none"}, User: "none"}, ""},
			{&directory.CheckScope{Groups: []roster.GroupID{a.ID}}, "XA Xalan "},
			{&directory.CheckScope{Groups: []roster.GroupID{b.ID}}, "Zada "}, // a member of B; XB and YB are on check groups that it does not show
			{&directory.CheckScope{Groups: []roster.GroupID{b.ID, a.ID, "none"}}, "XB XA Xalan Zada "},
			{&directory.CheckScope{User: grace.ID}, "Xgrace Ygrace "},
			{&directory.CheckScope{User: ada.ID}, "XB YB Zada "},
			{&directory.CheckScope{Groups: []roster.GroupID{a.ID}, User: grace.ID}, "Xgrace Ygrace XA Xalan "},
		} {
			got := ""
			for _, p := range f.checkEntries(directory.CheckPermissionQuery{Scope: c.scope}) {
				got += p.CheckGroup.Name + p.User.Name + p.Group.Name + " "
			}
			same(f, got, c.want)
		}
		scope := &directory.CheckScope{Groups: []roster.GroupID{a.ID}}
		same(f, len(f.checkEntries(directory.CheckPermissionQuery{Scope: scope, CheckGroup: y.ID})), 0)
		same(f, len(f.checkEntries(directory.CheckPermissionQuery{Scope: scope, Users: []roster.UserID{grace.ID}})), 0)
	}},
	{text: "what entries give a user is told apart by the group that has it, and what they give a group is what its members have", test: func(f *fixture) {
		x, y := f.checkGroup("X"), f.checkGroup("Y")
		a, b := f.group(roster.KindGroup, "A"), f.group(roster.KindGroup, "B")
		row := f.row("ada")
		row.Groups = []roster.GroupLink{groupLink(a)}
		ada, grace := f.insert(row), f.user("grace")
		f.permission(x, roster.LevelReadonly, forUser(ada))
		f.permission(x, roster.LevelEditor, forGroup(a))
		f.permission(y, roster.LevelUser, forGroup(b))
		f.permission(y, roster.LevelCustom, forGroup(a)) // gives nothing
		f.permission(y, roster.LevelManager, forUser(grace))
		inA := directory.CheckGrant{CheckGroup: x.ID, Group: a.ID, AccessLevel: roster.LevelEditor}
		inB := directory.CheckGrant{CheckGroup: y.ID, Group: b.ID, AccessLevel: roster.LevelUser}
		adaInA := inA
		adaInA.User = ada.Number
		hers := directory.CheckGrant{CheckGroup: y.ID, User: grace.Number, AccessLevel: roster.LevelManager}
		his := []directory.CheckGrant{{CheckGroup: x.ID, User: ada.Number, AccessLevel: roster.LevelReadonly}, adaInA}
		same(f, f.userGrants(ada), his)
		same(f, f.userGrants(grace), []directory.CheckGrant{hers})
		same(f, f.userGrants(grace, ada), append(his, hers))
		same(f, f.userGrants(), nil)
		same(f, f.groupGrants(), nil)
		same(f, f.groupGrants(a.ID), []directory.CheckGrant{inA})
		same(f, f.groupGrants("none", b.ID, a.ID), []directory.CheckGrant{inA, inB})
		f.update(func(tx directory.Tx) error { return tx.DeleteUser(f.org, ada.Number, f.now) })
		same(f, f.userGrants(ada), nil)
		f.org = f.organization()
		same(f, f.userGrants(grace), nil)
		same(f, f.groupGrants(a.ID, b.ID), nil)
	}},
	{text: "checks are counted by state and status", test: func(f *fixture) {
		a := f.group(roster.KindGroup, "A")
		for i, s := range []roster.CheckState{
			{State: roster.StateFailure, Status: roster.StatusFailure},
			{State: roster.StateNew},
			{State: roster.StateFailure, Status: roster.StatusFailure},
			{State: roster.StateFailure, Status: roster.StatusSuccess},
			{State: roster.StateWarning, Status: roster.StatusWarning},
		} {
			c := f.check(fmt.Sprint(i), tells(a), func(c *roster.Check) { c.State = s })
			if s.State == roster.StateWarning {
				f.update(func(tx directory.Tx) error { return tx.DeleteCheck(f.org, c.ID, f.now) })
			}
		}
		for _, scope := range []*directory.CheckScope{nil, {Groups: []roster.GroupID{a.ID}}} {
			same(f, f.checkCounts(scope), []directory.CheckCount{
				{State: roster.StateFailure, Status: roster.StatusFailure, N: 2},
				{State: roster.StateFailure, Status: roster.StatusSuccess, N: 1},
				{State: roster.StateNew, N: 1},
			})
		}
	}},
	{text: "a deleted group is told of no check any more, which is a change of the check, and its entries are gone", test: func(f *fixture) {
		a, b := f.group(roster.KindGroup, "A"), f.group(roster.KindGroup, "B")
		c, other := f.check("Backup", tells(a, b)), f.check("Other", tells(b))
		f.permission(f.checkGroup("X"), roster.LevelEditor, forGroup(a))
		f.now = f.now.Add(time.Minute)
		f.update(func(tx directory.Tx) error { return tx.DeleteGroup(f.org, a.ID, f.now) })
		c.Groups, c.Version, c.UpdatedAt = c.Groups[1:], 2, f.now
		same(f, f.checks(directory.CheckQuery{}), []roster.Check{c, other})
		same(f, f.checkEntries(directory.CheckPermissionQuery{}), nil)
	}},
	{text: "a check cannot refer to what is another organization's", test: func(f *fixture) {
		g, a := f.checkGroup("X"), f.group(roster.KindGroup, "A")
		user := f.user("ada")
		f.org = f.organization()
		mine := f.checkGroup("X")
		for name, change := range map[string]func(tx directory.Tx) error{
			"check group": func(tx directory.Tx) error {
				c := f.newCheck("c")
				in(g)(&c)
				_, err := tx.InsertCheck(c, "c", "")
				return err
			},
			"told group": func(tx directory.Tx) error {
				c := f.newCheck("c")
				tells(a)(&c)
				_, err := tx.InsertCheck(c, "c", "")
				return err
			},
			"entry's user": func(tx directory.Tx) error {
				p := roster.CheckPermission{ID: "p", CheckGroup: checkGroupLink(mine)}
				forUser(user)(&p)
				_, err := tx.PutCheckPermission(f.org, p)
				return err
			},
			"entry's group": func(tx directory.Tx) error {
				p := roster.CheckPermission{ID: "p", CheckGroup: checkGroupLink(mine)}
				forGroup(a)(&p)
				_, err := tx.PutCheckPermission(f.org, p)
				return err
			},
			"entry's check group": func(tx directory.Tx) error {
				p := roster.CheckPermission{ID: "p", CheckGroup: checkGroupLink(g)}
				_, err := tx.PutCheckPermission(f.org, p)
				return err
			},
		} {
			if err := f.store.Update(f.Context(), change); err == nil {
				f.Errorf("%s: got no error", name)
			}
		}
	}},
	{text: "nothing of another organization is seen or changed", test: func(f *fixture) {
		home := f.org
		g, a := f.checkGroup("X"), f.group(roster.KindGroup, "A")
		user := f.user("ada")
		p := f.permission(g, roster.LevelEditor, forUser(user))
		c := f.check("Backup", in(g), tells(a), func(c *roster.Check) { c.EmailAlias = "backup" })
		e := f.event("title")
		f.org = f.organization()
		scope := &directory.CheckScope{Groups: []roster.GroupID{a.ID}, User: user.ID}
		for _, q := range []directory.CheckQuery{{}, {Where: directory.Is("id", string(c.ID))}, {Scope: scope}, {Where: directory.Is("displayName", "backup")}, {Where: directory.Is("emailAlias", "backup")}, {CheckGroup: g.ID}} {
			same(f, f.checkNames(q), []string{})
		}
		same(f, f.checkGroups(directory.CheckGroupQuery{Where: directory.Is("id", string(g.ID))}), nil)
		same(f, f.checkGroups(directory.CheckGroupQuery{Scope: scope}), nil)
		for _, q := range []directory.CheckPermissionQuery{{}, {ID: p.ID}, {Users: []roster.UserID{user.ID}}, {Scope: scope}} {
			same(f, f.checkEntries(q), nil)
		}
		same(f, f.access(user), map[roster.CheckGroupID]roster.AccessLevel{})
		for _, q := range []directory.EventQuery{{}, {Among: []roster.EventID{e.ID}}, {Checks: []roster.CheckID{c.ID, "x"}}, {Unmatched: true}} {
			same(f, f.events(q), nil)
		}
		same(f, f.countUsers(nil), 0)
		same(f, f.countUsers([]roster.GroupID{a.ID}), 0)
		theirs := c
		theirs.OrganizationID = f.org
		theirGroup := g
		theirGroup.OrganizationID = f.org
		for _, do := range []func(directory.Tx) error{
			func(tx directory.Tx) error { return tx.UpdateCheck(theirs, "mine", "") },
			func(tx directory.Tx) error { return tx.DeleteCheck(f.org, c.ID, f.now) },
			func(tx directory.Tx) error { return tx.LockRecord(f.org, directory.LockableCheck, string(c.ID)) },
			func(tx directory.Tx) error { return tx.UpdateCheckGroup(theirGroup, "mine") },
			func(tx directory.Tx) error { return tx.DeleteCheckGroup(f.org, g.ID, f.now) },
			func(tx directory.Tx) error { return tx.LockRecord(f.org, directory.LockableCheckGroup, string(g.ID)) },
			func(tx directory.Tx) error { return tx.DeleteCheckPermission(f.org, p.ID) },
		} {
			f.fails(roster.NotFound, "", do)
		}
		f.fails(roster.NotFound, "", func(tx directory.Tx) error {
			_, err := tx.LockCheckState(f.org, c.ID)
			return err
		})
		f.org = home
		same(f, f.checks(directory.CheckQuery{}), []roster.Check{c})
		same(f, f.checkEntries(directory.CheckPermissionQuery{}), []roster.CheckPermission{p})
	}},
	{text: "the size of regular expressions is added up over the checks that are there, but for one", test: func(f *fixture) {
		sized := func(name string, sizes ...int) roster.Check {
			return f.check(name, func(c *roster.Check) {
				c.Matching.Program, c.Success.Program, c.Warning.Program = sizes[0], sizes[1], sizes[2]
			})
		}
		size := func(besides roster.CheckID) int64 {
			return read(f, func(tx directory.Tx) (int64, error) { return tx.ProgramSize(f.org, besides) })
		}
		same(f, size(""), 0)
		a, b, c := sized("a", 1, 20, 300), sized("b", 4000, 0, 0), sized("c", 0, 0, 0)
		same(f, f.checks(directory.CheckQuery{}), []roster.Check{a, b, c})
		same(f, size(""), 4321)
		same(f, size(b.ID), 321)
		same(f, size(c.ID), 4321)
		c.Warning.Program = 50_000
		f.update(func(tx directory.Tx) error { return tx.UpdateCheck(c, "c", "") })
		same(f, size(b.ID), 50_321)
		f.update(func(tx directory.Tx) error { return tx.DeleteCheck(f.org, a.ID, f.now) })
		same(f, size(""), 54_000)
		f.org = f.organization()
		same(f, size(""), 0)
	}},
	{text: "those who make checks at the same time get different numbers", test: func(f *fixture) {
		const callers = 8
		var wg sync.WaitGroup
		for i := range callers {
			c, g := f.newCheck(fmt.Sprint("check ", i)), roster.CheckGroup{ID: roster.CheckGroupID(f.id()), OrganizationID: f.org}
			wg.Go(func() {
				err := f.store.Update(f.Context(), func(tx directory.Tx) error {
					_, err := tx.InsertCheck(c, c.Name, "")
					_, err2 := tx.InsertCheckGroup(g, c.Name)
					return errors.Join(err, err2)
				})
				if err != nil {
					f.Errorf("check %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		same(f, len(f.checkGroups(directory.CheckGroupQuery{})), callers)
		for i, c := range f.checks(directory.CheckQuery{}) {
			same(f, c.Number, int64(i+1))
		}
	}},
	{text: "of many who add to one check's version at the same time nobody loses what another one wrote", test: func(f *fixture) {
		const callers = 6
		c := f.check("Backup")
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				err := f.store.Update(f.Context(), func(tx directory.Tx) error {
					if err := tx.LockRecord(f.org, directory.LockableCheck, string(c.ID)); err != nil {
						return err
					}
					there, err := records(tx.Checks(f.org, directory.CheckQuery{Where: directory.Is("id", string(c.ID))}))
					if err != nil {
						return err
					}
					there[0].Version++
					return tx.UpdateCheck(there[0], "backup", "")
				})
				if err != nil {
					f.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		same(f, f.checks(directory.CheckQuery{})[0].Version, callers+1)
	}},
}

var checkGroups = []sentence{
	{text: "check groups come back as they were stored, by number, with their checks counted", test: func(f *fixture) {
		x, y := f.checkGroup("X"), f.checkGroup("Straße")
		f.check("one", in(y))
		f.check("two", in(y))
		y.CheckCount = 2
		same(f, f.checkGroups(directory.CheckGroupQuery{}), []roster.CheckGroup{x, y})
		same(f, f.checkGroups(directory.CheckGroupQuery{Limit: 1}), []roster.CheckGroup{x})
		same(f, f.checkGroups(directory.CheckGroupQuery{Order: after(x.Number)}), []roster.CheckGroup{y})
		same(f, f.checkGroups(directory.CheckGroupQuery{Where: directory.Is("id", string(y.ID))}), []roster.CheckGroup{y})
		same(f, f.checkGroups(directory.CheckGroupQuery{Where: directory.Is("displayName", "strasse")}), []roster.CheckGroup{y})
		same(f, f.checkGroups(directory.CheckGroupQuery{Where: directory.Is("displayName", "none")}), nil)
	}},
	{text: "a changed check group is what was written", test: func(f *fixture) {
		x, y := f.checkGroup("X"), f.checkGroup("Y")
		f.now = f.now.Add(time.Hour)
		x.Name, x.Description, x.Version, x.UpdatedAt = "Z", "", 5, f.now
		f.update(func(tx directory.Tx) error { return tx.UpdateCheckGroup(x, "z") })
		same(f, f.checkGroups(directory.CheckGroupQuery{}), []roster.CheckGroup{x, y})
		f.fails(roster.Conflict, "displayName", func(tx directory.Tx) error { return tx.UpdateCheckGroup(x, "y") })
		x.ID = "none"
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.UpdateCheckGroup(x, "none") })
	}},
	{text: "a deleted check group leaves its checks in none, which is a change of these, and takes its entries along", test: func(f *fixture) {
		x, y := f.checkGroup("X"), f.checkGroup("Y")
		c, other := f.check("one", in(x)), f.check("two", in(y))
		user := f.user("ada")
		f.permission(x, roster.LevelEditor, forUser(user))
		p := f.permission(y, roster.LevelUser, forUser(user))
		f.now = f.now.Add(time.Minute)
		f.update(func(tx directory.Tx) error { return tx.DeleteCheckGroup(f.org, x.ID, f.now) })
		c.CheckGroup, c.Version, c.UpdatedAt = roster.CheckGroupLink{}, 2, f.now
		same(f, f.checks(directory.CheckQuery{}), []roster.Check{c, other})
		same(f, f.checkEntries(directory.CheckPermissionQuery{}), []roster.CheckPermission{p})
		same(f, f.access(user), map[roster.CheckGroupID]roster.AccessLevel{y.ID: roster.LevelUser})
		f.checkGroup("X")
		for _, do := range []func(directory.Tx) error{
			func(tx directory.Tx) error { return tx.DeleteCheckGroup(f.org, x.ID, f.now) },
			func(tx directory.Tx) error { return tx.UpdateCheckGroup(x, "free") },
			func(tx directory.Tx) error { return tx.LockRecord(f.org, directory.LockableCheckGroup, string(x.ID)) },
		} {
			f.fails(roster.NotFound, "", do)
		}
	}},
	{text: "an entry comes back as it was stored; the next one of the same user or group changes it", test: func(f *fixture) {
		x, y := f.checkGroup("X"), f.checkGroup("Y")
		ada, a := f.user("Ada"), f.group(roster.KindGroup, "A")
		first := f.permission(x, roster.LevelReadonly, forUser(ada))
		group := f.permission(x, roster.LevelEditor, forGroup(a))
		elsewhere := f.permission(y, roster.LevelUser, forUser(ada))
		f.now = f.now.Add(time.Hour)
		for _, to := range []func(*roster.CheckPermission){forUser(ada), forGroup(a)} {
			changed := f.permission(x, roster.LevelManager, func(p *roster.CheckPermission) { to(p); p.Notify = true })
			same(f, changed.CreatedAt, first.CreatedAt)
		}
		for _, p := range []*roster.CheckPermission{&first, &group} {
			p.AccessLevel, p.Notify = roster.LevelManager, true
		}
		for _, c := range []struct {
			q    directory.CheckPermissionQuery
			want []roster.CheckPermission
		}{
			{directory.CheckPermissionQuery{}, []roster.CheckPermission{first, group, elsewhere}},
			{directory.CheckPermissionQuery{Limit: 1}, []roster.CheckPermission{first}},
			{directory.CheckPermissionQuery{After: first.ID}, []roster.CheckPermission{group, elsewhere}},
			{directory.CheckPermissionQuery{ID: group.ID}, []roster.CheckPermission{group}},
			{directory.CheckPermissionQuery{CheckGroup: y.ID}, []roster.CheckPermission{elsewhere}},
			{directory.CheckPermissionQuery{Users: []roster.UserID{"none", ada.ID, "nobody"}}, []roster.CheckPermission{first, elsewhere}},
			{directory.CheckPermissionQuery{Users: []roster.UserID{ada.ID}, CheckGroup: x.ID}, []roster.CheckPermission{first}},
			{directory.CheckPermissionQuery{Users: []roster.UserID{}}, nil},
			{directory.CheckPermissionQuery{Group: a.ID}, []roster.CheckPermission{group}},
		} {
			same(f, f.checkEntries(c.q), c.want)
		}
		f.update(func(tx directory.Tx) error { return tx.DeleteCheckPermission(f.org, first.ID) })
		same(f, f.checkEntries(directory.CheckPermissionQuery{}), []roster.CheckPermission{group, elsewhere})
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.DeleteCheckPermission(f.org, first.ID) })
	}},
	{text: "what entries give is the highest level of the user's own and of its groups'", test: func(f *fixture) {
		x, y, z := f.checkGroup("X"), f.checkGroup("Y"), f.checkGroup("Z")
		a, b, other := f.group(roster.KindGroup, "A"), f.group(roster.KindGroup, "B"), f.group(roster.KindGroup, "C")
		row := f.row("ada")
		row.Groups = []roster.GroupLink{groupLink(a), groupLink(b)}
		ada := f.insert(row)
		f.permission(x, roster.LevelUser, forUser(ada))
		f.permission(x, roster.LevelEditor, forGroup(a))
		f.permission(x, roster.LevelReadonly, forGroup(b))
		f.permission(x, roster.LevelAdministrator, forGroup(other))
		f.permission(y, roster.LevelManager, forUser(ada))
		f.permission(y, roster.LevelEditor, forGroup(b))
		f.permission(z, roster.LevelCustom, forUser(ada))
		same(f, f.access(ada), map[roster.CheckGroupID]roster.AccessLevel{x.ID: roster.LevelEditor, y.ID: roster.LevelManager})
		same(f, f.access(f.user("grace")), map[roster.CheckGroupID]roster.AccessLevel{})
	}},
}

// event stores an event, which change may first change.
func (f *fixture) event(title string, change ...func(*roster.Event)) roster.Event {
	f.Helper()
	e := roster.Event{
		ID: roster.EventID(f.id()), OrganizationID: f.org, Title: title, Body: "the body of " + title, From: "sender",
		Status: roster.StatusWarning, At: f.now,
	}
	for _, fn := range change {
		fn(&e)
	}
	f.update(func(tx directory.Tx) error { return tx.InsertEvent(e) })
	return e
}

func (f *fixture) events(q directory.EventQuery) []roster.Event {
	f.Helper()
	return read(f, func(tx directory.Tx) ([]roster.Event, error) { return tx.Events(f.org, q) })
}

func (f *fixture) countUsers(groups []roster.GroupID) int64 {
	f.Helper()
	return read(f, func(tx directory.Tx) (int64, error) { return tx.CountUsers(f.org, groups) })
}

var events = []sentence{
	{text: "events come back as they were stored, the newest first, with bodies if asked for", test: func(f *fixture) {
		c := f.check("Backup")
		first, second := f.event("first"), f.event("second", func(e *roster.Event) {
			e.Check = roster.CheckLink{ID: c.ID, Number: c.Number, Name: c.Name}
		})
		same(f, f.events(directory.EventQuery{Body: true}), []roster.Event{second, first})
		first.Body, second.Body = "", ""
		same(f, f.events(directory.EventQuery{}), []roster.Event{second, first})
	}},
	{text: "an event keeps its key, its labels and when it happened", test: func(f *fixture) {
		e := f.event("first", func(e *roster.Event) {
			e.DedupKey, e.Labels = "disk /", map[string]string{"host": "db1", "straße": "ü \"<&>\""}
			e.OccurredAt = f.now.Add(-time.Hour)
		})
		same(f, f.events(directory.EventQuery{Body: true}), []roster.Event{e})
	}},
	{text: "an event keeps why no check could claim it", test: func(f *fixture) {
		e := f.event("first", func(e *roster.Event) { e.Reason = "too much <work> & Straße" })
		same(f, f.events(directory.EventQuery{Body: true}), []roster.Event{e})
	}},
	{text: "events are picked by what a query says", test: func(f *fixture) {
		of := map[string]roster.CheckLink{"-": {}}
		for _, name := range []string{"a", "b", "c"} {
			c := f.check(name)
			of[name] = roster.CheckLink{ID: c.ID, Number: c.Number, Name: name}
		}
		var e []roster.Event
		for i, check := range []string{"a", "-", "b", "a", "c", "b", "-", "a"} {
			e = append(e, f.event(fmt.Sprint(i), func(e *roster.Event) { e.Check = of[check] }))
		}
		for _, c := range []struct {
			q    directory.EventQuery
			want string // titles
		}{
			{directory.EventQuery{}, "76543210"},
			{directory.EventQuery{Limit: 3}, "765"},
			{directory.EventQuery{After: e[3].ID}, "210"},
			{directory.EventQuery{Since: e[3].ID, After: e[6].ID}, "543"},
			{directory.EventQuery{Among: []roster.EventID{e[2].ID, "none", e[7].ID}}, "72"},
			{directory.EventQuery{Among: []roster.EventID{}}, ""},
			{directory.EventQuery{Unmatched: true}, "61"},
			{directory.EventQuery{Unmatched: true, After: e[6].ID}, "1"},
			{directory.EventQuery{Checks: []roster.CheckID{of["a"].ID}}, "730"},
			{directory.EventQuery{Checks: []roster.CheckID{of["a"].ID}, Limit: 1, After: e[7].ID}, "3"},
			{directory.EventQuery{Checks: []roster.CheckID{of["a"].ID, of["b"].ID, "none"}}, "75320"},
			{directory.EventQuery{Checks: []roster.CheckID{of["b"].ID, of["c"].ID}, Limit: 2}, "54"},
			{directory.EventQuery{Checks: []roster.CheckID{of["b"].ID, of["c"].ID}, Since: e[4].ID}, "54"},
			{directory.EventQuery{Checks: []roster.CheckID{}}, ""},
			{directory.EventQuery{Checks: []roster.CheckID{"none"}}, ""},
		} {
			got := ""
			for _, e := range f.events(c.q) {
				got += e.Title
			}
			if got != c.want {
				f.Errorf("%+v: got %s, want %s", c.q, got, c.want)
			}
		}
		all := []roster.CheckID{of["a"].ID, of["b"].ID, of["c"].ID}
		for len(all) < directory.MaxEventChecks {
			all = append(all, roster.CheckID(fmt.Sprint("none ", len(all))))
		}
		same(f, len(f.events(directory.EventQuery{Checks: all})), 6)
	}},
	{text: "events that came before one are deleted, so many at a time, of every organization", alone: true, test: func(f *fixture) {
		mine := f.org
		var events []roster.Event
		for i := range 5 {
			events = append(events, f.event(fmt.Sprint(i)))
		}
		f.org = f.organization()
		events = append(events, f.event("other"))
		remove := func(before roster.EventID, limit int) int {
			return write(f, func(tx directory.Tx) (int, error) { return tx.DeleteEvents(before, limit) })
		}
		same(f, remove(events[0].ID, 10), 0)
		same(f, remove(events[3].ID, 2), 2)
		same(f, remove(events[3].ID, 2), 1)
		same(f, remove(events[3].ID, 2), 0)
		same(f, len(f.events(directory.EventQuery{})), 1)
		f.org = mine
		same(f, f.events(directory.EventQuery{Body: true}), []roster.Event{events[4], events[3]})
		same(f, remove("ffffffff-ffff-ffff-ffff-ffffffffffff", 10), 3)
		same(f, len(f.events(directory.EventQuery{})), 0)
	}},
	{text: "an event's id is taken once", test: func(f *fixture) {
		e := f.event("one")
		f.fails(roster.Conflict, "id", func(tx directory.Tx) error { return tx.InsertEvent(e) })
	}},
	{text: "users are counted, in all or in groups, each once", test: func(f *fixture) {
		a, b, team := f.group(roster.KindGroup, "A"), f.group(roster.KindGroup, "B"), f.group(roster.KindTeam, "T")
		for name, groups := range map[string][]roster.GroupLink{"none": nil, "a": {groupLink(a)}, "ab": {groupLink(a), groupLink(b)}} {
			row := f.row(name)
			row.Groups = groups
			f.insert(row)
		}
		same(f, f.countUsers(nil), 3)
		same(f, f.countUsers([]roster.GroupID{}), 0)
		same(f, f.countUsers([]roster.GroupID{a.ID}), 2)
		same(f, f.countUsers([]roster.GroupID{a.ID, b.ID, team.ID}), 2)
		same(f, f.countUsers([]roster.GroupID{team.ID, "none"}), 0)
	}},
}
