package storetest

import (
	"encoding/json"
	"fmt"

	"roster"
	"roster/internal/directory"
)

// entry stores an audit entry with all attributes set.
func (f *fixture) entry(target string) roster.AuditEntry {
	f.Helper()
	e := roster.AuditEntry{
		ID: roster.AuditID(f.id()), OrganizationID: f.org, At: f.now, ActorKind: roster.ActorUser, Actor: "user 1", ActorName: "ada",
		Face: roster.FaceCLI, Address: "192.0.2.1", RequestID: "r1", Action: "user.create", Target: target, TargetName: "grace",
		DetailsHash: "00ff", Salt: "5a17", Details: json.RawMessage(`{"after": {"active": true}}`),
	}
	f.update(func(tx directory.Tx) error { return tx.InsertAudit(e) })
	return e
}

func (f *fixture) seal(e *roster.AuditEntry, seq int64) {
	f.Helper()
	e.Seq, e.Hash = seq, fmt.Sprintf("%04x", seq)
	f.update(func(tx directory.Tx) error { return tx.SealAudit(e.ID, e.Seq, e.Hash) })
}

func (f *fixture) entries(q directory.AuditQuery) []roster.AuditEntry {
	f.Helper()
	return read(f, func(tx directory.Tx) ([]roster.AuditEntry, error) { return records(tx.AuditEntries(f.org, q)) })
}

var (
	about  = directory.Is("target", ID+"1")
	newest = directory.AuditOrder{Descending: true}
	sealed = directory.AuditOrder{BySeq: true}
)

// behind is the order by id behind an entry.
func behind(e roster.AuditEntry, descending bool) directory.AuditOrder {
	return directory.AuditOrder{Descending: descending, After: directory.Place{Key: string(e.ID)}}
}

var audit = []sentence{
	{text: "entries come back as they were stored, by id", test: func(f *fixture) {
		a, b, c := f.entry(ID+"1"), f.entry(ID+"2"), f.entry(ID+"1")
		bare := roster.AuditEntry{ID: roster.AuditID(f.id()), OrganizationID: f.org, At: f.now}
		f.update(func(tx directory.Tx) error { return tx.InsertAudit(bare) })
		same(f, f.entries(directory.AuditQuery{}), []roster.AuditEntry{a, b, c, bare})
		same(f, f.entries(directory.AuditQuery{Limit: 2}), []roster.AuditEntry{a, b})
		same(f, f.entries(directory.AuditQuery{Order: behind(a, false), Limit: 1}), []roster.AuditEntry{b})
		same(f, f.entries(directory.AuditQuery{Where: about}), []roster.AuditEntry{a, c})
		same(f, f.entries(directory.AuditQuery{Where: about, Order: behind(a, false)}), []roster.AuditEntry{c})
	}},
	{text: "an entry is found by its id", test: func(f *fixture) {
		f.entry(ID + "1")
		b := f.entry(ID + "2")
		same(f, f.entries(directory.AuditQuery{Where: directory.Is("id", string(b.ID))}), []roster.AuditEntry{b})
		same(f, f.entries(directory.AuditQuery{Where: directory.Is("id", "none")}), nil)
	}},
	{text: "the newest entries come first if asked for", test: func(f *fixture) {
		a, b, c := f.entry(ID+"1"), f.entry(ID+"2"), f.entry(ID+"1")
		same(f, f.entries(directory.AuditQuery{Order: newest}), []roster.AuditEntry{c, b, a})
		same(f, f.entries(directory.AuditQuery{Order: newest, Limit: 2}), []roster.AuditEntry{c, b})
		same(f, f.entries(directory.AuditQuery{Order: behind(c, true)}), []roster.AuditEntry{b, a})
		same(f, f.entries(directory.AuditQuery{Where: about, Order: behind(c, true)}), []roster.AuditEntry{a})
		same(f, f.entries(directory.AuditQuery{Order: behind(a, true)}), nil)
	}},
	{text: "sealed entries are listed by their place", test: func(f *fixture) {
		a, b, c := f.entry(ID+"1"), f.entry(ID+"2"), f.entry(ID+"1")
		f.seal(&b, 1)
		f.seal(&a, 2)
		same(f, f.entries(directory.AuditQuery{Order: sealed}), []roster.AuditEntry{b, a})
		same(f, f.entries(directory.AuditQuery{Order: directory.AuditOrder{BySeq: true, After: directory.Place{Number: 1}}}), []roster.AuditEntry{a})
		same(f, f.entries(directory.AuditQuery{}), []roster.AuditEntry{a, b, c})
	}},
	{text: "the last place and its hash are known", test: func(f *fixture) {
		last := func() string {
			return read(f, func(tx directory.Tx) (string, error) {
				seq, hash, err := tx.LastSealed(f.org)
				return fmt.Sprint(seq, " ", hash), err
			})
		}
		a, b := f.entry(ID+"1"), f.entry(ID+"2")
		same(f, last(), "0 ")
		f.seal(&a, 1)
		f.seal(&b, 2)
		same(f, last(), "2 0002")
	}},
	{text: "an entry is sealed once", test: func(f *fixture) {
		e := f.entry(ID + "1")
		f.seal(&e, 1)
		for _, id := range []roster.AuditID{e.ID, "none"} {
			f.fails(roster.Conflict, "seq", func(tx directory.Tx) error { return tx.SealAudit(id, 2, "ff") })
		}
	}},
	{text: "an entry may have its place from the start", test: func(f *fixture) {
		placed := func(seq int64) roster.AuditEntry {
			return roster.AuditEntry{ID: roster.AuditID(f.id()), OrganizationID: f.org, At: f.now, Seq: seq, Hash: fmt.Sprintf("%04x", seq), Salt: "5a17"}
		}
		a, b, c := placed(1), placed(2), placed(3)
		f.update(func(tx directory.Tx) error { return tx.InsertAudit(a) })
		f.update(func(tx directory.Tx) error { return tx.InsertAudits([]roster.AuditEntry{c, b}) })
		same(f, f.entries(directory.AuditQuery{Order: sealed}), []roster.AuditEntry{a, b, c})
		f.fails(roster.Conflict, "seq", func(tx directory.Tx) error { return tx.InsertAudit(placed(2)) })
		f.fails(roster.Conflict, "seq", func(tx directory.Tx) error { return tx.InsertAudits([]roster.AuditEntry{placed(4), placed(3)}) })
	}},
	{text: "what is unsealed comes by organization and id, whatever is sealed already", alone: true, test: func(f *fixture) {
		first := f.org
		a := f.entry(ID + "1")
		f.org = f.organization()
		b := f.entry(ID + "1")
		f.org = first
		c, d := f.entry(ID+"1"), f.entry(ID+"1")
		f.seal(&d, 1) // later than c, sealed before it
		unsealed := func(limit int) []roster.AuditEntry {
			return read(f, func(tx directory.Tx) ([]roster.AuditEntry, error) { return tx.UnsealedAudit(limit) })
		}
		same(f, unsealed(10), []roster.AuditEntry{a, c, b})
		same(f, len(unsealed(2)), 2)
		f.seal(&a, 2)
		f.seal(&c, 3)
		same(f, unsealed(10), []roster.AuditEntry{b})
	}},
}
