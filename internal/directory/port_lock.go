package directory

import "roster"

// Lockable is a noun whose records LockRecord locks.
type Lockable string

// The nouns.
const (
	LockableGroup        Lockable = "group" // of either kind
	LockableDepartment   Lockable = "department"
	LockableRole         Lockable = "role"
	LockableRealm        Lockable = "realm"
	LockableOrganization Lockable = "organization"
	LockableCheck        Lockable = "check" // its status may change all the same
	LockableCheckGroup   Lockable = "check group"
)

// LockTx keeps others away from a record that is read in order to be changed.
type LockTx interface {
	// LockRecord keeps other transactions from changing a record until this one ends. What was read of
	// it before may be older than the lock. Errors: NotFound.
	LockRecord(org roster.OrganizationID, noun Lockable, id string) error
}
