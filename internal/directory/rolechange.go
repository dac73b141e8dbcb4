package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"roster"
)

// RoleChange is what UpdateRole changes: what is absent stays as it is.
type RoleChange struct {
	Role        roster.Ref
	IfVersion   int64 // only if it still has this version; 0: whatever it has
	Name        roster.Set[string]
	Description roster.Set[string]
	Permissions roster.Set[[]string] // by name
	Faults      roster.Faults        // those the face found already
}

// UpdateRole changes a role that did not ship. Whoever changes it must hold what it held and what it
// will hold (DECISIONS 9).
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict(displayName), Stale, Unavailable.
func (s *Service) UpdateRole(ctx context.Context, by roster.Actor, in RoleChange) (roster.Role, error) {
	if err := allow(by, ActRoleUpdate); err != nil {
		return roster.Role{}, err
	}
	in.Name.Value = strings.TrimSpace(in.Name.Value)
	faults := slices.Clone(in.Faults)
	name := "-" // it stays
	if in.Name.Present {
		name = in.Name.Value
	}
	addFaults(&faults, checkNamed(name, in.Description.Value))
	permissions := parsePermissions(in.Permissions.Value, &faults)
	return heldBy[roster.Role](ctx, s, by, ActRoleRead, roleHolder(by, in.Name.Value))(update(ctx, s, func(tx Tx) (roster.Role, error) {
		before, err := s.ownRole(tx, by, in.Role, in.IfVersion)
		if err != nil {
			return before, err
		}
		if err := slices.Clone(faults).Err(); err != nil {
			return before, err
		}
		after := before
		if in.Name.Present {
			after.Name = in.Name.Value
		}
		if in.Description.Present {
			after.Description = in.Description.Value
		}
		if in.Permissions.Present {
			after.Permissions = permissions
			// Whoever has the role gets them, and may be able to sign in.
			if err := s.mayEmpower(by, roster.Grants{{Permissions: permissions}}); err != nil {
				return before, err
			}
		}
		if err := keepAdministrators(tx, before, after); err != nil {
			return before, err
		}
		if after == before {
			return before, nil
		}
		after.Version++
		if err := tx.UpdateRole(after, Fold(after.Name)); err != nil {
			return before, err
		}
		return after, s.audit(tx, by, s.now(), change{ActRoleUpdate, string(after.ID), after.Name, changed{Before: auditRole(before), After: auditRole(after)}})
	}))
}

// keepAdministrators refuses a change that leaves nobody who is an administrator.
func keepAdministrators(tx Tx, before, after roster.Role) error {
	if !before.Permissions.Has(administratorPermissions) || after.Permissions.Has(administratorPermissions) {
		return nil
	}
	roles, err := lockAdministrators(tx, before.OrganizationID)
	if err != nil {
		return err
	}
	roles = slices.DeleteFunc(roles, func(id roster.RoleID) bool { return id == before.ID })
	others, err := tx.OtherAdministrators(before.OrganizationID, "", roles)
	if err != nil || others {
		return err
	}
	return &roster.Error{Kind: roster.Invalid, Field: "permissions", Detail: "cannot change so: nobody would be an administrator any more"}
}

// DeleteRole deletes a role that did not ship and that nobody has.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict while somebody has it, Stale, Unavailable.
func (s *Service) DeleteRole(ctx context.Context, by roster.Actor, in Deletion) (roster.Role, error) {
	if err := allow(by, ActRoleDelete); err != nil {
		return roster.Role{}, err
	}
	return update(ctx, s, func(tx Tx) (roster.Role, error) {
		r, err := s.ownRole(tx, by, in.Ref, in.IfVersion)
		if err != nil {
			return r, err
		}
		deleted, err := tx.DeleteRole(by.OrganizationID, r.ID)
		if err != nil {
			return r, err
		}
		if !deleted {
			held := against(r.Name, "is a role that users still have; take it from them first")
			held.Kind = roster.Conflict
			return r, held
		}
		return r, s.audit(tx, by, s.now(), change{ActRoleDelete, string(r.ID), r.Name, removedRecord{auditRole(r)}})
	})
}

// ownRole finds a role that may be changed at all, by the actor, once nobody else can change it.
func (s *Service) ownRole(tx Tx, by roster.Actor, ref roster.Ref, version int64) (roster.Role, error) {
	r, err := latest(tx, LockableRole, func(ref roster.Ref) (roster.Role, error) { return findRole(tx, by, ref) }, ref,
		func(r roster.Role) (roster.OrganizationID, string) { return r.OrganizationID, string(r.ID) })
	switch {
	case err != nil:
		return r, err
	case r.Shipped:
		return r, against(r.Name, "names a shipped role, which does not change; make one of your own")
	}
	if err := s.mayEmpower(by, roster.Grants{{Permissions: r.Permissions}}); err != nil {
		return r, err
	}
	return r, unchanged(r.Version, version)
}

func auditRole(r roster.Role) map[string]any {
	return map[string]any{"number": r.Number, "displayName": r.Name, "description": r.Description, "permissions": r.Permissions.Names()}
}

// parsePermissions reads names of permissions, and notes each that a role cannot hold.
func parsePermissions(names []string, f *roster.Faults) roster.Permissions {
	var permissions roster.Permissions
	for i, name := range names {
		field := fmt.Sprintf("permissions[%d]", i)
		known, unknown := roster.ParsePermissions(name)
		above := known &^ roster.AllPermissions
		switch {
		case f.Has(field): // it is another fault already
		case len(unknown) > 0:
			f.Add(field, "names no permission: "+shorten(name)+"; there are: "+roster.AllPermissions.String())
		case above != 0:
			f.Add(field, "cannot be "+above.String()+" in a role")
		}
		permissions |= known
	}
	return permissions
}

// GetUserRoles returns the roles that a user has, with their descriptions.
//
// Errors: those of GetUser.
func (s *Service) GetUserRoles(ctx context.Context, by roster.Actor, sel UserSelector) ([]roster.Role, error) {
	u, err := s.GetUser(ctx, by, sel)
	if err != nil || len(u.Roles) == 0 {
		return nil, err
	}
	refs := make([]roster.Ref, len(u.Roles))
	for i, r := range u.Roles {
		refs[i] = roster.Ref{ID: string(r.ID)}
	}
	return view(ctx, s, func(tx Tx) ([]roster.Role, error) { return tx.FindRoles(by.OrganizationID, refs) })
}
