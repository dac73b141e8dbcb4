package watch_test

import (
	"testing"
	"time"

	"roster"
	"roster/internal/watch"
)

// TestAYearOfAJobInTenZones moves a clock through a year. A job runs each night, some runs are left
// out. Each of these is reported at its deadline, and nothing else is.
func TestAYearOfAJobInTenZones(t *testing.T) {
	t.Parallel()
	schedules := map[string]roster.Schedule{
		"cron":     {GraceMinutes: 20},
		"interval": {Interval: roster.Interval{Unit: roster.IntervalDay, Value: 1}, OverdueMinutes: 20},
	}
	for _, name := range tenZones {
		instants, shown := yearOf(location(t, name), 2027)
		times := due(instants, shown)
		firsts := firstDue(instants, shown)
		for kind, s := range schedules {
			for _, c := range []struct {
				cron      string
				hour      int
				twiceAt   map[time.Time]time.Time // when the job runs if its time comes twice
				leftOut   int                     // each such run is left out
				runsAfter time.Duration
			}{
				{"30 2 * * *", 2, times, 17, 3 * time.Minute},
				{"30 2 * * *", 2, firsts, 17, 3 * time.Minute},
				{"30 0 * * *", 0, times, 13, 0},
				{"30 1 * * *", 1, firsts, 11, time.Minute},
				{"30 23 * * *", 23, firsts, 19, 0},
			} {
				s.TimeZone = name
				if kind == "cron" {
					s.Cron = c.cron
				}
				found, missed := year(s, c.hour, c.twiceAt, times, c.leftOut, c.runsAfter)
				if found != missed {
					t.Errorf("%s, %s, %s: %d runs of %d were reported", name, kind, c.cron, found, missed)
				}
			}
		}
	}
}

// year returns how many missed runs were reported in a year, of how many. It stops at the first
// that is reported falsely, late or early, with a number that is too high.
func year(s roster.Schedule, hour int, runs, dues map[time.Time]time.Time, leftOut int, after time.Duration) (found, missed int) {
	day := time.Date(2027, 1, 1, hour, 30, 0, 0, time.UTC)
	rules := watch.Rules{Schedule: s}
	in := watch.Intake{Rules: rules, Now: runs[day].Add(after), NewAlert: "a1"}
	in.State = watch.Watch(in).State
	for n := 1; ; n++ {
		day = day.AddDate(0, 0, 1)
		if day.Year() != 2027 {
			return found, missed
		}
		ran := n%leftOut != 0
		in.Now = runs[day].Add(after)
		if ran && in.Now.Before(in.State.DueAt) {
			c := watch.Receive(in, watch.Signal{Status: roster.StatusSuccess})
			in.State, in.Alert = c.State, roster.Alert{}
			continue
		}
		in.Now = in.State.DueAt // the clock moves to the deadline
		if ran {
			return 1000 + n, missed // a false report
		}
		missed++
		if in.Now.Before(dues[day].Add(20*time.Minute)) || in.Now.After(dues[day].Add(20*time.Minute+after+time.Hour)) {
			return 2000 + n, missed // early or late
		}
		if c := watch.Silence(in); c.State.State == roster.StateOverdue {
			found++
			in.State = c.State
		}
	}
}

// firstDue is as due, for jobs that run the first time that the clock shows their time.
func firstDue(instants, shown []time.Time) map[time.Time]time.Time {
	at := due(instants, shown)
	for i := len(shown) - 1; i >= 0; i-- {
		at[shown[i]] = instants[i]
	}
	return at
}

func TestOneDigestADayForEachReaderOverAYearInTenZones(t *testing.T) {
	t.Parallel()
	for _, name := range tenZones {
		loc := location(t, name)
		for _, timeOfDay := range []string{"00:00", "02:30", "08:00", "23:59"} {
			now := at("2027-01-01 00:00")
			last, next := watch.DigestDue(timeOfDay, name, now)
			want, _ := time.Parse(time.DateOnly, last)
			for want.Year() < 2028 {
				want = want.AddDate(0, 0, 1)
				before, same := watch.DigestDue(timeOfDay, name, next.Add(-time.Second))
				date, after := watch.DigestDue(timeOfDay, name, next)
				if before != last || !same.Equal(next) || date != want.Format(time.DateOnly) || !after.After(next) {
					t.Fatalf("%s at %s: at %v comes the digest of %s after that of %s", name, timeOfDay, next.In(loc), date, before)
				}
				last, next = date, after
			}
		}
	}
}

func TestADigestComesAtTheOrganizationsTimeInTheReadersZone(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"Europe/Berlin": "2027-03-28 06:00", "America/New_York": "2027-03-28 12:00", "Asia/Kathmandu": "2027-03-28 02:15", "": "2027-03-28 08:00",
	} {
		date, next := watch.DigestDue("08:00", zone, at("2027-03-27 23:00"))
		if date != "2027-03-27" || !next.Equal(at(want)) {
			t.Errorf("%q: after that of %s the next is at %v, not %s", zone, date, next, want)
		}
	}
}
