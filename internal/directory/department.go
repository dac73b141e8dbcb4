package directory

import (
	"context"
	"slices"
	"strings"

	"roster"
)

// GetDepartment returns one department.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name).
func (s *Service) GetDepartment(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Department, error) {
	if err := allow(by, ActDepartmentRead); err != nil {
		return roster.Department{}, err
	}
	return view(ctx, s, func(tx Tx) (roster.Department, error) { return findDepartment(tx, by, ref) })
}

func findDepartment(tx Tx, by roster.Actor, ref roster.Ref) (roster.Department, error) {
	d, err := tx.FindDepartment(by.OrganizationID, findable([]roster.Ref{ref})[0])
	if err == nil && d.ID == "" {
		err = noSuch("displayName", "department", ref)
	}
	return d, err
}

// latestDepartment finds a department that is about to change, once nobody else can change it.
func latestDepartment(tx Tx, by roster.Actor, ref roster.Ref, version int64) (roster.Department, error) {
	d, err := latest(tx, LockableDepartment,
		func(ref roster.Ref) (roster.Department, error) { return findDepartment(tx, by, ref) }, ref,
		func(d roster.Department) (roster.OrganizationID, string) { return d.OrganizationID, string(d.ID) })
	if err != nil {
		return d, err
	}
	return d, unchanged(d.Version, version)
}

// DepartmentChange is what UpdateDepartment changes: what is absent stays as it is.
type DepartmentChange struct {
	Department roster.Ref
	IfVersion  int64 // only if it still has this version; 0: whatever it has
	Name       roster.Set[string]
	Faults     roster.Faults
}

// UpdateDepartment changes a department.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict(displayName), Stale, Unavailable.
func (s *Service) UpdateDepartment(ctx context.Context, by roster.Actor, in DepartmentChange) (roster.Department, error) {
	if err := allow(by, ActDepartmentUpdate); err != nil {
		return roster.Department{}, err
	}
	faults := slices.Clone(in.Faults)
	if in.Name.Present {
		in.Name.Value = strings.TrimSpace(in.Name.Value)
		addFaults(&faults, checkNamed(in.Name.Value, ""))
	}
	return heldBy[roster.Department](ctx, s, by, ActDepartmentRead, departmentHolder(by, in.Name.Value))(update(ctx, s, func(tx Tx) (roster.Department, error) {
		before, err := latestDepartment(tx, by, in.Department, in.IfVersion)
		if err == nil {
			err = faults.Err()
		}
		if err != nil {
			return before, err
		}
		after := before
		after.Name = in.Name.Or(before.Name)
		if after == before {
			return before, nil
		}
		after.Version++
		if err := tx.UpdateDepartment(after, Fold(after.Name)); err != nil {
			return before, err
		}
		return after, s.audit(tx, by, s.now(), change{ActDepartmentUpdate, string(after.ID), after.Name, changed{
			Before: auditDepartment(before), After: auditDepartment(after),
		}})
	}))
}

func auditDepartment(d roster.Department) map[string]any {
	return map[string]any{"number": d.Number, "displayName": d.Name}
}

// Deletion picks a record to be deleted.
type Deletion struct {
	Ref       roster.Ref
	IfVersion int64 // only if it still has this version; 0: whatever it has
}

// DeleteDepartment deletes a department: its name is free again, and nobody belongs to it.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Stale, Unavailable.
func (s *Service) DeleteDepartment(ctx context.Context, by roster.Actor, in Deletion) (roster.Department, error) {
	if err := allow(by, ActDepartmentDelete); err != nil {
		return roster.Department{}, err
	}
	return update(ctx, s, func(tx Tx) (roster.Department, error) {
		d, err := latestDepartment(tx, by, in.Ref, in.IfVersion)
		if err != nil {
			return d, err
		}
		now := s.now()
		if err := tx.DeleteDepartment(d.OrganizationID, d.ID, now); err != nil {
			return d, err
		}
		return d, s.audit(tx, by, now, change{ActDepartmentDelete, string(d.ID), d.Name, removedRecord{auditDepartment(d)}})
	})
}
