package storetest

import (
	"roster"
	"roster/internal/directory"
)

// again is a change that runs twice and must fail the second time. change returns the change to
// run; twice is true the second time.
type again struct {
	text  string
	kind  roster.Kind
	field string
	do    func(f *fixture, tx directory.Tx, twice bool) error
}

// conflicts violates every unique index.
var conflicts = func() []sentence {
	var all []sentence
	for _, a := range []again{
		{"a slug", roster.Conflict, "slug", func(f *fixture, tx directory.Tx, _ bool) error {
			return tx.InsertOrganization(roster.Organization{ID: roster.OrganizationID(f.id()), Slug: "slug of " + string(f.org)})
		}},
		{"an organization's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			return tx.InsertOrganization(roster.Organization{ID: twin(f.org), Slug: f.id()})
		}},
		{"a userName", roster.Conflict, "userName", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertUser(f.row("ada"))
			return err
		}},
		{"a user's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			row := f.row(f.id())
			row.ID = theOne
			_, err := tx.InsertUser(row)
			return err
		}},
		{"a group's name", roster.Conflict, "displayName", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertGroup(roster.Group{ID: roster.GroupID(f.id()), OrganizationID: f.org, Kind: roster.KindGroup}, "ops")
			return err
		}},
		{"a group's number", roster.Conflict, "number", func(f *fixture, tx directory.Tx, _ bool) error {
			id := f.id()
			_, err := tx.InsertGroup(roster.Group{ID: roster.GroupID(id), OrganizationID: f.org, Kind: roster.KindGroup, Number: 7}, id)
			return err
		}},
		{"a group's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertGroup(roster.Group{ID: theOne, OrganizationID: f.org, Kind: roster.KindGroup}, f.id())
			return err
		}},
		{"a department's name", roster.Conflict, "displayName", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertDepartment(roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org}, "support")
			return err
		}},
		{"a department's number", roster.Conflict, "number", func(f *fixture, tx directory.Tx, _ bool) error {
			id := f.id()
			_, err := tx.InsertDepartment(roster.Department{ID: roster.DepartmentID(id), OrganizationID: f.org, Number: 7}, id)
			return err
		}},
		{"a department's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertDepartment(roster.Department{ID: theOne, OrganizationID: f.org}, f.id())
			return err
		}},
		{"a role's name", roster.Conflict, "displayName", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertRole(roster.Role{ID: roster.RoleID(f.id()), OrganizationID: f.org}, "operator")
			return err
		}},
		{"a role's number", roster.Conflict, "number", func(f *fixture, tx directory.Tx, _ bool) error {
			id := f.id()
			_, err := tx.InsertRole(roster.Role{ID: roster.RoleID(id), OrganizationID: f.org, Number: 7}, id)
			return err
		}},
		{"a role's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertRole(roster.Role{ID: theOne, OrganizationID: f.org}, f.id())
			return err
		}},
		{"a token's name", roster.Conflict, "name", func(f *fixture, tx directory.Tx, _ bool) error {
			id := f.id()
			return tx.InsertToken(roster.Token{ID: roster.TokenID(id), OrganizationID: f.org}, "deploy", Hash(id))
		}},
		{"a token's secret", roster.Conflict, "secret", func(f *fixture, tx directory.Tx, _ bool) error {
			id := f.id()
			return tx.InsertToken(roster.Token{ID: roster.TokenID(id), OrganizationID: f.org}, id, Hash("in "+string(f.org)))
		}},
		{"a token's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			id := f.id()
			return tx.InsertToken(roster.Token{ID: roster.TokenID(twin(f.org)), OrganizationID: f.org}, id, Hash(id))
		}},
		{"a session's secret", roster.Conflict, "secret", func(f *fixture, tx directory.Tx, _ bool) error {
			return insertOwned(f, tx, func(user roster.UserID) error {
				s := roster.Session{ID: roster.SessionID(f.id()), OrganizationID: f.org, UserID: user, CreatedAt: f.now}
				return tx.InsertSession(s, Hash("in "+string(f.org)), 10)
			})
		}},
		{"a link's secret", roster.Conflict, "secret", func(f *fixture, tx directory.Tx, _ bool) error {
			return insertOwned(f, tx, func(user roster.UserID) error {
				l := roster.Link{ID: roster.LinkID(f.id()), OrganizationID: f.org, UserID: user, Purpose: roster.LinkPurpose(f.id())}
				return tx.InsertLink(l, Hash("in "+string(f.org)))
			})
		}},
		{"an audit entry's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			return tx.InsertAudit(roster.AuditEntry{ID: theOne, OrganizationID: f.org})
		}},
		{"a place in the audit chain", roster.Conflict, "number", func(f *fixture, tx directory.Tx, _ bool) error {
			return tx.InsertAuditSeal(roster.AuditSeal{OrganizationID: f.org, Number: 1, Through: theOne, Hash: "ff"})
		}},
		{"a job's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			return tx.Enqueue(roster.Job{ID: roster.JobID(twin(f.org)), OrganizationID: f.org, Lane: "none", RunAt: f.now})
		}},
		{"a check's name", roster.Conflict, "displayName", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertCheck(f.newCheck("backup"), "backup", "")
			return err
		}},
		{"a check's alias", roster.Conflict, "emailAlias", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertCheck(f.newCheck("backup"), f.id(), "alias")
			return err
		}},
		{"a check's number", roster.Conflict, "number", func(f *fixture, tx directory.Tx, _ bool) error {
			c := f.newCheck("backup")
			c.Number = 7
			_, err := tx.InsertCheck(c, string(c.ID), "")
			return err
		}},
		{"a check's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			c := f.newCheck("backup")
			c.ID = theOne
			_, err := tx.InsertCheck(c, f.id(), "")
			return err
		}},
		{"a told group", roster.Conflict, "groups", func(f *fixture, tx directory.Tx, twice bool) error {
			g := roster.Group{ID: roster.GroupID(f.id()), OrganizationID: f.org, Kind: roster.KindTeam}
			var err error
			if g.Number, err = tx.InsertGroup(g, string(g.ID)); err != nil {
				return err
			}
			c := f.newCheck("backup")
			c.Teams = []roster.GroupLink{groupLink(g)}
			if twice {
				c.Teams = append(c.Teams, groupLink(g))
			}
			_, err = tx.InsertCheck(c, f.id(), "")
			return err
		}},
		{"a check group's name", roster.Conflict, "displayName", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertCheckGroup(roster.CheckGroup{ID: roster.CheckGroupID(f.id()), OrganizationID: f.org}, "nightly")
			return err
		}},
		{"a check group's number", roster.Conflict, "number", func(f *fixture, tx directory.Tx, _ bool) error {
			id := f.id()
			_, err := tx.InsertCheckGroup(roster.CheckGroup{ID: roster.CheckGroupID(id), OrganizationID: f.org, Number: 7}, id)
			return err
		}},
		{"a check group's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			_, err := tx.InsertCheckGroup(roster.CheckGroup{ID: theOne, OrganizationID: f.org}, f.id())
			return err
		}},
		{"an entry's id", roster.Conflict, "id", func(f *fixture, tx directory.Tx, _ bool) error {
			return insertOwned(f, tx, func(user roster.UserID) error {
				u, err := tx.User(f.org, directory.UserSelector{ID: user}, 0)
				if err != nil {
					return err
				}
				g := roster.CheckGroup{ID: roster.CheckGroupID(f.id()), OrganizationID: f.org}
				if g.Number, err = tx.InsertCheckGroup(g, string(g.ID)); err != nil {
					return err
				}
				_, err = tx.PutCheckPermission(f.org, roster.CheckPermission{
					ID: theOne, CheckGroup: checkGroupLink(g), User: roster.UserLink{ID: u.ID, Number: u.Number},
				})
				return err
			})
		}},
		{"a membership", roster.Conflict, "groups", func(f *fixture, tx directory.Tx, twice bool) error {
			row := f.row(f.id())
			g := roster.Group{ID: roster.GroupID(f.id()), OrganizationID: f.org, Kind: roster.KindTeam}
			var err error
			if g.Number, err = tx.InsertGroup(g, string(g.ID)); err != nil {
				return err
			}
			row.Teams = []roster.GroupLink{groupLink(g)}
			if twice {
				row.Teams = append(row.Teams, groupLink(g))
			}
			_, err = tx.InsertUser(row)
			return err
		}},
	} {
		all = append(all, sentence{text: a.text + " is taken once", test: func(f *fixture) {
			f.update(func(tx directory.Tx) error { return a.do(f, tx, false) })
			f.fails(a.kind, a.field, func(tx directory.Tx) error { return a.do(f, tx, true) })
		}})
	}
	return all
}()

// insertOwned stores a user, and records that belong to it.
func insertOwned(f *fixture, tx directory.Tx, insert func(roster.UserID) error) error {
	row := f.row(f.id())
	if _, err := tx.InsertUser(row); err != nil {
		return err
	}
	return insert(row.ID)
}
