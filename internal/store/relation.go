package store

import (
	"cmp"
	"slices"
	"strings"

	"roster"
	"roster/internal/directory"
)

// The relations of users are their roles, memberships and contact methods. One query
// reads those of a whole page, with a row for each and the columns of relationRow. It comes in two
// forms: for all users between two numbers, and for a list of numbers. A deleted role or group is
// not shown.
const (
	selectRoles = `SELECT ur.user_number, 'role', r.id, r.number, r.name, '', 0, g.id FROM user_roles ur
	JOIN roles r ON r.organization = ur.organization AND r.number = ur.role_number AND r.name_key IS NOT NULL` + roleGroup + `
	WHERE ` + roleHolds + ` AND ur.organization = $1 AND ur.user_number`

	selectLevelGroups = `SELECT lg.user_number, ` + levelGrantKind + `, g.id, 0, '', '', 0, ` + noID + ` FROM user_level_groups lg` + levelGroup + `
	WHERE lg.organization = $1 AND lg.user_number`

	selectGroups = `SELECT m.user_number, g.kind, g.id, g.number, g.name, '', 0, ` + noID + ` FROM group_members m
	JOIN groups g ON g.organization = m.organization AND g.number = m.group_number AND g.name_key IS NOT NULL
	WHERE m.organization = $1 AND m.user_number`

	selectContacts = `SELECT user_number, 'contact', id, confirmed_at, address, service, created_at, ` + noID + ` FROM contact_methods
	WHERE organization = $1 AND user_number`

	// noID is the null of an id, which PostgreSQL must know to be one.
	noID = `CAST(NULL AS uuid)`

	inRange = ` BETWEEN $2 AND $3` // $2 and $3: first and last number
	inList  = ` IN ($*)`
)

// relationRow is a row of each of these queries.
type relationRow struct {
	user    int64
	kind    string // "role", "level", "limit", "contact", or the kind of a group
	id      string
	number  int64  // when a contact method was confirmed
	name    string // a contact method's address
	service string // of a contact method
	at      int64  // when a contact method was made
	group   string // the group that a role is granted for
}

func (r *relationRow) targets() []any {
	return []any{&r.user, &r.kind, optional{&r.id}, &r.number, &r.name, &r.service, &r.at, optional{&r.group}}
}

// loadRelations sets the relations of users that with asks for. users are sorted by number. whole
// says that they are all users between the first and the last. The results are sorted here rather
// than in SQL, since they are few per user and many per page.
func (t *tx) loadRelations(org roster.OrganizationID, users []roster.User, with directory.With, whole bool) error {
	if len(users) == 0 || with == 0 {
		return nil
	}
	if err := t.readRelations(org, users, with, whole || len(users) == 1); err != nil {
		return err
	}
	for i := range users {
		u := &users[i]
		slices.SortFunc(u.Roles, func(a, b roster.RoleGrant) int { return cmp.Compare(a.Number, b.Number) })
		for _, role := range u.Roles {
			slices.Sort(role.Groups)
		}
		slices.Sort(u.LevelGroups)
		sortLinks(u.Groups)
		sortLinks(u.Teams)
		slices.SortFunc(u.ContactMethods, func(a, b roster.ContactMethod) int { return cmp.Compare(a.ID, b.ID) })
		if with&directory.WithReach != 0 {
			u.SetContactMethods(u.ContactMethods)
		}
	}
	return nil
}

// readRelations runs the queries of loadRelations and adds each row to its user.
func (t *tx) readRelations(org roster.OrganizationID, users []roster.User, with directory.With, whole bool) error {
	var row relationRow
	to := row.targets()
	var limits map[int64][]roster.GroupID // deleted groups that a level was granted for
	read := func(r scanner) error {
		if err := r.Scan(to...); err != nil {
			return err
		}
		if row.kind == "limit" {
			if limits == nil {
				limits = make(map[int64][]roster.GroupID)
			}
			limits[row.user] = append(limits[row.user], roster.GroupID(row.id))
		} else if u := userOf(users, row.user); u != nil {
			row.addTo(u, with)
		}
		return nil
	}
	defer func() {
		for number, groups := range limits { // an empty scope would mean the whole organization
			if u := userOf(users, number); u != nil && len(u.LevelGroups) == 0 {
				u.LevelGroups = groups
			}
		}
	}()
	const doing = "read what goes with users"
	if whole {
		from, last := users[0].Number, users[len(users)-1].Number
		return t.each(doing, t.relationText(inRange, with, 1), []any{t.org(org), from, last}, read)
	}
	for some := range slices.Chunk(users, maxList) {
		args, n := listArgs(t.org(org), some, func(u roster.User) any { return u.Number })
		if err := t.each(doing, t.relationText(inList, with, n), args, read); err != nil {
			return err
		}
	}
	return nil
}

// relationText returns the query for the relations that with asks for. form selects the users by
// range or by list; n is the length of the list.
func (t *tx) relationText(form string, with directory.With, n int) string {
	const withs = int(directory.WithRoles | directory.WithGroups | directory.WithTeams | directory.WithReach)
	return t.texts.get(textKey{base: form, n: n*(withs+1) + int(with)}, func() string {
		var arms []string
		for _, arm := range []struct {
			with directory.With
			text string
		}{
			{directory.WithRoles, selectRoles},
			{directory.WithRoles, selectLevelGroups},
			{directory.WithGroups | directory.WithTeams, selectGroups},
			{directory.WithReach, selectContacts},
		} {
			if with&arm.with != 0 {
				arms = append(arms, arm.text+form)
			}
		}
		var numbers strings.Builder
		writePlaceholders(&numbers, 2, n)
		return strings.ReplaceAll(strings.Join(arms, " UNION ALL "), "$*", numbers.String())
	})
}

// userOf returns the user with the number, nil if there is none.
func userOf(users []roster.User, number int64) *roster.User {
	i, found := slices.BinarySearchFunc(users, number, func(u roster.User, n int64) int { return cmp.Compare(u.Number, n) })
	if !found {
		return nil
	}
	return &users[i]
}

// addTo adds the row to its user.
func (r *relationRow) addTo(u *roster.User, with directory.With) {
	switch r.kind {
	case "role":
		r.addRoleTo(u)
	case "level":
		u.LevelGroups = append(u.LevelGroups, roster.GroupID(r.id))
	case string(roster.KindGroup):
		if with&directory.WithGroups != 0 {
			u.Groups = append(u.Groups, roster.GroupLink{ID: roster.GroupID(r.id), Number: r.number, Name: r.name})
		}
	case string(roster.KindTeam):
		if with&directory.WithTeams != 0 {
			u.Teams = append(u.Teams, roster.GroupLink{ID: roster.GroupID(r.id), Number: -r.number, Name: r.name})
		}
	case "contact":
		u.ContactMethods = append(u.ContactMethods, roster.ContactMethod{
			ID: roster.ContactMethodID(r.id), Service: roster.Service(r.service), Address: r.name,
			ConfirmedAt: stored(r.number), CreatedAt: stored(r.at),
		})
	}
}

// addRoleTo adds a role to its user. A role granted for several groups has several rows.
func (r *relationRow) addRoleTo(u *roster.User) {
	i := slices.IndexFunc(u.Roles, func(g roster.RoleGrant) bool { return string(g.ID) == r.id })
	if i < 0 {
		i = len(u.Roles)
		u.Roles = append(u.Roles, roster.RoleGrant{RoleLink: roster.RoleLink{ID: roster.RoleID(r.id), Number: r.number, Name: r.name}})
	}
	if r.group != "" {
		u.Roles[i].Groups = append(u.Roles[i].Groups, roster.GroupID(r.group))
	}
}
