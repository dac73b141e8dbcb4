package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
		order := AuditOrder{Descending: in.Newest, After: Place{Key: string(p.After)}}
		return tx.AuditEntries(by.OrganizationID, AuditQuery{ifGiven("target", in.Target), order, p.Limit, p.Count})
	}, func(e roster.AuditEntry) roster.AuditID { return e.ID }), nil
}

// sealBatch is how many entries one transaction seals.
const sealBatch = 500

// SealAudit appends unsealed entries to their organization's chain, a batch at a time until none is
// left. Each entry gets a number, and the hash of the entry before it. SealAudit takes all unsealed
// entries, not only those after the last sealed one: a transaction that began early may commit late
// (DECISIONS 33). It is for a background worker, not for a face, and asks no policy.
func SealAudit(ctx context.Context, store Store) error {
	for {
		sealed := 0
		err := store.Update(ctx, func(tx Tx) (err error) {
			sealed, err = sealOneBatch(tx)
			return err
		})
		if roster.KindOf(err) == roster.Conflict && err != nil {
			return nil // another replica is sealing
		}
		if err != nil || sealed < sealBatch {
			return err
		}
	}
}

// sealOneBatch seals one batch, and returns how many entries it held.
func sealOneBatch(tx Tx) (int, error) {
	entries, err := tx.UnsealedAudit(sealBatch)
	if err != nil {
		return 0, err
	}
	end := chainEnd{tx: tx}
	for _, e := range entries {
		if err := end.add(&e); err != nil {
			return 0, err
		}
		if err := tx.SealAudit(e.ID, e.Seq, e.Hash); err != nil {
			return 0, err
		}
	}
	return len(entries), nil
}

// sealNew seals entries of one organization before they are stored, if this process is the only
// writer. The sealer then need not write each of them again.
func sealNew(tx Tx, entries []roster.AuditEntry) error {
	if !tx.OneWriter() {
		return nil
	}
	end := chainEnd{tx: tx}
	for i := range entries {
		if err := end.add(&entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// chainEnd is the last entry of an organization's chain.
type chainEnd struct {
	tx   Tx
	org  roster.OrganizationID
	seq  int64
	hash string
}

// add appends the entry to the chain.
func (c *chainEnd) add(e *roster.AuditEntry) (err error) {
	if e.OrganizationID != c.org {
		c.org = e.OrganizationID
		if c.seq, c.hash, err = c.tx.LastSealed(c.org); err != nil {
			return err
		}
	}
	c.seq++
	c.hash = chainHash(c.hash, c.seq, *e)
	e.Seq, e.Hash = c.seq, c.hash
	return nil
}

// chainHash returns the hex SHA-256 of the hash before it, the number, and all fields of the entry
// that remain when its details are erased.
func chainHash(before string, seq int64, e roster.AuditEntry) string {
	text, _ := json.Marshal([]any{ // strings and numbers only: cannot fail
		before, seq, e.ID, e.OrganizationID, e.At.UnixMicro(), e.ActorKind, e.Actor, e.ActorName, e.Face,
		e.Address, e.RequestID, e.Action, e.Target, e.TargetName, e.DetailsHash,
	})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// VerifiedAudit is the result of VerifyAudit.
type VerifiedAudit struct {
	Sealed int64          // entries that were verified
	Erased int64          // of these, entries whose details were erased
	Bad    roster.AuditID // the first entry that was changed; "" if none was
	Reason string         // why it is bad
}

// VerifyAudit recomputes the organization's chain from the first entry to the last.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (d *Directory) VerifyAudit(ctx context.Context, by roster.Actor, _ None) (VerifiedAudit, error) {
	if err := allow(by, ActAuditRead); err != nil {
		return VerifiedAudit{}, err
	}
	entries := listOf(ctx, d, part[int64]{}, Counting{}, func(tx Tx, p part[int64]) (Rows[roster.AuditEntry], error) {
		order := AuditOrder{BySeq: true, After: Place{Number: p.After}}
		return tx.AuditEntries(by.OrganizationID, AuditQuery{Order: order, Limit: p.Limit})
	}, func(e roster.AuditEntry) int64 { return e.Seq })
	var out VerifiedAudit
	before := ""
	for e, err := range entries {
		if err != nil {
			return out, err
		}
		if out.Reason = faultOf(e, out.Sealed+1, before); out.Reason != "" {
			out.Bad = e.ID
			return out, nil
		}
		out.Sealed++
		if e.Details == nil {
			out.Erased++
		}
		before = e.Hash
	}
	return out, nil
}

// faultOf returns the fault of an entry that should be the seq-th, "" if it has none.
func faultOf(e roster.AuditEntry, seq int64, before string) string {
	switch {
	case e.Seq != seq:
		return fmt.Sprintf("entry %d is missing", seq)
	case e.Hash != chainHash(before, seq, e):
		return "the entry has changed since it was sealed"
	case e.Details != nil && e.DetailsHash != detailsHash(e.Salt, e.Details):
		return "the details have changed since they were written"
	default:
		return ""
	}
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
