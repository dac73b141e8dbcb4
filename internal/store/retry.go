package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// InsertRetry implements directory.RetryTx. If another transaction is inserting the same key, it
// waits for that one's outcome.
func (t *tx) InsertRetry(r directory.Retry) (bool, error) {
	const text = `INSERT INTO retries (organization, retry_key, resource_id, version, created_at, fingerprint)
	VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization, retry_key) DO NOTHING`
	n, err := t.exec("insert retry", text, t.org(r.OrganizationID), digest(r.Key), r.ResourceID, r.Version, micros(r.CreatedAt), digest(r.Fingerprint))
	return n > 0, err
}

// Retry implements directory.RetryTx.
func (t *tx) Retry(org roster.OrganizationID, key string) (r directory.Retry, found bool, err error) {
	const text = `SELECT resource_id, version, created_at, fingerprint FROM retries WHERE organization = $1 AND retry_key = $2`
	r = directory.Retry{OrganizationID: org, Key: key}
	found, err = t.one("read retry", text, []any{t.org(org), digest(key)}, &r.ResourceID, &r.Version, instant{&r.CreatedAt}, hashed{&r.Fingerprint})
	if !found {
		return directory.Retry{}, false, err
	}
	return r, true, err
}

// DeleteRetry implements directory.RetryTx.
func (t *tx) DeleteRetry(org roster.OrganizationID, key string) error {
	const text = `DELETE FROM retries WHERE organization = $1 AND retry_key = $2`
	_, err := t.exec("delete retry", text, t.org(org), digest(key))
	return err
}

// DeleteRetries implements directory.RetryTx.
func (t *tx) DeleteRetries(before time.Time, most int) (int, error) {
	const text = `DELETE FROM retries WHERE (organization, retry_key) IN
	(SELECT organization, retry_key FROM retries WHERE created_at < $1 ORDER BY created_at LIMIT $2)`
	n, err := t.exec("delete retries", text, micros(before), most)
	return int(n), err
}
