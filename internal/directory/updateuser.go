package directory

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"roster"
)

// UserChange is what UpdateUser changes: what is absent stays as it is, a list replaces the whole list,
// and null means none or the default. A password and the day of joining have neither: their null is as if absent.
type UserChange struct {
	User          UserSelector
	IfVersion     int64 // only if the user still has this version; 0: whatever it has
	UserName      roster.Set[string]
	DisplayName   roster.Set[string]
	Email         roster.Set[string] // a userName that is equal to the old address changes with it
	ExternalID    roster.Set[string]
	Password      roster.Set[string]
	Active        roster.Set[bool]
	AccessLevel   roster.Set[roster.AccessLevel] // activates too, unless Active says otherwise (DECISIONS 4)
	Roles         roster.Set[[]roster.Ref]       // with RoleGrants all that there are to be; one that is held already keeps its groups
	RoleGrants    roster.Set[[]RoleGrant]        // without Roles it replaces what is for groups; a role that it names it says anew
	LevelGroups   roster.Set[[]roster.Ref]       // the access level is granted for these groups; empty: for the organization
	Groups        roster.Set[[]roster.Ref]       // of KindGroup; without the primary group there is none any more
	Teams         roster.Set[[]roster.Ref]
	PrimaryGroup  roster.Set[roster.Ref] // becomes a membership too
	Department    roster.Set[roster.Ref]
	JoinedAt      roster.Set[time.Time]
	TimeZone      roster.Set[string]
	ContactNumber roster.Set[string]
	SessionExpiry roster.Set[int] // minutes, 1 to MaxExpiry
	Competencies  roster.Set[[]roster.Competency]
	Properties    roster.Set[json.RawMessage]
	Preferences   roster.Set[[]roster.Preference] // replaces the types that it names and leaves the others

	SendWelcomeEmail bool // to a user who is active then; not to one who followed an earlier one

	UniqueEmail bool          // refuse an address that is the userName or primary email of another user
	Faults      roster.Faults // those the face found already
}

// asNew is the change as a user to be created, so that both are checked and resolved by the same rules.
func (in UserChange) asNew() NewUser {
	return NewUser{
		UserName: in.UserName.Or("-"), DisplayName: in.DisplayName.Value, Email: in.Email.Value,
		ExternalID: in.ExternalID.Value, Password: in.Password.Value, Active: in.Active,
		AccessLevel: in.AccessLevel.Value, Roles: in.Roles.Value, RoleGrants: in.RoleGrants.Value, LevelGroups: in.LevelGroups.Value,
		Groups: in.Groups.Value, Teams: in.Teams.Value,
		PrimaryGroup: in.PrimaryGroup.Value, Department: in.Department.Value, JoinedAt: in.JoinedAt.Value,
		TimeZone: in.TimeZone.Value, ContactNumber: in.ContactNumber.Value, SessionExpiry: in.SessionExpiry,
		Competencies: in.Competencies.Value, Properties: in.Properties.Value, Preferences: in.Preferences,
		Faults: in.Faults,
	}
}

// clean brings the change into the form in which it is kept.
func (in *UserChange) clean() {
	for _, text := range []*roster.Set[string]{&in.UserName, &in.DisplayName, &in.Email, &in.ExternalID, &in.TimeZone} {
		text.Value = strings.TrimSpace(text.Value)
	}
	if Fold(in.PrimaryGroup.Value.Name) == Fold(roster.EndUserGroup) {
		in.PrimaryGroup.Value = roster.Ref{}
	}
	if in.Password.Value == "" {
		in.Password = roster.Set[string]{}
	}
	if in.JoinedAt.Value.IsZero() {
		in.JoinedAt = roster.Set[time.Time]{}
	}
	in.Preferences.Value = withoutRepeats(in.Preferences.Value)
}

// touchesAccess reports whether the change is of a kind that takes every permission of the user
// (DECISIONS 9).
func (in UserChange) touchesAccess() bool {
	return in.UserName.Present || in.Email.Present || in.Password.Present || in.Active.Present || in.grants() ||
		in.ContactNumber.Present || in.Preferences.Present || in.SendWelcomeEmail
}

// grants reports whether the change says what the user may do.
func (in UserChange) grants() bool {
	return in.AccessLevel.Present || in.LevelGroups.Present || in.Roles.Present || in.RoleGrants.Present
}

// UpdateUser changes a user. Somebody who is deactivated is signed out at once, everywhere; so are the
// sessions of somebody who gets another password.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid (all faults at once), Conflict(userName, emails), Stale, Unavailable.
func (s *Service) UpdateUser(ctx context.Context, by roster.Actor, in UserChange) (roster.User, error) {
	if err := allow(by, ActUserUpdate); err != nil {
		return roster.User{}, err
	}
	if err := in.User.possible(); err != nil {
		return roster.User{}, err
	}
	c := s.userUpdate(by, in)
	return c.run(ctx, c.change)
}

// userUpdate returns the change, cleaned and checked.
func (s *Service) userUpdate(by roster.Actor, in UserChange) *userUpdate {
	in.clean()
	c := &userUpdate{Service: s, by: by, in: in, faults: s.check(in.asNew())}
	if in.UserName.Present && in.UserName.Value == "" {
		addOnce(&c.faults, "userName", "must not be empty")
	}
	return c
}

// run makes the change in a transaction.
func (c *userUpdate) run(ctx context.Context, transaction func(Tx) (roster.User, error)) (roster.User, error) {
	if err := c.prepare(ctx); err != nil {
		return roster.User{}, err
	}
	u, err := update(ctx, c.Service, transaction)
	if err != nil {
		return u, c.explain(ctx, err)
	}
	if _, known := Zone(u.TimeZone); !known && c.in.TimeZone.Present {
		c.log.WarnContext(ctx, "user has a time zone that is not known; times are shown in the organization's",
			"user", u.UserName, "timezone", u.TimeZone)
	}
	return narrowed(c.by, u), nil
}

// userUpdate is one UpdateUser under way.
type userUpdate struct {
	*Service
	by     roster.Actor
	in     UserChange
	faults roster.Faults
	hash   roster.PasswordHash

	country string // of phone numbers that name none
}

// prepare hashes the password, after a look whether the change can be made at all.
func (c *userUpdate) prepare(ctx context.Context) error {
	if len(c.faults) == 0 && c.in.Password.Value == "" {
		return nil
	}
	err := c.store.View(ctx, func(tx Tx) error {
		u, err := selectUser(tx, c.by, ActUserUpdate, c.in.User, withWhole)
		if err != nil {
			return err
		}
		_, _, err = c.plan(tx, u)
		return err
	})
	if err != nil || c.in.Password.Value == "" {
		return err
	}
	c.hash, err = c.passwords.Hash(ctx, "", c.in.Password.Value)
	return err
}

// plan returns what the user would be, and the parts that change, once the actor may and every reference is
// known.
func (c *userUpdate) plan(tx Tx, before roster.User) (after NewUserRow, parts With, err error) {
	if err := unchangedUser(before, c.in.IfVersion); err != nil {
		return after, 0, err
	}
	faults := slices.Clone(c.faults)
	if c.in.Password.Value != "" && before.Realm != roster.RealmDB {
		addOnce(&faults, "password", "is kept in another realm for this user")
	}
	refs, err := resolve(tx, c.by, ActUserUpdate, c.in.asNew(), &faults)
	if err != nil {
		return after, 0, err
	}
	if c.hash == "" { // it was looked at before it was hashed
		err = c.strong(tx, before.OrganizationID, c.in.Password.Value, &faults, before.UserName, before.DisplayName, before.Email)
		if err != nil {
			return after, 0, err
		}
	}
	if len(faults) > 0 {
		return after, 0, faults
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
	parts = c.apply(&after, refs, account)
	if c.in.SendWelcomeEmail {
		if checkWelcome(&faults, after.User); len(faults) > 0 {
			return after, 0, faults
		}
	}
	return after, parts, c.permit(tx, before, after.User, refs, account)
}

// unchangedUser answers Stale for a user who has not the version that the caller wants; 0 wants none.
func unchangedUser(u roster.User, version int64) error {
	if version == 0 || u.Version == version {
		return nil
	}
	return &roster.Error{Kind: roster.Stale, Detail: "has changed since it was read"}
}

// change is the transaction.
func (c *userUpdate) change(tx Tx) (roster.User, error) {
	before, err := lockUser(tx, c.by, ActUserUpdate, c.in.User, withWhole)
	if err != nil {
		return roster.User{}, err
	}
	after, parts, err := c.plan(tx, before)
	if err != nil {
		return roster.User{}, err
	}
	if c.in.grants() || c.in.Active.Present {
		last := &roster.Error{Kind: roster.Invalid, Field: "roles", Detail: "cannot change so: this is the last active administrator; make another one first"}
		if !after.Active {
			last.Field = "active"
		}
		if err := keepAdministrator(tx, before, after.User, last); err != nil {
			return roster.User{}, err
		}
	}
	if c.in.UniqueEmail && Fold(before.Email) != after.EmailKey {
		if err := c.emailFree(tx, after); err != nil {
			return roster.User{}, err
		}
	}
	now := c.now()
	after.Version, after.UpdatedAt = before.Version+1, now
	if err := tx.UpdateUser(after, parts); err != nil {
		return roster.User{}, err
	}
	if err := reword(tx, before, after.User); err != nil {
		return roster.User{}, err
	}
	if c.hash != "" {
		if err := tx.SetPassword(after.OrganizationID, after.ID, c.hash, now); err != nil {
			return roster.User{}, err
		}
		after.HasPassword = true
	}
	if c.hash != "" || before.Active && !after.Active {
		if err := tx.DeleteSessions(after.OrganizationID, after.ID); err != nil {
			return roster.User{}, err
		}
	}
	if c.in.SendWelcomeEmail && after.Active {
		if err := sendWelcome(tx, after.User, now); err != nil {
			return roster.User{}, err
		}
	}
	return after.User, c.audit(tx, c.by, now, change{ActUserUpdate, string(after.ID), after.UserName, changed{
		Before: auditUser(NewUserRow{User: before}), After: auditUser(after), Password: c.hash != "",
	}})
}

// changed are the details of a change of a record.
type changed struct {
	Before   any  `json:"before"`
	After    any  `json:"after"`
	Password bool `json:"password,omitempty"` // it was replaced
}

// emailFree answers Conflict for an address that somebody else has.
func (c *userUpdate) emailFree(tx Tx, after NewUserRow) error {
	holder, found, err := tx.EmailHolder(after.OrganizationID, after.EmailKey)
	if err != nil || !found || holder.ID == string(after.ID) {
		return err
	}
	return &roster.Error{Kind: roster.Conflict, Field: "emails", Detail: "belongs to another user already"}
}

// permit asks whether the actor may make this change of this user, whose account it is.
func (c *userUpdate) permit(tx Tx, before, after roster.User, refs resolved, account roster.Account) error {
	if err := mayJoin(tx, c.by, added(groupIDs(before.Groups), groupIDs(after.Groups))); err != nil {
		return err
	}
	if !c.in.touchesAccess() {
		return nil
	}
	if err := controlsAccount(tx, c.by, account); err != nil {
		return err
	}
	if !c.in.grants() {
		return nil
	}
	g := grantingTo(c.by, ActUserUpdate, groupIDs(after.Groups, after.Teams))
	if err := g.nowhere(); err != nil {
		return err
	}
	if err := g.elsewhere(before, after, account); err != nil {
		return err
	}
	return c.mayGrant(c.by, gained(before, after, refs.permissions))
}

// explain gives a Conflict that the index found the record in the way.
func (c *userUpdate) explain(ctx context.Context, err error) error {
	all := roster.All(err)
	if len(all) != 1 || all[0].Kind != roster.Conflict || all[0].Field != "userName" {
		return err
	}
	taken := creation{Service: c.Service, by: c.by, in: NewUser{UserName: c.in.UserName.Or(c.in.Email.Value)}}
	return taken.explain(ctx, err)
}

// keepAdministrator answers with last where the user is the last active administrator (DECISIONS 9) and after, what
// becomes of it, is none. Who is one for groups only does not count.
func keepAdministrator(tx Tx, before, after roster.User, last *roster.Error) error {
	roles, err := administratorRoles(tx, before.OrganizationID)
	if err != nil {
		return err
	}
	rules := func(u roster.User) bool {
		return u.Active && (u.AccessLevel == roster.LevelAdministrator && len(u.LevelGroups) == 0 ||
			slices.ContainsFunc(u.Roles, func(r roster.RoleGrant) bool { return len(r.Groups) == 0 && slices.Contains(roles, r.ID) }))
	}
	if !rules(before) || rules(after) {
		return nil
	}
	others, err := tx.OtherAdministrators(before.OrganizationID, before.ID, roles)
	if err != nil || others {
		return err
	}
	return last
}

// administratorPermissions are what makes somebody an administrator: those of the role.
var administratorPermissions = roster.ShippedRoles()[1].Permissions

// administratorRoles returns the roles that hold everything that an administrator does.
func administratorRoles(tx Tx, org roster.OrganizationID) ([]roster.RoleID, error) {
	all, err := tx.Roles(org, 0, MaxPage)
	if err != nil {
		return nil, err
	}
	var ids []roster.RoleID
	for _, r := range all {
		if r.Permissions.Has(administratorPermissions) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}
