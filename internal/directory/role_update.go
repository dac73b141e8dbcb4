package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"roster"
)

// RoleChange is the input of UpdateRole. An absent field stays as it is.
type RoleChange struct {
	Role        roster.Ref
	IfVersion   int64 // only if it still has this version; 0: any
	Name        roster.Set[string]
	Description roster.Set[string]
	Permissions roster.Set[[]string] // by name
	Faults      roster.Faults        // found by the face
}

// UpdateRole changes a role that is not shipped. The actor must be allowed to grant the role's
// permissions, both old and new (DECISIONS 9).
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict(displayName), Stale, Unavailable.
func (d *Directory) UpdateRole(ctx context.Context, by roster.Actor, in RoleChange) (roster.Role, error) {
	if err := allow(by, ActRoleUpdate); err != nil {
		return roster.Role{}, err
	}
	in.Name.Value = strings.TrimSpace(in.Name.Value)
	faults := slices.Clone(in.Faults)
	name := "-" // it stays
	if in.Name.Present {
		name = in.Name.Value
	}
	addFaults(&faults, validateNamed(name, in.Description.Value))
	permissions := parsePermissions(in.Permissions.Value, &faults)
	r, err := update(ctx, d, func(tx Tx) (roster.Role, error) {
		before, err := findLockedRole(tx, by, in.Role)
		if err != nil {
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
		}
		same := after == before && len(faults) == 0
		if same && granted(by, ActRoleRead) == nil { // a role sent back as it was read is no change
			return before, requireVersion(before.Version, in.IfVersion)
		}
		if err := d.mayChangeRole(by, before, in.IfVersion); err != nil || same {
			return before, err
		}
		if err := slices.Clone(faults).Err(); err != nil {
			return before, err
		}
		if in.Permissions.Present {
			// Users who have the role get the permissions, and may be able to sign in.
			if err := d.mayGrantToSignIns(by, roster.Grants{{Permissions: permissions}}); err != nil {
				return before, err
			}
		}
		if err := keepAdministrators(tx, before, after); err != nil {
			return before, err
		}
		after.Version++
		if err := tx.UpdateRole(after, Fold(after.Name)); err != nil {
			return before, err
		}
		return after, d.audit(tx, by, d.now(), change{ActRoleUpdate, string(after.ID), after.Name, changed{Before: auditRole(before), After: auditRole(after)}})
	})
	return r, d.nameHolder(ctx, by, ActRoleRead, roleHolder(by, in.Name.Value), err)
}

// keepAdministrators returns Invalid if the change of a role would leave no administrator.
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
	return &roster.Error{Kind: roster.Invalid, Field: "permissions", Detail: "cannot be changed: no administrator would be left"}
}

// DeleteRole deletes a role that is not shipped and that no user has.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict while a user has it, Stale,
// Unavailable.
func (d *Directory) DeleteRole(ctx context.Context, by roster.Actor, in Deletion) (roster.Role, error) {
	if err := allow(by, ActRoleDelete); err != nil {
		return roster.Role{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.Role, error) {
		r, err := findLockedRole(tx, by, in.Ref)
		if err == nil {
			err = d.mayChangeRole(by, r, in.IfVersion)
		}
		if err != nil {
			return r, err
		}
		deleted, err := tx.DeleteRole(by.OrganizationID, r.ID)
		if err != nil {
			return r, err
		}
		if !deleted {
			held := refusedByRecord(r.Name, "is a role that users still have; take it from them first")
			held.Kind = roster.Conflict
			return r, held
		}
		return r, d.audit(tx, by, d.now(), change{ActRoleDelete, string(r.ID), r.Name, removedRecord{auditRole(r)}})
	})
}

// findLockedRole returns a role, locked against other changes.
func findLockedRole(tx Tx, by roster.Actor, ref roster.Ref) (roster.Role, error) {
	return findLocked(tx, LockableRole, func(ref roster.Ref) (roster.Role, error) { return findRole(tx, by, ref) }, ref,
		func(r roster.Role) (roster.OrganizationID, string) { return r.OrganizationID, string(r.ID) })
}

// mayChangeRole returns an error unless the role has the version and the actor may change it.
func (d *Directory) mayChangeRole(by roster.Actor, r roster.Role, version int64) error {
	if r.Shipped {
		return refusedByRecord(r.Name, "is a shipped role, which cannot be changed; create your own")
	}
	if err := d.mayGrantToSignIns(by, roster.Grants{{Permissions: r.Permissions}}); err != nil {
		return err
	}
	return requireVersion(r.Version, version)
}

func auditRole(r roster.Role) map[string]any {
	return map[string]any{"number": r.Number, "displayName": r.Name, "description": r.Description, "permissions": r.Permissions.Names()}
}

// parsePermissions parses names of permissions, and adds a fault for each that a role cannot hold.
func parsePermissions(names []string, f *roster.Faults) roster.Permissions {
	var permissions roster.Permissions
	for i, name := range names {
		field := fmt.Sprintf("permissions[%d]", i)
		known, unknown := roster.ParsePermissions(name)
		above := known &^ roster.AllPermissions
		switch {
		case f.Has(field): // the face found a fault already
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
func (d *Directory) GetUserRoles(ctx context.Context, by roster.Actor, sel UserSelector) ([]roster.Role, error) {
	u, err := d.GetUser(ctx, by, sel)
	if err != nil || len(u.Roles) == 0 {
		return nil, err
	}
	refs := make([]roster.Ref, len(u.Roles))
	for i, r := range u.Roles {
		refs[i] = roster.Ref{ID: string(r.ID)}
	}
	return view(ctx, d, func(tx Tx) ([]roster.Role, error) { return tx.FindRoles(by.OrganizationID, refs) })
}
