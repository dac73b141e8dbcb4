package cli

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"

	"roster"
	"roster/internal/operator"
)

type userDelete struct {
	User string `arg:"" name:"name" help:"The id, the userName or the number."`
	Yes  bool   `short:"y" help:"Do not ask."`
	listing
}

// Help returns the examples.
func (userDelete) Help() string {
	return `Frees the name, ends the user's sessions and tokens, and takes the user out of every group. For 30 days it can be undone: roster user undelete. Then the user is erased. To shut somebody out for a while: roster user deactivate.

Examples:

    roster user delete jdoe
    roster user delete 12 --yes`
}

func (c userDelete) fields() map[string]string {
	return map[string]string{"id": fmt.Sprintf("%q", c.User)}
}

// Run deletes the user.
func (c userDelete) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		u, err := l.user(sh, c.User)
		if err != nil {
			return err
		}
		if !c.Yes {
			if err := sh.confirm(fmt.Sprintf("Delete user %q (number %d)?", u.UserName, u.Number)); err != nil {
				return err
			}
		}
		if err := l.Users.Delete(sh.ctx, u.ID); err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("Deleted user %q (number %d): the name is free. To undo it: roster user undelete %d", u.UserName, u.Number, u.Number)
	})
}

// confirm asks a person to type yes. Where nobody can be asked, it wants --yes.
func (sh *shell) confirm(question string) error {
	if !isTerminal(sh.stdin) {
		return usageError{"there is no terminal to ask on; to skip the question: --yes"}
	}
	return sh.ask(question)
}

// ask prints the question and reads the answer.
func (sh *shell) ask(question string) error {
	fmt.Fprintf(sh.stderr, "%s Type yes: ", question)
	line, err := bufio.NewReader(io.LimitReader(sh.stdin, 16)).ReadString('\n')
	if err == nil && strings.TrimSpace(line) == "yes" {
		return nil
	}
	sh.note("nothing was done")
	return errQuiet
}

type userGrantServerAdmin struct {
	User string `arg:"" name:"name" help:"The id, the userName or the number."`
	listing
}

// Help returns the examples.
func (userGrantServerAdmin) Help() string {
	return `No role includes creating organizations: it is granted here only. From then on only others with this right may change the account.

Examples:

    roster user grant-server-admin jdoe`
}

// Run lets the user make organizations.
func (c userGrantServerAdmin) Run(sh *shell) error {
	return c.setServerAdmin(sh, c.User, true, "may create organizations")
}

type userRevokeServerAdmin struct {
	User string `arg:"" name:"name" help:"The id, the userName or the number."`
	listing
}

// Help returns the examples.
func (userRevokeServerAdmin) Help() string {
	return `The organizations that the user made stay.

Examples:

    roster user revoke-server-admin jdoe`
}

// Run lets the user make no organizations any more.
func (c userRevokeServerAdmin) Run(sh *shell) error {
	return c.setServerAdmin(sh, c.User, false, "may not create organizations")
}

func (c listing) setServerAdmin(sh *shell, word string, may bool, outcome string) error {
	return c.use(sh, func(l link) error {
		u, err := l.user(sh, word)
		if err != nil {
			return err
		}
		in := operator.ServerAdmin{UserID: roster.UserID(u.ID), ServerAdmin: may}
		if err := l.operate(sh.ctx, http.MethodPut, "/server-admin", in, nil); err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("User %q (number %d) %s.", u.UserName, u.Number, outcome)
	})
}
