package cli

import (
	"fmt"
	"time"

	"roster"
	"roster/client"
)

type tokenCreate struct {
	Name        string   `required:"" placeholder:"NAME" help:"Its name, unique."`
	Access      string   `required:"" placeholder:"read|read-write" enum:"read,read-write" help:"What it may do: read, or read-write."`
	User        string   `placeholder:"NAME" help:"Make a token of this user, with the user's permissions, instead of one of the organization."`
	Groups      []string `placeholder:"A,B" help:"Limit it to the people of these groups."`
	ErrorsAs200 bool     `name:"errors-as-200" help:"Answer CheckCentral calls with status 200 even for errors, as CheckCentral does."`
	Expires     lifetime `placeholder:"90d" help:"How long it stays valid: 12h, 90d, 52w (default: until it is revoked)."`
	listing
}

// Help returns the examples.
func (tokenCreate) Help() string {
	return `Only the token goes to the standard output. It is shown once and stored nowhere.

Examples:

    roster token create --name ci --access read-write
    roster token create --name report --access read --expires 90d
    TOKEN=$(roster token create --name acme --access read-write --groups "Customer ACME")
    roster token create --name legacy --access read-write --errors-as-200`
}

func (tokenCreate) fields() map[string]string {
	return map[string]string{
		"name": "--name", "access": "--access", "user": "--user", "groups": "--groups", "expiresInSeconds": "--expires",
	}
}

// Run creates the token.
func (c tokenCreate) Run(sh *shell) error {
	return c.make(sh, func(l link) error {
		t, err := l.Tokens.Create(sh.ctx, client.NewToken{
			Name: c.Name, Access: client.Access(c.Access), User: c.User, Groups: c.Groups, ErrorsAs200: c.ErrorsAs200,
			ExpiresInSeconds: int64(time.Duration(c.Expires) / time.Second),
		})
		if err != nil {
			return err
		}
		until := "until it is revoked"
		if !t.ExpiresAt.IsZero() {
			until = "until " + stamp(t.ExpiresAt)
		}
		sh.note(fmt.Sprintf("token %q (%s) is good %s; it is shown only once", t.Name, t.Access, until))
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("%s", t.Secret)
	})
}

type tokenList struct {
	All bool `help:"Include revoked tokens."`
	listing
}

// Help returns the examples.
func (tokenList) Help() string {
	return `Examples:

    roster token list
    roster token list --all --json`
}

// Run lists the tokens.
func (c tokenList) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		tokens := l.Tokens.List(sh.ctx, client.TokenListOptions{Revoked: c.All, PageOptions: pages(0)})
		heading := []string{"NAME", "ACCESS", "USER", "GROUPS", "CREATED", "EXPIRES", "REVOKED", "LAST USED", "FROM"}
		return printList(sh, l, c.JSON, tokens, heading, func(t client.Token) []string {
			user := ""
			if t.User != nil {
				user = t.User.UserName
			}
			return []string{
				t.Name, string(t.Access), user, join(names(t.Groups)), stamp(t.CreatedAt), stamp(t.ExpiresAt),
				stamp(t.RevokedAt), stamp(t.LastUsedAt), t.LastUsedFrom,
			}
		})
	})
}

type tokenRevoke struct {
	Token string `arg:"" name:"name" help:"Its name, or its id."`
	listing
}

// Help returns the examples.
func (tokenRevoke) Help() string {
	return `A revoked token is refused at once, by every replica. Its name is free for another.

Examples:

    roster token revoke ci`
}

// Run revokes the token.
func (c tokenRevoke) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		t, err := l.Tokens.Get(sh.ctx, c.Token)
		if err == nil {
			err = l.Tokens.Revoke(sh.ctx, t.ID)
		}
		if missing(err) {
			return &roster.Error{
				Kind:   roster.NotFound,
				Detail: fmt.Sprintf("there is no token %q that can be revoked; see: roster token list", c.Token),
			}
		}
		if err != nil {
			return err
		}
		if !c.JSON {
			return sh.say("Revoked token %q.", t.Name)
		}
		revoked := client.TokenListOptions{Revoked: true, Filter: fmt.Sprintf("id eq %q", t.ID)}
		for record, err := range asTheyCame(l, l.Tokens.List(sh.ctx, revoked)) {
			if err != nil {
				return err
			}
			return sh.printJSON(record)
		}
		return nil
	})
}
