package directory

import (
	"testing"
	"time"

	"roster"
)

// sealed returns a chain of n entries as the store keeps it.
func sealed(n int) []roster.AuditEntry {
	entries := make([]roster.AuditEntry, n)
	before := ""
	for i := range entries {
		e := roster.AuditEntry{
			ID: roster.AuditID(newID()), OrganizationID: "o", At: time.Unix(int64(i), 0), Actor: "user u",
			Action: "user.create", Target: "t", Salt: "00", Details: []byte(`{"after":1}`),
		}
		e.DetailsHash = detailsHash(e.Salt, e.Details)
		e.Seq = int64(i + 1)
		e.Hash = chainHash(before, e.Seq, e)
		before = e.Hash
		entries[i] = e
	}
	return entries
}

func TestTheChainShowsEveryChangeMadeAfterwards(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func([]roster.AuditEntry) []roster.AuditEntry
		bad    int // index of the first bad entry, -1 for none
	}{
		"nothing": {func(e []roster.AuditEntry) []roster.AuditEntry { return e }, -1},
		"the details are erased": {func(e []roster.AuditEntry) []roster.AuditEntry {
			e[1].Salt, e[1].Details = "", nil
			return e
		}, -1},
		"the details are changed": {func(e []roster.AuditEntry) []roster.AuditEntry {
			e[1].Details = []byte(`{"after":2}`)
			return e
		}, 1},
		"the actor is changed": {func(e []roster.AuditEntry) []roster.AuditEntry { e[0].Actor = "user v"; return e }, 0},
		"the time is changed":  {func(e []roster.AuditEntry) []roster.AuditEntry { e[2].At = e[2].At.Add(1000); return e }, 2},
		"an entry is removed":  {func(e []roster.AuditEntry) []roster.AuditEntry { return append(e[:1], e[2:]...) }, 1},
		"an entry is hashed anew": {func(e []roster.AuditEntry) []roster.AuditEntry {
			e[1].Actor = "user v"
			e[1].Hash = chainHash(e[0].Hash, 2, e[1])
			return e
		}, 2},
	} {
		before, bad := "", -1
		for i, e := range c.change(sealed(3)) {
			if faultOf(e, int64(i+1), before) != "" {
				bad = i
				break
			}
			before = e.Hash
		}
		if bad != c.bad {
			t.Errorf("%s: the first bad entry is %d, want %d", name, bad, c.bad)
		}
	}
}
