package directory

import (
	"context"
	"time"

	"roster"
)

// retryFor is how long a create is remembered (DECISIONS 20).
const retryFor = 24 * time.Hour

// fingerprint is the HMAC of who creates what, through which face: equal creates by the same principal
// have the same. Passwords are not in it. It is "" where the create is not to be remembered.
func (s *Service) fingerprint(by roster.Actor, act Action, in NewUser) string {
	if !in.Repeatable || in.IdempotencyKey != "" || len(in.Faults) > 0 {
		return ""
	}
	key, err := s.hmac([]any{by.OrganizationID, by.Principal(), by.Face, act, in})
	if err != nil {
		return "" // properties that are no JSON: check has the fault
	}
	return key
}

// remember claims the fingerprint for the user that is about to be made. Where an equal create has it
// and its user is as it was made, it returns that user instead.
func (c *creation) remember(tx Tx, id roster.UserID, now time.Time) (*made, error) {
	if c.key == "" {
		return nil, nil
	}
	r := Retry{OrganizationID: c.by.OrganizationID, Key: c.key, ResourceID: string(id), Version: 1, CreatedAt: now}
	var again made
	_, found, err := claimRetry(tx, r, func(r Retry) (holds bool, err error) {
		again, holds, err = c.asMade(tx, r)
		return holds, err
	})
	if err != nil || !found {
		return nil, err
	}
	return &again, nil
}

// repeat returns the user that an equal create made within the last day, if it is as it was made.
func (c *creation) repeat(tx Tx) (made, bool, error) {
	if c.key == "" {
		return made{}, false, nil
	}
	r, found, err := tx.Retry(c.by.OrganizationID, c.key)
	if err != nil || !found {
		return made{}, false, err
	}
	return c.asMade(tx, r)
}

// asMade returns the user of a create that is remembered, if that is within the day and the user is as it was made.
func (c *creation) asMade(tx Tx, r Retry) (made, bool, error) {
	if c.now().Sub(r.CreatedAt) >= retryFor {
		return made{}, false, nil
	}
	u, err := tx.User(c.by.OrganizationID, UserSelector{ID: roster.UserID(r.ResourceID)}, WithRoles|WithGroups|WithTeams|WithReach)
	if roster.KindOf(err) == roster.NotFound && err != nil {
		return made{}, false, nil
	}
	if err != nil || u.Version != r.Version {
		return made{}, false, err
	}
	again, err := c.again(tx, u)
	return again, err == nil, err
}

// again is the answer to a repeat: the user that the first create made.
func (c *creation) again(tx Tx, u roster.User) (made, error) {
	again := made{CreatedUser: CreatedUser{User: u, Repeated: true, WelcomeEmail: c.welcomes(u)}}
	if c.in.Password != "" {
		account, err := tx.AccountByID(c.by.OrganizationID, u.ID)
		if err != nil {
			return made{}, err
		}
		again.hash = account.PasswordHash
	}
	return again, nil
}

// asItIs is the answer to a create whose idempotency key made the user: as the user is now.
func (c *creation) asItIs(tx Tx, id roster.UserID) (made, error) {
	u, err := selectUser(tx, c.by, ActUserRead, UserSelector{ID: id}, withWhole)
	if err != nil {
		return made{}, err
	}
	return c.again(tx, u)
}

// wasMade reports whether a create that is remembered has the idempotency key, so that no hash is needed.
func (c *creation) wasMade(tx Tx) (bool, error) {
	if c.in.IdempotencyKey == "" {
		return false, nil
	}
	r, found, err := tx.Retry(c.by.OrganizationID, c.share)
	return found && c.now().Sub(r.CreatedAt) < retryFor, err
}

// verified answers a repeat, if it came with the password of the first.
func (c *creation) verified(ctx context.Context, again made) (CreatedUser, error) {
	if c.in.Password == "" {
		return again.CreatedUser, nil
	}
	same, err := c.matches(ctx, c.by, again.hash, c.in.Password)
	if err != nil {
		return CreatedUser{}, err
	}
	if !same && c.in.IdempotencyKey != "" {
		return CreatedUser{}, usedOtherwise()
	}
	if !same {
		return CreatedUser{}, takenBy(roster.Holder{ID: string(again.ID), Number: again.Number}, "userName", again.UserName)
	}
	return again.CreatedUser, nil
}

// matches reports whether the password is the one behind the hash, "" for somebody who has none.
func (s *Service) matches(ctx context.Context, by roster.Actor, hash roster.PasswordHash, password string) (bool, error) {
	if hash == "" {
		return false, nil
	}
	return s.passwords.Verify(ctx, by, hash, password)
}
