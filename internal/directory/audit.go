package directory

import (
	"context"
	"iter"

	"roster"
)

// AuditList says which audit entries ListAudit returns.
type AuditList struct {
	Target string         // only entries about this record
	Newest bool           // newest first
	Limit  int            // the greatest number of entries; 0: all
	After  roster.AuditID // only entries after this one in the list
	Counting
}

// ListAudit returns the audit entries, oldest first unless in.Newest. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListAudit(ctx context.Context, by roster.Actor, in AuditList) (iter.Seq2[roster.AuditEntry, error], error) {
	if err := allow(by, ActAuditRead); err != nil {
		return nil, err
	}
	if !isName(in.Target) || !isName(string(in.After)) {
		return noRecords[roster.AuditEntry](), nil
	}
	return listOf(ctx, d, part[roster.AuditID]{After: in.After, Limit: in.Limit}, in.Counting, func(tx Tx, p part[roster.AuditID]) (Rows[roster.AuditEntry], error) {
		order := AuditOrder{Descending: in.Newest, After: p.After}
		return tx.AuditEntries(by.OrganizationID, AuditQuery{ifGiven("target", in.Target), order, p.Limit, p.Count})
	}, func(e roster.AuditEntry) roster.AuditID { return e.ID }), nil
}

// GetAuditEntry returns one audit entry.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (d *Directory) GetAuditEntry(ctx context.Context, by roster.Actor, id roster.AuditID) (roster.AuditEntry, error) {
	if err := allow(by, ActAuditRead); err != nil {
		return roster.AuditEntry{}, err
	}
	return view(ctx, d, func(tx Tx) (roster.AuditEntry, error) {
		none := &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no audit entry"}
		if id == "" || !isName(string(id)) {
			return roster.AuditEntry{}, none
		}
		entries, err := tx.AuditEntries(by.OrganizationID, AuditQuery{Where: Is("id", string(id)), Limit: 1})
		if err != nil {
			return roster.AuditEntry{}, err
		}
		e, found := entries.First()
		if !found {
			return roster.AuditEntry{}, none
		}
		return e, nil
	})
}
