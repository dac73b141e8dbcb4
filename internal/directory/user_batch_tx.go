package directory

import (
	"cmp"
	"slices"
	"strings"

	"roster"
)

// userBatchTx is a transaction that creates many users. It looks up each record once, and collects
// writes to write them together. The steps of the verbs run on it as on any other.
type userBatchTx struct {
	Tx
	orgs        map[roster.OrganizationID]*knownRecords
	checkGrants map[string][]CheckGrant // by the ids of the groups
	access      map[roster.UserID]map[roster.CheckGroupID]roster.AccessLevel

	entries []roster.AuditEntry
	jobs    []roster.Job
	words   map[roster.OrganizationID][]WordPlace
}

// knownRecords are the records of an organization that were looked up.
type knownRecords struct {
	groups       map[roster.GroupKind]map[roster.Ref]roster.Group
	roles        map[roster.Ref]roster.Role
	departments  map[roster.Ref]roster.Department
	realms       map[string]roster.Realm        // by id, and by folded name; zero for none
	defaults     map[string][]roster.Preference // by the ids of the groups
	organization roster.Organization            // zero until it is read
}

func newUserBatchTx(tx Tx) *userBatchTx {
	return &userBatchTx{
		Tx: tx, orgs: make(map[roster.OrganizationID]*knownRecords), words: make(map[roster.OrganizationID][]WordPlace),
		checkGrants: make(map[string][]CheckGrant), access: make(map[roster.UserID]map[roster.CheckGroupID]roster.AccessLevel),
	}
}

// known returns what is known of an organization.
func (g *userBatchTx) known(org roster.OrganizationID) *knownRecords {
	k := g.orgs[org]
	if k == nil {
		k = &knownRecords{
			groups: map[roster.GroupKind]map[roster.Ref]roster.Group{roster.KindGroup: {}, roster.KindTeam: {}},
			roles:  make(map[roster.Ref]roster.Role), departments: make(map[roster.Ref]roster.Department),
			realms: make(map[string]roster.Realm), defaults: make(map[string][]roster.Preference),
		}
		g.orgs[org] = k
	}
	return k
}

// OrganizationByID implements OrganizationTx.
func (g *userBatchTx) OrganizationByID(id roster.OrganizationID) (o roster.Organization, err error) {
	k := g.known(id)
	if k.organization.ID == "" {
		if k.organization, err = g.Tx.OrganizationByID(id); err != nil {
			return o, err
		}
	}
	return k.organization, nil
}

// prefetch reads the groups, teams and roles that the creates name, together for each organization.
func (g *userBatchTx) prefetch(all creations) error {
	orgs := make(map[roster.OrganizationID]*NamedRefs)
	for _, c := range all {
		if c.exceedsReferences() {
			continue
		}
		n := orgs[c.by.OrganizationID]
		if n == nil {
			n = &NamedRefs{}
			orgs[c.by.OrganizationID] = n
		}
		n.Groups = append(append(append(n.Groups, c.in.Groups...), c.in.LevelGroups...), c.in.PrimaryGroup)
		n.Teams = append(n.Teams, c.in.Teams...)
		n.Roles = append(n.Roles, c.in.Roles...)
		for _, grant := range c.in.RoleGrants {
			n.Groups, n.Roles = append(n.Groups, grant.Groups...), append(n.Roles, grant.Role)
		}
	}
	for org, n := range orgs {
		refs := NamedRefs{Groups: distinctRefs(n.Groups), Teams: distinctRefs(n.Teams), Roles: distinctRefs(n.Roles)}
		if len(refs.Groups)+len(refs.Teams)+len(refs.Roles) == 0 {
			continue
		}
		found, err := g.FindNamed(org, refs)
		if err != nil {
			return err
		}
		known := g.known(org)
		keep(known.groups[roster.KindGroup], refs.Groups, found.Groups)
		keep(known.groups[roster.KindTeam], refs.Teams, found.Teams)
		keep(known.roles, refs.Roles, found.Roles)
	}
	return nil
}

// distinctRefs returns the references as they are looked up, each once, without zero ones.
func distinctRefs(refs []roster.Ref) []roster.Ref {
	return distinct(slices.DeleteFunc(findable(refs), roster.Ref.IsZero), func(r roster.Ref) roster.Ref { return r })
}

// keep notes which records references name.
func keep[T any](known map[roster.Ref]T, refs []roster.Ref, records []T) {
	for i, ref := range refs {
		known[ref] = records[i]
	}
}

// exceedsReferences reports whether a create names more references than are looked up. validateRefs
// adds the fault.
func (c *creation) exceedsReferences() bool {
	named := max(len(c.in.Groups), len(c.in.Teams), len(c.in.Roles), len(c.in.LevelGroups), len(c.in.RoleGrants))
	for _, grant := range c.in.RoleGrants {
		named = max(named, len(grant.Groups))
	}
	return named > MaxReferences
}

// FindGroups implements GroupTx.
func (g *userBatchTx) FindGroups(org roster.OrganizationID, kind roster.GroupKind, refs []roster.Ref) ([]roster.Group, error) {
	return findOnce(g.known(org).groups[kind], refs, func(refs []roster.Ref) ([]roster.Group, error) { return g.Tx.FindGroups(org, kind, refs) })
}

// FindRoles implements GroupTx.
func (g *userBatchTx) FindRoles(org roster.OrganizationID, refs []roster.Ref) ([]roster.Role, error) {
	return findOnce(g.known(org).roles, refs, func(refs []roster.Ref) ([]roster.Role, error) { return g.Tx.FindRoles(org, refs) })
}

// FindDepartment implements GroupTx.
func (g *userBatchTx) FindDepartment(org roster.OrganizationID, ref roster.Ref) (roster.Department, error) {
	return findCached(g.known(org).departments, ref, func() (roster.Department, error) { return g.Tx.FindDepartment(org, ref) })
}

// RealmByID implements RealmTx.
func (g *userBatchTx) RealmByID(org roster.OrganizationID, id roster.RealmID) (roster.Realm, error) {
	r, known := g.known(org).realms["id "+string(id)]
	if !known {
		var err error
		r, err = g.Tx.RealmByID(org, id)
		if err != nil && roster.KindOf(err) != roster.NotFound {
			return r, err
		}
		g.known(org).realms["id "+string(id)] = r
	}
	if r.ID == "" {
		return r, &roster.Error{Kind: roster.NotFound, Detail: "there is no such realm"}
	}
	return r, nil
}

// FindRealm implements RealmTx.
func (g *userBatchTx) FindRealm(org roster.OrganizationID, key string) (roster.Realm, bool, error) {
	r, known := g.known(org).realms["name "+key]
	if !known {
		var err error
		if r, _, err = g.Tx.FindRealm(org, key); err != nil {
			return r, false, err
		}
		g.known(org).realms["name "+key] = r
	}
	return r, r.ID != "", nil
}

// DefaultPreferences implements UserTx.
func (g *userBatchTx) DefaultPreferences(org roster.OrganizationID, groups []roster.GroupID) ([]roster.Preference, error) {
	prefs, err := findCached(g.known(org).defaults, joinIDs(groups), func() ([]roster.Preference, error) { return g.Tx.DefaultPreferences(org, groups) })
	return slices.Clone(prefs), err
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
	if err := g.InsertAudits(g.entries); err != nil {
		return err
	}
	return g.EnqueueAll(g.jobs)
}
