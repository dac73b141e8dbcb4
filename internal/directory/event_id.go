package directory

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/google/uuid"

	"roster"
)

// eventIDs makes the ids of events: UUIDv7 (RFC 9562 §5.7) of the time when the event came, each
// greater than those that the same process made for events before. So a list by id is one by time,
// and a time finds its place.
type eventIDs struct {
	mu   sync.Mutex
	last uint64 // milliseconds and 4,096 parts of one
}

// How far an id may run ahead of its event's time where many come at once; a clock that is set back
// further than that is followed.
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
	id := uuid.New() // its version is replaced, its variant and random part stay
	putEventTime(&id, n)
	return roster.EventID(id.String())
}

// putEventTime writes the first 64 bits of an id.
func putEventTime(id *uuid.UUID, n uint64) {
	binary.BigEndian.PutUint64(id[:8], n>>12<<16|0x7000|n&0xfff)
}

// keepEvents is how long events are kept (DECISIONS 25).
const keepEvents = 400 * 24 * time.Hour

// DeleteOldEvents deletes up to limit events, of every organization, that are kept no longer, and
// returns how many. It is for a background worker, not for a face, and so asks no policy.
func DeleteOldEvents(tx Tx, now time.Time, limit int) (int, error) {
	return tx.DeleteEvents(firstEventID(now.Add(-keepEvents)), limit)
}

// firstEventID is an id that is not greater than that of any event of the time or later.
func firstEventID(at time.Time) roster.EventID {
	var id uuid.UUID
	putEventTime(&id, uint64(min(max(at.UnixMilli(), 0), 1<<48-1))<<12)
	return roster.EventID(id.String())
}
