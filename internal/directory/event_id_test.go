package directory

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestIDsOfEventsRiseAndStandForTheirTime(t *testing.T) {
	t.Parallel()
	var ids eventIDs
	at := time.Date(2026, 11, 2, 9, 0, 0, 999_999_000, time.UTC)
	last := ids.next(at)
	for i := range 20000 { // more than a millisecond has room for
		if i%1000 == 0 {
			at = at.Add(time.Microsecond)
		}
		id := ids.next(at)
		if id <= last {
			t.Fatalf("%s comes after %s", id, last)
		}
		last = id
	}
	u, err := uuid.Parse(string(last))
	if err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Errorf("%s has version %d, variant %s (%v)", last, u.Version(), u.Variant(), err)
	}
	sec, nsec := u.Time().UnixTime()
	if ahead := time.Unix(sec, nsec).Sub(at); ahead < -time.Millisecond || ahead > 10*time.Millisecond {
		t.Errorf("the id is %v ahead of its time", ahead)
	}
	later := at.Add(time.Hour)
	if id := ids.next(later); id < firstEventID(later) || id >= firstEventID(later.Add(time.Millisecond)) {
		t.Errorf("%s is not of its millisecond", id)
	}
	if id := ids.next(at); id >= firstEventID(at.Add(time.Second)) {
		t.Errorf("the clock was set back by an hour, and the id is %s", id)
	}
	for _, odd := range []time.Time{{}, time.Unix(1<<40, 0)} {
		if id := firstEventID(odd); len(id) != len(last) {
			t.Errorf("%v: %s", odd, id)
		}
	}
	if firstEventID(time.Time{}) >= firstEventID(at) || firstEventID(at) >= firstEventID(time.Unix(1<<40, 0)) {
		t.Error("times out of range are not in their order")
	}
}
