package directory

import (
	"context"
	"encoding/json"
	"time"

	"roster"
)

// retryFor is how long a create is remembered (DECISIONS 20).
const retryFor = 24 * time.Hour

// fingerprint is the HMAC of who creates what, through which face: equal creates by the same
// principal have the same. input is the inputText of the create. It is "" where input holds text
// that is no JSON: then check has the fault.
func (d *Directory) fingerprint(by roster.Actor, act Action, input json.RawMessage) string {
	key, err := d.hmac([]any{inputForm, by.OrganizationID, by.Principal(), by.Face, act, input})
	if err != nil {
		return ""
	}
	return key
}

// createUnlessRepeated makes the record r.ResourceID under the fingerprint r.Key, as the first thing of a
// transaction. Where an equal create has made a record within a day, and asMade finds it as it was
// made, it returns that record instead. Without a fingerprint it only creates.
func createUnlessRepeated[T any](tx Tx, r Retry, create func() (T, error), asMade func(made Retry) (T, bool, error)) (T, error) {
	if r.Key == "" {
		return create()
	}
	r.Version = 1
	var again T
	_, found, err := claimRetry(tx, r, func(made Retry) (holds bool, err error) {
		if r.CreatedAt.Sub(made.CreatedAt) >= retryFor {
			return false, nil
		}
		again, holds, err = asMade(made)
		return holds, err
	})
	switch {
	case err != nil:
		var none T
		return none, err
	case found:
		return again, nil
	default:
		return create()
	}
}

// unchangedSince takes the record of a create that is remembered, and reports whether it is there
// and as it was made.
func unchangedSince[T any](made Retry, record T, version int64, err error) (T, bool, error) {
	if err != nil && roster.KindOf(err) == roster.NotFound {
		return record, false, nil
	}
	return record, err == nil && version == made.Version, err
}

// findRepeat returns the user that an equal create made within the last day, if it is as it was made.
func (c *creation) findRepeat(tx Tx) (creationResult, bool, error) {
	if c.key == "" {
		return creationResult{}, false, nil
	}
	r, found, err := tx.Retry(c.by.OrganizationID, c.key)
	if err != nil || !found || c.now().Sub(r.CreatedAt) >= retryFor {
		return creationResult{}, false, err
	}
	return c.loadUnchanged(tx, r)
}

// loadUnchanged returns the user of a create that is remembered, if the user is as it was made.
func (c *creation) loadUnchanged(tx Tx, r Retry) (creationResult, bool, error) {
	u, err := tx.User(c.by.OrganizationID, UserSelector{ID: roster.UserID(r.ResourceID)}, WithRoles|WithGroups|WithTeams|WithReach)
	u, holds, err := unchangedSince(r, u, u.Version, err)
	if err != nil || !holds {
		return creationResult{}, false, err
	}
	again, err := c.repeatAnswer(tx, u)
	return again, err == nil, err
}

// repeatAnswer is the answer to a repeat: the user that the first create made.
func (c *creation) repeatAnswer(tx Tx, u roster.User) (creationResult, error) {
	again := creationResult{CreatedUser: CreatedUser{User: u, Repeated: true, WelcomeEmail: c.welcomes(u)}}
	if c.in.Password == "" {
		return again, nil
	}
	var err error
	again.hash, err = hashOfCreate(tx, u.OrganizationID, u.ID)
	return again, err
}

// loadCurrent is the answer to a create whose idempotency key made the user: as the user is now.
func (c *creation) loadCurrent(tx Tx, id roster.UserID) (creationResult, error) {
	u, err := selectUser(tx, c.by, ActUserRead, UserSelector{ID: id}, withWhole)
	if err != nil {
		return creationResult{}, err
	}
	return c.repeatAnswer(tx, u)
}

// keyIsUsed reports whether a create that is remembered has the idempotency key, so that no hash is
// needed.
func (c *creation) keyIsUsed(tx Tx) (bool, error) {
	if c.in.IdempotencyKey == "" {
		return false, nil
	}
	r, found, err := tx.Retry(c.by.OrganizationID, c.share)
	return found && c.now().Sub(r.CreatedAt) < retryFor, err
}

// verifyRepeat answers a repeat, if it came with the password of the first.
func (c *creation) verifyRepeat(ctx context.Context, again creationResult) (CreatedUser, error) {
	if c.in.Password == "" {
		return again.CreatedUser, nil
	}
	same, err := c.matchesFirstPassword(ctx, c.by, again.ID, again.hash, c.in.Password)
	if err != nil {
		return CreatedUser{}, err
	}
	if !same && c.in.IdempotencyKey != "" {
		return CreatedUser{}, keyReused()
	}
	if !same {
		return CreatedUser{}, valueTaken(roster.Holder{ID: string(again.ID), Number: again.Number}, "userName", again.UserName)
	}
	return again.CreatedUser, nil
}

// hashOfCreate returns the hash of the password with which a user was made, "" if it was made
// without one, has another one by now, or is gone. No repeat is compared with a password that was
// set later: who makes a user may be below it by now.
func hashOfCreate(tx Tx, org roster.OrganizationID, id roster.UserID) (roster.PasswordHash, error) {
	account, err := tx.AccountByID(org, id)
	switch {
	case err != nil && roster.KindOf(err) != roster.NotFound:
		return "", err
	case err != nil, account.CredentialVersion != firstCredentials:
		return "", nil
	}
	return account.PasswordHash, nil
}

// matchesFirstPassword reports whether a repeat came with the password with which the user was made, whose hash
// is that of hashOfCreate. Failures are counted by user.
//
// Errors: RateLimited, Unavailable.
func (d *Directory) matchesFirstPassword(ctx context.Context, by roster.Actor, id roster.UserID, hash roster.PasswordHash, password string) (same bool, err error) {
	end, err := d.repeatTries.begin(ctx, string(id), d.now)
	if err != nil {
		return false, err
	}
	defer func() { end(err == nil && !same) }()
	return d.passwords.Verify(ctx, by, id, hash, password)
}
