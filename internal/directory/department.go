package directory

import (
	"context"

	"roster"
)

// GetDepartment returns one department.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name).
func (s *Service) GetDepartment(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Department, error) {
	if err := allow(by, ActDepartmentRead); err != nil {
		return roster.Department{}, err
	}
	return roster.Department{}, errNotBuilt
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
	return roster.Department{}, errNotBuilt
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
	return roster.Department{}, errNotBuilt
}
