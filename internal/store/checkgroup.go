package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// InsertCheckGroup implements directory.CheckTx.
func (t *tx) InsertCheckGroup(g roster.CheckGroup, key string) (number int64, err error) {
	return 0, errNotBuilt
}

// UpdateCheckGroup implements directory.CheckTx.
func (t *tx) UpdateCheckGroup(g roster.CheckGroup, key string) error { return errNotBuilt }

// DeleteCheckGroup implements directory.CheckTx.
func (t *tx) DeleteCheckGroup(org roster.OrganizationID, id roster.CheckGroupID, at time.Time) error {
	return errNotBuilt
}

// CheckGroups implements directory.CheckTx.
func (t *tx) CheckGroups(org roster.OrganizationID, q directory.CheckGroupQuery) ([]roster.CheckGroup, error) {
	return nil, errNotBuilt
}

// PutCheckPermission implements directory.CheckTx.
func (t *tx) PutCheckPermission(org roster.OrganizationID, p roster.CheckPermission) (roster.CheckPermission, error) {
	return p, errNotBuilt
}

// DeleteCheckPermission implements directory.CheckTx.
func (t *tx) DeleteCheckPermission(org roster.OrganizationID, id roster.CheckPermissionID) error {
	return errNotBuilt
}

// CheckPermissions implements directory.CheckTx.
func (t *tx) CheckPermissions(org roster.OrganizationID, q directory.CheckPermissionQuery) ([]roster.CheckPermission, error) {
	return nil, errNotBuilt
}

// CheckAccess implements directory.CheckTx.
func (t *tx) CheckAccess(org roster.OrganizationID, user roster.UserID) (map[roster.CheckGroupID]roster.AccessLevel, error) {
	return nil, errNotBuilt
}
