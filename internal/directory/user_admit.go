package directory

import (
	"context"
	"strings"

	"roster"
)

// ProvenUser is what AdmitUser needs to know: somebody whom a realm has just proved.
type ProvenUser struct {
	Realm      string // name of a realm that the configuration declares
	Predefined bool   // only users who are here already may come in
	User       NewUser
}

// AdmitUser lets somebody in whom a realm has proved: as the user of that realm; by binding one who
// was made without a password and is waiting for a realm; or, unless users are predefined, as a new
// user with what the realm gives. A user who proves identity elsewhere is never taken over by name
// (DECISIONS 11).
//
// Errors: Unauthenticated, Forbidden; NotFound for somebody whom the realm may not make;
// Conflict(userName) for one who belongs elsewhere; those of CreateUser.
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
	if in.User.Department.Name != "" { // what the realm calls a department is one
		_, err := d.CreateDepartment(ctx, by, NewDepartment{Name: in.User.Department.Name})
		if err != nil && roster.KindOf(err) != roster.Conflict {
			return roster.User{}, err
		}
	}
	made, err := d.CreateUser(ctx, by, in.User)
	if err != nil && roster.KindOf(err) == roster.Conflict { // another sign-in of the same person was faster
		return update(ctx, d, func(tx Tx) (roster.User, error) { return d.bindToRealm(tx, by, in, realm) })
	}
	return made.User, err
}

// bindToRealm returns the user of the realm, and makes one who waits for a realm its user.
func (d *Directory) bindToRealm(tx Tx, by roster.Actor, in ProvenUser, realm roster.RealmID) (roster.User, error) {
	sel := UserSelector{UserName: strings.TrimSpace(in.User.UserName)}
	u, err := tx.User(by.OrganizationID, sel, withWhole)
	if err == nil && u.Realm == roster.RealmExternal { // every column is written: nobody else may change one meanwhile
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
		row.Realm, row.UpdatedAt = string(realm), d.now() // not an administered change: the version stays
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
		return roster.User{}, &roster.Error{Kind: roster.Conflict, Field: "userName", Detail: "belongs to a user who proves identity elsewhere"}
	}
}

// declaredRealm returns the id of a realm that the configuration declares; the record is made when
// the realm is first used.
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
