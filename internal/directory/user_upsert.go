package directory

import (
	"context"
	"errors"
	"strings"
	"time"

	"roster"
)

// UserAttribute is an attribute by which UpsertUser finds the user that is there.
type UserAttribute string

// The attributes.
const (
	ByUserName   UserAttribute = "userName"
	ByExternalID UserAttribute = "externalId"
	ByEmail      UserAttribute = "email"
)

// Finds reports whether the user is one whom the attribute finds by a value, as UpsertUser does.
func (a UserAttribute) Finds(u roster.User, value string) bool {
	switch a {
	case ByUserName:
		return Fold(u.UserName) == Fold(value)
	case ByExternalID:
		return u.ExternalID != "" && u.ExternalID == strings.TrimSpace(value)
	case ByEmail:
		return u.Email != "" && Fold(u.Email) == Fold(value)
	}
	return false
}

// UserUpsert says what a user is to be like.
type UserUpsert struct {
	Match   UserAttribute // the attribute of Change by which a user is found; it must be there
	Change  UserChange    // its User is not looked at; with IfVersion nobody is created
	New     NewUser       // what is created where no user is found; it gets the attribute of Change
	IfThere bool          // nobody is created
}

// UpsertedUser is the answer of UpsertUser.
type UpsertedUser struct {
	roster.User
	Created bool
}

// UpsertUser creates a user, or changes the one that has the attribute already. Of two at the same
// time one creates and the other changes.
//
// Errors: those of CreateUser and UpdateUser, Conflict where several users have the attribute,
// Stale where nobody has it and somebody must.
func (d *Directory) UpsertUser(ctx context.Context, by roster.Actor, in UserUpsert) (UpsertedUser, error) {
	if err := allow(by, ActUserCreate); err != nil {
		return UpsertedUser{}, err
	}
	if err := allow(by, ActUserUpdate); err != nil {
		return UpsertedUser{}, err
	}
	u := upsert{Directory: d, by: by, in: in}
	if err := u.clean(); err != nil {
		return UpsertedUser{}, err
	}
	if in.NeedsHash() {
		if err := d.passwords.Ask(ctx, by); err != nil {
			return UpsertedUser{}, err
		}
	}
	for range maxUpsertTries {
		id, err := view(ctx, d, u.find)
		if err != nil {
			return UpsertedUser{}, err
		}
		out, err := u.changeOrCreate(ctx, id)
		if !errors.Is(err, errOutdated) {
			return out, err
		}
	}
	return UpsertedUser{}, &roster.Error{
		Kind: roster.Unavailable, Detail: "the user comes and goes; try again", RetryAfter: time.Second,
	}
}

// maxUpsertTries is how often what depends on records that come, go or change while it is under way
// begins anew.
const maxUpsertTries = 8

// errOutdated ends a transaction that finds another state than the look before it: an upsert a user
// where it wanted to create one, or none where it wanted to change one; an event a check that was
// changed.
var errOutdated = errors.New("what was looked for has changed")

// upsert is one UpsertUser under way.
type upsert struct {
	*Directory
	by    roster.Actor
	in    UserUpsert
	value string // of the attribute
}

// clean finds the value of the attribute, and gives it to the user to be created too.
func (u *upsert) clean() error {
	var given roster.Set[string]
	var to *string
	field := string(u.in.Match)
	switch u.in.Match {
	case ByUserName:
		given, to = u.in.Change.UserName, &u.in.New.UserName
	case ByExternalID:
		given, to = u.in.Change.ExternalID, &u.in.New.ExternalID
	case ByEmail:
		given, to, field = u.in.Change.Email, &u.in.New.Email, "emails"
	default:
		return &roster.Error{Kind: roster.Invalid, Field: "match", Detail: "must be one of: userName, externalId, email"}
	}
	u.value = strings.TrimSpace(given.Value)
	switch {
	case u.value == "":
		return &roster.Error{Kind: roster.Invalid, Field: field, Detail: "is required: by it the user is found"}
	case !isName(u.value): // an engine may refuse even to look for it
		return &roster.Error{Kind: roster.Invalid, Field: field, Detail: faultOfName(u.value)}
	}
	*to = u.value
	u.in.New.IdempotencyKey, u.in.New.Repeatable = "", false // an upsert may be repeated anyway
	return nil
}

// find returns the user that has the attribute and that the actor sees, "" if there is none.
func (u *upsert) find(tx Tx) (roster.UserID, error) {
	field := string(u.in.Match)
	q := UserQuery{Limit: 2}
	switch u.in.Match {
	case ByUserName:
		found, err := selectUser(tx, u.by, ActUserUpdate, UserSelector{UserName: u.value}, 0)
		if err == nil {
			err = visible(u.by, ActUserUpdate, found) // it may be the actor itself, who manages others only
		}
		if err != nil && roster.KindOf(err) == roster.NotFound {
			return "", nil
		}
		return found.ID, err
	case ByExternalID:
		q.Where = Is("externalId", u.value)
	case ByEmail:
		q.Where, field = hasEmail(u.value), "emails"
	}
	if groups, orgWide := scopeOf(u.by, ActUserUpdate); !orgWide {
		q.Among = groups
	}
	rows, err := tx.Users(u.by.OrganizationID, q, 0)
	switch {
	case err != nil || len(rows.Users) == 0:
		return "", err
	case len(rows.Users) > 1:
		return "", severalUsers(field)
	}
	return rows.Users[0].ID, nil
}

// changeOrCreate changes the user, or creates one where there is none. errOutdated says that it was
// the wrong one of both.
func (u *upsert) changeOrCreate(ctx context.Context, id roster.UserID) (UpsertedUser, error) {
	if id == "" && (u.in.IfThere || u.in.Change.IfVersion != 0) {
		return UpsertedUser{}, &roster.Error{Kind: roster.Stale, Detail: "there is no such user"}
	}
	if id == "" {
		made, err := u.create(ctx)
		return UpsertedUser{User: made.User, Created: err == nil}, err
	}
	changed, err := u.change(ctx, id)
	return UpsertedUser{User: changed}, err
}

func (u *upsert) create(ctx context.Context) (CreatedUser, error) {
	c := u.creation(u.by, u.in.New)
	c.claimsEmail = u.in.Match == ByEmail
	created, err := c.run(ctx, func(ctx context.Context) (creationResult, error) {
		return update(ctx, u.Directory, func(tx Tx) (creationResult, error) { return u.insert(tx, c) })
	})
	if err == nil || u.in.Match == ByExternalID || roster.KindOf(err) != roster.Conflict {
		return created, err
	}
	// Somebody was faster, unless it is a user whom the actor does not see.
	if id, findErr := view(ctx, u.Directory, u.find); findErr == nil && id != "" {
		err = errOutdated
	}
	return created, err
}

// insert is the transaction that creates the user, unless somebody has the attribute by now.
func (u *upsert) insert(tx Tx, c *creation) (creationResult, error) {
	if err := u.awaitSameUpserts(tx); err != nil {
		return creationResult{}, err
	}
	id, err := u.find(tx)
	if err == nil && id != "" {
		err = errOutdated
	}
	if err != nil {
		return creationResult{}, err
	}
	return c.createAlone(tx, "")
}

// awaitSameUpserts waits for other upserts that are about to create a user with the attribute.
func (u *upsert) awaitSameUpserts(tx Tx) error {
	if u.in.Match == ByUserName { // of which an index decides
		return nil
	}
	return u.await(tx, u.by.OrganizationID, u.in.Match, Fold(u.value))
}

// emailTaken reports whether another user has the user's address as its userName or primary email.
// If two transactions give one address to users at the same time, the index of claims refuses the
// second.
func emailTaken(tx Tx, u NewUserRow) (bool, error) {
	if u.EmailKey == "" {
		return false, nil
	}
	_, taken, err := tx.EmailHolder(u.OrganizationID, u.EmailKey, u.ID)
	return taken, err
}

// await waits for other transactions that are about to give a user the folded value of an attribute
// of which no index decides. The row is there for as long as the transaction is under way only.
func (d *Directory) await(tx Tx, org roster.OrganizationID, attribute UserAttribute, value string) error {
	key, err := d.hmac([]any{"upsert", org, attribute, value})
	if err != nil {
		return err
	}
	r := Retry{OrganizationID: org, Key: key, CreatedAt: d.now()}
	first, err := tx.InsertRetry(r)
	if err == nil && !first { // it was left behind
		if err = tx.DeleteRetry(r.OrganizationID, r.Key); err == nil {
			_, err = tx.InsertRetry(r)
		}
	}
	if err != nil {
		return err
	}
	return tx.DeleteRetry(r.OrganizationID, r.Key)
}

func (u *upsert) change(ctx context.Context, id roster.UserID) (roster.User, error) {
	in := u.in.Change
	in.User = UserSelector{ID: id}
	if u.in.Match == ByExternalID { // it has this one already
		in.ExternalID = roster.Set[string]{}
	}
	c := u.userUpdate(u.by, in)
	changed, err := c.run(ctx, func(tx Tx) (roster.User, error) {
		if err := tx.LockUser(u.by.OrganizationID, c.in.User); err != nil {
			return roster.User{}, err
		}
		found, err := u.find(tx)
		if err == nil && found != id {
			err = errOutdated
		}
		if err != nil {
			return roster.User{}, err
		}
		return c.change(tx)
	})
	if err != nil && roster.KindOf(err) == roster.NotFound {
		err = errOutdated
	}
	return changed, err
}
