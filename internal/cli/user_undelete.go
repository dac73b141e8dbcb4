package cli

import (
	"fmt"
	"strconv"
	"time"

	"roster"
	"roster/client"
)

type userUndelete struct {
	User string `arg:"" name:"name" help:"The id, the userName or the number."`
	listing
}

// Help returns the examples.
func (userUndelete) Help() string {
	return `Restores a user with password, access, groups, contact methods and preferences. Sessions, tokens and links stay ended. Of several deleted users of a name it is the last.

Examples:

    roster user undelete jdoe
    roster user undelete 12`
}

func (c userUndelete) fields() map[string]string {
	return map[string]string{"id": fmt.Sprintf("%q", c.User), "userName": fmt.Sprintf("%q", c.User)}
}

// Run restores the user.
func (c userUndelete) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		restored, err := c.undelete(sh, l)
		if missing(err) {
			return &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("no user %q was deleted in the last 30 days; see: roster user deleted", c.User)}
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		for _, name := range restored.Missing {
			sh.note("not restored, since it is gone: " + name)
		}
		return sh.say("Restored user %q (number %d).", restored.User.UserName, restored.User.Number)
	})
}

// undelete restores the user by id or name, and then by number, which takes another call.
func (c userUndelete) undelete(sh *shell, l link) (client.UndeletedUser, error) {
	restored, err := l.Users.Undelete(sh.ctx, c.User)
	number, notNumber := strconv.ParseInt(c.User, 10, 64)
	if !missing(err) || notNumber != nil {
		return restored, err
	}
	for u, failed := range l.Users.Deleted(sh.ctx, pages(0)) {
		if failed != nil {
			return restored, failed
		}
		if u.Number == number {
			return l.Users.Undelete(sh.ctx, u.ID)
		}
	}
	return restored, err
}

type userDeleted struct{ listing }

// Help returns the examples.
func (userDeleted) Help() string {
	return `Examples:

    roster user deleted
    roster user deleted --json`
}

// Run lists the users who can be restored.
func (c userDeleted) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		return printList(sh, l, c.JSON, l.Users.Deleted(sh.ctx, pages(0)), []string{"NUMBER", "USERNAME", "NAME", "EMAIL", "DELETED", "RESTORABLE UNTIL"}, func(u client.DeletedUser) []string {
			return []string{
				fmt.Sprint(u.Number), u.UserName, u.DisplayName, u.Email,
				u.DeletedAt.UTC().Format(time.RFC3339), u.RestorableUntil.UTC().Format(time.RFC3339),
			}
		})
	})
}
