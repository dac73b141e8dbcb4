package store

import (
	"roster"
	"roster/internal/directory"
)

const realmColumns = `id, organization_id, name, kind, active, configuration, version, created_at, updated_at`

func scanRealm(r scanner) (realm roster.Realm, err error) {
	err = r.Scan((*string)(&realm.ID), (*string)(&realm.OrganizationID), &realm.Name, (*string)(&realm.Kind), &realm.Active,
		document{&realm.Configuration}, &realm.Version, instant{&realm.CreatedAt}, instant{&realm.UpdatedAt})
	return realm, err
}

// InsertRealm implements directory.RealmTx.
func (t *tx) InsertRealm(r roster.Realm, key string) error {
	const text = `INSERT INTO realms (organization_id, id, name, name_key, kind, active, configuration, version, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	_, err := t.exec("insert realm", text, string(r.OrganizationID), string(r.ID), r.Name, orNull(key), string(r.Kind), r.Active,
		string(r.Configuration), r.Version, micros(r.CreatedAt), micros(r.UpdatedAt))
	return err
}

// UpdateRealm implements directory.RealmTx.
func (t *tx) UpdateRealm(r roster.Realm) error {
	const text = `UPDATE realms SET active = $3, configuration = $4, updated_at = $5, version = $6
	WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	return t.mustChange("realm", "update realm", text, string(r.OrganizationID), string(r.ID), r.Active, string(r.Configuration), micros(r.UpdatedAt), r.Version)
}

// FindRealm implements directory.RealmTx.
func (t *tx) FindRealm(org roster.OrganizationID, key string) (roster.Realm, bool, error) {
	const text = `SELECT ` + realmColumns + ` FROM realms WHERE organization_id = $1 AND name_key = $2`
	all, err := collect(t, "find realm", text, []any{string(org), key}, scanRealm)
	if err != nil || len(all) == 0 {
		return roster.Realm{}, false, err
	}
	return all[0], true, nil
}

// RealmByID implements directory.RealmTx.
func (t *tx) RealmByID(org roster.OrganizationID, id roster.RealmID) (roster.Realm, error) {
	const text = `SELECT ` + realmColumns + ` FROM realms WHERE organization_id = $1 AND id = $2 AND name_key IS NOT NULL`
	return first(t, "realm", "find realm", text, []any{string(org), string(id)}, scanRealm)
}

// comparedOfRealms are the attributes of realms that the store compares.
var comparedOfRealms = sqlAttributes{"kind": {"kind", "1 = 1"}, "active": {"active", "1 = 1"}}

// Realms implements directory.RealmTx.
func (t *tx) Realms(org roster.OrganizationID, q directory.RealmQuery) (directory.Rows[roster.Realm], error) {
	return list(t, listing[roster.Realm]{
		noun: "realms", columns: realmColumns, scan: scanRealm,
		from: func(b *query) error {
			b.add(" FROM realms")
			b.where("organization_id = ?", string(org))
			return b.whereAll(comparedOfRealms, q.Where)
		},
		order: ascending("name_key", q.After), limit: q.Limit, count: q.Count,
	})
}
