package store

import (
	"roster"
	"roster/internal/directory"
)

const realmColumns = `id, name, kind, active, configuration, version, created_at, updated_at`

// realmsOf returns a function that reads a realm of the organization.
func realmsOf(org roster.OrganizationID) func(scanner) (roster.Realm, error) {
	return func(r scanner) (realm roster.Realm, err error) {
		realm.OrganizationID = org
		err = r.Scan((*string)(&realm.ID), &realm.Name, (*string)(&realm.Kind), &realm.Active,
			document{&realm.Configuration}, &realm.Version, instant{&realm.CreatedAt}, instant{&realm.UpdatedAt})
		return realm, err
	}
}

// InsertRealm implements directory.RealmTx.
func (t *tx) InsertRealm(r roster.Realm, key string) error {
	const text = `INSERT INTO realms (organization, id, name, name_key, kind, active, configuration, version, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	_, err := t.exec("insert realm", text, t.org(r.OrganizationID), uid(r.ID), r.Name, orNull(key), string(r.Kind), r.Active,
		string(r.Configuration), r.Version, micros(r.CreatedAt), micros(r.UpdatedAt))
	return err
}

// UpdateRealm implements directory.RealmTx.
func (t *tx) UpdateRealm(r roster.Realm) error {
	const text = `UPDATE realms SET active = $3, configuration = $4, updated_at = $5, version = $6
	WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`
	return t.mustChange("realm", "update realm", text, t.org(r.OrganizationID), uid(r.ID), r.Active, string(r.Configuration), micros(r.UpdatedAt), r.Version)
}

// FindRealm implements directory.RealmTx.
func (t *tx) FindRealm(org roster.OrganizationID, key string) (roster.Realm, bool, error) {
	const text = `SELECT ` + realmColumns + ` FROM realms WHERE organization = $1 AND name_key = $2`
	all, err := collect(t, "find realm", text, []any{t.org(org), key}, realmsOf(org))
	if err != nil || len(all) == 0 {
		return roster.Realm{}, false, err
	}
	return all[0], true, nil
}

// RealmByID implements directory.RealmTx.
func (t *tx) RealmByID(org roster.OrganizationID, id roster.RealmID) (roster.Realm, error) {
	const text = `SELECT ` + realmColumns + ` FROM realms WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`
	return first(t, "realm", "find realm", text, []any{t.org(org), uid(id)}, realmsOf(org))
}

// comparedOfRealms are the attributes of realms that the store compares.
var comparedOfRealms = sqlAttributes{"kind": {is: "kind", present: "1 = 1"}, "active": {is: "active", present: "1 = 1"}}

// Realms implements directory.RealmTx.
func (t *tx) Realms(org roster.OrganizationID, q directory.RealmQuery) (directory.Rows[roster.Realm], error) {
	return list(t, listing[roster.Realm]{
		noun: "realms", columns: realmColumns, scan: realmsOf(org),
		from: func(b *query) error {
			b.add(" FROM realms")
			b.where("organization = ?", t.org(org))
			return b.whereAll(comparedOfRealms, q.Where)
		},
		order: ascending("name_key", q.After), limit: q.Limit, count: q.Count,
	})
}
