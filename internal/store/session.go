package store

import (
	"math"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	sessionColumns = `s.id, s.organization_id, s.user_id, s.face, s.credential_version, s.created_at, s.last_used_at, s.idle, s.expires_at`

	sessionUser = ` FROM sessions s JOIN users u
	ON u.organization_id = s.organization_id AND u.id = s.user_id AND u.user_key IS NOT NULL`
	sessionByHash = ` WHERE s.token_hash = $1`
)

// sessionTargets returns the Scan targets of sessionColumns.
func sessionTargets(s *roster.Session) []any {
	return []any{
		(*string)(&s.ID), (*string)(&s.OrganizationID), (*string)(&s.UserID), (*string)(&s.Face), &s.CredentialVersion,
		instant{&s.CreatedAt},
		instant{&s.LastUsedAt},
		span{&s.Idle},
		instant{&s.ExpiresAt},
	}
}

// SessionByHash implements directory.CredentialTx.
func (t *tx) SessionByHash(hash string) (roster.Session, roster.Account, error) {
	const text = `SELECT ` + sessionColumns + `, ` + accountColumns + roleGrantColumns + sessionUser + roleGrants + sessionByHash +
		` UNION ALL SELECT ` + sessionColumns + `, ` + accountColumns + levelGrantColumns + sessionUser + levelGrants + sessionByHash
	var s roster.Session
	var a grantedAccount
	to := append(sessionTargets(&s), a.targets()...)
	err := t.each("read session", text, []any{hash}, func(r scanner) error {
		err := r.Scan(to...)
		a.add()
		return err
	})
	if err != nil {
		return roster.Session{}, roster.Account{}, err
	}
	if s.ID == "" {
		return roster.Session{}, roster.Account{}, missing("session")
	}
	return s, a.account(), nil
}

// InsertSession implements directory.CredentialTx.
func (t *tx) InsertSession(s roster.Session, hash string, most int) error {
	const insert = `INSERT INTO sessions (id, organization_id, user_id, token_hash, face, credential_version,
	created_at, last_used_at, idle, expires_at, over_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	_, err := t.exec("insert session", insert,
		string(s.ID), string(s.OrganizationID), string(s.UserID), hash, string(s.Face), s.CredentialVersion,
		micros(s.CreatedAt), micros(s.LastUsedAt), s.Idle.Microseconds(), micros(s.ExpiresAt), sessionEnd(s))
	if err != nil || most < 1 {
		return err
	}
	const trim = `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE organization_id = $1 AND user_id = $2
	ORDER BY created_at DESC, id DESC LIMIT 1000 OFFSET $3)`
	_, err = t.exec("delete oldest sessions", trim, string(s.OrganizationID), string(s.UserID), most)
	return err
}

// sessionEnd returns the stored form of the time at which the session ends if it is not used again.
func sessionEnd(s roster.Session) int64 {
	end := int64(math.MaxInt64)
	if !s.ExpiresAt.IsZero() {
		end = micros(s.ExpiresAt)
	}
	if s.Idle > 0 {
		end = min(end, micros(s.LastUsedAt)+s.Idle.Microseconds())
	}
	return end
}

// TouchSession implements directory.CredentialTx. It leaves alone a session that does not exist or
// was touched a little later. It does change one that was touched much later: the clock was set
// back since.
func (t *tx) TouchSession(id roster.SessionID, at time.Time) error {
	const text = `UPDATE sessions SET last_used_at = $2, over_at = CASE
		WHEN idle = 0 THEN over_at
		WHEN expires_at > 0 AND expires_at < $2 + idle THEN expires_at
		ELSE $2 + idle END
	WHERE id = $1 AND (last_used_at < $2 OR last_used_at > $3)`
	_, err := t.exec("touch session", text, string(id), micros(at), micros(at.Add(directory.ClockSlack)))
	return err
}

// DeleteSessions implements directory.CredentialTx.
func (t *tx) DeleteSessions(org roster.OrganizationID, id roster.UserID) error {
	const text = `DELETE FROM sessions WHERE organization_id = $1 AND user_id = $2`
	_, err := t.exec("delete sessions", text, string(org), string(id))
	return err
}

// Sessions implements directory.CredentialTx.
func (t *tx) Sessions(org roster.OrganizationID, q directory.SessionQuery) (directory.Rows[roster.Session], error) {
	return list(t, listing[roster.Session]{
		noun: "sessions", columns: sessionColumns,
		scan: func(r scanner) (s roster.Session, err error) { return s, r.Scan(sessionTargets(&s)...) },
		from: func(b *query) error {
			b.add(" FROM sessions s")
			b.where("s.organization_id = ?", string(org))
			b.where("s.user_id = ?", string(q.User))
			b.where("s.over_at > ?", micros(q.Open))
			return nil
		},
		order: ascending(orderKey("s.id", true), q.After), limit: q.Limit, count: q.Count,
	})
}

// DeleteSession implements directory.CredentialTx.
func (t *tx) DeleteSession(org roster.OrganizationID, user roster.UserID, id roster.SessionID) (bool, error) {
	const text = `DELETE FROM sessions WHERE organization_id = $1 AND user_id = $2 AND id = $3`
	n, err := t.exec("delete session", text, string(org), string(user), string(id))
	return n > 0, err
}

// DeleteDeadSessions implements directory.CredentialTx.
func (t *tx) DeleteDeadSessions(at time.Time, most int) (int, error) {
	const text = `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE over_at <= $1 ORDER BY over_at LIMIT $2)`
	n, err := t.exec("delete dead sessions", text, micros(at), most)
	return int(n), err
}
