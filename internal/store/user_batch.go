package store

import (
	"slices"
	"strings"

	"roster"
	"roster/internal/directory"
)

// InsertUsers implements directory.BatchTx. It skips users whose name is taken. An engine may
// return the new rows in any order, so rows are matched by id.
func (t *tx) InsertUsers(rows []directory.NewUserRow) (numbers []int64, err error) {
	made := make(map[string]int64, len(rows))
	inTurn := rows
	if !t.engine.oneWriter { // two transactions that insert the same names in different orders would deadlock
		inTurn = slices.SortedFunc(slices.Values(rows), func(a, b directory.NewUserRow) int { return strings.Compare(a.UserKey, b.UserKey) })
	}
	for some := range slices.Chunk(inTurn, t.mostRows()) {
		args := make([]any, 0, len(insertColumns)*len(some))
		for i := range some {
			if args, err = t.appendValues(args, insertColumns, &some[i]); err != nil {
				return nil, err
			}
		}
		text, args := t.rows(insertUsers, insertRow, args)
		err := t.each("insert users", text, args, func(r scanner) error {
			var id string
			var number int64
			err := r.Scan(&id, &number)
			made[id] = number
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	numbers = make([]int64, len(rows))
	var all userRows
	for i, u := range rows {
		if numbers[i] = made[string(u.ID)]; numbers[i] != 0 {
			all.addAccess(t.org(u.OrganizationID), u, numbers[i])
			all.addReach(t.org(u.OrganizationID), u, numbers[i])
		}
	}
	return numbers, t.insertParts(all)
}

// The values of a row of each insert.
var (
	roleRow       = "$1,$2," + numberOf("roles", "$1", "$3") + ",0"
	scopedRoleRow = "$1,$2," + numberOf("roles", "$1", "$3") + "," + numberOf("groups", "$1", "$4")
	contactRow    = placeholders(8)
	auditRow      = placeholders(15)
	jobRow        = placeholders(16)
	flipRow       = placeholders(9)
)

// userRows are the rows of users' relations, as arguments of inserts.
type userRows struct{ roles, scoped, level, members, contacts []any }

// addAccess adds the roles, the scope of the access level, and the memberships of a user.
func (rows *userRows) addAccess(org any, u directory.NewUserRow, number int64) {
	for _, role := range u.Roles {
		if len(role.Groups) == 0 {
			rows.roles = append(rows.roles, org, number, uid(role.ID))
		}
		for _, group := range role.Groups {
			rows.scoped = append(rows.scoped, org, number, uid(role.ID), uid(group))
		}
	}
	for _, group := range u.LevelGroups {
		rows.level = append(rows.level, org, number, uid(group))
	}
	for _, groups := range [][]roster.GroupLink{u.Groups, u.Teams} {
		for _, g := range groups {
			rows.members = append(rows.members, org, number, uid(g.ID))
		}
	}
}

// addReach adds the contact methods of a user, besides that of the primary email.
func (rows *userRows) addReach(org any, u directory.NewUserRow, number int64) {
	for _, c := range u.OtherMethods() {
		rows.contacts = append(rows.contacts, org, number, uid(c.ID), string(c.Service), c.Address,
			directory.AddressKey(c.Service, c.Address), micros(c.ConfirmedAt), micros(c.CreatedAt))
	}
}

// insertParts inserts the rows.
func (t *tx) insertParts(rows userRows) error {
	for _, part := range []struct {
		doing, insert, row string
		values             []any
	}{
		{"insert roles of users", `INSERT INTO user_roles (organization, user_number, role_number, group_number) VALUES`, roleRow, rows.roles},
		{"insert scoped roles of users", `INSERT INTO user_roles (organization, user_number, role_number, group_number) VALUES`, scopedRoleRow, rows.scoped},
		{"insert scope of users", `INSERT INTO user_level_groups (organization, user_number, group_number) VALUES`, rowOfGroup, rows.level},
		{"insert members", `INSERT INTO group_members (organization, user_number, group_number) VALUES`, rowOfGroup, rows.members},
		{"insert contact methods", `INSERT INTO contact_methods (organization, user_number, id, service, address, address_key, confirmed_at, created_at) VALUES`, contactRow, rows.contacts},
	} {
		if err := t.insertRows(part.doing, part.insert, part.row, part.values); err != nil {
			return err
		}
	}
	return nil
}

// TakenNames implements directory.BatchTx. It joins the keys instead of listing them in an IN:
// while PostgreSQL knows little of the table, it compares a long list with every user.
func (t *tx) TakenNames(org roster.OrganizationID, keys []string) (map[string]bool, error) {
	const text = `SELECT u.user_key FROM (VALUES $*) AS page CROSS JOIN users u
	WHERE u.organization = CAST(page.column1 AS BIGINT) AND u.user_key = page.column2`
	taken := make(map[string]bool)
	return taken, t.takenKeys(text, org, keys, taken)
}

// TakenEmails implements directory.BatchTx.
func (t *tx) TakenEmails(org roster.OrganizationID, keys []string) (map[string]bool, error) {
	const text = `SELECT DISTINCT u.email_key FROM (VALUES $*) AS page CROSS JOIN users u
	WHERE u.organization = CAST(page.column1 AS BIGINT) AND u.email_key = page.column2 AND COALESCE(u.user_key, '') <> ''`
	taken, err := t.TakenNames(org, keys)
	if err != nil {
		return nil, err
	}
	return taken, t.takenKeys(text, org, keys, taken)
}

// takenKeys runs the query for pairs of organization and key, and adds the keys found to taken.
func (t *tx) takenKeys(text string, org roster.OrganizationID, keys []string, taken map[string]bool) error {
	number := t.org(org)
	for some := range slices.Chunk(keys, maxList) {
		n := padded(len(some))
		args := make([]any, 0, 2*n)
		for i := range n {
			args = append(args, number, some[min(i, len(some)-1)])
		}
		err := t.each("find taken names", t.texts.rows(text, n, "$1,$2"), args, func(r scanner) error {
			var key string
			err := r.Scan(&key)
			taken[key] = true
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// InsertAudits implements directory.BatchTx.
func (t *tx) InsertAudits(entries []roster.AuditEntry) error {
	rows := make([]any, 0, 15*len(entries))
	for _, e := range entries {
		rows = append(rows, t.auditRow(e)...)
	}
	t.inserted += len(entries)
	return t.insertRows("insert audit entries", insertAudit, auditRow, rows)
}

// EnqueueAll implements directory.BatchTx. A statement may change a row once only, so it holds a
// key once.
func (t *tx) EnqueueAll(jobs []roster.Job) error {
	type holder struct {
		org roster.OrganizationID
		key string
	}
	seen := make(map[holder]bool, len(jobs))
	rows := make([]any, 0, 16*len(jobs))
	for _, j := range jobs {
		of := holder{j.OrganizationID, j.Key}
		if j.Key != "" && seen[of] {
			continue
		}
		seen[of] = true
		rows = append(rows, uid(j.ID), t.org(j.OrganizationID), string(j.Lane), j.Kind, orNull(j.Key), string(j.Payload),
			micros(j.RunAt), micros(j.RunAt), j.Attempts, 0, "ready", 0, false, "", micros(j.CreatedAt), 0)
	}
	t.queued = t.queued || len(jobs) > 0
	return t.insertRows("enqueue jobs", insertJobs+` $*`+sameKey, jobRow, rows)
}

// TakeRetry implements directory.BatchTx.
func (t *tx) TakeRetry(org roster.OrganizationID, key string) (r directory.Retry, found bool, err error) {
	const text = `DELETE FROM retries WHERE organization = $1 AND retry_key = $2
	RETURNING resource_id, version, created_at, fingerprint`
	r = directory.Retry{OrganizationID: org, Key: key}
	found, err = t.one("take retry", text, []any{t.org(org), digest(key)}, &r.ResourceID, &r.Version, instant{&r.CreatedAt}, hashed{&r.Fingerprint})
	if !found {
		return directory.Retry{}, false, err
	}
	return r, true, err
}
