package cli

import (
	"cmp"
	"fmt"

	"roster"
	"roster/client"
)

type auditList struct {
	Target string `placeholder:"ID" help:"Only entries about the record with this id."`
	Newest bool   `help:"The newest first."`
	Limit  int    `placeholder:"N" help:"The greatest number of lines."`
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
	if c.Target != "" && !roster.IsUUID(c.Target) {
		return usageError{"--target must be the id of a record; --json shows it: roster user show NAME --json"}
	}
	o := client.AuditListOptions{Target: c.Target, Sort: "at", PageOptions: pages(c.Limit)}
	if c.Newest {
		o.Sort = "-at"
	}
	return c.use(sh, func(l link) error {
		entries := first(c.Limit, l.Audit.List(sh.ctx, o))
		heading := []string{"AT", "WHO", "BY", "ACTION", "TARGET", "FROM", "REQUEST"}
		return printList(sh, l, c.JSON, entries, heading, func(e client.AuditEntry) []string {
			return []string{
				stamp(e.At), cmp.Or(e.ActorName, e.Actor), e.Face, e.Action,
				cmp.Or(e.TargetName, e.Target), e.Address, e.RequestID,
			}
		})
	})
}

type auditVerify struct{ listing }

// Help returns the examples.
func (auditVerify) Help() string {
	return `Recomputes the chain of hashes, and ends with exit code 1 at the first entry or seal that was changed. A running server seals an entry about two minutes after its change. What is not sealed is counted, and what should have been sealed long ago is listed.

Examples:

    roster audit verify`
}

// Run verifies the chain.
func (c auditVerify) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		v, err := l.Audit.Verify(sh.ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := sh.printAnswer(l); err != nil {
				return err
			}
		}
		if !v.Intact {
			return &roster.Error{Kind: roster.Conflict, Detail: "the audit was changed: " + faultOf(v)}
		}
		if c.JSON {
			return nil
		}
		return sayVerified(sh, v)
	})
}

// faultOf says what is wrong with the audit.
func faultOf(v client.Verification) string {
	where := fmt.Sprintf("seal %d", v.Seal)
	if v.Bad != "" {
		where += ", entry " + v.Bad
	}
	return fmt.Sprintf("%s (%s; the %d entries sealed before are good)", v.Reason, where, v.Sealed)
}

// sayVerified tells of an audit that is whole, and of what is not sealed.
func sayVerified(sh *shell, v client.Verification) error {
	if err := sh.say("The audit is whole: %d entries sealed, %d of them with a part erased; %d not sealed yet.", v.Sealed, v.Erased, v.Unsealed); err != nil || v.Overdue == 0 {
		return err
	}
	if err := sh.say("%d entries should have been sealed long ago. Either no server ran, or somebody removed seals:", v.Overdue); err != nil {
		return err
	}
	for _, e := range v.UnsealedEntries {
		if e.Overdue {
			if err := sh.say("%s\t%s", e.ID, stamp(e.At)); err != nil {
				return err
			}
		}
	}
	return nil
}
