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
func (s *Service) CreateCheckGroup(ctx context.Context, by roster.Actor, in NewCheckGroup) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupCreate); err != nil {
		return roster.CheckGroup{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := joinFaults(in.Faults, checkNamed(in.Name, in.Description))
	checkOnce(&faults, in.IdempotencyKey)
	if err := faults.Err(); err != nil {
		return roster.CheckGroup{}, err
	}
	return heldBy[roster.CheckGroup](ctx, s, by, ActCheckGroupRead, checkGroupHolder(by, in.Name))(update(ctx, s, func(tx Tx) (roster.CheckGroup, error) {
		now, id := s.now(), newID()
		return once(tx, s, by, ActCheckGroupCreate, in.IdempotencyKey, in.inputText(), id, func() (roster.CheckGroup, error) {
			g := roster.CheckGroup{
				ID: roster.CheckGroupID(id), OrganizationID: by.OrganizationID, Name: in.Name, Description: in.Description,
				Version: 1, CreatedAt: now, UpdatedAt: now,
			}
			var err error
			if g.Number, err = tx.InsertCheckGroup(g, Fold(g.Name)); err != nil {
				return g, err
			}
			return g, s.audit(tx, by, now, change{ActCheckGroupCreate, string(g.ID), g.Name, created{auditCheckGroup(g)}})
		}, func(id string) (roster.CheckGroup, error) {
			return theCheckGroup(tx, by.OrganizationID, roster.CheckGroupID(id), changeScope(by))
		})
	}))
}

// theCheckGroup returns the check group with the id, if it is in the scope.
func theCheckGroup(tx Tx, org roster.OrganizationID, id roster.CheckGroupID, scope *CheckScope) (roster.CheckGroup, error) {
	g, found, err := findCheckGroup(tx, org, roster.Ref{ID: string(id)}, scope)
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
func (s *Service) GetCheckGroup(ctx context.Context, by roster.Actor, id roster.CheckGroupID) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupRead); err != nil {
		return roster.CheckGroup{}, err
	}
	return view(ctx, s, func(tx Tx) (roster.CheckGroup, error) {
		return theCheckGroup(tx, by.OrganizationID, id, checkScope(by))
	})
}

// CheckGroupList says which check groups ListCheckGroups returns.
type CheckGroupList struct {
	Order ListOrder
	ID    roster.CheckGroupID
	Name  string // without regard to case
}

// ListCheckGroups returns the check groups that the actor may see, in the order that is asked for. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListCheckGroups(ctx context.Context, by roster.Actor, in CheckGroupList) (iter.Seq2[roster.CheckGroup, error], error) {
	if err := allow(by, ActCheckGroupRead); err != nil {
		return nil, err
	}
	if !isName(string(in.ID)) || !isReference(in.Name) {
		return noRecords[roster.CheckGroup](), nil
	}
	q := CheckGroupQuery{ID: in.ID, NameKey: Fold(in.Name), Scope: checkScope(by)}
	return inPages(in.Order, func(o ListOrder, limit int) ([]roster.CheckGroup, error) {
		q := q
		q.Order, q.Limit = o, limit
		return view(ctx, s, func(tx Tx) ([]roster.CheckGroup, error) { return tx.CheckGroups(by.OrganizationID, q) })
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
func (s *Service) UpdateCheckGroup(ctx context.Context, by roster.Actor, in CheckGroupChange) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupUpdate); err != nil {
		return roster.CheckGroup{}, err
	}
	name := "-"
	if in.Name.Present {
		in.Name.Value = strings.TrimSpace(in.Name.Value)
		name = in.Name.Value
	}
	faults := joinFaults(in.Faults, checkNamed(name, in.Description.Value))
	return heldBy[roster.CheckGroup](ctx, s, by, ActCheckGroupRead, checkGroupHolder(by, in.Name.Value))(update(ctx, s, func(tx Tx) (roster.CheckGroup, error) {
		before, err := s.ownCheckGroup(tx, by, in.CheckGroup, in.IfVersion)
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
		after.Version, after.UpdatedAt = before.Version+1, s.now()
		if err := tx.UpdateCheckGroup(after, Fold(after.Name)); err != nil {
			return before, err
		}
		return after, s.audit(tx, by, after.UpdatedAt, change{ActCheckGroupUpdate, string(after.ID), after.Name, changed{Before: auditCheckGroup(before), After: auditCheckGroup(after)}})
	}))
}

// DeleteCheckGroup deletes a check group with its entries, each of which the actor must be allowed to delete; its checks stay,
// in no check group. The reference is its id.
//
// Errors: Unauthenticated, Forbidden, NotFound, Stale, Unavailable.
func (s *Service) DeleteCheckGroup(ctx context.Context, by roster.Actor, in Deletion) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupDelete); err != nil {
		return roster.CheckGroup{}, err
	}
	return update(ctx, s, func(tx Tx) (roster.CheckGroup, error) {
		g, err := s.ownCheckGroup(tx, by, roster.CheckGroupID(in.Ref.ID), in.IfVersion)
		if err == nil {
			err = s.mayEndEntries(tx, by, "check group", CheckPermissionQuery{CheckGroup: g.ID})
		}
		if err != nil {
			return g, err
		}
		now := s.now()
		if err := tx.DeleteCheckGroup(by.OrganizationID, g.ID, now); err != nil {
			return g, err
		}
		return g, s.audit(tx, by, now, change{ActCheckGroupDelete, string(g.ID), g.Name, removedRecord{auditCheckGroup(g)}})
	})
}

// ownCheckGroup returns a check group as it is, and keeps others from changing it. Whoever gets here manages
// the checks of the organization.
func (s *Service) ownCheckGroup(tx Tx, by roster.Actor, id roster.CheckGroupID, version int64) (roster.CheckGroup, error) {
	g, err := latest(tx, LockableCheckGroup, func(ref roster.Ref) (roster.CheckGroup, error) {
		return theCheckGroup(tx, by.OrganizationID, roster.CheckGroupID(ref.ID), changeScope(by))
	}, roster.Ref{ID: string(id)}, func(g roster.CheckGroup) (roster.OrganizationID, string) { return g.OrganizationID, string(g.ID) })
	if err != nil {
		return roster.CheckGroup{}, err
	}
	return g, unchanged(g.Version, version)
}
