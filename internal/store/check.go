package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	checkColumns = `c.id, c.number, c.name, c.description, c.email_alias,
	g.id, COALESCE(g.number, 0), COALESCE(g.name, ''),
	c.definition, c.version, c.created_at, c.updated_at, ` + stateColumns

	checksInGroups = `checks c JOIN check_states s ON s.organization = c.organization AND s.check_number = c.number
	LEFT JOIN check_groups g ON g.organization = c.organization AND g.number = c.check_group_number AND g.name_key IS NOT NULL`
)

// checksOf returns a function that reads a check of the organization.
func checksOf(org roster.OrganizationID) func(scanner) (roster.Check, error) {
	return func(r scanner) (c roster.Check, err error) {
		c.OrganizationID = org
		return c, r.Scan(append([]any{
			(*string)(&c.ID), &c.Number, &c.Name, &c.Description, &c.EmailAlias,
			optional{(*string)(&c.CheckGroup.ID)},
			&c.CheckGroup.Number, &c.CheckGroup.Name,
			definitionOf{&c},
			&c.Version,
			instant{&c.CreatedAt},
			instant{&c.UpdatedAt},
		}, stateScan(&c.State)...)...)
	}
}

// The number of the check group of a check that is inserted, and of one that is changed.
const (
	groupOfNewCheck = `COALESCE((SELECT number FROM check_groups WHERE organization = $3 AND id = $9), CASE WHEN $9 IS NOT NULL THEN 0 END)`
	groupOfCheck    = `COALESCE((SELECT number FROM check_groups WHERE organization = $1 AND id = $8), CASE WHEN $8 IS NOT NULL THEN 0 END)`
)

// InsertCheck implements directory.CheckTx.
func (t *tx) InsertCheck(c roster.Check, key, aliasKey string) (number int64, err error) {
	const text = `INSERT INTO checks (number, id, organization, name, name_key, description, email_alias, alias_key,
	check_group_number, definition, version, created_at, updated_at)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM checks WHERE organization = $3) END,
	$2, $3, $4, $5, $6, $7, $8, ` + groupOfNewCheck + `, $10, $11, $12, $13) RETURNING number`
	definition, err := definitionText(c)
	if err != nil {
		return 0, err
	}
	number, err = t.insertNumbered("insert check", text, c.Number,
		uid(c.ID), t.org(c.OrganizationID), c.Name, orNull(key), c.Description, c.EmailAlias, orNull(aliasKey),
		uidOrNull(c.CheckGroup.ID), definition, c.Version, micros(c.CreatedAt), micros(c.UpdatedAt))
	if err != nil {
		return 0, err
	}
	if err := t.insertState(c.OrganizationID, number, c.State); err != nil {
		return 0, err
	}
	if err := t.insertProgram(c, number); err != nil {
		return 0, err
	}
	return number, t.insertTold(c, number)
}

// insertTold stores which groups and teams are told of a check.
func (t *tx) insertTold(c roster.Check, number int64) error {
	const text = `INSERT INTO check_told_groups (organization, check_number, group_number) VALUES`
	var rows []any
	for _, groups := range [][]roster.GroupLink{c.Groups, c.Teams} {
		for _, g := range groups {
			rows = append(rows, t.org(c.OrganizationID), number, uid(g.ID))
		}
	}
	return t.insertRows("insert told groups of check", text, rowOfGroup, rows)
}

// UpdateCheck implements directory.CheckTx.
func (t *tx) UpdateCheck(c roster.Check, key, aliasKey string) error {
	const text = `UPDATE checks SET name = $3, name_key = $4, description = $5, email_alias = $6, alias_key = $7,
	check_group_number = ` + groupOfCheck + `, definition = $9, version = $10, updated_at = $11
	WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL RETURNING number`
	definition, err := definitionText(c)
	if err != nil {
		return err
	}
	number, err := t.changed("check", "update check", text, t.org(c.OrganizationID), uid(c.ID), c.Name, orNull(key), c.Description,
		c.EmailAlias, orNull(aliasKey), uidOrNull(c.CheckGroup.ID), definition, c.Version, micros(c.UpdatedAt))
	if err != nil {
		return err
	}
	if err := t.dropTold(c.OrganizationID, number); err != nil {
		return err
	}
	if err := t.dropProgram(c.OrganizationID, number); err != nil {
		return err
	}
	if err := t.insertProgram(c, number); err != nil {
		return err
	}
	return t.insertTold(c, number)
}

func (t *tx) dropTold(org roster.OrganizationID, number int64) error {
	const text = `DELETE FROM check_told_groups WHERE organization = $1 AND check_number = $2`
	return t.put("drop told groups of check", text, t.org(org), number)
}

// DeleteCheck implements directory.CheckTx. The row stays for the events and alerts that refer to
// it.
func (t *tx) DeleteCheck(org roster.OrganizationID, id roster.CheckID, at time.Time) error {
	const text = `UPDATE checks SET name_key = NULL, alias_key = NULL, check_group_number = NULL, updated_at = $3
	WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL RETURNING number`
	const state = `DELETE FROM check_states WHERE organization = $1 AND check_number = $2`
	number, err := t.changed("check", "delete check", text, t.org(org), uid(id), micros(at))
	if err != nil {
		return err
	}
	if err := t.put("delete state of check", state, t.org(org), number); err != nil {
		return err
	}
	if err := t.dropProgram(org, number); err != nil {
		return err
	}
	return t.dropTold(org, number)
}

// forgetTold takes a group that is being deleted from the checks that name it, and ends its
// entries.
func (t *tx) forgetTold(org roster.OrganizationID, group int64, at time.Time) error {
	const versions = `UPDATE checks SET version = version + 1, updated_at = $3 WHERE organization = $1 AND number IN
	(SELECT check_number FROM check_told_groups WHERE organization = $1 AND group_number = $2)`
	if err := t.put("delete told group", versions, t.org(org), group, micros(at)); err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM check_told_groups WHERE organization = $1 AND group_number = $2`,
		`DELETE FROM check_permissions WHERE organization = $1 AND group_number = $2`,
	} {
		if err := t.put("delete told group", text, t.org(org), group); err != nil {
			return err
		}
	}
	return nil
}

// Checks implements directory.CheckTx.
func (t *tx) Checks(org roster.OrganizationID, q directory.CheckQuery) (directory.Rows[roster.Check], error) {
	rows, err := list(t, listing[roster.Check]{
		noun: "checks", columns: checkColumns, scan: checksOf(org),
		from:  func(b *query) error { return fromChecks(b, checksInGroups, t.org(org), q) },
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
		from:  func(b *query) error { return fromChecks(b, "checks c", t.org(org), q) },
		order: byNumberOrName("c.", q.Order), limit: q.Limit,
	})
	return rows.Records, err
}

// comparedOfChecks are the attributes of checks that an index serves.
var comparedOfChecks = sqlAttributes{
	"id": {is: "c.id", present: "1 = 1", id: true}, "displayName": {is: "c.name_key", present: "1 = 1"},
	"emailAlias": {is: "c.alias_key", present: "c.alias_key IS NOT NULL"},
}

// fromChecks adds which checks c are asked for, from a table or a join.
func fromChecks(b *query, from string, org any, q directory.CheckQuery) error {
	b.add(" FROM " + from)
	b.where("c.organization = ?", org)
	b.where("c.name_key IS NOT NULL")
	if err := b.whereAll(comparedOfChecks, q.Where); err != nil {
		return err
	}
	if q.Among != nil {
		b.in("c.id", anyUID(q.Among))
	}
	if q.CheckGroup != "" {
		b.where("c.check_group_number = (SELECT number FROM check_groups WHERE organization = ? AND id = ?)", org, uid(q.CheckGroup))
	}
	if cond, args := seenChecks(org, q.Scope); cond != "" {
		b.where(cond, args...)
	}
	return nil
}

// entriesOf are the check groups on which a user, or one of its groups, has an entry that gives
// something: organization and user, twice, are its arguments. CROSS JOIN keeps SQLite from
// beginning with all entries.
const (
	giving        = ` AND p.access_level IN ('readonly', 'user', 'editor', 'manager', 'administrator')`
	entriesOfUser = ` FROM users u CROSS JOIN check_permissions p
	WHERE p.organization = u.organization AND p.user_number = u.number AND u.user_key IS NOT NULL` + giving
	entriesOfGroups = ` FROM users u CROSS JOIN group_members m CROSS JOIN check_permissions p
	WHERE m.organization = u.organization AND m.user_number = u.number
	AND p.organization = m.organization AND p.group_number = m.group_number AND u.user_key IS NOT NULL` + giving
	entriesOf = `SELECT p.check_group_number` + entriesOfUser + ` AND u.organization = ? AND u.id = ?
	UNION ALL SELECT p.check_group_number` + entriesOfGroups + ` AND u.organization = ? AND u.id = ?`
)

// seenChecks is the condition that a check c is in the scope, with its arguments; "" where the
// scope is nil.
func seenChecks(org any, scope *directory.CheckScope) (cond string, args []any) {
	if scope == nil {
		return "", nil
	}
	told, args := toldGroups(org, scope.Groups)
	if scope.User == "" {
		return told, args
	}
	return "(" + told + " OR c.check_group_number IN (" + entriesOf + "))", append(args, entryArgs(org, scope.User)...)
}

func entryArgs(org any, user roster.UserID) []any {
	return []any{org, uid(user), org, uid(user)}
}

// toldGroups is the condition that a check c names one of the groups.
func toldGroups(org any, groups []roster.GroupID) (cond string, args []any) {
	if len(groups) == 0 {
		return "1 = 0", nil
	}
	among, args := oneOf(anyUID(groups))
	return `EXISTS (SELECT 1 FROM check_told_groups t WHERE t.organization = c.organization AND t.check_number = c.number
		AND t.group_number IN (SELECT number FROM groups WHERE organization = ? AND id IN (` + among + ")))", append([]any{org}, args...)
}

// loadTold fills in the groups and teams that are told of checks.
func (t *tx) loadTold(org roster.OrganizationID, checks []roster.Check) error {
	const text = `SELECT t.check_number, g.kind, g.id, g.number, g.name FROM check_told_groups t
	JOIN groups g ON g.organization = t.organization AND g.number = t.group_number
	WHERE t.organization = $1 AND t.check_number IN ($*) AND g.name_key IS NOT NULL`
	at := make(map[int64]*roster.Check, len(checks))
	for i := range checks {
		at[checks[i].Number] = &checks[i]
	}
	for i := 0; i < len(checks); i += maxList {
		some := checks[i:min(i+maxList, len(checks))]
		args, n := listArgs(t.org(org), some, func(c roster.Check) any { return c.Number })
		err := t.each("read told groups of checks", t.texts.list(text, 2, n), args, func(r scanner) error {
			var number int64
			var kind roster.GroupKind
			var g roster.GroupLink
			if err := r.Scan(&number, (*string)(&kind), (*string)(&g.ID), groupNumber{&g.Number}, &g.Name); err != nil {
				return err
			}
			if c := at[number]; kind == roster.KindTeam {
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

// checkVersions is answered by an index alone: without the range of versions, which is all of them,
// SQLite takes that of the names.
const checkVersions = `SELECT COUNT(*), COALESCE(MAX(number), 0), CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM checks
	WHERE organization = $1 AND version > 0 AND name_key IS NOT NULL`

// CheckVersions implements directory.CheckTx.
func (t *tx) CheckVersions(org roster.OrganizationID) (s directory.CheckVersions, err error) {
	_, err = t.one("read versions of checks", checkVersions, []any{t.org(org)}, &s.Checks, &s.LastNumber, &s.Versions)
	return s, err
}
