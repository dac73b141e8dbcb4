package store

import (
	"cmp"
	"slices"

	"roster"
	"roster/internal/directory"
)

// relation is a query for the rows that go with users: the columns begin with the user's number. It
// comes in two texts, for all users between two numbers and for a list of them.
type relation struct {
	doing   string
	inRange string // $1 organization, $2 and $3 first and last number
	inList  string // $1 organization, $* numbers
}

const (
	ranged = ` BETWEEN $2 AND $3`
	listed = ` IN ($*)`

	// Rows are put in order here, since they are few for each user and many for a page.

	selectRoles = `SELECT ur.user_number, r.id, r.number, r.name FROM user_roles ur
	JOIN roles r ON r.organization_id = ur.organization_id AND r.id = ur.role_id
	WHERE ur.organization_id = $1 AND ur.user_number`

	selectGroups = `SELECT m.user_number, g.kind, g.id, g.number, g.name FROM group_members m
	JOIN groups g ON g.organization_id = m.organization_id AND g.id = m.group_id
	WHERE m.organization_id = $1 AND m.user_number`

	selectContacts = `SELECT user_number, id, service, address, confirmed_at, created_at FROM contact_methods
	WHERE organization_id = $1 AND user_number`

	selectPreferences = `SELECT user_number, type, services FROM preferences
	WHERE organization_id = $1 AND user_number`
)

// load fills in what with asks for, with one query for each kind of row. users are by ascending
// number; whole says that they are all there are between the first and the last.
func (t *tx) load(org roster.OrganizationID, users []roster.User, with directory.With, whole bool) error {
	if len(users) == 0 || with == 0 {
		return nil
	}
	p := page{org: org, users: users, whole: whole}
	for _, part := range []struct {
		with directory.With
		load func(page, directory.With) error
	}{
		{directory.WithRoles, t.loadRoles},
		{directory.WithGroups | directory.WithTeams, t.loadGroups},
		{directory.WithReach, t.loadContactMethods},
		{directory.WithReach, t.loadPreferences},
	} {
		if with&part.with == 0 {
			continue
		}
		if err := part.load(p, with); err != nil {
			return err
		}
	}
	return nil
}

// page is users for which rows are read.
type page struct {
	org   roster.OrganizationID
	users []roster.User
	whole bool
}

// user returns the user with the number.
func (p *page) user(number int64) *roster.User {
	i, found := slices.BinarySearchFunc(p.users, number, func(u roster.User, n int64) int {
		return cmp.Compare(u.Number, n)
	})
	if !found {
		return nil
	}
	return &p.users[i]
}

// relate puts the query of a relation, and calls read for each row.
func (t *tx) relate(p page, r relation, read func(scanner) error) error {
	if p.whole {
		from, to := p.users[0].Number, p.users[len(p.users)-1].Number
		return t.each(r.doing, r.inRange, []any{string(p.org), from, to}, read)
	}
	for users := range slices.Chunk(p.users, maxList) {
		args, n := listArgs(string(p.org), users, func(u roster.User) any { return u.Number })
		if err := t.each(r.doing, t.texts.list(r.inList, 2, n), args, read); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) loadRoles(p page, _ directory.With) error {
	r := relation{"read roles of users", selectRoles + ranged, selectRoles + listed}
	err := t.relate(p, r, func(row scanner) error {
		var number int64
		var role roster.RoleLink
		if err := row.Scan(&number, (*string)(&role.ID), &role.Number, &role.Name); err != nil {
			return err
		}
		// A role that is granted for several groups comes several times.
		if u := p.user(number); u != nil && !slices.Contains(u.Roles, role) {
			u.Roles = append(u.Roles, role)
		}
		return nil
	})
	for i := range p.users {
		slices.SortFunc(p.users[i].Roles, func(a, b roster.RoleLink) int { return cmp.Compare(a.Number, b.Number) })
	}
	return err
}

func (t *tx) loadGroups(p page, with directory.With) error {
	r := relation{"read groups of users", selectGroups + ranged, selectGroups + listed}
	err := t.relate(p, r, func(row scanner) error {
		var number int64
		var kind roster.GroupKind
		var g roster.GroupLink
		if err := row.Scan(&number, (*string)(&kind), (*string)(&g.ID), &g.Number, &g.Name); err != nil {
			return err
		}
		u := p.user(number)
		switch {
		case u == nil:
		case kind == roster.KindTeam && with&directory.WithTeams != 0:
			u.Teams = append(u.Teams, g)
		case kind == roster.KindGroup && with&directory.WithGroups != 0:
			u.Groups = append(u.Groups, g)
		}
		return nil
	})
	for i := range p.users {
		sortLinks(p.users[i].Groups)
		sortLinks(p.users[i].Teams)
	}
	return err
}
