package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"roster"
	"roster/internal/directory"
)

func (f *fixture) delete(u directory.NewUserRow, at time.Time) {
	f.Helper()
	f.update(func(tx directory.Tx) error { return tx.DeleteUser(f.org, u.Number, at) })
}

// deleteAndKeep deletes a user with a document that restores it.
func (f *fixture) deleteAndKeep(u directory.NewUserRow) {
	f.Helper()
	f.deleteAndKeepAt(u, f.now)
}

func (f *fixture) deleteAndKeepAt(u directory.NewUserRow, at time.Time) {
	f.Helper()
	f.update(func(tx directory.Tx) error {
		err := tx.KeepDeletedUser(directory.NewDeletedUser{
			OrganizationID: f.org, Number: u.Number, UserKey: u.UserKey, Document: "sealed", DeletedAt: at,
		})
		return errors.Join(err, tx.DeleteUser(f.org, u.Number, at))
	})
}

// deleted returns the deleted users of a condition.
func (f *fixture) deleted(where directory.Condition) []roster.DeletedUser {
	f.Helper()
	return read(f, func(tx directory.Tx) ([]roster.DeletedUser, error) {
		return records(tx.DeletedUsers(f.org, directory.DeletedUserQuery{Where: where, Limit: 10}))
	})
}

func (f *fixture) deleteGroup(g roster.Group) {
	f.Helper()
	f.update(func(tx directory.Tx) error { return tx.DeleteGroup(f.org, g.ID, f.now) })
}

var deletions = []sentence{
	{text: "a deleted user who is kept is found, and is as it was once it is restored", test: func(f *fixture) {
		ada := f.insert(f.wholeUser("ada"))
		f.deleteAndKeep(ada)
		want := roster.DeletedUser{
			ID: ada.ID, OrganizationID: f.org, Number: ada.Number, UserName: "ada", DisplayName: ada.DisplayName, Email: ada.Email, DeletedAt: f.now,
		}
		for _, where := range []directory.Condition{{}, directory.Is("id", string(ada.ID)), directory.Is("number", ada.Number)} {
			same(f, f.deleted(where), []roster.DeletedUser{want})
		}
		same(f, read(f, func(tx directory.Tx) (roster.DeletedUser, error) { return tx.LastDeleted(f.org, "ada") }), want)
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.LastDeleted(f.org, "grace")
			return err
		})
		next := ada
		next.Version += 2
		f.update(func(tx directory.Tx) error {
			document, err := tx.TakeDeletedUser(f.org, ada.Number)
			if document != "sealed" {
				f.Errorf("the document is %q", document)
			}
			if err == nil {
				err = tx.RenameDeletedUser(f.org, ada.Number, "ada")
			}
			if err == nil {
				err = tx.UpdateUser(next, withAll)
			}
			return errors.Join(err, tx.SetPassword(f.org, ada.ID, ada.PasswordHash, f.now))
		})
		next.UpdatedAt = f.get(ada.ID, withAll).UpdatedAt
		same(f, f.get(ada.ID, withAll), next.User)
		same(f, f.deleted(directory.Condition{}), nil)
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.RenameDeletedUser(f.org, ada.Number, "ada") })
		f.fails(roster.NotFound, "", func(tx directory.Tx) error {
			_, err := tx.TakeDeletedUser(f.org, ada.Number)
			return err
		})
	}},
	{text: "of several deleted users of a name the last is the one who was deleted last", test: func(f *fixture) {
		first := f.user("ada")
		f.deleteAndKeepAt(first, f.now.Add(time.Hour))
		second := f.user("ada")
		f.deleteAndKeepAt(second, f.now)
		last := read(f, func(tx directory.Tx) (roster.DeletedUser, error) { return tx.LastDeleted(f.org, "ada") })
		same(f, last.ID, first.ID)
	}},
	{text: "a deleted user does not get back a name that another one has", test: func(f *fixture) {
		ada := f.insert(f.wholeUser("ada"))
		f.deleteAndKeep(ada)
		f.user("ada")
		f.fails(roster.Conflict, "userName", func(tx directory.Tx) error { return tx.RenameDeletedUser(f.org, ada.Number, "ada") })
	}},
	{text: "whether an email is claimed is known", test: func(f *fixture) {
		claims, grace := f.row("ada"), f.user("grace")
		claims.Email, claims.EmailKey, claims.EmailClaim = "ada@example.com", "ada@example.com", "ada@example.com"
		claims = f.insert(claims)
		for number, want := range map[int64]bool{claims.Number: true, grace.Number: false, 999: false} {
			same(f, read(f, func(tx directory.Tx) (bool, error) { return tx.ClaimsEmail(f.org, number) }), want)
		}
	}},
	{text: "those who were deleted before a time are found in every organization, and can be erased", test: func(f *fixture) {
		ada, grace := f.insert(f.wholeUser("ada")), f.user("grace")
		f.deleteAndKeep(ada)
		due := func(at time.Time) []roster.DeletedUser {
			all := read(f, func(tx directory.Tx) ([]roster.DeletedUser, error) { return tx.DeletedBefore(at, directory.MaxPage) })
			return slices.DeleteFunc(all, func(u roster.DeletedUser) bool { return u.OrganizationID != f.org }) // others share the database
		}
		if got := due(f.now); len(got) != 0 {
			f.Errorf("got %v", got)
		}
		if got := due(f.now.Add(1)); len(got) != 0 { // less than a microsecond
			f.Errorf("got %v", got)
		}
		same(f, due(f.now.Add(time.Microsecond)), f.deleted(directory.Condition{}))
		f.update(func(tx directory.Tx) error {
			return errors.Join(tx.EraseUser(f.org, ada.Number), tx.EraseUser(f.org, grace.Number))
		})
		same(f, f.deleted(directory.Condition{}), nil)
		same(f, f.get(grace.ID, withAll), grace.User)
	}},
	{text: "a deleted user is found by nothing, and others are", test: func(f *fixture) {
		ada, grace := f.insert(f.wholeUser("ada")), f.user("grace")
		f.delete(ada, f.now)
		for _, sel := range []directory.UserSelector{{ID: ada.ID}, {Number: ada.Number}, {UserName: "ada"}} {
			f.lacks(func(tx directory.Tx) error {
				_, err := tx.User(f.org, sel, 0)
				return err
			})
			f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.LockUser(f.org, sel) })
		}
		for _, q := range []directory.UserQuery{{Where: directory.Is("id", string(ada.ID))}, {Where: directory.Is("email", ada.EmailKey)}, {Where: directory.Is("externalId", ada.ExternalID)}, {Among: []roster.GroupID{ada.Groups[0].ID}}} {
			same(f, f.names(q), nil)
		}
		same(f, f.names(directory.UserQuery{}), []string{"grace"})
		same(f, read(f, func(tx directory.Tx) ([]roster.UserLink, error) {
			return tx.FindUsers(f.org, []roster.Ref{{ID: string(ada.ID)}, {Number: ada.Number}, {Name: "ada"}, {Name: "grace"}})
		}), []roster.UserLink{{}, {}, {}, {ID: grace.ID, Number: grace.Number, Name: "grace"}})
		for _, key := range []string{ada.UserKey, ada.EmailKey} {
			f.view(func(tx directory.Tx) error {
				h, found, err := tx.EmailHolder(f.org, key, "")
				if found {
					f.Errorf("%q is held by %v", key, h)
				}
				return err
			})
		}
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.AccountByName(f.org, "ada")
			return err
		})
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.AccountByID(f.org, ada.ID)
			return err
		})
		for _, g := range []roster.GroupLink{ada.Groups[0], ada.Teams[0]} {
			same(f, read(f, func(tx directory.Tx) ([]roster.UserLink, error) {
				return records(tx.Members(f.org, directory.MemberQuery{Group: g.ID}))
			}), nil)
		}
		kept := read(f, func(tx directory.Tx) ([]roster.Group, error) {
			return records(tx.Groups(f.org, directory.GroupQuery{Where: directory.Is("id", string(ada.Groups[0].ID)), Kind: roster.KindGroup, CountMembers: true}))
		})
		same(f, kept[0].MemberCount, 0)
	}},
	{text: "a deleted user's name and address are free, its number and id are not", test: func(f *fixture) {
		ada := f.insert(f.wholeUser("ada"))
		f.delete(ada, f.now)
		next := f.row("ada")
		next.Email, next.EmailKey, next.ExternalID = ada.Email, ada.EmailKey, ada.ExternalID
		next.SetContactMethods(nil)
		next = f.insert(next)
		if next.Number <= ada.Number {
			f.Errorf("number %d comes after %d", next.Number, ada.Number)
		}
		same(f, f.get(next.ID, withAll), next.User)
		same(f, f.names(directory.UserQuery{Where: directory.Is("externalId", ada.ExternalID)}), []string{"ada"})
		same(f, len(f.account(next.ID).Grants), 0)
		again := f.row("grace")
		again.ID = ada.ID
		f.fails(roster.Conflict, "id", func(tx directory.Tx) error {
			_, err := tx.InsertUser(again)
			return err
		})
	}},
	{text: "a deletion ends the user's sessions, links and tokens, and no others", test: func(f *fixture) {
		ada, grace := f.user("ada"), f.user("grace")
		sessions := []roster.Session{f.session(ada.ID, nil), f.session(grace.ID, nil)}
		links := []roster.Link{f.link(ada.ID, roster.LinkWelcome), f.link(grace.ID, roster.LinkWelcome)}
		var tokens []roster.Token
		for _, user := range []roster.UserID{ada.ID, grace.ID, ""} {
			token := roster.Token{ID: roster.TokenID(f.id()), OrganizationID: f.org, Name: "of " + string(user), Access: roster.AccessRead, UserID: user, CreatedAt: f.now}
			f.insertToken(token)
			tokens = append(tokens, token)
		}
		f.update(func(tx directory.Tx) error { return tx.KnowAddress(f.org, "ada", "192.0.2.1", f.now) })
		later := f.now.Add(time.Hour)
		f.delete(ada, later)
		if f.hasSession(sessions[0]) || !f.hasSession(sessions[1]) {
			f.Error("the wrong session is gone")
		}
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.LinkByHash(Hash("of " + string(links[0].ID)))
			return err
		})
		same(f, read(f, func(tx directory.Tx) (roster.Link, error) { return tx.LinkByHash(Hash("of " + string(links[1].ID))) }), links[1])
		for i, want := range []time.Time{later, {}, {}} {
			if got, account := f.tokenByHash(tokens[i].ID); !got.RevokedAt.Equal(want) || i == 0 && account.UserID != "" {
				f.Errorf("token %d is revoked at %v, want %v", i, got.RevokedAt, want)
			}
		}
		if read(f, func(tx directory.Tx) (bool, error) { return tx.AddressKnownSince(f.org, "ada", "192.0.2.1", f.now) }) {
			f.Error("whoever has the name next is known from the address of somebody else")
		}
	}},
	{text: "a user is deleted once, and only in its organization", test: func(f *fixture) {
		ada := f.user("ada")
		mine := f.org
		f.org = f.organization()
		for _, number := range []int64{ada.Number, 0, ada.Number + 1_000_000} {
			f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.DeleteUser(f.org, number, f.now) })
		}
		f.org = mine
		same(f, f.get(ada.ID, 0), ada.User)
		f.delete(ada, f.now)
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.DeleteUser(f.org, ada.Number, f.now) })
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.UpdateUser(ada, withAll) })
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.SetPassword(f.org, ada.ID, "$", f.now) })
	}},
	{text: "what is granted for a deleted group gives nothing, and a level for it is not one for the organization", test: func(f *fixture) {
		row, two := f.scoped("ada", roster.ManageUsers, roster.LevelReadonly)
		held := roster.ManageUsers | roster.Filter | roster.ReadDirectory
		f.deleteGroup(two[0])
		same(f, f.account(row.ID).Grants, roster.Grants{{Group: two[1].ID, Permissions: held}})
		u := f.get(row.ID, withAll)
		same(f, u.LevelGroups, []roster.GroupID{two[1].ID})
		for _, role := range u.Roles {
			same(f, role.Groups, []roster.GroupID{two[1].ID})
		}
		f.deleteGroup(two[1])
		same(f, f.account(row.ID).Grants, nil)
		u = f.get(row.ID, withAll)
		if len(u.Roles) != 0 || len(u.LevelGroups) == 0 {
			f.Errorf("got roles %v and a level for %v", u.Roles, u.LevelGroups)
		}
		page := f.list(directory.UserQuery{}, withAll)
		same(f, page, []roster.User{u})
		s := f.session(row.ID, nil)
		f.view(func(tx directory.Tx) error {
			_, account, err := tx.SessionByHash(Hash("of " + string(s.ID)))
			same(f, account.Grants, nil)
			return err
		})
		same(f, read(f, func(tx directory.Tx) (roster.Account, error) { return tx.AccountByName(f.org, "ada") }).Grants, nil)
	}},
	{text: "of users those are picked who are members of one of the groups", test: func(f *fixture) {
		red, blue, green := f.group(roster.KindGroup, "red"), f.group(roster.KindTeam, "blue"), f.group(roster.KindTeam, "green")
		var numbers []int64
		for i, groups := range [][]roster.Group{{red}, {}, {red, blue}, {blue}, {green}, {red}} {
			row := f.user(fmt.Sprint("user ", i))
			numbers = append(numbers, row.Number)
			for _, g := range groups {
				f.update(func(tx directory.Tx) error { return tx.AddMembers(f.org, g.ID, []int64{row.Number}, f.now) })
			}
		}
		among := func(users []int64, groups ...roster.GroupID) []int64 {
			return read(f, func(tx directory.Tx) ([]int64, error) { return tx.MembersAmong(f.org, groups, users) })
		}
		many := slices.Repeat([]int64{1 << 40}, 300)
		same(f, among(slices.Concat(numbers[3:], many, numbers[:3]), red.ID, blue.ID), []int64{numbers[0], numbers[2], numbers[3], numbers[5]})
		same(f, among(numbers[1:5], red.ID), []int64{numbers[2]})
		same(f, among(numbers), nil)
		same(f, among(nil, red.ID), nil)
		f.org = f.organization()
		same(f, among(numbers, red.ID, blue.ID), nil)
	}},
	{text: "those are found to whom something is granted for a group", test: func(f *fixture) {
		red, blue, role := f.group(roster.KindGroup, "red"), f.group(roster.KindGroup, "blue"), f.role("r", roster.ReadDirectory)
		var numbers []int64
		for i, to := range []func(*directory.NewUserRow){
			func(r *directory.NewUserRow) { r.Roles = []roster.RoleGrant{roleGrant(role, red.ID, blue.ID)} },
			func(r *directory.NewUserRow) { r.Roles = []roster.RoleGrant{roleGrant(role)} },
			func(r *directory.NewUserRow) { r.Groups = []roster.GroupLink{groupLink(red)} },
			func(r *directory.NewUserRow) {
				r.AccessLevel, r.LevelGroups = roster.LevelUser, []roster.GroupID{red.ID}
			},
			func(r *directory.NewUserRow) {},
			func(r *directory.NewUserRow) {},
		} {
			row := f.row(fmt.Sprint("user ", i))
			to(&row)
			numbers = append(numbers, f.insert(row).Number)
			if i < 4 {
				continue
			}
			token := roster.Token{ID: roster.TokenID(f.id()), OrganizationID: f.org, Name: row.UserName, UserID: row.ID, Groups: []roster.GroupLink{groupLink(red)}}
			f.insertToken(token)
			if i == 5 {
				f.update(func(tx directory.Tx) error { return tx.RevokeToken(f.org, token.ID, f.now) })
			}
		}
		granted := func(g roster.Group, after int64, limit int) []int64 {
			return read(f, func(tx directory.Tx) ([]int64, error) { return tx.GrantedFor(f.org, g.ID, after, limit) })
		}
		same(f, granted(red, 0, 10), []int64{numbers[0], numbers[3], numbers[4]})
		same(f, granted(red, 0, 2), []int64{numbers[0], numbers[3]})
		same(f, granted(red, numbers[3], 2), []int64{numbers[4]})
		same(f, granted(blue, 0, 10), []int64{numbers[0]})
		f.org = f.organization()
		same(f, granted(red, 0, 10), nil)
	}},
	{text: "who is deleted does not become a member", test: func(f *fixture) {
		g, ada, gone := f.group(roster.KindGroup, "red"), f.user("ada"), f.user("gone")
		f.delete(gone, f.now)
		later := f.now.Add(time.Hour)
		f.update(func(tx directory.Tx) error {
			return tx.AddMembers(f.org, g.ID, []int64{ada.Number, gone.Number}, later)
		})
		found := read(f, func(tx directory.Tx) ([]roster.Group, error) {
			return records(tx.Groups(f.org, directory.GroupQuery{Where: directory.Is("id", string(g.ID)), Kind: g.Kind, CountMembers: true}))
		})
		same(f, found[0].MemberCount, 1)
		same(f, f.countUsers([]roster.GroupID{g.ID}), 1)
		if u := f.get(ada.ID, withAll); u.Version != ada.Version+1 || !u.UpdatedAt.Equal(later) || len(u.Groups) != 1 {
			f.Errorf("got %+v", u)
		}
	}},
	{text: "a role, group or department that was deleted while somebody got it is not shown", test: func(f *fixture) {
		role, group, team := f.role("Operator", roster.Filter), f.group(roster.KindGroup, "red"), f.group(roster.KindTeam, "blue")
		department := roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: "Sales"}
		f.update(func(tx directory.Tx) error {
			_, err1 := tx.InsertDepartment(department, "sales")
			_, err2 := tx.DeleteRole(f.org, role.ID)
			return errors.Join(err1, err2, tx.DeleteGroup(f.org, group.ID, f.now), tx.DeleteGroup(f.org, team.ID, f.now), tx.DeleteDepartment(f.org, department.ID, f.now))
		})
		row := f.row("ada")
		plain := row.User
		row.Roles, row.Groups, row.Teams = []roster.RoleGrant{roleGrant(role)}, []roster.GroupLink{groupLink(group)}, []roster.GroupLink{groupLink(team)}
		row.PrimaryGroup, row.Department = groupLink(group), roster.DepartmentLink{ID: department.ID, Number: department.Number}
		plain.Number = f.insert(row).Number
		same(f, f.get(row.ID, withAll), plain)
		same(f, f.list(directory.UserQuery{}, withAll), []roster.User{plain})
		same(f, f.list(directory.UserQuery{Order: directory.OrderUserName}, withAll), []roster.User{plain})
	}},
	{text: "a token keeps to what is left of its groups, and is none without any", test: func(f *fixture) {
		red, blue := f.group(roster.KindGroup, "red"), f.group(roster.KindGroup, "blue")
		one, both, plain := f.token("one", groupLink(red)), f.token("both", groupLink(red), groupLink(blue)), f.token("plain")
		f.deleteGroup(red)
		f.lacks(func(tx directory.Tx) error {
			_, _, err := tx.TokenByHash(Hash("of " + string(one.ID)))
			return err
		})
		got, _ := f.tokenByHash(both.ID)
		same(f, got.Groups, []roster.GroupLink{groupLink(blue)})
		got, _ = f.tokenByHash(plain.ID)
		same(f, got, plain)
	}},
	{text: "only somebody active and for the organization is another administrator", test: func(f *fixture) {
		g := f.group(roster.KindGroup, "customer")
		role := f.role("Administrator", roster.ManageUsers)
		ada := f.user("ada")
		others := func() bool {
			return write(f, func(tx directory.Tx) (bool, error) {
				return tx.OtherAdministrators(f.org, ada.ID, []roster.RoleID{role.ID})
			})
		}
		add := func(change func(*directory.NewUserRow)) directory.NewUserRow {
			row := f.row(fmt.Sprint("user ", f.id()))
			change(&row)
			return f.insert(row)
		}
		add(func(r *directory.NewUserRow) {
			r.AccessLevel, r.LevelGroups = roster.LevelAdministrator, []roster.GroupID{g.ID}
		})
		add(func(r *directory.NewUserRow) { r.Roles = []roster.RoleGrant{roleGrant(role, g.ID)} })
		add(func(r *directory.NewUserRow) { r.AccessLevel, r.Active = roster.LevelAdministrator, false })
		add(func(r *directory.NewUserRow) { r.Roles, r.Active = []roster.RoleGrant{roleGrant(role)}, false })
		f.deleteGroup(g)
		same(f, others(), false)
		for _, change := range []func(*directory.NewUserRow){
			func(r *directory.NewUserRow) { r.AccessLevel = roster.LevelAdministrator },
			func(r *directory.NewUserRow) { r.Roles = []roster.RoleGrant{roleGrant(role)} },
		} {
			row := add(change)
			same(f, others(), true)
			f.delete(row, f.now)
			same(f, others(), false)
		}
	}},
	{text: "users are picked by externalId", test: func(f *fixture) {
		g := f.group(roster.KindGroup, "red")
		var rows []directory.NewUserRow
		for i, id := range []string{"x", "X", "x", ""} {
			row := f.row(fmt.Sprint("user ", i))
			row.ExternalID = id
			if i == 2 {
				row.Groups = []roster.GroupLink{groupLink(g)}
			}
			rows = append(rows, f.insert(row))
		}
		same(f, f.names(directory.UserQuery{Where: directory.Is("externalId", "x")}), []string{"user 0", "user 2"})
		same(f, f.names(directory.UserQuery{Where: directory.Is("externalId", "x"), Limit: 1}), []string{"user 0"})
		same(f, f.names(directory.UserQuery{Where: directory.Is("externalId", "x"), After: &directory.UserPlace{Number: rows[0].Number}}), []string{"user 2"})
		same(f, f.names(directory.UserQuery{Where: directory.Is("externalId", "x"), Among: []roster.GroupID{g.ID}}), []string{"user 2"})
		same(f, f.names(directory.UserQuery{Where: directory.Is("externalId", "x%")}), nil)
		same(f, f.list(directory.UserQuery{Where: directory.Is("externalId", "x")}, withAll)[1].Groups, []roster.GroupLink{groupLink(g)})
	}},
	{text: "a contact method is removed once, from its user only", test: func(f *fixture) {
		row, other := f.insert(f.wholeUser("ada")), f.user("grace")
		remove := func(user roster.UserID, id roster.ContactMethodID) bool {
			return write(f, func(tx directory.Tx) (bool, error) { return tx.RemoveContactMethod(f.org, user, id, roster.FaceAPI) })
		}
		id := row.ContactMethods[1].ID
		same(f, remove(other.ID, id), false)
		same(f, f.get(row.ID, withAll), row.User)
		same(f, remove(row.ID, id), true)
		same(f, remove(row.ID, id), false)
		row.ContactMethods, row.ManagedBy.Reach = row.ContactMethods[:1], roster.FaceAPI
		same(f, f.get(row.ID, withAll), row.User)
	}},
}
