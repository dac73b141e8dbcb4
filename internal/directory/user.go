package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"roster"
)

// GetUser returns one user with everything that a face may show.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid(id) where the selector is empty.
func (d *Directory) GetUser(ctx context.Context, by roster.Actor, sel UserSelector) (roster.User, error) {
	if err := allow(by, ActUserRead); err != nil {
		return roster.User{}, err
	}
	if sel == (UserSelector{}) {
		return roster.User{}, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "or a userName is required"}
	}
	if err := sel.possible(); err != nil {
		return roster.User{}, err
	}
	u, err := view(ctx, d, func(tx Tx) (roster.User, error) { return selectUser(tx, by, ActUserRead, sel, withWhole) })
	return redactUser(by, u), err
}

// redactUser leaves out of a user what the actor does not see: the addresses that are secrets, and
// the groups and teams beyond its own, with what is granted for these: a customer's manager learns
// of no other customer. Who one is oneself is seen whole. Roles must be loaded, or the level is
// shown as if it were granted for the organization.
func redactUser(by roster.Actor, u roster.User) roster.User {
	if isSelf(by, u.ID) {
		return u
	}
	u.ContactMethods = withoutSecrets(u.ContactMethods)
	groups, orgWide := scopeOf(by, ActUserRead)
	if orgWide {
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
		if orgWide := len(r.Groups) == 0; orgWide {
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

// isSelf reports whether the user is the actor itself. A credential that is limited to groups is
// nobody.
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
	q := UserQuery{Where: Is("email", key), Limit: 2}
	if groups, orgWide := scopeOf(by, act); !orgWide {
		q.Among = groups
	}
	rows, err := tx.Users(by.OrganizationID, q, 0)
	if err != nil {
		return sel, err
	}
	users := rows.Users
	if q.Among != nil && policy[act].ownToken && isSelf(by, by.UserID) { // who sees nobody else still sees itself
		self, err := tx.Users(by.OrganizationID, UserQuery{Where: Both(Is("email", key), Is("id", string(by.UserID))), Limit: 1}, 0)
		if err != nil {
			return sel, err
		}
		users = distinct(append(users, self.Users...), func(u roster.User) roster.UserID { return u.ID })
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

// visible answers NotFound for a user whom the actor's scope leaves out. Groups and Teams are
// loaded.
func visible(by roster.Actor, act Action, u roster.User) error {
	groups, orgWide := scopeOf(by, act)
	if orgWide || slices.ContainsFunc(slices.Concat(u.Groups, u.Teams), func(g roster.GroupLink) bool {
		return slices.Contains(groups, g.ID)
	}) {
		return nil
	}
	return noUser()
}

func noUser() error {
	return &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no user"}
}

// possible answers NotFound for a name that no user can have: an engine may refuse even to look for
// it.
func (sel UserSelector) possible() error {
	if isReference(sel.UserName) && isReference(sel.Email) && isName(string(sel.ID)) {
		return nil
	}
	return noUser()
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
