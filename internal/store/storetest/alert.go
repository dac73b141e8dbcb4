package storetest

import (
	"fmt"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

// becomes writes the state of a check.
func (f *fixture) becomes(c roster.Check, s roster.CheckState) {
	f.Helper()
	f.update(func(tx directory.Tx) error {
		at, err := tx.LockCheckState(f.org, c.ID)
		if err != nil {
			return err
		}
		return tx.PutCheckState(f.org, at.Number, at.CheckState, s)
	})
}

// alert stores an alert of a check and key, which change may first change.
func (f *fixture) alert(c roster.Check, key string, change ...func(*roster.Alert)) roster.Alert {
	f.Helper()
	a := roster.Alert{
		ID: roster.AlertID(f.id()), Check: roster.CheckLink{ID: c.ID, Number: c.Number, Name: c.Name}, DedupKey: key,
		Title: "Disk <full> & Straße", Labels: map[string]string{"host": "db1"}, State: roster.StateFailure, Highest: roster.StateFailure,
		Urgency: roster.UrgencyPage, Failures: 1, OpenedAt: f.now, RaisedAt: f.now, LastEventAt: f.now, OccurredAt: f.now,
	}
	for _, fn := range change {
		fn(&a)
	}
	f.puts(a)
	return a
}

func (f *fixture) puts(a roster.Alert) {
	f.Helper()
	f.update(func(tx directory.Tx) error { return tx.PutAlerts(f.org, []roster.Alert{a}) })
}

// over, warned and silenced change a new alert.
func over(a *roster.Alert)     { a.EndedAt = a.OpenedAt.Add(time.Minute) }
func warned(a *roster.Alert)   { a.State, a.Highest = roster.StateWarning, roster.StateWarning }
func silenced(a *roster.Alert) { a.State, a.Silent = roster.StateOverdue, true }

func (f *fixture) alerts(q directory.AlertQuery) []roster.Alert {
	f.Helper()
	return read(f, func(tx directory.Tx) ([]roster.Alert, error) { return records(tx.Alerts(f.org, q)) })
}

func (f *fixture) met(c roster.Check, key string) directory.AlertsMet {
	f.Helper()
	return read(f, func(tx directory.Tx) (directory.AlertsMet, error) { return tx.AlertsMet(f.org, c.Number, key) })
}

var checkStates = []sentence{
	{text: "the state of a check is what was written last, and leaves its version", test: func(f *fixture) {
		c := f.check("Backup")
		f.check("Other")
		for _, s := range []roster.CheckState{
			{
				State: roster.StateFailure, Status: roster.StatusWarning, RunningSince: f.now, Run: "r 1", LastEvent: roster.EventID(f.id()),
				LastAt: f.now.Add(time.Minute), OccurredAt: f.now.Add(-time.Hour), DueAt: f.now.Add(time.Hour),
			},
			{State: roster.StateFailure, Status: roster.StatusWarning, LastAt: f.now.Add(2 * time.Minute), DueAt: f.now.Add(time.Hour)}, // nothing indexed changes
			{State: roster.StateSuccess, Status: roster.StatusSuccess, LastAt: f.now.Add(3 * time.Minute)},
		} {
			f.becomes(c, s)
			c.State = s
			same(f, f.checks(directory.CheckQuery{Limit: 1}), []roster.Check{c})
			same(f, write(f, func(tx directory.Tx) (directory.LockedState, error) { return tx.LockCheckState(f.org, c.ID) }),
				directory.LockedState{CheckState: s, Number: c.Number, Version: c.Version})
		}
	}},
	{text: "alerts and flips of long ago are deleted, so many at a time, of every organization, and open alerts stay", alone: true, test: func(f *fixture) {
		c := f.check("Backup")
		first, open := f.alert(c, "a", over), f.alert(c, "b")
		flips := make([]roster.Flip, 3)
		for i := range flips {
			flips[i] = roster.Flip{ID: roster.FlipID(f.id()), Check: c.ID, From: roster.StateNew, To: roster.StateFailure, At: f.now, Cause: roster.CauseEvent}
		}
		f.update(func(tx directory.Tx) error { return tx.InsertFlips(f.org, c.Number, flips) })
		mine := f.org
		f.org = f.organization()
		f.alert(f.check("Other"), "a", over)
		f.org = mine
		alerts := func(before roster.AlertID, ended time.Time, limit int) int {
			return write(f, func(tx directory.Tx) (int, error) { return tx.DeleteAlerts(before, ended, limit) })
		}
		of := func(before roster.FlipID, limit int) int {
			return write(f, func(tx directory.Tx) (int, error) { return tx.DeleteFlips(before, limit) })
		}
		const last = "ffffffff-ffff-ffff-ffff-ffffffffffff"
		same(f, alerts(first.ID, f.now.Add(time.Hour), 10), 0)
		same(f, alerts(last, first.EndedAt, 10), 0)
		same(f, alerts(last, f.now.Add(time.Hour), 1), 1)
		same(f, alerts(last, f.now.Add(time.Hour), 10), 1)
		same(f, f.alerts(directory.AlertQuery{Limit: 10}), []roster.Alert{open})
		same(f, of(flips[2].ID, 1), 1)
		same(f, of(flips[2].ID, 10), 1)
		same(f, of(last, 10), 1)
	}},
	{text: "checks are due once their time has come, the earliest first, of every organization", alone: true, test: func(f *fixture) {
		due := func(minutes int) func(*roster.Check) {
			return func(c *roster.Check) {
				c.State.DueAt = time.Time{}
				if minutes > 0 {
					c.State.DueAt = f.now.Add(time.Duration(minutes) * time.Minute)
				}
			}
		}
		f.check("never", due(0))
		second, first, later := f.check("second", due(2)), f.check("first", due(1)), f.check("later", due(9))
		home := f.org
		f.org = f.organization()
		third := f.check("third", due(3))
		of := func(org roster.OrganizationID, c roster.Check) directory.DueCheck {
			return directory.DueCheck{OrganizationID: org, Check: c.ID}
		}
		list := func(minutes, limit int) []directory.DueCheck {
			return read(f, func(tx directory.Tx) ([]directory.DueCheck, error) {
				return tx.DueChecks(f.now.Add(time.Duration(minutes)*time.Minute), limit)
			})
		}
		same(f, list(0, 10), nil)
		same(f, list(3, 10), []directory.DueCheck{of(home, first), of(home, second), of(f.org, third)})
		same(f, list(9, 2), []directory.DueCheck{of(home, first), of(home, second)})
		same(f, list(9, 10)[3], of(home, later))
	}},
	{text: "whoever locks the state of a check sees what the one before has written", test: func(f *fixture) {
		const n = 20
		c := f.check("Backup")
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				err := f.store.Update(f.Context(), func(tx directory.Tx) error {
					at, err := tx.LockCheckState(f.org, c.ID)
					if err != nil {
						return err
					}
					after := at.CheckState
					after.LastAt = after.LastAt.Add(time.Second)
					return tx.PutCheckState(f.org, at.Number, at.CheckState, after)
				})
				if err != nil {
					f.Error(err)
				}
			})
		}
		all.Wait()
		same(f, f.checks(directory.CheckQuery{})[0].State.LastAt, f.now.Add(n*time.Second))
	}},
}

var alerts = []sentence{
	{text: "an alert comes back as it was stored, and one that changed as it is then", test: func(f *fixture) {
		c, ada := f.check("Backup"), f.user("ada")
		a := f.alert(c, "disk /")
		bare := f.alert(c, "", silenced, func(a *roster.Alert) { a.Title, a.Labels = "", nil })
		same(f, f.alerts(directory.AlertQuery{}), []roster.Alert{bare, a})
		a.State, a.Highest, a.Silent, a.Urgency, a.Failures = roster.StateWarning, roster.StateFailure, true, roster.UrgencyHours, 7
		a.RaisedAt, a.LastEventAt, a.OccurredAt, a.EndedAt = f.now.Add(1e6), f.now.Add(2e6), f.now.Add(3e6), f.now.Add(4e6)
		a.Acknowledged = roster.Acknowledgement{
			By: roster.UserLink{ID: ada.ID, Number: ada.Number, Name: ada.UserName}, At: f.now.Add(5e6), Until: f.now.Add(6e6),
		}
		f.puts(a)
		same(f, f.alerts(directory.AlertQuery{ID: a.ID}), []roster.Alert{a})
	}},
	{text: "one alert of a check and key is open at most", test: func(f *fixture) {
		c, other := f.check("Backup"), f.check("Other")
		a := f.alert(c, "disk")
		f.alert(c, "Disk") // keys are compared by bytes
		f.alert(other, "disk")
		again := a
		again.ID = roster.AlertID(f.id())
		put := func(tx directory.Tx) error { return tx.PutAlerts(f.org, []roster.Alert{again}) }
		f.fails(roster.Conflict, "dedupKey", put)
		over(&a)
		f.puts(a)
		f.update(put)
		same(f, len(f.alerts(directory.AlertQuery{Check: c.ID, Open: roster.Some(true)})), 2)
	}},
	{text: "alerts are picked by what a query says, the newest first", test: func(f *fixture) {
		g := f.group(roster.KindGroup, "A")
		one, two := f.check("One", tells(g)), f.check("Two")
		all := []roster.Alert{f.alert(one, "a"), f.alert(two, "b", over), f.alert(one, "c", over), f.alert(two, "d")}
		open, gone := roster.Some(true), roster.Some(false)
		for _, c := range []struct {
			q    directory.AlertQuery
			want string // keys
		}{
			{directory.AlertQuery{}, "dcba"},
			{directory.AlertQuery{Limit: 2}, "dc"},
			{directory.AlertQuery{Before: all[2].ID}, "ba"},
			{directory.AlertQuery{Open: open}, "da"},
			{directory.AlertQuery{Open: gone}, "cb"},
			{directory.AlertQuery{Open: open, Before: all[3].ID}, "a"},
			{directory.AlertQuery{Check: one.ID}, "ca"},
			{directory.AlertQuery{Check: one.ID, Open: open}, "a"},
			{directory.AlertQuery{Check: "none"}, ""},
			{directory.AlertQuery{ID: all[1].ID}, "b"},
			{directory.AlertQuery{ID: "none"}, ""},
			{directory.AlertQuery{Scope: &directory.CheckScope{}}, ""},
			{directory.AlertQuery{Scope: &directory.CheckScope{Groups: []roster.GroupID{g.ID}}}, "ca"},
			{directory.AlertQuery{Scope: &directory.CheckScope{Groups: []roster.GroupID{g.ID}}, Open: open}, "a"},
			{directory.AlertQuery{Scope: &directory.CheckScope{Groups: []roster.GroupID{g.ID}}, ID: all[1].ID}, ""},
		} {
			got := ""
			for _, a := range f.alerts(c.q) {
				got += a.DedupKey
			}
			if got != c.want {
				f.Errorf("%+v: got %s, want %s", c.q, got, c.want)
			}
		}
		f.update(func(tx directory.Tx) error { return tx.DeleteCheck(f.org, one.ID, f.now) })
		same(f, len(f.alerts(directory.AlertQuery{Check: one.ID})), 2)
		same(f, len(f.alerts(directory.AlertQuery{Scope: &directory.CheckScope{Groups: []roster.GroupID{g.ID}}})), 0)
		f.org = f.organization()
		same(f, len(f.alerts(directory.AlertQuery{ID: all[0].ID})), 0)
	}},
	{text: "an event meets the open alert of its key or the newest, that of silence, and the worst state elsewhere", test: func(f *fixture) {
		c := f.check("Backup")
		same(f, f.met(c, "a"), directory.AlertsMet{})
		f.alert(c, "a", over)
		newest := f.alert(c, "a", over)
		same(f, f.met(c, "a"), directory.AlertsMet{Newest: newest})
		open := f.alert(c, "a", func(a *roster.Alert) { a.ID = roster.AlertID("01800000" + a.ID[8:]) }) // its clock was set back
		same(f, f.met(c, "a"), directory.AlertsMet{Newest: open})
		same(f, f.met(c, "b"), directory.AlertsMet{Elsewhere: roster.StateFailure})
		silence := f.alert(c, "", silenced)
		same(f, f.met(c, "a"), directory.AlertsMet{Newest: open, Silence: silence})
		same(f, f.met(c, ""), directory.AlertsMet{Newest: silence, Elsewhere: roster.StateFailure})
		f.alert(c, "w", warned)
		same(f, f.met(c, "a"), directory.AlertsMet{Newest: open, Silence: silence, Elsewhere: roster.StateWarning})
		silence.Silent = false
		f.puts(silence)
		same(f, f.met(c, "a"), directory.AlertsMet{Newest: open, Elsewhere: roster.StateOverdue})
		f.check("Other")
		same(f, f.met(f.check("Third"), "a"), directory.AlertsMet{})
	}},
	{text: "flips come back as they were stored, by ascending id, a page at a time", test: func(f *fixture) {
		c, other := f.check("Backup"), f.check("Other")
		var flips []roster.Flip
		for i, cause := range []roster.FlipCause{roster.CauseEvent, roster.CauseSilence, roster.CausePause} {
			flips = append(flips, roster.Flip{
				ID: roster.FlipID(f.id()), Check: c.ID, From: roster.StateSuccess, To: roster.StateFailure, At: f.now.Add(time.Duration(i) * time.Second), Cause: cause,
			})
		}
		flips[0].Event, flips[1].Alert = roster.EventID(f.id()), roster.AlertID(f.id())
		f.update(func(tx directory.Tx) error { return tx.InsertFlips(f.org, c.Number, flips) })
		f.update(func(tx directory.Tx) error { return tx.InsertFlips(f.org, c.Number, nil) })
		list := func(c roster.CheckID, after roster.FlipID, limit int) []roster.Flip {
			return read(f, func(tx directory.Tx) ([]roster.Flip, error) { return tx.Flips(f.org, c, after, limit) })
		}
		same(f, list(c.ID, "", 10), flips)
		same(f, list(c.ID, flips[0].ID, 1), flips[1:2])
		same(f, list(other.ID, "", 10), nil)
	}},
	{text: "of many who open an alert of a check and key at once, one does", test: func(f *fixture) {
		c := f.check("Backup")
		var all sync.WaitGroup
		for i := range 50 {
			id := roster.AlertID(f.id())
			all.Go(func() {
				err := f.store.Update(f.Context(), func(tx directory.Tx) error {
					at, err := tx.LockCheckState(f.org, c.ID)
					if err != nil {
						return err
					}
					met, err := tx.AlertsMet(f.org, at.Number, "disk")
					if err != nil {
						return err
					}
					a := met.Newest
					if a.ID == "" {
						a = roster.Alert{ID: id, Check: roster.CheckLink{Number: at.Number}, DedupKey: "disk", Title: fmt.Sprint(i), State: roster.StateFailure}
					}
					a.Failures++
					return tx.PutAlerts(f.org, []roster.Alert{a})
				})
				if err != nil {
					f.Error(err)
				}
			})
		}
		all.Wait()
		got := f.alerts(directory.AlertQuery{Check: c.ID})
		same(f, len(got), 1)
		same(f, got[0].Failures, 50)
	}},
}
