package directory

import (
	"context"
	"iter"
	"slices"
	"strings"

	"roster"
)

// NewRole is what CreateRole needs to know.
type NewRole struct {
	Name        string
	Description string
	Permissions []string // by name

	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// CreateRole makes a role. Its maker must hold what it holds (DECISIONS 9).
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (s *Service) CreateRole(ctx context.Context, by roster.Actor, in NewRole) (roster.Role, error) {
	if err := allow(by, ActRoleCreate); err != nil {
		return roster.Role{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := slices.Clone(in.Faults)
	addFaults(&faults, checkNamed(in.Name, in.Description))
	checkOnce(&faults, in.IdempotencyKey)
	permissions := parsePermissions(in.Permissions, &faults)
	if err := faults.Err(); err != nil {
		return roster.Role{}, err
	}
	if err := s.mayGrant(by, roster.Grants{{Permissions: permissions}}); err != nil {
		return roster.Role{}, err
	}
	return heldBy[roster.Role](ctx, s, by, ActRoleRead, roleHolder(by, in.Name))(update(ctx, s, func(tx Tx) (roster.Role, error) {
		r := roster.Role{
			ID: roster.RoleID(newID()), OrganizationID: by.OrganizationID,
			Name: in.Name, Description: in.Description, Permissions: permissions, Version: 1,
		}
		create := func() (_ roster.Role, err error) {
			if r.Number, err = tx.InsertRole(r, Fold(r.Name)); err != nil {
				return r, err
			}
			return r, s.audit(tx, by, s.now(), change{ActRoleCreate, string(r.ID), r.Name, created{auditRole(r)}})
		}
		return once(tx, s, by, ActRoleCreate, in.IdempotencyKey, in.inputText(), string(r.ID), create, func(id string) (roster.Role, error) {
			return findRole(tx, by, roster.Ref{ID: id})
		})
	}))
}

// ListRoles returns the roles in an order. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListRoles(ctx context.Context, by roster.Actor, in ListOrder) (iter.Seq2[roster.Role, error], error) {
	if err := allow(by, ActRoleRead); err != nil {
		return nil, err
	}
	return inPages(in, func(o ListOrder, limit int) ([]roster.Role, error) {
		return view(ctx, s, func(tx Tx) ([]roster.Role, error) { return tx.Roles(by.OrganizationID, o, limit) })
	}, func(r roster.Role) Place { return PlaceOf(r.Name, r.Number) }), nil
}
