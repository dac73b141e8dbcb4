package cli

import (
	"fmt"
	"time"

	"roster/client"
	"roster/internal/directory"
)

// systemExpiry is how the system's session expiry is written.
const systemExpiry = "system"

// expiry is how long a session lasts without use. 0 is the system's.
type expiry time.Duration

// UnmarshalText reads the form of the command line.
func (e *expiry) UnmarshalText(text []byte) error {
	if string(text) == systemExpiry {
		*e = 0
		return nil
	}
	var l lifetime
	if err := l.UnmarshalText(text); err != nil || time.Duration(l) > directory.MaxExpiry*time.Minute {
		return fmt.Errorf("must be from 1m to 1w, such as 90m, 12h or 2d, or %s", systemExpiry)
	}
	*e = expiry(l)
	return nil
}

type userUpdate struct {
	User          string   `arg:"" name:"name" help:"The id, the userName or the number."`
	DisplayName   *string  `aliases:"full-name" placeholder:"TEXT" help:"The name that people see; empty for the userName."`
	Title         *string  `placeholder:"TEXT" help:"The job title. Empty for none."`
	Email         *string  `placeholder:"ADDRESS" help:"The primary email address. A userName that was equal to it changes too."`
	Role          []string `sep:"none" placeholder:"NAME" empty:"" help:"A role. It replaces all roles of the user; repeat it for more. Empty for none."`
	RoleIn        []roleIn `sep:"none" placeholder:"ROLE=GROUP,GROUP" help:"A role for the people of these groups only. With --role it replaces all roles of the user. Repeat it for more."`
	Level         string   `placeholder:"LEVEL" enum:",custom,readonly,user,editor,manager,administrator" default:"" help:"The access level: custom, readonly, user, editor, manager or administrator. It activates the user, unless --inactive is given."`
	LevelIn       []string `sep:"none" placeholder:"GROUP" empty:"" help:"Grant the access level for the people of this group only. Repeat it for more. Empty for the whole organization."`
	Group         []string `sep:"none" placeholder:"NAME" empty:"" help:"A group. It replaces all groups of the user; repeat it for more. Empty for none."`
	Team          []string `sep:"none" placeholder:"NAME" empty:"" help:"A team. It replaces all teams of the user; repeat it for more. Empty for none."`
	PrimaryGroup  *string  `placeholder:"NAME" help:"The primary group; the user becomes a member. Empty for none."`
	Department    *string  `placeholder:"NAME" help:"The department; empty for none."`
	PhoneNumber   *string  `aliases:"phone" placeholder:"NUMBER" help:"The phone number. A valid one becomes a contact method. Empty for none."`
	Timezone      *string  `placeholder:"ZONE" help:"The time zone, such as Europe/London; empty for the organization's."`
	SessionExpiry *expiry  `placeholder:"90m" help:"How long a session lasts without use: 90m, 12h, 2d; or system."`
	Active        bool     `xor:"active" help:"The user may sign in and be notified."`
	Inactive      bool     `xor:"active" help:"The user can neither sign in nor be notified, and is signed out everywhere."`
	listing
}

// Help returns the examples.
func (userUpdate) Help() string {
	return `What you do not give stays as it is. --role, --group and --team replace the whole list; to add somebody to a team: roster team update NAME --add USER.

Examples:

    roster user update jdoe --display-name "John Doe" --email jdoe@example.com
    roster user update jdoe --role Operator --role "Night Owl"
    roster user update jdoe --role-in "Manager=Customer ACME,Customer Foo"
    roster user update 12 --team '' --department '' --session-expiry system`
}

func (userUpdate) fields() map[string]string {
	return map[string]string{
		"userName": "the userName", "displayName": "--display-name", "title": "--title", "email": "--email", "accessLevel": "--level",
		"roles": "--role", "groups": "--group", "teams": "--team", "primaryGroup": "--primary-group",
		"department": "--department", "phoneNumber": "--phone-number", "timezone": "--timezone",
		"sessionExpiryMinutes": "--session-expiry", "active": "--inactive",
		"roleGrants": "--role-in", "accessLevelGroups": "--level-in",
	}
}

// Run changes the user.
func (c userUpdate) Run(sh *shell) error {
	in := c.given()
	if err := changesSomething(in, "user update"); err != nil {
		return err
	}
	return c.changeUser(sh, c.User, in, func(u client.User) error {
		state := "active"
		if !u.Active {
			state = "inactive, and signed out everywhere"
		}
		return sh.say("Updated user %q (number %d): %s.", u.UserName, u.Number, state)
	})
}

// given returns the change.
func (c userUpdate) given() client.UserChange {
	in := client.UserChange{
		DisplayName: given(c.DisplayName), Title: given(c.Title), Email: given(c.Email), AccessLevelGroups: givenList(c.LevelIn),
		Roles: givenList(c.Role), Groups: givenList(c.Group), Teams: givenList(c.Team),
		PrimaryGroup: given(c.PrimaryGroup), Department: given(c.Department),
		Timezone: given(c.Timezone), PhoneNumber: given(c.PhoneNumber),
	}
	if c.Level != "" {
		in.AccessLevel = client.Set(client.AccessLevel(c.Level))
	}
	if c.RoleIn != nil {
		in.RoleGrants = client.Set(grantsIn(c.RoleIn))
	}
	if c.Active || c.Inactive {
		in.Active = client.Set(c.Active)
	}
	if c.SessionExpiry != nil {
		in.SessionExpiryMinutes = client.Null[int]() // the system's
		if minutes := int(time.Duration(*c.SessionExpiry) / time.Minute); minutes > 0 {
			in.SessionExpiryMinutes = client.Set(minutes)
		}
	}
	return in
}

// changeUser changes the user that word names, and says what was done.
func (c listing) changeUser(sh *shell, word string, in client.UserChange, say func(client.User) error) error {
	return c.use(sh, func(l link) error {
		u, err := aboutUser(sh, l, word, func(name string) (client.User, error) { return l.Users.Update(sh.ctx, name, in) })
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return say(u)
	})
}

type userDeactivate struct {
	User string `arg:"" name:"name" help:"The id, the userName or the number."`
	listing
}

// Help returns the examples.
func (userDeactivate) Help() string {
	return `Ends the user's sessions at once, on every replica; password and tokens are refused until the user is activated. Everything else of the user stays.

Examples:

    roster user deactivate jdoe`
}

func (userDeactivate) fields() map[string]string { return map[string]string{"active": "the user"} }

// Run deactivates the user.
func (c userDeactivate) Run(sh *shell) error {
	return c.changeUser(sh, c.User, client.UserChange{Active: client.Set(false)}, func(u client.User) error {
		return sh.say("Deactivated user %q (number %d): signed out everywhere, and no longer notified.", u.UserName, u.Number)
	})
}

type userActivate struct {
	User string `arg:"" name:"name" help:"The id, the userName or the number."`
	listing
}

// Help returns the examples.
func (userActivate) Help() string {
	return `Undoes roster user deactivate. Sessions do not come back: the user signs in again.

Examples:

    roster user activate jdoe`
}

// Run activates the user.
func (c userActivate) Run(sh *shell) error {
	return c.changeUser(sh, c.User, client.UserChange{Active: client.Set(true)}, func(u client.User) error {
		sh.noteNoPassword(u)
		return sh.say("Activated user %q (number %d): may sign in and is notified.", u.UserName, u.Number)
	})
}
