package store

import (
	"encoding/json"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	alertColumns = `a.id, c.id, a.check_number, c.name, a.dedup_key, a.title, a.labels, a.state, a.highest, a.silent, a.urgency, a.failures,
	a.opened_at, a.raised_at, a.last_event_at, a.occurred_at, a.ended_at,
	u.id, COALESCE(u.number, 0), COALESCE(u.user_name, ''), a.acknowledged_at, a.acknowledged_until`

	alertsOfChecks = `alerts a JOIN checks c ON c.organization = a.organization AND c.number = a.check_number
	LEFT JOIN users u ON u.organization = a.organization AND u.number = a.acknowledging_user_number`
)

func scanAlert(r scanner) (a roster.Alert, err error) {
	k := &a.Acknowledged
	return a, r.Scan((*string)(&a.ID), (*string)(&a.Check.ID), &a.Check.Number, &a.Check.Name, &a.DedupKey, &a.Title, labels{&a.Labels},
		(*string)(&a.State), (*string)(&a.Highest), &a.Silent, (*string)(&a.Urgency), &a.Failures,
		instant{&a.OpenedAt}, instant{&a.RaisedAt}, instant{&a.LastEventAt}, instant{&a.OccurredAt}, instant{&a.EndedAt},
		optional{(*string)(&k.By.ID)}, &k.By.Number, &k.By.Name, instant{&k.At}, instant{&k.Until})
}

// labels scans stored labels; "" becomes nil.
type labels struct{ to *map[string]string }

func (l labels) scanText(text string) error {
	*l.to = nil
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), l.to)
}

// labelText returns the stored form of labels: JSON, or "" for none.
func labelText(all map[string]string) (string, error) {
	if len(all) == 0 {
		return "", nil
	}
	text, err := json.Marshal(all)
	return string(text), err
}

// AlertsMet implements directory.AlertTx. Other alerts than that of the key and that of silence are
// only asked for the worst state, which an index has first.
func (t *tx) AlertsMet(org roster.OrganizationID, check int64, dedupKey string) (met directory.AlertsMet, err error) {
	const (
		of     = `SELECT ` + alertColumns + ` FROM ` + alertsOfChecks + ` WHERE a.organization = $1 AND a.check_number = $2`
		open   = of + ` AND a.ended_at = 0 AND a.dedup_key IN ($3, '')`
		newest = of + ` AND a.dedup_key = $3 ORDER BY a.id DESC LIMIT 1`
		worst  = `SELECT state FROM alerts WHERE organization = $1 AND check_number = $2 AND ended_at = 0
	AND dedup_key <> $3 AND NOT silent ORDER BY state LIMIT 1`
	)
	args := []any{t.org(org), check, dedupKey}
	err = t.look(
		lookup{"read newest alert", newest, args, func(r scanner) error {
			met.Newest, err = scanAlert(r)
			return err
		}},
		lookup{"read open alerts", open, args, func(r scanner) error {
			a, err := scanAlert(r)
			switch {
			case a.DedupKey == dedupKey:
				met.Newest = a
			case a.Silent:
				met.Silence = a
			}
			return err
		}},
		lookup{"read worst alert", worst, args, func(r scanner) error { return r.Scan((*string)(&met.Elsewhere)) }},
	)
	return met, err
}

// Alerts implements directory.AlertTx.
func (t *tx) Alerts(org roster.OrganizationID, q directory.AlertQuery) (directory.Rows[roster.Alert], error) {
	return list(t, listing[roster.Alert]{
		noun: "alerts", columns: alertColumns, scan: scanAlert,
		from: func(b *query) error {
			fromAlerts(b, t.org(org), q)
			return nil
		},
		order: byID("a.id", true, q.Before), limit: q.Limit, count: q.Count,
	})
}

// fromAlerts adds which alerts a are asked for.
func fromAlerts(b *query, org any, q directory.AlertQuery) {
	b.add(" FROM " + alertsOfChecks)
	b.where("a.organization = ?", org)
	if q.ID != "" {
		b.where("a.id = ?", uid(q.ID))
	}
	if q.Check != "" {
		b.where("a.check_number = (SELECT number FROM checks WHERE organization = ? AND id = ?)", org, uid(q.Check))
	}
	switch {
	case !q.Open.Present:
	case q.Open.Value:
		b.where("a.ended_at = 0")
	default:
		b.where("a.ended_at > 0")
	}
	if cond, args := seenChecks(org, q.Scope); cond != "" {
		b.where("c.name_key IS NOT NULL")
		b.where(cond, args...)
	}
}

// PutAlerts implements directory.AlertTx.
func (t *tx) PutAlerts(org roster.OrganizationID, alerts []roster.Alert) error {
	text := `INSERT INTO alerts (organization, id, check_number, dedup_key, title, labels, state, highest, silent, urgency, failures,
	opened_at, raised_at, last_event_at, occurred_at, ended_at, acknowledging_user_number, acknowledged_at, acknowledged_until)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, ` + numberOrNull("users", "$1", "$17") + `, $18, $19)
	ON CONFLICT (organization, id) DO UPDATE SET state = excluded.state, highest = excluded.highest, silent = excluded.silent,
	urgency = excluded.urgency, failures = excluded.failures, raised_at = excluded.raised_at, last_event_at = excluded.last_event_at,
	occurred_at = excluded.occurred_at, ended_at = excluded.ended_at, acknowledging_user_number = excluded.acknowledging_user_number,
	acknowledged_at = excluded.acknowledged_at, acknowledged_until = excluded.acknowledged_until`
	for _, a := range alerts {
		named, err := labelText(a.Labels)
		if err != nil {
			return err
		}
		err = t.put("put alert", text, t.org(org), uid(a.ID), a.Check.Number, a.DedupKey, a.Title, named, string(a.State), string(a.Highest),
			a.Silent, string(a.Urgency), a.Failures, micros(a.OpenedAt), micros(a.RaisedAt), micros(a.LastEventAt), micros(a.OccurredAt),
			micros(a.EndedAt), uidOrNull(a.Acknowledged.By.ID), micros(a.Acknowledged.At), micros(a.Acknowledged.Until))
		if err != nil {
			return err
		}
	}
	return nil
}

// InsertFlips implements directory.AlertTx.
func (t *tx) InsertFlips(org roster.OrganizationID, check int64, flips []roster.Flip) error {
	const text = `INSERT INTO flips (organization, id, check_number, alert_id, from_state, to_state, at, event_id, cause) VALUES`
	var rows []any
	for _, f := range flips {
		rows = append(rows, t.org(org), uid(f.ID), check, uidOrNull(f.Alert), string(f.From), string(f.To), micros(f.At), uidOrNull(f.Event), string(f.Cause))
	}
	return t.insertRows("insert flips", text, flipRow, rows)
}

// Flips implements directory.AlertTx.
func (t *tx) Flips(org roster.OrganizationID, check roster.CheckID, after roster.FlipID, most int) ([]roster.Flip, error) {
	const text = `SELECT id, alert_id, from_state, to_state, at, event_id, cause FROM flips
	WHERE organization = $1 AND check_number = ` + numberOfCheck + ` AND id > $3 ORDER BY id LIMIT $4`
	args := []any{t.org(org), uid(check), uidOrLeast(after), limit(most, directory.MaxPage)}
	return collect(t, "list flips", text, args, func(r scanner) (f roster.Flip, err error) {
		f.Check = check
		return f, r.Scan((*string)(&f.ID), optional{(*string)(&f.Alert)}, (*string)(&f.From), (*string)(&f.To), instant{&f.At},
			optional{(*string)(&f.Event)}, (*string)(&f.Cause))
	})
}

// DeleteFlips implements directory.AlertTx. CROSS JOIN makes SQLite search each organization
// instead of scanning all flips. This holds for DeleteAlerts, too.
func (t *tx) DeleteFlips(before roster.FlipID, most int) (int, error) {
	const text = `DELETE FROM flips WHERE (organization, id) IN
	(SELECT o.number, f.id FROM organizations o CROSS JOIN flips f WHERE f.organization = o.number AND f.id < $1 LIMIT $2)`
	n, err := t.exec("delete flips", text, uid(before), most)
	return int(n), err
}

// DeleteAlerts implements directory.AlertTx.
func (t *tx) DeleteAlerts(before roster.AlertID, ended time.Time, most int) (int, error) {
	const text = `DELETE FROM alerts WHERE (organization, id) IN
	(SELECT o.number, a.id FROM organizations o CROSS JOIN alerts a
	WHERE a.organization = o.number AND a.id < $1 AND a.ended_at > 0 AND a.ended_at < $2 LIMIT $3)`
	n, err := t.exec("delete alerts", text, uid(before), micros(ended), most)
	return int(n), err
}
