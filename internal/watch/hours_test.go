package watch_test

import (
	"testing"

	"roster"
	"roster/internal/watch"
)

func TestHoursOpenAndClose(t *testing.T) {
	t.Parallel()
	workdays := roster.Days[:5]
	work := hours("08:00", "18:00", workdays...)
	sleep := hours("22:00", "07:00")
	split := roster.Hours{TimeZone: "Europe/Berlin", Windows: []roster.Window{{Start: "08:00", End: "12:00"}, {Start: "12:00", End: "13:00"}, {Start: "14:00", End: "18:00"}}}
	for name, c := range map[string]struct {
		hours              roster.Hours
		now, closes, opens string // opens "" for never
	}{
		"within":                   {work, "2027-01-13 09:00", "2027-01-13 18:00", "2027-01-13 09:00"},
		"before":                   {work, "2027-01-13 07:00", "2027-01-13 07:00", "2027-01-13 08:00"},
		"the beginning is within":  {work, "2027-01-13 08:00", "2027-01-13 18:00", "2027-01-13 08:00"},
		"the end is not":           {work, "2027-01-13 18:00", "2027-01-13 18:00", "2027-01-14 08:00"},
		"a weekend":                {work, "2027-01-15 19:00", "2027-01-15 19:00", "2027-01-18 08:00"},
		"over midnight, before it": {sleep, "2027-01-13 23:00", "2027-01-14 07:00", "2027-01-13 23:00"},
		"over midnight, after it":  {sleep, "2027-01-13 03:00", "2027-01-13 07:00", "2027-01-13 03:00"},
		"over midnight, on the days on which it begins":  {hours("22:00", "07:00", "fri"), "2027-01-16 03:00", "2027-01-16 07:00", "2027-01-16 03:00"},
		"over midnight, the night before is another day": {hours("22:00", "07:00", "fri"), "2027-01-15 03:00", "2027-01-15 03:00", "2027-01-15 22:00"},
		"a whole day":                                 {hours("00:00", "00:00", "sun"), "2027-01-17 12:00", "2027-01-18 00:00", "2027-01-17 12:00"},
		"windows that touch are one":                  {split, "2027-01-13 09:00", "2027-01-13 13:00", "2027-01-13 09:00"},
		"between windows":                             {split, "2027-01-13 13:30", "2027-01-13 13:30", "2027-01-13 14:00"},
		"no windows":                                  {roster.Hours{}, "2027-01-13 09:00", "2027-01-13 09:00", ""},
		"a night in which the clocks go forward":      {sleep, "2027-03-28 01:00", "2027-03-28 07:00", "2027-03-28 01:00"},
		"a window that the clocks leave out":          {hours("02:00", "03:00"), "2027-03-28 01:00", "2027-03-28 01:00", "2027-03-29 02:00"},
		"a window that begins in what they leave out": {hours("02:30", "03:00"), "2027-03-28 01:00", "2027-03-28 01:00", "2027-03-29 02:30"},
	} {
		now := berlin(c.now)
		if got := watch.Closes(c.hours, now); !got.Equal(berlin(c.closes)) {
			t.Errorf("%s: they close at %v, not %s", name, got, c.closes)
		}
		if got := watch.Opens(c.hours, now); c.opens == "" && !got.IsZero() || c.opens != "" && !got.Equal(berlin(c.opens)) {
			t.Errorf("%s: they open at %v, not %s", name, got, c.opens)
		}
		if watch.Inside(c.hours, now) != (c.now != c.closes) {
			t.Errorf("%s: they close at %s, and yet it is not inside", name, c.closes)
		}
	}
}

func TestHoursThatNeverEndAreFollowedForAWeek(t *testing.T) {
	t.Parallel()
	now := berlin("2027-01-13 09:00")
	if got := watch.Closes(hours("00:00", "00:00"), now); got.Before(now.AddDate(0, 0, 7)) || got.After(now.AddDate(0, 0, 10)) {
		t.Error(got)
	}
}
