package store

import (
	"time"

	"roster"
)

// KnowAddress implements directory.CredentialTx.
func (t *tx) KnowAddress(org roster.OrganizationID, userKey, address string, at time.Time) error {
	const text = `INSERT INTO known_addresses (organization, user_key, address, seen_at) VALUES ($1, $2, $3, $4)
	ON CONFLICT (organization, user_key, address) DO UPDATE SET seen_at = excluded.seen_at
	WHERE known_addresses.seen_at < excluded.seen_at`
	_, err := t.exec("remember address", text, t.org(org), userKey, address, micros(at))
	return err
}

// AddressKnownSince implements directory.CredentialTx.
func (t *tx) AddressKnownSince(org roster.OrganizationID, userKey, address string, since time.Time) (bool, error) {
	const text = `SELECT 1 FROM known_addresses
	WHERE organization = $1 AND user_key = $2 AND address = $3 AND seen_at >= $4`
	var one int64
	return t.one("recall address", text, []any{t.org(org), userKey, address, micros(since)}, &one)
}
