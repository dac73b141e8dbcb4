package cli

import "roster/internal/control"

type realmList struct{ listing }

// Help returns the examples.
func (realmList) Help() string {
	return `Realms by name, without their configurations. The realm of a user is shown by its id: roster user show.

Examples:

    roster realm list
    roster realm list --json | jq -r '.[] | select(.active) | .name'`
}

// Run lists the realms.
func (c realmList) Run(sh *shell) error {
	return c.use(sh, func(client *control.Client) error {
		realms := control.ListRealms.Do(sh.ctx, client, control.Empty{})
		heading := []string{"NAME", "KIND", "ACTIVE", "CREATED", "UPDATED", "ID"}
		return printList(sh, c.JSON, realms, heading, func(r control.Realm) []string {
			return []string{r.Name, string(r.Kind), yesNo(r.Active), stamp(r.CreatedAt), stamp(r.UpdatedAt), string(r.ID)}
		})
	})
}
