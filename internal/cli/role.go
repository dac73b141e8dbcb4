package cli

import (
	"cmp"
	"fmt"

	"roster"
	"roster/client"
)

type roleCreate struct {
	Permission []string `placeholder:"NAME" help:"A permission of the role. Repeat it for more."`
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
	return c.make(sh, func(l link) error {
		r, err := l.Roles.Create(sh.ctx, client.NewRole{
			DisplayName: c.Name, Description: c.Description, Permissions: c.Permission,
		})
		if err != nil {
			return err
		}
		if len(r.Permissions) == 0 {
			sh.note("the role permits nothing: no --permission was given")
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Created role %q (number %d).", r.DisplayName, r.Number)
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
	return c.use(sh, func(l link) error {
		roles := l.Roles.List(sh.ctx, client.NamedListOptions{PageOptions: pages(0)})
		return printList(sh, l, c.JSON, roles, []string{"NUMBER", "NAME", "SHIPPED", "PERMISSIONS"}, func(r client.Role) []string {
			return []string{fmt.Sprint(r.Number), r.DisplayName, yesNo(r.Shipped), join(r.Permissions)}
		})
	})
}

type roleShow struct{ subject }

// Help returns the examples.
func (roleShow) Help() string {
	return `Prints a line for each permission.

Examples:

    roster role show "Service Desk"
    roster role show Operator --json | jq -r '.permissions[]'`
}

// Run shows the role.
func (c roleShow) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		r, err := l.Roles.Get(sh.ctx, c.Subject)
		if err != nil {
			return c.known("role", err)
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		t := newTable(sh, "ATTRIBUTE", "VALUE")
		t.row("displayName", r.DisplayName)
		t.row("number", fmt.Sprint(r.Number))
		t.row("id", r.ID)
		t.row("description", r.Description)
		t.row("shipped", yesNo(r.Shipped))
		for _, permission := range r.Permissions {
			t.row("permission", permission)
		}
		return t.end()
	})
}

type roleUpdate struct {
	Name        *string  `placeholder:"NAME" help:"Its new name, unique regardless of case."`
	Description *string  `placeholder:"TEXT" help:"What it is for."`
	Permission  []string `placeholder:"NAME" empty:"" help:"A permission of the role. It replaces all permissions; repeat it for more. Empty for none."`
	subject
}

// Help returns the examples and the permissions there are.
func (roleUpdate) Help() string {
	return `What you do not give stays as it is. The change takes effect at once for everybody who has the role. The roles that came with Roster cannot be changed.

The permissions are: ` + join(roster.AllPermissions.Names()) + `.

Examples:

    roster role update "Service Desk" --name "Help Desk"
    roster role update "Help Desk" --permission read_directory,manage_users --permission acknowledge`
}

func (c roleUpdate) fields() map[string]string {
	return c.renamed(c.Name, map[string]string{"description": "--description", "permissions": "--permission"})
}

// Run changes the role.
func (c roleUpdate) Run(sh *shell) error {
	in := client.RoleChange{Description: given(c.Description), Permissions: givenList(c.Permission)}
	if c.Name != nil {
		in.DisplayName = client.Set(*c.Name)
	}
	if err := changesSomething(in, "role update"); err != nil {
		return err
	}
	return c.use(sh, func(l link) error {
		r, err := l.Roles.Update(sh.ctx, c.Subject, in)
		if err != nil {
			return c.known("role", err)
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Updated role %q (number %d); it permits: %s.", r.DisplayName, r.Number, cmp.Or(join(r.Permissions), "nothing"))
	})
}

type roleDelete struct{ subject }

// Help returns the examples.
func (roleDelete) Help() string {
	return `A role that users have cannot be deleted: take it from them first. The roles that came with Roster cannot be deleted either.

Examples:

    roster role delete "Service Desk"
    roster user list --json | jq -r '.[] | select(any(.roles[]; .displayName == "Service Desk")) | .userName'`
}

// Run deletes the role.
func (c roleDelete) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		r, err := l.Roles.Get(sh.ctx, c.Subject)
		if err == nil {
			err = l.Roles.Delete(sh.ctx, r.ID)
		}
		if err != nil {
			return c.known("role", err)
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Deleted role %q (number %d).", r.DisplayName, r.Number)
	})
}
