package store

import (
	"math"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	sessionColumns = `s.id, u.id, s.face, s.credential_version, s.created_at, s.last_used_at, s.idle, s.expires_at`

	sessionUser = ` FROM sessions s JOIN users u
	ON u.organization = s.organization AND u.number = s.user_number AND u.user_key IS NOT NULL`
	sessionByHash = ` WHERE s.token_hash = $1`
)

// sessionTargets returns the Scan targets of sessionColumns.
func sessionTargets(s *roster.Session) []any {
	return []any{
		(*string)(&s.ID), (*string)(&s.UserID), (*string)(&s.Face), &s.CredentialVersion,
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
	err := t.each("read session", text, []any{digest(hash)}, func(r scanner) error {
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
	if a.OrganizationID, err = t.orgID(a.org); err != nil {
		return roster.Session{}, roster.Account{}, err
	}
	s.OrganizationID = a.OrganizationID
	return s, a.account(), nil
}

// InsertSession implements directory.CredentialTx.
func (t *tx) InsertSession(s roster.Session, hash string, most int) error {
	const insert = `INSERT INTO sessions (organization, id, user_number, token_hash, face, credential_version,
	created_at, last_used_at, idle, expires_at, over_at) VALUES ($1, $2, (SELECT number FROM users WHERE organization = $1 AND id = $3), $4, $5, $6, $7, $8, $9, $10, $11)`
	_, err := t.exec("insert session", insert,
		t.org(s.OrganizationID), uid(s.ID), uid(s.UserID), digest(hash), string(s.Face), s.CredentialVersion,
		micros(s.CreatedAt), micros(s.LastUsedAt), s.Idle.Microseconds(), micros(s.ExpiresAt), sessionEnd(s))
	if err != nil || most < 1 {
		return err
	}
	const trim = `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE organization = $1
	AND user_number = ` + numberOfUser + ` ORDER BY created_at DESC, id DESC LIMIT 1000 OFFSET $3)`
	_, err = t.exec("delete oldest sessions", trim, t.org(s.OrganizationID), uid(s.UserID), most)
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
	_, err := t.exec("touch session", text, uid(id), micros(at), micros(at.Add(directory.ClockSlack)))
	return err
}

// DeleteSessions implements directory.CredentialTx.
func (t *tx) DeleteSessions(org roster.OrganizationID, id roster.UserID) error {
	const text = `DELETE FROM sessions WHERE organization = $1 AND user_number = ` + numberOfUser
	_, err := t.exec("delete sessions", text, t.org(org), uid(id))
	return err
}

// Sessions implements directory.CredentialTx.
func (t *tx) Sessions(org roster.OrganizationID, q directory.SessionQuery) (directory.Rows[roster.Session], error) {
	return list(t, listing[roster.Session]{
		noun: "sessions", columns: sessionColumns,
		scan: func(r scanner) (s roster.Session, err error) {
			s.OrganizationID = org
			return s, r.Scan(sessionTargets(&s)...)
		},
		from: func(b *query) error {
			number := t.org(org)
			b.add(" FROM sessions s JOIN users u ON u.organization = s.organization AND u.number = s.user_number")
			b.where("s.organization = ?", number)
			b.where("s.user_number = (SELECT number FROM users WHERE organization = ? AND id = ?)", number, uid(q.User))
			b.where("s.over_at > ?", micros(q.Open))
			return nil
		},
		order: byID("COALESCE(s.id, s.id)", false, q.After) /* no index is to be taken for it */, limit: q.Limit, count: q.Count,
	})
}

// DeleteSession implements directory.CredentialTx.
func (t *tx) DeleteSession(org roster.OrganizationID, user roster.UserID, id roster.SessionID) (bool, error) {
	const text = `DELETE FROM sessions WHERE organization = $1 AND id = $3
	AND user_number = ` + numberOfUser
	n, err := t.exec("delete session", text, t.org(org), uid(user), uid(id))
	return n > 0, err
}

// DeleteDeadSessions implements directory.CredentialTx.
func (t *tx) DeleteDeadSessions(at time.Time, most int) (int, error) {
	const text = `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE over_at <= $1 ORDER BY over_at LIMIT $2)`
	n, err := t.exec("delete dead sessions", text, micros(at), most)
	return int(n), err
}
