package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"roster"
	"roster/internal/control"
)

type userCreate struct {
	Name          string   `required:"" aliases:"user-name" placeholder:"NAME" help:"The userName, by which the user signs in; unique without regard to case."`
	FullName      string   `placeholder:"TEXT" help:"The name that people see (default: the userName)."`
	Email         string   `placeholder:"ADDRESS" help:"The primary email address."`
	Role          []string `sep:"none" placeholder:"NAME" help:"A role; give it again for more."`
	RoleIn        []roleIn `sep:"none" placeholder:"ROLE=GROUP,GROUP" help:"A role for the people of these groups only; give it again for more."`
	Level         string   `placeholder:"LEVEL" enum:",custom,readonly,user,editor,manager,administrator" default:"" help:"The access level: custom, readonly, user, editor, manager or administrator (default: custom)."`
	LevelIn       []string `sep:"none" placeholder:"GROUP" help:"Give the access level for the people of this group only; give it again for more."`
	Group         []string `sep:"none" placeholder:"NAME" help:"A group; give it again for more."`
	Team          []string `sep:"none" placeholder:"NAME" help:"A team; give it again for more."`
	Department    string   `placeholder:"NAME" help:"The department."`
	Phone         string   `placeholder:"NUMBER" help:"A phone number; one that can be called becomes a contact method."`
	Timezone      string   `placeholder:"ZONE" help:"The time zone, such as Europe/London (default: the organization's)."`
	Inactive      bool     `help:"The user can neither sign in nor be notified."`
	Welcome       bool     `help:"Send a welcome email, with a link to set a password."`
	PasswordStdin bool     `help:"Read the password from the standard input, one line."`
	listing
}

// Help returns the examples.
func (userCreate) Help() string {
	return `Roles, groups, teams and the department must exist; the message about a missing one has the command that makes it. A user without a password gets one by the link of a welcome email, or by: roster user set-password.

Examples:

    roster user create --name jdoe --full-name "John Doe" --email jdoe@example.com --role Operator --welcome
    roster user create --name backup --role "REST LAM Sender" --password-stdin < password.txt
    roster user create --name ana --level manager --group Network --team "Cloud DevOps" --department Support
    roster user create --name eve --group "Customer ACME" --role-in "Manager=Customer ACME"`
}

func (userCreate) fields() map[string]string {
	return map[string]string{
		"userName": "--name", "displayName": "--full-name", "emails": "--email", "password": "the password",
		"accessLevel": "--level", "roles": "--role", "groups": "--group", "teams": "--team",
		"department": "--department", "phoneNumbers": "--phone", "timezone": "--timezone",
		"roleGrants": "--role-in", "accessLevelGroups": "--level-in", "levelGroups": "--level-in",
	}
}

// Run creates the user.
func (c userCreate) Run(sh *shell) error {
	in := control.NewUser{
		UserName: c.Name, DisplayName: c.FullName, Email: c.Email, Inactive: c.Inactive,
		AccessLevel: roster.AccessLevel(c.Level), LevelGroups: c.LevelIn, Roles: c.Role, RoleGrants: grantsIn(c.RoleIn),
		Groups: c.Group, Teams: c.Team,
		Department: c.Department, PhoneNumber: c.Phone, TimeZone: c.Timezone, SendWelcomeEmail: c.Welcome,
	}
	if c.PasswordStdin {
		var err error
		if in.Password, err = sh.readPassword(); err != nil {
			return err
		}
	}
	return c.make(sh, func(client *control.Client) error {
		u, err := control.CreateUser.Do(sh.ctx, client, in)
		if err != nil {
			return err
		}
		if !c.Welcome && !c.Inactive {
			sh.noteNoPassword(u)
		}
		if c.JSON {
			return sh.printJSON(u)
		}
		return sh.say("Created user %q (number %d).", u.UserName, u.Number)
	})
}

// noteNoPassword says how somebody gets a password who needs one and has none.
func (sh *shell) noteNoPassword(u control.User) {
	if !u.HasPassword && u.Realm == roster.RealmDB {
		sh.note(fmt.Sprintf("the user has no password yet; for a link to set one: roster user set-password %d", u.Number))
	}
}

type userList struct {
	Limit int `placeholder:"N" help:"At most so many."`
	listing
}

// Help returns the examples.
func (userList) Help() string {
	return `Users come by ascending number. A list of any length needs little memory.

Examples:

    roster user list
    roster user list --limit 20
    roster user list --json | jq -r '.[].email'`
}

// Run lists the users.
func (c userList) Run(sh *shell) error {
	if c.Limit < 0 {
		return usageError{"--limit must be a whole number from 1"}
	}
	return c.use(sh, func(client *control.Client) error {
		users := control.ListUsers.Do(sh.ctx, client, control.UserList{Limit: c.Limit})
		heading := []string{"NUMBER", "USER NAME", "FULL NAME", "EMAIL", "ACTIVE", "LEVEL", "ROLES", "GROUPS", "TEAMS"}
		return printList(sh, c.JSON, users, heading, func(u control.User) []string {
			return []string{
				fmt.Sprint(u.Number), u.UserName, u.DisplayName, u.Email, yesNo(u.Active),
				string(u.AccessLevel), join(u.Roles), join(u.Groups), join(u.Teams),
			}
		})
	})
}

type userShow struct {
	User string `arg:"" name:"name" help:"The userName, the number or the id; a userName wins."`
	listing
}

// Help returns the examples.
func (userShow) Help() string {
	return `Examples:

    roster user show jdoe
    roster user show 12 --json`
}

// Run shows the user.
func (c userShow) Run(sh *shell) error {
	return c.use(sh, func(client *control.Client) error {
		u, err := aboutUser(c.User, func(name control.UserName) (control.User, error) {
			return control.ShowUser.Do(sh.ctx, client, name)
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printJSON(u)
		}
		return printUser(sh, u)
	})
}

// printUser prints what is known of a user, a line for each attribute that it has.
func printUser(sh *shell, u control.User) error {
	t := newTable(sh, "ATTRIBUTE", "VALUE")
	for _, line := range [][2]string{
		{"userName", u.UserName},
		{"fullName", u.DisplayName},
		{"number", fmt.Sprint(u.Number)},
		{"id", string(u.ID)},
		{"email", u.Email},
		{"active", yesNo(u.Active)},
		{"level", string(u.AccessLevel)},
		{"level in", join(u.LevelGroups)},
		{"roles", join(u.Roles)},
		{"groups", join(u.Groups)},
		{"primaryGroup", u.PrimaryGroup},
		{"teams", join(u.Teams)},
		{"department", u.Department},
		{"realm", u.Realm},
		{"password", yesNo(u.HasPassword)},
		{"timezone", u.TimeZone},
		{"phoneNumber", u.PhoneNumber},
		{"joined", stamp(u.JoinedAt)},
		{"created", stamp(u.CreatedAt)},
		{"updated", stamp(u.UpdatedAt)},
	} {
		t.row(line[0], line[1])
	}
	for _, g := range u.RoleGrants {
		t.row("role "+g.Role+" in", join(g.Groups))
	}
	for _, m := range u.ContactMethods {
		confirmed := "unconfirmed"
		if !m.ConfirmedAt.IsZero() {
			confirmed = "confirmed " + stamp(m.ConfirmedAt)
		}
		t.row("reach by "+string(m.Service), m.Address+" ("+confirmed+")")
	}
	for _, p := range u.Preferences {
		t.row("told of "+string(p.Type), join(p.Services))
	}
	return t.end()
}

type userSetPassword struct {
	User          string `arg:"" name:"name" help:"The userName, the number or the id; a userName wins."`
	PasswordStdin bool   `help:"Read the password from the standard input, one line, and set it."`
	listing
}

// Help returns the examples.
func (userSetPassword) Help() string {
	return `Prints a link, good for 15 minutes and once, on whose page the user sets a password; it voids an earlier one. Setting a password ends the user's sessions.

Examples:

    roster user set-password admin
    roster user set-password backup --password-stdin < password.txt`
}

func (userSetPassword) fields() map[string]string {
	return map[string]string{"password": "the password"}
}

// Run prints a link, or sets the password that it reads.
func (c userSetPassword) Run(sh *shell) error {
	if c.PasswordStdin {
		return c.set(sh)
	}
	l, err := c.open(sh, false)
	if err != nil {
		return err
	}
	issued, err := aboutUser(c.User, func(name control.UserName) (control.SetUpLink, error) {
		return control.IssueLink.Do(sh.ctx, l.client, name)
	})
	if closeErr := l.close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	sh.note(fmt.Sprintf("the link for %q is good once, until %s", issued.User, stamp(issued.ExpiresAt)))
	if l.way == byFolder {
		sh.note("no server runs on this data folder; start it before the link is opened: roster serve")
	}
	if c.JSON {
		return sh.printJSON(issued)
	}
	return sh.say("%s", issued.Link)
}

func (c userSetPassword) set(sh *shell) error {
	password, err := sh.readPassword()
	if err != nil {
		return err
	}
	return c.use(sh, func(client *control.Client) error {
		u, err := aboutUser(c.User, func(name control.UserName) (control.UserSummary, error) {
			return control.SetPassword.Do(sh.ctx, client, control.NewPassword{User: name, Password: password})
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printJSON(u)
		}
		return sh.say("Set the password of user %q.", u.UserName)
	})
}

// aboutUser makes a call about the user that word names: by id where it is a UUID, otherwise by userName
// and then by number.
func aboutUser[T any](word string, call func(control.UserName) (T, error)) (T, error) {
	name := control.UserName{UserName: word}
	if isUUID(word) {
		name = control.UserName{ID: roster.UserID(strings.ToLower(word))}
	}
	out, err := call(name)
	number, notNumber := strconv.ParseInt(word, 10, 64)
	if missing(err) && notNumber == nil && number > 0 {
		out, err = call(control.UserName{Number: number})
	}
	if missing(err) {
		err = &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("there is no user %q; see: roster user list", word)}
	}
	return out, err
}

// missing reports whether err says that there is no such record.
func missing(err error) bool { return err != nil && roster.KindOf(err) == roster.NotFound }

func isUUID(word string) bool {
	_, err := uuid.Parse(word)
	return err == nil && len(word) == 36
}
