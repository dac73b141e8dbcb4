package cli

import (
	"fmt"

	"roster/internal/control"
)

// named is what every thing is made with that has a name and a description.
type named struct {
	Name        string `required:"" placeholder:"NAME" help:"What it is called; unique without regard to case."`
	Description string `placeholder:"TEXT" help:"What it is for."`
	listing
}

func (named) fields() map[string]string {
	return map[string]string{"displayName": "--name", "description": "--description", "permissions": "--permission"}
}

// create makes a group or a team.
func (c named) create(sh *shell, noun string, call control.Call[control.NewNamed, control.Group]) error {
	return c.make(sh, func(client *control.Client) error {
		g, err := call.Do(sh.ctx, client, control.NewNamed{Name: c.Name, Description: c.Description})
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printJSON(g)
		}
		return sh.say("Created %s %q (number %d, id %s).", noun, g.Name, g.Number, g.ID)
	})
}

// list prints groups or teams.
func (c listing) list(sh *shell, call control.Listing[control.Empty, control.Group]) error {
	return c.use(sh, func(client *control.Client) error {
		groups := call.Do(sh.ctx, client, control.Empty{})
		return printList(sh, c.JSON, groups, []string{"NUMBER", "NAME", "MEMBERS", "DESCRIPTION", "ID"}, func(g control.Group) []string {
			return []string{fmt.Sprint(g.Number), g.Name, fmt.Sprint(g.Members), g.Description, string(g.ID)}
		})
	})
}

type groupCreate struct{ named }

// Help returns the examples.
func (groupCreate) Help() string {
	return `Examples:

    roster group create --name Network
    roster group create --name "Customer ACME" --description "Everyone who looks after ACME"`
}

// Run creates the group.
func (c groupCreate) Run(sh *shell) error { return c.create(sh, "group", control.CreateGroup) }

type groupList struct{ listing }

// Help returns the examples.
func (groupList) Help() string {
	return `Examples:

    roster group list
    roster group list --json`
}

// Run lists the groups.
func (c groupList) Run(sh *shell) error { return c.list(sh, control.ListGroups) }

type teamCreate struct{ named }

// Help returns the examples.
func (teamCreate) Help() string {
	return `Examples:

    roster team create --name "my team 1"`
}

// Run creates the team.
func (c teamCreate) Run(sh *shell) error { return c.create(sh, "team", control.CreateTeam) }

type teamList struct{ listing }

// Help returns the examples.
func (teamList) Help() string {
	return `Examples:

    roster team list
    roster team list --json`
}

// Run lists the teams.
func (c teamList) Run(sh *shell) error { return c.list(sh, control.ListTeams) }
