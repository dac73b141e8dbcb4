package cli

import (
	"cmp"
	"fmt"

	"roster"
	"roster/internal/control"
)

type auditList struct {
	Target string `placeholder:"ID" help:"Only entries about the record with this id."`
	Newest bool   `help:"The newest first."`
	Limit  int    `placeholder:"N" help:"At most so many."`
	listing
}

// Help returns the examples.
func (auditList) Help() string {
	return `Entries come with the oldest first, unless --newest is given. With --json they have what was changed, too.

Examples:

    roster audit list
    roster audit list --newest --limit 20
    roster audit list --json | jq 'map(select(.action == "token.create"))'
    roster audit list --target $(roster user show jdoe --json | jq -r .id)`
}

// Run lists the entries.
func (c auditList) Run(sh *shell) error {
	if c.Limit < 0 {
		return usageError{"--limit must be a whole number from 1"}
	}
	return c.use(sh, func(client *control.Client) error {
		entries := control.ListAudit.Do(sh.ctx, client, control.AuditList{Target: c.Target, Newest: c.Newest, Limit: c.Limit})
		heading := []string{"AT", "WHO", "BY", "ACTION", "TARGET", "FROM", "REQUEST"}
		return printList(sh, c.JSON, entries, heading, func(e control.AuditEntry) []string {
			return []string{
				stamp(e.At), cmp.Or(e.ActorName, e.Actor), string(e.Face), e.Action,
				cmp.Or(e.TargetName, e.Target), e.Address, e.RequestID,
			}
		})
	})
}

type auditVerify struct{ listing }

// Help returns the examples.
func (auditVerify) Help() string {
	return `Recomputes the chain of hashes from the first entry to the last, and ends with exit code 1 at the first entry that is not what it was. An entry enters the chain a few seconds after its change, while a server runs.

Examples:

    roster audit verify`
}

// Run verifies the chain.
func (c auditVerify) Run(sh *shell) error {
	return c.use(sh, func(client *control.Client) error {
		v, err := control.VerifyAudit.Do(sh.ctx, client, control.Empty{})
		if err != nil {
			return err
		}
		if c.JSON {
			if err := sh.printJSON(v); err != nil {
				return err
			}
		}
		if v.Bad != "" {
			return &roster.Error{Kind: roster.Conflict, Detail: fmt.Sprintf("the audit was changed: %s (entry %s, after %d good ones)", v.Reason, v.Bad, v.Sealed)}
		}
		if c.JSON {
			return nil
		}
		return sh.say("The audit is whole: %d entries in the chain, %d of them with their details erased.", v.Sealed, v.Erased)
	})
}
