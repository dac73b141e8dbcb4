package directory

import (
	"slices"
	"time"

	"roster"
)

// creations are creates that one transaction makes together: of any actors, in any organizations.
// Each succeeds or fails by itself, and what they have in common is read and written once.
type creations []*creation

// create creates the users within the transaction, and sets made or err of each. Of equal creates
// that may be repeated the first creates the user, and the others repeat it. An error is that of
// the transaction.
func (all creations) create(tx Tx, now time.Time) error {
	g := newUserBatchTx(tx)
	if err := all.plan(g, now, false); err != nil {
		return err
	}
	var rows []NewUserRow
	var ready creations
	for _, c := range all {
		c.made, c.err = creationResult{}, nil
		if c.fault == nil && c.taken == "" {
			c.fault = c.unhashed()
		}
		if c.fault == nil && c.taken == "" {
			rows, ready = append(rows, c.row), append(ready, c)
		}
	}
	if len(rows) > 0 {
		numbers, err := g.InsertUsers(rows)
		if err != nil {
			return err
		}
		for i, c := range ready {
			if err := c.inserted(g, numbers[i], now); err != nil {
				return err
			}
		}
	}
	for _, c := range all {
		if err := c.explain(tx); err != nil {
			return err
		}
	}
	return g.flush()
}

// inserted records the user with the number; 0 says that another user has a value of it.
func (c *creation) inserted(tx Tx, number int64, now time.Time) error {
	if c.row.Number = number; number == 0 {
		c.taken = "userName"
		return nil
	}
	c.made = creationResult{CreatedUser: CreatedUser{User: c.row.User, WelcomeEmail: c.welcomes(c.row.User)}}
	return c.record(tx, c.row, now)
}

// explain sets made of a create that repeats another, or err of one that failed.
func (c *creation) explain(tx Tx) (err error) {
	if c.fault == nil && c.taken == "" {
		return nil
	}
	if c.repeats(c.rival) && c.rival.row.Number != 0 {
		first := c.rival.made
		first.Repeated, first.hash = true, c.rival.hash
		c.made = first
		return nil
	}
	repeated := false
	if c.made, repeated, err = c.findRepeat(tx); err != nil || repeated {
		return err
	}
	if c.err = c.fault; c.err != nil {
		return nil
	}
	if overtaken, err := c.lostToNobody(tx); err != nil || overtaken {
		return err
	}
	taken, err := c.conflictOver(tx, c.taken)
	if err == nil && c.taken == "userName" && c.row.EmailClaim != "" {
		taken, err = c.conflictOverClaim(tx, taken)
	}
	c.err = taken
	return err
}

// lostToNobody reports whether the value went to another create of the transaction that failed in
// the end. Then nobody has it, and err asks for another try.
func (c *creation) lostToNobody(tx Tx) (bool, error) {
	if c.rival == nil || c.rival.row.Number != 0 {
		return false, nil
	}
	_, held, err := tx.EmailHolder(c.by.OrganizationID, Fold(c.requestedValue(c.taken)), "")
	if err != nil || held {
		return false, err
	}
	const detail = "another create of the same user was under way; try again"
	c.err = &roster.Error{Kind: roster.Unavailable, Detail: detail, RetryAfter: time.Second}
	return true, nil
}

// repeats reports whether the create is equal to another one that may be repeated.
func (c *creation) repeats(other *creation) bool {
	return other != nil && c.key != "" && c.key == other.key
}

// conflictOverClaim returns the Conflict over the email if nobody has the userName.
func (c *creation) conflictOverClaim(tx Tx, overName *roster.Error) (*roster.Error, error) {
	err := c.requireFreeName(tx)
	switch {
	case err == nil:
		return c.conflictOver(tx, "emails")
	case roster.KindOf(err) == roster.Conflict:
		return overName, nil
	default:
		return nil, err
	}
}

// unhashed returns the error of a create whose password is not hashed, nil for others.
func (c *creation) unhashed() error {
	switch {
	case c.in.Password == "" || c.hash != "":
		return nil
	case c.refused != nil:
		return c.refused
	default: // it was a repeat when the passwords were hashed, and is none now
		return &roster.Error{Kind: roster.Unavailable, Detail: "the user has just changed; try again", RetryAfter: time.Second}
	}
}

// plan finds out for each create whether the user can be created, and with which row. names says
// whether to look for those who have the userNames, as before a password is hashed. Without it the
// insert finds them.
func (all creations) plan(g *userBatchTx, now time.Time, names bool) error {
	if err := g.prefetch(all); err != nil {
		return err
	}
	taken, err := all.takenValues(g, names)
	if err != nil {
		return err
	}
	for _, c := range all {
		c.row, c.fault, c.taken, c.rival = NewUserRow{}, nil, "", nil
		if err := c.draft(g, now); err != nil {
			return err
		}
		if c.fault == nil {
			taken.judge(c)
		}
	}
	return nil
}

// draft makes the row of a user, or finds the fault that keeps it from being created.
func (c *creation) draft(tx Tx, now time.Time) error {
	faults := slices.Clone(c.faults)
	refs, err := resolve(tx, c.by, ActUserCreate, c.in, nil, &faults)
	if err != nil {
		return err
	}
	if c.weak != nil {
		faults = append(faults, roster.All(c.weak)...)
	}
	if err := c.permit(tx, refs, &faults); err != nil {
		return err
	}
	prefs, err := c.preferences(tx, refs, &faults)
	if err != nil {
		return err
	}
	if c.fault = faults.Err(); c.fault != nil {
		return nil
	}
	if c.country, err = c.countryFor(tx, c.by.OrganizationID, c.in.ContactNumber); err != nil {
		return err
	}
	id := c.id
	if id == "" {
		id = roster.UserID(newID())
	}
	c.row = c.newRow(id, now, refs)
	c.row.Preferences = prefs
	return nil
}

// takenValues are the folded userNames and addresses that are taken, and the create of the same
// transaction that takes each; nil for those of older users.
type takenValues struct{ names, emails map[orgKey]*creation }

// orgKey is a folded value in an organization.
type orgKey struct {
	org   roster.OrganizationID
	value string
}

// takenValues returns which addresses of the creates users have, where these must be free, and
// which userNames, if names says so.
func (all creations) takenValues(tx Tx, names bool) (takenValues, error) {
	taken := takenValues{names: make(map[orgKey]*creation), emails: make(map[orgKey]*creation)}
	keys, emails := make(map[roster.OrganizationID][]string), make(map[roster.OrganizationID][]string)
	for _, c := range all {
		if len(c.faults) > 0 {
			continue
		}
		org := c.by.OrganizationID
		if names || c.in.Password != "" { // for others the insert finds who has the name
			keys[org] = append(keys[org], Fold(c.in.UserName))
		}
		if c.in.UniqueEmail && c.in.Email != "" {
			emails[org] = append(emails[org], Fold(c.in.Email))
		}
	}
	for _, of := range []struct {
		keys map[roster.OrganizationID][]string
		find func(roster.OrganizationID, []string) (map[string]bool, error)
		into map[orgKey]*creation
	}{{keys, tx.TakenNames, taken.names}, {emails, tx.TakenEmails, taken.emails}} {
		for org, keys := range of.keys {
			found, err := of.find(org, keys)
			if err != nil {
				return taken, err
			}
			for key := range found {
				of.into[orgKey{org, key}] = nil
			}
		}
	}
	return taken, nil
}

// judge notes what another user has already, or that this one has it from now on. If a password has
// to be hashed, the name comes first.
func (k takenValues) judge(c *creation) {
	org := c.by.OrganizationID
	ofName, ofEmail := orgKey{org, c.row.UserKey}, orgKey{org, c.row.EmailKey}
	name, nameTaken := k.names[ofName]
	email, emailTaken := k.emails[ofEmail]
	emailTaken = emailTaken && c.in.UniqueEmail && c.row.EmailKey != ""
	switch {
	case nameTaken && (c.in.Password != "" || !emailTaken || c.repeats(name)):
		c.taken, c.rival = "userName", name
	case emailTaken:
		c.taken, c.rival = "emails", email
	case c.refused != nil: // so it will have neither
		c.fault = c.refused
	default:
		k.names[ofName], k.emails[ofName] = c, c
		if c.row.EmailKey != "" {
			k.emails[ofEmail] = c
		}
	}
}
