package storetest

import (
	"errors"
	"fmt"

	"roster"
	"roster/internal/directory"
)

var organizations = []sentence{
	{text: "an organization is found by its slug", test: func(f *fixture) {
		want := roster.Organization{ID: roster.OrganizationID(f.id()), Slug: "slug-" + f.id(), Name: "Straße & Co", CreatedAt: f.now}
		f.update(func(tx directory.Tx) error { return tx.InsertOrganization(want) })
		same(f, read(f, func(tx directory.Tx) (roster.Organization, error) { return tx.OrganizationBySlug(want.Slug) }), want)
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.OrganizationBySlug("none")
			return err
		})
	}},
	{text: "an organization is found by its id, with what was changed of it", test: func(f *fixture) {
		o := roster.Organization{
			ID: roster.OrganizationID(f.id()), Slug: "slug-" + f.id(), Name: "First", CreatedAt: f.now, Version: 1,
			Settings: roster.Settings{TimeZone: "Europe/Berlin", DefaultCountry: "DE", StrongPasswords: true},
		}
		find := func() roster.Organization {
			return read(f, func(tx directory.Tx) (roster.Organization, error) { return tx.OrganizationByID(o.ID) })
		}
		f.update(func(tx directory.Tx) error { return tx.InsertOrganization(o) })
		same(f, find(), o)
		o.Name, o.Settings, o.Version = "Second", roster.Settings{TimeZone: "Asia/Tokyo"}, 2
		f.update(func(tx directory.Tx) error { return tx.UpdateOrganization(o) })
		same(f, find(), o)
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.OrganizationByID("none")
			return err
		})
		o.ID = "none"
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.UpdateOrganization(o) })
	}},
	{text: "organizations are listed by slug, a page at a time", alone: true, test: func(f *fixture) {
		for _, slug := range []string{"zeta", "alpha-2", "alpha"} {
			f.update(func(tx directory.Tx) error {
				return tx.InsertOrganization(roster.Organization{ID: roster.OrganizationID(f.id()), Slug: slug})
			})
		}
		slugs := func(after string, limit int) (slugs []string) {
			for _, o := range read(f, func(tx directory.Tx) ([]roster.Organization, error) {
				return records(tx.Organizations(directory.OrganizationQuery{After: after, Limit: limit}))
			}) {
				slugs = append(slugs, o.Slug)
			}
			return slugs
		}
		first := read(f, func(tx directory.Tx) (roster.Organization, error) { return tx.OrganizationByID(f.org) }).Slug
		same(f, slugs("", 0), []string{"alpha", "alpha-2", first, "zeta"})
		same(f, slugs("alpha", 1), []string{"alpha-2"})
		same(f, slugs("zeta", 10), nil)
	}},
	{text: "organizations that use the same names see nothing of one another", test: func(f *fixture) {
		home := f.org
		mine := f.populate()
		f.org = f.organization()
		theirs := f.populate()
		f.sees(theirs)
		f.seesNothingOf(mine)
		f.org = home
		f.sees(mine)
		f.seesNothingOf(theirs)
	}},
	{text: "a user cannot be in a group or have a role of another organization", test: func(f *fixture) {
		group, role := f.group(roster.KindGroup, "red"), f.role("reader", roster.ReadDirectory)
		f.org = f.organization()
		for name, change := range map[string]func(*directory.NewUserRow){
			"group": func(r *directory.NewUserRow) { r.Groups = []roster.GroupLink{groupLink(group)} },
			"role":  func(r *directory.NewUserRow) { r.Roles = []roster.RoleGrant{roleGrant(role)} },
			"scope": func(r *directory.NewUserRow) { r.LevelGroups = []roster.GroupID{group.ID} },
		} {
			row := f.row(name)
			change(&row)
			err := f.store.Update(f.Context(), func(tx directory.Tx) error {
				_, err := tx.InsertUser(row)
				return err
			})
			if err == nil {
				f.Errorf("%s: got no error", name)
			}
		}
	}},
}

// population is one of everything.
type population struct {
	user    directory.NewUserRow
	token   roster.Token
	session roster.Session
	entry   roster.AuditEntry
	seal    roster.AuditSeal
}

// populate stores one of everything, under the same names in whichever organization.
func (f *fixture) populate() population {
	f.Helper()
	row := f.insert(f.wholeUser("ada"))
	p := population{
		user: row, token: f.token("deploy", row.Groups...), session: f.session(row.ID, nil), entry: f.entry(ID + "9"),
	}
	f.job("key", f.now)
	f.update(func(tx directory.Tx) error {
		prefs := []roster.Preference{{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceEmail}}}
		_, err := tx.InsertRetry(directory.Retry{OrganizationID: f.org, Key: Hash("key"), ResourceID: string(row.ID), CreatedAt: f.now})
		return errors.Join(err,
			tx.KnowAddress(f.org, "ada", "192.0.2.1", f.now),
			tx.SetDefaultPreferences(f.org, "", prefs))
	})
	p.seal = f.seal(1, p.entry, p.entry)
	return p
}

// sees checks that p is all there is in the organization.
func (f *fixture) sees(p population) {
	f.Helper()
	same(f, f.list(directory.UserQuery{}, withAll), []roster.User{p.user.User})
	same(f, f.list(directory.UserQuery{Where: directory.Is("email", p.user.EmailKey)}, 0)[0].ID, p.user.ID)
	same(f, f.entries(directory.AuditQuery{}), []roster.AuditEntry{p.entry})
	same(f, f.seals(directory.AuditSealQuery{}), []roster.AuditSeal{p.seal})
	f.view(func(tx directory.Tx) error {
		tokens, err := records(tx.Tokens(f.org, directory.TokenQuery{Revoked: true}))
		same(f, tokens, []roster.Token{p.token})
		groups, err2 := records(tx.Groups(f.org, directory.GroupQuery{Kind: roster.KindGroup, CountMembers: true}))
		same(f, fmt.Sprint(len(groups), groups[0].ID, groups[0].MemberCount), fmt.Sprint(1, p.user.Groups[0].ID, 1))
		roles, err3 := records(tx.Roles(f.org, directory.RoleQuery{}))
		same(f, len(roles), 2)
		departments, err4 := records(tx.Departments(f.org, directory.DepartmentQuery{}))
		same(f, len(departments), 1)
		r, found, err5 := tx.Retry(f.org, Hash("key"))
		same(f, fmt.Sprint(found, r.ResourceID), fmt.Sprint(true, p.user.ID))
		holder, _, err6 := tx.EmailHolder(f.org, "ada", "")
		same(f, holder.ID, string(p.user.ID))
		account, err7 := tx.AccountByName(f.org, "ada")
		same(f, account.UserID, p.user.ID)
		prefs, err8 := tx.DefaultPreferences(f.org, nil)
		same(f, len(prefs), 1)
		sessions, err9 := records(tx.Sessions(f.org, directory.SessionQuery{User: p.user.ID, Open: f.now}))
		same(f, sessions, []roster.Session{p.session})
		jobs, err10 := records(tx.Jobs(f.org, directory.JobQuery{}))
		same(f, len(jobs), 1)
		return errors.Join(err, err2, err3, err4, err5, err6, err7, err8, err9, err10)
	})
}

// seesNothingOf checks that what p's ids and numbers name is not there in the organization, and
// cannot be changed.
func (f *fixture) seesNothingOf(p population) {
	f.Helper()
	for _, sel := range []directory.UserSelector{{ID: p.user.ID}, {Number: p.user.Number}} {
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.User(f.org, sel, 0)
			return err
		})
	}
	f.lacks(func(tx directory.Tx) error {
		_, err := tx.AccountByID(f.org, p.user.ID)
		return err
	})
	f.lacks(func(tx directory.Tx) error {
		_, err := tx.FindToken(f.org, roster.Ref{ID: string(p.token.ID)})
		return err
	})
	f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.SetPassword(f.org, p.user.ID, "$", f.now) })
	f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.RevokeToken(f.org, p.token.ID, f.now) })
	f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.SetServerAdmin(f.org, p.user.ID, true, f.now) })
	f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.DeleteDepartment(f.org, p.user.Department.ID, f.now) })
	f.fails(roster.NotFound, "", func(tx directory.Tx) error {
		return tx.UpdateDepartment(roster.Department{ID: p.user.Department.ID, OrganizationID: f.org, Name: "Taken over"}, "taken over")
	})
	f.fails(roster.NotFound, "", func(tx directory.Tx) error {
		return tx.LockRecord(f.org, directory.LockableGroup, string(p.user.Groups[0].ID))
	})
	same(f, f.entries(directory.AuditQuery{Where: directory.Is("id", string(p.entry.ID))}), nil)
	same(f, read(f, func(tx directory.Tx) ([]roster.Session, error) {
		return records(tx.Sessions(f.org, directory.SessionQuery{User: p.user.ID, Open: f.now}))
	}), nil)
	same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.DeleteSession(f.org, p.user.ID, p.session.ID) }), false)
	same(f, f.list(directory.UserQuery{Where: directory.Is("id", string(p.user.ID))}, 0), nil)
	same(f, f.list(directory.UserQuery{Among: []roster.GroupID{p.user.Groups[0].ID}}, 0), nil)
	f.view(func(tx directory.Tx) error {
		groups, err := tx.FindGroups(f.org, roster.KindGroup, []roster.Ref{{ID: string(p.user.Groups[0].ID)}})
		same(f, groups, []roster.Group{{}})
		roles, err2 := tx.FindRoles(f.org, []roster.Ref{{ID: string(p.user.Roles[0].ID)}})
		same(f, roles, []roster.Role{{}})
		dep, err3 := tx.FindDepartment(f.org, roster.Ref{ID: string(p.user.Department.ID)})
		same(f, dep, roster.Department{})
		return errors.Join(err, err2, err3)
	})
	f.update(func(tx directory.Tx) error {
		return errors.Join(
			tx.DeleteSessions(f.org, p.user.ID),
			tx.DeleteRetry(f.org, Hash("none")),
			tx.ConfirmContactMethod(f.org, p.user.ID, roster.ServiceEmail, p.user.Email, f.now))
	})
	if !f.hasSession(p.session) {
		f.Error("another organization's session is gone")
	}
}
