package storetest

import (
	"encoding/json"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

// ended is one way in which a run ends, and how the job is then where nothing marked it.
type ended struct {
	how  string
	end  func(tx directory.Tx, id roster.JobID, claim int, at time.Time) (bool, error)
	left roster.JobCounts
}

// everyEnd are the ways in which a run ends. A retry is due after a minute.
var everyEnd = []ended{
	{"finished", func(tx directory.Tx, id roster.JobID, claim int, at time.Time) (bool, error) {
		return tx.FinishJob(id, claim, at)
	}, roster.JobCounts{}},
	{"retried", func(tx directory.Tx, id roster.JobID, claim int, at time.Time) (bool, error) {
		return tx.RetryJob(id, claim, at, at.Add(time.Minute), "no answer")
	}, roster.JobCounts{Waiting: 1}},
	{"buried", func(tx directory.Tx, id roster.JobID, claim int, at time.Time) (bool, error) {
		return tx.BuryJob(id, claim, at, "no such address")
	}, roster.JobCounts{Buried: 1}},
}

// endRun ends the run of a job.
func (f *fixture) endRun(e ended, id roster.JobID, claim int) {
	f.Helper()
	same(f, write(f, func(tx directory.Tx) (bool, error) { return e.end(tx, id, claim, f.now) }), true)
}

func (f *fixture) reschedule(key string, at time.Time) bool {
	f.Helper()
	return write(f, func(tx directory.Tx) (bool, error) { return tx.RescheduleJob(f.org, key, at) })
}

func (f *fixture) withdraw(key string) bool {
	f.Helper()
	return write(f, func(tx directory.Tx) (bool, error) { return tx.WithdrawJob(f.org, key, f.now) })
}

// keyed queues a job under the key, alone or with others.
func (f *fixture) keyed(together bool, key, payload string, runAt time.Time) roster.Job {
	f.Helper()
	j := roster.Job{
		ID: roster.JobID(f.id()), OrganizationID: f.org, Lane: f.lane(), Kind: "test", Key: key,
		Payload: json.RawMessage(payload), RunAt: runAt, CreatedAt: f.now,
	}
	f.update(func(tx directory.Tx) error {
		if together {
			return tx.EnqueueAll([]roster.Job{j})
		}
		return tx.Enqueue(j)
	})
	return j
}

var jobKeys = []sentence{
	{text: "a job that waits is brought forward under its key, not put off, and takes the payload", test: func(f *fixture) {
		for _, together := range []bool{false, true} {
			j := f.keyed(together, "k", `{"n":1}`, f.now.Add(time.Hour))
			f.keyed(together, "k", `{"n":2}`, f.now.Add(2*time.Hour))
			same(f, f.claim(f.now.Add(59*time.Minute), 9), nil)
			f.keyed(together, "k", `{"n":3}`, f.now.Add(time.Minute))
			same(f, f.counts(), roster.JobCounts{Waiting: 1})
			j.RunAt, j.Payload = f.now.Add(time.Minute), json.RawMessage(`{"n":3}`)
			same(f, f.claim(f.now.Add(time.Minute), 9), claimed(1, j))
			f.endRun(everyEnd[0], j.ID, 1)
		}
	}},
	{text: "a job that waits for another attempt keeps its time under its key", test: func(f *fixture) {
		j := f.job("k", f.now)
		f.claim(f.now, 1)
		f.endRun(everyEnd[1], j.ID, 1)
		f.job("k", f.now)
		same(f, f.claim(f.now.Add(59*time.Second), 9), nil)
		j.RunAt = f.now.Add(time.Minute)
		same(f, f.claim(j.RunAt, 9), claimed(2, j))
	}},
	{text: "a job is rescheduled by its key, earlier and later, from its first attempt", test: func(f *fixture) {
		same(f, f.reschedule("k", f.now), false)
		j := f.job("k", f.now)
		f.claim(f.now, 1)
		f.endRun(everyEnd[1], j.ID, 1)
		for _, at := range []time.Time{f.now.Add(72 * time.Hour), f.now.Add(time.Second)} {
			same(f, f.reschedule("k", at), true)
			j.RunAt = at
			same(f, read(f, func(tx directory.Tx) (time.Time, error) { return tx.NextRun(f.lane()) }), at)
			same(f, write(f, func(tx directory.Tx) (int, error) { return tx.HastenJobs(f.lane(), f.now, time.Minute, 9) }), 0)
		}
		j.Attempts, j.Claim = 1, 2
		same(f, f.claim(j.RunAt, 9), []roster.Job{j})
		own := f.org
		f.org = f.organization()
		same(f, f.reschedule("k", f.now), false)
		same(f, f.withdraw("k"), false)
		f.org = own
		f.endRun(everyEnd[0], j.ID, 2)
		same(f, f.reschedule("k", f.now), false)
	}},
	{text: "a running job that is queued again is ready again, however its run ends", test: func(f *fixture) {
		for _, e := range everyEnd {
			for _, mark := range []func(at time.Time){
				func(at time.Time) { f.job("k", at) },
				func(at time.Time) { f.keyed(true, "k", `{}`, at) },
				func(at time.Time) { f.reschedule("k", at) },
			} {
				j := f.job("k", f.now)
				f.claim(f.now, 1)
				mark(f.now.Add(time.Second))
				same(f, f.counts(), roster.JobCounts{Running: 1})
				f.endRun(e, j.ID, 1)
				same(f, f.counts(), roster.JobCounts{Waiting: 1})
				due, attempt := f.now.Add(time.Second), 1
				if e.how == "retried" { // the retry begins later, so it sees all
					due, attempt = f.now.Add(time.Minute), 2
				}
				same(f, f.claim(due.Add(-time.Microsecond), 1), nil)
				got := f.claim(due, 1)
				if len(got) != 1 || got[0].ID != j.ID || got[0].Attempts != attempt || got[0].Claim != 2 {
					f.Errorf("%s: %+v", e.how, got)
				}
				same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.FinishJob(j.ID, 1, f.now) }), false)
				f.endRun(everyEnd[0], j.ID, 2)
				same(f, f.counts(), roster.JobCounts{})
			}
		}
	}},
	{text: "of several times for which a running job is queued again the earliest counts", test: func(f *fixture) {
		j := f.job("k", f.now)
		f.claim(f.now, 1)
		for _, d := range []time.Duration{3, 1, 2} {
			f.job("k", f.now.Add(d*time.Hour))
		}
		f.endRun(everyEnd[0], j.ID, 1)
		same(f, read(f, func(tx directory.Tx) (time.Time, error) { return tx.NextRun(f.lane()) }), f.now.Add(time.Hour))
	}},
	{text: "a job that is marked for later than its retry is done at both times", test: func(f *fixture) {
		j := f.job("k", f.now)
		f.claim(f.now, 1)
		f.job("k", f.now.Add(time.Hour))
		f.endRun(everyEnd[1], j.ID, 1)
		j.RunAt = f.now.Add(time.Minute)
		same(f, f.claim(j.RunAt, 1), claimed(2, j))
		f.endRun(everyEnd[0], j.ID, 2)
		j.RunAt, j.Attempts, j.Claim = f.now.Add(time.Hour), 1, 3
		same(f, f.claim(f.now.Add(time.Hour-time.Microsecond), 1), nil)
		same(f, f.claim(j.RunAt, 1), []roster.Job{j})
		f.endRun(everyEnd[0], j.ID, 3)
		same(f, f.counts(), roster.JobCounts{})
	}},
	{text: "a claim after a lease ran out is the run that a marked job waits for", test: func(f *fixture) {
		j := f.job("k", f.now)
		f.claim(f.now, 1)
		f.job("k", f.now)
		same(f, f.claim(f.now.Add(time.Minute), 1), claimed(2, j))
		same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.FinishJob(j.ID, 1, f.now) }), false)
		f.endRun(everyEnd[0], j.ID, 2)
		same(f, f.counts(), roster.JobCounts{})
	}},
	{text: "a job that waits is withdrawn, and its key is free", test: func(f *fixture) {
		same(f, f.withdraw("k"), false)
		f.job("k", f.now)
		same(f, f.withdraw("k"), true)
		same(f, f.withdraw("k"), false)
		same(f, f.counts(), roster.JobCounts{})
		same(f, f.claim(f.now, 1), nil)
		same(f, read(f, func(tx directory.Tx) ([]roster.Job, error) {
			return records(tx.Jobs(f.org, directory.JobQuery{}))
		}), nil)
		second := f.job("k", f.now)
		same(f, f.claim(f.now, 9), claimed(1, second))
	}},
	{text: "a running job that is withdrawn ends with its run, and until then has its key", test: func(f *fixture) {
		for _, e := range everyEnd {
			j := f.job("k", f.now)
			f.claim(f.now, 1)
			f.job("k", f.now) // marks it again, which the withdrawal ends
			same(f, f.withdraw("k"), true)
			same(f, f.withdraw("k"), false)
			same(f, f.reschedule("k", f.now), false)
			same(f, f.counts(), roster.JobCounts{Running: 1})
			f.endRun(e, j.ID, 1)
			same(f, f.counts(), roster.JobCounts{})
			same(f, f.claim(f.now.Add(time.Hour), 1), nil)
		}
	}},
	{text: "a withdrawn job whose worker is gone is not claimed again", test: func(f *fixture) {
		j := f.job("k", f.now)
		f.claim(f.now, 1)
		same(f, f.withdraw("k"), true)
		same(f, f.claim(f.now.Add(time.Minute), 1), nil)
		same(f, f.counts(), roster.JobCounts{})
		same(f, write(f, func(tx directory.Tx) (bool, error) { return tx.FinishJob(j.ID, 1, f.now) }), false)
	}},
	{text: "a running job that is withdrawn and then queued is wanted again", test: func(f *fixture) {
		for _, e := range everyEnd {
			j := f.job("k", f.now)
			f.claim(f.now, 1)
			f.withdraw("k")
			f.job("k", f.now)
			f.endRun(e, j.ID, 1)
			same(f, f.counts(), roster.JobCounts{Waiting: 1})
			same(f, f.withdraw("k"), true)
		}
	}},
	{text: "withdrawn jobs are deleted like those that are done", alone: true, test: func(f *fixture) {
		f.job("k", f.now)
		f.withdraw("k")
		remove := func(before time.Time) int {
			return write(f, func(tx directory.Tx) (int, error) { return tx.DeleteDoneJobs(before, 9) })
		}
		same(f, remove(f.now), 0)
		same(f, remove(f.now.Add(time.Microsecond)), 1)
	}},
	{text: "what is written before a job is queued again is seen by a run of it", test: nothingIsLost},
}

// nothingIsLost has writers who raise a count and queue the same job, while workers do that job:
// they note the highest count that they have seen. In the end the highest has been seen.
func nothingIsLost(f *fixture) {
	const writers, each = 4, 15
	name := "count of " + string(f.org)
	raise := func(tx directory.Tx) error {
		text, _, err := tx.Setting(name)
		if err != nil {
			return err
		}
		if err := tx.PutSetting(name, text+"x"); err != nil {
			return err
		}
		return tx.Enqueue(roster.Job{
			ID: roster.JobID(f.id()), OrganizationID: f.org, Lane: f.lane(), Kind: "test", Key: "k",
			Payload: json.RawMessage(`{}`), RunAt: f.now, CreatedAt: f.now,
		})
	}
	var mu sync.Mutex // f.id, and the order of the counts: a transaction that runs again reads anew
	var writing, working sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range each {
				mu.Lock()
				err := f.store.Update(f.Context(), raise)
				mu.Unlock()
				if err != nil {
					f.Errorf("raise: %v", err)
				}
			}
		})
	}
	all := make(chan struct{})
	seen := make([]int, 2)
	for i := range seen {
		working.Go(func() {
			for last := false; ; {
				select {
				case <-all:
					last = true
				default:
				}
				n, some := f.doOne(name)
				seen[i] = max(seen[i], n)
				if last && !some {
					return
				}
			}
		})
	}
	writing.Wait()
	close(all)
	working.Wait()
	same(f, max(seen[0], seen[1]), writers*each)
	same(f, f.counts(), roster.JobCounts{})
}

// doOne claims a job, reads the count and finishes the job, each in a transaction of its own. It
// reports whether there was a job.
func (f *fixture) doOne(name string) (count int, some bool) {
	var got []roster.Job
	err := f.store.Update(f.Context(), func(tx directory.Tx) (err error) {
		got, err = tx.ClaimJobs(f.lane(), f.now, f.now.Add(time.Minute), 1)
		return err
	})
	if err != nil || len(got) == 0 {
		if err != nil {
			f.Errorf("claim: %v", err)
		}
		return 0, false
	}
	err = f.store.View(f.Context(), func(tx directory.Tx) error {
		text, _, err := tx.Setting(name)
		count = len(text)
		return err
	})
	if err != nil {
		f.Errorf("read: %v", err)
	}
	err = f.store.Update(f.Context(), func(tx directory.Tx) error {
		_, err := tx.FinishJob(got[0].ID, got[0].Claim, f.now)
		return err
	})
	if err != nil {
		f.Errorf("finish: %v", err)
	}
	return count, true
}
