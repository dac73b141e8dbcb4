package cli

import "roster/client"

type realmList struct{ listing }

// Help returns the examples.
func (realmList) Help() string {
	return `Realms by name, without their configurations. The realm of a user is shown by its id: roster user show.

Examples:

    roster realm list
    roster realm list --json | jq -r '.[] | select(.active) | .displayName'`
}

// Run lists the realms.
func (c realmList) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		realms := l.Realms.List(sh.ctx, client.ListOptions{PageOptions: pages(0)})
		heading := []string{"NAME", "KIND", "ACTIVE", "CREATED", "UPDATED", "ID"}
		return printList(sh, l, c.JSON, realms, heading, func(r client.Realm) []string {
			return []string{r.DisplayName, r.Kind, yesNo(r.Active), stamp(r.CreatedAt), stamp(r.UpdatedAt), r.ID}
		})
	})
}
