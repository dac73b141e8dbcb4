package cli

import (
	"fmt"
	"strings"

	"roster"
	"roster/client"
	"roster/internal/directory"
)

type organizationCreate struct {
	Slug string `arg:"" help:"Its name in URLs, as in /o/SLUG/: 1 to 63 lower-case letters, digits and hyphens."`
	Name string `placeholder:"TEXT" help:"The name that people see (default: the slug)."`
	listing
}

// Help returns the examples.
func (organizationCreate) Help() string {
	return `The organization begins with the roles, the group and the team that ship, and with the user admin, who has no password. The link alone goes to the standard output: on its page, once and within 15 minutes, admin sets one. For another link: roster user set-password admin --organization SLUG.

Examples:

    roster organization create acme --name "ACME Inc."
    roster user list --organization acme`
}

func (organizationCreate) fields() map[string]string {
	return map[string]string{"slug": "the slug", "displayName": "--name"}
}

// Run creates the organization.
func (c organizationCreate) Run(sh *shell) error {
	c.Organization = "" // this is about another one
	return c.make(sh, func(l link) error {
		o, err := l.Organizations.Create(sh.ctx, client.NewOrganization{Slug: c.Slug, DisplayName: c.Name})
		if err != nil {
			return err
		}
		base, _, _ := strings.Cut(o.AdminLink.URL, "/set-password/")
		url := base + "/o/" + o.Slug
		sh.note(fmt.Sprintf("created organization %q; its calls and pages are under %s/, such as %s/graze/v1/createUser", o.Slug, url, url))
		sh.note("for commands about it, add: --organization " + o.Slug)
		sh.note(fmt.Sprintf("the link for its user %q is good once, until %s", directory.AdminUser, stamp(o.AdminLink.ExpiresAt)))
		if c.JSON {
			return sh.printAnswer(l)
		}
		return sh.say("%s", o.AdminLink.URL)
	})
}

type organizationList struct{ listing }

// Help returns the examples.
func (organizationList) Help() string {
	return `Examples:

    roster organization list
    roster organization list --json | jq -r '.[].slug'`
}

// Run lists the organizations.
func (c organizationList) Run(sh *shell) error {
	c.Organization = "" // who looks here may have named one that is not there
	return c.use(sh, func(l link) error {
		organizations := l.Organizations.List(sh.ctx, client.ListOptions{PageOptions: pages(0)})
		return printList(sh, l, c.JSON, organizations, []string{"SLUG", "NAME", "CREATED", "ID"}, func(o client.Organization) []string {
			return []string{o.Slug, o.DisplayName, stamp(o.CreatedAt), o.ID}
		})
	})
}

type organizationShow struct {
	Slug string `arg:"" help:"Its slug, or its id."`
	listing
}

// Help returns the examples.
func (organizationShow) Help() string {
	return `What an organization decides for itself is shown by: roster settings show.

Examples:

    roster organization show acme
    roster organization show default --json`
}

// Run shows the organization.
func (c organizationShow) Run(sh *shell) error {
	c.Organization = ""
	return c.use(sh, func(l link) error {
		o, err := l.Organizations.Get(sh.ctx, strings.TrimSpace(c.Slug))
		if missing(err) {
			err = &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("there is no organization %q; see: roster organization list", c.Slug)}
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.printAnswer(l)
		}
		t := newTable(sh, "ATTRIBUTE", "VALUE")
		t.row("slug", o.Slug)
		t.row("displayName", o.DisplayName)
		t.row("id", o.ID)
		t.row("created", stamp(o.CreatedAt))
		return t.end()
	})
}
