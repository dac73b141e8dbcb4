package directory

import (
	"context"
	"strings"

	"roster"
)

// ProvenUser is the input of AdmitUser: a person whom a realm has just authenticated.
type ProvenUser struct {
	Realm      string // name of a realm that the configuration declares
	Predefined bool   // admit existing users only
	User       NewUser
}

// AdmitUser returns the user for a person whom a realm has authenticated. It is the user of that
// realm; or a user without a password who waits for a realm, and is bound to it now; or, unless
// Predefined, a new user with the fields that the realm gives. A user of another realm is never
// taken over by name (DECISIONS 11).
//
// Errors: Unauthenticated, Forbidden; NotFound for a person whom the realm may not create;
// Conflict(userName) if the user belongs to another realm; those of CreateUser.
func (d *Directory) AdmitUser(ctx context.Context, by roster.Actor, in ProvenUser) (roster.User, error) {
	if err := allow(by, ActUserAdmit); err != nil {
		return roster.User{}, err
	}
	realm, err := d.declaredRealm(ctx, by, in.Realm)
	if err != nil {
		return roster.User{}, err
	}
	u, err := update(ctx, d, func(tx Tx) (roster.User, error) { return d.bindToRealm(tx, by, in, realm) })
	if err == nil || roster.KindOf(err) != roster.NotFound || in.Predefined {
		return u, err
	}
	in.User.Realm = roster.Ref{ID: string(realm)}
	if in.User.Department.Name != "" { // create the department that the realm names
		_, err := d.CreateDepartment(ctx, by, NewDepartment{Name: in.User.Department.Name})
		if err != nil && roster.KindOf(err) != roster.Conflict {
			return roster.User{}, err
		}
	}
	newUser, err := d.CreateUser(ctx, by, in.User)
	// Another sign-in of the same person created the user first.
	if err != nil && roster.KindOf(err) == roster.Conflict {
		return update(ctx, d, func(tx Tx) (roster.User, error) { return d.bindToRealm(tx, by, in, realm) })
	}
	return newUser.User, err
}

// bindToRealm returns the user of the realm. A user who waits for a realm becomes one.
func (d *Directory) bindToRealm(tx Tx, by roster.Actor, in ProvenUser, realm roster.RealmID) (roster.User, error) {
	sel := UserSelector{UserName: strings.TrimSpace(in.User.UserName)}
	u, err := tx.User(by.OrganizationID, sel, withWhole)
	if err == nil && u.Realm == roster.RealmExternal { // UpdateUser writes every column: lock out other changes
		if err = tx.LockUser(by.OrganizationID, sel); err == nil {
			u, err = tx.User(by.OrganizationID, sel, withWhole)
		}
	}
	if err != nil {
		return u, err
	}
	switch u.Realm {
	case string(realm):
		return u, nil
	case roster.RealmExternal:
		before := auditUser(NewUserRow{User: u})
		row := NewUserRow{User: u, UserKey: Fold(u.UserName), EmailKey: Fold(u.Email)}
		row.Realm, row.UpdatedAt = string(realm), d.now() // nobody administered it: the version stays
		_, known := Zone(u.TimeZone)
		row.TimeZoneUnknown = !known
		if err := tx.UpdateUser(row, 0); err != nil {
			return u, err
		}
		if err := voidLinks(tx, u); err != nil {
			return u, err
		}
		return row.User, d.audit(tx, by, row.UpdatedAt, change{ActUserAdmit, string(u.ID), u.UserName, changed{Before: before, After: auditUser(row)}})
	default:
		return roster.User{}, &roster.Error{Kind: roster.Conflict, Field: "userName", Detail: "belongs to a user of another realm"}
	}
}

// declaredRealm returns the id of a realm that the configuration declares. It creates the record
// when the realm is first used.
func (d *Directory) declaredRealm(ctx context.Context, by roster.Actor, name string) (roster.RealmID, error) {
	find := func(tx Tx) (roster.Realm, error) {
		r, _, err := tx.FindRealm(by.OrganizationID, Fold(name))
		return r, err
	}
	r, err := view(ctx, d, find)
	if err != nil || r.ID != "" {
		return r.ID, err
	}
	now := d.now()
	r = roster.Realm{
		ID: roster.RealmID(newID()), OrganizationID: by.OrganizationID, Name: name, Kind: roster.RealmLDAP,
		Active: true, Configuration: []byte("{}"), Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	err = d.store.Update(ctx, func(tx Tx) error {
		if err := tx.InsertRealm(r, Fold(name)); err != nil {
			return err
		}
		return d.audit(tx, by, now, change{ActRealmCreate, string(r.ID), r.Name, created{d.auditRealm(r)}})
	})
	if err != nil && roster.KindOf(err) == roster.Conflict {
		r, err = view(ctx, d, find)
	}
	return r.ID, err
}
