package directory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"roster"
)

// CreatedUser is the answer of CreateUser: everything of the user that a face may show.
type CreatedUser struct {
	roster.User
	Repeated     bool // the user was made by an earlier, equal create
	WelcomeEmail bool // one was asked for, and is on its way or was sent
}

// CreateUser makes a user: its access, groups, contact methods and preferences, the audit entry and
// the welcome email's job, together or not at all. The role and level of somebody made by an actor
// with scoped grants are granted for the actor's groups only.
//
// Errors: Unauthenticated, Forbidden, Invalid (all faults at once), Conflict(userName, emails), Unavailable.
func (s *Service) CreateUser(ctx context.Context, by roster.Actor, in NewUser) (CreatedUser, error) {
	if err := allow(by, ActUserCreate); err != nil {
		return CreatedUser{}, err
	}
	c := s.creation(by, in)
	return c.run(ctx, c.create)
}

// creation returns the create, cleaned and checked.
func (s *Service) creation(by roster.Actor, in NewUser) *creation {
	in.clean()
	c := &creation{Service: s, by: by, in: in, faults: s.checkNew(in)}
	if in.Repeatable && in.IdempotencyKey == "" && len(in.Faults) == 0 {
		c.key = s.fingerprint(by, ActUserCreate, in.inputText())
	}
	c.share = c.key
	if in.IdempotencyKey != "" && len(c.faults) == 0 {
		r, _ := s.onceRetry(by, ActUserCreate, in.IdempotencyKey, in.inputText(), "") // an error comes again in the transaction
		c.share = r.Key
	}
	return c
}

// run makes the user in a transaction.
func (c *creation) run(ctx context.Context, transaction func(Tx) (made, error)) (CreatedUser, error) {
	if err := c.prepare(ctx); err != nil {
		return CreatedUser{}, err
	}
	made, err := update(ctx, c.Service, transaction)
	if err != nil {
		return CreatedUser{}, c.explain(ctx, err)
	}
	made.User = narrowed(c.by, made.User)
	if made.Repeated {
		return c.verified(ctx, made)
	}
	if _, ok := Zone(made.TimeZone); !ok {
		c.log.WarnContext(ctx, "user has a time zone that is not known; times are shown in the organization's",
			"user", made.UserName, "timezone", made.TimeZone)
	}
	return made.CreatedUser, nil
}

// creation is one CreateUser under way.
type creation struct {
	*Service
	by     roster.Actor
	in     NewUser
	key    string // fingerprint, "" where the create is not repeatable
	share  string // what repeats of the create have in common, "" where it has none
	faults roster.Faults
	hash   roster.PasswordHash

	country string // of phone numbers that name none
}

// made is what the transaction found or made.
type made struct {
	CreatedUser
	hash roster.PasswordHash // of a repeat: what the password must match
}

// prepare hashes the password. Where that, or a fault, makes it worth a look, it first finds out what
// the store already knows to be wrong, so that all faults come at once and no hash is wasted.
func (c *creation) prepare(ctx context.Context) error {
	if len(c.faults) == 0 && c.in.Password == "" {
		return nil
	}
	if len(c.faults) == 0 {
		if err := c.passwords.Ask(ctx, c.by); err != nil {
			return err
		}
	}
	p := NewHash{Password: c.in.Password, Share: c.share, About: c.in.about()}
	repeat := false
	err := c.store.View(ctx, func(tx Tx) (err error) {
		if p.Strong, err = c.asksStrength(tx, c.by.OrganizationID, p.Password, c.faults); err != nil {
			return err
		}
		repeat, err = c.look(tx)
		return err
	})
	if err != nil {
		return c.judged(ctx, c.by, p, err)
	}
	if repeat { // it needs no hash of its own: its password is verified against the user's
		return nil
	}
	c.hash, err = c.passwords.Hash(ctx, c.by, p)
	return err
}

// look finds out whether the user was made already, or can be made as far as the store knows. A repeat does not ask
// whether the names in it still name what they did.
func (c *creation) look(tx Tx) (repeat bool, err error) {
	if len(c.faults) == 0 {
		if repeat, err = c.wasMade(tx); err != nil || repeat {
			return repeat, err
		}
		if _, repeat, err = c.repeat(tx); err != nil || repeat {
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
	if len(faults) > 0 {
		return false, faults
	}
	return false, c.free(tx)
}

// free finds out whether the userName can be had, before a hash is paid for. The index decides.
func (c *creation) free(tx Tx) error {
	_, err := tx.User(c.by.OrganizationID, UserSelector{UserName: c.in.UserName}, 0)
	switch {
	case err == nil:
		return c.refuse(tx, "userName")
	case roster.KindOf(err) == roster.NotFound:
		return nil
	default:
		return err
	}
}

// create is the transaction.
func (c *creation) create(tx Tx) (made, error) {
	now := c.now()
	id := roster.UserID(newID())
	if c.in.IdempotencyKey != "" {
		return once(tx, c.Service, c.by, ActUserCreate, c.in.IdempotencyKey, c.in.inputText(), string(id),
			func() (made, error) { return c.insert(tx, id, now) },
			func(id string) (made, error) { return c.asItIs(tx, roster.UserID(id)) })
	}
	r := Retry{OrganizationID: c.by.OrganizationID, Key: c.key, ResourceID: string(id), CreatedAt: now}
	return repeated(tx, r,
		func() (made, error) { return c.insert(tx, id, now) },
		func(r Retry) (made, bool, error) { return c.asMade(tx, r) })
}

// insert makes the user in the transaction.
func (c *creation) insert(tx Tx, id roster.UserID, now time.Time) (made, error) {
	if c.in.Password != "" && c.hash == "" { // this was a repeat when prepare looked
		return made{}, &roster.Error{Kind: roster.Unavailable, Detail: "the user has just changed; try again", RetryAfter: time.Second}
	}
	var faults roster.Faults
	refs, err := resolve(tx, c.by, ActUserCreate, c.in, nil, &faults)
	if err != nil {
		return made{}, err
	}
	if err := c.permit(tx, refs, &faults); err != nil {
		return made{}, err
	}
	if len(faults) > 0 {
		return made{}, faults
	}
	if c.country, err = c.countryFor(tx, c.by.OrganizationID, c.in.ContactNumber); err != nil {
		return made{}, err
	}
	row := c.row(id, now, refs)
	if c.in.UniqueEmail {
		if taken, err := c.emailTaken(tx, row); err != nil {
			return made{}, err
		} else if taken {
			return made{}, c.refuse(tx, "emails")
		}
	}
	if row.Preferences, err = c.preferences(tx, refs); err != nil {
		return made{}, err
	}
	if row.Number, err = tx.InsertUser(row); err != nil {
		return made{}, err
	}
	return made{CreatedUser: CreatedUser{User: row.User, WelcomeEmail: c.welcomes(row.User)}}, c.record(tx, row, now)
}

// welcomes reports whether the user gets a welcome email.
func (c *creation) welcomes(u roster.User) bool { return c.in.SendWelcomeEmail && u.Active }

// record writes what goes with a new user: the words by which it is found, the audit entry, and the welcome email's job.
func (c *creation) record(tx Tx, row NewUserRow, now time.Time) error {
	if err := tx.InsertWords(row.OrganizationID, placesOf(row.User)); err != nil {
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

// permit notes every argument by which the actor would make a user who may do more than it may give.
func (c *creation) permit(tx Tx, refs resolved, f *roster.Faults) error {
	if c.granting(refs).nowhere(f) {
		return nil
	}
	if err := c.permitJoins(tx, c.by, ordinaryGroups(refs.groups), groupField(refs, c.in.Groups), f); err != nil {
		return err
	}
	u := roster.User{AccessLevel: c.in.AccessLevel}
	c.grant(&u, refs)
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

// grant gives the user its roles, and says for what its access level is granted.
func (c *creation) grant(u *roster.User, refs resolved) {
	g := c.granting(refs)
	u.Roles = g.roles(nil, refs, true)
	u.LevelGroups = g.level(nil, roster.Some(refs.levelGroups), false)
}

// row builds the user with every default in place.
func (c *creation) row(id roster.UserID, now time.Time, refs resolved) NewUserRow {
	in := c.in
	_, zoneKnown := Zone(in.TimeZone)
	u := roster.User{
		ID: id, OrganizationID: c.by.OrganizationID, UserName: in.UserName,
		DisplayName: cmp.Or(in.DisplayName, in.UserName), Email: in.Email, ExternalID: in.ExternalID,
		Active: in.Active.Or(true), AccessLevel: cmp.Or(in.AccessLevel, roster.LevelCustom),
		Realm: roster.RealmDB, HasPassword: c.hash != "",
		PrimaryGroup: refs.primary, Department: refs.department,
		JoinedAt: in.JoinedAt.Or(now).Truncate(time.Second), TimeZone: cmp.Or(in.TimeZone, roster.SystemTimeZone),
		ContactNumber: in.ContactNumber, SessionExpiry: time.Duration(in.SessionExpiry.Or(0)) * time.Minute,
		Competencies: in.Competencies, Properties: in.Properties,
		ManagedBy: roster.ManagedBy{Profile: c.by.Face, Access: c.by.Face, Groups: c.by.Face, Reach: c.by.Face},
		Version:   1, CreatedAt: now, UpdatedAt: now,
	}
	switch {
	case refs.realm != "":
		u.Realm = string(refs.realm)
	case in.External:
		u.Realm = roster.RealmExternal
	}
	c.grant(&u, refs)
	for _, g := range refs.groups {
		if g.Kind == roster.KindTeam {
			u.Teams = append(u.Teams, linkGroup(g))
		} else if !isShipped(g) {
			u.Groups = append(u.Groups, linkGroup(g))
		}
	}
	u.ContactMethods = contactMethods(u.Email, u.ContactNumber, c.country, now)
	return NewUserRow{
		User: u, UserKey: Fold(u.UserName), EmailKey: Fold(u.Email), PasswordHash: c.hash,
		TimeZoneUnknown: !zoneKnown,
	}
}

// contactMethods makes unconfirmed methods of the primary email and, where it parses, of the phone
// number (DECISIONS 24).
func contactMethods(email, number, country string, now time.Time) []roster.ContactMethod {
	var methods []roster.ContactMethod
	add := func(service roster.Service, address string) {
		methods = append(methods, roster.ContactMethod{
			ID: roster.ContactMethodID(newID()), Service: service, Address: address, CreatedAt: now,
		})
	}
	if email != "" {
		add(roster.ServiceEmail, email)
	}
	if phone, fault := smsNumber(number, country); number != "" && fault == "" {
		add(roster.ServiceSMS, phone)
	}
	return methods
}

// preferences returns those given, or the default matrix (DECISIONS 23).
func (c *creation) preferences(tx Tx, refs resolved) ([]roster.Preference, error) {
	if c.in.Preferences.Present && !c.in.Preferences.Null {
		return c.in.Preferences.Value, nil
	}
	ids := make([]roster.GroupID, len(refs.groups))
	for i, g := range refs.groups {
		ids[i] = g.ID
	}
	return tx.DefaultPreferences(c.by.OrganizationID, ids)
}

// auditedUser is what the audit keeps of a user. It has no secret, and of the properties, which are the
// client's own and may hold anything, only their length.
type auditedUser struct {
	UserName        string              `json:"userName"`
	Number          int64               `json:"number"`
	DisplayName     string              `json:"displayName"`
	Email           string              `json:"email,omitempty"`
	ExternalID      string              `json:"externalId,omitempty"`
	Active          bool                `json:"active"`
	AccessLevel     roster.AccessLevel  `json:"accessLevel"`
	Realm           string              `json:"realm"`
	HasPassword     bool                `json:"hasPassword"`
	Roles           []string            `json:"roles,omitempty"`
	Groups          []string            `json:"groups,omitempty"`
	Teams           []string            `json:"teams,omitempty"`
	PrimaryGroup    string              `json:"primaryGroup,omitempty"`
	Department      string              `json:"department,omitempty"`
	GrantedFor      []roster.GroupID    `json:"grantedFor,omitempty"` // of the level; empty: the organization
	RoleGrants      []auditedGrant      `json:"roleGrants,omitempty"` // those of the roles that are for groups
	JoinedAt        time.Time           `json:"joinedAt"`
	TimeZone        string              `json:"timezone"`
	PhoneNumber     string              `json:"phoneNumber,omitempty"`
	SessionExpiry   time.Duration       `json:"sessionExpiry,omitempty"` // nanoseconds
	PropertiesBytes int                 `json:"propertiesBytes,omitempty"`
	Competencies    []roster.Competency `json:"competencies,omitempty"`
	Preferences     []audited           `json:"preferences,omitempty"`
	Warnings        []string            `json:"warnings,omitempty"`
}

// auditedGrant is a role in the audit that is granted for groups.
type auditedGrant struct {
	Role   string           `json:"role"`
	Groups []roster.GroupID `json:"groups"`
}

// audited is a preference in the audit.
type audited struct {
	Type     roster.NotificationType `json:"type"`
	Services []roster.Service        `json:"services"`
}

func auditUser(row NewUserRow) auditedUser {
	u := row.User
	a := auditedUser{
		UserName: u.UserName, Number: u.Number, DisplayName: u.DisplayName, Email: u.Email, ExternalID: u.ExternalID,
		Active: u.Active, AccessLevel: u.AccessLevel, Realm: u.Realm, HasPassword: u.HasPassword,
		Roles: names(u.Roles), Groups: names(u.Groups), Teams: names(u.Teams),
		PrimaryGroup: u.PrimaryGroup.Name, Department: u.Department.Name, GrantedFor: u.LevelGroups,
		JoinedAt: u.JoinedAt, TimeZone: u.TimeZone, PhoneNumber: u.ContactNumber, SessionExpiry: u.SessionExpiry,
		PropertiesBytes: len(u.Properties), Competencies: u.Competencies,
	}
	for _, r := range u.Roles {
		if len(r.Groups) > 0 {
			a.RoleGrants = append(a.RoleGrants, auditedGrant{r.Name, r.Groups})
		}
	}
	for _, p := range u.Preferences {
		a.Preferences = append(a.Preferences, audited(p))
	}
	if row.TimeZoneUnknown {
		a.Warnings = []string{"the time zone is not known"}
	}
	return a
}

// names returns the names of linked records.
func names[L fmt.Stringer](links []L) []string {
	out := make([]string, len(links))
	for i, l := range links {
		out[i] = l.String()
	}
	return out
}

// taken is the Conflict over a field, with the record that is in the way where the actor may see it.
func (c *creation) taken(tx Tx, field string) (*roster.Error, error) {
	value := c.wanted(field)
	e := takenBy(roster.Holder{}, field, value)
	holder, found, err := tx.EmailHolder(c.by.OrganizationID, Fold(value), "")
	if _, everywhere := scopeOf(c.by, ActUserRead); found && everywhere {
		e.Holder = holder
	}
	return e, err
}

// wanted returns what the create wants to have as a field that must be nobody else's.
func (c *creation) wanted(field string) string {
	if field == "emails" {
		return c.in.Email
	}
	return c.in.UserName
}

// takenBy is the Conflict over a value of a field that the holder has.
func takenBy(holder roster.Holder, field, value string) *roster.Error {
	detail := fmt.Sprintf("%q belongs to another user already", shorten(value))
	return &roster.Error{Kind: roster.Conflict, Field: field, Detail: detail, Holder: holder}
}

// refuse is taken as the error that ends a transaction.
func (c *creation) refuse(tx Tx, field string) error {
	e, err := c.taken(tx, field)
	if err != nil {
		return err
	}
	return e
}

// explain gives a Conflict that the index found what one has that a look found: the record in the way.
func (c *creation) explain(ctx context.Context, err error) error {
	all := roster.All(err)
	if len(all) != 1 || all[0].Kind != roster.Conflict || all[0].Field != "userName" || all[0].Holder != (roster.Holder{}) {
		return err
	}
	explained, viewErr := view(ctx, c.Service, func(tx Tx) (*roster.Error, error) { return c.taken(tx, "userName") })
	if viewErr != nil {
		return err
	}
	return explained
}

// GetUser returns one user with everything that a face may show.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id) where the selector is empty.
func (s *Service) GetUser(ctx context.Context, by roster.Actor, sel UserSelector) (roster.User, error) {
	if err := allow(by, ActUserRead); err != nil {
		return roster.User{}, err
	}
	if sel == (UserSelector{}) {
		return roster.User{}, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "or a userName is required"}
	}
	if err := sel.possible(); err != nil {
		return roster.User{}, err
	}
	u, err := view(ctx, s, func(tx Tx) (roster.User, error) { return selectUser(tx, by, ActUserRead, sel, withWhole) })
	return narrowed(by, u), err
}

// narrowed leaves out of a user what the actor does not see: the addresses that are secrets, and the groups and teams
// beyond its own, with what is granted for these: a customer's manager learns of no other customer. Who one is oneself is
// seen whole. Roles must be loaded, or the level is shown as if it were granted for the organization.
func narrowed(by roster.Actor, u roster.User) roster.User {
	if isSelf(by, u.ID) {
		return u
	}
	u.ContactMethods = withoutSecrets(u.ContactMethods)
	groups, everywhere := scopeOf(by, ActUserRead)
	if everywhere {
		return u
	}
	hidden := func(g roster.GroupLink) bool { return !slices.Contains(groups, g.ID) }
	u.Groups = slices.DeleteFunc(slices.Clone(u.Groups), hidden)
	u.Teams = slices.DeleteFunc(slices.Clone(u.Teams), hidden)
	if hidden(u.PrimaryGroup) {
		u.PrimaryGroup = roster.GroupLink{}
	}
	own := granting{groups: groups}
	if len(u.LevelGroups) > 0 {
		if u.LevelGroups = own.inside(u.LevelGroups); len(u.LevelGroups) == 0 { // or it would read as the organization's
			u.AccessLevel, u.LevelGroups = roster.LevelCustom, nil
		}
	}
	var roles []roster.RoleGrant
	for _, r := range u.Roles {
		if everywhere := len(r.Groups) == 0; everywhere {
			roles = append(roles, r)
		} else if r.Groups = own.inside(r.Groups); len(r.Groups) > 0 {
			roles = append(roles, r)
		}
	}
	u.Roles = roles
	return u
}

// withWhole loads everything of a user.
const withWhole = WithRoles | WithGroups | WithTeams | WithReach

// selectUser returns the user that the selector picks, if the actor may see it in the action.
//
// Errors: NotFound, Conflict(emails).
func selectUser(tx Tx, by roster.Actor, act Action, sel UserSelector, with With) (roster.User, error) {
	sel, err := sel.aim(tx, by, act)
	if err != nil {
		return roster.User{}, err
	}
	u, err := tx.User(by.OrganizationID, sel, with|WithGroups|WithTeams)
	if err != nil {
		return roster.User{}, err
	}
	if policy[act].ownToken && isSelf(by, u.ID) {
		return u, nil
	}
	return u, visible(by, act, u)
}

// isSelf reports whether the user is the actor itself. A credential that is limited to groups is nobody.
func isSelf(by roster.Actor, id roster.UserID) bool {
	return by.UserID != "" && by.UserID == id && !by.Limited
}

// aim turns a selector by email into one by id: there may be several users with an address.
func (sel UserSelector) aim(tx Tx, by roster.Actor, act Action) (UserSelector, error) {
	if err := sel.possible(); err != nil {
		return sel, err
	}
	key := Fold(strings.TrimSpace(sel.Email))
	if key == "" || sel.ID != "" || sel.Number != 0 || sel.UserName != "" {
		return sel, nil
	}
	q := UserQuery{EmailKey: key, Limit: 2}
	if groups, everywhere := scopeOf(by, act); !everywhere {
		q.InGroups = groups
	}
	users, err := tx.Users(by.OrganizationID, q, 0)
	if err != nil {
		return sel, err
	}
	if q.InGroups != nil && policy[act].ownToken && isSelf(by, by.UserID) { // who sees nobody else still sees itself
		self, err := tx.Users(by.OrganizationID, UserQuery{EmailKey: key, ID: by.UserID, Limit: 1}, 0)
		if err != nil {
			return sel, err
		}
		users = distinct(append(users, self...), func(u roster.User) roster.UserID { return u.ID })
	}
	switch len(users) {
	case 0:
		return sel, noUser()
	case 1:
		return UserSelector{ID: users[0].ID}, nil
	default:
		return sel, severalUsers("emails")
	}
}

// severalUsers is the Conflict over an attribute that was to name one user.
func severalUsers(field string) error {
	return &roster.Error{Kind: roster.Conflict, Field: field, Detail: "is that of several users; name one of them by its id"}
}

// lockUser keeps other transactions from changing the user until this one ends, and returns it.
func lockUser(tx Tx, by roster.Actor, act Action, sel UserSelector, with With) (roster.User, error) {
	aimed, err := sel.aim(tx, by, act)
	if err != nil {
		return roster.User{}, err
	}
	if err := tx.LockUser(by.OrganizationID, aimed); err != nil {
		return roster.User{}, err
	}
	u, err := selectUser(tx, by, act, aimed, with)
	if err == nil && aimed != sel && Fold(u.Email) != Fold(strings.TrimSpace(sel.Email)) {
		err = noUser() // the address changed while this waited
	}
	return u, err
}

// visible answers NotFound for a user whom the actor's scope leaves out. Groups and Teams are loaded.
func visible(by roster.Actor, act Action, u roster.User) error {
	groups, everywhere := scopeOf(by, act)
	if everywhere || slices.ContainsFunc(slices.Concat(u.Groups, u.Teams), func(g roster.GroupLink) bool {
		return slices.Contains(groups, g.ID)
	}) {
		return nil
	}
	return noUser()
}

func noUser() error {
	return &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no user"}
}

// possible answers NotFound for a name that no user can have: an engine may refuse even to look for it.
func (sel UserSelector) possible() error {
	if isReference(sel.UserName) && isReference(sel.Email) && isName(string(sel.ID)) {
		return nil
	}
	return noUser()
}

// UserList says which users ListUsers returns, and what is loaded along.
type UserList struct {
	ID    roster.UserID // only this one
	Email string        // only those with this primary email, without regard to case
	After int64         // only those with a greater number
	Limit int           // at most so many; 0: all
	With  With
}

// ListUsers returns the users that the actor may see, by ascending number, loading a page at a time.
// An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListUsers(ctx context.Context, by roster.Actor, in UserList) (iter.Seq2[roster.User, error], error) {
	if err := allow(by, ActUserRead); err != nil {
		return nil, err
	}
	if !isName(string(in.ID)) || !isReference(in.Email) {
		return noRecords[roster.User](), nil
	}
	q := UserQuery{AfterNumber: in.After, ID: in.ID, EmailKey: Fold(in.Email)}
	if groups, everywhere := scopeOf(by, ActUserRead); !everywhere {
		q.InGroups = groups
		in.With |= WithRoles // see narrowed
	}
	read := func(after int64, limit int) ([]roster.User, error) {
		q.AfterNumber, q.Limit = after, limit
		users, err := view(ctx, s, func(tx Tx) ([]roster.User, error) { return tx.Users(by.OrganizationID, q, in.With) })
		for i := range users {
			users[i] = narrowed(by, users[i])
		}
		return users, err
	}
	return pages(in.After, in.Limit, read, func(u roster.User) int64 { return u.Number }), nil
}

// pageSize is how many records a list loads at a time: enough to make a page's queries cheap beside
// its rows, few enough to keep memory flat.
const pageSize = 500

// firstPage is how many it loads first where nobody said how many are wanted: who reads a page of the usual 100, and looks whether there is another, causes
// no more. The next ones grow to pageSize.
const firstPage = 128

// pages strings keyset pages together: at most limit records, all of them where it is 0.
func pages[T any, K any](after K, limit int, read func(after K, limit int) ([]T, error), key func(T) K) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		after := after // each range begins anew
		next := firstPage
		for left := limit; limit == 0 || left > 0; {
			size := next
			next = min(2*next, pageSize)
			if limit > 0 {
				size = min(pageSize, left)
			}
			page, err := read(after, size)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, record := range page {
				if !yield(record, nil) {
					return
				}
				after = key(record)
			}
			if left -= len(page); len(page) < size {
				return
			}
		}
	}
}

// inPages is pages for records that have a number and a name: all of them.
func inPages[T any](o ListOrder, read func(o ListOrder, limit int) ([]T, error), place func(T) Place) iter.Seq2[T, error] {
	return pages(o.After, 0, func(after Place, limit int) ([]T, error) {
		return read(ListOrder{o.ByName, o.Descending, after}, limit)
	}, place)
}

// String returns the selector as a person would say it, for messages.
func (sel UserSelector) String() string {
	switch {
	case sel.UserName != "":
		return fmt.Sprintf("%q", shorten(sel.UserName))
	case sel.ID != "":
		return string(sel.ID)
	case sel.Number == 0 && sel.Email != "":
		return fmt.Sprintf("%q", shorten(sel.Email))
	default:
		return fmt.Sprint(sel.Number)
	}
}
