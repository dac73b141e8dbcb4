package store

import (
	"roster"
	"roster/internal/directory"
)

const (
	auditColumns = `e.id, e.organization_id, e.at, e.actor_kind, e.actor, e.actor_name, e.face, e.address, e.request_id,
	e.action, e.target, e.target_name, e.details_hash, COALESCE(e.seq, 0), e.hash, COALESCE(d.salt, ''), COALESCE(d.details, '')`

	auditDetails = ` LEFT JOIN audit_details d ON d.organization_id = e.organization_id AND d.audit_id = e.id`
)

func scanAudit(r scanner) (e roster.AuditEntry, err error) {
	err = r.Scan(
		(*string)(&e.ID), (*string)(&e.OrganizationID), instant{&e.At}, (*string)(&e.ActorKind), &e.Actor, &e.ActorName,
		(*string)(&e.Face), &e.Address, &e.RequestID, &e.Action, &e.Target, &e.TargetName,
		&e.DetailsHash, &e.Seq, &e.Hash, &e.Salt, document{&e.Details},
	)
	return e, err
}

// OneWriter implements directory.AuditTx.
func (t *tx) OneWriter() bool { return t.engine.oneWriter }

// InsertAudit implements directory.AuditTx.
func (t *tx) InsertAudit(e roster.AuditEntry) error {
	const insert = `INSERT INTO audit_entries (organization_id, id, at, actor_kind, actor, actor_name, face, address,
	request_id, action, target, target_name, details_hash, seq, hash)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	t.inserted++
	err := t.put("insert audit entry", insert,
		string(e.OrganizationID), string(e.ID), micros(e.At), string(e.ActorKind), e.Actor, e.ActorName, string(e.Face), e.Address,
		e.RequestID, e.Action, e.Target, e.TargetName, e.DetailsHash, placeOrNull(e.Seq), e.Hash)
	if err != nil || e.Salt == "" && len(e.Details) == 0 {
		return err
	}
	const details = `INSERT INTO audit_details (organization_id, audit_id, salt, details) VALUES ($1, $2, $3, $4)`
	return t.put("insert audit details", details, string(e.OrganizationID), string(e.ID), e.Salt, string(e.Details))
}

// placeOrNull returns the stored form of an entry's place in the chain: nil if it has none.
func placeOrNull(seq int64) any {
	if seq == 0 {
		return nil
	}
	return seq
}

// comparedOfAudit are the attributes of audit entries that an index serves.
var comparedOfAudit = sqlAttributes{"id": {"e.id", "1 = 1"}, "target": {"e.target", "e.target <> ''"}}

// AuditEntries implements directory.AuditTx.
func (t *tx) AuditEntries(org roster.OrganizationID, q directory.AuditQuery) (directory.Rows[roster.AuditEntry], error) {
	by := order{"e.id", q.Order.Descending, q.Order.After.Key}
	if q.Order.BySeq {
		by = order{"e.seq", q.Order.Descending, q.Order.After.Number}
	}
	return list(t, listing[roster.AuditEntry]{
		noun: "audit entries", columns: auditColumns, scan: scanAudit,
		from: func(b *query) error {
			b.add(" FROM audit_entries e" + auditDetails)
			b.where("e.organization_id = ?", string(org))
			return b.whereAll(comparedOfAudit, q.Where)
		},
		order: by, limit: q.Limit, count: q.Count,
	})
}

// UnsealedAudit implements directory.AuditTx. It returns the oldest entries first, so that no
// organization waits forever behind another.
func (t *tx) UnsealedAudit(most int) ([]roster.AuditEntry, error) {
	const text = `SELECT ` + auditColumns + ` FROM
	(SELECT * FROM audit_entries WHERE seq IS NULL ORDER BY id LIMIT $1) AS e` + auditDetails + `
	ORDER BY e.organization_id, e.id`
	return collect(t, "read unsealed audit entries", text, []any{limit(most, directory.MaxPage)}, scanAudit)
}

// LastSealed implements directory.AuditTx.
func (t *tx) LastSealed(org roster.OrganizationID) (seq int64, hash string, err error) {
	const text = `SELECT seq, hash FROM audit_entries WHERE organization_id = $1 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1`
	_, err = t.one("read last sealed audit entry", text, []any{string(org)}, &seq, &hash)
	return seq, hash, err
}

// SealAudit implements directory.AuditTx. An entry that already has a place is a Conflict, too.
func (t *tx) SealAudit(id roster.AuditID, seq int64, hash string) error {
	const text = `UPDATE audit_entries SET seq = $2, hash = $3 WHERE id = $1 AND seq IS NULL`
	n, err := t.exec("seal audit entry", text, string(id), seq, hash)
	if err == nil && n == 0 {
		return &roster.Error{Kind: roster.Conflict, Field: "seq", Detail: "is already set"}
	}
	return err
}
