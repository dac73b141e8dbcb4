package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// stateColumns are the columns of a state s of a check.
const stateColumns = `s.state, s.status, s.running_since, s.run, s.last_event, s.last_at, s.occurred_at, s.due_at`

// stateScan returns what stateColumns are scanned into.
func stateScan(s *roster.CheckState) []any {
	return []any{
		(*string)(&s.State), (*string)(&s.Status),
		instant{&s.RunningSince},
		&s.Run,
		optional{(*string)(&s.LastEvent)},
		instant{&s.LastAt},
		instant{&s.OccurredAt},
		instant{&s.DueAt},
	}
}

// insertState stores the state of a check that is made.
func (t *tx) insertState(org roster.OrganizationID, check int64, s roster.CheckState) error {
	const text = `INSERT INTO check_states (organization, check_number, state, status, running_since, run, last_event, last_at, occurred_at, due_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	return t.put("insert state of check", text, t.org(org), check, string(s.State), string(s.Status), micros(s.RunningSince), s.Run,
		uidOrNull(s.LastEvent), micros(s.LastAt), micros(s.OccurredAt), micros(s.DueAt))
}

// LockCheckState implements directory.AlertTx. It locks the state before it reads the version: what
// holds the lock may be changing the check.
func (t *tx) LockCheckState(org roster.OrganizationID, id roster.CheckID) (s directory.LockedState, err error) {
	state := `SELECT ` + stateColumns + ` FROM check_states s WHERE s.organization = $1 AND s.check_number = ` + numberOfCheck + t.engine.forUpdate
	const version = `SELECT number, version FROM checks WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`
	args := []any{t.org(org), uid(id)}
	found := 0
	err = t.look(
		lookup{"lock state of check", state, args, func(r scanner) error {
			found++
			return r.Scan(stateScan(&s.CheckState)...)
		}},
		lookup{"read version of check", version, args, func(r scanner) error {
			found++
			return r.Scan(&s.Number, &s.Version)
		}},
	)
	if err == nil && found < 2 {
		err = missing("check")
	}
	return s, err
}

// PutCheckState implements directory.AlertTx. An event that changes nothing that is indexed gets a
// statement that leaves the indexes alone.
func (t *tx) PutCheckState(org roster.OrganizationID, check int64, before, after roster.CheckState) error {
	const (
		narrow = `UPDATE check_states SET running_since = $3, run = $4, last_event = $5, last_at = $6, occurred_at = $7
	WHERE organization = $1 AND check_number = $2`
		whole = `UPDATE check_states SET running_since = $3, run = $4, last_event = $5, last_at = $6, occurred_at = $7, state = $8, status = $9, due_at = $10
	WHERE organization = $1 AND check_number = $2`
	)
	args := []any{
		t.org(org), check, micros(after.RunningSince), after.Run, uidOrNull(after.LastEvent), micros(after.LastAt), micros(after.OccurredAt),
	}
	if before.State == after.State && before.Status == after.Status && before.DueAt.Equal(after.DueAt) {
		return t.put("put state of check", narrow, args...)
	}
	return t.put("put state of check", whole, append(args, string(after.State), string(after.Status), micros(after.DueAt))...)
}

// DueChecks implements directory.AlertTx.
func (t *tx) DueChecks(now time.Time, most int) ([]directory.DueCheck, error) {
	const text = `SELECT (SELECT o.id FROM organizations o WHERE o.number = s.organization), c.id FROM check_states s
	JOIN checks c ON c.organization = s.organization AND c.number = s.check_number
	WHERE s.due_at > 0 AND s.due_at <= $1 ORDER BY s.due_at LIMIT $2`
	return collect(t, "list due checks", text, []any{micros(now), limit(most, directory.MaxPage)}, func(r scanner) (d directory.DueCheck, err error) {
		return d, r.Scan((*string)(&d.OrganizationID), (*string)(&d.Check))
	})
}

// CheckCounts implements directory.CheckTx.
func (t *tx) CheckCounts(org roster.OrganizationID, scope *directory.CheckScope) ([]directory.CheckCount, error) {
	b := newQuery(`SELECT s.state, s.status, COUNT(*) FROM check_states s`)
	if cond, args := seenChecks(t.org(org), scope); cond != "" {
		b.add(` JOIN checks c ON c.organization = s.organization AND c.number = s.check_number`)
		b.where("s.organization = ?", t.org(org))
		b.where(cond, args...)
	} else {
		b.where("s.organization = ?", t.org(org))
	}
	b.add(" GROUP BY s.state, s.status")
	return collect(t, "count checks", b.text.String(), b.args, func(r scanner) (c directory.CheckCount, err error) {
		return c, r.Scan((*string)(&c.State), (*string)(&c.Status), &c.N)
	})
}
