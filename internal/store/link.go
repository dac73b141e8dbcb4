package store

import (
	"roster"
)

// InsertLink implements directory.CredentialTx.
func (t *tx) InsertLink(l roster.Link, hash string) error {
	// One statement, so that only one of two concurrent links remains.
	const text = `INSERT INTO links (organization, id, user_number, purpose, address, credential_version, created_at, expires_at, link_hash)
	VALUES ($1, $2, (SELECT number FROM users WHERE organization = $1 AND id = $3), $4, $5, $6, $7, $8, $9)
	ON CONFLICT (organization, user_number, purpose) DO UPDATE SET id = excluded.id, link_hash = excluded.link_hash,
	address = excluded.address, credential_version = excluded.credential_version, created_at = excluded.created_at, expires_at = excluded.expires_at`
	_, err := t.exec("insert link", text,
		t.org(l.OrganizationID), uid(l.ID), uid(l.UserID), string(l.Purpose), l.Address,
		l.CredentialVersion, micros(l.CreatedAt), micros(l.ExpiresAt), digest(hash))
	return err
}

// LinkByHash implements directory.CredentialTx.
func (t *tx) LinkByHash(hash string) (roster.Link, error) {
	const text = `SELECT l.organization, l.id, u.id, l.purpose, l.address, l.credential_version, l.created_at, l.expires_at
	FROM links l JOIN users u ON u.organization = l.organization AND u.number = l.user_number WHERE l.link_hash = $1`
	var org int64
	l, err := first(t, "link", "read link", text, []any{digest(hash)}, func(r scanner) (l roster.Link, err error) {
		err = r.Scan(&org, (*string)(&l.ID), (*string)(&l.UserID), (*string)(&l.Purpose), &l.Address,
			&l.CredentialVersion, instant{&l.CreatedAt}, instant{&l.ExpiresAt})
		return l, err
	})
	if err != nil {
		return l, err
	}
	l.OrganizationID, err = t.orgID(org)
	return l, err
}

// DeleteLinks implements directory.CredentialTx.
func (t *tx) DeleteLinks(org roster.OrganizationID, user roster.UserID, purpose roster.LinkPurpose) error {
	const text = `DELETE FROM links WHERE organization = $1 AND user_number = ` + numberOfUser
	if purpose == "" {
		return t.put("delete links", text, t.org(org), uid(user))
	}
	return t.put("delete links", text+` AND purpose = $3`, t.org(org), uid(user), string(purpose))
}
