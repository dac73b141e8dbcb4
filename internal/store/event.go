package store

import (
	"roster"
	"roster/internal/directory"
)

// InsertEvent implements directory.CheckTx.
func (t *tx) InsertEvent(e roster.Event) error { return errNotBuilt }

// Events implements directory.CheckTx.
func (t *tx) Events(org roster.OrganizationID, q directory.EventQuery) ([]roster.Event, error) {
	return nil, errNotBuilt
}

// CountUsers implements directory.CheckTx.
func (t *tx) CountUsers(org roster.OrganizationID) (int64, error) { return 0, errNotBuilt }
