package directory

import (
	"context"
	"iter"
	"slices"
	"strings"

	"roster"
)

// GetDepartment returns one department.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name).
func (d *Directory) GetDepartment(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Department, error) {
	if err := allow(by, ActDepartmentRead); err != nil {
		return roster.Department{}, err
	}
	return view(ctx, d, func(tx Tx) (roster.Department, error) { return findDepartment(tx, by, ref) })
}

func findDepartment(tx Tx, by roster.Actor, ref roster.Ref) (roster.Department, error) {
	dep, err := tx.FindDepartment(by.OrganizationID, findable([]roster.Ref{ref})[0])
	if err == nil && dep.ID == "" {
		err = noSuch("displayName", "department", ref)
	}
	return dep, err
}

// findLockedDepartment returns a department of the version, locked against other changes.
func findLockedDepartment(tx Tx, by roster.Actor, ref roster.Ref, version int64) (roster.Department, error) {
	dep, err := findLocked(tx, LockableDepartment,
		func(ref roster.Ref) (roster.Department, error) { return findDepartment(tx, by, ref) }, ref,
		func(dep roster.Department) (roster.OrganizationID, string) { return dep.OrganizationID, string(dep.ID) })
	if err != nil {
		return dep, err
	}
	return dep, requireVersion(dep.Version, version)
}

// DepartmentChange is the input of UpdateDepartment. An absent field stays as it is.
type DepartmentChange struct {
	Department roster.Ref
	IfVersion  int64 // only if it still has this version; 0: any
	Name       roster.Set[string]
	Faults     roster.Faults
}

// UpdateDepartment changes a department.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict(displayName), Stale, Unavailable.
func (d *Directory) UpdateDepartment(ctx context.Context, by roster.Actor, in DepartmentChange) (roster.Department, error) {
	if err := allow(by, ActDepartmentUpdate); err != nil {
		return roster.Department{}, err
	}
	faults := slices.Clone(in.Faults)
	if in.Name.Present {
		in.Name.Value = strings.TrimSpace(in.Name.Value)
		addFaults(&faults, validateNamed(in.Name.Value, ""))
	}
	dep, err := update(ctx, d, func(tx Tx) (roster.Department, error) {
		before, err := findLockedDepartment(tx, by, in.Department, in.IfVersion)
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
		return after, d.audit(tx, by, d.now(), change{ActDepartmentUpdate, string(after.ID), after.Name, changed{
			Before: auditDepartment(before), After: auditDepartment(after),
		}})
	})
	return dep, d.nameHolder(ctx, by, ActDepartmentRead, departmentHolder(by, in.Name.Value), err)
}

func auditDepartment(dep roster.Department) map[string]any {
	return map[string]any{"number": dep.Number, "displayName": dep.Name}
}

// Deletion picks a record to delete.
type Deletion struct {
	Ref       roster.Ref
	IfVersion int64 // only if it still has this version; 0: any
}

// DeleteDepartment deletes a department: its name is free again, and no user belongs to it.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Stale, Unavailable.
func (d *Directory) DeleteDepartment(ctx context.Context, by roster.Actor, in Deletion) (roster.Department, error) {
	if err := allow(by, ActDepartmentDelete); err != nil {
		return roster.Department{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.Department, error) {
		dep, err := findLockedDepartment(tx, by, in.Ref, in.IfVersion)
		if err != nil {
			return dep, err
		}
		now := d.now()
		if err := tx.DeleteDepartment(dep.OrganizationID, dep.ID, now); err != nil {
			return dep, err
		}
		return dep, d.audit(tx, by, now, change{ActDepartmentDelete, string(dep.ID), dep.Name, removedRecord{auditDepartment(dep)}})
	})
}

// NewDepartment is the input of CreateDepartment.
type NewDepartment struct {
	Name           string
	IdempotencyKey string
	Faults         roster.Faults // found by the face
}

// CreateDepartment creates a department.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (d *Directory) CreateDepartment(ctx context.Context, by roster.Actor, in NewDepartment) (roster.Department, error) {
	if err := allow(by, ActDepartmentMake); err != nil {
		return roster.Department{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := slices.Clone(in.Faults)
	addFaults(&faults, validateNamed(in.Name, ""))
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	if err := faults.Err(); err != nil {
		return roster.Department{}, err
	}
	dep, err := update(ctx, d, func(tx Tx) (roster.Department, error) {
		dep := roster.Department{ID: roster.DepartmentID(newID()), OrganizationID: by.OrganizationID, Name: in.Name, Version: 1}
		create := func() (_ roster.Department, err error) {
			if dep.Number, err = tx.InsertDepartment(dep, Fold(dep.Name)); err != nil {
				return dep, err
			}
			return dep, d.audit(tx, by, d.now(), change{ActDepartmentMake, string(dep.ID), dep.Name, created{auditDepartment(dep)}})
		}
		return once(tx, d, by, ActDepartmentMake, in.IdempotencyKey, in.inputText(), string(dep.ID), create, func(id string) (roster.Department, error) {
			return findDepartment(tx, by, roster.Ref{ID: id})
		})
	})
	return dep, d.nameHolder(ctx, by, ActDepartmentRead, departmentHolder(by, in.Name), err)
}

// DepartmentList says in what order ListDepartments returns the departments.
type DepartmentList struct {
	Order ListOrder
	Counting
}

// ListDepartments returns the departments in the order that is asked for. An error ends the
// sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListDepartments(ctx context.Context, by roster.Actor, in DepartmentList) (iter.Seq2[roster.Department, error], error) {
	if err := allow(by, ActDepartmentRead); err != nil {
		return nil, err
	}
	return listOf(ctx, d, part[Place]{After: in.Order.After}, in.Counting, func(tx Tx, p part[Place]) (Rows[roster.Department], error) {
		return tx.Departments(by.OrganizationID, DepartmentQuery{Order: in.Order.after(p.After), Limit: p.Limit, Count: p.Count})
	}, func(dep roster.Department) Place { return PlaceOf(dep.Name, dep.Number) }), nil
}
