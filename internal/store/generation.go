package store

import (
	"strings"
	"sync/atomic"
)

// generation counts the commits that may have changed data that authentication reads: accounts,
// roles, tokens and sessions.
type generation struct{ n atomic.Uint64 }

// Generation returns the number of commits so far that may have changed an account, a role, a token
// or a session. known is true on SQLite only, where this process makes every change. The number
// rises before the caller of the change gets its answer. So data read from the store stays true
// while the number is the same as before the read.
func (db *DB) Generation() (n uint64, known bool) {
	if db.generation == nil {
		return 0, false
	}
	return db.generation.n.Load(), true
}

// accessNeutral are prefixes of statements that change nothing authentication reads. Every other
// statement counts as a change. Inserts do not count: nothing is cached about rows that did not
// exist.
var accessNeutral = [...]string{
	"INSERT INTO ",
	"UPDATE sessions SET last_used_at ", "UPDATE tokens SET last_used_at ", // not part of the cached data
	"UPDATE jobs ", "DELETE FROM jobs ", "UPDATE audit_entries ", "DELETE FROM retries ", "DELETE FROM links ", "UPDATE guesses ", "DELETE FROM guesses ",
	"UPDATE contact_methods ", "DELETE FROM contact_methods ", "DELETE FROM default_preferences ",
	"DELETE FROM user_words ", "DELETE FROM group_members ", "DELETE FROM team_services ",
	"UPDATE realms ", "UPDATE departments ", "UPDATE organizations ",
	"UPDATE checks ", "UPDATE check_states ", "DELETE FROM check_states ", "DELETE FROM check_told_groups ", "DELETE FROM check_programs ", "UPDATE check_groups ", "DELETE FROM check_permissions ", // verbs read entries each time
}

// changesAccess reports whether a statement may change what authentication reads.
func changesAccess(text string) bool {
	for _, start := range accessNeutral {
		if strings.HasPrefix(text, start) {
			return false
		}
	}
	return true
}
