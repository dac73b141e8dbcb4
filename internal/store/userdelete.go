package store

import (
	"time"

	"roster"
)

// DeleteUser implements directory.UserTx.
func (t *tx) DeleteUser(org roster.OrganizationID, number int64, at time.Time) error {
	return errNotBuilt
}

// RemoveContactMethod implements directory.UserTx.
func (t *tx) RemoveContactMethod(org roster.OrganizationID, user roster.UserID, id roster.ContactMethodID, by roster.Face) (bool, error) {
	return false, errNotBuilt
}
