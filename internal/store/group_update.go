package store

import (
	"maps"
	"slices"
	"time"

	"roster"
	"roster/internal/directory"
)

// UpdateGroup implements directory.GroupTx.
func (t *tx) UpdateGroup(g roster.Group, key string) error {
	const text = `UPDATE groups SET name = $3, name_key = $4, description = $5, active = $6, alert_filter = $7,
	sig_filter = $8, landing_page = $9, version = $10 WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	err := t.mustChange("group", "update group", text, string(g.OrganizationID), string(g.ID), g.Name, orNull(key), g.Description,
		g.Active, g.Routing.AlertFilter, g.Routing.SigFilter, string(g.Routing.LandingPage), g.Version)
	if err != nil {
		return err
	}
	const drop = `DELETE FROM team_services WHERE organization_id = $1 AND group_id = $2`
	if _, err := t.exec("replace services of team", drop, string(g.OrganizationID), string(g.ID)); err != nil {
		return err
	}
	return t.insertTeamServices(g)
}

func (t *tx) insertTeamServices(g roster.Group) error {
	const text = `INSERT INTO team_services (organization_id, group_id, service_id) VALUES`
	var rows []any
	for _, s := range g.Routing.Services {
		rows = append(rows, string(g.OrganizationID), string(g.ID), string(s.ID))
	}
	return t.insertRows("insert services of team", text, 3, rows)
}

// loadServices sets the services of groups.
func (t *tx) loadServices(org roster.OrganizationID, groups []roster.Group) error {
	const text = `SELECT x.group_id, s.id, s.number, s.name FROM team_services x
	JOIN business_services s ON s.organization_id = x.organization_id AND s.id = x.service_id
	WHERE x.organization_id = $1 AND x.group_id IN ($*) ORDER BY x.group_id, s.number`
	at := make(map[roster.GroupID]*roster.Group, len(groups))
	for i := range groups {
		at[groups[i].ID] = &groups[i]
	}
	for some := range slices.Chunk(groups, maxList) {
		args, n := listArgs(string(org), some, func(g roster.Group) any { return string(g.ID) })
		err := t.each("read services of teams", t.texts.list(text, 2, n), args, func(r scanner) error {
			var group roster.GroupID
			var s roster.BusinessServiceLink
			if err := r.Scan((*string)(&group), (*string)(&s.ID), &s.Number, &s.Name); err != nil {
				return err
			}
			g := at[group]
			g.Routing.Services = append(g.Routing.Services, s)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteGroup implements directory.GroupTx.
func (t *tx) DeleteGroup(org roster.OrganizationID, id roster.GroupID, at time.Time) error {
	const free = `UPDATE groups SET name_key = NULL WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	if err := t.mustChange("group", "delete group", free, string(org), string(id)); err != nil {
		return err
	}
	const members = ` WHERE organization_id = $1 AND number IN
	(SELECT user_number FROM group_members WHERE organization_id = $1 AND group_id = $2)`
	for _, text := range []string{
		`UPDATE users SET primary_group_id = NULL` + members + ` AND primary_group_id = $2`,
		`DELETE FROM team_services WHERE organization_id = $1 AND group_id = $2`,
		`DELETE FROM default_preferences WHERE organization_id = $1 AND group_id = $2`,
	} {
		if _, err := t.exec("delete group", text, string(org), string(id)); err != nil {
			return err
		}
	}
	const versions = `UPDATE users SET version = version + 1, updated_at = $3` + members
	if _, err := t.exec("delete group", versions, string(org), string(id), micros(at)); err != nil {
		return err
	}
	const gone = `DELETE FROM group_members WHERE organization_id = $1 AND group_id = $2`
	if _, err := t.exec("delete members", gone, string(org), string(id)); err != nil {
		return err
	}
	if err := t.forgetTold(org, id, at); err != nil {
		return err
	}
	return t.raisePolicy(org)
}

// Members implements directory.GroupTx.
func (t *tx) Members(org roster.OrganizationID, q directory.MemberQuery) (directory.Rows[roster.UserLink], error) {
	return list(t, listing[roster.UserLink]{
		noun: "members", columns: "u.id, u.number, u.user_name", scan: scanUserLink,
		from: func(b *query) error {
			b.add(" FROM group_members m JOIN users u ON u.organization_id = m.organization_id AND u.number = m.user_number")
			b.where("m.organization_id = ?", string(org))
			b.where("m.group_id = ?", string(q.Group))
			b.where("u.user_key IS NOT NULL")
			return nil
		},
		order: order{"m.user_number", false, q.After}, limit: q.Limit, count: q.Count,
	})
}

func scanUserLink(r scanner) (u roster.UserLink, err error) {
	return u, r.Scan((*string)(&u.ID), &u.Number, &u.Name)
}

// MembersAmong implements directory.GroupTx.
func (t *tx) MembersAmong(org roster.OrganizationID, groups []roster.GroupID, users []int64) ([]int64, error) {
	var members []int64
	for some := range slices.Chunk(users, maxList) {
		b := newQuery(`SELECT DISTINCT user_number FROM group_members`)
		b.where("organization_id = ?", string(org))
		numbers, _ := numberArgs(nil, some)
		b.in("user_number", numbers)
		b.in("group_id", anyOf(groups))
		found, err := collect(t, "find members", b.text.String(), b.args, func(r scanner) (n int64, err error) { return n, r.Scan(&n) })
		if err != nil {
			return nil, err
		}
		members = append(members, found...)
	}
	slices.Sort(members)
	return slices.Compact(members), nil
}

// GrantedFor implements directory.GroupTx.
func (t *tx) GrantedFor(org roster.OrganizationID, id roster.GroupID, afterNumber int64, n int) ([]int64, error) {
	const text = `SELECT user_number FROM user_roles WHERE organization_id = $1 AND group_id = $2 AND user_number > $3
	UNION SELECT user_number FROM user_level_groups WHERE organization_id = $1 AND group_id = $2 AND user_number > $3
	UNION SELECT u.number FROM token_groups x JOIN tokens t ON t.id = x.token_id
		JOIN users u ON u.organization_id = t.organization_id AND u.id = t.user_id
		WHERE x.organization_id = $1 AND x.group_id = $2 AND t.revoked_at = 0 AND u.number > $3
	ORDER BY 1 LIMIT $4`
	return collect(t, "read what is granted for group", text, []any{string(org), string(id), afterNumber, limit(n, directory.MaxPage)},
		func(r scanner) (number int64, err error) { return number, r.Scan(&number) })
}

// AddMembers implements directory.GroupTx.
func (t *tx) AddMembers(org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error {
	const text = `INSERT INTO group_members (organization_id, user_number, group_id)
	SELECT u.organization_id, u.number, CAST($2 AS TEXT) FROM users u WHERE u.organization_id = $1 AND u.number IN ($*)
	AND COALESCE(u.user_key, '') <> ''
	ON CONFLICT (organization_id, user_number, group_id) DO NOTHING`
	return t.changeMembers("add members", text, org, id, users, at)
}

// RemoveMembers implements directory.GroupTx.
func (t *tx) RemoveMembers(org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error {
	const primary = `UPDATE users SET primary_group_id = NULL
	WHERE organization_id = $1 AND primary_group_id = $2 AND number IN ($*)`
	if err := t.execInLists("remove members", primary, org, id, users); err != nil {
		return err
	}
	const text = `DELETE FROM group_members WHERE organization_id = $1 AND group_id = $2 AND user_number IN ($*)`
	return t.changeMembers("remove members", text, org, id, users, at)
}

// changeMembers raises the version of users and then runs the statement that changes their
// memberships. The order matters: it locks the users first, so that no user is deleted in between
// and stays a member.
func (t *tx) changeMembers(doing, text string, org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error {
	const versions = `UPDATE users SET version = version + 1, updated_at = $2 WHERE organization_id = $1 AND number IN ($*)
	AND COALESCE(user_key, '') <> ''`
	for some := range slices.Chunk(users, maxList) {
		args, n := numberArgs([]any{string(org), micros(at)}, some)
		if _, err := t.exec(doing, t.texts.list(versions, 3, n), args...); err != nil {
			return err
		}
	}
	return t.execInLists(doing, text, org, id, users)
}

// execInLists runs a statement about an organization, a group and a list of users, maxList users at
// a time.
func (t *tx) execInLists(doing, text string, org roster.OrganizationID, id roster.GroupID, users []int64) error {
	for some := range slices.Chunk(users, maxList) {
		args, n := numberArgs([]any{string(org), string(id)}, some)
		if _, err := t.exec(doing, t.texts.list(text, 3, n), args...); err != nil {
			return err
		}
	}
	return nil
}

// numberArgs appends numbers to args and repeats the last until their number n is a power of two.
func numberArgs(args []any, numbers []int64) (all []any, n int) {
	n = padded(len(numbers))
	for i := range n {
		args = append(args, numbers[min(i, len(numbers)-1)])
	}
	return args, n
}

// FindUsers implements directory.GroupTx. There may be thousands of references, so ids, numbers and
// names have a query each, which an index serves.
func (t *tx) FindUsers(org roster.OrganizationID, refs []roster.Ref) ([]roster.UserLink, error) {
	found := make([]roster.UserLink, len(refs))
	for _, way := range []struct {
		text string
		arg  func(roster.Ref) any // nil if the reference has none
		key  func(roster.UserLink) any
	}{
		{findUsers + `id IN ($*)`, func(r roster.Ref) any { return orNull(r.ID) }, func(u roster.UserLink) any { return string(u.ID) }},
		{findUsers + `number IN ($*)`, numberOf, func(u roster.UserLink) any { return u.Number }},
		{findUsers + `user_key IN ($*)`, func(r roster.Ref) any { return orNull(directory.Fold(r.Name)) }, func(u roster.UserLink) any { return directory.Fold(u.Name) }},
	} {
		if err := t.findUsers(org, refs, found, way.text, way.arg, way.key); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// numberOf returns the number of a reference, nil if it has none.
func numberOf(r roster.Ref) any {
	if r.Number == 0 {
		return nil
	}
	return r.Number
}

const findUsers = `SELECT id, number, user_name FROM users WHERE organization_id = $1 AND COALESCE(user_key, '') <> '' AND `

// findUsers looks up the references that are not found yet by their id, number or name.
func (t *tx) findUsers(
	org roster.OrganizationID, refs []roster.Ref, found []roster.UserLink, text string,
	arg func(roster.Ref) any, key func(roster.UserLink) any,
) error {
	wanted := map[any][]int{} // indexes in refs, by the value to look up
	for i, r := range refs {
		if v := arg(r); v != nil && found[i].ID == "" {
			wanted[v] = append(wanted[v], i)
		}
	}
	for some := range slices.Chunk(slices.Collect(maps.Keys(wanted)), maxList) {
		args, n := listArgs(string(org), some, func(v any) any { return v })
		err := t.each("find users", t.texts.list(text, 2, n), args, func(r scanner) error {
			u, err := scanUserLink(r)
			for _, i := range wanted[key(u)] {
				found[i] = u
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// FindServices implements directory.GroupTx.
func (t *tx) FindServices(org roster.OrganizationID, refs []roster.Ref) ([]roster.BusinessService, error) {
	const text = `SELECT id, organization_id, number, name, name_key FROM business_services
	WHERE organization_id = $1 AND COALESCE(name_key, '') <> ''`
	return resolve(t, "find services", text, []any{string(org)}, refs, func(r scanner) (named[roster.BusinessService], error) {
		var key string
		var s roster.BusinessService
		err := r.Scan((*string)(&s.ID), (*string)(&s.OrganizationID), &s.Number, &s.Name, &key)
		return named[roster.BusinessService]{s, string(s.ID), s.Number, key}, err
	})
}

// InsertService implements directory.GroupTx.
func (t *tx) InsertService(s roster.BusinessService, key string) (number int64, err error) {
	const text = `INSERT INTO business_services (number, id, organization_id, name, name_key)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM business_services WHERE organization_id = $3) END,
	$2, $3, $4, $5) RETURNING number`
	return t.insertNumbered("insert service", text, s.Number, string(s.ID), string(s.OrganizationID), s.Name, orNull(key))
}

// UpdateRole implements directory.GroupTx.
func (t *tx) UpdateRole(r roster.Role, key string) error {
	const text = `UPDATE roles SET name = $3, name_key = $4, description = $5, permissions = $6, version = $7
	WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	err := t.mustChange("role", "update role", text, string(r.OrganizationID), string(r.ID), r.Name, orNull(key), r.Description, r.Permissions.String(), r.Version)
	if err != nil {
		return err
	}
	return t.raisePolicy(r.OrganizationID)
}

// DeleteRole implements directory.GroupTx.
func (t *tx) DeleteRole(org roster.OrganizationID, id roster.RoleID) (bool, error) {
	const text = `UPDATE roles SET name_key = NULL WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM user_roles r JOIN users u ON u.organization_id = r.organization_id AND u.number = r.user_number
		WHERE r.organization_id = $1 AND r.role_id = $2 AND u.user_key IS NOT NULL)`
	n, err := t.exec("delete role", text, string(org), string(id))
	if err != nil || n == 0 {
		return false, err
	}
	return true, t.raisePolicy(org)
}
