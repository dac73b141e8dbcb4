package cli

import (
	"cmp"
	"fmt"
	"iter"

	"roster/client"
)

// show prints a group or a team with its members, which come as they are read.
func (s subject) show(sh *shell, noun groupNoun) error {
	return s.use(sh, func(l link) error {
		g, services, err := noun.get(sh.ctx, l, s.Subject)
		if err != nil {
			return s.known(noun.name, err)
		}
		shown, members := l.seen.last, noun.members(sh.ctx, l, g.ID)
		if s.JSON {
			return printJSONWith(sh, shown, "members", asTheyCame(l, members))
		}
		return printTable(sh, groupLines(g, services, members), []string{"ATTRIBUTE", "VALUE"}, func(line [2]string) []string { return line[:] })
	})
}

// groupLines yields what is known of a group, and a line for each member.
func groupLines(g client.Group, services []client.Link, members iter.Seq2[client.Member, error]) iter.Seq2[[2]string, error] {
	return func(yield func([2]string, error) bool) {
		for _, line := range [][2]string{
			{"displayName", g.DisplayName},
			{"number", fmt.Sprint(g.Number)},
			{"id", g.ID},
			{"description", g.Description},
			{"active", yesNo(g.Active)},
			{"services", join(names(services))},
			{"created", stamp(g.CreatedAt)},
		} {
			if !yield(line, nil) {
				return
			}
		}
		for m, err := range members {
			if !yield([2]string{"member", m.UserName}, err) {
				return
			}
		}
	}
}

// names returns the names of linked records.
func names(links []client.Link) []string {
	out := make([]string, len(links))
	for i, l := range links {
		out[i] = l.DisplayName
	}
	return out
}

// remove deletes a group or a team.
func (s subject) remove(sh *shell, noun groupNoun) error {
	return s.use(sh, func(l link) error {
		g, _, err := noun.get(sh.ctx, l, s.Subject)
		if !missing(err) { // what cannot be shown, such as the shipped group, says itself why it stays
			err = noun.remove(sh.ctx, l, cmp.Or(g.ID, s.Subject))
		}
		if err != nil {
			return s.known(noun.name, err)
		}
		if s.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Deleted %s %q (number %d): its name is free, and nobody is a member of it.", noun.name, g.DisplayName, g.Number)
	})
}

// groupEdit is what can be changed of a group or a team.
type groupEdit struct {
	Name        *string  `placeholder:"NAME" help:"Its new name, unique regardless of case."`
	Description *string  `placeholder:"TEXT" help:"What it is for."`
	Add         []string `sep:"none" xor:"add" placeholder:"USER" help:"Add this user, by userName or id. Repeat it for more."`
	Remove      []string `sep:"none" xor:"remove" placeholder:"USER" help:"Remove this user, by userName or id. Repeat it for more."`
	MembersFrom string   `xor:"add,remove" placeholder:"FILE" help:"Make the users in this file the members, and nobody else: a userName or id on each line; - is the standard input."`
	subject
}

func (c groupEdit) fields() map[string]string {
	return c.renamed(c.Name, map[string]string{
		"description": "--description", "addMembers": "--add", "removeMembers": "--remove", "members": "--members-from",
	})
}

// change makes the change.
func (c groupEdit) change(sh *shell, noun groupNoun) error {
	in := client.GroupChange{Description: given(c.Description), AddMembers: c.Add, RemoveMembers: c.Remove}
	if c.Name != nil {
		in.DisplayName = client.Set(*c.Name)
	}
	if c.MembersFrom != "" {
		users, err := sh.readUsers(c.MembersFrom)
		if err != nil {
			return err
		}
		in.Members = client.Set(users)
	}
	if err := changesSomething(in, noun.name+" update"); err != nil {
		return err
	}
	return c.use(sh, func(l link) error {
		g, err := noun.update(sh.ctx, l, c.Subject, in)
		if err != nil {
			return c.known(noun.name, err)
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Updated %s %q (number %d).", noun.name, g.DisplayName, g.Number)
	})
}

type groupShow struct{ subject }

// Help returns the examples.
func (groupShow) Help() string {
	return `Members come by ascending number. Even a long list needs little memory.

Examples:

    roster group show Network
    roster group show Network --json | jq -r '.members[].userName'`
}

// Run shows the group.
func (c groupShow) Run(sh *shell) error {
	return c.show(sh, groups)
}

type groupUpdate struct{ groupEdit }

// Help returns the examples.
func (groupUpdate) Help() string {
	return `What you do not give stays as it is. A user removed from their primary group has none then.

Examples:

    roster group update Network --description "Wires and waves"
    roster group update Network --add jdoe --add ana --remove backup
    roster group update Network --members-from members.txt`
}

// Run changes the group.
func (c groupUpdate) Run(sh *shell) error { return c.change(sh, groups) }

type groupDelete struct{ subject }

// Help returns the examples.
func (groupDelete) Help() string {
	return `Its members stay users. It is nobody's primary group any more. Tokens and roles limited to it lose that group.

Examples:

    roster group delete Network`
}

// Run deletes the group.
func (c groupDelete) Run(sh *shell) error { return c.remove(sh, groups) }

type teamShow struct{ subject }

// Help returns the examples.
func (teamShow) Help() string {
	return `Members come by ascending number. Even a long list needs little memory.

Examples:

    roster team show "my team 1"
    roster team show "my team 1" --json | jq -r '.members[].userName'`
}

// Run shows the team.
func (c teamShow) Run(sh *shell) error {
	return c.show(sh, teams)
}

type teamUpdate struct{ groupEdit }

// Help returns the examples.
func (teamUpdate) Help() string {
	return `What you do not give stays as it is.

Examples:

    roster team update "my team 1" --name Night --description "At night and on Sundays"
    roster team update Night --add jdoe --add ana --remove backup
    roster team show Day --json | jq -r '.members[].userName' | roster team update Night --members-from -`
}

// Run changes the team.
func (c teamUpdate) Run(sh *shell) error { return c.change(sh, teams) }

type teamDelete struct{ subject }

// Help returns the examples.
func (teamDelete) Help() string {
	return `Its members stay users.

Examples:

    roster team delete "my team 1"`
}

// Run deletes the team.
func (c teamDelete) Run(sh *shell) error { return c.remove(sh, teams) }
