package storetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"roster"
	"roster/internal/directory"
)

// entry stores an audit entry with all attributes set.
func (f *fixture) entry(target string) roster.AuditEntry {
	f.Helper()
	e := roster.AuditEntry{
		ID: roster.AuditID(f.id()), OrganizationID: f.org, At: f.now, ActorKind: roster.ActorUser, Actor: "user 1", ActorName: "ada",
		Face: roster.FaceCLI, Address: "192.0.2.1", RequestID: "r1", Action: "user.create", Target: target, TargetName: "grace",
		Details: json.RawMessage(`{"after": {"active": true}}`), Salt: "5a17", PersonalHash: "00ff",
	}
	f.update(func(tx directory.Tx) error { return tx.InsertAudit(e) })
	return e
}

// seal stores a seal of entries, with the number.
func (f *fixture) seal(number int64, through roster.AuditEntry, entries ...roster.AuditEntry) roster.AuditSeal {
	f.Helper()
	s := roster.AuditSeal{OrganizationID: f.org, Number: number, Through: through.ID, Hash: fmt.Sprintf("%04x", number), SealedAt: f.now}
	for _, e := range entries {
		s.Entries, s.EntryHashes = append(s.Entries, e.ID), append(s.EntryHashes, fmt.Sprintf("%016x", number))
	}
	f.update(func(tx directory.Tx) error { return tx.InsertAuditSeal(s) })
	return s
}

func (f *fixture) seals(q directory.AuditSealQuery) []roster.AuditSeal {
	f.Helper()
	return read(f, func(tx directory.Tx) ([]roster.AuditSeal, error) { return tx.AuditSeals(f.org, q) })
}

func (f *fixture) entries(q directory.AuditQuery) []roster.AuditEntry {
	f.Helper()
	return read(f, func(tx directory.Tx) ([]roster.AuditEntry, error) { return records(tx.AuditEntries(f.org, q)) })
}

var (
	about  = directory.Is("target", ID+"1")
	newest = directory.AuditOrder{Descending: true}
)

// behind is the order by id behind an entry.
func behind(e roster.AuditEntry, descending bool) directory.AuditOrder {
	return directory.AuditOrder{Descending: descending, After: e.ID}
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
	{text: "entries are found among ids, many of them, in their organization only", test: func(f *fixture) {
		first, a, ids := f.org, f.entry(ID+"1"), []roster.AuditID{"none"}
		for range 600 {
			ids = append(ids, roster.AuditID(f.id()))
		}
		b := f.entry(ID + "2")
		ids = append(ids, b.ID, a.ID)
		among := func() []roster.AuditEntry {
			return read(f, func(tx directory.Tx) ([]roster.AuditEntry, error) { return tx.AuditEntriesAmong(f.org, ids) })
		}
		found := among()
		slices.SortFunc(found, func(a, b roster.AuditEntry) int { return cmp.Compare(a.ID, b.ID) })
		same(f, found, []roster.AuditEntry{a, b})
		f.org = f.organization()
		same(f, among(), nil)
		f.org = first
	}},
	{text: "ids come in order, after one and up to another", test: func(f *fixture) {
		a, b, c := f.entry(ID+"1"), f.entry(ID+"1"), f.entry(ID+"1")
		between := func(after, through roster.AuditID, limit int) []roster.AuditID {
			return read(f, func(tx directory.Tx) ([]roster.AuditID, error) { return tx.AuditIDs(f.org, after, through, limit) })
		}
		same(f, between("", c.ID, 10), []roster.AuditID{a.ID, b.ID, c.ID})
		same(f, between(a.ID, b.ID, 10), []roster.AuditID{b.ID})
		same(f, between("", c.ID, 2), []roster.AuditID{a.ID, b.ID})
		same(f, between(c.ID, c.ID, 10), nil)
	}},
	{text: "seals come back as they were stored, by number, in either order", test: func(f *fixture) {
		a, b, c := f.entry(ID+"1"), f.entry(ID+"1"), f.entry(ID+"1")
		one, two, three := f.seal(1, b, a, b), f.seal(2, c, c), f.seal(3, c)
		same(f, f.seals(directory.AuditSealQuery{}), []roster.AuditSeal{one, two, three})
		same(f, f.seals(directory.AuditSealQuery{After: 1, Limit: 1}), []roster.AuditSeal{two})
		same(f, f.seals(directory.AuditSealQuery{Descending: true, Limit: 2}), []roster.AuditSeal{three, two})
		same(f, f.seals(directory.AuditSealQuery{Descending: true, After: 2}), []roster.AuditSeal{one})
		f.fails(roster.Conflict, "number", func(tx directory.Tx) error { return tx.InsertAuditSeal(two) })
	}},
	{text: "an organization waits whose next entry in order is old enough", alone: true, test: func(f *fixture) {
		one, two := f.org, f.organization()
		a := f.entry(ID + "1")
		f.now = f.now.Add(time.Minute)
		b := f.entry(ID + "1")
		f.org = two
		c := f.entry(ID + "1")
		waiting := func(before time.Time, after roster.OrganizationID, limit int) []roster.OrganizationID {
			return read(f, func(tx directory.Tx) ([]roster.OrganizationID, error) { return tx.AuditWaiting(before, after, limit) })
		}
		same(f, waiting(a.At, "", 10), nil)
		same(f, waiting(b.At, "", 10), []roster.OrganizationID{one})
		same(f, waiting(b.At.Add(1000), "", 10), []roster.OrganizationID{one, two})
		same(f, waiting(b.At.Add(1000), "", 1), []roster.OrganizationID{one})
		same(f, waiting(b.At.Add(1000), one, 10), []roster.OrganizationID{two})
		f.seal(1, c, c)
		f.org = one
		f.seal(1, a, a)
		same(f, waiting(b.At, "", 10), nil)
		same(f, waiting(b.At.Add(1000), "", 10), []roster.OrganizationID{one})
		f.seal(2, b, b)
		f.seal(3, b) // one that came late does not move the end of the order
		same(f, waiting(b.At.Add(1000), "", 10), nil)
	}},
	{text: "the target's side of all entries about a record is erased", test: func(f *fixture) {
		a, b, c := f.committed(ID+"1"), f.committed(ID+"2"), f.committed(ID+"1")
		for range 2 { // the second time there is nothing left to erase
			f.update(func(tx directory.Tx) error { return tx.EraseAuditTarget(f.org, ID+"1") })
			got := f.entries(directory.AuditQuery{})
			for i, was := range []roster.AuditEntry{a, c} {
				directory.EraseAuditTarget(&was)
				same(f, got[2*i], was)
				same(f, was.TargetName+string(was.Details), "")
			}
			same(f, got[1], b)
		}
	}},
	{text: "the actor's side is erased page by page, of the actors in a set", test: func(f *fixture) {
		a, b := f.committed(ID+"1"), f.committed(ID+"1")
		other := f.entryBy("user 2")
		erase := func(actor string, after roster.AuditID, limit int) roster.AuditID {
			return write(f, func(tx directory.Tx) (roster.AuditID, error) {
				return tx.EraseAuditActors(f.org, map[string]bool{actor: true}, after, limit)
			})
		}
		same(f, erase("user 9", "", 10), other.ID)
		same(f, f.entries(directory.AuditQuery{}), []roster.AuditEntry{a, b, other})
		same(f, erase("user 1", "", 1), a.ID)
		directory.EraseAuditActor(&a)
		same(f, a.ActorName+a.Address, "")
		same(f, f.entries(directory.AuditQuery{}), []roster.AuditEntry{a, b, other})
		same(f, erase("user 1", a.ID, 10), other.ID)
		directory.EraseAuditActor(&b)
		same(f, f.entries(directory.AuditQuery{}), []roster.AuditEntry{a, b, other})
		same(f, erase("user 1", other.ID, 10), "")
	}},
}

// committed stores an entry of "user 1" about a target.
func (f *fixture) committed(target string) roster.AuditEntry {
	f.Helper()
	return f.insertCommitted(roster.AuditEntry{Actor: "user 1", Target: target})
}

// entryBy stores an entry by an actor.
func (f *fixture) entryBy(actor string) roster.AuditEntry {
	f.Helper()
	return f.insertCommitted(roster.AuditEntry{Actor: actor, Target: ID + "3"})
}

// insertCommitted stores an entry with a whole salt.
func (f *fixture) insertCommitted(e roster.AuditEntry) roster.AuditEntry {
	f.Helper()
	e.ID, e.OrganizationID, e.At, e.ActorName, e.Address, e.TargetName = roster.AuditID(f.id()), f.org, f.now, "ada", "192.0.2.1", "grace"
	e.Details, e.Salt, e.PersonalHash = json.RawMessage(`{"after":1}`), "000102030405060708090a0b0c0d0e0f", "00ff"
	f.update(func(tx directory.Tx) error { return tx.InsertAudit(e) })
	return e
}
