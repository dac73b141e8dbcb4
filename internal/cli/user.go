package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"roster"
	"roster/client"
)

type userCreate struct {
	Name          string   `required:"" aliases:"user-name" placeholder:"NAME" help:"The userName, for signing in. Unique regardless of case."`
	DisplayName   string   `aliases:"full-name" placeholder:"TEXT" help:"The name that people see (default: the userName)."`
	Title         string   `placeholder:"TEXT" help:"The job title, such as Vice President."`
	Email         string   `placeholder:"ADDRESS" help:"The primary email address."`
	Role          []string `sep:"none" placeholder:"NAME" help:"A role. Repeat it for more."`
	RoleIn        []roleIn `sep:"none" placeholder:"ROLE=GROUP,GROUP" help:"A role for the people of these groups only. Repeat it for more."`
	Level         string   `placeholder:"LEVEL" enum:",custom,readonly,user,editor,manager,administrator" default:"" help:"The access level: custom, readonly, user, editor, manager or administrator (default: custom)."`
	LevelIn       []string `sep:"none" placeholder:"GROUP" help:"Grant the access level for the people of this group only. Repeat it for more."`
	Group         []string `sep:"none" placeholder:"NAME" help:"A group. Repeat it for more."`
	Team          []string `sep:"none" placeholder:"NAME" help:"A team. Repeat it for more."`
	Department    string   `placeholder:"NAME" help:"The department."`
	PhoneNumber   string   `aliases:"phone" placeholder:"NUMBER" help:"The phone number. A valid one becomes a contact method."`
	Timezone      string   `placeholder:"ZONE" help:"The time zone, such as Europe/London (default: the organization's)."`
	Inactive      bool     `help:"The user can neither sign in nor be notified."`
	Welcome       bool     `help:"Send a welcome email, with a link to set a password."`
	PasswordStdin bool     `help:"Read the password from the standard input, one line."`
	listing
}

// Help returns the examples.
func (userCreate) Help() string {
	return `Roles, groups, teams and the department must exist; to make one: roster role create, roster group create and so on. A user without a password gets one by the link of a welcome email, or by: roster user set-password.

Examples:

    roster user create --name jdoe --display-name "John Doe" --email jdoe@example.com --role Operator --welcome
    roster user create --name backup --role "REST LAM Sender" --password-stdin < password.txt
    roster user create --name ana --level manager --group Network --team "Cloud DevOps" --department Support
    roster user create --name eve --group "Customer ACME" --role-in "Manager=Customer ACME"`
}

func (userCreate) fields() map[string]string {
	return map[string]string{
		"userName": "--name", "displayName": "--display-name", "title": "--title", "email": "--email", "password": "the password",
		"accessLevel": "--level", "roles": "--role", "groups": "--group", "teams": "--team",
		"department": "--department", "phoneNumber": "--phone-number", "timezone": "--timezone",
		"roleGrants": "--role-in", "accessLevelGroups": "--level-in",
	}
}

// Run creates the user.
func (c userCreate) Run(sh *shell) error {
	in := client.NewUser{
		UserName: c.Name, DisplayName: c.DisplayName, Title: c.Title, Email: c.Email, Active: client.Set(!c.Inactive),
		AccessLevel: client.AccessLevel(c.Level), AccessLevelGroups: c.LevelIn, Roles: c.Role, RoleGrants: grantsIn(c.RoleIn),
		Groups: c.Group, Teams: c.Team,
		Department: c.Department, PhoneNumber: c.PhoneNumber, Timezone: c.Timezone, SendWelcomeEmail: c.Welcome,
	}
	if c.PasswordStdin {
		var err error
		if in.Password, err = sh.readPassword(); err != nil {
			return err
		}
	}
	return c.make(sh, func(l link) error {
		u, err := l.Users.Create(sh.ctx, in)
		if err != nil {
			return err
		}
		if !c.Welcome && !c.Inactive {
			sh.noteNoPassword(u)
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Created user %q (number %d).", u.UserName, u.Number)
	})
}

// noteNoPassword says how somebody gets a password who needs one and has none.
func (sh *shell) noteNoPassword(u client.User) {
	if !u.HasPassword && u.Realm == client.RealmDB {
		sh.note(fmt.Sprintf("the user has no password yet; for a link to set one: roster user set-password %s", wordFor(u)))
	}
}

// plainName is a userName that a shell takes as it is, and a command for nothing else.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.@+-]*$`)

// wordFor returns the word by which a command finds the user, whatever other users are called.
func wordFor(u client.User) string {
	if plainName.MatchString(u.UserName) && !roster.IsUUID(u.UserName) {
		return u.UserName
	}
	return u.ID
}

type userList struct {
	Limit int `placeholder:"N" help:"The greatest number of lines."`
	listing
}

// Help returns the examples.
func (userList) Help() string {
	return `Users come by ascending number. Even a long list needs little memory.

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
	return c.use(sh, func(l link) error {
		users := first(c.Limit, l.Users.List(sh.ctx, client.UserListOptions{PageOptions: pages(c.Limit)}))
		heading := []string{"NUMBER", "USER NAME", "DISPLAY NAME", "EMAIL", "ACTIVE", "LEVEL", "ROLES", "GROUPS", "TEAMS"}
		return printList(sh, l, c.JSON, users, heading, func(u client.User) []string {
			return []string{
				fmt.Sprint(u.Number), u.UserName, u.DisplayName, u.Email, yesNo(u.Active),
				string(u.AccessLevel), join(roleNames(u)), join(names(u.Groups)), join(names(u.Teams)),
			}
		})
	})
}

type userShow struct {
	User string `arg:"" name:"name" help:"The id, the userName or the number."`
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
	return c.use(sh, func(l link) error {
		u, err := l.user(sh, c.User)
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return printUser(sh, u)
	})
}

// printUser prints what is known of a user, a line for each attribute that it has.
func printUser(sh *shell, u client.User) error {
	t := newTable(sh, "ATTRIBUTE", "VALUE")
	for _, line := range [][2]string{
		{"userName", u.UserName},
		{"displayName", u.DisplayName},
		{"title", u.Title},
		{"number", fmt.Sprint(u.Number)},
		{"id", u.ID},
		{"email", u.Email},
		{"active", yesNo(u.Active)},
		{"level", string(u.AccessLevel)},
		{"level in", join(groupNames(u, u.AccessLevelGroups))},
		{"roles", join(roleNames(u))},
		{"groups", join(names(u.Groups))},
		{"primaryGroup", nameOf(u.PrimaryGroup)},
		{"teams", join(names(u.Teams))},
		{"department", nameOf(u.Department)},
		{"realm", u.Realm},
		{"password", yesNo(u.HasPassword)},
		{"timezone", u.Timezone},
		{"phoneNumber", u.PhoneNumber},
		{"joined", stamp(u.JoinedAt)},
		{"created", stamp(u.CreatedAt)},
		{"updated", stamp(u.UpdatedAt)},
	} {
		t.row(line[0], line[1])
	}
	for _, r := range u.Roles {
		if len(r.Groups) > 0 {
			t.row("role "+r.DisplayName+" in", join(groupNames(u, r.Groups)))
		}
	}
	for _, m := range u.ContactMethods {
		confirmed := "unconfirmed"
		if !m.ConfirmedAt.IsZero() {
			confirmed = "confirmed " + stamp(m.ConfirmedAt)
		}
		t.row("reach by "+string(m.Service), m.Address+" ("+confirmed+")")
	}
	for i, services := range servicesOf(&u.Preferences) {
		if kind := roster.NotificationTypes[i]; len(*services) > 0 {
			t.row("told of "+string(kind), servicesText(u.Preferences, kind, *services))
		}
	}
	return t.end()
}

// nameOf returns the name of a linked record, "" for none.
func nameOf(l *client.Link) string {
	if l == nil {
		return ""
	}
	return l.DisplayName
}

func roleNames(u client.User) []string {
	out := make([]string, len(u.Roles))
	for i, r := range u.Roles {
		out[i] = r.DisplayName
	}
	return out
}

// groupNames returns the names of groups that something of a user is granted for. Those that the
// user is not in stay ids.
func groupNames(u client.User, ids []string) []string {
	out := slices.Clone(ids)
	for i, id := range ids {
		for _, g := range slices.Concat(u.Groups, u.Teams) {
			if g.ID == id {
				out[i] = g.DisplayName
			}
		}
	}
	return out
}

type userSetPassword struct {
	User          string `arg:"" name:"name" help:"The id, the userName or the number."`
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
	return c.use(sh, func(l link) error {
		u, err := l.user(sh, c.User)
		if err != nil {
			return err
		}
		made, err := l.Users.SetUpLink(sh.ctx, u.ID)
		if err != nil {
			return err
		}
		sh.note(fmt.Sprintf("the link for %q is good once, until %s", u.UserName, stamp(made.ExpiresAt)))
		if l.way == byFolder {
			sh.note("no server runs on this data folder; start it before the link is opened: roster serve")
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("%s", made.URL)
	})
}

// set sets the password that it reads.
func (c userSetPassword) set(sh *shell) error {
	password, err := sh.readPassword()
	if err != nil {
		return err
	}
	return c.use(sh, func(l link) error {
		u, err := l.user(sh, c.User)
		if err == nil {
			err = l.Users.SetPassword(sh.ctx, u.ID, password)
		}
		if err != nil {
			return err
		}
		if !c.JSON {
			return sh.say("Set the password of user %q.", u.UserName)
		}
		if _, err := l.Users.Get(sh.ctx, u.ID); err != nil {
			return err
		}
		return sh.printAnswer(l)
	})
}

// user returns the user that a word names.
func (l link) user(sh *shell, word string) (client.User, error) {
	return aboutUser(sh, l, word, func(name string) (client.User, error) { return l.Users.Get(sh.ctx, name) })
}

// aboutUser makes a call about the user that a word names: by id where it is a UUID, otherwise by
// userName, and then by number, which takes another call.
func aboutUser[T any](sh *shell, l link, word string, call func(name string) (T, error)) (T, error) {
	if slices.Contains(notNamesInPaths[:], strings.ToLower(word)) {
		id, err := l.findUser(sh, fmt.Sprintf("userName eq %q", word))
		if err != nil {
			var none T
			return none, noSuchUser(word, err)
		}
		return call(id)
	}
	out, err := call(word)
	number, notNumber := strconv.ParseInt(word, 10, 64)
	if missing(err) && notNumber == nil && number > 0 {
		id, findErr := l.findUser(sh, fmt.Sprintf("number eq %d", number))
		if err = findErr; err == nil {
			out, err = call(id)
		}
	}
	return out, noSuchUser(word, err)
}

// notNamesInPaths are userNames that mean something else in a path, or nothing.
var notNamesInPaths = [...]string{client.Me, "batch", ".", ".."}

// findUser returns the id of the first user of whom a filter is true. Errors: [client.ErrNotFound].
func (l link) findUser(sh *shell, filter string) (id string, err error) {
	o := client.UserListOptions{Filter: filter, PageOptions: client.PageOptions{Fields: []string{"id"}, PageSize: 1}}
	for u, err := range l.Users.List(sh.ctx, o) {
		return u.ID, err
	}
	return "", client.ErrNotFound
}

// noSuchUser makes an error that says that there is no such user one that says where users are
// listed.
func noSuchUser(word string, err error) error {
	if missing(err) {
		return &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("there is no user %q; see: roster user list", word)}
	}
	return err
}

// missing reports whether err says that there is no such record.
func missing(err error) bool { return errors.Is(err, client.ErrNotFound) }
