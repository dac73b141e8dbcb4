package store

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"roster"
	"roster/internal/directory"
)

const (
	auditColumns = `e.id, e.at, e.actor_kind, e.actor, e.actor_name, e.face, e.address, e.request_id,
	e.action, e.target, e.target_name, e.details, e.salt, e.personal_hash`

	insertAudit = `INSERT INTO audit_entries (organization, id, at, actor_kind, actor, actor_name, face, address,
	request_id, action, target, target_name, details, salt, personal_hash) VALUES`
)

func scanAudit(org roster.OrganizationID) func(scanner) (roster.AuditEntry, error) {
	return func(r scanner) (roster.AuditEntry, error) {
		e := roster.AuditEntry{OrganizationID: org}
		err := r.Scan(
			(*string)(&e.ID),
			instant{&e.At},
			(*string)(&e.ActorKind), &e.Actor, &e.ActorName,
			(*string)(&e.Face), &e.Address, &e.RequestID, &e.Action,
			optional{&e.Target},
			&e.TargetName,
			document{&e.Details},
			hashed{&e.Salt},
			hashed{&e.PersonalHash},
		)
		return e, err
	}
}

// auditRow returns the values of an entry's row.
func (t *tx) auditRow(e roster.AuditEntry) []any {
	return []any{
		t.org(e.OrganizationID), uid(e.ID), micros(e.At), string(e.ActorKind), e.Actor, e.ActorName, string(e.Face), e.Address,
		e.RequestID, e.Action, uid(e.Target), e.TargetName, string(e.Details), digest(e.Salt), digest(e.PersonalHash),
	}
}

// InsertAudit implements directory.AuditTx.
func (t *tx) InsertAudit(e roster.AuditEntry) error {
	t.inserted++
	return t.put("insert audit entry", t.texts.rows(insertAudit, 1, auditRow), t.auditRow(e)...)
}

// comparedOfAudit are the attributes of audit entries that an index serves.
var comparedOfAudit = sqlAttributes{
	"id": {is: "e.id", present: "1 = 1", id: true}, "target": {is: "e.target", present: "e.target IS NOT NULL", id: true},
}

// AuditEntries implements directory.AuditTx.
func (t *tx) AuditEntries(org roster.OrganizationID, q directory.AuditQuery) (directory.Rows[roster.AuditEntry], error) {
	return list(t, listing[roster.AuditEntry]{
		noun: "audit entries", columns: auditColumns, scan: scanAudit(org),
		from: func(b *query) error {
			b.add(" FROM audit_entries e")
			b.where("e.organization = ?", t.org(org))
			return b.whereAll(comparedOfAudit, q.Where)
		},
		order: byID("e.id", q.Order.Descending, q.Order.After), limit: q.Limit, count: q.Count,
	})
}

// AuditEntriesAmong implements directory.AuditTx.
func (t *tx) AuditEntriesAmong(org roster.OrganizationID, ids []roster.AuditID) ([]roster.AuditEntry, error) {
	var all []roster.AuditEntry
	for some := range slices.Chunk(ids, maxList) {
		b := newQuery("SELECT " + auditColumns + " FROM audit_entries e")
		b.where("e.organization = ?", t.org(org))
		b.in("e.id", anyUID(some))
		entries, err := collect(t, "read audit entries", b.text.String(), b.args, scanAudit(org))
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	return all, nil
}

// AuditIDs implements directory.AuditTx.
func (t *tx) AuditIDs(org roster.OrganizationID, after, through roster.AuditID, most int) ([]roster.AuditID, error) {
	const text = `SELECT id FROM audit_entries WHERE organization = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4`
	args := []any{t.org(org), uidOrLeast(after), uid(through), limit(most, directory.MaxPage)}
	return collect(t, "read ids of audit entries", text, args, func(r scanner) (id roster.AuditID, err error) {
		return id, r.Scan((*string)(&id))
	})
}

// AuditWaiting implements directory.AuditTx. It looks at one seal and one entry an organization.
func (t *tx) AuditWaiting(before time.Time, after roster.OrganizationID, most int) ([]roster.OrganizationID, error) {
	const text = `SELECT o.id FROM organizations o WHERE o.id > $1 AND (SELECT e.at FROM audit_entries e
	WHERE e.organization = o.number AND e.id > COALESCE(
		(SELECT s.through_id FROM audit_seals s WHERE s.organization = o.number ORDER BY s.number DESC LIMIT 1), $2)
	ORDER BY e.id LIMIT 1) < $3 ORDER BY o.id LIMIT $4`
	args := []any{uidOrLeast(after), leastUUID, micros(before), limit(most, directory.MaxPage)}
	return collect(t, "find organizations with unsealed audit", text, args, func(r scanner) (id roster.OrganizationID, err error) {
		return id, r.Scan((*string)(&id))
	})
}

// AuditSeals implements directory.AuditTx.
func (t *tx) AuditSeals(org roster.OrganizationID, q directory.AuditSealQuery) ([]roster.AuditSeal, error) {
	b := newQuery("SELECT number, ids, entry_hashes, through_id, hash, sealed_at FROM audit_seals")
	b.where("organization = ?", t.org(org))
	b.inOrder(order{column: "number", descending: q.Descending, after: q.After}, limit(q.Limit, directory.MaxPage))
	return collect(t, "read audit seals", b.text.String(), b.args, func(r scanner) (roster.AuditSeal, error) {
		s := roster.AuditSeal{OrganizationID: org}
		var ids, hashes string
		err := r.Scan(&s.Number, hashed{&ids}, hashed{&hashes}, (*string)(&s.Through), hashed{&s.Hash}, instant{&s.SealedAt})
		s.Entries = splitIDs(ids)
		for short := range slices.Chunk([]byte(hashes), 16) {
			s.EntryHashes = append(s.EntryHashes, string(short))
		}
		return s, err
	})
}

// InsertAuditSeal implements directory.AuditTx.
func (t *tx) InsertAuditSeal(s roster.AuditSeal) error {
	const text = `INSERT INTO audit_seals (organization, number, ids, entry_hashes, through_id, hash, sealed_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`
	return t.put("insert audit seal", text, t.org(s.OrganizationID), s.Number, joinIDs(s.Entries), digest(strings.Join(s.EntryHashes, "")),
		uid(s.Through), digest(s.Hash), micros(s.SealedAt))
}

// joinIDs returns ids as they are stored together: 16 bytes each.
func joinIDs(ids []roster.AuditID) digest {
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(strings.ReplaceAll(string(id), "-", ""))
	}
	return digest(b.String())
}

// splitIDs reverses joinIDs. What is no id becomes one that no entry has.
func splitIDs(digits string) []roster.AuditID {
	var ids []roster.AuditID
	for len(digits) > 0 {
		n := min(len(digits), 2*len(uuid.UUID{}))
		id, err := uuid.Parse(digits[:n])
		if err != nil {
			return append(ids, roster.AuditID(digits))
		}
		ids, digits = append(ids, roster.AuditID(id.String())), digits[n:]
	}
	return ids
}

// EraseAuditTarget implements directory.AuditTx.
func (t *tx) EraseAuditTarget(org roster.OrganizationID, target string) error {
	q := directory.AuditQuery{Where: directory.Is("target", target), Limit: directory.MaxPage}
	for {
		entries, err := t.AuditEntries(org, q)
		if err != nil || len(entries.Records) == 0 {
			return err
		}
		for _, e := range entries.Records {
			if directory.EraseAuditTarget(&e) {
				if err := t.updatePersonal(e); err != nil {
					return err
				}
			}
			q.Order.After = e.ID
		}
	}
}

// EraseAuditActors implements directory.AuditTx.
func (t *tx) EraseAuditActors(org roster.OrganizationID, actors map[string]bool, after roster.AuditID, most int) (last roster.AuditID, err error) {
	entries, err := t.AuditEntries(org, directory.AuditQuery{Order: directory.AuditOrder{After: after}, Limit: most})
	if err != nil {
		return "", err
	}
	for _, e := range entries.Records {
		if actors[e.Actor] && directory.EraseAuditActor(&e) {
			if err := t.updatePersonal(e); err != nil {
				return "", err
			}
		}
		last = e.ID
	}
	return last, nil
}

// updatePersonal stores what is left of an entry's personal part after an erasure.
func (t *tx) updatePersonal(e roster.AuditEntry) error {
	const text = `UPDATE audit_entries SET actor_name = $3, address = $4, target_name = $5, details = $6, salt = $7
	WHERE organization = $1 AND id = $2`
	return t.put("erase a part of an audit entry", text, t.org(e.OrganizationID), uid(e.ID), e.ActorName, e.Address, e.TargetName, string(e.Details), digest(e.Salt))
}
