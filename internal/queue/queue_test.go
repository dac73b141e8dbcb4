package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/queue"
	"roster/internal/store"
	"roster/internal/store/storetest"
)

const lane roster.Lane = "test"

// env is a store with one organization, in a bubble with its own time.
type env struct {
	*testing.T
	db *store.DB
}

// inBubble runs a test on a real store of its own, with a clock that moves only when nobody works.
func inBubble(t *testing.T, test func(env)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roster.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		e := env{t, db}
		e.update(func(tx directory.Tx) error {
			return tx.InsertOrganization(roster.Organization{ID: org, Slug: "default", Name: "Default", CreatedAt: time.Now()})
		})
		test(e)
	})
}

// The ids of the organization and of jobs.
const (
	org  = storetest.ID + "0"
	jobA = storetest.ID + "a"
	jobB = storetest.ID + "b"
)

func (e env) update(fn func(directory.Tx) error) {
	e.Helper()
	if err := e.db.Update(context.Background(), fn); err != nil {
		e.Fatal(err)
	}
}

func (e env) enqueue(ids ...roster.JobID) {
	e.Helper()
	e.update(func(tx directory.Tx) error {
		for _, id := range ids {
			err := tx.Enqueue(roster.Job{
				ID: id, OrganizationID: org, Lane: lane, Kind: "work", Payload: []byte("{}"),
				RunAt: time.Now(), CreatedAt: time.Now(),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// counts returns how the lane's jobs stand: waiting, running, buried.
func (e env) counts() [3]int64 {
	e.Helper()
	var out [3]int64
	err := e.db.View(context.Background(), func(tx directory.Tx) error {
		out = [3]int64{}
		all, err := tx.JobCounts()
		for _, c := range all {
			if c.Lane == lane {
				out = [3]int64{c.Waiting, c.Running, c.Buried}
			}
		}
		return err
	})
	if err != nil {
		e.Fatal(err)
	}
	return out
}

// options are those of a queue with one worker, no jitter, and a handler.
func (e env) options(handle queue.Handler) queue.Options {
	return queue.Options{
		Store: e.db, Added: e.db.JobsAdded(), Now: time.Now, Random: func() float64 { return 0 },
		Lanes: []queue.Lane{{Name: lane, Handlers: map[string]queue.Handler{"work": handle}}},
	}
}

// start runs a queue. stop ends it and waits; it is called at the test's end too.
func (e env) start(o queue.Options) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := queue.New(o).Run(ctx); err != nil {
			e.Errorf("Run: %v", err)
		}
	}()
	stop = func() {
		cancel()
		<-ended
	}
	e.Cleanup(stop)
	return stop
}

// pass lets time go by, as far as everybody's work is done.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// times remembers when it was called, in seconds since the first call.
type times struct {
	mu    sync.Mutex
	first time.Time
	at    []float64
}

func (r *times) note() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.first.IsZero() {
		r.first = time.Now()
	}
	r.at = append(r.at, time.Since(r.first).Seconds())
	return len(r.at)
}

func (r *times) want(t *testing.T, want ...float64) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.at, want) {
		t.Errorf("done at %v seconds, want %v", r.at, want)
	}
}

func unavailable(after time.Duration) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: "nobody there", RetryAfter: after}
}

func TestAJobIsDoneOnceAndIsThenNoMore(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var seen []roster.Job
		e.start(e.options(func(_ context.Context, j roster.Job) error {
			seen = append(seen, j)
			return nil
		}))
		e.enqueue(jobA)
		pass(time.Hour)
		if len(seen) != 1 || seen[0].ID != jobA || seen[0].Attempts != 1 || string(seen[0].Payload) != "{}" {
			t.Errorf("done: %+v", seen)
		}
		if got := e.counts(); got != [3]int64{} {
			t.Errorf("counts = %v, want none", got)
		}
	})
}

func TestAPokeWakesTheQueueAtOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var done time.Time
		e.start(e.options(func(context.Context, roster.Job) error { done = time.Now(); return nil }))
		pass(10*time.Minute + 300*time.Millisecond) // idle, between two looks
		added := time.Now()
		e.enqueue(jobA)
		synctest.Wait()
		if !done.Equal(added) {
			t.Errorf("added at %v, done at %v", added, done)
		}
	})
}

func TestWhatAnotherReplicaQueuesIsFoundWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var done time.Time
		o := e.options(func(context.Context, roster.Job) error { done = time.Now(); return nil })
		o.Added = nil
		e.start(o)
		pass(10 * time.Minute)
		added := time.Now()
		e.enqueue(jobA)
		pass(5 * time.Second)
		if d := done.Sub(added); done.IsZero() || d > 5*time.Second {
			t.Errorf("found after %v", d)
		}
	})
}

func TestAJobForLaterIsDoneThen(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		due := time.Now().Add(90*time.Minute + 123*time.Millisecond)
		var done time.Time
		e.start(e.options(func(context.Context, roster.Job) error { done = time.Now(); return nil }))
		e.update(func(tx directory.Tx) error {
			return tx.Enqueue(roster.Job{ID: jobA, OrganizationID: org, Lane: lane, Kind: "work", Payload: []byte("{}"), RunAt: due})
		})
		pass(2 * time.Hour)
		if !done.Equal(due) {
			t.Errorf("done at %v, want %v", done, due)
		}
	})
}

// settable is a clock that can be set.
type settable struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *settable) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead).Round(0) // a clock that is set is not monotonic
}

func (c *settable) set(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += by
}

func TestAJobThatIsDueInAMinuteDoesNotWaitForAClockThatIsSetBack(t *testing.T) {
	t.Parallel()
	for _, back := range []time.Duration{2 * time.Hour, 25 * time.Hour} {
		inBubble(t, func(e env) {
			clock := &settable{}
			runs := 0
			o := e.options(func(context.Context, roster.Job) error {
				if runs++; runs == 1 {
					return unavailable(time.Minute)
				}
				return nil
			})
			o.Now = clock.now
			e.start(o)
			e.enqueue(jobA)
			pass(10 * time.Second)
			clock.set(-back)
			pass(2 * time.Minute)
			if got := e.counts(); runs != 2 || got != [3]int64{} {
				t.Errorf("the clock went back by %v: it ran %d times and counts are %v, want twice and none", back, runs, got)
			}
		})
	}
}

func TestAQueueThatStartsFindsWhatWaitsForAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		clock := &settable{ahead: -25 * time.Hour}
		runs := 0
		o := e.options(func(context.Context, roster.Job) error { runs++; return nil })
		o.Now = clock.now
		e.enqueue(storetest.IDOf[roster.JobID]("fresh"), storetest.IDOf[roster.JobID]("taken")) // at a time that is now ahead
		e.update(func(tx directory.Tx) error {
			_, err := tx.ClaimJobs(lane, time.Now(), time.Now().Add(queue.DefaultLease), 1)
			return err
		})
		e.start(o)
		pass(time.Minute)
		if got := e.counts(); runs != 2 || got != [3]int64{} {
			t.Errorf("%d jobs ran and counts are %v, want 2 and none", runs, got)
		}
	})
}

func TestALaneThatNobodyWorksWaits(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		o := e.options(nil)
		o.Lanes = []queue.Lane{{Name: "another"}}
		e.start(o)
		e.enqueue(jobA, jobB)
		pass(24 * time.Hour)
		if got := e.counts(); got != [3]int64{2, 0, 0} {
			t.Errorf("counts = %v, want 2 waiting", got)
		}
	})
}

func TestFailuresAreRetriedLaterAndLater(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var tries times
		o := e.options(func(context.Context, roster.Job) error { tries.note(); return unavailable(0) })
		e.start(o)
		e.enqueue(jobA)
		pass(12311 * time.Second)
		if got := e.counts(); got != [3]int64{0, 0, 1} {
			t.Errorf("counts = %v after the last attempt, want one buried", got)
		}
		pass(24 * time.Hour)
		tries.want(t, 0, 10, 30, 70, 150, 310, 630, 1270, 2550, 5110, 8710, 12310)
	})
}

func TestARetryComesNotBeforeItWasAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked time.Duration
		want  float64
	}{
		"longer than the backoff":  {7 * time.Minute, 420},
		"shorter than the backoff": {time.Second, 10},
		"longer than is believed":  {1000 * time.Hour, 86400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(e env) {
				var tries times
				e.start(e.options(func(context.Context, roster.Job) error {
					if tries.note() == 1 {
						return &roster.Error{Kind: roster.RateLimited, RetryAfter: c.asked}
					}
					return nil
				}))
				e.enqueue(jobA)
				pass(48 * time.Hour)
				tries.want(t, 0, c.want)
			})
		})
	}
}

func TestTheKindOfTheErrorDecides(t *testing.T) {
	t.Parallel()
	retried := map[roster.Kind]bool{roster.Internal: true, roster.Unavailable: true, roster.RateLimited: true}
	for _, kind := range roster.Kinds {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(e env) {
				var tries times
				e.start(e.options(func(context.Context, roster.Job) error {
					tries.note()
					return fmt.Errorf("send: %w", &roster.Error{Kind: kind})
				}))
				e.enqueue(jobA)
				pass(15 * time.Second)
				if retried[kind] {
					tries.want(t, 0, 10)
				} else {
					tries.want(t, 0)
				}
				if buried := e.counts()[2] == 1; buried == retried[kind] {
					t.Errorf("buried = %v", buried)
				}
			})
		})
	}
}

func TestAPanicIsAFailureOfTheJobOnly(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var tries times
		e.start(e.options(func(context.Context, roster.Job) error {
			if tries.note() == 1 {
				panic("out of cheese")
			}
			return nil
		}))
		e.enqueue(jobA)
		pass(time.Minute)
		tries.want(t, 0, 10)
	})
}

func TestAKindThatNobodyKnowsIsLeftForOthers(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		older := e.options(nil)
		older.Lanes[0].Handlers = nil
		stop := e.start(older)
		e.enqueue(jobA)
		pass(time.Minute)
		stop()
		var done atomic.Int32
		e.start(e.options(func(context.Context, roster.Job) error { done.Add(1); return nil }))
		pass(time.Hour)
		if done.Load() != 1 {
			t.Errorf("done %d times", done.Load())
		}
	})
}

func TestAWorkerThatDiesLosesItsJobToAnother(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		e.enqueue(jobA)
		e.update(func(tx directory.Tx) error { // a process that claims, and is no more
			jobs, err := tx.ClaimJobs(lane, time.Now(), time.Now().Add(2*time.Minute), 1)
			if len(jobs) != 1 {
				t.Errorf("claimed %d jobs", len(jobs))
			}
			return err
		})
		died := time.Now()
		var at time.Time
		var attempt int
		e.start(e.options(func(_ context.Context, j roster.Job) error {
			at, attempt = time.Now(), j.Attempts
			return nil
		}))
		pass(10 * time.Minute)
		if at.Sub(died) != 2*time.Minute || attempt != 2 {
			t.Errorf("done %v after the other died, as attempt %d", at.Sub(died), attempt)
		}
	})
}

func TestAJobThatKillsItsWorkersIsBuried(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		e.enqueue(jobA)
		for range queue.DefaultAttempts {
			e.update(func(tx directory.Tx) error {
				_, err := tx.ClaimJobs(lane, time.Now(), time.Now().Add(time.Second), 1)
				return err
			})
			pass(time.Second)
		}
		e.start(e.options(func(context.Context, roster.Job) error {
			t.Error("the job was tried once more")
			return nil
		}))
		pass(time.Minute)
		if got := e.counts(); got != [3]int64{0, 0, 1} {
			t.Errorf("counts = %v, want one buried", got)
		}
	})
}

func TestAnAttemptEndsBeforeItsLease(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var took time.Duration
		var tries atomic.Int32
		e.start(e.options(func(ctx context.Context, _ roster.Job) error {
			start := time.Now()
			if tries.Add(1) > 1 {
				return nil
			}
			<-ctx.Done()
			took = time.Since(start)
			return ctx.Err()
		}))
		e.enqueue(jobA)
		pass(10 * time.Minute)
		if took <= 0 || took >= queue.DefaultLease {
			t.Errorf("the attempt had %v, of a lease of %v", took, queue.DefaultLease)
		}
		if tries.Load() != 2 {
			t.Errorf("tried %d times", tries.Load())
		}
	})
}

func TestTheOutcomeOfALostLeaseChangesNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var tries atomic.Int32
		deaf := func(_ context.Context, j roster.Job) error {
			tries.Add(1)
			if j.Attempts == 1 {
				time.Sleep(10 * time.Minute) // does not listen to its context
				return &roster.Error{Kind: roster.Invalid, Detail: "too late"}
			}
			return nil
		}
		e.start(e.options(deaf))
		o := e.options(deaf)
		o.Added = nil
		e.start(o)
		e.enqueue(jobA)
		pass(time.Hour)
		if got := e.counts(); got != [3]int64{} || tries.Load() != 2 {
			t.Errorf("counts = %v after %d tries, want none after 2", got, tries.Load())
		}
	})
}

func TestTwoQueuesNeverHaveTheSameJobAtATime(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var mu sync.Mutex
		running, done, most := map[roster.JobID]bool{}, map[roster.JobID]int{}, 0
		handle := func(_ context.Context, j roster.Job) error {
			mu.Lock()
			if running[j.ID] {
				t.Errorf("job %s is done twice at a time", j.ID)
			}
			running[j.ID] = true
			most = max(most, len(running))
			mu.Unlock()
			time.Sleep(700 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			delete(running, j.ID)
			done[j.ID]++
			if j.Attempts == 1 && j.ID < "00000000-0000-7000-8000-000000000010" {
				return unavailable(0)
			}
			return nil
		}
		for range 2 {
			o := e.options(handle)
			o.Lanes[0].Workers = 5
			o.Added = nil
			e.start(o)
		}
		var ids []roster.JobID
		for i := range 50 {
			ids = append(ids, roster.JobID(fmt.Sprintf("00000000-0000-7000-8000-%012d", i)))
		}
		e.enqueue(ids...)
		pass(5 * time.Minute)
		for i, id := range ids {
			if want := map[bool]int{true: 2, false: 1}[i < 10]; done[id] != want {
				t.Errorf("%s was done %d times, want %d", id, done[id], want)
			}
		}
		if most > 10 || most < 6 {
			t.Errorf("%d jobs at a time, with 2 × 5 workers", most)
		}
	})
}

func TestAQueueThatStopsLetsItsJobsEnd(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		stop := e.start(e.options(func(context.Context, roster.Job) error {
			time.Sleep(3 * time.Second)
			return nil
		}))
		e.enqueue(jobA)
		pass(time.Second)
		began := time.Now()
		stop()
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("stopped after %v", took)
		}
		if got := e.counts(); got != [3]int64{} {
			t.Errorf("counts = %v, want none", got)
		}
	})
}

func TestAQueueThatStopsLetsGoWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		stop := e.start(e.options(func(ctx context.Context, _ roster.Job) error {
			<-ctx.Done()
			return ctx.Err()
		}))
		e.enqueue(jobA, jobB)
		pass(time.Second)
		began := time.Now()
		stop()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("stopped after %v", took)
		}
		if got := e.counts(); got != [3]int64{2, 0, 0} {
			t.Errorf("counts = %v, want both waiting", got)
		}
		var done atomic.Int32
		e.start(e.options(func(context.Context, roster.Job) error { done.Add(1); return nil }))
		synctest.Wait() // at once: being let go is no failure
		if done.Load() != 2 {
			t.Errorf("done: %d", done.Load())
		}
	})
}

// flaky is a store that fails its first updates.
type flaky struct {
	directory.Store
	failures atomic.Int32
}

func (f *flaky) Update(ctx context.Context, fn func(directory.Tx) error) error {
	if f.failures.Add(-1) >= 0 {
		return &roster.Error{Kind: roster.Unavailable, Detail: "the disk is full"}
	}
	return f.Store.Update(ctx, fn)
}

func TestAStoreThatFailsForAWhileCostsNoJob(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		bad := &flaky{Store: e.db}
		var done atomic.Int32
		o := e.options(func(context.Context, roster.Job) error {
			done.Add(1)
			bad.failures.Store(3) // of writing down the outcome
			return nil
		})
		o.Store = bad
		bad.failures.Store(3) // of claiming
		e.start(o)
		e.enqueue(jobA)
		pass(time.Hour)
		if got := e.counts(); got != [3]int64{} || done.Load() != 1 {
			t.Errorf("counts = %v, done %d times", got, done.Load())
		}
	})
}

func TestAnIdleQueueWritesNothingAndSeldomReads(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		counted := &counting{Store: e.db}
		o := e.options(nil)
		o.Store = counted
		e.update(func(tx directory.Tx) error {
			return tx.Enqueue(roster.Job{
				ID: storetest.ID + "c", OrganizationID: org, Lane: lane, Kind: "work", Payload: []byte("{}"), RunAt: time.Now().Add(time.Hour),
			})
		})
		e.start(o)
		pass(time.Minute)
		if n := counted.updates.Load(); n != 0 {
			t.Errorf("%d writes", n)
		}
		if n := counted.views.Load(); n > 20 {
			t.Errorf("%d reads in a minute", n)
		}
	})
}

type counting struct {
	directory.Store
	views, updates atomic.Int32
}

func (c *counting) View(ctx context.Context, fn func(directory.Tx) error) error {
	c.views.Add(1)
	return c.Store.View(ctx, fn)
}

func (c *counting) Update(ctx context.Context, fn func(directory.Tx) error) error {
	c.updates.Add(1)
	return c.Store.Update(ctx, fn)
}

func TestOutcomesAreLoggedWithoutPayload(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var out syncBuilder
		o := e.options(func(context.Context, roster.Job) error {
			return &roster.Error{Kind: roster.Invalid, Detail: "no such mailbox", Err: errors.New("the cause")}
		})
		o.Log = slog.New(slog.NewTextHandler(&out, nil))
		e.start(o)
		e.update(func(tx directory.Tx) error {
			return tx.Enqueue(roster.Job{
				ID: jobA, OrganizationID: org, Lane: lane, Kind: "work", RunAt: time.Now(),
				Payload: []byte(`{"canary":"canary-7f3a"}`),
			})
		})
		pass(time.Minute)
		log := out.String()
		for _, want := range []string{"level=WARN", "job given up", "job=" + jobA, "attempt=1", "no such mailbox", "the cause"} {
			if !strings.Contains(log, want) {
				t.Errorf("the log lacks %q: %s", want, log)
			}
		}
		if strings.Contains(log, "canary") {
			t.Errorf("the log holds the payload: %s", log)
		}
	})
}

type syncBuilder struct {
	mu sync.Mutex
	strings.Builder
}

func (b *syncBuilder) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Builder.Write(p)
}

func TestSweepForgetsWhatWasDoneAWeekAgo(t *testing.T) {
	t.Parallel()
	bad, young := storetest.IDOf[roster.JobID]("bad"), storetest.IDOf[roster.JobID]("young")
	inBubble(t, func(e env) {
		e.start(e.options(func(_ context.Context, j roster.Job) error {
			if j.ID == bad {
				return &roster.Error{Kind: roster.Invalid}
			}
			return nil
		}))
		var ids []roster.JobID
		for i := range 1203 {
			ids = append(ids, storetest.IDOf[roster.JobID](fmt.Sprint("old-", i)))
		}
		e.enqueue(append(ids, bad)...)
		pass(time.Hour)
		pass(queue.KeepDone)
		e.enqueue(young)
		synctest.Wait()
		for _, want := range []int{1203, 0} {
			if n, err := queue.Sweep(e.Context(), e.db, time.Now()); n != want || err != nil {
				t.Errorf("Sweep = %d, %v, want %d", n, err, want)
			}
		}
		if got := e.counts(); got != [3]int64{0, 0, 1} {
			t.Errorf("counts = %v: what was buried must stay", got)
		}
	})
}

func TestALaneDoesNotWaitForTheJobsOfAnother(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var many []roster.Job
		for i := range 2000 {
			many = append(many, roster.Job{
				ID: storetest.IDOf[roster.JobID](fmt.Sprint(i)), OrganizationID: org, Lane: roster.LaneWelcome, Kind: "slow", RunAt: time.Now(),
			})
		}
		e.update(func(tx directory.Tx) error { return tx.EnqueueAll(many) })
		o := e.options(nil)
		var done time.Time
		o.Lanes = []queue.Lane{
			{Name: roster.LaneAlert, Handlers: map[string]queue.Handler{"urgent": func(context.Context, roster.Job) error { done = time.Now(); return nil }}},
			{Name: roster.LaneWelcome, Handlers: map[string]queue.Handler{"slow": func(context.Context, roster.Job) error { time.Sleep(time.Second); return nil }}},
		}
		e.start(o)
		pass(10*time.Second + 500*time.Millisecond)
		added := time.Now()
		e.update(func(tx directory.Tx) error {
			return tx.Enqueue(roster.Job{ID: jobA, OrganizationID: org, Lane: roster.LaneAlert, Kind: "urgent", RunAt: added})
		})
		synctest.Wait()
		if !done.Equal(added) {
			t.Errorf("queued at %v, done at %v", added, done)
		}
	})
}

func TestAJobThatMarksItselfAgainIsDoneAgain(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		var seen times
		mark := func(key string) {
			e.update(func(tx directory.Tx) error {
				return tx.Enqueue(roster.Job{ID: jobB, OrganizationID: org, Lane: lane, Kind: "work", Key: key, RunAt: time.Now(), CreatedAt: time.Now()})
			})
		}
		e.start(e.options(func(_ context.Context, j roster.Job) error {
			if seen.note() == 1 {
				mark(j.Key)
				return &roster.Error{Kind: roster.Invalid}
			}
			return nil
		}))
		mark("k")
		pass(time.Hour)
		seen.want(t, 0, 0)
		if got := e.counts(); got != [3]int64{} {
			t.Errorf("counts = %v", got)
		}
	})
}
