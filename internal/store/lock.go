package store

import (
	"roster"
	"roster/internal/directory"
)

// lockTables holds, for each noun, the table of its records and the condition for one that is not
// deleted.
var lockTables = map[directory.Lockable]string{
	directory.LockableGroup:        `groups WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`,
	directory.LockableDepartment:   `departments WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`,
	directory.LockableRole:         `roles WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`,
	directory.LockableRealm:        `realms WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`,
	directory.LockableOrganization: `organizations WHERE number = $1 AND id = $2`,
	directory.LockableCheck:        `checks WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`,
	directory.LockableCheckGroup:   `check_groups WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`,
}

// LockRecord implements directory.LockTx. On SQLite it only checks that the record exists: there is
// one writer.
func (t *tx) LockRecord(org roster.OrganizationID, noun directory.Lockable, id string) error {
	text := `SELECT id FROM ` + lockTables[noun] + t.engine.forUpdate
	var there string
	found, err := t.one("lock "+string(noun), text, []any{t.org(org), uid(id)}, &there)
	if err == nil && !found {
		err = missing(string(noun))
	}
	return err
}
