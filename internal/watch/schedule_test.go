package watch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/watch"
)

// tenZones change their clocks by half an hour, at midnight, during Ramadan, or never.
var tenZones = []string{
	"Europe/Berlin", "America/New_York", "America/St_Johns", "America/Santiago", "Australia/Lord_Howe",
	"Pacific/Apia", "Pacific/Chatham", "Asia/Kathmandu", "Africa/Casablanca", "Africa/Cairo",
}

// tick is how often yearOf looks at a clock. All zones change by whole ticks.
const tick = 5 * time.Minute

// yearOf returns each tick of a year as an instant and as the digits that clocks show.
func yearOf(loc *time.Location, year int) (instants, shown []time.Time) {
	end := time.Date(year+1, 1, 3, 0, 0, 0, 0, time.UTC)
	for t := time.Date(year-1, 12, 30, 0, 0, 0, 0, time.UTC); t.Before(end); t = t.Add(tick) {
		local := t.In(loc)
		instants = append(instants, t)
		shown = append(shown, time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC))
	}
	return instants, shown
}

// due maps digits to the instant at which they are due, by watching a clock for a year: the last
// time that shows them. Digits that are left out follow the clock that would have gone on.
func due(instants, shown []time.Time) map[time.Time]time.Time {
	at := map[time.Time]time.Time{}
	for i, digits := range shown {
		at[digits] = instants[i]
		if i == 0 {
			continue
		}
		for missing := shown[i-1].Add(tick); missing.Before(digits); missing = missing.Add(tick) {
			if _, seen := at[missing]; !seen {
				at[missing] = instants[i-1].Add(missing.Sub(shown[i-1]))
			}
		}
	}
	return at
}

func TestCronIsDueOnceForEachMinuteThatItNamesOverAYearInTenZones(t *testing.T) {
	t.Parallel()
	expressions := map[string]func(time.Time) bool{
		"30 2 * * *":     func(d time.Time) bool { return d.Hour() == 2 && d.Minute() == 30 },
		"0 0 * * *":      func(d time.Time) bool { return d.Hour() == 0 && d.Minute() == 0 },
		"15 * * * *":     func(d time.Time) bool { return d.Minute() == 15 },
		"*/20 0-4 * * *": func(d time.Time) bool { return d.Hour() <= 4 && d.Minute()%20 == 0 },
		"45 1 * * sun":   func(d time.Time) bool { return d.Weekday() == time.Sunday && d.Hour() == 1 && d.Minute() == 45 },
		"0 3 1,31 * 5": func(d time.Time) bool {
			return (d.Day() == 1 || d.Day() == 31 || d.Weekday() == time.Friday) && d.Hour() == 3 && d.Minute() == 0
		},
	}
	for _, name := range tenZones {
		loc := location(t, name)
		instants, shown := yearOf(loc, 2027)
		at := due(instants, shown)
		first, last := instants[0].AddDate(0, 0, 2), instants[len(instants)-1].AddDate(0, 0, -2)
		for expression, matches := range expressions {
			var want []time.Time
			for digits, instant := range at {
				if matches(digits) && instant.After(first) && instant.Before(last) {
					want = append(want, instant)
				}
			}
			slices.SortFunc(want, time.Time.Compare)
			want = slices.Compact(want)
			s := roster.Schedule{Cron: expression, TimeZone: name}
			for i, next := 0, watch.NextDue(s, first); i < len(want); i, next = i+1, watch.NextDue(s, next) {
				if !next.Equal(want[i]) {
					t.Fatalf("%s in %s is due at %v, not at %v", expression, name, next.In(loc), want[i].In(loc))
				}
			}
		}
	}
}

func TestADailyJobIsNeverReportedFalselyAndNeverMissedOverAYearInTenZones(t *testing.T) {
	t.Parallel()
	for _, name := range tenZones {
		loc := location(t, name)
		instants, shown := yearOf(loc, 2027)
		at := due(instants, shown)
		for _, hour := range []int{0, 1, 2, 3, 12} {
			s := roster.Schedule{Interval: roster.Interval{Unit: roster.IntervalDay, Value: 1}, OverdueMinutes: 5, TimeZone: name}
			for day := time.Date(2027, 1, 1, hour, 30, 0, 0, time.UTC); day.Year() == 2027; day = day.AddDate(0, 0, 1) {
				arrived := at[day]
				shownThen := day // what the clock really shows then
				if i := int(arrived.Sub(instants[0]) / tick); i < len(shown) {
					shownThen = shown[i]
				}
				if want, got := at[shownThen.AddDate(0, 0, 1)].Add(5*time.Minute), watch.Deadline(s, arrived); !got.Equal(want) {
					t.Fatalf("after %v the deadline in %s is %v, not %v", arrived.In(loc), name, got.In(loc), want.In(loc))
				}
			}
		}
	}
}

func TestMinutesAndHoursAreElapsedTimeOverEveryChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	for _, name := range tenZones {
		for _, unit := range []roster.IntervalUnit{roster.IntervalMinute, roster.IntervalHour} {
			s := roster.Schedule{Interval: roster.Interval{Unit: unit, Value: 90}, TimeZone: name}
			step := map[roster.IntervalUnit]time.Duration{roster.IntervalMinute: 90 * time.Minute, roster.IntervalHour: 90 * time.Hour}[unit]
			for from := at("2027-01-01 00:10"); from.Year() == 2027; from = from.Add(step) {
				if got := watch.NextDue(s, from); !got.Equal(from.Add(step)) {
					t.Fatalf("%s: %v after %v", name, got, from)
				}
			}
		}
	}
}

func TestWhenAnEventIsDue(t *testing.T) {
	t.Parallel()
	every := func(n int, unit roster.IntervalUnit) roster.Schedule {
		return roster.Schedule{Interval: roster.Interval{Unit: unit, Value: n}, TimeZone: "Europe/Berlin"}
	}
	within := func(s roster.Schedule, start, end string, days ...roster.Day) roster.Schedule {
		s.Window = roster.Window{Start: start, End: end, Days: days}
		return s
	}
	cron := func(text string) roster.Schedule { return roster.Schedule{Cron: text, TimeZone: "Europe/Berlin"} }
	workdays := roster.Days[:5]
	for name, c := range map[string]struct {
		schedule   roster.Schedule
		from, want string // as clocks in Berlin show them, with the offset where it is not clear
	}{
		"a day is a step in the calendar, although this one has 23 hours": {every(1, "day"), "2027-03-27 12:00", "2027-03-28 12:00"},
		"a day is a step in the calendar, although this one has 25 hours": {every(1, "day"), "2027-10-30 12:00", "2027-10-31 12:00"},
		"24 hours are elapsed time":                                       {every(24, "hour"), "2027-03-27 12:00", "2027-03-28 13:00"},
		"a time that does not exist moves forward by the hour":            {every(1, "day"), "2027-03-27 02:30", "2027-03-28 03:30"},
		"a month after the 31st is the last of a shorter month":           {every(1, "month"), "2027-01-31 12:00", "2027-02-28 12:00"},
		"a month over the end of the year":                                {every(2, "month"), "2027-12-15 12:00", "2028-02-15 12:00"},
		"two weeks":                                                       {every(2, "week"), "2027-03-20 12:00", "2027-04-03 12:00"},
		"a daily job of workdays rests on Saturday and Sunday":            {within(every(1, "day"), "00:00", "00:00", workdays...), "2027-01-08 09:00", "2027-01-11 09:00"},
		"minutes start again when the window opens":                       {within(every(15, "minute"), "08:00", "18:00", workdays...), "2027-01-08 17:55", "2027-01-11 08:15"},
		"an interval longer than the window is due when it closes":        {within(every(12, "hour"), "08:00", "16:00"), "2027-01-08 15:00", "2027-01-09 16:00"},
		"a daily job outside of its window is due when it opens":          {within(every(1, "day"), "08:00", "10:00"), "2027-01-08 12:00", "2027-01-10 08:00"},
		"a window that leaves midnight":                                   {within(every(1, "hour"), "22:00", "02:00"), "2027-01-08 23:30", "2027-01-09 00:30"},
		"cron is fixed, however late the last event came":                 {cron("0 2 * * *"), "2027-01-08 09:00", "2027-01-09 02:00"},
		"cron moves a time that does not exist forward":                   {cron("30 2 * * *"), "2027-03-27 12:00", "2027-03-28 03:30"},
		"cron with 29 February":                                           {cron("0 0 29 feb *"), "2027-01-01 00:00", "2028-02-29 00:00"},
		"cron with Sunday as 7":                                           {cron("0 0 * * 7"), "2027-01-01 00:00", "2027-01-03 00:00"},
		"cron with both days: one of them is enough":                      {cron("0 0 13 * fri"), "2027-01-02 00:00", "2027-01-08 00:00"},
		"cron from a value on in steps":                                   {cron("10/20 * * * *"), "2027-01-02 00:31", "2027-01-02 00:50"},
	} {
		loc := location(t, "Europe/Berlin")
		from, _ := time.ParseInLocation("2006-01-02 15:04", c.from, loc)
		want, _ := time.ParseInLocation("2006-01-02 15:04", c.want, loc)
		if got := watch.NextDue(c.schedule, from); !got.Equal(want) {
			t.Errorf("%s: %v, not %v", name, got.In(loc), want)
		}
	}
}

func TestATimeThatComesTwiceIsDueOnceAtTheLater(t *testing.T) {
	t.Parallel()
	s := roster.Schedule{Cron: "30 2 * * *", TimeZone: "Europe/Berlin"}
	got := watch.NextDues(s, at("2027-10-30 12:00"), 2)
	if want := []time.Time{at("2027-10-31 01:30"), at("2027-11-01 01:30")}; !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Errorf("%v, not %v", got, want)
	}
}

func TestADayThatAZoneLeftOutMovesForward(t *testing.T) {
	t.Parallel()
	s := roster.Schedule{Cron: "0 10 * * *", TimeZone: "Pacific/Apia"} // 2011-12-30 did not exist
	got := watch.NextDues(s, at("2011-12-29 12:00"), 3)
	want := []time.Time{at("2011-12-29 20:00"), at("2011-12-30 20:00"), at("2011-12-31 20:00")}
	if !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Errorf("%v, not %v", got, want)
	}
}

func TestADueTimeThatMovedToAnotherDateIsStillAhead(t *testing.T) {
	t.Parallel()
	s := roster.Schedule{Cron: "0 10 30 * *", TimeZone: "Pacific/Apia"}
	if got := watch.NextDue(s, at("2011-12-30 15:00")); !got.Equal(at("2011-12-30 20:00")) {
		t.Error(got)
	}
}

func TestTheNextFiveDueTimes(t *testing.T) {
	t.Parallel()
	s := roster.Schedule{Interval: roster.Interval{Unit: roster.IntervalHour, Value: 6}}
	got := watch.NextDues(s, at("2027-01-01 00:00"), 5)
	if len(got) != 5 || !got[4].Equal(at("2027-01-02 06:00")) {
		t.Error(got)
	}
	if got := watch.NextDues(roster.Schedule{}, at("2027-01-01 00:00"), 5); len(got) != 0 {
		t.Error("a check without a schedule is due at", got)
	}
}

func TestWhatIsNoCronExpressionSaysWhichFieldIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0 2 * *":         "five fields",
		"0 2 * * * *":     "five fields",
		"":                "five fields",
		"60 * * * *":      "minute",
		"* 24 * * *":      "hour",
		"* * 0 * *":       "day of month",
		"* * * 13 *":      "month",
		"* * * * 8":       "day of week",
		"* * * * mon-foo": "day of week",
		"30-10 * * * *":   "minute",
		"*/0 * * * *":     "step",
		"*/x * * * *":     "step",
		",1 * * * *":      "minute",
		"@daily":          "five fields",
		"0 0 31 2 *":      "no date",
	} {
		if err := watch.ValidateCron(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; it should name %q", text, err, want)
		}
	}
	for _, text := range []string{"* * * * *", "0-59/5 0,12 1-31 JAN-DEC sun-sat", "0 0 29 2 *", "5 4 * * 5-7"} {
		if err := watch.ValidateCron(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRunsAnHourOrMoreApart(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]bool{
		"0 * * * *":    true,
		"*/30 * * * *": false,
		"0,5 2 * * *":  false,
	} {
		if watch.Slow(roster.Schedule{Cron: expression}) != want {
			t.Errorf("%q: %v", expression, !want)
		}
	}
}

func TestAfterADowntimeOfOursSilenceIsHeldBack(t *testing.T) {
	t.Parallel()
	hourly := roster.Schedule{Interval: roster.Interval{Unit: roster.IntervalHour, Value: 1}, OverdueMinutes: 10}
	for name, c := range map[string]struct{ from, to, want string }{
		"a short downtime holds back for as long":            {"12:30", "12:50", "13:20"},
		"a long downtime holds back for an interval":         {"12:30", "18:00", "19:10"},
		"a deadline far after the downtime stays":            {"12:05", "12:10", "13:10"},
		"a deadline before the downtime was missed for sure": {"13:20", "14:00", "13:10"},
	} {
		last := at("2027-01-01 12:00")
		down := watch.Downtime{From: at("2027-01-01 " + c.from), To: at("2027-01-01 " + c.to)}
		if got := watch.HeldBack(hourly, last, watch.Deadline(hourly, last), down); !got.Equal(at("2027-01-01 " + c.want)) {
			t.Errorf("%s: %v, not %s", name, got, c.want)
		}
	}
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// at returns a time in UTC.
func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}
