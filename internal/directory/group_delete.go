package directory

import (
	"context"
	"fmt"

	"roster"
)

// DeleteGroup deletes a group or team: its name is free again, it has no members, and what is
// granted for it gives nothing.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name), Stale,
// Unavailable.
func (d *Directory) DeleteGroup(ctx context.Context, by roster.Actor, in GroupSelector) (roster.Group, error) {
	if err := allow(by, ActGroupDelete); err != nil {
		return roster.Group{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.Group, error) {
		g, err := in.findLocked(tx, by, ActGroupDelete)
		if err == nil {
			err = d.permitDeletion(tx, by, g)
		}
		if err != nil {
			return g, err
		}
		now := d.now()
		if err := tx.DeleteGroup(g.OrganizationID, g.ID, now); err != nil {
			return g, err
		}
		return g, d.audit(tx, by, now, change{ActGroupDelete, string(g.ID), g.Name, removedRecord{auditGroup(g)}})
	})
}

// permitDeletion returns Forbidden if the group's deletion would end something that the actor may
// not end: memberships, roles, levels and tokens of users above it, and entries on check groups.
func (d *Directory) permitDeletion(tx Tx, by roster.Actor, g roster.Group) error {
	if g.Kind != roster.KindGroup || isLocal(by) {
		return nil
	}
	var f roster.Faults
	err := eachPage(func(after int64) ([]int64, error) {
		page, err := tx.Members(g.OrganizationID, MemberQuery{Group: g.ID, After: after, Limit: MaxPage})
		users := make([]int64, len(page.Records))
		for i, u := range page.Records {
			users[i] = u.Number
		}
		return users, err
	}, func(users []int64) error {
		if err := d.permitMembers(tx, by, g, "members", users, &f); err != nil {
			return err
		}
		return f.Err()
	})
	if err != nil {
		return err
	}
	err = eachPage(func(after int64) ([]int64, error) {
		return tx.GrantedFor(g.OrganizationID, g.ID, after, MaxPage)
	}, func(users []int64) error {
		var above error
		err := d.eachAbove(tx, by, users, func(name string, p roster.Permissions) {
			above = forbidden(fmt.Sprintf("%q, who has a role, level or token for this group, holds permissions beyond yours: %s", name, p))
		})
		if err != nil {
			return err
		}
		return above
	})
	if err != nil {
		return err
	}
	return d.mayDeleteEntries(tx, by, "group", CheckPermissionQuery{Group: g.ID})
}

// removedRecord are the audit details of a change that removed a record.
type removedRecord struct {
	Before any `json:"before"`
}

// eachPage calls look with pages of users, by ascending number. read returns up to MaxPage users
// above a number.
func eachPage(read func(after int64) ([]int64, error), look func(users []int64) error) error {
	for after, last := int64(0), false; !last; {
		page, err := read(after)
		if err == nil {
			err = look(page)
		}
		if err != nil {
			return err
		}
		if last = len(page) < MaxPage; !last {
			after = page[len(page)-1]
		}
	}
	return nil
}
