package cli

import (
	"fmt"

	"roster"
	"roster/internal/control"
)

type roleCreate struct {
	Permission []string `placeholder:"NAME" help:"What the role permits; give it again for more."`
	named
}

// Help returns the examples and the permissions there are.
func (roleCreate) Help() string {
	return `The permissions are: ` + join(roster.AllPermissions.Names()) + `.

Examples:

    roster role create --name "Service Desk" --permission read_directory --permission manage_users
    roster role create --name "Script" --permission graze_login,manage_users,manage_groups`
}

// Run creates the role.
func (c roleCreate) Run(sh *shell) error {
	return c.make(sh, func(client *control.Client) error {
		r, err := control.CreateRole.Do(sh.ctx, client, control.NewRole{
			Name: c.Name, Description: c.Description, Permissions: c.Permission,
		})
		if err != nil {
			return err
		}
		if len(r.Permissions) == 0 {
			sh.note("the role permits nothing: no --permission was given")
		}
		if c.JSON {
			return sh.printJSON(r)
		}
		return sh.say("Created role %q (number %d).", r.Name, r.Number)
	})
}

type roleList struct{ listing }

// Help returns the examples.
func (roleList) Help() string {
	return `Examples:

    roster role list
    roster role list --json`
}

// Run lists the roles.
func (c roleList) Run(sh *shell) error {
	return c.use(sh, func(client *control.Client) error {
		roles := control.ListRoles.Do(sh.ctx, client, control.Empty{})
		if c.JSON {
			return printJSONList(sh, roles)
		}
		return printTable(sh, roles, []string{"NUMBER", "NAME", "SHIPPED", "PERMISSIONS"}, func(r control.Role) []string {
			return []string{fmt.Sprint(r.Number), r.Name, yesNo(r.Shipped), join(r.Permissions)}
		})
	})
}
