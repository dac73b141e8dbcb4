package directory

import (
	"context"
	"iter"

	"roster"
)

// NewCheckGroup is what CreateCheckGroup needs to know.
type NewCheckGroup struct {
	Name           string
	Description    string
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// CreateCheckGroup makes a check group.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (s *Service) CreateCheckGroup(ctx context.Context, by roster.Actor, in NewCheckGroup) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupCreate); err != nil {
		return roster.CheckGroup{}, err
	}
	return roster.CheckGroup{}, errNotBuilt
}

// GetCheckGroup returns one check group that the actor may see.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (s *Service) GetCheckGroup(ctx context.Context, by roster.Actor, id roster.CheckGroupID) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupRead); err != nil {
		return roster.CheckGroup{}, err
	}
	return roster.CheckGroup{}, errNotBuilt
}

// CheckGroupList says which check groups ListCheckGroups returns.
type CheckGroupList struct {
	After int64 // only those with a greater number
	ID    roster.CheckGroupID
	Name  string // without regard to case
}

// ListCheckGroups returns the check groups that the actor may see, by ascending number. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListCheckGroups(ctx context.Context, by roster.Actor, in CheckGroupList) (iter.Seq2[roster.CheckGroup, error], error) {
	if err := allow(by, ActCheckGroupRead); err != nil {
		return nil, err
	}
	return nil, errNotBuilt
}

// CheckGroupChange is what UpdateCheckGroup changes: what is absent stays as it is.
type CheckGroupChange struct {
	CheckGroup  roster.CheckGroupID
	IfVersion   int64 // only if it still has this version; 0: whatever it has
	Name        roster.Set[string]
	Description roster.Set[string]
	Faults      roster.Faults // those the face found already
}

// UpdateCheckGroup changes a check group.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Conflict(displayName), Stale, Unavailable.
func (s *Service) UpdateCheckGroup(ctx context.Context, by roster.Actor, in CheckGroupChange) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupUpdate); err != nil {
		return roster.CheckGroup{}, err
	}
	return roster.CheckGroup{}, errNotBuilt
}

// DeleteCheckGroup deletes a check group with its entries; its checks stay, in no check group. The reference is its id.
//
// Errors: Unauthenticated, Forbidden, NotFound, Stale, Unavailable.
func (s *Service) DeleteCheckGroup(ctx context.Context, by roster.Actor, in Deletion) (roster.CheckGroup, error) {
	if err := allow(by, ActCheckGroupDelete); err != nil {
		return roster.CheckGroup{}, err
	}
	return roster.CheckGroup{}, errNotBuilt
}

// CheckPermissionList says which entries ListCheckPermissions returns. References that are zero do not restrict; a user is
// named by id or by userName or, as Email, by address.
type CheckPermissionList struct {
	After      roster.CheckPermissionID
	CheckGroup roster.Ref
	User       roster.Ref
	UserEmail  string
	Group      roster.Ref
}

// ListCheckPermissions returns the entries on check groups. A reference that names nothing finds nothing. An error ends
// the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListCheckPermissions(ctx context.Context, by roster.Actor, in CheckPermissionList) (iter.Seq2[roster.CheckPermission, error], error) {
	if err := allow(by, ActPermissionRead); err != nil {
		return nil, err
	}
	return nil, errNotBuilt
}

// NewCheckPermission is an entry on a check group, for a user or for a group: one of both.
type NewCheckPermission struct {
	CheckGroup  roster.CheckGroupID
	User        roster.Ref
	Group       roster.Ref // of KindGroup
	AccessLevel roster.AccessLevel
	Notify      bool
	Faults      roster.Faults // those the face found already
}

// PutCheckPermission makes the entry of a user or group on a check group, or changes the one there is. Who makes it must
// hold what the level holds (DECISIONS 9).
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Unavailable.
func (s *Service) PutCheckPermission(ctx context.Context, by roster.Actor, in NewCheckPermission) (roster.CheckPermission, error) {
	if err := allow(by, ActPermissionSet); err != nil {
		return roster.CheckPermission{}, err
	}
	return roster.CheckPermission{}, errNotBuilt
}

// CheckPermissionSelector picks an entry on a check group.
type CheckPermissionSelector struct {
	CheckGroup roster.CheckGroupID
	ID         roster.CheckPermissionID
}

// DeleteCheckPermission deletes an entry.
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (s *Service) DeleteCheckPermission(ctx context.Context, by roster.Actor, in CheckPermissionSelector) (roster.CheckPermission, error) {
	if err := allow(by, ActPermissionDelete); err != nil {
		return roster.CheckPermission{}, err
	}
	return roster.CheckPermission{}, errNotBuilt
}
