package directory

import (
	"fmt"

	"roster"
)

// refusedByRecord returns the error for a change that the named record does not allow, whatever the
// request says. It names no field.
func refusedByRecord(name, detail string) *roster.Error {
	return &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("%q %s", shorten(name), detail)}
}

// requireVersion returns Stale if a record has another version than the caller has read; 0 is any.
func requireVersion(version, read int64) error {
	if read == 0 || version == read {
		return nil
	}
	return &roster.Error{Kind: roster.Stale, Detail: "has changed since it was read"}
}

// findLocked finds a record, and keeps others from changing it until the transaction ends. Once it
// is locked, findLocked finds it again: of two concurrent changes the later one sees the earlier.
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
