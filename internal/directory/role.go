package directory

import (
	"context"
	"iter"
	"slices"
	"strings"

	"roster"
)

// NewRole is the input of CreateRole.
type NewRole struct {
	Name        string
	Description string
	Permissions []string // by name

	IdempotencyKey string
	Faults         roster.Faults // found by the face
}

// CreateRole creates a role. The actor must be allowed to grant its permissions (DECISIONS 9).
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (d *Directory) CreateRole(ctx context.Context, by roster.Actor, in NewRole) (roster.Role, error) {
	if err := allow(by, ActRoleCreate); err != nil {
		return roster.Role{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := slices.Clone(in.Faults)
	addFaults(&faults, validateNamed(in.Name, in.Description))
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	permissions := parsePermissions(in.Permissions, &faults)
	if err := faults.Err(); err != nil {
		return roster.Role{}, err
	}
	if err := d.mayGrant(by, roster.Grants{{Permissions: permissions}}); err != nil {
		return roster.Role{}, err
	}
	r, err := update(ctx, d, func(tx Tx) (roster.Role, error) {
		r := roster.Role{
			ID: roster.RoleID(newID()), OrganizationID: by.OrganizationID,
			Name: in.Name, Description: in.Description, Permissions: permissions, Version: 1,
		}
		create := func() (_ roster.Role, err error) {
			if r.Number, err = tx.InsertRole(r, Fold(r.Name)); err != nil {
				return r, err
			}
			return r, d.audit(tx, by, d.now(), change{ActRoleCreate, string(r.ID), r.Name, created{auditRole(r)}})
		}
		return once(tx, d, by, ActRoleCreate, in.IdempotencyKey, in.inputText(), string(r.ID), create, func(id string) (roster.Role, error) {
			return findRole(tx, by, roster.Ref{ID: id})
		})
	})
	return r, d.nameHolder(ctx, by, ActRoleRead, roleHolder(by, in.Name), err)
}

// RoleList says in what order ListRoles returns the roles.
type RoleList struct {
	Order ListOrder
	Counting
}

// ListRoles returns the roles in the order that is asked for. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListRoles(ctx context.Context, by roster.Actor, in RoleList) (iter.Seq2[roster.Role, error], error) {
	if err := allow(by, ActRoleRead); err != nil {
		return nil, err
	}
	return listOf(ctx, d, part[Place]{After: in.Order.After}, in.Counting, func(tx Tx, p part[Place]) (Rows[roster.Role], error) {
		return tx.Roles(by.OrganizationID, RoleQuery{Order: in.Order.after(p.After), Limit: p.Limit, Count: p.Count})
	}, func(r roster.Role) Place { return PlaceOf(r.Name, r.Number) }), nil
}

// GetRole returns one role.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name).
func (d *Directory) GetRole(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Role, error) {
	if err := allow(by, ActRoleRead); err != nil {
		return roster.Role{}, err
	}
	return view(ctx, d, func(tx Tx) (roster.Role, error) { return findRole(tx, by, ref) })
}

func findRole(tx Tx, by roster.Actor, ref roster.Ref) (roster.Role, error) {
	found, err := tx.FindRoles(by.OrganizationID, findable([]roster.Ref{ref}))
	if err != nil {
		return roster.Role{}, err
	}
	if found[0].ID == "" {
		return roster.Role{}, noSuch("displayName", "role", ref)
	}
	return found[0], nil
}
