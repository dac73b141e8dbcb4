package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

// job queues a job in the fixture's own lane.
func (f *fixture) job(key string, runAt time.Time) roster.Job {
	f.Helper()
	j := roster.Job{
		ID: roster.JobID(f.id()), OrganizationID: f.org, Lane: f.lane(), Kind: "test", Key: key,
		Payload: json.RawMessage(`{"n": 1}`), RunAt: runAt, CreatedAt: f.now,
	}
	f.update(func(tx directory.Tx) error { return tx.Enqueue(j) })
	return j
}

func (f *fixture) lane() roster.Lane { return roster.Lane("lane of " + f.org) }

// claim claims jobs for a minute.
func (f *fixture) claim(now time.Time, limit int) []roster.Job {
	f.Helper()
	return write(f, func(tx directory.Tx) ([]roster.Job, error) {
		return tx.ClaimJobs(f.lane(), now, now.Add(time.Minute), limit)
	})
}

// claimed returns jobs as the claim of the given attempt returns them, where no attempt was before
// the first.
func claimed(attempt int, jobs ...roster.Job) []roster.Job {
	for i := range jobs {
		jobs[i].Attempts, jobs[i].Claim = attempt, attempt
	}
	return jobs
}

func (f *fixture) counts() roster.JobCounts {
	f.Helper()
	for _, c := range read(f, func(tx directory.Tx) ([]roster.JobCounts, error) { return tx.JobCounts() }) {
		if c.Lane == f.lane() {
			c.Lane = ""
			return c
		}
	}
	return roster.JobCounts{}
}

var jobs = []sentence{
	{text: "jobs are claimed when they are due, the earliest first", test: func(f *fixture) {
		late, early, future := f.job("", f.now), f.job("", f.now.Add(-time.Second)), f.job("", f.now.Add(time.Second))
		same(f, f.claim(f.now, 10), claimed(1, early, late))
		same(f, f.claim(f.now, 10), nil)
		same(f, f.claim(f.now.Add(time.Second), 10), claimed(1, future))
	}},
	{text: "no more jobs are claimed than asked for, and none of another lane", test: func(f *fixture) {
		a, b := f.job("", f.now), f.job("", f.now)
		f.update(func(tx directory.Tx) error {
			return tx.Enqueue(roster.Job{ID: roster.JobID(f.id()), OrganizationID: f.org, Lane: "lane beside " + roster.Lane(f.org), RunAt: f.now})
		})
		same(f, f.claim(f.now, 1), claimed(1, a))
		same(f, f.claim(f.now, 10), claimed(1, b))
	}},
	{text: "a job whose lease has run out is claimed again, and its first claim is worth nothing", test: func(f *fixture) {
		j := f.job("", f.now)
		f.claim(f.now, 1)
		same(f, f.claim(f.now.Add(time.Minute-time.Microsecond), 1), nil)
		same(f, f.claim(f.now.Add(time.Minute), 1), claimed(2, j))
		for attempt, want := range map[int]bool{1: false, 3: false} {
			end := func(fn func(tx directory.Tx) (bool, error)) { same(f, write(f, fn), want) }
			end(func(tx directory.Tx) (bool, error) { return tx.FinishJob(j.ID, attempt, f.now) })
			end(func(tx directory.Tx) (bool, error) { return tx.RetryJob(j.ID, attempt, f.now, f.now, "again") })
			end(func(tx directory.Tx) (bool, error) { return tx.BuryJob(j.ID, attempt, f.now, "enough") })
		}
		same(f, f.counts(), roster.JobCounts{Running: 1})
		same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.FinishJob(j.ID, 2, f.now) }), true)
		same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.FinishJob(j.ID, 2, f.now) }), false)
	}},
	{text: "a finished job is not claimed and not counted", test: func(f *fixture) {
		j := f.job("", f.now)
		f.claim(f.now, 1)
		f.update(func(tx directory.Tx) error {
			_, err := tx.FinishJob(j.ID, 1, f.now)
			return err
		})
		same(f, f.claim(f.now.Add(time.Hour), 1), nil)
		same(f, f.counts(), roster.JobCounts{})
	}},
	{text: "a job that is retried is claimed when it is due again", test: func(f *fixture) {
		j := f.job("", f.now)
		f.claim(f.now, 1)
		j.RunAt = f.now.Add(time.Hour)
		same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.RetryJob(j.ID, 1, f.now, j.RunAt, "no answer") }), true)
		same(f, f.counts(), roster.JobCounts{Waiting: 1})
		same(f, f.claim(f.now.Add(59*time.Minute), 1), nil)
		same(f, f.claim(j.RunAt, 1), claimed(2, j))
	}},
	{text: "a buried job is counted and not claimed", test: func(f *fixture) {
		j := f.job("", f.now)
		f.claim(f.now, 1)
		same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.BuryJob(j.ID, 1, f.now, "no such address") }), true)
		same(f, f.claim(f.now.Add(time.Hour), 1), nil)
		same(f, f.counts(), roster.JobCounts{Buried: 1})
	}},
	{text: "jobs that are not done are listed by id, with how they stand", test: func(f *fixture) {
		list := func(after roster.JobID, limit int) []roster.Job {
			return read(f, func(tx directory.Tx) ([]roster.Job, error) {
				return records(tx.Jobs(f.org, directory.JobQuery{After: after, Limit: limit}))
			})
		}
		same(f, list("", 0), nil)
		done, running, retried, buried, ready := f.job("", f.now), f.job("key", f.now), f.job("", f.now), f.job("", f.now), f.job("", f.now.Add(time.Hour))
		f.claim(f.now, 4)
		retried.RunAt = f.now.Add(time.Minute)
		for _, end := range []func(tx directory.Tx) (bool, error){
			func(tx directory.Tx) (bool, error) { return tx.FinishJob(done.ID, 1, f.now) },
			func(tx directory.Tx) (bool, error) {
				return tx.RetryJob(retried.ID, 1, f.now, retried.RunAt, "no answer")
			},
			func(tx directory.Tx) (bool, error) { return tx.BuryJob(buried.ID, 1, f.now, "no such address") },
		} {
			same(f, write(f, end), true)
		}
		running.State, running.Attempts = roster.JobRunning, 1
		retried.State, retried.Attempts, retried.Reason = roster.JobReady, 1, "no answer"
		buried.State, buried.Attempts, buried.Reason = roster.JobBuried, 1, "no such address"
		ready.State = roster.JobReady
		same(f, list("", 0), []roster.Job{running, retried, buried, ready})
		same(f, list(running.ID, 2), []roster.Job{retried, buried})
		same(f, list(ready.ID, 2), nil)
		given := func(after roster.JobID, limit int) []roster.Job {
			return read(f, func(tx directory.Tx) ([]roster.Job, error) {
				return records(tx.Jobs(f.org, directory.JobQuery{State: roster.JobBuried, After: after, Limit: limit}))
			})
		}
		same(f, given("", 0), []roster.Job{buried})
		same(f, given(buried.ID, 0), nil)
		f.org = f.organization()
		same(f, given("", 0), nil)
	}},
	{text: "a buried job is revived once, as if it had never been tried", test: func(f *fixture) {
		j := f.job("", f.now)
		f.claim(f.now, 1)
		revive := func(tx directory.Tx) error {
			_, err := tx.ReviveJob(f.org, j.ID, f.now)
			return err
		}
		f.fails(roster.NotFound, "", revive) // it is running
		f.update(func(tx directory.Tx) error {
			_, err := tx.BuryJob(j.ID, 1, f.now, "no such address")
			return err
		})
		own := f.org
		f.org = f.organization()
		f.fails(roster.NotFound, "", revive)
		f.org = own
		j.RunAt, j.State = f.now.Add(time.Hour), roster.JobReady
		same(f, write(f, func(tx directory.Tx) (roster.Job, error) { return tx.ReviveJob(f.org, j.ID, j.RunAt) }), j)
		same(f, f.counts(), roster.JobCounts{Waiting: 1})
		f.fails(roster.NotFound, "", revive)
		j.State = "" // a claim does not return it
		j.Attempts, j.Claim = 1, 2
		same(f, f.claim(j.RunAt, 1), []roster.Job{j})
		same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.FinishJob(j.ID, 1, f.now) }), false)
	}},
	{text: "a buried job is not revived while another has its key", test: func(f *fixture) {
		j := f.job("welcome", f.now)
		f.claim(f.now, 1)
		f.update(func(tx directory.Tx) error {
			_, err := tx.BuryJob(j.ID, 1, f.now, "")
			return err
		})
		f.job("welcome", f.now)
		f.fails(roster.Conflict, "key", func(tx directory.Tx) error {
			_, err := tx.ReviveJob(f.org, j.ID, f.now)
			return err
		})
	}},
	{text: "a key is held by one unfinished job, and free after it", test: func(f *fixture) {
		first := f.job("welcome", f.now)
		f.job("welcome", f.now)
		same(f, f.claim(f.now, 10), claimed(1, first))
		f.job("welcome", f.now) // it is running: still unfinished
		same(f, f.counts(), roster.JobCounts{Running: 1})
		f.endRun(everyEnd[0], first.ID, 1)
		first.Attempts, first.Claim = 1, 2
		same(f, f.claim(f.now, 10), []roster.Job{first})
		f.endRun(everyEnd[0], first.ID, 2)
		second := f.job("welcome", f.now)
		same(f, f.claim(f.now, 10), claimed(1, second))
	}},
	{text: "a job that waits because the clock was set back is due at once, whatever it waits for", test: func(f *fixture) {
		hasten := func(now time.Time) int {
			return write(f, func(tx directory.Tx) (int, error) { return tx.HastenJobs(f.lane(), now, time.Minute, 10) })
		}
		leased, retried, revived := f.job("", f.now), f.job("", f.now), f.job("", f.now)
		f.claim(f.now, 3)
		retried.RunAt = f.now.Add(time.Hour)
		f.update(func(tx directory.Tx) error {
			_, retry := tx.RetryJob(retried.ID, 1, f.now, retried.RunAt, "no answer")
			_, bury := tx.BuryJob(revived.ID, 1, f.now, "no such address")
			_, revive := tx.ReviveJob(f.org, revived.ID, f.now)
			return errors.Join(retry, bury, revive)
		})
		fresh := f.job("", f.now)
		later := roster.Job{
			ID: roster.JobID(f.id()), OrganizationID: f.org, Lane: f.lane(), Kind: "test", Payload: json.RawMessage(`{}`),
			RunAt: f.now.Add(time.Hour), CreatedAt: f.now,
		}
		f.update(func(tx directory.Tx) error { return tx.Enqueue(later) })
		same(f, hasten(f.now), 0)
		same(f, hasten(f.now.Add(-directory.ClockSlack)), 0)
		earlier := f.now.Add(-2 * time.Hour)
		same(f, f.claim(earlier, 10), nil)
		same(f, hasten(earlier), 4)
		same(f, hasten(earlier), 0)
		var ids []roster.JobID
		for _, j := range f.claim(earlier, 10) {
			ids = append(ids, j.ID)
		}
		same(f, ids, []roster.JobID{leased.ID, revived.ID, fresh.ID, retried.ID})
	}},
	{text: "a job whose last attempt left no time is due where it is further ahead than any wait", test: func(f *fixture) {
		j := f.job("", f.now)
		f.claim(f.now, 1)
		hasten := func(now time.Time) int {
			return write(f, func(tx directory.Tx) (int, error) { return tx.HastenJobs(f.lane(), now, time.Minute, 10) })
		}
		f.update(func(tx directory.Tx) error { // as an older server would leave it
			_, err := tx.RetryJob(j.ID, 1, time.Time{}, f.now.Add(directory.MaxJobWait), "no answer")
			return err
		})
		same(f, hasten(f.now.Add(-directory.ClockSlack)), 0)
		same(f, hasten(f.now.Add(-directory.ClockSlack-time.Microsecond)), 1)
	}},
	{text: "any number of jobs may have no key", test: func(f *fixture) {
		f.job("", f.now)
		f.job("", f.now)
		same(f, f.counts(), roster.JobCounts{Waiting: 2})
	}},
	{text: "the next run is that of the earliest job, a lease that ends included", test: func(f *fixture) {
		next := func() time.Time {
			return read(f, func(tx directory.Tx) (time.Time, error) { return tx.NextRun(f.lane()) })
		}
		same(f, next(), time.Time{})
		f.job("", f.now.Add(time.Hour))
		f.job("", f.now)
		same(f, next(), f.now)
		f.claim(f.now, 1)
		same(f, next(), f.now.Add(time.Minute))
	}},
	{text: "jobs that were done before a time are deleted, a few at a time, buried ones never", alone: true, test: func(f *fixture) {
		for i := range 4 {
			f.job("", f.now.Add(time.Duration(i)*time.Second))
		}
		for i, j := range f.claim(f.now.Add(time.Minute), 10) {
			f.update(func(tx directory.Tx) error {
				end := tx.FinishJob
				if i == 0 {
					end = func(id roster.JobID, attempt int, at time.Time) (bool, error) { return tx.BuryJob(id, attempt, at, "") }
				}
				_, err := end(j.ID, j.Attempts, f.now.Add(time.Duration(i)*time.Second))
				return err
			})
		}
		remove := func(before time.Time, limit int) int {
			return write(f, func(tx directory.Tx) (int, error) { return tx.DeleteDoneJobs(before, limit) })
		}
		same(f, remove(f.now.Add(time.Second), 10), 0)
		same(f, remove(f.now.Add(time.Hour), 2), 2)
		same(f, remove(f.now.Add(time.Hour), 2), 1)
		same(f, f.counts(), roster.JobCounts{Buried: 1})
	}},
	{text: "a job goes to one of many who claim at the same time", test: func(f *fixture) {
		const total, claimers = 40, 8
		f.update(func(tx directory.Tx) error {
			for range total {
				j := roster.Job{ID: roster.JobID(f.id()), OrganizationID: f.org, Lane: f.lane(), RunAt: f.now}
				if err := tx.Enqueue(j); err != nil {
					return err
				}
			}
			return nil
		})
		var mu sync.Mutex
		times := map[roster.JobID]int{}
		var wg sync.WaitGroup
		for range claimers {
			wg.Go(func() {
				for range total {
					var got []roster.Job
					err := f.store.Update(f.Context(), func(tx directory.Tx) (err error) {
						got, err = tx.ClaimJobs(f.lane(), f.now, f.now.Add(time.Minute), 3)
						return err
					})
					if err != nil {
						f.Errorf("claim: %v", err)
					}
					mu.Lock()
					for _, j := range got {
						times[j.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(times) != total {
			f.Errorf("%d of %d jobs were claimed", len(times), total)
		}
		for id, n := range times {
			if n != 1 {
				f.Errorf("job %s was claimed %d times", id, n)
			}
		}
	}},
}

var retries = []sentence{
	{text: "a retry is remembered once", test: func(f *fixture) {
		r := directory.Retry{OrganizationID: f.org, Key: Hash("key"), ResourceID: "ada", Version: 1, CreatedAt: f.now}
		insert := func(r directory.Retry) bool {
			return write(f, func(tx directory.Tx) (bool, error) { return tx.InsertRetry(r) })
		}
		get := func() string {
			return read(f, func(tx directory.Tx) (string, error) {
				r, found, err := tx.Retry(f.org, Hash("key"))
				return fmt.Sprint(found, r), err
			})
		}
		same(f, get(), fmt.Sprint(false, directory.Retry{}))
		same(f, insert(r), true)
		other := r
		other.ResourceID = "grace"
		same(f, insert(other), false)
		same(f, get(), fmt.Sprint(true, r))
		f.update(func(tx directory.Tx) error { return tx.DeleteRetry(f.org, Hash("key")) })
		same(f, insert(other), true)
	}},
	{text: "an update goes on after a retry that was there", test: func(f *fixture) {
		r := directory.Retry{OrganizationID: f.org, Key: Hash("key"), ResourceID: "ada", CreatedAt: f.now}
		f.update(func(tx directory.Tx) error {
			for _, want := range []bool{true, false} {
				if first, err := tx.InsertRetry(r); err != nil || first != want {
					return fmt.Errorf("got %v, want %v: %w", first, want, err)
				}
			}
			_, err := tx.InsertUser(f.row("ada"))
			return err
		})
	}},
	{text: "old retries are deleted, a few at a time", alone: true, test: func(f *fixture) {
		for i := range 5 {
			r := directory.Retry{OrganizationID: f.org, Key: Hash(fmt.Sprint(i)), CreatedAt: f.now.Add(time.Duration(i) * time.Hour)}
			f.update(func(tx directory.Tx) error {
				_, err := tx.InsertRetry(r)
				return err
			})
		}
		for _, want := range []int{2, 1, 0} {
			same(f, write(f, func(tx directory.Tx) (int, error) { return tx.DeleteRetries(f.now.Add(3*time.Hour), 2) }), want)
		}
	}},
	{text: "a setting has the value that was put last", test: func(f *fixture) {
		name := "setting of " + string(f.org)
		get := func() string {
			return read(f, func(tx directory.Tx) (string, error) {
				value, found, err := tx.Setting(name)
				return fmt.Sprint(found, value), err
			})
		}
		same(f, get(), "false")
		for _, value := range []string{"one", "", "two"} {
			f.update(func(tx directory.Tx) error { return tx.PutSetting(name, value) })
			same(f, get(), "true"+value)
		}
	}},
}
