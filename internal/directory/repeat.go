package directory

import (
	"context"
	"encoding/json"
	"time"

	"roster"
)

// retryFor is how long a create is remembered (DECISIONS 20).
const retryFor = 24 * time.Hour

// fingerprint returns an HMAC of the organization, the principal, the face, the action and the
// input. Equal creates have equal fingerprints. input is the inputText of the create. If input is
// not valid JSON, fingerprint returns "": the create then has a fault.
func (d *Directory) fingerprint(by roster.Actor, act Action, input json.RawMessage) string {
	key, err := d.hmac([]any{inputForm, by.OrganizationID, by.Principal(), by.Face, act, input})
	if err != nil {
		return ""
	}
	return key
}

// createUnlessRepeated calls create, unless an equal create made a record within a day and
// loadUnchanged finds it unchanged: then it returns that record. r.Key is the fingerprint,
// r.ResourceID the id of the new record. It must be the first write of its transaction. Without a
// fingerprint it only creates.
func createUnlessRepeated[T any](tx Tx, r Retry, create func() (T, error), loadUnchanged func(made Retry) (T, bool, error)) (T, error) {
	if r.Key == "" {
		return create()
	}
	r.Version = 1
	var earlier T
	_, found, err := claimRetry(tx, r, func(made Retry) (holds bool, err error) {
		if r.CreatedAt.Sub(made.CreatedAt) >= retryFor {
			return false, nil
		}
		earlier, holds, err = loadUnchanged(made)
		return holds, err
	})
	switch {
	case err != nil:
		var none T
		return none, err
	case found:
		return earlier, nil
	default:
		return create()
	}
}

// unchangedSince takes the record that a remembered create made, and reports whether it still
// exists and has not changed.
func unchangedSince[T any](made Retry, record T, version int64, err error) (T, bool, error) {
	if err != nil && roster.KindOf(err) == roster.NotFound {
		return record, false, nil
	}
	return record, err == nil && version == made.Version, err
}

// findRepeat returns the user that an equal create made within the last day, unless the user has
// changed. Such a user has the userName, and the fingerprint of its create is in its row.
func (c *creation) findRepeat(tx Tx) (creationResult, bool, error) {
	if c.key == "" {
		return creationResult{}, false, nil
	}
	org := c.by.OrganizationID
	made, found, err := tx.UserCreatedBy(org, Fold(c.in.UserName), c.key)
	if err != nil || !found || c.now().Sub(made.CreatedAt) >= retryFor {
		return creationResult{}, false, err
	}
	u, err := tx.User(org, UserSelector{ID: made.ID}, WithRoles|WithGroups|WithTeams|WithReach)
	u, holds, err := unchangedSince(Retry{Version: 1}, u, u.Version, err)
	if err != nil || !holds {
		return creationResult{}, false, err
	}
	answer, err := c.repeatAnswer(tx, u)
	return answer, err == nil, err
}

// repeatAnswer returns the answer to a repeat: the user that the first create made.
func (c *creation) repeatAnswer(tx Tx, u roster.User) (creationResult, error) {
	answer := creationResult{CreatedUser: CreatedUser{User: u, Repeated: true, WelcomeEmail: c.welcomes(u)}}
	if c.in.Password == "" {
		return answer, nil
	}
	var err error
	answer.hash, err = hashOfCreate(tx, u.OrganizationID, u.ID)
	return answer, err
}

// loadCurrent returns the answer to a create whose idempotency key was used before: the user as it
// is now.
func (c *creation) loadCurrent(tx Tx, id roster.UserID) (creationResult, error) {
	u, err := selectUser(tx, c.by, ActUserRead, UserSelector{ID: id}, withWhole)
	if err != nil {
		return creationResult{}, err
	}
	return c.repeatAnswer(tx, u)
}

// keyIsUsed reports whether the idempotency key belongs to a remembered create. Then no hash is
// needed.
func (c *creation) keyIsUsed(tx Tx) (bool, error) {
	if c.in.IdempotencyKey == "" {
		return false, nil
	}
	r, found, err := tx.Retry(c.by.OrganizationID, c.share)
	return found && c.now().Sub(r.CreatedAt) < retryFor, err
}

// verifyRepeat returns the answer to a repeat. Its password must be that of the first create.
func (c *creation) verifyRepeat(ctx context.Context, answer creationResult) (CreatedUser, error) {
	if c.in.Password == "" {
		return answer.CreatedUser, nil
	}
	same, err := c.matchesFirstPassword(ctx, c.by, answer.ID, answer.hash, c.in.Password)
	if err != nil {
		return CreatedUser{}, err
	}
	if !same && c.in.IdempotencyKey != "" {
		return CreatedUser{}, keyReused()
	}
	if !same {
		return CreatedUser{}, valueTaken(roster.Holder{ID: string(answer.ID), Number: answer.Number}, "userName", answer.UserName)
	}
	return answer.CreatedUser, nil
}

// hashOfCreate returns the hash of the password that the user was created with. It returns "" if
// there was none, if it has been replaced, or if the user is gone. A repeat is never compared with
// a later password: the caller may have less rights than the user by now.
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

// matchesFirstPassword reports whether a repeat came with the password of the first create. hash is
// the result of hashOfCreate. Failures are counted per user.
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
