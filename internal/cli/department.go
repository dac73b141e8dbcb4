package cli

import (
	"fmt"

	"roster/internal/control"
)

type departmentCreate struct {
	Name string `required:"" placeholder:"NAME" help:"What it is called; unique without regard to case."`
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
	return c.make(sh, func(client *control.Client) error {
		d, err := control.CreateDepartment.Do(sh.ctx, client, control.NewDepartment{Name: c.Name})
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printJSON(d)
		}
		return sh.say("Created department %q (number %d).", d.Name, d.Number)
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
	return c.use(sh, func(client *control.Client) error {
		departments := control.ListDepartments.Do(sh.ctx, client, control.Empty{})
		return printList(sh, c.JSON, departments, []string{"NUMBER", "NAME", "ID"}, func(d control.Department) []string {
			return []string{fmt.Sprint(d.Number), d.Name, string(d.ID)}
		})
	})
}
