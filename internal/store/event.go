package store

import (
	"roster"
	"roster/internal/directory"
)

// InsertEvent implements directory.CheckTx.
func (t *tx) InsertEvent(e roster.Event) error {
	const text = `INSERT INTO events (organization, id, check_number, title, sender, status, at, body, reason, occurred_at, dedup_key, labels)
	VALUES ($1, $2, COALESCE((SELECT number FROM checks WHERE organization = $1 AND id = $3), 0), $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	named, err := labelText(e.Labels)
	if err != nil {
		return err
	}
	t.inserted++
	return t.put("insert event", text, t.org(e.OrganizationID), uid(e.ID), uid(e.Check.ID), e.Title, e.From,
		string(e.Status), micros(e.At), e.Body, e.Reason, micros(e.OccurredAt), e.DedupKey, named)
}

// Events implements directory.CheckTx.
func (t *tx) Events(org roster.OrganizationID, q directory.EventQuery) ([]roster.Event, error) {
	reason, body := "''", "''"
	if q.Body {
		reason, body = "v.reason", "v.body"
	}
	b := newQuery(`SELECT v.id, c.id, COALESCE(c.number, 0), COALESCE(c.name, ''), v.title, v.sender,
	v.status, v.at, v.occurred_at, v.dedup_key, v.labels, ` + reason + `, ` + body + ` FROM events v LEFT JOIN checks c ON c.organization = v.organization AND c.number = v.check_number`)
	switch {
	case q.Unmatched:
		b.whereEventOfChecks(t.org(org), q, []roster.CheckID{""})
	case q.Checks != nil:
		b.whereEventOfChecks(t.org(org), q, q.Checks)
	default:
		b.whereEvent(t.org(org), q)
	}
	b.add(" ORDER BY v.id DESC LIMIT ?", limit(q.Limit, directory.MaxPage))
	return collect(t, "list events", b.text.String(), b.args, eventsOf(org))
}

// eventsOf returns a function that reads an event of the organization.
func eventsOf(org roster.OrganizationID) func(scanner) (roster.Event, error) {
	return func(r scanner) (e roster.Event, err error) {
		e.OrganizationID = org
		return e, r.Scan((*string)(&e.ID), optional{(*string)(&e.Check.ID)}, &e.Check.Number, &e.Check.Name,
			&e.Title, &e.From, (*string)(&e.Status), instant{&e.At}, instant{&e.OccurredAt}, &e.DedupKey, labels{&e.Labels}, &e.Reason, &e.Body)
	}
}

// whereEvent adds the conditions of want on an event v, except the one on its check.
func (q *query) whereEvent(org any, want directory.EventQuery) {
	q.where("v.organization = ?", org)
	if want.After != "" {
		q.where("v.id < ?", uid(want.After))
	}
	if want.Since != "" {
		q.where("v.id >= ?", uid(want.Since))
	}
	if want.Among != nil {
		q.in("v.id", anyUID(want.Among))
	}
}

// whereEventOfChecks adds the condition that an event is in the next page of one of the checks. Its
// cost is that of one page per check, however many events of other checks lie between.
func (q *query) whereEventOfChecks(org any, want directory.EventQuery, checks []roster.CheckID) {
	if len(checks) == 0 {
		q.where("1 = 0")
		return
	}
	q.where("v.organization = ?", org)
	q.where("v.id IN (")
	for i, id := range checks {
		if i > 0 {
			q.add(" UNION ALL ")
		}
		q.add("SELECT id FROM (SELECT v.id FROM events v")
		q.cond = false
		if id == "" {
			q.where("v.check_number = ?", 0)
		} else {
			q.where("v.check_number = (SELECT number FROM checks WHERE organization = ? AND id = ?)", org, uid(id))
		}
		q.whereEvent(org, want)
		q.add(" ORDER BY v.id DESC LIMIT ?) AS page", limit(want.Limit, directory.MaxPage))
	}
	q.add(")")
}

// DeleteEvents implements directory.CheckTx. CROSS JOIN makes SQLite search each organization
// instead of scanning all events.
func (t *tx) DeleteEvents(before roster.EventID, most int) (int, error) {
	const text = `DELETE FROM events WHERE (organization, id) IN
	(SELECT o.number, v.id FROM organizations o CROSS JOIN events v WHERE v.organization = o.number AND v.id < $1 LIMIT $2)`
	n, err := t.exec("delete events", text, uid(before), most)
	return int(n), err
}

// CountUsers implements directory.CheckTx. Deleted users are members of no group.
func (t *tx) CountUsers(org roster.OrganizationID, groups []roster.GroupID) (n int64, err error) {
	b := newQuery(`SELECT COUNT(*) FROM users u`)
	if groups != nil {
		// CROSS JOIN keeps SQLite from reading the members of all groups.
		b = newQuery(`SELECT COUNT(DISTINCT m.user_number) FROM groups g CROSS JOIN group_members m`)
		b.where("m.organization = g.organization AND m.group_number = g.number AND g.organization = ?", t.org(org))
		b.in("g.id", anyUID(groups))
	} else {
		b.where("u.organization = ? AND u.user_key IS NOT NULL", t.org(org))
	}
	_, err = t.one("count users", b.text.String(), b.args, &n)
	return n, err
}
