package store

import (
	"roster"
	"roster/internal/directory"
)

// InsertEvent implements directory.CheckTx.
func (t *tx) InsertEvent(e roster.Event) error {
	const text = `INSERT INTO events (organization_id, id, check_id, title, sender, status, at, body, reason)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	t.inserted++
	return t.put("insert event", text, string(e.OrganizationID), string(e.ID), string(e.Check.ID), e.Title, e.From,
		string(e.Status), micros(e.At), e.Body, e.Reason)
}

// Events implements directory.CheckTx.
func (t *tx) Events(org roster.OrganizationID, q directory.EventQuery) ([]roster.Event, error) {
	reason, body := "''", "''"
	if q.Body {
		reason, body = "v.reason", "v.body"
	}
	b := newQuery(`SELECT v.id, v.organization_id, v.check_id, COALESCE(c.number, 0), COALESCE(c.name, ''), v.title, v.sender,
	v.status, v.at, ` + reason + `, ` + body + ` FROM events v LEFT JOIN checks c ON c.organization_id = v.organization_id AND c.id = v.check_id`)
	switch {
	case q.Unmatched:
		b.whereEventOfChecks(org, q, []roster.CheckID{""})
	case q.Checks != nil:
		b.whereEventOfChecks(org, q, q.Checks)
	default:
		b.whereEvent(org, q)
	}
	b.add(" ORDER BY v.id DESC LIMIT ?", limit(q.Limit, directory.MaxPage))
	return collect(t, "list events", b.text.String(), b.args, scanEvent)
}

func scanEvent(r scanner) (e roster.Event, err error) {
	return e, r.Scan((*string)(&e.ID), (*string)(&e.OrganizationID), (*string)(&e.Check.ID), &e.Check.Number, &e.Check.Name,
		&e.Title, &e.From, (*string)(&e.Status), instant{&e.At}, &e.Reason, &e.Body)
}

// whereEvent adds the conditions of want on an event v, except the one on its check.
func (q *query) whereEvent(org roster.OrganizationID, want directory.EventQuery) {
	q.where("v.organization_id = ?", string(org))
	if want.After != "" {
		q.where("v.id < ?", string(want.After))
	}
	if want.Since != "" {
		q.where("v.id >= ?", string(want.Since))
	}
	if want.Among != nil {
		q.in("v.id", anyOf(want.Among))
	}
}

// whereEventOfChecks adds the condition that an event is in the next page of one of the checks. Its
// cost is that of one page per check, however many events of other checks lie between.
func (q *query) whereEventOfChecks(org roster.OrganizationID, want directory.EventQuery, checks []roster.CheckID) {
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

// DeleteEvents implements directory.CheckTx. CROSS JOIN makes SQLite search each organization
// instead of scanning all events.
func (t *tx) DeleteEvents(before roster.EventID, most int) (int, error) {
	const text = `DELETE FROM events WHERE (organization_id, id) IN
	(SELECT o.id, v.id FROM organizations o CROSS JOIN events v WHERE v.organization_id = o.id AND v.id < $1 LIMIT $2)`
	n, err := t.exec("delete events", text, string(before), most)
	return int(n), err
}

// CountUsers implements directory.CheckTx. Deleted users are members of no group.
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
