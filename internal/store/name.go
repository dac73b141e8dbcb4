package store

import (
	"fmt"

	"roster/internal/directory"
)

// nameColumns holds the table and columns of each kind of name and of its key.
var nameColumns = [directory.NameKinds]struct {
	table, name, key string
	rivals           string // further condition for records that must not share a key
}{
	directory.UserNames:        {table: "users", name: "user_name", key: "user_key"},
	directory.UserEmails:       {table: "users", name: "email", key: "email_key", rivals: " AND 1 = 0"},
	directory.UserDisplayNames: {table: "users", name: "display_name", key: "display_key", rivals: " AND 1 = 0"},
	directory.GroupNames:       {table: "groups", name: "name", key: "name_key", rivals: " AND o.kind = n.kind"},
	directory.RoleNames:        {table: "roles", name: "name", key: "name_key"},
	directory.DepartmentNames:  {table: "departments", name: "name", key: "name_key"},
	directory.ServiceNames:     {table: "business_services", name: "name", key: "name_key"},
	directory.RealmNames:       {table: "realms", name: "name", key: "name_key"},
	directory.TokenNames:       {table: "tokens", name: "name", key: "name_key"},
	directory.CheckGroupNames:  {table: "check_groups", name: "name", key: "name_key"},
	directory.CheckNames:       {table: "checks", name: "name", key: "name_key"},
	directory.CheckAliases:     {table: "checks", name: "email_alias", key: "alias_key"},
}

// NamesEverywhere implements directory.NameTx.
func (t *tx) NamesEverywhere(kind directory.NameKind, after directory.NamedRecord, most int) ([]directory.NamedRecord, error) {
	c := nameColumns[kind]
	text := fmt.Sprintf(`SELECT (SELECT o.id FROM organizations o WHERE o.number = n.organization), n.id, n.%s FROM %s n
	WHERE (n.organization, n.id) > ($1, $2) AND n.%s IS NOT NULL ORDER BY n.organization, n.id LIMIT $3`, c.name, c.table, c.key)
	from := any(0)
	if after.OrganizationID != "" {
		from = t.org(after.OrganizationID)
	}
	args := []any{from, uidOrLeast(after.ID), limit(most, directory.MaxPage)}
	return collect(t, "list names of every organization", text, args, func(r scanner) (n directory.NamedRecord, err error) {
		return n, r.Scan((*string)(&n.OrganizationID), &n.ID, &n.Name)
	})
}

// SetNameKey implements directory.NameTx.
func (t *tx) SetNameKey(kind directory.NameKind, r directory.NamedRecord, key string) (bool, error) {
	c := nameColumns[kind]
	text := fmt.Sprintf(`UPDATE %s AS n SET %s = $3 WHERE organization = $1 AND id = $2 AND %s = $4 AND %s IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM %s o WHERE o.organization = $1 AND o.%s = $3 AND o.id <> $2%s)`,
		c.table, c.key, c.name, c.key, c.table, c.key, c.rivals)
	n, err := t.exec("set name key", text, t.org(r.OrganizationID), uid(r.ID), key, r.Name)
	return n > 0, err
}
