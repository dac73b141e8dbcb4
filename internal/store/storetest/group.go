package storetest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

var groups = []sentence{
	{text: "numbers begin at 1 in each organization and for each kind", test: func(f *fixture) {
		for _, kind := range []roster.GroupKind{roster.KindGroup, roster.KindTeam} {
			for want := range int64(3) {
				if g := f.group(kind, fmt.Sprint("group ", want)); g.Number != want+1 {
					f.Errorf("got %d, want %d", g.Number, want+1)
				}
			}
		}
	}},
	{text: "a number that is given is kept, and counting goes on behind it", test: func(f *fixture) {
		insert := func(number int64, name string) int64 {
			g := roster.Group{ID: roster.GroupID(f.id()), OrganizationID: f.org, Kind: roster.KindTeam, Number: number, Name: name}
			return write(f, func(tx directory.Tx) (int64, error) { return tx.InsertGroup(g, name) })
		}
		same(f, []int64{insert(7, "seven"), insert(0, "next")}, []int64{7, 8})
		dep := roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Number: 5, Name: "five"}
		f.update(func(tx directory.Tx) error {
			if n, err := tx.InsertDepartment(dep, dep.Name); n != 5 {
				return fmt.Errorf("got %d, want 5: %w", n, err)
			}
			dep.ID, dep.Number, dep.Name = roster.DepartmentID(f.id()), 0, "six"
			if n, err := tx.InsertDepartment(dep, dep.Name); n != 6 {
				return fmt.Errorf("got %d, want 6: %w", n, err)
			}
			return nil
		})
	}},
	{text: "a name may be a group's and a team's", test: func(f *fixture) {
		f.group(roster.KindGroup, "ops")
		f.group(roster.KindTeam, "ops")
	}},
	{text: "references are resolved by id, then number, then name, each in its place", test: func(f *fixture) {
		red, blue := f.group(roster.KindGroup, "Red"), f.group(roster.KindGroup, "Blue")
		f.group(roster.KindTeam, "Team")
		two := f.group(roster.KindGroup, "2") // a name that reads as blue's number
		cases := []struct {
			ref  roster.Ref
			want string
		}{
			{roster.Ref{ID: string(red.ID)}, "Red"},
			{roster.Ref{Number: blue.Number}, "Blue"},
			{roster.Ref{Name: "rEd"}, "Red"},
			{roster.Ref{ID: string(red.ID), Number: blue.Number, Name: "2"}, "Red"},
			{roster.Ref{Number: blue.Number, Name: "2"}, "Blue"},
			{roster.Ref{Name: "2"}, two.Name},
			{roster.Ref{ID: "none", Name: "blue"}, "Blue"},
			{roster.Ref{Number: 99, Name: "red"}, "Red"},
			{roster.Ref{Name: "Team"}, ""},
			{roster.Ref{Name: "none"}, ""},
			{roster.Ref{}, ""},
		}
		refs, want := make([]roster.Ref, len(cases)), make([]string, len(cases))
		for i, c := range cases {
			refs[i], want[i] = c.ref, c.want
		}
		for _, found := range [][]roster.Group{
			read(f, func(tx directory.Tx) ([]roster.Group, error) { return tx.FindGroups(f.org, roster.KindGroup, refs) }),
			read(f, func(tx directory.Tx) (found []roster.Group, err error) {
				for _, ref := range refs {
					one, err := tx.FindGroups(f.org, roster.KindGroup, []roster.Ref{ref})
					if err != nil {
						return nil, err
					}
					found = append(found, one...)
				}
				return found, nil
			}),
		} {
			got := make([]string, len(found))
			for i, g := range found {
				got[i] = g.Name
			}
			same(f, got, want)
		}
	}},
	{text: "any number of references is resolved", test: func(f *fixture) {
		red := f.group(roster.KindGroup, "Red")
		for _, n := range []int{0, 1, 31, 33, 100} {
			refs := make([]roster.Ref, n)
			for i := range refs {
				refs[i] = roster.Ref{Name: fmt.Sprint("none ", i)}
			}
			if n > 0 {
				refs[n-1] = roster.Ref{Name: "red"}
			}
			found := read(f, func(tx directory.Tx) ([]roster.Group, error) { return tx.FindGroups(f.org, roster.KindGroup, refs) })
			if len(found) != n || n > 0 && found[n-1].ID != red.ID {
				f.Errorf("%d references found %v", n, found)
			}
		}
	}},
	{text: "groups come back as they were stored, by number, with members counted if asked for", test: func(f *fixture) {
		red, blue := f.group(roster.KindGroup, "Red"), f.group(roster.KindGroup, "Blue")
		for i := range 3 {
			row := f.row(fmt.Sprint("user ", i))
			row.Groups = []roster.GroupLink{groupLink(blue)}
			f.insert(row)
		}
		list := func(q directory.GroupQuery) []roster.Group {
			q.Kind = roster.KindGroup
			return read(f, func(tx directory.Tx) ([]roster.Group, error) { return records(tx.Groups(f.org, q)) })
		}
		same(f, list(directory.GroupQuery{}), []roster.Group{red, blue})
		same(f, list(directory.GroupQuery{Limit: 1}), []roster.Group{red})
		same(f, list(directory.GroupQuery{Order: after(red.Number)}), []roster.Group{blue})
		same(f, list(directory.GroupQuery{Where: directory.Is("id", string(blue.ID))}), []roster.Group{blue})
		same(f, list(directory.GroupQuery{Where: directory.Is("displayName", directory.Fold("BLUE"))}), []roster.Group{blue})
		same(f, list(directory.GroupQuery{Among: []roster.GroupID{blue.ID, "none", "nothing"}}), []roster.Group{blue})
		same(f, list(directory.GroupQuery{Among: []roster.GroupID{}}), nil)
		blue.MemberCount = 3
		same(f, list(directory.GroupQuery{CountMembers: true}), []roster.Group{red, blue})
	}},
	{text: "roles and departments come back as they were stored, by number", test: func(f *fixture) {
		var roles []roster.Role
		f.update(func(tx directory.Tx) error {
			roles = roster.ShippedRoles()
			for i := range roles {
				roles[i].ID, roles[i].OrganizationID = roster.RoleID(f.id()), f.org
				roles[i].Description, roles[i].Shipped = "as shipped", true
				if n, err := tx.InsertRole(roles[i], directory.Fold(roles[i].Name)); n != roles[i].Number {
					return fmt.Errorf("got number %d for %d: %w", n, roles[i].Number, err)
				}
			}
			return nil
		})
		own := f.role("Own", 0)
		same(f, own.Number, int64(len(roles)+1))
		same(f, read(f, func(tx directory.Tx) ([]roster.Role, error) { return records(tx.Roles(f.org, directory.RoleQuery{})) }), append(roles, own))
		same(f, read(f, func(tx directory.Tx) ([]roster.Role, error) {
			return records(tx.Roles(f.org, directory.RoleQuery{Order: after(2), Limit: 2}))
		}), roles[2:4])
		found := read(f, func(tx directory.Tx) ([]roster.Role, error) {
			return tx.FindRoles(f.org, []roster.Ref{{Name: "super user"}, {Number: 99}, {Number: 4, Name: "4"}})
		})
		same(f, found, []roster.Role{roles[0], {}, roles[3]})

		dep := roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: "Support"}
		dep.Number = write(f, func(tx directory.Tx) (int64, error) { return tx.InsertDepartment(dep, "support") })
		list := func(number int64) []roster.Department {
			return read(f, func(tx directory.Tx) ([]roster.Department, error) {
				return records(tx.Departments(f.org, directory.DepartmentQuery{Order: after(number)}))
			})
		}
		same(f, list(0), []roster.Department{dep})
		same(f, list(dep.Number), nil)
		for _, ref := range []roster.Ref{{ID: string(dep.ID)}, {Number: dep.Number}, {Name: "SUPPORT"}} {
			same(f, read(f, func(tx directory.Tx) (roster.Department, error) { return tx.FindDepartment(f.org, ref) }), dep)
		}
		same(f, read(f, func(tx directory.Tx) (roster.Department, error) {
			return tx.FindDepartment(f.org, roster.Ref{Name: "none"})
		}), roster.Department{})
	}},
	{text: "groups, departments, roles and realms keep the version that they are given", test: func(f *fixture) {
		g := roster.Group{ID: roster.GroupID(f.id()), OrganizationID: f.org, Kind: roster.KindTeam, Name: "Team", Number: 1, Version: 1}
		dep := roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: "Support", Number: 1, Version: 1}
		r := roster.Role{ID: roster.RoleID(f.id()), OrganizationID: f.org, Name: "Own", Number: 1, Version: 1}
		realm := roster.Realm{ID: roster.RealmID(f.id()), OrganizationID: f.org, Name: "Realm", Kind: roster.RealmSAML, Version: 1}
		f.update(func(tx directory.Tx) error {
			_, err := tx.InsertGroup(g, "team")
			_, err2 := tx.InsertDepartment(dep, "support")
			_, err3 := tx.InsertRole(r, "own")
			return errors.Join(err, err2, err3, tx.InsertRealm(realm, "realm"))
		})
		for _, version := range []int64{1, 7} {
			if version > 1 {
				g.Version, dep.Version, r.Version, realm.Version = version, version, version, version
				g.Name, dep.Name, r.Permissions, realm.Active = "Crew", "Help", roster.ReadDirectory, true
				f.update(func(tx directory.Tx) error {
					return errors.Join(tx.UpdateGroup(g, "crew"), tx.UpdateDepartment(dep, "help"), tx.UpdateRole(r, "own"), tx.UpdateRealm(realm))
				})
			}
			groups := read(f, func(tx directory.Tx) ([]roster.Group, error) {
				return records(tx.Groups(f.org, directory.GroupQuery{Kind: roster.KindTeam}))
			})
			same(f, groups, []roster.Group{g})
			same(f, read(f, func(tx directory.Tx) ([]roster.Department, error) {
				return records(tx.Departments(f.org, directory.DepartmentQuery{}))
			}), []roster.Department{dep})
			same(f, read(f, func(tx directory.Tx) ([]roster.Role, error) { return records(tx.Roles(f.org, directory.RoleQuery{})) }), []roster.Role{r})
			same(f, read(f, func(tx directory.Tx) (roster.Realm, error) { return tx.RealmByID(f.org, realm.ID) }), realm)
		}
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.RealmByID(f.org, "none")
			return err
		})
	}},
	{text: "a department that is deleted frees its name, and nobody belongs to it", test: func(f *fixture) {
		make := func() roster.Department {
			dep := roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: "Support", Version: 1}
			dep.Number = write(f, func(tx directory.Tx) (int64, error) { return tx.InsertDepartment(dep, "support") })
			return dep
		}
		dep := make()
		in := f.row("in it")
		in.Department = roster.DepartmentLink{ID: dep.ID, Number: dep.Number, Name: dep.Name}
		in, other := f.insert(in), f.user("elsewhere")
		at := f.now.Add(time.Hour)
		f.update(func(tx directory.Tx) error { return tx.DeleteDepartment(f.org, dep.ID, at) })
		in.Department, in.Version, in.UpdatedAt = roster.DepartmentLink{}, in.Version+1, at
		same(f, f.get(in.ID, 0), in.User)
		same(f, f.get(other.ID, 0), other.User)
		for _, ref := range []roster.Ref{{ID: string(dep.ID)}, {Number: dep.Number}, {Name: "support"}} {
			same(f, read(f, func(tx directory.Tx) (roster.Department, error) { return tx.FindDepartment(f.org, ref) }), roster.Department{})
		}
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.DeleteDepartment(f.org, dep.ID, at) })
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.UpdateDepartment(dep, "support") })
		again := make()
		same(f, read(f, func(tx directory.Tx) ([]roster.Department, error) {
			return records(tx.Departments(f.org, directory.DepartmentQuery{}))
		}), []roster.Department{again})
	}},
	{text: "a department's other name may not be another's", test: func(f *fixture) {
		dep := roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: "One"}
		f.update(func(tx directory.Tx) error {
			_, err := tx.InsertDepartment(dep, "one")
			_, err2 := tx.InsertDepartment(roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: "Two"}, "two")
			return errors.Join(err, err2)
		})
		f.fails(roster.Conflict, "displayName", func(tx directory.Tx) error { return tx.UpdateDepartment(dep, "two") })
	}},
	{text: "of two changes of a locked record the later reads what the earlier wrote", test: func(f *fixture) {
		g := f.group(roster.KindGroup, "Counted")
		const changes = 8
		var wg sync.WaitGroup
		for range changes {
			wg.Go(func() {
				err := f.store.Update(f.Context(), func(tx directory.Tx) error {
					if err := tx.LockRecord(f.org, directory.LockableGroup, string(g.ID)); err != nil {
						return err
					}
					found, err := tx.FindGroups(f.org, roster.KindGroup, []roster.Ref{{ID: string(g.ID)}})
					if err != nil {
						return err
					}
					found[0].Version++
					return tx.UpdateGroup(found[0], "counted")
				})
				if err != nil {
					f.Error(err)
				}
			})
		}
		wg.Wait()
		found := read(f, func(tx directory.Tx) ([]roster.Group, error) {
			return tx.FindGroups(f.org, roster.KindGroup, []roster.Ref{{ID: string(g.ID)}})
		})
		same(f, found[0].Version, g.Version+changes)
	}},
	{text: "a record that is not there cannot be locked", test: func(f *fixture) {
		for _, noun := range []directory.Lockable{
			directory.LockableGroup, directory.LockableDepartment, directory.LockableRole, directory.LockableRealm, directory.LockableOrganization,
		} {
			f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.LockRecord(f.org, noun, "none") })
		}
		f.update(func(tx directory.Tx) error {
			return tx.LockRecord(f.org, directory.LockableOrganization, string(f.org))
		})
	}},
}
