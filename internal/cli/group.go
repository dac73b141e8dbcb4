package cli

import (
	"context"
	"fmt"
	"iter"

	"roster/client"
)

// named is what every record is made with that has a name and a description.
type named struct {
	Name        string `required:"" placeholder:"NAME" help:"Its name, unique regardless of case."`
	Description string `placeholder:"TEXT" help:"What it is for."`
	listing
}

func (named) fields() map[string]string {
	return map[string]string{"displayName": "--name", "description": "--description", "permissions": "--permission"}
}

// groupNoun is how commands reach the groups, or the teams, which they treat alike.
type groupNoun struct {
	name string // as the command line has it

	create  func(context.Context, link, client.NewGroup) (client.Group, error)
	list    func(context.Context, link) iter.Seq2[client.Group, error]
	get     func(ctx context.Context, l link, name string) (client.Group, []client.Link, error) // with business services
	members func(ctx context.Context, l link, id string) iter.Seq2[client.Member, error]
	update  func(ctx context.Context, l link, name string, c client.GroupChange) (client.Group, error)
	remove  func(ctx context.Context, l link, id string) error
}

// groups are the groups.
var groups = groupNoun{
	name: "group",
	create: func(ctx context.Context, l link, g client.NewGroup) (client.Group, error) {
		return l.Groups.Create(ctx, g)
	},
	list: func(ctx context.Context, l link) iter.Seq2[client.Group, error] {
		return l.Groups.List(ctx, client.NamedListOptions{PageOptions: pages(0)})
	},
	get: func(ctx context.Context, l link, name string) (client.Group, []client.Link, error) {
		g, err := l.Groups.Get(ctx, name)
		return g, nil, err
	},
	members: func(ctx context.Context, l link, id string) iter.Seq2[client.Member, error] {
		return l.Groups.Members(ctx, id, pages(0))
	},
	update: func(ctx context.Context, l link, name string, c client.GroupChange) (client.Group, error) {
		return l.Groups.Update(ctx, name, c)
	},
	remove: func(ctx context.Context, l link, id string) error { return l.Groups.Delete(ctx, id) },
}

// teams are the teams.
var teams = groupNoun{
	name: "team",
	create: func(ctx context.Context, l link, g client.NewGroup) (client.Group, error) {
		t, err := l.Teams.Create(ctx, client.NewTeam{DisplayName: g.DisplayName, Description: g.Description})
		return asGroup(t), err
	},
	list: func(ctx context.Context, l link) iter.Seq2[client.Group, error] {
		return func(yield func(client.Group, error) bool) {
			for t, err := range l.Teams.List(ctx, client.NamedListOptions{PageOptions: pages(0)}) {
				if !yield(asGroup(t), err) {
					return
				}
			}
		}
	},
	get: func(ctx context.Context, l link, name string) (client.Group, []client.Link, error) {
		t, err := l.Teams.Get(ctx, name)
		return asGroup(t), t.Services, err
	},
	members: func(ctx context.Context, l link, id string) iter.Seq2[client.Member, error] {
		return l.Teams.Members(ctx, id, pages(0))
	},
	update: func(ctx context.Context, l link, name string, c client.GroupChange) (client.Group, error) {
		t, err := l.Teams.Update(ctx, name, client.TeamChange{
			DisplayName: c.DisplayName, Description: c.Description, Members: c.Members,
			AddMembers: c.AddMembers, RemoveMembers: c.RemoveMembers,
		})
		return asGroup(t), err
	},
	remove: func(ctx context.Context, l link, id string) error { return l.Teams.Delete(ctx, id) },
}

// asGroup returns what a team has in common with a group.
func asGroup(t client.Team) client.Group {
	return client.Group{
		ID: t.ID, Number: t.Number, DisplayName: t.DisplayName, Description: t.Description, Active: t.Active,
		MemberCount: t.MemberCount, Version: t.Version, CreatedAt: t.CreatedAt,
	}
}

// create makes a group or a team.
func (c named) create(sh *shell, noun groupNoun) error {
	return c.make(sh, func(l link) error {
		g, err := noun.create(sh.ctx, l, client.NewGroup{DisplayName: c.Name, Description: c.Description})
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Created %s %q (number %d, id %s).", noun.name, g.DisplayName, g.Number, g.ID)
	})
}

// list prints groups or teams.
func (c listing) list(sh *shell, noun groupNoun) error {
	return c.use(sh, func(l link) error {
		heading := []string{"NUMBER", "NAME", "MEMBERS", "DESCRIPTION", "ID"}
		return printList(sh, l, c.JSON, noun.list(sh.ctx, l), heading, func(g client.Group) []string {
			return []string{fmt.Sprint(g.Number), g.DisplayName, fmt.Sprint(g.MemberCount), g.Description, g.ID}
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
func (c groupCreate) Run(sh *shell) error { return c.create(sh, groups) }

type groupList struct{ listing }

// Help returns the examples.
func (groupList) Help() string {
	return `Examples:

    roster group list
    roster group list --json`
}

// Run lists the groups.
func (c groupList) Run(sh *shell) error { return c.list(sh, groups) }

type teamCreate struct{ named }

// Help returns the examples.
func (teamCreate) Help() string {
	return `Examples:

    roster team create --name "my team 1"`
}

// Run creates the team.
func (c teamCreate) Run(sh *shell) error { return c.create(sh, teams) }

type teamList struct{ listing }

// Help returns the examples.
func (teamList) Help() string {
	return `Examples:

    roster team list
    roster team list --json`
}

// Run lists the teams.
func (c teamList) Run(sh *shell) error { return c.list(sh, teams) }
