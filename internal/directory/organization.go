package directory

import (
	"context"
	"iter"

	"roster"
)

// NewOrganization is what CreateOrganization needs to know.
type NewOrganization struct {
	Slug           string // lower-case letters, digits and hyphens, 1 to 63
	Name           string // default: the slug
	IdempotencyKey string
	Faults         roster.Faults
}

// CreatedOrganization is the answer of CreateOrganization. AdminLink is the secret of a link by which the user admin
// sets a password, once; it is shown this once and kept nowhere.
type CreatedOrganization struct {
	roster.Organization
	AdminLink IssuedLink
}

// CreateOrganization makes an organization with what ships in one: roles, the group End-User, a team, the default
// matrix, and the user admin, who has no password yet. server_admin is needed, which the command line gives.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(slug), Unavailable.
func (s *Service) CreateOrganization(ctx context.Context, by roster.Actor, in NewOrganization) (CreatedOrganization, error) {
	if err := allow(by, ActOrganizationCreate); err != nil {
		return CreatedOrganization{}, err
	}
	return CreatedOrganization{}, errNotBuilt
}

// ListOrganizations returns the organizations by slug: all of them to who has server_admin or uses the command
// line, the actor's own to others. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListOrganizations(ctx context.Context, by roster.Actor, in AfterSlug) (iter.Seq2[roster.Organization, error], error) {
	if err := allow(by, ActOrganizationRead); err != nil {
		return nil, err
	}
	return nil, errNotBuilt
}

// AfterSlug is a place in the list of organizations: those with a greater slug come after it.
type AfterSlug string

// GetOrganization returns one organization that the actor may know, by id or, as the reference's name, by slug.
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (s *Service) GetOrganization(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Organization, error) {
	if err := allow(by, ActOrganizationRead); err != nil {
		return roster.Organization{}, err
	}
	return roster.Organization{}, errNotBuilt
}

// GetSettings returns the actor's organization with its settings.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (s *Service) GetSettings(ctx context.Context, by roster.Actor, _ None) (roster.Organization, error) {
	if err := allow(by, ActSettingsRead); err != nil {
		return roster.Organization{}, err
	}
	return roster.Organization{}, errNotBuilt
}

// SettingsChange is what UpdateSettings changes: what is absent stays as it is, null means the default.
type SettingsChange struct {
	IfVersion       int64 // only if the organization still has this version; 0: whatever it has
	Name            roster.Set[string]
	TimeZone        roster.Set[string]
	DefaultCountry  roster.Set[string]
	StrongPasswords roster.Set[bool]
	Faults          roster.Faults
}

// UpdateSettings changes what the actor's organization decides for itself.
//
// Errors: Unauthenticated, Forbidden, Invalid, Stale, Unavailable.
func (s *Service) UpdateSettings(ctx context.Context, by roster.Actor, in SettingsChange) (roster.Organization, error) {
	if err := allow(by, ActSettingsSet); err != nil {
		return roster.Organization{}, err
	}
	return roster.Organization{}, errNotBuilt
}

// ServerAdmin says who may make organizations.
type ServerAdmin struct {
	User UserSelector
	May  bool
}

// SetServerAdmin gives a user the permission server_admin, or takes it. It is done on the command line only
// (DECISIONS 10).
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (s *Service) SetServerAdmin(ctx context.Context, by roster.Actor, in ServerAdmin) (roster.User, error) {
	if err := allow(by, ActServerAdminSet); err != nil {
		return roster.User{}, err
	}
	return roster.User{}, errNotBuilt
}
