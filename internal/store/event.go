package store

import (
	"roster"
	"roster/internal/directory"
)

// InsertEvent implements directory.CheckTx.
func (t *tx) InsertEvent(e roster.Event) error {
	const text = `INSERT INTO events (organization_id, id, check_id, title, sender, status, at, body)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	t.grown++
	return t.put("insert event", text, string(e.OrganizationID), string(e.ID), string(e.Check.ID), e.Title, e.From,
		string(e.Status), micros(e.At), e.Body)
}

// Events implements directory.CheckTx.
func (t *tx) Events(org roster.OrganizationID, q directory.EventQuery) ([]roster.Event, error) {
	body := "''"
	if q.Body {
		body = "v.body"
	}
	b := newQuery(`SELECT v.id, v.organization_id, v.check_id, COALESCE(c.number, 0), COALESCE(c.name, ''), v.title, v.sender,
	v.status, v.at, ` + body + ` FROM events v LEFT JOIN checks c ON c.organization_id = v.organization_id AND c.id = v.check_id`)
	switch {
	case q.Unmatched:
		b.whereEventOf(org, q, []roster.CheckID{""})
	case q.Checks != nil:
		b.whereEventOf(org, q, q.Checks)
	default:
		b.whereEvent(org, q)
	}
	b.add(" ORDER BY v.id DESC LIMIT ?", limit(q.Limit, directory.MaxPage))
	return collect(t, "list events", b.text.String(), b.args, scanEvent)
}

func scanEvent(r scanner) (e roster.Event, err error) {
	return e, r.Scan((*string)(&e.ID), (*string)(&e.OrganizationID), (*string)(&e.Check.ID), &e.Check.Number, &e.Check.Name,
		&e.Title, &e.From, (*string)(&e.Status), instant{&e.At}, &e.Body)
}

// whereEvent adds what q asks for of an event v, but for the check that claimed it.
func (q *query) whereEvent(org roster.OrganizationID, want directory.EventQuery) {
	q.where("v.organization_id = ?", string(org))
	if want.Before != "" {
		q.where("v.id < ?", string(want.Before))
	}
	if want.Since != "" {
		q.where("v.id >= ?", string(want.Since))
	}
	if want.Among != nil {
		q.in("v.id", anyOf(want.Among))
	}
}

// whereEventOf keeps the events of the next page of each check: the cost is that of so many pages, however
// many events of others came in between.
func (q *query) whereEventOf(org roster.OrganizationID, want directory.EventQuery, checks []roster.CheckID) {
	if len(checks) == 0 {
		q.where("1 = 0")
		return
	}
	q.where("v.organization_id = ?", string(org))
	q.where("v.id IN (")
	for i, id := range checks {
		if i > 0 {
			q.add(" UNION ALL ")
		}
		q.add("SELECT id FROM (SELECT v.id FROM events v")
		q.cond = false
		q.where("v.check_id = ?", string(id))
		q.whereEvent(org, want)
		q.add(" ORDER BY v.id DESC LIMIT ?) AS page", limit(want.Limit, directory.MaxPage))
	}
	q.add(")")
}

// CountUsers implements directory.CheckTx. To delete a user deletes its memberships.
func (t *tx) CountUsers(org roster.OrganizationID, groups []roster.GroupID) (n int64, err error) {
	b := newQuery(`SELECT COUNT(*) FROM users u`)
	if groups != nil {
		// CROSS JOIN keeps SQLite from reading the members of all groups.
		b = newQuery(`SELECT COUNT(DISTINCT m.user_number) FROM groups g CROSS JOIN group_members m`)
		b.where("m.organization_id = g.organization_id AND m.group_id = g.id AND g.organization_id = ?", string(org))
		b.in("g.id", anyOf(groups))
	} else {
		b.where("u.organization_id = ? AND u.user_key IS NOT NULL", string(org))
	}
	_, err = t.one("count users", b.text.String(), b.args, &n)
	return n, err
}
