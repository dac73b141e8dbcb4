package store

import (
	"cmp"
	"encoding/json"
	"sort"
	"time"

	"roster"
	"roster/internal/directory"
)

// A job is ready or running at first. It is unfinished then, and due_at says when it may be
// claimed. Later it is done, withdrawn or buried: due_at is null, and only the index of buried jobs
// holds it. ended_at is when its last attempt ended or when it was revived, and 0 before that.
//
// While a job runs it may be marked: again_at says when it is due once more, withdrawn that this
// run is the last. At most one of the two is set. again_at outlives a retry that begins before it.
const jobColumns = `id, lane, kind, COALESCE(job_key, ''), payload, run_at, attempts, created_at`

// jobTargets returns the Scan targets of jobColumns.
func jobTargets(j *roster.Job, payload *string) []any {
	return []any{
		(*string)(&j.ID), (*string)(&j.Lane), &j.Kind, &j.Key, payload,
		instant{&j.RunAt},
		&j.Attempts,
		instant{&j.CreatedAt},
	}
}

// scanClaimedJob also reads the job's organization.
func scanClaimedJob(r scanner) (j roster.Job, err error) {
	var payload string
	err = r.Scan(append(jobTargets(&j, &payload), &j.Claim, (*string)(&j.State), (*string)(&j.OrganizationID))...)
	j.Payload = json.RawMessage(payload)
	return j, err
}

// jobsOf returns a function that reads a job of the organization, with its state and reason.
func jobsOf(org roster.OrganizationID) func(scanner) (roster.Job, error) {
	return func(r scanner) (j roster.Job, err error) {
		var payload string
		err = r.Scan(append(jobTargets(&j, &payload), (*string)(&j.State), &j.Reason)...)
		j.OrganizationID, j.Payload = org, json.RawMessage(payload)
		return j, err
	}
}

const (
	insertJobs = `INSERT INTO jobs (id, organization, lane, kind, job_key, payload, run_at, due_at, attempts, claim, state,
	again_at, withdrawn, reason, created_at, ended_at) VALUES`

	// sameKey changes the unfinished job with the key. It locks that job even where it changes
	// nothing: a claim waits for this transaction, or this transaction finds the job running.
	sameKey = ` ON CONFLICT (organization, job_key) WHERE due_at IS NOT NULL AND job_key IS NOT NULL DO UPDATE SET
	payload = excluded.payload, withdrawn = FALSE,
	run_at = CASE WHEN ` + broughtForward + ` THEN excluded.run_at ELSE jobs.run_at END,
	due_at = CASE WHEN ` + broughtForward + ` THEN excluded.run_at ELSE jobs.due_at END,
	again_at = CASE WHEN jobs.state <> 'running' OR jobs.again_at > 0 AND jobs.again_at < excluded.run_at
		THEN jobs.again_at ELSE excluded.run_at END`
	broughtForward = `jobs.state = 'ready' AND jobs.attempts = 0 AND excluded.run_at < jobs.run_at`
)

// Enqueue implements directory.JobTx. It announces a job that is new or due at the time that was
// asked for, not one that is due earlier.
func (t *tx) Enqueue(j roster.Job) error {
	const text = insertJobs + ` ($1, $2, $3, $4, $5, $6, $7, $7, $8, 0, 'ready', 0, FALSE, '', $9, 0)` + sameKey + ` RETURNING state, run_at`
	var state roster.JobState
	var runAt time.Time
	_, err := t.one("enqueue job", text, []any{
		uid(j.ID), t.org(j.OrganizationID), string(j.Lane), j.Kind, orNull(j.Key), string(j.Payload),
		micros(j.RunAt), j.Attempts, micros(j.CreatedAt),
	}, (*string)(&state), instant{&runAt})
	t.queued = t.queued || state == roster.JobReady && micros(runAt) == micros(j.RunAt)
	return err
}

const (
	claimDue = `WITH due AS (SELECT id FROM jobs WHERE lane = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3`

	// claimSet ends a job that was withdrawn while a worker had it who is gone.
	claimSet = `) UPDATE jobs SET state = CASE WHEN withdrawn THEN 'withdrawn' ELSE 'running' END,
	due_at = CASE WHEN NOT withdrawn THEN CAST($4 AS BIGINT) END, ended_at = CASE WHEN withdrawn THEN $2 ELSE ended_at END, withdrawn = FALSE,
	again_at = CASE WHEN again_at > $2 THEN again_at ELSE 0 END, attempts = attempts + 1, claim = claim + 1
	WHERE id IN (SELECT id FROM due) RETURNING ` + jobColumns + `, claim, state, (SELECT o.id FROM organizations o WHERE o.number = jobs.organization)`
)

// ClaimJobs implements directory.JobTx.
func (t *tx) ClaimJobs(lane roster.Lane, now, leaseUntil time.Time, most int) ([]roster.Job, error) {
	text := claimDue + t.engine.skipLocked + claimSet
	taken, err := collect(t, "claim jobs", text, []any{string(lane), micros(now), most, micros(leaseUntil)}, scanClaimedJob)
	if err != nil {
		return nil, err
	}
	var jobs []roster.Job
	for _, j := range taken {
		if j.State == roster.JobRunning {
			j.State = ""
			jobs = append(jobs, j)
		}
	}
	sort.Slice(jobs, func(i, j int) bool {
		return cmp.Or(jobs[i].RunAt.Compare(jobs[j].RunAt), cmp.Compare(jobs[i].ID, jobs[j].ID)) < 0
	})
	return jobs, nil
}

// The UPDATEs that end a claim: $1 is the job, $2 the claim, $3 when it ended.
const (
	ofClaim = ` WHERE id = $1 AND claim = $2 AND state = 'running'`

	// endAs sets the state in which a run leaves its job, up to what follows where it is not marked.
	endAs = `UPDATE jobs SET withdrawn = FALSE, ended_at = $3,
	state = CASE WHEN withdrawn THEN 'withdrawn' WHEN again_at > 0 THEN 'ready' ELSE `
	// endFor sets the rest for a run after which no retry comes. A job that was marked again starts
	// anew.
	endFor = ` END, run_at = CASE WHEN again_at > 0 THEN again_at ELSE run_at END,
	due_at = CASE WHEN again_at > 0 THEN again_at END,
	attempts = CASE WHEN again_at > 0 THEN 0 ELSE attempts END, again_at = 0, reason = `
)

// FinishJob implements directory.JobTx.
func (t *tx) FinishJob(id roster.JobID, claim int, at time.Time) (bool, error) {
	return t.endClaim("finish job", endAs+`'done'`+endFor+`''`+ofClaim, uid(id), claim, micros(at))
}

// RetryJob implements directory.JobTx.
func (t *tx) RetryJob(id roster.JobID, claim int, at, runAt time.Time, reason string) (bool, error) {
	const text = `UPDATE jobs SET withdrawn = FALSE, ended_at = $3, reason = $5,
	state = CASE WHEN withdrawn THEN 'withdrawn' ELSE 'ready' END,
	run_at = $4, due_at = CASE WHEN NOT withdrawn THEN CAST($4 AS BIGINT) END,
	again_at = CASE WHEN again_at > $4 THEN again_at ELSE 0 END` + ofClaim
	return t.endClaim("retry job", text, uid(id), claim, micros(at), micros(runAt), reason)
}

// BuryJob implements directory.JobTx.
func (t *tx) BuryJob(id roster.JobID, claim int, at time.Time, reason string) (bool, error) {
	return t.endClaim("bury job", endAs+`'buried'`+endFor+`$4`+ofClaim, uid(id), claim, micros(at), reason)
}

// endClaim runs a statement that ends a claim, and reports whether the claim was still held.
func (t *tx) endClaim(what, text string, args ...any) (bool, error) {
	var state roster.JobState
	held, err := t.one(what, text+` RETURNING state`, args, (*string)(&state))
	t.queued = t.queued || state == roster.JobReady
	return held, err
}

// unfinished is the condition for the one unfinished job with the key $2 of the organization $1.
const unfinished = ` WHERE organization = $1 AND job_key = $2 AND due_at IS NOT NULL AND NOT withdrawn`

// RescheduleJob implements directory.JobTx.
func (t *tx) RescheduleJob(org roster.OrganizationID, key string, runAt time.Time) (bool, error) {
	const text = `UPDATE jobs SET run_at = CASE WHEN state = 'ready' THEN $3 ELSE run_at END,
	due_at = CASE WHEN state = 'ready' THEN $3 ELSE due_at END,
	again_at = CASE WHEN state = 'ready' THEN 0 ELSE $3 END,
	attempts = CASE WHEN state = 'ready' THEN 0 ELSE attempts END` + unfinished
	n, err := t.exec("reschedule job", text, t.org(org), key, micros(runAt))
	t.queued = t.queued || n > 0
	return n > 0, err
}

// WithdrawJob implements directory.JobTx.
func (t *tx) WithdrawJob(org roster.OrganizationID, key string, at time.Time) (bool, error) {
	const text = `UPDATE jobs SET state = CASE WHEN state = 'ready' THEN 'withdrawn' ELSE state END,
	withdrawn = (state = 'running'), again_at = 0, due_at = CASE WHEN state = 'running' THEN due_at END,
	ended_at = CASE WHEN state = 'ready' THEN $3 ELSE ended_at END` + unfinished
	n, err := t.exec("withdraw job", text, t.org(org), key, micros(at))
	return n > 0, err
}

// JobCounts implements directory.JobTx. It does not count jobs that are done or withdrawn, and
// reads indexes only.
func (t *tx) JobCounts() ([]roster.JobCounts, error) {
	const text = `SELECT lane, state, COUNT(*) FROM jobs WHERE due_at IS NOT NULL GROUP BY lane, state
	UNION ALL SELECT lane, 'buried', COUNT(*) FROM jobs WHERE state = 'buried' GROUP BY lane`
	lanes := make(map[roster.Lane]roster.JobCounts)
	err := t.each("count jobs", text, nil, func(r scanner) error {
		var lane roster.Lane
		var state string
		var n int64
		if err := r.Scan((*string)(&lane), &state, &n); err != nil {
			return err
		}
		c := lanes[lane]
		c.Lane = lane
		switch state {
		case "ready":
			c.Waiting = n
		case "running":
			c.Running = n
		case "buried":
			c.Buried = n
		}
		lanes[lane] = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	counts := make([]roster.JobCounts, 0, len(lanes))
	for _, c := range lanes {
		counts = append(counts, c)
	}
	sort.Slice(counts, func(i, j int) bool { return counts[i].Lane < counts[j].Lane })
	return counts, nil
}

// Jobs implements directory.JobTx. It repeats the condition of a partial index.
func (t *tx) Jobs(org roster.OrganizationID, q directory.JobQuery) (directory.Rows[roster.Job], error) {
	return list(t, listing[roster.Job]{
		noun: "jobs", columns: jobColumns + ", state, reason", scan: jobsOf(org),
		from: func(b *query) error {
			b.add(" FROM jobs")
			b.where("organization = ?", t.org(org))
			switch q.State {
			case "":
				b.where("state NOT IN ('done', 'withdrawn')")
			case roster.JobBuried:
				b.where("state = 'buried'")
			default:
				b.where("state NOT IN ('done', 'withdrawn')")
				b.where("state = ?", string(q.State))
			}
			return nil
		},
		order: byID("id", false, q.After), limit: q.Limit, count: q.Count,
	})
}

// ReviveJob implements directory.JobTx.
func (t *tx) ReviveJob(org roster.OrganizationID, id roster.JobID, at time.Time) (roster.Job, error) {
	const text = `UPDATE jobs SET state = 'ready', attempts = 0, run_at = $3, due_at = $3, reason = '', ended_at = $3
	WHERE organization = $1 AND id = $2 AND state = 'buried' RETURNING ` + jobColumns + `, state, reason`
	j, err := first(t, "buried job", "revive job", text, []any{t.org(org), uid(id), micros(at)}, jobsOf(org))
	t.queued = t.queued || err == nil
	return j, err
}

// strandedJobs selects the jobs of lane $1 that wait at time $2 only because a clock was set back.
// $3 is the latest end of a lease, $4 the latest that the current time can be, and $5 the latest
// time at which another attempt can be due. A job queued for a later time is left alone.
const strandedJobs = ` FROM jobs WHERE lane = $1 AND due_at > $2 AND (
		state = 'running' AND due_at > $3
		OR state = 'ready' AND ended_at > $4
		OR state = 'ready' AND attempts = 0 AND run_at <= created_at AND created_at > $4
		OR state = 'ready' AND attempts > 0 AND due_at > $5)`

func strandedArgs(lane roster.Lane, now time.Time, lease time.Duration) []any {
	soon := now.Add(directory.ClockSlack)
	return []any{string(lane), micros(now), micros(soon.Add(lease)), micros(soon), micros(soon.Add(directory.MaxJobWait))}
}

// Stranded implements directory.JobTx.
func (t *tx) Stranded(lane roster.Lane, now time.Time, lease time.Duration) (bool, error) {
	var one int64
	return t.one("look for stranded jobs", `SELECT 1`+strandedJobs+` LIMIT 1`, strandedArgs(lane, now, lease), &one)
}

// HastenJobs implements directory.JobTx.
func (t *tx) HastenJobs(lane roster.Lane, now time.Time, lease time.Duration, most int) (int, error) {
	text := `UPDATE jobs SET due_at = $2 WHERE id IN (SELECT id` + strandedJobs + ` ORDER BY due_at, id LIMIT $6` + t.engine.skipLocked + `)`
	n, err := t.exec("hasten jobs", text, append(strandedArgs(lane, now, lease), most)...)
	t.queued = t.queued || n > 0
	return int(n), err
}

// NextRun implements directory.JobTx. The end of a lease counts, because the job is due again then.
func (t *tx) NextRun(lane roster.Lane) (time.Time, error) {
	const text = `SELECT due_at FROM jobs WHERE lane = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1`
	var at time.Time
	_, err := t.one("read next run", text, []any{string(lane)}, instant{&at})
	return at, err
}

// DeleteDoneJobs implements directory.JobTx.
func (t *tx) DeleteDoneJobs(before time.Time, most int) (int, error) {
	const text = `DELETE FROM jobs WHERE id IN
	(SELECT id FROM jobs WHERE state IN ('done', 'withdrawn') AND ended_at < $1 ORDER BY ended_at LIMIT $2)`
	n, err := t.exec("delete done jobs", text, micros(before), most)
	return int(n), err
}
