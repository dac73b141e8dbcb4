package directory

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/google/uuid"

	"roster"
)

// eventIDs makes the ids of events: UUIDv7 (RFC 9562 §5.7) of the time when the event arrived. Each
// is greater than all that the same process made before. So sorting by id sorts by time, and a time
// can be turned into an id.
type eventIDs struct {
	mu   sync.Mutex
	last uint64 // the last time used, in 1/4096 milliseconds
}

// eventSlack is how far an id may run ahead of its event's time if many events arrive at once. If
// the clock is set back further than that, ids follow the clock.
const eventSlack = time.Minute

func (e *eventIDs) next(at time.Time) roster.EventID {
	const parts = 4096
	n := uint64(at.UnixMilli())*parts + uint64(at.Nanosecond())%1e6*parts/1e6
	e.mu.Lock()
	if n <= e.last && e.last-n < uint64(eventSlack.Milliseconds())*parts {
		n = e.last + 1
	}
	e.last = n
	e.mu.Unlock()
	id := uuid.New() // replace its version, keep its variant and random part
	putEventTime(&id, n)
	return roster.EventID(id.String())
}

// putEventTime writes n to the first 64 bits of an id, around its version.
func putEventTime(id *uuid.UUID, n uint64) {
	binary.BigEndian.PutUint64(id[:8], n>>12<<16|0x7000|n&0xfff)
}

// keepEvents is how long events, flips and alerts are kept (DECISIONS 25, N34).
const keepEvents = 400 * 24 * time.Hour

// DeleteOldEvents deletes up to limit events older than keepEvents, of every organization, and
// returns how many. It is for a background worker, not for a face, and asks no policy.
func DeleteOldEvents(tx Tx, now time.Time, limit int) (int, error) {
	return tx.DeleteEvents(firstEventID(now.Add(-keepEvents)), limit)
}

// DeleteOldFlips deletes up to limit flips older than keepEvents (N34), and returns how many. It is
// for a background worker, not for a face, and asks no policy.
func DeleteOldFlips(tx Tx, now time.Time, limit int) (int, error) {
	return tx.DeleteFlips(roster.FlipID(firstEventID(now.Add(-keepEvents))), limit)
}

// DeleteOldAlerts does so with alerts that ended longer ago than keepEvents.
func DeleteOldAlerts(tx Tx, now time.Time, limit int) (int, error) {
	before := now.Add(-keepEvents)
	return tx.DeleteAlerts(roster.AlertID(firstEventID(before)), before, limit)
}

// firstEventID returns an id that is not greater than that of any event at the time or later.
func firstEventID(at time.Time) roster.EventID {
	var id uuid.UUID
	putEventTime(&id, uint64(min(max(at.UnixMilli(), 0), 1<<48-1))<<12)
	return roster.EventID(id.String())
}
