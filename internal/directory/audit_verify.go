package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"roster"
)

const (
	// maxUnsealed is how many unsealed entries VerifyAudit lists.
	maxUnsealed = 100

	// overdueAfter is the age at which every entry is sealed, if a sealer works.
	overdueAfter = lateWindow
)

// VerifiedAudit is the result of VerifyAudit.
type VerifiedAudit struct {
	Seals  int64 // pages that were found good
	Sealed int64 // entries on them
	Erased int64 // of these, entries of which a side was erased

	Reason string         // the first fault, "" if there is none
	Bad    roster.AuditID // the first bad entry; "" if the fault is that of a seal
	Seal   int64          // number of the seal with the fault

	// What is not sealed. It is counted only if there is no fault.
	Unsealed int64           // entries that are on no page
	Overdue  int64           // of these, entries that are older than two hours
	Listed   []UnsealedEntry // of these, the first hundred by id
}

// UnsealedEntry is an audit entry that is on no page.
type UnsealedEntry struct {
	ID      roster.AuditID
	At      time.Time
	Overdue bool // it is older than two hours
}

// VerifyAudit recomputes the organization's chain from the first seal to the last, and lists
// what is unsealed.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (d *Directory) VerifyAudit(ctx context.Context, by roster.Actor, _ None) (VerifiedAudit, error) {
	if err := allow(by, ActAuditRead); err != nil {
		return VerifiedAudit{}, err
	}
	// What is sealed from now on is not verified: its entries may have come after they are looked for.
	end, err := lastSeal(ctx, d.store, by.OrganizationID)
	if err != nil {
		return VerifiedAudit{}, err
	}
	v := auditVerifier{ctx: ctx, d: d, org: by.OrganizationID, passed: make(map[roster.AuditID]bool)}
	if err := v.addThrough(end.Number); err != nil || v.out.Reason != "" {
		return v.out, err
	}
	err = v.listUnsealed()
	return v.out, err
}

// auditVerifier verifies an organization's chain, seal by seal.
type auditVerifier struct {
	ctx    context.Context
	d      *Directory
	org    roster.OrganizationID
	out    VerifiedAudit
	before roster.AuditSeal        // the seal that was verified last
	passed map[roster.AuditID]bool // entries that the order has passed, and that are on no page so far
}

// addThrough verifies the seals up to a number. It stops at a fault.
func (v *auditVerifier) addThrough(end int64) error {
	for v.before.Number < end {
		seals, err := view(v.ctx, v.d, func(tx Tx) ([]roster.AuditSeal, error) {
			return tx.AuditSeals(v.org, AuditSealQuery{After: v.before.Number, Limit: sealReads})
		})
		if err != nil {
			return err
		}
		for _, s := range append(seals, roster.AuditSeal{})[:max(1, len(seals))] {
			if next := v.before.Number + 1; s.Number != next {
				v.out.Seal, v.out.Reason = next, fmt.Sprintf("seal %d is missing", next)
				return nil
			}
			if err := v.add(s); err != nil || v.out.Reason != "" {
				return err
			}
			if s.Number == end {
				return nil
			}
		}
	}
	return nil
}

// add verifies the seal after the last one, and its entries.
func (v *auditVerifier) add(s roster.AuditSeal) error {
	found, err := v.entriesAmong(s.Entries)
	if err != nil {
		return err
	}
	page := make([]roster.AuditEntry, 0, len(s.Entries))
	erasures := int64(0)
	for i, id := range s.Entries {
		e, there := found[id]
		fault, erased := entryFault(s, i, e, there)
		if fault != "" {
			return v.fail(s, id, fault)
		}
		if erased {
			erasures++
		}
		page = append(page, e)
	}
	if s.Hash != sealHash(v.before.Hash, s, page) {
		return v.fail(s, "", fmt.Sprintf("seal %d has changed since it was made", s.Number))
	}
	if again, err := v.pass(s); err != nil || again != "" {
		if err != nil {
			return err
		}
		return v.fail(s, again, "the entry is on two pages")
	}
	v.out.Seals++
	v.out.Sealed += int64(len(page))
	v.out.Erased += erasures
	v.before = s
	return nil
}

// fail notes the fault of a seal or of an entry on its page.
func (v *auditVerifier) fail(s roster.AuditSeal, id roster.AuditID, fault string) error {
	v.out.Seal, v.out.Bad, v.out.Reason = s.Number, id, fault
	return nil
}

// entryFault returns the fault of the entry at a place on a page, "" if it has none, and whether a
// side of it was erased.
func entryFault(s roster.AuditSeal, place int, e roster.AuditEntry, there bool) (fault string, erased bool) {
	switch {
	case !there:
		return "the entry is missing", false
	case len(s.EntryHashes) != len(s.Entries):
		return "", false // the hash of the seal will show it
	case s.EntryHashes[place] != entryHash(e)[:len(s.EntryHashes[place])]:
		return "the entry has changed since it was sealed", false
	}
	return personalFault(e)
}

// pass notes which entries the order passes with a page, and which of them are on it. It returns an
// entry of the page that is on an earlier one, too; "" if there is none.
func (v *auditVerifier) pass(s roster.AuditSeal) (again roster.AuditID, err error) {
	for after := v.before.Through; after < s.Through; {
		ids, err := view(v.ctx, v.d, func(tx Tx) ([]roster.AuditID, error) { return tx.AuditIDs(v.org, after, s.Through, MaxPage) })
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			v.passed[id], after = true, id
		}
		if len(ids) < MaxPage {
			break
		}
	}
	for _, id := range s.Entries {
		if !v.passed[id] {
			return id, nil
		}
		delete(v.passed, id)
	}
	return "", nil
}

// entriesAmong returns those of the ids that there are.
func (v *auditVerifier) entriesAmong(ids []roster.AuditID) (map[roster.AuditID]roster.AuditEntry, error) {
	entries, err := view(v.ctx, v.d, func(tx Tx) ([]roster.AuditEntry, error) { return tx.AuditEntriesAmong(v.org, ids) })
	found := make(map[roster.AuditID]roster.AuditEntry, len(entries))
	for _, e := range entries {
		found[e.ID] = e
	}
	return found, err
}

// listUnsealed counts and lists the entries that are on no page: first those that the order has
// passed, then those that it has not reached.
func (v *auditVerifier) listUnsealed() error {
	now := v.d.now()
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(v.passed)), pageSize) {
		found, err := v.entriesAmong(ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			v.addUnsealed(now, found[id])
		}
	}
	rest := listOf(v.ctx, v.d, part[roster.AuditID]{After: v.before.Through}, Counting{}, func(tx Tx, p part[roster.AuditID]) (Rows[roster.AuditEntry], error) {
		return tx.AuditEntries(v.org, AuditQuery{Order: AuditOrder{After: p.After}, Limit: p.Limit})
	}, func(e roster.AuditEntry) roster.AuditID { return e.ID })
	for e, err := range rest {
		if err != nil {
			return err
		}
		v.addUnsealed(now, e)
	}
	return nil
}

// addUnsealed counts an unsealed entry, and lists it if there is room.
func (v *auditVerifier) addUnsealed(now time.Time, e roster.AuditEntry) {
	u := UnsealedEntry{ID: e.ID, At: e.At, Overdue: now.Sub(e.At) > overdueAfter}
	v.out.Unsealed++
	if u.Overdue {
		v.out.Overdue++
	}
	if len(v.out.Listed) < maxUnsealed {
		v.out.Listed = append(v.out.Listed, u)
	}
}
