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
	return roster.Role{}, errNotBuilt
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
	return nil, errNotBuilt
}

// GetToken returns one token that is not revoked, without its secret.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (s *Service) GetToken(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Token, error) {
	if err := allow(by, ActTokenRead); err != nil {
		return roster.Token{}, err
	}
	return roster.Token{}, errNotBuilt
}

// GetRealm returns one realm.
//
// Errors: Unauthenticated, Forbidden, NotFound (by id), Invalid (by name).
func (s *Service) GetRealm(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Realm, error) {
	if err := allow(by, ActRealmRead); err != nil {
		return roster.Realm{}, err
	}
	return roster.Realm{}, errNotBuilt
}

// GetAuditEntry returns one audit entry.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (s *Service) GetAuditEntry(ctx context.Context, by roster.Actor, id roster.AuditID) (roster.AuditEntry, error) {
	if err := allow(by, ActAuditRead); err != nil {
		return roster.AuditEntry{}, err
	}
	return roster.AuditEntry{}, errNotBuilt
}
