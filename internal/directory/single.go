package directory

import (
	"context"

	"roster"
)

// GetRole returns one role.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name).
func (s *Service) GetRole(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Role, error) {
	if err := allow(by, ActRoleRead); err != nil {
		return roster.Role{}, err
	}
	return view(ctx, s, func(tx Tx) (roster.Role, error) { return findRole(tx, by, ref) })
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

// NamedPermission is a permission and what it allows.
type NamedPermission struct {
	Name        string
	Description string // a sentence
}

// ListPermissions returns every permission that there is, in their fixed order.
//
// Errors: Unauthenticated, Forbidden.
func (s *Service) ListPermissions(_ context.Context, by roster.Actor, _ None) ([]NamedPermission, error) {
	if err := allow(by, ActRoleRead); err != nil {
		return nil, err
	}
	all := roster.AllPermissions | roster.ServerAdmin
	names, sentences := all.Names(), all.Descriptions()
	out := make([]NamedPermission, len(names))
	for i := range names {
		out[i] = NamedPermission{Name: names[i], Description: sentences[i]}
	}
	return out, nil
}

// GetToken returns one token that is not revoked, without its secret.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (s *Service) GetToken(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Token, error) {
	if err := allow(by, ActTokenRead); err != nil {
		return roster.Token{}, err
	}
	ref = findable([]roster.Ref{ref})[0]
	return view(ctx, s, func(tx Tx) (roster.Token, error) { return tx.FindToken(by.OrganizationID, ref) })
}

// GetRealm returns one realm.
//
// Errors: Unauthenticated, Forbidden, NotFound (by id), Invalid (by name).
func (s *Service) GetRealm(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Realm, error) {
	if err := allow(by, ActRealmRead); err != nil {
		return roster.Realm{}, err
	}
	return view(ctx, s, func(tx Tx) (roster.Realm, error) { return findRealm(tx, by, ref) })
}

// findRealm finds a realm, by its id first.
func findRealm(tx Tx, by roster.Actor, ref roster.Ref) (roster.Realm, error) {
	known := findable([]roster.Ref{ref})[0]
	if known.ID != "" {
		r, err := tx.RealmByID(by.OrganizationID, roster.RealmID(known.ID))
		if err == nil || roster.KindOf(err) != roster.NotFound {
			return r, err
		}
	}
	if known.Name != "" {
		r, found, err := tx.FindRealm(by.OrganizationID, Fold(known.Name))
		if err != nil || found {
			return r, err
		}
	}
	return roster.Realm{}, noSuch("displayName", "realm", ref)
}

// GetAuditEntry returns one audit entry.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (s *Service) GetAuditEntry(ctx context.Context, by roster.Actor, id roster.AuditID) (roster.AuditEntry, error) {
	if err := allow(by, ActAuditRead); err != nil {
		return roster.AuditEntry{}, err
	}
	return view(ctx, s, func(tx Tx) (roster.AuditEntry, error) {
		none := &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no audit entry"}
		if id == "" || !isName(string(id)) {
			return roster.AuditEntry{}, none
		}
		entries, err := tx.AuditEntries(by.OrganizationID, AuditQuery{ID: id, Limit: 1})
		if err != nil {
			return roster.AuditEntry{}, err
		}
		if len(entries) == 0 {
			return roster.AuditEntry{}, none
		}
		return entries[0], nil
	})
}
