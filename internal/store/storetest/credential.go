package storetest

import (
	"fmt"
	"slices"
	"time"

	"roster"
	"roster/internal/directory"
)

func (f *fixture) account(id roster.UserID) roster.Account {
	f.Helper()
	return read(f, func(tx directory.Tx) (roster.Account, error) { return tx.AccountByID(f.org, id) })
}

// sorted sorts grants by their groups.
func sorted(g roster.Grants) roster.Grants {
	slices.SortFunc(g, func(a, b roster.Grant) int {
		if a.Group < b.Group {
			return -1
		}
		return 1
	})
	return g
}

// scoped stores a user whose role and level are granted for two groups.
func (f *fixture) scoped(name string, p roster.Permissions, level roster.AccessLevel) (directory.NewUserRow, [2]roster.Group) {
	f.Helper()
	two := [2]roster.Group{f.group(roster.KindGroup, "first of "+name), f.group(roster.KindGroup, "second of "+name)}
	row := f.row(name)
	row.AccessLevel = level
	row.LevelGroups = []roster.GroupID{two[0].ID, two[1].ID}
	for role, held := range map[string]roster.Permissions{"role of ": p, "other role of ": roster.Filter} {
		row.Roles = append(row.Roles, roleGrant(f.role(role+name, held), row.LevelGroups...))
	}
	return f.insert(row), two
}

var accounts = []sentence{
	{text: "an account holds what authentication needs", test: func(f *fixture) {
		row := f.wholeUser("ada")
		row.Active = false
		row = f.insert(row)
		want := roster.Account{
			UserID: row.ID, OrganizationID: f.org, Number: row.Number, UserName: "ada", Realm: roster.RealmExternal,
			PasswordHash: row.PasswordHash, CredentialVersion: 1, SessionExpiry: 90 * time.Minute,
			Grants: roster.Grants{{Permissions: roster.LevelEditor.Permissions() | roster.ReadDirectory | roster.ManageUsers}},
		}
		same(f, f.account(row.ID), want)
		same(f, read(f, func(tx directory.Tx) (roster.Account, error) { return tx.AccountByName(f.org, "ada") }), want)
	}},
	{text: "a user without roles and with the level custom holds nothing", test: func(f *fixture) {
		same(f, f.account(f.user("ada").ID).Grants, nil)
	}},
	{text: "a level is held for the organization without any role", test: func(f *fixture) {
		row := f.row("ada")
		row.AccessLevel = roster.LevelManager
		same(f, f.account(f.insert(row).ID).Grants, roster.Grants{{Permissions: roster.LevelManager.Permissions()}})
	}},
	{text: "a level and roles that are granted for groups are held there only", test: func(f *fixture) {
		row, two := f.scoped("ada", roster.ManageUsers, roster.LevelReadonly)
		held := roster.ManageUsers | roster.Filter | roster.ReadDirectory
		same(f, sorted(f.account(row.ID).Grants), roster.Grants{{Group: two[0].ID, Permissions: held}, {Group: two[1].ID, Permissions: held}})
	}},
	{text: "accounts are read by their numbers as each of them is read, by ascending number", test: func(f *fixture) {
		byNumbers := func(numbers ...int64) (accounts []roster.Account) {
			accounts = read(f, func(tx directory.Tx) ([]roster.Account, error) { return tx.AccountsByNumbers(f.org, numbers) })
			for i := range accounts {
				accounts[i].Grants = sorted(accounts[i].Grants)
			}
			return accounts
		}
		scoped, _ := f.scoped("ada", roster.ManageUsers, roster.LevelReadonly)
		whole, plain, gone := f.insert(f.wholeUser("grace")), f.user("eve"), f.user("gone")
		f.update(func(tx directory.Tx) error { return tx.SetServerAdmin(f.org, plain.ID, true, f.now) })
		f.update(func(tx directory.Tx) error { return tx.DeleteUser(f.org, gone.Number, f.now) })
		var want []roster.Account
		for _, u := range []directory.NewUserRow{scoped, whole, plain} {
			a := f.account(u.ID)
			a.Grants = sorted(a.Grants)
			want = append(want, a)
		}
		same(f, byNumbers(plain.Number, gone.Number, whole.Number, 1<<40, scoped.Number, whole.Number), want)
		same(f, len(byNumbers()), 0)
		f.org = f.organization()
		same(f, len(byNumbers(plain.Number)), 0)
	}},
	{text: "who may make organizations holds that, and its version rises with it", test: func(f *fixture) {
		row, at := f.user("ada"), f.now.Add(time.Hour)
		for n, may := range []bool{true, false} {
			f.update(func(tx directory.Tx) error { return tx.SetServerAdmin(f.org, row.ID, may, at) })
			if got := f.account(row.ID).Grants.Everywhere(); (got == roster.ServerAdmin) != may {
				f.Errorf("%v: the account holds %q", may, got)
			}
			u := f.get(row.ID, 0)
			same(f, u.Version, row.Version+int64(n)+1)
			same(f, u.UpdatedAt, at)
		}
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.SetServerAdmin(f.org, "none", true, at) })
	}},
	{text: "there is no account for a name or id that names nobody", test: func(f *fixture) {
		f.user("ada")
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.AccountByName(f.org, "nobody")
			return err
		})
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.AccountByID(f.org, "nobody")
			return err
		})
	}},
	{text: "an address is known to a name, and for how long", test: func(f *fixture) {
		known := func(key, address string, since time.Time) bool {
			return read(f, func(tx directory.Tx) (bool, error) { return tx.AddressKnownSince(f.org, key, address, since) })
		}
		know := func(at time.Time) {
			f.update(func(tx directory.Tx) error { return tx.KnowAddress(f.org, "ada", "192.0.2.1", at) })
		}
		if known("ada", "192.0.2.1", time.Time{}) {
			f.Error("an address is known before it was seen")
		}
		know(f.now)
		know(f.now.Add(-time.Hour)) // an older time changes nothing
		for _, c := range []struct {
			key, address string
			since        time.Time
			want         bool
		}{
			{"ada", "192.0.2.1", f.now, true},
			{"ada", "192.0.2.1", f.now.Add(time.Microsecond), false},
			{"ada", "192.0.2.2", f.now, false},
			{"grace", "192.0.2.1", f.now, false},
		} {
			if got := known(c.key, c.address, c.since); got != c.want {
				f.Errorf("%s from %s since %v: got %v", c.key, c.address, c.since, got)
			}
		}
		know(f.now.Add(time.Hour))
		if !known("ada", "192.0.2.1", f.now.Add(time.Hour)) {
			f.Error("a later sign-in is not remembered")
		}
	}},
}

// session stores a session of the user.
func (f *fixture) session(user roster.UserID, change func(*roster.Session)) roster.Session {
	f.Helper()
	s := roster.Session{
		ID: roster.SessionID(f.id()), OrganizationID: f.org, UserID: user, Face: roster.FaceGraze, CredentialVersion: 4,
		CreatedAt: f.now, LastUsedAt: f.now, Idle: time.Hour, ExpiresAt: f.now.Add(24 * time.Hour),
	}
	if change != nil {
		change(&s)
	}
	f.update(func(tx directory.Tx) error { return tx.InsertSession(s, Hash("of "+string(s.ID)), 3) })
	return s
}

func (f *fixture) hasSession(s roster.Session) bool {
	f.Helper()
	err := f.store.View(f.Context(), func(tx directory.Tx) error {
		_, _, err := tx.SessionByHash(Hash("of " + string(s.ID)))
		return err
	})
	if err != nil {
		f.isError(err, roster.NotFound, "")
	}
	return err == nil
}

var sessions = []sentence{
	{text: "a session comes back with its user's account", test: func(f *fixture) {
		row, _ := f.scoped("ada", roster.ManageUsers, roster.LevelReadonly)
		want := f.session(row.ID, nil)
		f.view(func(tx directory.Tx) error {
			got, account, err := tx.SessionByHash(Hash("of " + string(want.ID)))
			if err != nil {
				return err
			}
			same(f, got, want)
			expected, err := tx.AccountByID(f.org, row.ID)
			sorted(account.Grants)
			sorted(expected.Grants)
			same(f, account, expected)
			return err
		})
		f.lacks(func(tx directory.Tx) error {
			_, _, err := tx.SessionByHash(Hash(string(want.ID)))
			return err
		})
	}},
	{text: "the oldest sessions beyond the limit go, the user's own only", test: func(f *fixture) {
		ada, grace := f.user("ada"), f.user("grace")
		others := f.session(grace.ID, nil)
		var all []roster.Session
		for i := range 5 {
			all = append(all, f.session(ada.ID, func(s *roster.Session) { s.CreatedAt = f.now.Add(time.Duration(i) * time.Second) }))
		}
		for i, s := range all {
			if f.hasSession(s) != (i >= 2) {
				f.Errorf("session %d of 5: got %v", i, f.hasSession(s))
			}
		}
		if !f.hasSession(others) {
			f.Error("another user's session is gone")
		}
	}},
	{text: "a session is touched forward only, unless the clock was set back", test: func(f *fixture) {
		s := f.session(f.user("ada").ID, nil)
		for _, at := range []time.Duration{time.Minute, time.Second} {
			f.update(func(tx directory.Tx) error { return tx.TouchSession(s.ID, f.now.Add(at)) })
		}
		got := read(f, func(tx directory.Tx) (roster.Session, error) {
			s, _, err := tx.SessionByHash(Hash("of " + string(s.ID)))
			return s, err
		})
		s.LastUsedAt = f.now.Add(time.Minute)
		same(f, got, s)
		f.update(func(tx directory.Tx) error { return tx.TouchSession("none", f.now) })
		s.LastUsedAt = f.now.Add(-25 * time.Hour)
		f.update(func(tx directory.Tx) error { return tx.TouchSession(s.ID, s.LastUsedAt) })
		same(f, read(f, func(tx directory.Tx) (roster.Session, error) {
			s, _, err := tx.SessionByHash(Hash("of " + string(s.ID)))
			return s, err
		}), s)
	}},
	{text: "a user's sessions are deleted together", test: func(f *fixture) {
		ada, grace := f.user("ada"), f.user("grace")
		mine, others := []roster.Session{f.session(ada.ID, nil), f.session(ada.ID, nil)}, f.session(grace.ID, nil)
		f.update(func(tx directory.Tx) error { return tx.DeleteSessions(f.org, ada.ID) })
		if f.hasSession(mine[0]) || f.hasSession(mine[1]) || !f.hasSession(others) {
			f.Error("the wrong sessions are gone")
		}
	}},
	{text: "a user's sessions that are not over are listed by id, the oldest first", test: func(f *fixture) {
		ada := f.user("ada").ID
		f.session(f.user("grace").ID, nil)
		list := func(at time.Time) []roster.Session {
			return read(f, func(tx directory.Tx) ([]roster.Session, error) {
				return records(tx.Sessions(f.org, directory.SessionQuery{User: ada, Open: at}))
			})
		}
		same(f, list(f.now), nil)
		first := f.session(ada, nil)
		second := f.session(ada, func(s *roster.Session) { s.CreatedAt = f.now.Add(-time.Second) }) // a clock was set back
		short := f.session(ada, func(s *roster.Session) { s.CreatedAt, s.ExpiresAt = f.now.Add(time.Second), f.now.Add(time.Minute) })
		same(f, list(f.now), []roster.Session{first, second, short})
		same(f, list(f.now.Add(time.Minute)), []roster.Session{first, second})
		same(f, list(f.now.Add(time.Hour)), nil)
	}},
	{text: "one session of a user ends, and no other", test: func(f *fixture) {
		ada, grace := f.user("ada").ID, f.user("grace").ID
		one, other, others := f.session(ada, nil), f.session(ada, nil), f.session(grace, nil)
		end := func(user roster.UserID, id roster.SessionID) bool {
			return write(f, func(tx directory.Tx) (bool, error) { return tx.DeleteSession(f.org, user, id) })
		}
		same(f, []bool{end(ada, others.ID), end(ada, "none"), end(ada, one.ID), end(ada, one.ID)}, []bool{false, false, true, false})
		if f.hasSession(one) || !f.hasSession(other) || !f.hasSession(others) {
			f.Error("the wrong sessions are gone")
		}
	}},
	{text: "sessions that are over are deleted, a few at a time", alone: true, test: func(f *fixture) {
		id := f.user("ada").ID
		idle := f.session(id, nil)
		used := f.session(id, nil)
		expired := f.session(id, func(s *roster.Session) { s.ExpiresAt = f.now.Add(time.Minute) })
		f.update(func(tx directory.Tx) error { return tx.TouchSession(used.ID, f.now.Add(30*time.Minute)) })
		remove := func(at time.Time, limit int) int {
			return write(f, func(tx directory.Tx) (int, error) { return tx.DeleteDeadSessions(at, limit) })
		}
		same(f, remove(f.now.Add(time.Minute-time.Microsecond), 10), 0)
		same(f, remove(f.now.Add(time.Hour), 1), 1)
		same(f, remove(f.now.Add(time.Hour), 10), 1)
		if f.hasSession(idle) || f.hasSession(expired) || !f.hasSession(used) {
			f.Error("the wrong sessions are gone")
		}
		same(f, remove(f.now.Add(90*time.Minute), 10), 1)
	}},
}

// token stores a token of the organization.
func (f *fixture) token(name string, groups ...roster.GroupLink) roster.Token {
	f.Helper()
	token := roster.Token{
		ID: roster.TokenID(f.id()), OrganizationID: f.org, Name: name, Access: roster.AccessRead, Groups: groups, CreatedAt: f.now,
	}
	f.insertToken(token)
	return token
}

func (f *fixture) insertToken(token roster.Token) {
	f.Helper()
	f.update(func(tx directory.Tx) error {
		return tx.InsertToken(token, directory.Fold(token.Name), Hash("of "+string(token.ID)))
	})
}

func (f *fixture) tokenByHash(id roster.TokenID) (roster.Token, roster.Account) {
	f.Helper()
	var account roster.Account
	token := read(f, func(tx directory.Tx) (token roster.Token, err error) {
		token, account, err = tx.TokenByHash(Hash("of " + string(id)))
		return token, err
	})
	return token, account
}

var tokens = []sentence{
	{text: "a token of the organization comes back with its groups and no account", test: func(f *fixture) {
		red, blue := f.group(roster.KindGroup, "red"), f.group(roster.KindGroup, "blue")
		for _, want := range []roster.Token{f.token("plain"), f.token("limited", groupLink(red), groupLink(blue))} {
			got, account := f.tokenByHash(want.ID)
			same(f, got, want)
			same(f, account, roster.Account{})
		}
	}},
	{text: "a token of a user comes back with the user's account", test: func(f *fixture) {
		row, two := f.scoped("ada", roster.ManageUsers, roster.LevelReadonly)
		want := roster.Token{
			ID: roster.TokenID(f.id()), OrganizationID: f.org, Name: "ada's", Access: roster.AccessReadWrite,
			UserID: row.ID, UserName: "ada", Groups: []roster.GroupLink{groupLink(two[1])}, ErrorsAs200: true, CreatedAt: f.now, ExpiresAt: f.now.Add(time.Hour),
		}
		f.insertToken(want)
		got, account := f.tokenByHash(want.ID)
		same(f, got, want)
		expected := f.account(row.ID)
		sorted(account.Grants)
		sorted(expected.Grants)
		same(f, account, expected)
	}},
	{text: "there is no token for a hash that is none's", test: func(f *fixture) {
		f.lacks(func(tx directory.Tx) error {
			_, _, err := tx.TokenByHash(Hash("none"))
			return err
		})
	}},
	{text: "tokens are listed by id, revoked ones only if asked for", test: func(f *fixture) {
		a, b, c := f.token("a"), f.token("b", groupLink(f.group(roster.KindGroup, "red"))), f.token("c")
		f.update(func(tx directory.Tx) error { return tx.RevokeToken(f.org, a.ID, f.now) })
		a.RevokedAt = f.now
		list := func(after roster.TokenID, limit int, revoked bool) []roster.Token {
			return read(f, func(tx directory.Tx) ([]roster.Token, error) {
				return records(tx.Tokens(f.org, directory.TokenQuery{Revoked: revoked, After: after, Limit: limit}))
			})
		}
		same(f, list("", 0, false), []roster.Token{b, c})
		same(f, list("", 0, true), []roster.Token{a, b, c})
		same(f, list(a.ID, 1, true), []roster.Token{b})
	}},
	{text: "a token is found by id, then by name, unless it is revoked", test: func(f *fixture) {
		a, b := f.token("A"), f.token("B", groupLink(f.group(roster.KindGroup, "red")))
		find := func(ref roster.Ref) roster.Token {
			return read(f, func(tx directory.Tx) (roster.Token, error) { return tx.FindToken(f.org, ref) })
		}
		same(f, find(roster.Ref{ID: string(b.ID)}), b)
		same(f, find(roster.Ref{Name: "b"}), b)
		same(f, find(roster.Ref{ID: string(b.ID), Name: "a"}), b)
		same(f, find(roster.Ref{ID: "none", Name: "a"}), a)
		f.update(func(tx directory.Tx) error { return tx.RevokeToken(f.org, a.ID, f.now) })
		for _, ref := range []roster.Ref{{}, {Name: "a"}, {ID: string(a.ID)}, {ID: "none"}} {
			f.lacks(func(tx directory.Tx) error {
				_, err := tx.FindToken(f.org, ref)
				return err
			})
		}
	}},
	{text: "a revoked token can still be told, and its name is free", test: func(f *fixture) {
		old := f.token("deploy")
		f.update(func(tx directory.Tx) error { return tx.RevokeToken(f.org, old.ID, f.now) })
		f.token("deploy")
		if got, _ := f.tokenByHash(old.ID); !got.RevokedAt.Equal(f.now) {
			f.Errorf("got revoked at %v", got.RevokedAt)
		}
		for _, id := range []roster.TokenID{old.ID, "none"} {
			f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.RevokeToken(f.org, id, f.now) })
		}
	}},
	{text: "uses of tokens are remembered, the latest of each", test: func(f *fixture) {
		a, b := f.token("a"), f.token("b")
		use := func(id roster.TokenID, after time.Duration) roster.TokenUse {
			return roster.TokenUse{ID: id, At: f.now.Add(after), From: fmt.Sprint("192.0.2.", int(after.Seconds())), Face: roster.FaceGraze}
		}
		f.update(func(tx directory.Tx) error {
			return tx.TouchTokens([]roster.TokenUse{use(b.ID, 1*time.Second), use(a.ID, 3*time.Second), use("none", 0)})
		})
		f.update(func(tx directory.Tx) error { return tx.TouchTokens([]roster.TokenUse{use(a.ID, 2*time.Second)}) })
		a.LastUsedAt, a.LastUsedFrom, a.LastUsedFace = f.now.Add(3*time.Second), "192.0.2.3", roster.FaceGraze
		got, _ := f.tokenByHash(a.ID)
		same(f, got, a)
	}},
}

func (f *fixture) link(user roster.UserID, purpose roster.LinkPurpose) roster.Link {
	f.Helper()
	l := roster.Link{
		ID: roster.LinkID(f.id()), OrganizationID: f.org, UserID: user, Purpose: purpose, Address: "ada@example.com", CredentialVersion: 3,
		CreatedAt: f.now, ExpiresAt: f.now.Add(time.Hour),
	}
	f.update(func(tx directory.Tx) error { return tx.InsertLink(l, Hash("of "+string(l.ID))) })
	return l
}

var links = []sentence{
	{text: "a link comes back as it was stored", test: func(f *fixture) {
		want := f.link(f.user("ada").ID, roster.LinkWelcome)
		same(f, read(f, func(tx directory.Tx) (roster.Link, error) { return tx.LinkByHash(Hash("of " + string(want.ID))) }), want)
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.LinkByHash(Hash("none"))
			return err
		})
	}},
	{text: "a link voids an earlier one of the user for the same purpose, and no other", test: func(f *fixture) {
		ada, grace := f.user("ada").ID, f.user("grace").ID
		old, setUp, others := f.link(ada, roster.LinkWelcome), f.link(ada, roster.LinkSetUp), f.link(grace, roster.LinkWelcome)
		latest := f.link(ada, roster.LinkWelcome)
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.LinkByHash(Hash("of " + string(old.ID)))
			return err
		})
		for _, l := range []roster.Link{setUp, others, latest} {
			same(f, read(f, func(tx directory.Tx) (roster.Link, error) { return tx.LinkByHash(Hash("of " + string(l.ID))) }), l)
		}
	}},
	{text: "the links of a user for a purpose are deleted, and no others", test: func(f *fixture) {
		ada, eve := f.user("ada").ID, f.user("eve").ID
		gone, kept, others := f.link(ada, roster.LinkSetUp), f.link(ada, roster.LinkWelcome), f.link(eve, roster.LinkSetUp)
		f.update(func(tx directory.Tx) error { return tx.DeleteLinks("another organization", ada, roster.LinkWelcome) })
		f.update(func(tx directory.Tx) error { return tx.DeleteLinks(f.org, ada, roster.LinkSetUp) })
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.LinkByHash(Hash("of " + string(gone.ID)))
			return err
		})
		for _, l := range []roster.Link{kept, others} {
			same(f, read(f, func(tx directory.Tx) (roster.Link, error) { return tx.LinkByHash(Hash("of " + string(l.ID))) }), l)
		}
	}},
	{text: "all links of a user are deleted, also of a purpose that is not known here, and no others", test: func(f *fixture) {
		ada, eve := f.user("ada").ID, f.user("eve").ID
		gone := []roster.Link{f.link(ada, roster.LinkSetUp), f.link(ada, roster.LinkWelcome), f.link(ada, "another")}
		kept := f.link(eve, roster.LinkSetUp)
		f.update(func(tx directory.Tx) error { return tx.DeleteLinks(f.org, ada, "") })
		for _, l := range gone {
			f.lacks(func(tx directory.Tx) error {
				_, err := tx.LinkByHash(Hash("of " + string(l.ID)))
				return err
			})
		}
		same(f, read(f, func(tx directory.Tx) (roster.Link, error) { return tx.LinkByHash(Hash("of " + string(kept.ID))) }), kept)
	}},
}
