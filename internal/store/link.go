package store

import (
	"roster"
)

const linkColumns = `id, organization_id, user_id, purpose, address, credential_version, created_at, expires_at`

func scanLink(r scanner) (l roster.Link, err error) {
	err = r.Scan((*string)(&l.ID), (*string)(&l.OrganizationID), (*string)(&l.UserID), (*string)(&l.Purpose), &l.Address,
		&l.CredentialVersion, instant{&l.CreatedAt}, instant{&l.ExpiresAt})
	return l, err
}

// InsertLink implements directory.CredentialTx.
func (t *tx) InsertLink(l roster.Link, hash string) error {
	// One statement, so that only one of two concurrent links remains.
	const text = `INSERT INTO links (` + linkColumns + `, link_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
	ON CONFLICT (organization_id, user_id, purpose) DO UPDATE SET id = excluded.id, link_hash = excluded.link_hash,
	address = excluded.address, credential_version = excluded.credential_version, created_at = excluded.created_at, expires_at = excluded.expires_at`
	_, err := t.exec("insert link", text,
		string(l.ID), string(l.OrganizationID), string(l.UserID), string(l.Purpose), l.Address,
		l.CredentialVersion, micros(l.CreatedAt), micros(l.ExpiresAt), hash)
	return err
}

// LinkByHash implements directory.CredentialTx.
func (t *tx) LinkByHash(hash string) (roster.Link, error) {
	const text = `SELECT ` + linkColumns + ` FROM links WHERE link_hash = $1`
	return first(t, "link", "read link", text, []any{hash}, scanLink)
}

// DeleteLinks implements directory.CredentialTx.
func (t *tx) DeleteLinks(org roster.OrganizationID, user roster.UserID, purpose roster.LinkPurpose) error {
	const text = `DELETE FROM links WHERE organization_id = $1 AND user_id = $2`
	if purpose == "" {
		return t.put("delete links", text, string(org), string(user))
	}
	return t.put("delete links", text+` AND purpose = $3`, string(org), string(user), string(purpose))
}
