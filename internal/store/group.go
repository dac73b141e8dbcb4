package store

import (
	"math"
	"slices"

	"roster"
	"roster/internal/directory"
)

const (
	groupColumns = `id, kind, number, name, description, created_at,
	active, alert_filter, sig_filter, landing_page, version`

	// A group has a member for each row: to delete a user deletes its rows.
	countMembers = `(SELECT COUNT(*) FROM group_members m
	WHERE m.organization = groups.organization AND m.group_number = groups.number)`
)

func scanGroup(org roster.OrganizationID, r scanner, more ...any) (g roster.Group, err error) {
	g.OrganizationID = org
	to := []any{
		(*string)(&g.ID), (*string)(&g.Kind),
		groupNumber{&g.Number},
		&g.Name, &g.Description,
		instant{&g.CreatedAt},
		&g.Active, &g.Routing.AlertFilter, &g.Routing.SigFilter,
		document{&g.Routing.LandingPage},
		&g.Version,
	}
	err = r.Scan(append(to, more...)...)
	return g, err
}

// nextNumber ends an INSERT whose record has the number $1, or the next one where $1 is 0. Two that
// take the next one at the same time collide on the unique index, and the transaction runs again.
const nextNumber = `CASE WHEN CAST($1 AS BIGINT) > 0 THEN CAST($1 AS BIGINT) ELSE `

// InsertGroup implements directory.GroupTx.
func (t *tx) InsertGroup(g roster.Group, key string) (number int64, err error) {
	const (
		insert = `INSERT INTO groups (number, id, organization, kind, name, name_key, description, created_at,
	active, alert_filter, sig_filter, landing_page, version)
	VALUES (CASE WHEN CAST($1 AS BIGINT) <> 0 THEN CAST($1 AS BIGINT) ELSE `
		values = ` END, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING number`
		aGroup = insert + `(SELECT COALESCE(MAX(number), 0) + 1 FROM groups WHERE organization = $3 AND number > 0)` + values
		aTeam  = insert + `(SELECT COALESCE(MIN(number), 0) - 1 FROM groups WHERE organization = $3 AND number < 0)` + values
	)
	text := aGroup
	if g.Kind == roster.KindTeam {
		text = aTeam
	}
	number, err = t.insertNumbered("insert group", text, storedGroup(g.Kind, g.Number),
		uid(g.ID), t.org(g.OrganizationID), string(g.Kind), g.Name, orNull(key), g.Description, micros(g.CreatedAt),
		g.Active, g.Routing.AlertFilter, g.Routing.SigFilter, string(g.Routing.LandingPage), g.Version)
	if err != nil {
		return 0, err
	}
	return storedGroup(g.Kind, number), t.insertTeamServices(g, number)
}

// insertNumbered puts an INSERT whose $1 is the record's number, 0 for the next.
func (t *tx) insertNumbered(doing, text string, given int64, args ...any) (number int64, err error) {
	t.numbering = given == 0
	_, err = t.one(doing, text, append([]any{given}, args...), &number)
	t.numbering = false
	return number, err
}

// FindGroups implements directory.GroupTx.
func (t *tx) FindGroups(org roster.OrganizationID, kind roster.GroupKind, refs []roster.Ref) ([]roster.Group, error) {
	return resolve(t, t.groupsNamed(org, kind, refs))
}

func (t *tx) groupsNamed(org roster.OrganizationID, kind roster.GroupKind, refs []roster.Ref) *resolution[roster.Group] {
	const text = `SELECT ` + groupColumns + `, name_key FROM groups
	WHERE organization = $1 AND kind = $2 AND COALESCE(name_key, '') <> ''`
	stored := slices.Clone(refs)
	for i := range stored {
		stored[i].Number = storedGroup(kind, stored[i].Number)
	}
	return &resolution[roster.Group]{
		doing: "find groups", text: text, args: []any{t.org(org), string(kind)}, refs: stored,
		scan: func(r scanner) (named[roster.Group], error) {
			var key string
			g, err := scanGroup(org, r, &key)
			return named[roster.Group]{g, string(g.ID), storedGroup(kind, g.Number), key}, err
		},
	}
}

// comparedOfGroups are the attributes of groups and teams that an index serves.
var comparedOfGroups = sqlAttributes{"id": {is: "id", present: "1 = 1", id: true}, "displayName": {is: "name_key", present: "1 = 1"}}

// orderOfGroups is byNumberOrName for groups of one kind. The numbers of teams are stored as
// negative ones, in the opposite order.
func orderOfGroups(q directory.GroupQuery) order {
	o := byNumberOrName("", q.Order)
	if q.Kind == roster.KindTeam && !q.Order.ByName {
		o.descending, o.after, o.least = !o.descending, storedGroup(q.Kind, q.Order.After.Number), math.MinInt64
	}
	return o
}

// Groups implements directory.GroupTx.
func (t *tx) Groups(org roster.OrganizationID, q directory.GroupQuery) (directory.Rows[roster.Group], error) {
	members := "0"
	if q.CountMembers {
		members = countMembers
	}
	rows, err := list(t, listing[roster.Group]{
		noun: "groups", columns: groupColumns + ", " + members, scan: countedGroupsOf(org),
		from:  func(b *query) error { return fromGroups(b, t.org(org), q) },
		order: orderOfGroups(q), limit: q.Limit, count: q.Count,
	})
	if err != nil || !q.Services {
		return rows, err
	}
	return rows, t.loadServices(org, rows.Records)
}

// countedGroupsOf returns a function that reads a group of the organization and counts its members.
func countedGroupsOf(org roster.OrganizationID) func(scanner) (roster.Group, error) {
	return func(r scanner) (roster.Group, error) {
		var members int64
		g, err := scanGroup(org, r, &members)
		g.MemberCount = members
		return g, err
	}
}

// fromGroups adds which groups are asked for.
func fromGroups(b *query, org any, q directory.GroupQuery) error {
	b.add(" FROM groups")
	b.where("organization = ?", org)
	b.where("kind = ?", string(q.Kind))
	switch { // a range of the numbers does not cross into the other kind's
	case q.Order.ByName:
	case q.Kind == roster.KindTeam:
		b.where("number < 0")
	default:
		b.where("number > 0")
	}
	b.where("name_key IS NOT NULL")
	if q.BusinessService != "" {
		b.where(`number IN (SELECT s.group_number FROM team_services s WHERE s.organization = ?
		AND s.service_number = (SELECT number FROM business_services WHERE organization = ? AND id = ?))`,
			org, org, uid(q.BusinessService))
	}
	if q.Among != nil {
		b.in("id", anyUID(q.Among))
	}
	return b.whereAll(comparedOfGroups, q.Where)
}
