package directory

import (
	"fmt"

	"roster"
)

// refusedByRecord is the error for a change that a record of that name does not allow, whatever the
// request says of it: it is about no field.
func refusedByRecord(name, detail string) *roster.Error {
	return &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("%q %s", shorten(name), detail)}
}

// requireVersion answers Stale where a record has another version than its caller read; 0 is any.
func requireVersion(version, read int64) error {
	if read == 0 || version == read {
		return nil
	}
	return &roster.Error{Kind: roster.Stale, Detail: "has changed since it was read"}
}

// latest finds a record and keeps others from changing it until the transaction ends. It finds the
// record a second time once nobody else can change it: of two concurrent changes the later one sees
// what the earlier did.
func findLocked[T any](tx Tx, noun Lockable, find func(ref roster.Ref) (T, error), ref roster.Ref, key func(T) (roster.OrganizationID, string)) (T, error) {
	found, err := find(ref)
	if err != nil {
		return found, err
	}
	org, id := key(found)
	if err := tx.LockRecord(org, noun, id); err != nil {
		return found, err
	}
	return find(roster.Ref{ID: id})
}
