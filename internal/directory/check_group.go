package directory

import (
	"context"
	"iter"
	"slices"
	"strings"

	"roster"
)

// NewCheckGroup is what CreateCheckGroup needs to know.
type NewCheckGroup struct {
	Name           string
	Description    string
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// CreateCheckGroup makes a check group.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (d *Directory) CreateCheckGroup(ctx context.Context, by roster.Actor, in NewCheckGroup) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupCreate); err != nil {
		return roster.CheckGroup{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := joinFaults(in.Faults, validateNamed(in.Name, in.Description))
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	if err := faults.Err(); err != nil {
		return roster.CheckGroup{}, err
	}
	g, err := update(ctx, d, func(tx Tx) (roster.CheckGroup, error) {
		now, id := d.now(), newID()
		return once(tx, d, by, ActCheckGroupCreate, in.IdempotencyKey, in.inputText(), id, func() (roster.CheckGroup, error) {
			g := roster.CheckGroup{
				ID: roster.CheckGroupID(id), OrganizationID: by.OrganizationID, Name: in.Name, Description: in.Description,
				Version: 1, CreatedAt: now, UpdatedAt: now,
			}
			var err error
			if g.Number, err = tx.InsertCheckGroup(g, Fold(g.Name)); err != nil {
				return g, err
			}
			return g, d.audit(tx, by, now, change{ActCheckGroupCreate, string(g.ID), g.Name, created{auditCheckGroup(g)}})
		}, func(id string) (roster.CheckGroup, error) {
			return theCheckGroup(tx, by.OrganizationID, roster.CheckGroupID(id), changeScope(by))
		})
	})
	return g, d.nameHolder(ctx, by, ActCheckGroupRead, checkGroupHolder(by, in.Name), err)
}

// theCheckGroup returns the check group with the id, if it is in the scope.
func theCheckGroup(tx Tx, org roster.OrganizationID, id roster.CheckGroupID, scope *CheckScope) (roster.CheckGroup, error) {
	g, found, err := findCheckGroup(tx, org, roster.Ref{ID: string(id), Name: string(id)}, scope)
	if err == nil && !found {
		err = &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no check group"}
	}
	return g, err
}

func auditCheckGroup(g roster.CheckGroup) map[string]any {
	return map[string]any{"number": g.Number, "displayName": g.Name, "description": g.Description}
}

// GetCheckGroup returns one check group that the actor may see.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (d *Directory) GetCheckGroup(ctx context.Context, by roster.Actor, id roster.CheckGroupID) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupRead); err != nil {
		return roster.CheckGroup{}, err
	}
	return view(ctx, d, func(tx Tx) (roster.CheckGroup, error) {
		return theCheckGroup(tx, by.OrganizationID, id, checkScope(by))
	})
}

// CheckGroupList says which check groups ListCheckGroups returns.
type CheckGroupList struct {
	Order ListOrder
	ID    roster.CheckGroupID
	Name  string // without regard to case
	Counting
}

// ListCheckGroups returns the check groups that the actor may see, in the order that is asked for.
// An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListCheckGroups(ctx context.Context, by roster.Actor, in CheckGroupList) (iter.Seq2[roster.CheckGroup, error], error) {
	if err := allow(by, ActCheckGroupRead); err != nil {
		return nil, err
	}
	if !isName(string(in.ID)) || !isReference(in.Name) {
		return noRecords[roster.CheckGroup](), nil
	}
	q := CheckGroupQuery{Where: Both(ifGiven("id", in.ID), ifGiven("displayName", Fold(in.Name))), Scope: checkScope(by)}
	return listOf(ctx, d, part[Place]{After: in.Order.After}, in.Counting, func(tx Tx, p part[Place]) (Rows[roster.CheckGroup], error) {
		q := q
		q.Order, q.Limit, q.Count = in.Order.after(p.After), p.Limit, p.Count
		return tx.CheckGroups(by.OrganizationID, q)
	}, func(g roster.CheckGroup) Place { return PlaceOf(g.Name, g.Number) }), nil
}

// CheckGroupChange is what UpdateCheckGroup changes: what is absent stays as it is.
type CheckGroupChange struct {
	CheckGroup  roster.CheckGroupID
	IfVersion   int64 // only if it still has this version; 0: whatever it has
	Name        roster.Set[string]
	Description roster.Set[string]
	Faults      roster.Faults // those the face found already
}

// UpdateCheckGroup changes a check group.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict(displayName), Stale, Unavailable.
func (d *Directory) UpdateCheckGroup(ctx context.Context, by roster.Actor, in CheckGroupChange) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupUpdate); err != nil {
		return roster.CheckGroup{}, err
	}
	name := "-"
	if in.Name.Present {
		in.Name.Value = strings.TrimSpace(in.Name.Value)
		name = in.Name.Value
	}
	faults := joinFaults(in.Faults, validateNamed(name, in.Description.Value))
	g, err := update(ctx, d, func(tx Tx) (roster.CheckGroup, error) {
		before, err := d.ownCheckGroup(tx, by, in.CheckGroup, in.IfVersion)
		if err == nil {
			err = slices.Clone(faults).Err()
		}
		if err != nil {
			return before, err
		}
		after := before
		setOr(&after.Name, in.Name, false, "")
		setOr(&after.Description, in.Description, false, "")
		if after == before {
			return before, nil
		}
		after.Version, after.UpdatedAt = before.Version+1, d.now()
		if err := tx.UpdateCheckGroup(after, Fold(after.Name)); err != nil {
			return before, err
		}
		return after, d.audit(tx, by, after.UpdatedAt, change{ActCheckGroupUpdate, string(after.ID), after.Name, changed{Before: auditCheckGroup(before), After: auditCheckGroup(after)}})
	})
	return g, d.nameHolder(ctx, by, ActCheckGroupRead, checkGroupHolder(by, in.Name.Value), err)
}

// DeleteCheckGroup deletes a check group with its entries, each of which the actor must be allowed
// to delete; its checks stay, in no check group. The reference is its id.
//
// Errors: Unauthenticated, Forbidden, NotFound, Stale, Unavailable.
func (d *Directory) DeleteCheckGroup(ctx context.Context, by roster.Actor, in Deletion) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupDelete); err != nil {
		return roster.CheckGroup{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.CheckGroup, error) {
		g, err := d.ownCheckGroup(tx, by, roster.CheckGroupID(in.Ref.ID), in.IfVersion)
		if err == nil {
			err = d.mayDeleteEntries(tx, by, "check group", CheckPermissionQuery{CheckGroup: g.ID})
		}
		if err != nil {
			return g, err
		}
		now := d.now()
		if err := tx.DeleteCheckGroup(by.OrganizationID, g.ID, now); err != nil {
			return g, err
		}
		return g, d.audit(tx, by, now, change{ActCheckGroupDelete, string(g.ID), g.Name, removedRecord{auditCheckGroup(g)}})
	})
}

// ownCheckGroup returns a check group as it is, and keeps others from changing it. Whoever gets
// here manages the checks of the organization.
func (d *Directory) ownCheckGroup(tx Tx, by roster.Actor, id roster.CheckGroupID, version int64) (roster.CheckGroup, error) {
	g, err := findLocked(tx, LockableCheckGroup, func(ref roster.Ref) (roster.CheckGroup, error) {
		return theCheckGroup(tx, by.OrganizationID, roster.CheckGroupID(ref.ID), changeScope(by))
	}, roster.Ref{ID: string(id)}, func(g roster.CheckGroup) (roster.OrganizationID, string) { return g.OrganizationID, string(g.ID) })
	if err != nil {
		return roster.CheckGroup{}, err
	}
	return g, requireVersion(g.Version, version)
}
