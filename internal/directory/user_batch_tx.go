package directory

import (
	"cmp"
	"slices"
	"strings"

	"roster"
)

// userBatchTx is a transaction for a batch. It looks up each record once, and collects writes to
// write them together. The steps of the verbs run on it as on any other.
type userBatchTx struct {
	Tx
	groups      map[roster.GroupKind]map[roster.Ref]roster.Group
	roles       map[roster.Ref]roster.Role
	departments map[roster.Ref]roster.Department
	realms      map[string]roster.Realm        // by id, and by folded name; zero for none
	defaults    map[string][]roster.Preference // by the ids of the groups
	checkGrants map[string][]CheckGrant        // likewise
	access      map[roster.UserID]map[roster.CheckGroupID]roster.AccessLevel

	own roster.Organization // zero until it is read

	entries []roster.AuditEntry
	jobs    []roster.Job
	words   map[roster.OrganizationID][]WordPlace
}

func newUserBatchTx(tx Tx) *userBatchTx {
	return &userBatchTx{
		Tx:     tx,
		groups: map[roster.GroupKind]map[roster.Ref]roster.Group{roster.KindGroup: {}, roster.KindTeam: {}},
		roles:  make(map[roster.Ref]roster.Role), departments: make(map[roster.Ref]roster.Department), realms: make(map[string]roster.Realm),
		defaults: make(map[string][]roster.Preference), words: make(map[roster.OrganizationID][]WordPlace),
		checkGrants: make(map[string][]CheckGrant), access: make(map[roster.UserID]map[roster.CheckGroupID]roster.AccessLevel),
	}
}

// OrganizationByID implements OrganizationTx. It reads the organization of the batch once.
func (g *userBatchTx) OrganizationByID(id roster.OrganizationID) (o roster.Organization, err error) {
	if g.own.ID != id {
		if g.own, err = g.Tx.OrganizationByID(id); err != nil {
			return o, err
		}
	}
	return g.own, nil
}

// prefetch reads the groups, teams and roles that the items name, with one query for each.
func (g *userBatchTx) prefetch(by roster.Actor, items []*batchItem) error {
	var groups, teams, roles []roster.Ref
	for _, it := range items {
		if it.exceedsReferences() {
			continue
		}
		groups = append(append(append(groups, it.in.Groups...), it.in.LevelGroups...), it.in.PrimaryGroup)
		teams = append(teams, it.in.Teams...)
		roles = append(roles, it.in.Roles...)
		for _, grant := range it.in.RoleGrants {
			groups, roles = append(groups, grant.Groups...), append(roles, grant.Role)
		}
	}
	if _, err := g.FindGroups(by.OrganizationID, roster.KindGroup, findable(groups)); err != nil {
		return err
	}
	if _, err := g.FindGroups(by.OrganizationID, roster.KindTeam, findable(teams)); err != nil {
		return err
	}
	_, err := g.FindRoles(by.OrganizationID, findable(roles))
	return err
}

// exceedsReferences reports whether an item names more references than are looked up. validateRefs
// adds the fault.
func (it *batchItem) exceedsReferences() bool {
	named := max(len(it.in.Groups), len(it.in.Teams), len(it.in.Roles), len(it.in.LevelGroups), len(it.in.RoleGrants))
	for _, grant := range it.in.RoleGrants {
		named = max(named, len(grant.Groups))
	}
	return named > MaxReferences
}

// FindGroups implements GroupTx.
func (g *userBatchTx) FindGroups(org roster.OrganizationID, kind roster.GroupKind, refs []roster.Ref) ([]roster.Group, error) {
	return findOnce(g.groups[kind], refs, func(refs []roster.Ref) ([]roster.Group, error) { return g.Tx.FindGroups(org, kind, refs) })
}

// FindRoles implements GroupTx.
func (g *userBatchTx) FindRoles(org roster.OrganizationID, refs []roster.Ref) ([]roster.Role, error) {
	return findOnce(g.roles, refs, func(refs []roster.Ref) ([]roster.Role, error) { return g.Tx.FindRoles(org, refs) })
}

// FindDepartment implements GroupTx.
func (g *userBatchTx) FindDepartment(org roster.OrganizationID, ref roster.Ref) (roster.Department, error) {
	dep, known := g.departments[ref]
	if known {
		return dep, nil
	}
	dep, err := g.Tx.FindDepartment(org, ref)
	if err == nil {
		g.departments[ref] = dep
	}
	return dep, err
}

// RealmByID implements RealmTx.
func (g *userBatchTx) RealmByID(org roster.OrganizationID, id roster.RealmID) (roster.Realm, error) {
	r, known := g.realms["id "+string(id)]
	if !known {
		var err error
		r, err = g.Tx.RealmByID(org, id)
		if err != nil && roster.KindOf(err) != roster.NotFound {
			return r, err
		}
		g.realms["id "+string(id)] = r
	}
	if r.ID == "" {
		return r, &roster.Error{Kind: roster.NotFound, Detail: "there is no such realm"}
	}
	return r, nil
}

// FindRealm implements RealmTx.
func (g *userBatchTx) FindRealm(org roster.OrganizationID, key string) (roster.Realm, bool, error) {
	r, known := g.realms["name "+key]
	if !known {
		var err error
		if r, _, err = g.Tx.FindRealm(org, key); err != nil {
			return r, false, err
		}
		g.realms["name "+key] = r
	}
	return r, r.ID != "", nil
}

// DefaultPreferences implements UserTx.
func (g *userBatchTx) DefaultPreferences(org roster.OrganizationID, groups []roster.GroupID) ([]roster.Preference, error) {
	key := joinIDs(groups)
	prefs, known := g.defaults[key]
	if !known {
		var err error
		if prefs, err = g.Tx.DefaultPreferences(org, groups); err != nil {
			return nil, err
		}
		g.defaults[key] = prefs
	}
	return slices.Clone(prefs), nil
}

// joinIDs joins the ids to one key.
func joinIDs(groups []roster.GroupID) string {
	ids := make([]string, len(groups))
	for i, id := range groups {
		ids[i] = string(id)
	}
	return strings.Join(ids, " ")
}

// GroupCheckGrants implements CheckTx.
func (g *userBatchTx) GroupCheckGrants(org roster.OrganizationID, groups []roster.GroupID) ([]CheckGrant, error) {
	return findCached(g.checkGrants, joinIDs(groups), func() ([]CheckGrant, error) { return g.Tx.GroupCheckGrants(org, groups) })
}

// CheckAccess implements CheckTx.
func (g *userBatchTx) CheckAccess(org roster.OrganizationID, user roster.UserID) (map[roster.CheckGroupID]roster.AccessLevel, error) {
	return findCached(g.access, user, func() (map[roster.CheckGroupID]roster.AccessLevel, error) { return g.Tx.CheckAccess(org, user) })
}

// findCached returns the value under a key, or else finds and caches it.
func findCached[K comparable, V any](known map[K]V, key K, find func() (V, error)) (V, error) {
	v, ok := known[key]
	if ok {
		return v, nil
	}
	v, err := find()
	if err == nil {
		known[key] = v
	}
	return v, err
}

// findOnce returns the records that references name. It takes known records from the cache, and
// finds the others by one query.
func findOnce[T any](known map[roster.Ref]T, refs []roster.Ref, find func([]roster.Ref) ([]T, error)) ([]T, error) {
	var missing []roster.Ref
	for _, ref := range refs {
		if _, there := known[ref]; !there {
			var none T
			known[ref] = none
			if !ref.IsZero() {
				missing = append(missing, ref)
			}
		}
	}
	if len(missing) > 0 {
		found, err := find(missing)
		if err != nil {
			return nil, err
		}
		for i, ref := range missing {
			known[ref] = found[i]
		}
	}
	out := make([]T, len(refs))
	for i, ref := range refs {
		out[i] = known[ref]
	}
	return out, nil
}

// OneWriter implements AuditTx. It returns false: flush seals all entries together.
func (g *userBatchTx) OneWriter() bool { return false }

// InsertAudit implements AuditTx.
func (g *userBatchTx) InsertAudit(e roster.AuditEntry) error {
	g.entries = append(g.entries, e)
	return nil
}

// Enqueue implements JobTx.
func (g *userBatchTx) Enqueue(j roster.Job) error {
	g.jobs = append(g.jobs, j)
	return nil
}

// InsertWords implements SearchTx.
func (g *userBatchTx) InsertWords(org roster.OrganizationID, words []WordPlace) error {
	g.words[org] = append(g.words[org], words...)
	return nil
}

// flush writes all that was collected. It sorts words in the order in which they are stored.
func (g *userBatchTx) flush() error {
	for org, words := range g.words {
		slices.SortFunc(words, func(a, b WordPlace) int {
			return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.Number, b.Number))
		})
		if err := g.Tx.InsertWords(org, words); err != nil {
			return err
		}
	}
	if err := sealNew(g.Tx, g.entries); err != nil {
		return err
	}
	if err := g.InsertAudits(g.entries); err != nil {
		return err
	}
	return g.EnqueueAll(g.jobs)
}
