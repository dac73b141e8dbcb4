package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"roster"
)

// CreatedUser is the result of CreateUser: all that a face may show of the user.
type CreatedUser struct {
	roster.User
	Repeated     bool // an earlier, equal create made the user
	WelcomeEmail bool // a welcome email is queued, or was sent
}

// CreateUser creates a user with its access, groups, contact methods and preferences. The audit
// entry and the welcome email's job are written in the same transaction. If the actor's grants are
// for groups, the new user's roles and access level are granted for those groups only.
//
// Errors: Unauthenticated, Forbidden, Invalid (all faults at once), Conflict(userName, emails),
// Unavailable.
func (d *Directory) CreateUser(ctx context.Context, by roster.Actor, in NewUser) (CreatedUser, error) {
	if err := allow(by, ActUserCreate); err != nil {
		return CreatedUser{}, err
	}
	c := d.creation(by, in)
	if c.in.IdempotencyKey == "" {
		return c.run(ctx, func(ctx context.Context) (creationResult, error) { return d.gather.create(ctx, c) })
	}
	return c.run(ctx, func(ctx context.Context) (creationResult, error) { return update(ctx, d, c.createOnce) })
}

// creation returns a create whose input is cleaned and validated.
func (d *Directory) creation(by roster.Actor, in NewUser) *creation {
	in.clean()
	c := &creation{Directory: d, by: by, in: in, faults: d.validateNew(in)}
	if in.Repeatable && in.IdempotencyKey == "" && len(in.Faults) == 0 {
		c.key = d.fingerprint(by, ActUserCreate, in.inputText())
	}
	c.share = c.key
	if in.IdempotencyKey != "" && len(c.faults) == 0 {
		// The transaction meets the same error, and returns it.
		r, _ := d.retryForKey(by, ActUserCreate, in.IdempotencyKey, in.inputText(), "")
		c.share = r.Key
	}
	return c
}

// run prepares the create, calls make, and returns the user as the actor may see it.
func (c *creation) run(ctx context.Context, make func(context.Context) (creationResult, error)) (CreatedUser, error) {
	if err := c.prepare(ctx); err != nil {
		return CreatedUser{}, err
	}
	result, err := make(ctx)
	if err != nil {
		return CreatedUser{}, err
	}
	result.User = redactUser(c.by, result.User)
	if result.Repeated {
		return c.verifyRepeat(ctx, result)
	}
	c.warnOfZone(ctx)
	return result.CreatedUser, nil
}

// warnOfZone logs that the time zone of a new user is unknown, if it is.
func (c *creation) warnOfZone(ctx context.Context) {
	if c.row.TimeZoneUnknown {
		c.log.WarnContext(ctx, "user has an unknown time zone; times are shown in the organization's",
			"user", c.row.UserName, "timezone", c.row.TimeZone)
	}
}

// creation is one CreateUser in progress.
type creation struct {
	*Directory
	by     roster.Actor
	in     NewUser
	key    string // fingerprint; "" if the create is not repeatable
	share  string // a key that all repeats of the create share; "" for none
	faults roster.Faults
	hash   roster.PasswordHash

	id          roster.UserID // of the new user; "" for any
	claimsEmail bool          // no other such user may get the email

	country string // of phone numbers that name none
	refused error  // why the password was not hashed
	weak    error  // the faults of a password that must be strong

	// The rest belongs to the transaction that is running.
	row   NewUserRow
	fault error     // why the user cannot be created
	taken string    // the field whose value another user has
	rival *creation // the create of the same transaction that has it; nil if it is an older user
	made  creationResult
	err   error // why made is none
}

// creationResult is the user that the transaction created, or that an earlier create made.
type creationResult struct {
	CreatedUser
	hash roster.PasswordHash // of a repeat: the password must match it
}

// prepare hashes the password. If there is a password or a fault, it first reads the store, so that
// all faults are reported at once and no hash is wasted.
func (c *creation) prepare(ctx context.Context) error {
	if len(c.faults) == 0 && c.in.Password == "" {
		return nil
	}
	if len(c.faults) == 0 {
		if err := c.passwords.Ask(ctx, c.by); err != nil {
			return err
		}
	}
	p := NewHash{Password: c.in.Password, Share: c.share, About: c.in.personalWords()}
	repeat := false
	err := c.store.View(ctx, func(tx Tx) (err error) {
		if p.Strong, err = c.requiresStrength(tx, c.by.OrganizationID, p.Password, c.faults); err != nil {
			return err
		}
		repeat, err = c.preview(tx)
		return err
	})
	if err != nil {
		return c.withStrengthFaults(ctx, c.by, p, err)
	}
	if repeat { // no new hash: the password is verified against the user's
		return nil
	}
	c.hash, err = c.passwords.Hash(ctx, c.by, p)
	return err
}

// preview reports whether the create is a repeat. If it is none, preview returns the faults that
// the store shows. For a repeat it does not resolve references: they may name other records by now.
func (c *creation) preview(tx Tx) (repeat bool, err error) {
	if len(c.faults) == 0 {
		if repeat, err = c.keyIsUsed(tx); err != nil || repeat {
			return repeat, err
		}
		if _, repeat, err = c.findRepeat(tx); err != nil || repeat {
			return repeat, err
		}
	}
	faults := slices.Clone(c.faults)
	refs, err := resolve(tx, c.by, ActUserCreate, c.in, nil, &faults)
	if err != nil {
		return false, err
	}
	if err := c.permit(tx, refs, &faults); err != nil {
		return false, err
	}
	if _, err := c.preferences(tx, refs, &faults); err != nil {
		return false, err
	}
	if len(faults) > 0 {
		return false, faults
	}
	return false, c.requireFreeName(tx)
}

// requireFreeName returns Conflict if the userName is taken, before a password is hashed. The
// unique index has the last word.
func (c *creation) requireFreeName(tx Tx) error {
	_, err := tx.User(c.by.OrganizationID, UserSelector{UserName: c.in.UserName}, 0)
	switch {
	case err == nil:
		return c.conflictError(tx, "userName")
	case roster.KindOf(err) == roster.NotFound:
		return nil
	default:
		return err
	}
}

// createOnce is the transaction of a create with an idempotency key.
func (c *creation) createOnce(tx Tx) (creationResult, error) {
	id := roster.UserID(newID())
	return once(tx, c.Directory, c.by, ActUserCreate, c.in.IdempotencyKey, c.in.inputText(), string(id),
		func() (creationResult, error) { return c.createAlone(tx, id) },
		func(id string) (creationResult, error) { return c.loadCurrent(tx, roster.UserID(id)) })
}

// createAlone creates the user, with the id or, if it is "", with a new one. It is the end of its
// transaction.
func (c *creation) createAlone(tx Tx, id roster.UserID) (creationResult, error) {
	c.id = id
	if err := (creations{c}).create(tx, c.now()); err != nil {
		return creationResult{}, err
	}
	return c.made, c.err
}

// welcomes reports whether the user gets a welcome email.
func (c *creation) welcomes(u roster.User) bool { return c.in.SendWelcomeEmail && u.Active }

// record writes what belongs to a new user: its search words, the audit entry, and the welcome
// email's job.
func (c *creation) record(tx Tx, row NewUserRow, now time.Time) error {
	if err := tx.InsertWords(row.OrganizationID, wordPlaces(row.User)); err != nil {
		return err
	}
	err := c.audit(tx, c.by, now, change{
		action: ActUserCreate, target: string(row.ID), targetName: row.UserName,
		details: created{auditUser(row)},
	})
	if err != nil || !c.welcomes(row.User) {
		return err
	}
	return sendWelcome(tx, row.User, firstCredentials, now)
}

// permit adds a fault for every argument that would give the user more than the actor may grant.
func (c *creation) permit(tx Tx, refs resolved, f *roster.Faults) error {
	if c.granting(refs).lacksOwnGroup(f) {
		return nil
	}
	if err := c.permitJoins(tx, c.by, ordinaryGroups(refs.groups), groupField(refs, c.in.Groups), f); err != nil {
		return err
	}
	u := roster.User{AccessLevel: c.in.AccessLevel}
	c.setGrants(&u, refs)
	c.permitGains(c.by, gained(roster.User{}, u, refs), c.in.Password != "", f)
	return nil
}

func (c *creation) granting(refs resolved) granting {
	var groups []roster.GroupID
	for _, g := range refs.groups {
		groups = append(groups, g.ID)
	}
	return grantingTo(c.by, ActUserCreate, groups)
}

// setGrants gives the user its roles, and the groups that its access level is granted for.
func (c *creation) setGrants(u *roster.User, refs resolved) {
	g := c.granting(refs)
	u.Roles = g.roles(nil, refs, true)
	u.LevelGroups = g.level(nil, roster.Some(refs.levelGroups), false)
}

// newRow returns the user with every default filled in.
func (c *creation) newRow(id roster.UserID, now time.Time, refs resolved) NewUserRow {
	in := c.in
	_, zoneKnown := Zone(in.TimeZone)
	u := roster.User{
		ID: id, OrganizationID: c.by.OrganizationID,
		Active: in.Active.Or(true), AccessLevel: cmp.Or(in.AccessLevel, roster.LevelCustom),
		Realm: roster.RealmDB, HasPassword: c.hash != "",
		PrimaryGroup: refs.primary, Department: refs.department,
		ManagedBy: roster.ManagedBy{Profile: c.by.Face, Access: c.by.Face, Groups: c.by.Face, Reach: c.by.Face},
		Version:   1, CreatedAt: now, UpdatedAt: now,
	}
	c.in.setFields(&u, now)
	switch {
	case refs.realm != "":
		u.Realm = string(refs.realm)
	case in.External:
		u.Realm = roster.RealmExternal
	}
	c.setGrants(&u, refs)
	for _, g := range refs.groups {
		if g.Kind == roster.KindTeam {
			u.Teams = append(u.Teams, linkGroup(g))
		} else if !isShipped(g) {
			u.Groups = append(u.Groups, linkGroup(g))
		}
	}
	if phone := phoneOf(u.ContactNumber, c.country); phone != "" {
		u.ContactMethods = append(u.ContactMethods, newPhone(phone, now))
	}
	u.SetContactMethods(u.ContactMethods)
	row := NewUserRow{
		User: u, UserKey: Fold(u.UserName), EmailKey: Fold(u.Email), PasswordHash: c.hash,
		TimeZoneUnknown: !zoneKnown, Fingerprint: c.key,
	}
	if c.in.UniqueEmail || c.claimsEmail {
		row.EmailClaim = row.EmailKey
	}
	return row
}

// phoneOf returns a phone number as an address for SMS; "" for one that does not parse, or for none
// (DECISIONS 24).
func phoneOf(number, country string) string {
	if phone, fault := smsNumber(number, country); number != "" && fault == "" {
		return phone
	}
	return ""
}

// newPhone returns an unconfirmed contact method for an address for SMS.
func newPhone(address string, now time.Time) roster.ContactMethod {
	return roster.ContactMethod{ID: roster.ContactMethodID(newID()), Service: roster.ServiceSMS, Address: address, CreatedAt: now}
}

// preferences returns the given preferences, or else the default matrix (DECISIONS 23), with the
// given delays. It adds a fault for each delay of a service that they do not have.
func (c *creation) preferences(tx Tx, refs resolved, f *roster.Faults) ([]roster.Preference, error) {
	if c.in.Preferences.Present && !c.in.Preferences.Null {
		return changePreferences(nil, preferenceChange{services: c.in.Preferences.Value, delays: c.in.Delays}, f), nil
	}
	ids := make([]roster.GroupID, len(refs.groups))
	for i, g := range refs.groups {
		ids[i] = g.ID
	}
	prefs, err := tx.DefaultPreferences(c.by.OrganizationID, ids)
	return changePreferences(prefs, preferenceChange{delays: c.in.Delays}, f), err
}

// conflictOver returns the Conflict over a field. It names the record that has the value only to an
// actor who may read all users.
func (c *creation) conflictOver(tx Tx, field string) (*roster.Error, error) {
	value := c.requestedValue(field)
	e := valueTaken(roster.Holder{}, field, value)
	holder, found, err := tx.EmailHolder(c.by.OrganizationID, Fold(value), "")
	if _, orgWide := scopeOf(c.by, ActUserRead); found && orgWide {
		e.Holder = holder
	}
	return e, err
}

// requestedValue returns the userName or email that the create asks for.
func (c *creation) requestedValue(field string) string {
	if field == "emails" {
		return c.in.Email
	}
	return c.in.UserName
}

// valueTaken returns the Conflict over a value that another user has.
func valueTaken(holder roster.Holder, field, value string) *roster.Error {
	detail := fmt.Sprintf("%q belongs to another user already", shorten(value))
	return &roster.Error{Kind: roster.Conflict, Field: field, Detail: detail, Holder: holder}
}

// conflictError is conflictOver with one error result, which ends a transaction.
func (c *creation) conflictError(tx Tx, field string) error {
	e, err := c.conflictOver(tx, field)
	if err != nil {
		return err
	}
	return e
}
