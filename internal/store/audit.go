package store

import (
	"roster"
	"roster/internal/directory"
)

const (
	auditColumns = `e.id, e.at, e.actor_kind, e.actor, e.actor_name, e.face, e.address, e.request_id,
	e.action, e.target, e.target_name, e.details_hash, COALESCE(e.seq, 0), e.hash, d.salt, COALESCE(d.details, '')`

	auditDetails = ` LEFT JOIN audit_details d ON d.organization = e.organization AND d.audit_id = e.id`
)

func scanAudit(r scanner, more ...any) (e roster.AuditEntry, err error) {
	err = r.Scan(append([]any{
		(*string)(&e.ID),
		instant{&e.At},
		(*string)(&e.ActorKind), &e.Actor, &e.ActorName,
		(*string)(&e.Face), &e.Address, &e.RequestID, &e.Action,
		optional{&e.Target},
		&e.TargetName,
		hashed{&e.DetailsHash},
		&e.Seq,
		hashed{&e.Hash},
		hashed{&e.Salt},
		document{&e.Details},
	}, more...)...)
	return e, err
}

// OneWriter implements directory.AuditTx.
func (t *tx) OneWriter() bool { return t.engine.oneWriter }

// InsertAudit implements directory.AuditTx.
func (t *tx) InsertAudit(e roster.AuditEntry) error {
	const insert = `INSERT INTO audit_entries (organization, id, at, actor_kind, actor, actor_name, face, address,
	request_id, action, target, target_name, details_hash, seq, hash)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	t.inserted++
	err := t.put("insert audit entry", insert,
		t.org(e.OrganizationID), uid(e.ID), micros(e.At), string(e.ActorKind), e.Actor, e.ActorName, string(e.Face), e.Address,
		e.RequestID, e.Action, uid(e.Target), e.TargetName, digest(e.DetailsHash), placeOrNull(e.Seq), digest(e.Hash))
	if err != nil || e.Salt == "" && len(e.Details) == 0 {
		return err
	}
	const details = `INSERT INTO audit_details (organization, audit_id, salt, details) VALUES ($1, $2, $3, $4)`
	return t.put("insert audit details", details, t.org(e.OrganizationID), uid(e.ID), digest(e.Salt), string(e.Details))
}

// placeOrNull returns the stored form of an entry's place in the chain: nil if it has none.
func placeOrNull(seq int64) any {
	if seq == 0 {
		return nil
	}
	return seq
}

// comparedOfAudit are the attributes of audit entries that an index serves.
var comparedOfAudit = sqlAttributes{
	"id": {is: "e.id", present: "1 = 1", id: true}, "target": {is: "e.target", present: "e.target IS NOT NULL", id: true},
}

// AuditEntries implements directory.AuditTx.
func (t *tx) AuditEntries(org roster.OrganizationID, q directory.AuditQuery) (directory.Rows[roster.AuditEntry], error) {
	by := byID("e.id", q.Order.Descending, q.Order.After.Key)
	if q.Order.BySeq {
		by = order{column: "e.seq", descending: q.Order.Descending, after: q.Order.After.Number}
	}
	return list(t, listing[roster.AuditEntry]{
		noun: "audit entries", columns: auditColumns, scan: func(r scanner) (roster.AuditEntry, error) {
			e, err := scanAudit(r)
			e.OrganizationID = org
			return e, err
		},
		from: func(b *query) error {
			b.add(" FROM audit_entries e" + auditDetails)
			b.where("e.organization = ?", t.org(org))
			return b.whereAll(comparedOfAudit, q.Where)
		},
		order: by, limit: q.Limit, count: q.Count,
	})
}

// UnsealedAudit implements directory.AuditTx. It returns the oldest entries first, so that no
// organization waits forever behind another.
func (t *tx) UnsealedAudit(most int) ([]roster.AuditEntry, error) {
	const text = `SELECT ` + auditColumns + `, (SELECT o.id FROM organizations o WHERE o.number = e.organization) FROM
	(SELECT * FROM audit_entries WHERE seq IS NULL ORDER BY id LIMIT $1) AS e` + auditDetails + `
	ORDER BY e.organization, e.id`
	return collect(t, "read unsealed audit entries", text, []any{limit(most, directory.MaxPage)}, func(r scanner) (roster.AuditEntry, error) {
		var org string
		e, err := scanAudit(r, &org)
		e.OrganizationID = roster.OrganizationID(org)
		return e, err
	})
}

// LastSealed implements directory.AuditTx.
func (t *tx) LastSealed(org roster.OrganizationID) (seq int64, hash string, err error) {
	const text = `SELECT seq, hash FROM audit_entries WHERE organization = $1 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1`
	_, err = t.one("read last sealed audit entry", text, []any{t.org(org)}, &seq, hashed{&hash})
	return seq, hash, err
}

// SealAudit implements directory.AuditTx. An entry that already has a place is a Conflict, too.
func (t *tx) SealAudit(id roster.AuditID, seq int64, hash string) error {
	const text = `UPDATE audit_entries SET seq = $2, hash = $3 WHERE id = $1 AND seq IS NULL`
	n, err := t.exec("seal audit entry", text, uid(id), seq, digest(hash))
	if err == nil && n == 0 {
		return &roster.Error{Kind: roster.Conflict, Field: "seq", Detail: "is already set"}
	}
	return err
}
