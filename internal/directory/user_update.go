package directory

import (
	"context"
	"slices"
	"time"

	"roster"
)

// changesGrants reports whether the change sets the access level, the roles, or the groups that
// they are for.
func (in UserChange) changesGrants() bool {
	return in.AccessLevel.Present || in.LevelGroups.Present || in.Roles.Present || in.RoleGrants.Present
}

// managerOnly returns a fault for each field of the change that users may not change of themselves.
// They may change the preferences and the time zone (PRODUCT); contact methods have their own
// verbs.
func (in UserChange) managerOnly() (faults roster.Faults) {
	for _, f := range in.givenFields() {
		if f.right != rightOwn && f.name != "preferences" {
			faults.Forbid(f.name, managerOnlyDetail)
		}
	}
	return faults
}

// managerOnlyDetail follows the name of such a field in a fault.
const managerOnlyDetail = "may be changed only with the permission manage_users; you may change your own preferences and time zone"

// UpdateUser changes a user. Deactivation and a new password end all sessions of the user at once.
// A change that changes nothing writes nothing. Users may change their own preferences and time
// zone.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid (all faults at once), Conflict(userName,
// emails), Stale, Unavailable.
func (d *Directory) UpdateUser(ctx context.Context, by roster.Actor, in UserChange) (roster.User, error) {
	if err := allow(by, ActUserUpdate); err != nil {
		return roster.User{}, err
	}
	c := d.userUpdate(by, in)
	u, err := c.run(ctx, c.change)
	if denied := granted(by, ActUserUpdate); denied != nil && err != nil && roster.KindOf(err) == roster.NotFound {
		err = denied // do not reveal whether another user exists
	}
	return u, err
}

// userUpdate returns a change whose input is cleaned and validated.
func (d *Directory) userUpdate(by roster.Actor, in UserChange) *userUpdate {
	beyond := in.managerOnly() // also what clean leaves out, as it changes nothing
	in.clean()
	c := &userUpdate{Directory: d, by: by, requested: in, in: in, managerOnly: beyond, faults: d.validateUser(in.asNew())}
	if in.UserName.Present && in.UserName.Value == "" {
		addOnce(&c.faults, "userName", "must not be empty")
	}
	return c
}

// run prepares the change, runs the transaction, and returns the user as the actor may see it.
func (c *userUpdate) run(ctx context.Context, transaction func(Tx) (roster.User, error)) (roster.User, error) {
	if err := c.in.User.possible(); err != nil {
		return roster.User{}, err
	}
	if err := c.prepare(ctx); err != nil {
		return roster.User{}, err
	}
	u, err := update(ctx, c.Directory, transaction)
	if err != nil {
		return u, c.explainTaken(ctx, err)
	}
	if _, known := Zone(u.TimeZone); !known && c.in.TimeZone.Present {
		c.log.WarnContext(ctx, "user has an unknown time zone; times are shown in the organization's",
			"user", u.UserName, "timezone", u.TimeZone)
	}
	return redactUser(c.by, u), nil
}

// userUpdate is one UpdateUser in progress.
type userUpdate struct {
	*Directory
	by        roster.Actor
	requested UserChange
	in        UserChange // requested, without the fields that already have their value: see plan
	faults    roster.Faults
	hash      roster.PasswordHash

	managerOnly roster.Faults // faults of the requested fields that users may not change of themselves

	country string // of phone numbers that name none

	voidsLinks bool // delete links to set a password: their makers could use the new permissions, see permit
}

// prepare hashes the password, once it is known that the change can be made.
func (c *userUpdate) prepare(ctx context.Context) error {
	if len(c.faults) == 0 && c.in.Password.Value == "" {
		return nil
	}
	if len(c.faults) == 0 {
		if err := c.passwords.Ask(ctx, c.by); err != nil {
			return err
		}
	}
	p := NewHash{Password: c.in.Password.Value}
	err := c.store.View(ctx, func(tx Tx) error {
		u, err := selectUser(tx, c.by, ActUserUpdate, c.in.User, withWhole)
		if err != nil {
			return err
		}
		if p.Strong, err = c.requiresStrength(tx, u.OrganizationID, p.Password, c.faults); err != nil {
			return err
		}
		p.About = []string{
			u.UserName, u.DisplayName, u.Email, c.in.UserName.Value, c.in.DisplayName.Value, c.in.Email.Value,
		}
		_, _, err = c.plan(tx, u)
		return err
	})
	if err != nil || p.Password == "" {
		return c.withStrengthFaults(ctx, c.by, p, err)
	}
	c.hash, err = c.passwords.Hash(ctx, c.by, p)
	return err
}

// plan returns the user after the change, and the parts that change. It returns an error if the
// actor may not make the change, or if a reference is unknown.
func (c *userUpdate) plan(tx Tx, before roster.User) (after NewUserRow, parts With, err error) {
	c.in = c.requested.withoutUnchanged(c.by, before)
	if err := c.requireManager(before); err != nil {
		return after, 0, err
	}
	if err := requireVersion(before.Version, c.in.IfVersion); err != nil {
		return after, 0, err
	}
	faults := slices.Clone(c.faults)
	if c.in.Password.Value != "" && before.Realm != roster.RealmDB {
		addOnce(&faults, "password", "is kept in another realm for this user")
	}
	if Fold(c.in.UserName.Value) != Fold(before.UserName) {
		validateSignInName(&faults, c.in.UserName.Value)
	}
	refs, err := resolve(tx, c.by, ActUserUpdate, c.in.asNew(), before.Roles, &faults)
	if err != nil {
		return after, 0, err
	}
	var account roster.Account
	if c.in.touchesAccess() {
		if account, err = tx.AccountByID(before.OrganizationID, before.ID); err != nil {
			return after, 0, err
		}
	}
	if c.country, err = c.countryFor(tx, before.OrganizationID, before.ContactNumber, c.in.ContactNumber.Value); err != nil {
		return after, 0, err
	}
	after = NewUserRow{User: before}
	parts = c.apply(&after, refs, account, &faults)
	if !faults.Has("properties") {
		validateProperties(&faults, after.Properties) // now that they are merged
	}
	if c.in.SendWelcomeEmail {
		validateWelcome(&faults, after.User)
	}
	if err := c.permit(tx, before, after.User, refs, account, &faults); err != nil {
		return after, 0, err
	}
	return after, parts, faults.Err()
}

// isOwn reports whether the actor changes itself, in nothing but fields that every user may change.
func (c *userUpdate) isOwn(u roster.User) bool {
	return isSelf(c.by, u.ID) && len(c.managerOnlyChanges()) == 0
}

// requireManager returns faults if actors change more of themselves than every user may, and do not
// manage themselves. An actor manages every other user that it can select.
func (c *userUpdate) requireManager(u roster.User) error {
	if visible(c.by, ActUserUpdate, u) == nil {
		return nil
	}
	return c.managerOnlyChanges().Err()
}

// managerOnlyChanges returns managerOnly without the fields that already have their value.
func (c *userUpdate) managerOnlyChanges() roster.Faults {
	return slices.DeleteFunc(slices.Clone(c.managerOnly), func(e *roster.Error) bool { return c.requested.hasField(e.Field) && !c.in.hasField(e.Field) })
}

// change is the transaction of UpdateUser.
func (c *userUpdate) change(tx Tx) (roster.User, error) {
	before, err := lockUser(tx, c.by, ActUserUpdate, c.in.User, withWhole)
	if err != nil {
		return roster.User{}, err
	}
	after, parts, err := c.plan(tx, before)
	if err != nil {
		return roster.User{}, err
	}
	if c.in.changesGrants() || c.in.Active.Present {
		last := &roster.Error{Kind: roster.Invalid, Detail: "cannot be changed: this is the last active administrator; make another one first"}
		switch {
		case !after.Active:
			last.Field = "active"
		case c.in.Roles.Present:
			last.Field = "roles"
		case c.in.AccessLevel.Present:
			last.Field = "accessLevel"
		case c.in.LevelGroups.Present:
			last.Field = "accessLevelGroups"
		default:
			last.Field = "roleGrants"
		}
		if err := keepAdministrator(tx, before, after.User, last); err != nil {
			return roster.User{}, err
		}
	}
	if c.in.UniqueEmail && Fold(before.Email) != after.EmailKey {
		if err := c.claimEmail(tx, &after); err != nil {
			return roster.User{}, err
		}
	}
	welcomes := c.in.SendWelcomeEmail && after.Active
	if c.hash == "" && !welcomes && sameUser(before, after.User) {
		return before, nil
	}
	now := c.now()
	after.Version, after.UpdatedAt = before.Version+1, now
	if err := tx.UpdateUser(after, parts); err != nil {
		return roster.User{}, err
	}
	if err := updateWords(tx, before, after.User); err != nil {
		return roster.User{}, err
	}
	if err := c.changeCredentials(tx, before, &after.User, now); err != nil {
		return roster.User{}, err
	}
	if welcomes {
		account, err := tx.AccountByID(after.OrganizationID, after.ID)
		if err != nil {
			return roster.User{}, err
		}
		if err := sendWelcome(tx, after.User, account.CredentialVersion, now); err != nil {
			return roster.User{}, err
		}
	}
	return after.User, c.audit(tx, c.by, now, change{ActUserUpdate, string(after.ID), after.UserName, changed{
		Before: auditUser(NewUserRow{User: before}), After: auditUser(after), Password: c.hash != "",
	}})
}

// changeCredentials stores a new password, and ends the sessions and links that the change makes
// invalid.
func (c *userUpdate) changeCredentials(tx Tx, before roster.User, after *roster.User, now time.Time) error {
	if c.voidsLinks {
		if err := tx.DeleteLinks(after.OrganizationID, after.ID, roster.LinkSetUp); err != nil {
			return err
		}
	}
	if c.hash != "" {
		after.HasPassword = true
		return storePassword(tx, *after, c.hash, now)
	}
	if outdatesLinks(before, *after) {
		if err := voidLinks(tx, *after); err != nil {
			return err
		}
	}
	if before.Active && !after.Active {
		return tx.DeleteSessions(after.OrganizationID, after.ID)
	}
	return nil
}

// changed are the audit details of a change of a record.
type changed struct {
	Before   any  `json:"before"`
	After    any  `json:"after"`
	Password bool `json:"password,omitempty"` // the password was replaced
}

// claimEmail claims the user's address. It returns Conflict if another user has the address.
func (c *userUpdate) claimEmail(tx Tx, after *NewUserRow) error {
	after.EmailClaim = after.EmailKey
	taken, err := emailTaken(tx, *after)
	if err != nil || !taken {
		return err
	}
	return valueTaken(roster.Holder{}, "emails", after.Email)
}

// permit adds a fault for every part of the change that the actor may not make. account is that of
// the user.
func (c *userUpdate) permit(tx Tx, before, after roster.User, refs resolved, account roster.Account, f *roster.Faults) error {
	c.voidsLinks = false
	if !c.in.touchesAccess() || c.isOwn(before) {
		return nil
	}
	if err := c.permitParts(tx, account, f); err != nil {
		return err
	}
	joined := slices.DeleteFunc(slices.Clone(after.Groups), func(g roster.GroupLink) bool { return slices.Contains(before.Groups, g) })
	if err := c.permitJoins(tx, c.by, joined, groupField(refs, c.in.Groups.Value), f); err != nil {
		return err
	}
	if !c.in.changesGrants() {
		return nil
	}
	g := grantingTo(c.by, ActUserUpdate, groupIDs(after.Groups, after.Teams))
	if g.lacksOwnGroup(f) {
		return nil
	}
	g.forbidLevelOutside(before, after, account, f)
	gains := gained(before, after, refs)
	able := false
	if organizationToken(c.by) && slices.ContainsFunc(gains, func(g gain) bool { return g.grants.Anywhere().HasAny(beyondTokens) }) {
		c.voidsLinks = true
		signsIn, err := signsIn(tx, before)
		if err != nil {
			return err
		}
		able = signsIn || c.in.Password.Value != ""
	}
	c.permitGains(c.by, gains, able, f)
	return nil
}

// permitParts adds a fault for every field that the actor may not change because the user holds
// permissions above the actor's. They may come from grants or from entries on check groups.
func (c *userUpdate) permitParts(tx Tx, account roster.Account, f *roster.Faults) error {
	entries, err := c.entriesOfUsersAbove(tx, c.by, account.Number)
	if err != nil {
		return err
	}
	above := map[fieldRight]roster.Permissions{
		rightGrant:    entries[account.Number] | c.aboveCeiling(c.by, account.Grants),
		rightTakeOver: entries[account.Number] | c.blockingTakeOver(c.by, account.Grants),
	}
	for _, field := range c.in.givenFields() {
		if above[field.right] != 0 && !f.Has(field.name) {
			f.Forbid(field.name, "cannot be changed: the user holds permissions beyond yours: "+above[field.right].String())
		}
	}
	return nil
}

// explainTaken adds the other user to a Conflict over the userName or the email that came from an
// index.
func (c *userUpdate) explainTaken(ctx context.Context, err error) error {
	all := roster.All(err)
	if len(all) != 1 || all[0].Kind != roster.Conflict || all[0].Err == nil || all[0].Field != "userName" && all[0].Field != "emails" {
		return err
	}
	asCreate := creation{Directory: c.Directory, by: c.by, in: NewUser{UserName: c.in.UserName.Or(c.in.Email.Value), Email: c.in.Email.Value}}
	explained, viewErr := view(ctx, c.Directory, func(tx Tx) (*roster.Error, error) { return asCreate.conflictOver(tx, all[0].Field) })
	if viewErr != nil {
		return err
	}
	return explained
}
