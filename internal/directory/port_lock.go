package directory

import "roster"

// Lockable is a noun whose records LockRecord can lock.
type Lockable string

// The nouns.
const (
	LockableGroup        Lockable = "group" // of either kind
	LockableDepartment   Lockable = "department"
	LockableRole         Lockable = "role"
	LockableRealm        Lockable = "realm"
	LockableOrganization Lockable = "organization"
	LockableCheck        Lockable = "check" // its state may still change
	LockableCheckGroup   Lockable = "check group"
)

// LockTx locks a record that is read in order to be changed.
type LockTx interface {
	// LockRecord keeps other transactions from changing a record until this one ends. Values read
	// before the lock may be outdated.
	//
	// Errors: NotFound.
	LockRecord(org roster.OrganizationID, noun Lockable, id string) error
}
