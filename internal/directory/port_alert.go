package directory

import (
	"time"

	"roster"
)

// AlertTx reads and changes the states of checks, their alerts and flips.
type AlertTx interface {
	// LockCheckState returns the state of a check. It keeps other transactions from changing the
	// state and the alerts of the check until this one ends. Every change of both begins with it.
	LockCheckState(org roster.OrganizationID, id roster.CheckID) (LockedState, error) // NotFound
	// PutCheckState writes the state of a check, whose locked state was before.
	PutCheckState(org roster.OrganizationID, check int64, before, after roster.CheckState) error
	// DueChecks returns up to limit checks, of every organization, whose DueAt has come.
	DueChecks(now time.Time, limit int) ([]DueCheck, error)

	// AlertsMet returns what an event of a check with the number and of a key meets.
	AlertsMet(org roster.OrganizationID, check int64, dedupKey string) (AlertsMet, error)
	// Alerts returns the alerts that q picks, the newest first.
	Alerts(org roster.OrganizationID, q AlertQuery) (Rows[roster.Alert], error)
	// PutAlerts stores alerts, new ones and ones that changed. Errors: Conflict(dedupKey) if
	// another one of the check and key is open.
	PutAlerts(org roster.OrganizationID, alerts []roster.Alert) error

	// InsertFlips stores flips of a check with the number.
	InsertFlips(org roster.OrganizationID, check int64, flips []roster.Flip) error
	// Flips returns up to limit flips of a check that come after one, by ascending id.
	Flips(org roster.OrganizationID, check roster.CheckID, after roster.FlipID, limit int) ([]roster.Flip, error)

	// DeleteFlips deletes up to limit flips whose id is less than one, of every organization, and
	// returns how many.
	DeleteFlips(before roster.FlipID, limit int) (int, error)
	// DeleteAlerts does so with alerts, if they also ended before a time.
	DeleteAlerts(before roster.AlertID, ended time.Time, limit int) (int, error)
}

// LockedState is the state of a check that a transaction has locked.
type LockedState struct {
	roster.CheckState
	Number  int64 // of the check
	Version int64 // of the check
}

// DueCheck is a check of an organization.
type DueCheck struct {
	OrganizationID roster.OrganizationID
	Check          roster.CheckID
}

// AlertsMet are the alerts of a check that matter to an event of a key.
type AlertsMet struct {
	Newest    roster.Alert // of the key: the open one, or else the newest; zero for none
	Silence   roster.Alert // the open alert of silence, if the key is not ""; zero for none
	Elsewhere roster.State // the worst state of the other open alerts; "" for none
}

// AlertQuery picks alerts. Zero fields do not restrict.
type AlertQuery struct {
	ID     roster.AlertID
	Check  roster.CheckID
	Open   roster.Set[bool] // whether it is open
	Scope  *CheckScope      // of the checks whose alerts are seen; nil: also of those that are gone
	Before roster.AlertID   // only smaller ids
	Limit  int              // 1 to MaxPage
	Count  bool             // fill Total
}
