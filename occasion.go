package roster

import "time"

// OccasionID identifies an [Occasion]. It is a UUIDv7 in lower-case text.
type OccasionID string

// Occasion is a reason to tell people something. It tells of any number of alerts.
type Occasion struct {
	ID     OccasionID
	Kind   OccasionKind
	At     time.Time // when it came up
	Alerts []AlertID // of an unmatched event and a digest: none
	Number int       // which reminder or failing run it is, from 1; 0 for other kinds
	Event  EventID   // the unmatched event
	Date   string    // of the digest, "2006-01-02"
}

// OccasionKind says what an occasion tells.
type OccasionKind string

// The kinds.
const (
	OccasionFlips       OccasionKind = "flips"       // alerts opened or got worse in one request
	OccasionRun         OccasionKind = "run"         // a scheduled check failed again
	OccasionReminder    OccasionKind = "reminder"    // an alert is still open and nobody acknowledged it
	OccasionRecovery    OccasionKind = "recovery"    // alerts ended
	OccasionUnwatched   OccasionKind = "unwatched"   // the check was paused or deleted
	OccasionMaintenance OccasionKind = "maintenance" // a maintenance ended, and these alerts are open
	OccasionUnmatched   OccasionKind = "unmatched"   // an event came that no check claimed
	OccasionDigest      OccasionKind = "digest"      // the daily summary
)

// OccasionKinds lists the kinds in their fixed order.
var OccasionKinds = [...]OccasionKind{
	OccasionFlips, OccasionRun, OccasionReminder, OccasionRecovery, OccasionUnwatched, OccasionMaintenance, OccasionUnmatched, OccasionDigest,
}
