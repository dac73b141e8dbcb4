package store

import (
	"strings"
	"sync/atomic"
)

// generation counts the commits that changed what authentication reads: accounts, roles, tokens,
// sessions.
type generation struct{ n atomic.Uint64 }

// Generation returns how many commits so far may have changed an account, a role, a token or a
// session, and whether that is known: on SQLite, where this process makes every change. It rises
// before the caller of the change is answered, so that who reads it first and then reads the store
// knows for how long what was read is true.
func (db *DB) Generation() (n uint64, known bool) {
	if db.generation == nil {
		return 0, false
	}
	return db.generation.n.Load(), true
}

// readByOthers are the beginnings of statements that change nothing which authentication reads.
// Whatever is not listed is taken to change it. New rows do not: nothing is kept of what was not
// there.
var readByOthers = [...]string{
	"INSERT INTO ",
	"UPDATE sessions SET last_used_at ", "UPDATE tokens SET last_used_at ", // kept apart from what was read
	"UPDATE jobs ", "DELETE FROM jobs ", "UPDATE audit_entries ", "DELETE FROM retries ", "DELETE FROM links ", "UPDATE guesses ", "DELETE FROM guesses ",
	"UPDATE contact_methods ", "DELETE FROM contact_methods ", "DELETE FROM preferences ", "DELETE FROM default_preferences ",
	"DELETE FROM user_words ", "DELETE FROM group_members ", "DELETE FROM team_services ",
	"UPDATE realms ", "UPDATE departments ", "UPDATE organizations ",
	"UPDATE checks ", "DELETE FROM check_told_groups ", "DELETE FROM check_programs ", "UPDATE check_groups ", "DELETE FROM check_permissions ", // verbs read entries each time
}

// changesAccess reports whether a statement may change what authentication reads.
func changesAccess(text string) bool {
	for _, start := range readByOthers {
		if strings.HasPrefix(text, start) {
			return false
		}
	}
	return true
}
