package storetest

import (
	"fmt"

	"roster"
	"roster/internal/directory"
)

// after is the order by ascending number, behind a number.
func after(number int64) directory.ListOrder {
	return directory.ListOrder{After: directory.Place{Number: number}}
}

// listed is a record of a list that has an order.
type listed struct {
	name   string
	number int64
}

// listedAs returns records with their names and numbers.
func listedAs[T any](records []T, err error, of func(T) listed) ([]listed, error) {
	all := make([]listed, len(records))
	for i, r := range records {
		all[i] = of(r)
	}
	return all, err
}

// orderedLists are the lists of records that have a number and a name.
var orderedLists = map[string]func(tx directory.Tx, org roster.OrganizationID, o directory.ListOrder, limit int) ([]listed, error){
	"groups": func(tx directory.Tx, org roster.OrganizationID, o directory.ListOrder, limit int) ([]listed, error) {
		groups, err := records(tx.Groups(org, directory.GroupQuery{Kind: roster.KindGroup, Order: o, Limit: limit}))
		return listedAs(groups, err, func(g roster.Group) listed { return listed{g.Name, g.Number} })
	},
	"roles": func(tx directory.Tx, org roster.OrganizationID, o directory.ListOrder, limit int) ([]listed, error) {
		roles, err := records(tx.Roles(org, directory.RoleQuery{Order: o, Limit: limit}))
		return listedAs(roles, err, func(r roster.Role) listed { return listed{r.Name, r.Number} })
	},
	"departments": func(tx directory.Tx, org roster.OrganizationID, o directory.ListOrder, limit int) ([]listed, error) {
		departments, err := records(tx.Departments(org, directory.DepartmentQuery{Order: o, Limit: limit}))
		return listedAs(departments, err, func(dep roster.Department) listed { return listed{dep.Name, dep.Number} })
	},
	"checks": func(tx directory.Tx, org roster.OrganizationID, o directory.ListOrder, limit int) ([]listed, error) {
		checks, err := records(tx.Checks(org, directory.CheckQuery{Order: o, Limit: limit}))
		return listedAs(checks, err, func(c roster.Check) listed { return listed{c.Name, c.Number} })
	},
	"check groups": func(tx directory.Tx, org roster.OrganizationID, o directory.ListOrder, limit int) ([]listed, error) {
		groups, err := records(tx.CheckGroups(org, directory.CheckGroupQuery{Order: o, Limit: limit}))
		return listedAs(groups, err, func(g roster.CheckGroup) listed { return listed{g.Name, g.Number} })
	},
}

var orders = []sentence{
	{text: "records with a number and a name are listed by either, both ways, page by page, without those that were deleted", test: func(f *fixture) {
		names := []string{"beta", "Über", "alpha", "Zulu", "Ant", "delta"}
		for _, name := range names {
			f.group(roster.KindGroup, name)
			f.group(roster.KindTeam, "team "+name)
			f.role(name, 0)
			f.check(name)
			f.checkGroup(name)
			f.update(func(tx directory.Tx) error {
				_, err := tx.InsertDepartment(roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: name}, directory.Fold(name))
				return err
			})
		}
		f.update(func(tx directory.Tx) error { return f.deleteNamed(tx, "delta") })
		for noun, list := range orderedLists {
			for o, want := range map[directory.ListOrder][]string{
				{}:                               {"beta", "Über", "alpha", "Zulu", "Ant"},
				{Descending: true}:               {"Ant", "Zulu", "alpha", "Über", "beta"},
				{ByName: true}:                   {"alpha", "Ant", "beta", "Zulu", "Über"},
				{ByName: true, Descending: true}: {"Über", "Zulu", "beta", "Ant", "alpha"},
			} {
				for limit := 1; limit <= len(want)+1; limit++ {
					var got []string
					for o := o; ; {
						page := read(f, func(tx directory.Tx) ([]listed, error) { return list(tx, f.org, o, limit) })
						for _, r := range page {
							got = append(got, r.name)
							o.After = directory.PlaceOf(r.name, r.number)
						}
						if len(page) < limit {
							break
						}
					}
					if fmt.Sprint(got) != fmt.Sprint(want) {
						f.Errorf("%s in the order %+v, %d at a time, are %v, want %v", noun, o, limit, got, want)
					}
				}
			}
		}
	}},
}

// deleteNamed deletes the group, the role, the department, the check and the check group of a name.
func (f *fixture) deleteNamed(tx directory.Tx, name string) error {
	ref := []roster.Ref{{Name: name}}
	groups, err := tx.FindGroups(f.org, roster.KindGroup, ref)
	if err != nil {
		return err
	}
	roles, err := tx.FindRoles(f.org, ref)
	if err != nil {
		return err
	}
	dep, err := tx.FindDepartment(f.org, ref[0])
	if err != nil {
		return err
	}
	checks, err := records(tx.Checks(f.org, directory.CheckQuery{Where: directory.Is("displayName", name)}))
	if err != nil {
		return err
	}
	checkGroups, err := records(tx.CheckGroups(f.org, directory.CheckGroupQuery{Where: directory.Is("displayName", name)}))
	if err != nil {
		return err
	}
	if err := tx.DeleteGroup(f.org, groups[0].ID, f.now); err != nil {
		return err
	}
	if _, err := tx.DeleteRole(f.org, roles[0].ID); err != nil {
		return err
	}
	if err := tx.DeleteDepartment(f.org, dep.ID, f.now); err != nil {
		return err
	}
	if err := tx.DeleteCheck(f.org, checks[0].ID, f.now); err != nil {
		return err
	}
	return tx.DeleteCheckGroup(f.org, checkGroups[0].ID, f.now)
}
