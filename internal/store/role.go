package store

import (
	"roster"
	"roster/internal/directory"
)

const roleColumns = `id, number, name, description, permissions, shipped, version`

func scanRole(org roster.OrganizationID, r scanner, more ...any) (role roster.Role, err error) {
	role.OrganizationID = org
	to := []any{
		(*string)(&role.ID), &role.Number, &role.Name, &role.Description,
		permissions{&role.Permissions},
		&role.Shipped, &role.Version,
	}
	err = r.Scan(append(to, more...)...)
	return role, err
}

// InsertRole implements directory.GroupTx.
func (t *tx) InsertRole(r roster.Role, key string) (number int64, err error) {
	const text = `INSERT INTO roles (number, id, organization, name, name_key, description, permissions, shipped, version)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM roles WHERE organization = $3) END,
	$2, $3, $4, $5, $6, $7, $8, $9) RETURNING number`
	return t.insertNumbered("insert role", text, r.Number,
		uid(r.ID), t.org(r.OrganizationID), r.Name, orNull(key), r.Description, r.Permissions.String(), r.Shipped, r.Version)
}

// FindRoles implements directory.GroupTx.
func (t *tx) FindRoles(org roster.OrganizationID, refs []roster.Ref) ([]roster.Role, error) {
	return resolve(t, t.rolesNamed(org, refs))
}

func (t *tx) rolesNamed(org roster.OrganizationID, refs []roster.Ref) *resolution[roster.Role] {
	const text = `SELECT ` + roleColumns + `, name_key FROM roles WHERE organization = $1 AND COALESCE(name_key, '') <> ''`
	return &resolution[roster.Role]{
		doing: "find roles", text: text, args: []any{t.org(org)}, refs: refs,
		scan: func(r scanner) (named[roster.Role], error) {
			var key string
			role, err := scanRole(org, r, &key)
			return named[roster.Role]{role, string(role.ID), role.Number, key}, err
		},
	}
}

// comparedOfRoles are the attributes of roles that an index serves.
var comparedOfRoles = sqlAttributes{"id": {is: "id", present: "1 = 1", id: true}, "displayName": {is: "name_key", present: "1 = 1"}}

// Roles implements directory.GroupTx.
func (t *tx) Roles(org roster.OrganizationID, q directory.RoleQuery) (directory.Rows[roster.Role], error) {
	return list(t, listing[roster.Role]{
		noun: "roles", columns: roleColumns, scan: func(r scanner) (roster.Role, error) { return scanRole(org, r) },
		from: func(b *query) error {
			b.add(" FROM roles")
			b.where("organization = ?", t.org(org))
			b.where("name_key IS NOT NULL")
			return b.whereAll(comparedOfRoles, q.Where)
		},
		order: byNumberOrName("", q.Order), limit: q.Limit, count: q.Count,
	})
}
