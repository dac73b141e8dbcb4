package store

import (
	"sync"

	"roster"
)

// Rows refer to their organization by its number, the port by its id. Organizations are never
// deleted and keep both. So a store remembers the pairs that it has met.

// organizations are the pairs of committed organizations.
type organizations struct {
	mu      sync.RWMutex
	numbers map[roster.OrganizationID]int64
	ids     map[int64]roster.OrganizationID
}

func newOrganizations() *organizations {
	return &organizations{numbers: make(map[roster.OrganizationID]int64), ids: make(map[int64]roster.OrganizationID)}
}

// add remembers pairs.
func (o *organizations) add(met []organization) {
	if len(met) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, pair := range met {
		o.numbers[pair.id], o.ids[pair.number] = pair.number, pair.id
	}
}

func (o *organizations) number(id roster.OrganizationID) (n int64, known bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	n, known = o.numbers[id]
	return n, known
}

func (o *organizations) id(n int64) (id roster.OrganizationID, known bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	id, known = o.ids[n]
	return id, known
}

// organization is the id and the number of one.
type organization struct {
	id     roster.OrganizationID
	number int64
}

// org returns the number of an organization, as an argument of a statement. It is nil if there is
// no such organization: a look-up finds nothing, and an insert fails. It is also nil if the look-up
// fails; the next statement then returns that error.
func (t *tx) org(id roster.OrganizationID) any {
	const text = `SELECT number FROM organizations WHERE id = $1`
	if n, known := t.orgs.number(id); known {
		return n
	}
	for _, met := range t.met {
		if met.id == id {
			return met.number
		}
	}
	if id == "" {
		return nil
	}
	var n int64
	if found, err := t.one("find organization", text, []any{uid(id)}, &n); err != nil || !found {
		return nil
	}
	t.met = append(t.met, organization{id, n})
	return n
}

// orgID returns the id of the organization with a number.
func (t *tx) orgID(n int64) (roster.OrganizationID, error) {
	const text = `SELECT id FROM organizations WHERE number = $1`
	if id, known := t.orgs.id(n); known {
		return id, nil
	}
	for _, met := range t.met {
		if met.number == n {
			return met.id, nil
		}
	}
	var id roster.OrganizationID
	found, err := t.one("find organization", text, []any{n}, (*string)(&id))
	if err == nil && !found {
		err = missing("organization")
	}
	if err == nil {
		t.met = append(t.met, organization{id, n})
	}
	return id, err
}

// publish lets other transactions know the organizations that this one has met. A transaction that
// writes calls it once it is committed: until then it may have met one that never comes to be.
func (t *tx) publish() {
	t.orgs.add(t.met)
	t.met = nil
}
