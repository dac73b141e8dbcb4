package store

import (
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
)

func scanCheckGroup(r scanner) (g roster.CheckGroup, err error) {
	return g, r.Scan(
		(*string)(&g.ID), (*string)(&g.OrganizationID), &g.Number, &g.Name, &g.Description,
		&g.Version, instant{&g.CreatedAt}, instant{&g.UpdatedAt}, &g.CheckCount,
	)
}

// InsertCheckGroup implements directory.CheckTx.
func (t *tx) InsertCheckGroup(g roster.CheckGroup, key string) (number int64, err error) {
	const text = `INSERT INTO check_groups (number, id, organization_id, name, name_key, description, version, created_at, updated_at)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM check_groups WHERE organization_id = $3) END,
	$2, $3, $4, $5, $6, $7, $8, $9) RETURNING number`
	return t.insertNumbered("insert check group", text, g.Number, string(g.ID), string(g.OrganizationID), g.Name, orNull(key),
		g.Description, g.Version, micros(g.CreatedAt), micros(g.UpdatedAt))
}

// UpdateCheckGroup implements directory.CheckTx.
func (t *tx) UpdateCheckGroup(g roster.CheckGroup, key string) error {
	const text = `UPDATE check_groups SET name = $3, name_key = $4, description = $5, version = $6, updated_at = $7
	WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	return t.mustChange("check group", "update check group", text, string(g.OrganizationID), string(g.ID), g.Name, orNull(key),
		g.Description, g.Version, micros(g.UpdatedAt))
}

// DeleteCheckGroup implements directory.CheckTx.
func (t *tx) DeleteCheckGroup(org roster.OrganizationID, id roster.CheckGroupID, at time.Time) error {
	const free = `UPDATE check_groups SET name_key = NULL, updated_at = $3
	WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	if err := t.mustChange("check group", "delete check group", free, string(org), string(id), micros(at)); err != nil {
		return err
	}
	const out = `UPDATE checks SET check_group_id = NULL, version = version + 1, updated_at = $3
	WHERE organization_id = $1 AND check_group_id = $2`
	if err := t.put("empty check group", out, string(org), string(id), micros(at)); err != nil {
		return err
	}
	const entries = `DELETE FROM check_permissions WHERE organization_id = $1 AND check_group_id = $2`
	return t.put("delete entries on check group", entries, string(org), string(id))
}

// checksOfGroup are the checks in a check group g.
const checksOfGroup = `SELECT 1 FROM checks c
	WHERE c.organization_id = g.organization_id AND c.check_group_id = g.id AND c.name_key IS NOT NULL`

// comparedOfCheckGroups are the attributes of check groups that an index serves.
var comparedOfCheckGroups = sqlAttributes{"id": {"g.id", "1 = 1"}, "displayName": {"g.name_key", "1 = 1"}}

// CheckGroups implements directory.CheckTx.
func (t *tx) CheckGroups(org roster.OrganizationID, q directory.CheckGroupQuery) (directory.Rows[roster.CheckGroup], error) {
	counted, args := checksOfGroup, []any(nil)
	if seen, of := seenChecks(org, q.Scope); seen != "" {
		counted, args = counted+" AND "+seen, of
	}
	return list(t, listing[roster.CheckGroup]{
		noun: "check groups", scan: scanCheckGroup,
		columns: `g.id, g.organization_id, g.number, g.name, g.description, g.version, g.created_at, g.updated_at,
	(SELECT COUNT(*) FROM (` + counted + `) AS counted)`, args: args,
		from: func(b *query) error {
			b.add(" FROM check_groups g")
			b.where("g.organization_id = ?", string(org))
			b.where("g.name_key IS NOT NULL")
			if q.Scope != nil {
				b.whereCheckGroupSeen(org, *q.Scope)
			}
			return b.whereAll(comparedOfCheckGroups, q.Where)
		},
		order: byNumberOrName("g.", q.Order), limit: q.Limit, count: q.Count,
	})
}

// whereCheckGroupSeen keeps what is about a check group g in the scope.
func (q *query) whereCheckGroupSeen(org roster.OrganizationID, scope directory.CheckScope) {
	told, args := toldGroups(scope.Groups)
	cond := "EXISTS (" + checksOfGroup + " AND " + told + ")"
	if scope.User != "" {
		cond, args = "("+cond+" OR g.id IN ("+entriesOf+"))", append(args, entryArgs(org, scope.User)...)
	}
	q.where(cond, args...)
}

// PutCheckPermission implements directory.CheckTx.
func (t *tx) PutCheckPermission(org roster.OrganizationID, p roster.CheckPermission) (roster.CheckPermission, error) {
	const (
		insert = `INSERT INTO check_permissions (organization_id, id, check_group_id, user_number, group_id, access_level, notify, created_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
		change   = ` DO UPDATE SET access_level = excluded.access_level, notify = excluded.notify RETURNING id, created_at`
		ofUser   = insert + ` ON CONFLICT (organization_id, check_group_id, user_number) WHERE user_number IS NOT NULL` + change
		ofAGroup = insert + ` ON CONFLICT (organization_id, check_group_id, group_id) WHERE group_id IS NOT NULL` + change
	)
	text, user := ofAGroup, any(nil)
	if p.User.Number != 0 {
		text, user = ofUser, p.User.Number
	}
	_, err := t.one("put entry on check group", text, []any{
		string(org), string(p.ID), string(p.CheckGroup.ID), user, orNull(p.Group.ID), string(p.AccessLevel), p.Notify, micros(p.CreatedAt),
	}, (*string)(&p.ID), instant{&p.CreatedAt})
	return p, err
}

// DeleteCheckPermission implements directory.CheckTx.
func (t *tx) DeleteCheckPermission(org roster.OrganizationID, id roster.CheckPermissionID) error {
	const text = `DELETE FROM check_permissions WHERE organization_id = $1 AND id = $2`
	return t.mustChange("entry", "delete entry on check group", text, string(org), string(id))
}

// CheckPermissions implements directory.CheckTx. An entry that came in while its user or group was
// being deleted is not shown.
func (t *tx) CheckPermissions(org roster.OrganizationID, q directory.CheckPermissionQuery) (directory.Rows[roster.CheckPermission], error) {
	return list(t, listing[roster.CheckPermission]{
		noun: "entries on check groups", scan: scanCheckPermission,
		columns: `p.id, p.access_level, p.notify, p.created_at, g.id, g.number, g.name,
	COALESCE(u.id, ''), COALESCE(u.number, 0), COALESCE(u.user_name, ''), COALESCE(x.id, ''), COALESCE(x.number, 0), COALESCE(x.name, '')`,
		from: func(b *query) error {
			fromEntries(b, org, q)
			return nil
		},
		order: ascending("p.id", q.After), limit: q.Limit, count: q.Count,
	})
}

func scanCheckPermission(r scanner) (p roster.CheckPermission, err error) {
	return p, r.Scan((*string)(&p.ID), (*string)(&p.AccessLevel), &p.Notify, instant{&p.CreatedAt},
		(*string)(&p.CheckGroup.ID), &p.CheckGroup.Number, &p.CheckGroup.Name,
		(*string)(&p.User.ID), &p.User.Number, &p.User.Name, (*string)(&p.Group.ID), &p.Group.Number, &p.Group.Name)
}

// fromEntries adds which entries p are asked for.
func fromEntries(b *query, org roster.OrganizationID, q directory.CheckPermissionQuery) {
	b.add(` FROM check_permissions p
	JOIN check_groups g ON g.organization_id = p.organization_id AND g.id = p.check_group_id
	LEFT JOIN users u ON u.organization_id = p.organization_id AND u.number = p.user_number
	LEFT JOIN groups x ON x.organization_id = p.organization_id AND x.id = p.group_id`)
	b.where("p.organization_id = ?", string(org))
	b.where("(u.user_key IS NOT NULL OR x.name_key IS NOT NULL)")
	if q.ID != "" {
		b.where("p.id = ?", string(q.ID))
	}
	if q.CheckGroup != "" {
		b.where("p.check_group_id = ?", string(q.CheckGroup))
	}
	if q.Group != "" {
		b.where("p.group_id = ?", string(q.Group))
	}
	if q.Users != nil {
		b.where("p.user_number IN (SELECT number FROM users")
		b.cond = false
		b.where("organization_id = ?", string(org))
		b.in("id", anyOf(q.Users))
		b.add(")")
	}
	if q.Scope != nil {
		b.whereCheckGroupSeen(org, *q.Scope)
		b.whereEntryConcerns(org, *q.Scope)
	}
}

// whereEntryConcerns keeps the entries p that are for a group of the scope or a member of one, or
// for the scope's user or a group of that user.
func (q *query) whereEntryConcerns(org roster.OrganizationID, scope directory.CheckScope) {
	conds, args := []string{"1 = 0"}, []any(nil)
	if len(scope.Groups) > 0 {
		among, groups := oneOf(anyOf(scope.Groups))
		conds = append(conds, "p.group_id IN ("+among+")", `EXISTS (SELECT 1 FROM group_members m
		WHERE m.organization_id = p.organization_id AND m.user_number = p.user_number AND m.group_id IN (`+among+`))`)
		args = append(append(args, groups...), groups...)
	}
	if scope.User != "" {
		conds = append(conds, `p.user_number IN (SELECT number FROM users WHERE organization_id = ? AND id = ?)`,
			`p.group_id IN (SELECT m.group_id FROM users u CROSS JOIN group_members m
		WHERE m.organization_id = u.organization_id AND m.user_number = u.number AND u.organization_id = ? AND u.id = ?)`)
		args = append(args, entryArgs(org, scope.User)...)
	}
	q.where("("+strings.Join(conds, " OR ")+")", args...)
}

const ofUser = ` AND u.organization_id = $1 AND u.id = $2`

// UserCheckGrants implements directory.CheckTx. A user who is deleted has no entries and is in no
// group.
func (t *tx) UserCheckGrants(org roster.OrganizationID, users []int64) (grants []directory.CheckGrant, err error) {
	const text = `SELECT p.check_group_id, p.user_number, '', p.access_level FROM check_permissions p
	WHERE p.organization_id = $1 AND p.user_number IN ($*)` + giving + `
	UNION ALL SELECT p.check_group_id, m.user_number, p.group_id, p.access_level FROM group_members m CROSS JOIN check_permissions p
	WHERE p.organization_id = m.organization_id AND p.group_id = m.group_id AND m.organization_id = $1 AND m.user_number IN ($*)` + giving
	for some := range slices.Chunk(users, maxList) {
		args, n := numberArgs([]any{string(org)}, some)
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
	b := newQuery(`SELECT p.check_group_id, 0, p.group_id, p.access_level FROM check_permissions p`)
	b.where("p.organization_id = ?", string(org))
	b.in("p.group_id", anyOf(groups))
	b.add(giving)
	return collect(t, "read what entries give groups", b.text.String(), b.args, scanCheckGrant)
}

func scanCheckGrant(r scanner) (g directory.CheckGrant, err error) {
	return g, r.Scan((*string)(&g.CheckGroup), &g.User, (*string)(&g.Group), (*string)(&g.AccessLevel))
}

// CheckAccess implements directory.CheckTx.
func (t *tx) CheckAccess(org roster.OrganizationID, user roster.UserID) (map[roster.CheckGroupID]roster.AccessLevel, error) {
	const text = `SELECT p.check_group_id, p.access_level` + entriesOfUser + ofUser +
		` UNION ALL SELECT p.check_group_id, p.access_level` + entriesOfGroups + ofUser
	access := map[roster.CheckGroupID]roster.AccessLevel{}
	err := t.each("read entries of user", text, []any{string(org), string(user)}, func(r scanner) error {
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
