package store

import (
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
)

// checkGroupsOf returns a function that reads a check group of the organization.
func checkGroupsOf(org roster.OrganizationID) func(scanner) (roster.CheckGroup, error) {
	return func(r scanner) (g roster.CheckGroup, err error) {
		g.OrganizationID = org
		return g, r.Scan(
			(*string)(&g.ID), &g.Number, &g.Name, &g.Description,
			&g.Version, instant{&g.CreatedAt}, instant{&g.UpdatedAt}, &g.CheckCount,
		)
	}
}

// InsertCheckGroup implements directory.CheckTx.
func (t *tx) InsertCheckGroup(g roster.CheckGroup, key string) (number int64, err error) {
	const text = `INSERT INTO check_groups (number, id, organization, name, name_key, description, version, created_at, updated_at)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM check_groups WHERE organization = $3) END,
	$2, $3, $4, $5, $6, $7, $8, $9) RETURNING number`
	return t.insertNumbered("insert check group", text, g.Number, uid(g.ID), t.org(g.OrganizationID), g.Name, orNull(key),
		g.Description, g.Version, micros(g.CreatedAt), micros(g.UpdatedAt))
}

// UpdateCheckGroup implements directory.CheckTx.
func (t *tx) UpdateCheckGroup(g roster.CheckGroup, key string) error {
	const text = `UPDATE check_groups SET name = $3, name_key = $4, description = $5, version = $6, updated_at = $7
	WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`
	return t.mustChange("check group", "update check group", text, t.org(g.OrganizationID), uid(g.ID), g.Name, orNull(key),
		g.Description, g.Version, micros(g.UpdatedAt))
}

// DeleteCheckGroup implements directory.CheckTx.
func (t *tx) DeleteCheckGroup(org roster.OrganizationID, id roster.CheckGroupID, at time.Time) error {
	const free = `UPDATE check_groups SET name_key = NULL, updated_at = $3
	WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL RETURNING number`
	number, err := t.changed("check group", "delete check group", free, t.org(org), uid(id), micros(at))
	if err != nil {
		return err
	}
	const out = `UPDATE checks SET check_group_number = NULL, version = version + 1, updated_at = $3
	WHERE organization = $1 AND check_group_number = $2`
	if err := t.put("empty check group", out, t.org(org), number, micros(at)); err != nil {
		return err
	}
	const entries = `DELETE FROM check_permissions WHERE organization = $1 AND check_group_number = $2`
	return t.put("delete entries on check group", entries, t.org(org), number)
}

// checksOfGroup are the checks in a check group g.
const checksOfGroup = `SELECT 1 FROM checks c
	WHERE c.organization = g.organization AND c.check_group_number = g.number AND c.name_key IS NOT NULL`

// comparedOfCheckGroups are the attributes of check groups that an index serves.
var comparedOfCheckGroups = sqlAttributes{"id": {is: "g.id", present: "1 = 1", id: true}, "displayName": {is: "g.name_key", present: "1 = 1"}}

// CheckGroups implements directory.CheckTx.
func (t *tx) CheckGroups(org roster.OrganizationID, q directory.CheckGroupQuery) (directory.Rows[roster.CheckGroup], error) {
	counted, args := checksOfGroup, []any(nil)
	if seen, of := seenChecks(t.org(org), q.Scope); seen != "" {
		counted, args = counted+" AND "+seen, of
	}
	return list(t, listing[roster.CheckGroup]{
		noun: "check groups", scan: checkGroupsOf(org),
		columns: `g.id, g.number, g.name, g.description, g.version, g.created_at, g.updated_at,
	(SELECT COUNT(*) FROM (` + counted + `) AS counted)`, args: args,
		from: func(b *query) error {
			b.add(" FROM check_groups g")
			b.where("g.organization = ?", t.org(org))
			b.where("g.name_key IS NOT NULL")
			if q.Scope != nil {
				b.whereCheckGroupSeen(t.org(org), *q.Scope)
			}
			return b.whereAll(comparedOfCheckGroups, q.Where)
		},
		order: byNumberOrName("g.", q.Order), limit: q.Limit, count: q.Count,
	})
}

// whereCheckGroupSeen keeps what is about a check group g in the scope.
func (q *query) whereCheckGroupSeen(org any, scope directory.CheckScope) {
	told, args := toldGroups(org, scope.Groups)
	cond := "EXISTS (" + checksOfGroup + " AND " + told + ")"
	if scope.User != "" {
		cond, args = "("+cond+" OR g.number IN ("+entriesOf+"))", append(args, entryArgs(org, scope.User)...)
	}
	q.where(cond, args...)
}

// PutCheckPermission implements directory.CheckTx.
func (t *tx) PutCheckPermission(org roster.OrganizationID, p roster.CheckPermission) (roster.CheckPermission, error) {
	const (
		insert = `INSERT INTO check_permissions (organization, id, check_group_number, user_number, group_number, access_level, notify, created_at)
	VALUES ($1, $2, (SELECT number FROM check_groups WHERE organization = $1 AND id = $3), $4,
	(SELECT number FROM groups WHERE organization = $1 AND id = $5), $6, $7, $8)`
		change   = ` DO UPDATE SET access_level = excluded.access_level, notify = excluded.notify RETURNING id, created_at`
		ofUser   = insert + ` ON CONFLICT (organization, user_number, check_group_number) WHERE user_number IS NOT NULL` + change
		ofAGroup = insert + ` ON CONFLICT (organization, group_number, check_group_number) WHERE group_number IS NOT NULL` + change
	)
	text, user := ofAGroup, any(nil)
	if p.User.Number != 0 {
		text, user = ofUser, p.User.Number
	}
	_, err := t.one("put entry on check group", text, []any{
		t.org(org), uid(p.ID), uid(p.CheckGroup.ID), user, uid(p.Group.ID), string(p.AccessLevel), p.Notify, micros(p.CreatedAt),
	}, (*string)(&p.ID), instant{&p.CreatedAt})
	return p, err
}

// DeleteCheckPermission implements directory.CheckTx.
func (t *tx) DeleteCheckPermission(org roster.OrganizationID, id roster.CheckPermissionID) error {
	const text = `DELETE FROM check_permissions WHERE organization = $1 AND id = $2`
	return t.mustChange("entry", "delete entry on check group", text, t.org(org), uid(id))
}

// CheckPermissions implements directory.CheckTx. An entry that came in while its user or group was
// being deleted is not shown.
func (t *tx) CheckPermissions(org roster.OrganizationID, q directory.CheckPermissionQuery) (directory.Rows[roster.CheckPermission], error) {
	return list(t, listing[roster.CheckPermission]{
		noun: "entries on check groups", scan: scanCheckPermission,
		columns: `p.id, p.access_level, p.notify, p.created_at, g.id, g.number, g.name,
	u.id, COALESCE(u.number, 0), COALESCE(u.user_name, ''), x.id, COALESCE(x.number, 0), COALESCE(x.name, '')`,
		from: func(b *query) error {
			fromEntries(b, t.org(org), q)
			return nil
		},
		order: byID("p.id", false, q.After), limit: q.Limit, count: q.Count,
	})
}

func scanCheckPermission(r scanner) (p roster.CheckPermission, err error) {
	return p, r.Scan((*string)(&p.ID), (*string)(&p.AccessLevel), &p.Notify, instant{&p.CreatedAt},
		(*string)(&p.CheckGroup.ID), &p.CheckGroup.Number, &p.CheckGroup.Name,
		optional{(*string)(&p.User.ID)}, &p.User.Number, &p.User.Name, optional{(*string)(&p.Group.ID)}, groupNumber{&p.Group.Number}, &p.Group.Name)
}

// fromEntries adds which entries p are asked for.
func fromEntries(b *query, org any, q directory.CheckPermissionQuery) {
	b.add(` FROM check_permissions p
	JOIN check_groups g ON g.organization = p.organization AND g.number = p.check_group_number
	LEFT JOIN users u ON u.organization = p.organization AND u.number = p.user_number
	LEFT JOIN groups x ON x.organization = p.organization AND x.number = p.group_number`)
	b.where("p.organization = ?", org)
	b.where("(u.user_key IS NOT NULL OR x.name_key IS NOT NULL)")
	if q.ID != "" {
		b.where("p.id = ?", uid(q.ID))
	}
	if q.CheckGroup != "" {
		b.where("p.check_group_number = (SELECT number FROM check_groups WHERE organization = ? AND id = ?)", org, uid(q.CheckGroup))
	}
	if q.Group != "" {
		b.where("p.group_number = (SELECT number FROM groups WHERE organization = ? AND id = ?)", org, uid(q.Group))
	}
	if q.Users != nil {
		b.where("p.user_number IN (SELECT number FROM users")
		b.cond = false
		b.where("organization = ?", org)
		b.in("id", anyUID(q.Users))
		b.add(")")
	}
	if q.Scope != nil {
		b.whereCheckGroupSeen(org, *q.Scope)
		b.whereEntryConcerns(org, *q.Scope)
	}
}

// whereEntryConcerns keeps the entries p that are for a group of the scope or a member of one, or
// for the scope's user or a group of that user.
func (q *query) whereEntryConcerns(org any, scope directory.CheckScope) {
	conds, args := []string{"1 = 0"}, []any(nil)
	if len(scope.Groups) > 0 {
		among, groups := oneOf(anyUID(scope.Groups))
		numbers, groups := "(SELECT number FROM groups WHERE organization = ? AND id IN ("+among+"))", append([]any{org}, groups...)
		conds = append(conds, "p.group_number IN "+numbers, `EXISTS (SELECT 1 FROM group_members m
		WHERE m.organization = p.organization AND m.user_number = p.user_number AND m.group_number IN `+numbers+`)`)
		args = append(append(args, groups...), groups...)
	}
	if scope.User != "" {
		conds = append(conds, `p.user_number IN (SELECT number FROM users WHERE organization = ? AND id = ?)`,
			`p.group_number IN (SELECT m.group_number FROM users u CROSS JOIN group_members m
		WHERE m.organization = u.organization AND m.user_number = u.number AND u.organization = ? AND u.id = ?)`)
		args = append(args, entryArgs(org, scope.User)...)
	}
	q.where("("+strings.Join(conds, " OR ")+")", args...)
}

// The ids of what an entry p is on and for.
const (
	checkGroupOf = `(SELECT g.id FROM check_groups g WHERE g.organization = p.organization AND g.number = p.check_group_number)`
	groupOf      = `(SELECT g.id FROM groups g WHERE g.organization = p.organization AND g.number = p.group_number)`
)

const ofUser = ` AND u.organization = $1 AND u.id = $2`

// UserCheckGrants implements directory.CheckTx. A user who is deleted has no entries and is in no
// group.
func (t *tx) UserCheckGrants(org roster.OrganizationID, users []int64) (grants []directory.CheckGrant, err error) {
	const text = `SELECT ` + checkGroupOf + `, p.user_number, ` + noID + `, p.access_level FROM check_permissions p
	WHERE p.organization = $1 AND p.user_number IN ($*)` + giving + `
	UNION ALL SELECT ` + checkGroupOf + `, m.user_number, ` + groupOf + `, p.access_level FROM group_members m CROSS JOIN check_permissions p
	WHERE p.organization = m.organization AND p.group_number = m.group_number AND m.organization = $1 AND m.user_number IN ($*)` + giving
	for some := range slices.Chunk(users, maxList) {
		args, n := numberArgs([]any{t.org(org)}, some)
		found, err := collect(t, "read what entries give users", t.texts.list(text, 2, n), args, scanCheckGrant)
		if err != nil {
			return nil, err
		}
		grants = append(grants, found...)
	}
	return grants, nil
}

// GroupCheckGrants implements directory.CheckTx.
func (t *tx) GroupCheckGrants(org roster.OrganizationID, groups []roster.GroupID) ([]directory.CheckGrant, error) {
	b := newQuery(`SELECT ` + checkGroupOf + `, 0, ` + groupOf + `, p.access_level FROM check_permissions p`)
	b.where("p.organization = ?", t.org(org))
	if len(groups) == 0 {
		return nil, nil
	}
	b.where("p.group_number")
	b.amongGroups(t.org(org), groups)
	b.add(giving)
	return collect(t, "read what entries give groups", b.text.String(), b.args, scanCheckGrant)
}

func scanCheckGrant(r scanner) (g directory.CheckGrant, err error) {
	return g, r.Scan((*string)(&g.CheckGroup), &g.User, optional{(*string)(&g.Group)}, (*string)(&g.AccessLevel))
}

// CheckAccess implements directory.CheckTx.
func (t *tx) CheckAccess(org roster.OrganizationID, user roster.UserID) (map[roster.CheckGroupID]roster.AccessLevel, error) {
	const text = `SELECT ` + checkGroupOf + `, p.access_level` + entriesOfUser + ofUser +
		` UNION ALL SELECT ` + checkGroupOf + `, p.access_level` + entriesOfGroups + ofUser
	access := map[roster.CheckGroupID]roster.AccessLevel{}
	err := t.each("read entries of user", text, []any{t.org(org), uid(user)}, func(r scanner) error {
		var id roster.CheckGroupID
		var level roster.AccessLevel
		if err := r.Scan((*string)(&id), (*string)(&level)); err != nil {
			return err
		}
		if level.Permissions().Has(access[id].Permissions()) { // each holds what those below it hold
			access[id] = level
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return access, nil
}
