package store

import (
	"roster"
	"roster/internal/premise"
)

// AccessVersions implements directory.CredentialTx.
func (t *tx) AccessVersions(org roster.OrganizationID, user int64) (v premise.Versions, err error) {
	const text = `SELECT o.policy_version,
	COALESCE((SELECT u.version FROM users u WHERE u.organization = o.number AND u.number = $2 AND u.user_key IS NOT NULL), 0)
	FROM organizations o WHERE o.id = $1`
	_, err = t.one("read versions of access", text, []any{uid(org), user}, &v.Policy, &v.User)
	return v, err
}

// stillHolds finds a row if what is remembered of a caller is still so. Each optional id is
// compared before it is asked for: from that PostgreSQL learns its type.
const stillHolds = `SELECT 1 FROM organizations o WHERE o.id = $1 AND o.policy_version = $2
	AND (CAST($3 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM users u WHERE u.organization = o.number AND u.number = $3
		AND u.version = $4 AND u.credential_version = $5 AND u.user_key IS NOT NULL))
	AND (EXISTS (SELECT 1 FROM tokens k WHERE k.id = $6 AND k.organization = o.number AND k.revoked_at = 0) OR $6 IS NULL)
	AND (EXISTS (SELECT 1 FROM sessions s WHERE s.id = $7 AND s.organization = o.number) OR $7 IS NULL)`

func stillHoldsArgs(r premise.Remembered) []any {
	return []any{
		uid(r.OrganizationID), r.PolicyVersion, r.User, r.UserVersion, r.CredentialVersion, uidOrNull(r.Token), uidOrNull(r.Session),
	}
}

// StillHolds implements directory.CredentialTx.
func (t *tx) StillHolds(r premise.Remembered) (bool, error) {
	var one int
	return t.one("verify what is remembered of a caller", stillHolds, stillHoldsArgs(r), &one)
}

// raisePolicy raises the version of the organization's policy, because a role or a group changed.
// It is the last statement of a change: other changes of policies wait for its row.
func (t *tx) raisePolicy(org roster.OrganizationID) error {
	const text = `UPDATE organizations SET policy_version = policy_version + 1 WHERE number = $1`
	return t.put("raise policy version", text, t.org(org))
}
