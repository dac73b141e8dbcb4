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
	sig_filter = $8, landing_page = $9, version = $10 WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL RETURNING number`
	number, err := t.changed("group", "update group", text, t.org(g.OrganizationID), uid(g.ID), g.Name, orNull(key), g.Description,
		g.Active, g.Routing.AlertFilter, g.Routing.SigFilter, string(g.Routing.LandingPage), g.Version)
	if err != nil {
		return err
	}
	const drop = `DELETE FROM team_services WHERE organization = $1 AND group_number = $2`
	if _, err := t.exec("replace services of team", drop, t.org(g.OrganizationID), number); err != nil {
		return err
	}
	return t.insertTeamServices(g, number)
}

func (t *tx) insertTeamServices(g roster.Group, number int64) error {
	const text = `INSERT INTO team_services (organization, group_number, service_number) VALUES`
	var rows []any
	for _, s := range g.Routing.Services {
		rows = append(rows, t.org(g.OrganizationID), number, uid(s.ID))
	}
	return t.insertRows("insert services of team", text, "$1,$2,(SELECT number FROM business_services WHERE organization = $1 AND id = $3)", rows)
}

// loadServices sets the services of groups.
func (t *tx) loadServices(org roster.OrganizationID, groups []roster.Group) error {
	const text = `SELECT x.group_number, s.id, s.number, s.name FROM team_services x
	JOIN business_services s ON s.organization = x.organization AND s.number = x.service_number
	WHERE x.organization = $1 AND x.group_number IN ($*) ORDER BY x.group_number, s.number`
	at := make(map[int64]*roster.Group, len(groups))
	for i := range groups {
		at[storedGroup(groups[i].Kind, groups[i].Number)] = &groups[i]
	}
	for some := range slices.Chunk(groups, maxList) {
		args, n := listArgs(t.org(org), some, func(g roster.Group) any { return storedGroup(g.Kind, g.Number) })
		err := t.each("read services of teams", t.texts.list(text, 2, n), args, func(r scanner) error {
			var group int64
			var s roster.BusinessServiceLink
			if err := r.Scan(&group, (*string)(&s.ID), &s.Number, &s.Name); err != nil {
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
	const free = `UPDATE groups SET name_key = NULL WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL RETURNING number`
	number, err := t.changed("group", "delete group", free, t.org(org), uid(id))
	if err != nil {
		return err
	}
	const members = ` WHERE organization = $1 AND number IN
	(SELECT user_number FROM group_members WHERE organization = $1 AND group_number = $2)`
	for _, text := range []string{
		`UPDATE users SET primary_group_number = NULL` + members + ` AND primary_group_number = $2`,
		`DELETE FROM team_services WHERE organization = $1 AND group_number = $2`,
		`DELETE FROM default_preferences WHERE organization = $1 AND group_number = $2`,
	} {
		if _, err := t.exec("delete group", text, t.org(org), number); err != nil {
			return err
		}
	}
	const versions = `UPDATE users SET version = version + 1, updated_at = $3` + members
	if _, err := t.exec("delete group", versions, t.org(org), number, micros(at)); err != nil {
		return err
	}
	const gone = `DELETE FROM group_members WHERE organization = $1 AND group_number = $2`
	if _, err := t.exec("delete members", gone, t.org(org), number); err != nil {
		return err
	}
	if err := t.forgetTold(org, number, at); err != nil {
		return err
	}
	return t.raisePolicy(org)
}

// Members implements directory.GroupTx.
func (t *tx) Members(org roster.OrganizationID, q directory.MemberQuery) (directory.Rows[roster.UserLink], error) {
	return list(t, listing[roster.UserLink]{
		noun: "members", columns: "u.id, u.number, u.user_name", scan: scanUserLink,
		from: func(b *query) error {
			b.add(" FROM group_members m JOIN users u ON u.organization = m.organization AND u.number = m.user_number")
			number := t.org(org)
			b.where("m.organization = ?", number)
			b.where("m.group_number = (SELECT number FROM groups WHERE organization = ? AND id = ?)", number, uid(q.Group))
			b.where("u.user_key IS NOT NULL")
			return nil
		},
		order: order{column: "m.user_number", after: q.After}, limit: q.Limit, count: q.Count,
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
		b.where("organization = ?", t.org(org))
		numbers, _ := numberArgs(nil, some)
		b.in("user_number", numbers)
		if len(groups) == 0 {
			b.where("1 = 0")
		} else {
			b.where("group_number")
			b.amongGroups(t.org(org), groups)
		}
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
	const (
		ofGroup = `group_number = ` + numberOfGroup
		text    = `SELECT user_number FROM user_roles WHERE organization = $1 AND ` + ofGroup + ` AND user_number > $3
	UNION SELECT user_number FROM user_level_groups WHERE organization = $1 AND ` + ofGroup + ` AND user_number > $3
	UNION SELECT t.user_number FROM token_groups x JOIN tokens t ON t.id = x.token_id
		WHERE x.organization = $1 AND x.` + ofGroup + ` AND t.revoked_at = 0 AND t.user_number > $3
	ORDER BY 1 LIMIT $4`
	)
	return collect(t, "read what is granted for group", text, []any{t.org(org), uid(id), afterNumber, limit(n, directory.MaxPage)},
		func(r scanner) (number int64, err error) { return number, r.Scan(&number) })
}

// AddMembers implements directory.GroupTx.
func (t *tx) AddMembers(org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error {
	const text = `INSERT INTO group_members (organization, user_number, group_number)
	SELECT u.organization, u.number, ` + numberOfGroup + ` FROM users u WHERE +u.organization = $1 AND u.number IN ($*)
	AND COALESCE(u.user_key, '') <> ''
	ON CONFLICT (organization, user_number, group_number) DO NOTHING`
	return t.changeMembers("add members", text, org, id, users, at)
}

// RemoveMembers implements directory.GroupTx.
func (t *tx) RemoveMembers(org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error {
	const primary = `UPDATE users SET primary_group_number = NULL
	WHERE organization = $1 AND primary_group_number = ` + numberOfGroup + ` AND number IN ($*)`
	if err := t.execInLists("remove members", primary, org, id, users); err != nil {
		return err
	}
	const text = `DELETE FROM group_members WHERE organization = $1 AND group_number = ` + numberOfGroup + ` AND user_number IN ($*)`
	return t.changeMembers("remove members", text, org, id, users, at)
}

// changeMembers raises the version of users and then runs the statement that changes their
// memberships. The order matters: it locks the users first, so that no user is deleted in between
// and stays a member. The sign before the organization keeps SQLite from an index of all its users.
func (t *tx) changeMembers(doing, text string, org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error {
	const versions = `UPDATE users SET version = version + 1, updated_at = $2 WHERE +organization = $1 AND number IN ($*)
	AND COALESCE(user_key, '') <> ''`
	for some := range slices.Chunk(users, maxList) {
		args, n := numberArgs([]any{t.org(org), micros(at)}, some)
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
		args, n := numberArgs([]any{t.org(org), uid(id)}, some)
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
		{findUsers + `id IN ($*)`, refID, func(u roster.UserLink) any { return uid(u.ID) }},
		{findUsers + `number IN ($*)`, refNumber, func(u roster.UserLink) any { return u.Number }},
		{findUsers + `user_key IN ($*)`, refName, func(u roster.UserLink) any { return directory.Fold(u.Name) }},
	} {
		if err := t.findUsers(org, refs, found, way.text, way.arg, way.key); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// refID returns the id of a reference, nil if it has none.
func refID(r roster.Ref) any {
	if !roster.IsUUID(r.ID) {
		return nil
	}
	return uid(r.ID)
}

// refNumber returns the number of a reference, nil if it has none.
func refNumber(r roster.Ref) any {
	if r.Number == 0 {
		return nil
	}
	return r.Number
}

// refName returns the key of the name of a reference, nil if it has none.
func refName(r roster.Ref) any {
	if key := directory.Fold(r.Name); key != "" {
		return key
	}
	return nil
}

const findUsers = `SELECT id, number, user_name FROM users WHERE organization = $1 AND COALESCE(user_key, '') <> '' AND `

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
		args, n := listArgs(t.org(org), some, func(v any) any { return v })
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
	const text = `SELECT id, number, name, name_key FROM business_services
	WHERE organization = $1 AND COALESCE(name_key, '') <> ''`
	return resolve(t, &resolution[roster.BusinessService]{
		doing: "find services", text: text, args: []any{t.org(org)}, refs: refs,
		scan: func(r scanner) (named[roster.BusinessService], error) {
			var key string
			s := roster.BusinessService{OrganizationID: org}
			err := r.Scan((*string)(&s.ID), &s.Number, &s.Name, &key)
			return named[roster.BusinessService]{s, string(s.ID), s.Number, key}, err
		},
	})
}

// InsertService implements directory.GroupTx.
func (t *tx) InsertService(s roster.BusinessService, key string) (number int64, err error) {
	const text = `INSERT INTO business_services (number, id, organization, name, name_key)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM business_services WHERE organization = $3) END,
	$2, $3, $4, $5) RETURNING number`
	return t.insertNumbered("insert service", text, s.Number, uid(s.ID), t.org(s.OrganizationID), s.Name, orNull(key))
}

// UpdateRole implements directory.GroupTx.
func (t *tx) UpdateRole(r roster.Role, key string) error {
	const text = `UPDATE roles SET name = $3, name_key = $4, description = $5, permissions = $6, version = $7
	WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`
	err := t.mustChange("role", "update role", text, t.org(r.OrganizationID), uid(r.ID), r.Name, orNull(key), r.Description, r.Permissions.String(), r.Version)
	if err != nil {
		return err
	}
	return t.raisePolicy(r.OrganizationID)
}

// DeleteRole implements directory.GroupTx.
func (t *tx) DeleteRole(org roster.OrganizationID, id roster.RoleID) (bool, error) {
	const text = `UPDATE roles SET name_key = NULL WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM user_roles r JOIN users u ON u.organization = r.organization AND u.number = r.user_number
		WHERE r.organization = $1 AND r.role_number = roles.number AND u.user_key IS NOT NULL)`
	n, err := t.exec("delete role", text, t.org(org), uid(id))
	if err != nil || n == 0 {
		return false, err
	}
	return true, t.raisePolicy(org)
}
