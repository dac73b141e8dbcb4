package storetest

import (
	"errors"
	"fmt"
	"time"

	"roster"
	"roster/internal/directory"
)

// counting is a query that asks for a page of one record, and for the total.
type counting func(tx directory.Tx) (records int, total directory.Total, err error)

// countingOf is the query of one noun.
func countingOf[T any](query func(tx directory.Tx) (directory.Rows[T], error)) counting {
	return func(tx directory.Tx) (int, directory.Total, error) {
		rows, err := query(tx)
		return len(rows.Records), rows.Total, err
	}
}

var (
	lastOne = directory.ListOrder{After: directory.Place{Number: 2}}
	isFirst = directory.Is("displayName", "record 0")
)

// countedNouns are queries about three records of each noun, by how many they pick.
func (f *fixture) countedNouns(of []roster.Group) map[int][]counting {
	org := f.org
	groups := func(q directory.GroupQuery) counting {
		q.Kind, q.Limit, q.Count = roster.KindGroup, 1, true
		return countingOf(func(tx directory.Tx) (directory.Rows[roster.Group], error) { return tx.Groups(org, q) })
	}
	roles := func(q directory.RoleQuery) counting {
		q.Limit, q.Count = 1, true
		return countingOf(func(tx directory.Tx) (directory.Rows[roster.Role], error) { return tx.Roles(org, q) })
	}
	departments := func(q directory.DepartmentQuery) counting {
		q.Limit, q.Count = 1, true
		return countingOf(func(tx directory.Tx) (directory.Rows[roster.Department], error) { return tx.Departments(org, q) })
	}
	realms := func(q directory.RealmQuery) counting {
		q.Limit, q.Count = 1, true
		return countingOf(func(tx directory.Tx) (directory.Rows[roster.Realm], error) { return tx.Realms(org, q) })
	}
	checks := func(q directory.CheckQuery) counting {
		q.Limit, q.Count = 1, true
		return countingOf(func(tx directory.Tx) (directory.Rows[roster.Check], error) { return tx.Checks(org, q) })
	}
	checkGroups := func(q directory.CheckGroupQuery) counting {
		q.Limit, q.Count = 1, true
		return countingOf(func(tx directory.Tx) (directory.Rows[roster.CheckGroup], error) { return tx.CheckGroups(org, q) })
	}
	scope := &directory.CheckScope{Groups: []roster.GroupID{of[0].ID}}
	return map[int][]counting{
		0: {groups(directory.GroupQuery{Among: []roster.GroupID{}}), checks(directory.CheckQuery{Scope: &directory.CheckScope{}})},
		1: {
			groups(directory.GroupQuery{Where: isFirst}), roles(directory.RoleQuery{Where: isFirst}), departments(directory.DepartmentQuery{Where: isFirst}),
			checks(directory.CheckQuery{Where: isFirst}), checks(directory.CheckQuery{Scope: scope}),
			checkGroups(directory.CheckGroupQuery{Where: isFirst}), checkGroups(directory.CheckGroupQuery{Scope: scope}),
			countingOf(func(tx directory.Tx) (directory.Rows[roster.Organization], error) {
				return tx.Organizations(directory.OrganizationQuery{Where: directory.Is("id", string(org)), Limit: 1, Count: true})
			}),
		},
		2: {
			groups(directory.GroupQuery{Among: []roster.GroupID{of[0].ID, of[2].ID}}),
			realms(directory.RealmQuery{Where: directory.Is("active", true)}), realms(directory.RealmQuery{Where: directory.Is("kind", "SAML2")}),
		},
		3: {
			groups(directory.GroupQuery{Order: lastOne, CountMembers: true}), roles(directory.RoleQuery{Order: directory.ListOrder{Descending: true}}),
			departments(directory.DepartmentQuery{Order: directory.ListOrder{ByName: true, Descending: true, After: directory.PlaceOf("record 2", 0)}}),
			realms(directory.RealmQuery{After: "record 1"}), checks(directory.CheckQuery{Order: lastOne, Told: true}), checkGroups(directory.CheckGroupQuery{Order: lastOne}),
		},
	}
}

var counts = []sentence{
	{text: "a query counts all that it picks, whatever page it asks for", test: func(f *fixture) {
		var groups []roster.Group
		for i := range 3 {
			name := fmt.Sprint("record ", i)
			groups = append(groups, f.group(roster.KindGroup, name))
			g := f.checkGroup(name)
			f.role(name, 0)
			f.check(name, func(c *roster.Check) {
				c.CheckGroup, c.Groups = checkGroupLink(g), []roster.GroupLink{groupLink(groups[i])}
			})
			f.update(func(tx directory.Tx) error {
				_, err := tx.InsertDepartment(roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: name}, name)
				realm := roster.Realm{ID: roster.RealmID(f.id()), OrganizationID: f.org, Name: name, Kind: roster.RealmSAML, Active: i > 0}
				if i == 1 {
					realm.Kind = roster.RealmLDAP
				}
				return errors.Join(err, tx.InsertRealm(realm, name))
			})
		}
		f.count(f.countedNouns(groups))
	}},
	{text: "so do those of what a user or a group has, of tokens, audit entries and jobs", test: func(f *fixture) {
		ada, g := f.user("ada"), f.group(roster.KindGroup, "group")
		other := f.token("other")
		f.update(func(tx directory.Tx) error { return tx.RevokeToken(f.org, other.ID, f.now) })
		p := f.checkGroup("group")
		var first roster.Session
		for i := range 3 {
			s, u := f.session(ada.ID, nil), f.user(fmt.Sprint("user ", i))
			if i == 0 {
				first = s
			}
			f.update(func(tx directory.Tx) error { return tx.AddMembers(f.org, g.ID, []int64{u.Number}, f.now) })
			f.token(fmt.Sprint("token ", i))
			f.entry([]string{ID + "1", ID + "2"}[i%2])
			f.job("", f.now)
			f.permission(p, roster.LevelReadonly, func(p *roster.CheckPermission) {
				p.User = roster.UserLink{ID: u.ID, Number: u.Number, Name: u.UserName}
			})
		}
		f.claim(f.now, 1)
		f.count(map[int][]counting{
			1: {
				countingOf(func(tx directory.Tx) (directory.Rows[roster.Job], error) {
					return tx.Jobs(f.org, directory.JobQuery{State: roster.JobRunning, Limit: 1, Count: true})
				}),
			},
			2: {
				countingOf(func(tx directory.Tx) (directory.Rows[roster.AuditEntry], error) {
					return tx.AuditEntries(f.org, directory.AuditQuery{Where: about, Order: newest, Limit: 1, Count: true})
				}),
			},
			3: {
				countingOf(func(tx directory.Tx) (directory.Rows[roster.Session], error) {
					return tx.Sessions(f.org, directory.SessionQuery{User: ada.ID, Open: f.now.Add(time.Second), After: first.ID, Limit: 1, Count: true})
				}),
				countingOf(func(tx directory.Tx) (directory.Rows[roster.UserLink], error) {
					return tx.Members(f.org, directory.MemberQuery{Group: g.ID, After: ada.Number, Limit: 1, Count: true})
				}),
				countingOf(func(tx directory.Tx) (directory.Rows[roster.Token], error) {
					return tx.Tokens(f.org, directory.TokenQuery{After: other.ID, Limit: 1, Count: true})
				}),
				countingOf(func(tx directory.Tx) (directory.Rows[roster.CheckPermission], error) {
					return tx.CheckPermissions(f.org, directory.CheckPermissionQuery{CheckGroup: p.ID, Limit: 1, Count: true})
				}),
				countingOf(func(tx directory.Tx) (directory.Rows[roster.Job], error) {
					return tx.Jobs(f.org, directory.JobQuery{Limit: 1, Count: true})
				}),
			},
			4: {
				countingOf(func(tx directory.Tx) (directory.Rows[roster.Token], error) {
					return tx.Tokens(f.org, directory.TokenQuery{Revoked: true, Limit: 1, Count: true})
				}),
			},
		})
	}},
	{text: "a query counts as many as a page looks at, and says where there may be more", test: func(f *fixture) {
		queue := func(n int) {
			jobs := make([]roster.Job, n)
			for i := range jobs {
				jobs[i] = roster.Job{ID: roster.JobID(f.id()), OrganizationID: f.org, Lane: f.lane(), Kind: "test", RunAt: f.now, CreatedAt: f.now}
			}
			f.update(func(tx directory.Tx) error { return tx.EnqueueAll(jobs) })
		}
		total := func() directory.Total {
			rows := read(f, func(tx directory.Tx) (directory.Rows[roster.Job], error) {
				return tx.Jobs(f.org, directory.JobQuery{Limit: 1, Count: true})
			})
			return rows.Total
		}
		queue(directory.MaxExamined)
		same(f, total(), directory.Total{N: directory.MaxExamined})
		queue(1)
		same(f, total(), directory.Total{N: directory.MaxExamined, AtLeast: true})
	}},
}

// count puts queries, of which each must find so many records, of which it returns one at most.
func (f *fixture) count(queries map[int][]counting) {
	f.Helper()
	for want, all := range queries {
		for i, query := range all {
			f.view(func(tx directory.Tx) error {
				records, total, err := query(tx)
				if records > 1 || total != (directory.Total{N: want}) {
					f.Errorf("query %d of those that find %d finds %d, of %+v", i, want, records, total)
				}
				return err
			})
		}
	}
}
