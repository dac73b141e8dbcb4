package store

import (
	"errors"
	"time"

	"roster"
	"roster/internal/directory"
)

var errNotBuilt = errors.New("not built yet")

// InsertCheck implements directory.CheckTx.
func (t *tx) InsertCheck(c roster.Check, key, aliasKey string) (number int64, err error) {
	return 0, errNotBuilt
}

// UpdateCheck implements directory.CheckTx.
func (t *tx) UpdateCheck(c roster.Check, key, aliasKey string) error { return errNotBuilt }

// DeleteCheck implements directory.CheckTx.
func (t *tx) DeleteCheck(org roster.OrganizationID, id roster.CheckID, at time.Time) error {
	return errNotBuilt
}

// Checks implements directory.CheckTx.
func (t *tx) Checks(org roster.OrganizationID, q directory.CheckQuery) ([]roster.Check, error) {
	return nil, errNotBuilt
}

// SetCheckStatus implements directory.CheckTx.
func (t *tx) SetCheckStatus(org roster.OrganizationID, id roster.CheckID, s roster.Status, at time.Time) error {
	return errNotBuilt
}

// CheckCounts implements directory.CheckTx.
func (t *tx) CheckCounts(org roster.OrganizationID, q directory.CheckQuery) (map[roster.Status]int64, error) {
	return nil, errNotBuilt
}
