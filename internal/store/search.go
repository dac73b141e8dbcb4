package store

import (
	"roster"
	"roster/internal/directory"
)

// UsersInOrder implements directory.SearchTx.
func (t *tx) UsersInOrder(org roster.OrganizationID, q directory.OrderedQuery, with directory.With) ([]roster.User, error) {
	return nil, errNotBuilt
}

// UsersByWord implements directory.SearchTx.
func (t *tx) UsersByWord(org roster.OrganizationID, prefix string, after directory.WordPlace, limit int) ([]directory.WordPlace, error) {
	return nil, errNotBuilt
}

// UsersByNumbers implements directory.SearchTx.
func (t *tx) UsersByNumbers(org roster.OrganizationID, numbers []int64, with directory.With) ([]roster.User, error) {
	return nil, errNotBuilt
}

// InsertWords implements directory.SearchTx.
func (t *tx) InsertWords(org roster.OrganizationID, words []directory.WordPlace) error {
	return errNotBuilt
}

// DeleteWords implements directory.SearchTx.
func (t *tx) DeleteWords(org roster.OrganizationID, words []directory.WordPlace) error {
	return errNotBuilt
}
