package store

import (
	"roster"
	"roster/internal/directory"
)

const (
	groupColumns = `id, organization_id, kind, number, name, description, created_at,
	active, alert_filter, sig_filter, landing_page, version`

	// A group has a member for each row: to delete a user deletes its rows.
	countMembers = `(SELECT COUNT(*) FROM group_members m
	WHERE m.organization_id = groups.organization_id AND m.group_id = groups.id)`
)

func scanGroup(r scanner, more ...any) (g roster.Group, err error) {
	to := []any{
		(*string)(&g.ID), (*string)(&g.OrganizationID), (*string)(&g.Kind), &g.Number, &g.Name, &g.Description,
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
	const text = `INSERT INTO groups (number, id, organization_id, kind, name, name_key, description, created_at,
	active, alert_filter, sig_filter, landing_page, version)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM groups WHERE organization_id = $3 AND kind = $4) END,
	$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING number`
	number, err = t.insertNumbered("insert group", text, g.Number,
		string(g.ID), string(g.OrganizationID), string(g.Kind), g.Name, orNull(key), g.Description, micros(g.CreatedAt),
		g.Active, g.Routing.AlertFilter, g.Routing.SigFilter, string(g.Routing.LandingPage), g.Version)
	if err != nil {
		return 0, err
	}
	return number, t.insertTeamServices(g)
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
	const text = `SELECT ` + groupColumns + `, name_key FROM groups
	WHERE organization_id = $1 AND kind = $2 AND COALESCE(name_key, '') <> ''`
	return resolve(t, "find groups", text, []any{string(org), string(kind)}, refs, func(r scanner) (named[roster.Group], error) {
		var key string
		g, err := scanGroup(r, &key)
		return named[roster.Group]{g, string(g.ID), g.Number, key}, err
	})
}

// comparedOfGroups are the attributes of groups and teams that an index serves.
var comparedOfGroups = sqlAttributes{"id": {"id", "1 = 1"}, "displayName": {"name_key", "1 = 1"}}

// Groups implements directory.GroupTx.
func (t *tx) Groups(org roster.OrganizationID, q directory.GroupQuery) (directory.Rows[roster.Group], error) {
	members := "0"
	if q.CountMembers {
		members = countMembers
	}
	rows, err := list(t, listing[roster.Group]{
		noun: "groups", columns: groupColumns + ", " + members, scan: scanCountedGroup,
		from:  func(b *query) error { return fromGroups(b, org, q) },
		order: byNumberOrName("", q.Order), limit: q.Limit, count: q.Count,
	})
	if err != nil || !q.Services {
		return rows, err
	}
	return rows, t.loadServices(org, rows.Records)
}

func scanCountedGroup(r scanner) (roster.Group, error) {
	var members int64
	g, err := scanGroup(r, &members)
	g.MemberCount = members
	return g, err
}

// fromGroups adds which groups are asked for.
func fromGroups(b *query, org roster.OrganizationID, q directory.GroupQuery) error {
	b.add(" FROM groups")
	b.where("organization_id = ?", string(org))
	b.where("kind = ?", string(q.Kind))
	b.where("name_key IS NOT NULL")
	if q.BusinessService != "" {
		b.where(`id IN (SELECT group_id FROM team_services s WHERE s.organization_id = ? AND s.service_id = ?)`, string(org), string(q.BusinessService))
	}
	if q.Among != nil {
		b.in("id", anyOf(q.Among))
	}
	return b.whereAll(comparedOfGroups, q.Where)
}
