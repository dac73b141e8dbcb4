package cli

import (
	"fmt"

	"roster/client"
)

type departmentCreate struct {
	Name string `required:"" placeholder:"NAME" help:"Its name, unique regardless of case."`
	listing
}

// Help returns the examples.
func (departmentCreate) Help() string {
	return `Examples:

    roster department create --name Support`
}

func (departmentCreate) fields() map[string]string { return map[string]string{"displayName": "--name"} }

// Run creates the department.
func (c departmentCreate) Run(sh *shell) error {
	return c.make(sh, func(l link) error {
		d, err := l.Departments.Create(sh.ctx, client.NewDepartment{DisplayName: c.Name})
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Created department %q (number %d).", d.DisplayName, d.Number)
	})
}

type departmentList struct{ listing }

// Help returns the examples.
func (departmentList) Help() string {
	return `Examples:

    roster department list
    roster department list --json`
}

// Run lists the departments.
func (c departmentList) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		departments := l.Departments.List(sh.ctx, client.NamedListOptions{PageOptions: pages(0)})
		return printList(sh, l, c.JSON, departments, []string{"NUMBER", "NAME", "ID"}, func(d client.Department) []string {
			return []string{fmt.Sprint(d.Number), d.DisplayName, d.ID}
		})
	})
}
