package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	checkColumns = `c.id, c.organization_id, c.number, c.name, c.description, c.email_alias,
	COALESCE(g.id, ''), COALESCE(g.number, 0), COALESCE(g.name, ''),
	c.definition, c.status, c.status_at, c.version, c.created_at, c.updated_at`

	checksInGroups = `checks c LEFT JOIN check_groups g ON g.organization_id = c.organization_id AND g.id = c.check_group_id AND g.name_key IS NOT NULL`
)

func scanCheck(r scanner) (c roster.Check, err error) {
	err = r.Scan(
		(*string)(&c.ID), (*string)(&c.OrganizationID), &c.Number, &c.Name, &c.Description, &c.EmailAlias,
		(*string)(&c.CheckGroup.ID), &c.CheckGroup.Number, &c.CheckGroup.Name,
		definitionOf{&c}, (*string)(&c.Status), instant{&c.StatusAt}, &c.Version, instant{&c.CreatedAt}, instant{&c.UpdatedAt},
	)
	return c, err
}

// InsertCheck implements directory.CheckTx.
func (t *tx) InsertCheck(c roster.Check, key, aliasKey string) (number int64, err error) {
	const text = `INSERT INTO checks (number, id, organization_id, name, name_key, description, email_alias, alias_key,
	check_group_id, definition, status, status_at, version, created_at, updated_at)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM checks WHERE organization_id = $3) END,
	$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING number`
	definition, err := definitionText(c)
	if err != nil {
		return 0, err
	}
	number, err = t.insertNumbered("insert check", text, c.Number,
		string(c.ID), string(c.OrganizationID), c.Name, orNull(key), c.Description, c.EmailAlias, orNull(aliasKey),
		orNull(c.CheckGroup.ID), definition, string(c.Status), micros(c.StatusAt), c.Version, micros(c.CreatedAt), micros(c.UpdatedAt))
	if err != nil {
		return 0, err
	}
	if err := t.insertProgram(c); err != nil {
		return 0, err
	}
	return number, t.insertTold(c)
}

// insertTold stores which groups and teams are told of a check.
func (t *tx) insertTold(c roster.Check) error {
	const text = `INSERT INTO check_told_groups (organization_id, check_id, group_id) VALUES`
	var rows []any
	for _, groups := range [][]roster.GroupLink{c.Groups, c.Teams} {
		for _, g := range groups {
			rows = append(rows, string(c.OrganizationID), string(c.ID), string(g.ID))
		}
	}
	return t.insertRows("insert told groups of check", text, 3, rows)
}

// UpdateCheck implements directory.CheckTx.
func (t *tx) UpdateCheck(c roster.Check, key, aliasKey string) error {
	const text = `UPDATE checks SET name = $3, name_key = $4, description = $5, email_alias = $6, alias_key = $7,
	check_group_id = $8, definition = $9, version = $10, updated_at = $11
	WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	definition, err := definitionText(c)
	if err != nil {
		return err
	}
	err = t.mustChange("check", "update check", text, string(c.OrganizationID), string(c.ID), c.Name, orNull(key), c.Description,
		c.EmailAlias, orNull(aliasKey), orNull(c.CheckGroup.ID), definition, c.Version, micros(c.UpdatedAt))
	if err != nil {
		return err
	}
	if err := t.dropTold(c.OrganizationID, c.ID); err != nil {
		return err
	}
	if err := t.dropProgram(c.OrganizationID, c.ID); err != nil {
		return err
	}
	if err := t.insertProgram(c); err != nil {
		return err
	}
	return t.insertTold(c)
}

func (t *tx) dropTold(org roster.OrganizationID, id roster.CheckID) error {
	const text = `DELETE FROM check_told_groups WHERE organization_id = $1 AND check_id = $2`
	return t.put("drop told groups of check", text, string(org), string(id))
}

// DeleteCheck implements directory.CheckTx. The row stays for the events that refer to it.
func (t *tx) DeleteCheck(org roster.OrganizationID, id roster.CheckID, at time.Time) error {
	const text = `UPDATE checks SET name_key = NULL, alias_key = NULL, check_group_id = NULL, updated_at = $3
	WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	if err := t.mustChange("check", "delete check", text, string(org), string(id), micros(at)); err != nil {
		return err
	}
	if err := t.dropProgram(org, id); err != nil {
		return err
	}
	return t.dropTold(org, id)
}

// forgetTold takes a group that is being deleted from the checks that name it, and ends its
// entries.
func (t *tx) forgetTold(org roster.OrganizationID, id roster.GroupID, at time.Time) error {
	const versions = `UPDATE checks SET version = version + 1, updated_at = $3 WHERE organization_id = $1 AND id IN
	(SELECT check_id FROM check_told_groups WHERE organization_id = $1 AND group_id = $2)`
	if err := t.put("delete told group", versions, string(org), string(id), micros(at)); err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM check_told_groups WHERE organization_id = $1 AND group_id = $2`,
		`DELETE FROM check_permissions WHERE organization_id = $1 AND group_id = $2`,
	} {
		if err := t.put("delete told group", text, string(org), string(id)); err != nil {
			return err
		}
	}
	return nil
}

// Checks implements directory.CheckTx.
func (t *tx) Checks(org roster.OrganizationID, q directory.CheckQuery) (directory.Rows[roster.Check], error) {
	rows, err := list(t, listing[roster.Check]{
		noun: "checks", columns: checkColumns, scan: scanCheck,
		from:  func(b *query) error { return fromChecks(b, checksInGroups, org, q) },
		order: byNumberOrName("c.", q.Order), limit: q.Limit, count: q.Count,
	})
	if err != nil || !q.Told {
		return rows, err
	}
	return rows, t.loadTold(org, rows.Records)
}

// CheckIDs implements directory.CheckTx.
func (t *tx) CheckIDs(org roster.OrganizationID, q directory.CheckQuery) ([]roster.CheckID, error) {
	rows, err := list(t, listing[roster.CheckID]{
		noun: "ids of checks", columns: "c.id",
		scan:  func(r scanner) (id roster.CheckID, err error) { return id, r.Scan((*string)(&id)) },
		from:  func(b *query) error { return fromChecks(b, "checks c", org, q) },
		order: byNumberOrName("c.", q.Order), limit: q.Limit,
	})
	return rows.Records, err
}

// comparedOfChecks are the attributes of checks that an index serves.
var comparedOfChecks = sqlAttributes{"id": {"c.id", "1 = 1"}, "displayName": {"c.name_key", "1 = 1"}, "emailAlias": {"c.alias_key", "c.alias_key IS NOT NULL"}}

// fromChecks adds which checks c are asked for, from a table or a join.
func fromChecks(b *query, from string, org roster.OrganizationID, q directory.CheckQuery) error {
	b.add(" FROM " + from)
	b.where("c.organization_id = ?", string(org))
	b.where("c.name_key IS NOT NULL")
	if err := b.whereAll(comparedOfChecks, q.Where); err != nil {
		return err
	}
	if q.Among != nil {
		b.in("c.id", anyOf(q.Among))
	}
	if q.CheckGroup != "" {
		b.where("c.check_group_id = ?", string(q.CheckGroup))
	}
	if cond, args := seenChecks(org, q.Scope); cond != "" {
		b.where(cond, args...)
	}
	return nil
}

// anyOf returns ids as arguments.
func anyOf[T ~string](ids []T) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = string(id)
	}
	return args
}

// entriesOf are the check groups on which a user, or one of its groups, has an entry that gives
// something: organization and user, twice, are its arguments. CROSS JOIN keeps SQLite from
// beginning with all entries.
const (
	giving        = ` AND p.access_level IN ('readonly', 'user', 'editor', 'manager', 'administrator')`
	entriesOfUser = ` FROM users u CROSS JOIN check_permissions p
	WHERE p.organization_id = u.organization_id AND p.user_number = u.number AND u.user_key IS NOT NULL` + giving
	entriesOfGroups = ` FROM users u CROSS JOIN group_members m CROSS JOIN check_permissions p
	WHERE m.organization_id = u.organization_id AND m.user_number = u.number
	AND p.organization_id = m.organization_id AND p.group_id = m.group_id AND u.user_key IS NOT NULL` + giving
	entriesOf = `SELECT p.check_group_id` + entriesOfUser + ` AND u.organization_id = ? AND u.id = ?
	UNION ALL SELECT p.check_group_id` + entriesOfGroups + ` AND u.organization_id = ? AND u.id = ?`
)

// seenChecks is the condition that a check c is in the scope, with its arguments; "" where the
// scope is nil.
func seenChecks(org roster.OrganizationID, scope *directory.CheckScope) (cond string, args []any) {
	if scope == nil {
		return "", nil
	}
	told, args := toldGroups(scope.Groups)
	if scope.User == "" {
		return told, args
	}
	return "(" + told + " OR c.check_group_id IN (" + entriesOf + "))", append(args, entryArgs(org, scope.User)...)
}

func entryArgs(org roster.OrganizationID, user roster.UserID) []any {
	return []any{string(org), string(user), string(org), string(user)}
}

// toldGroups is the condition that a check c names one of the groups.
func toldGroups(groups []roster.GroupID) (cond string, args []any) {
	if len(groups) == 0 {
		return "1 = 0", nil
	}
	among, args := oneOf(anyOf(groups))
	return `EXISTS (SELECT 1 FROM check_told_groups t WHERE t.organization_id = c.organization_id AND t.check_id = c.id
		AND t.group_id IN (` + among + "))", args
}

// loadTold fills in the groups and teams that are told of checks.
func (t *tx) loadTold(org roster.OrganizationID, checks []roster.Check) error {
	const text = `SELECT t.check_id, g.kind, g.id, g.number, g.name FROM check_told_groups t
	JOIN groups g ON g.organization_id = t.organization_id AND g.id = t.group_id
	WHERE t.organization_id = $1 AND t.check_id IN ($*) AND g.name_key IS NOT NULL`
	at := make(map[roster.CheckID]*roster.Check, len(checks))
	for i := range checks {
		at[checks[i].ID] = &checks[i]
	}
	for i := 0; i < len(checks); i += maxList {
		some := checks[i:min(i+maxList, len(checks))]
		args, n := listArgs(string(org), some, func(c roster.Check) any { return string(c.ID) })
		err := t.each("read told groups of checks", t.texts.list(text, 2, n), args, func(r scanner) error {
			var id roster.CheckID
			var kind roster.GroupKind
			var g roster.GroupLink
			if err := r.Scan((*string)(&id), (*string)(&kind), (*string)(&g.ID), &g.Number, &g.Name); err != nil {
				return err
			}
			if c := at[id]; kind == roster.KindTeam {
				c.Teams = append(c.Teams, g)
			} else {
				c.Groups = append(c.Groups, g)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i := range checks {
		sortLinks(checks[i].Groups)
		sortLinks(checks[i].Teams)
	}
	return nil
}

// checkState is answered by an index alone: without the range of versions, which is all of them,
// SQLite takes that of the names.
const checkState = `SELECT COUNT(*), COALESCE(MAX(number), 0), CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM checks
	WHERE organization_id = $1 AND version > 0 AND name_key IS NOT NULL`

// CheckState implements directory.CheckTx.
func (t *tx) CheckState(org roster.OrganizationID) (s directory.CheckState, err error) {
	_, err = t.one("read state of checks", checkState, []any{string(org)}, &s.Checks, &s.LastNumber, &s.Versions)
	return s, err
}

// SetCheckStatus implements directory.CheckTx.
func (t *tx) SetCheckStatus(org roster.OrganizationID, id roster.CheckID, s roster.Status, at time.Time) error {
	const text = `UPDATE checks SET status = $3, status_at = $4
	WHERE organization_id = $1 AND id = $2 AND status_at <= $4 AND name_key IS NOT NULL`
	return t.put("set status of check", text, string(org), string(id), string(s), micros(at))
}

// CheckCounts implements directory.CheckTx.
func (t *tx) CheckCounts(org roster.OrganizationID, scope *directory.CheckScope) (map[roster.Status]int64, error) {
	b := newQuery(`SELECT c.status, COUNT(*) FROM checks c`)
	b.where("c.organization_id = ?", string(org))
	b.where("c.name_key IS NOT NULL")
	if cond, args := seenChecks(org, scope); cond != "" {
		b.where(cond, args...)
	}
	b.add(" GROUP BY c.status")
	counts := map[roster.Status]int64{}
	err := t.each("count checks", b.text.String(), b.args, func(r scanner) error {
		var status roster.Status
		var n int64
		err := r.Scan((*string)(&status), &n)
		counts[status] = n
		return err
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}
