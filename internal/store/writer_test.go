package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// openTest opens a new SQLite store.
func openTest(t *testing.T, path string) *DB {
	t.Helper()
	o := Options{Logger: slog.New(slog.DiscardHandler)}
	db, err := Open(t.Context(), "sqlite:"+path, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) }) // a test may have closed it
	return db
}

func (db *DB) writer() *writer { return db.backend.(*sqliteDB).writer }

// put returns an update that stores a setting.
func put(name string) func(directory.Tx) error {
	return func(tx directory.Tx) error { return tx.PutSetting(name, "") }
}

// has reports whether the setting is stored.
func has(t *testing.T, db *DB, name string) (found bool) {
	t.Helper()
	err := db.View(context.WithoutCancel(t.Context()), func(tx directory.Tx) (err error) {
		_, found, err = tx.Setting(name)
		return err
	})
	if err != nil {
		t.Fatalf("view: %v", err)
	}
	return found
}

// inOneBatch starts updates so that they share one commit, and returns their errors.
func inOneBatch(t *testing.T, db *DB, fns ...func(directory.Tx) error) []error {
	t.Helper()
	release := hold(t, db)
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() { errs[i] = db.Update(t.Context(), fn) })
		waitForQueue(db, i+1)
	}
	release()
	wg.Wait()
	return errs
}

// hold keeps the writer busy until release is called.
func hold(t *testing.T, db *DB) (release func()) {
	t.Helper()
	started, end := make(chan struct{}), make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := db.Update(context.WithoutCancel(t.Context()), func(directory.Tx) error {
			close(started)
			<-end
			return nil
		})
		if err != nil {
			t.Errorf("hold: %v", err)
		}
	}()
	<-started
	return sync.OnceFunc(func() {
		close(end)
		<-done
	})
}

// waitForQueue waits until n updates wait for the held writer.
func waitForQueue(db *DB, n int) {
	for len(db.writer().queue) < n {
		runtime.Gosched()
	}
}

func TestUpdatesThatFailHurtNoneInTheSameCommit(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	ours := errors.New("ours")
	var fns []func(directory.Tx) error
	for i := range 64 {
		name := fmt.Sprint(i)
		switch i % 4 {
		case 1:
			fns = append(fns, func(tx directory.Tx) error { return errors.Join(put(name)(tx), ours) })
		case 2:
			fns = append(fns, func(tx directory.Tx) error {
				_ = put(name)(tx)
				panic("no")
			})
		case 3:
			fns = append(fns, func(tx directory.Tx) error {
				return errors.Join(put(name)(tx), tx.InsertOrganization(roster.Organization{ID: anID, Slug: name}))
			})
		default:
			fns = append(fns, put(name))
		}
	}
	conflicts := 0
	for i, err := range inOneBatch(t, db, fns...) {
		if i%4 == 3 && roster.KindOf(err) == roster.Conflict {
			conflicts++
		}
		if i%4 == 1 && !errors.Is(err, ours) {
			t.Errorf("update %d got %v, want its own error", i, err)
		}
		if got := has(t, db, fmt.Sprint(i)); got != (err == nil) {
			t.Errorf("update %d got %v, and its change is there: %v", i, err, got)
		}
		if i%4 == 0 && err != nil {
			t.Errorf("update %d got %v", i, err)
		}
	}
	if conflicts != 15 {
		t.Errorf("%d of 16 organizations with one id were refused, want 15", conflicts)
	}
}

func TestABatchRunsAgainOnlyIfWhatFailedHadWritten(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	ours := errors.New("ours")
	runs := 0
	counted := func(name string) func(directory.Tx) error {
		return func(tx directory.Tx) error {
			runs++
			return put(name)(tx)
		}
	}
	failsEarly := func(directory.Tx) error { return ours }
	failsLate := func(tx directory.Tx) error { return errors.Join(put("late")(tx), ours) }
	batch := func(name string, failing func(directory.Tx) error, want int) {
		t.Helper()
		runs = 0
		errs := inOneBatch(t, db, counted(name), failing, counted(name+" too"))
		if errs[0] != nil || !errors.Is(errs[1], ours) || errs[2] != nil || !has(t, db, name) || !has(t, db, name+" too") || has(t, db, "late") {
			t.Errorf("%s: %v", name, errs)
		}
		if runs != want {
			t.Errorf("%s: its neighbours ran %d times, want %d", name, runs, want)
		}
	}
	batch("early", failsEarly, 2)
	batch("late, at first", failsLate, 3) // the one before it ran twice
	batch("early, again", failsEarly, 2)
	batch("late, a second time", failsLate, 3)
	batch("late, as is known by now", failsLate, 2)
	for i := 0; db.writer().undoing > manyUndone; i++ {
		batch(fmt.Sprint("meanwhile ", i), failsEarly, 2)
	}
	batch("late, after a while", failsLate, 3)
}

func TestABatchThatCannotGoOnIsMadeOneByOne(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*tx) error{
		"a statement fails in a way that may undo everything": func(t *tx) error {
			_, err := t.exec("break", "SELECT no_such_function()")
			return err
		},
		"the transaction is gone": func(t *tx) error { return t.run.(*prepared).do("ROLLBACK") },
		"the savepoint is gone":   func(t *tx) error { return t.run.(*prepared).do("RELEASE one") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
			breaking := func(x directory.Tx) error {
				err := put("broken")(x)
				return errors.Join(err, breaks(x.(*tx)), errors.New("no"))
			}
			errs := inOneBatch(t, db, put("before"), breaking, put("after"))
			if errs[0] != nil || errs[1] == nil || errs[2] != nil {
				t.Errorf("got %v", errs)
			}
			if !has(t, db, "before") || has(t, db, "broken") || !has(t, db, "after") {
				t.Error("not what was acknowledged is there")
			}
			if err := db.Update(t.Context(), put("later")); err != nil || !has(t, db, "later") {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestACommitThatFailsIsAcknowledgedToNobody(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	// A foreign key that SQLite checks only at COMMIT.
	uncommittable := func(x directory.Tx) error {
		if err := raw(x, "PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		_, err := x.InsertGroup(roster.Group{ID: anID, OrganizationID: otherID, Kind: roster.KindTeam}, "name")
		return errors.Join(put("broken")(x), err)
	}
	errs := inOneBatch(t, db, put("before"), uncommittable, put("after"))
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("got %v", errs)
	}
	if !has(t, db, "before") || has(t, db, "broken") || !has(t, db, "after") {
		t.Error("not what was acknowledged is there")
	}
	if err := db.Update(t.Context(), uncommittable); err == nil || has(t, db, "broken") {
		t.Errorf("alone: got %v", err)
	}
}

func TestACallerWhoLeavesGetsTheTruth(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	const callers, rounds = 32, 20
	var mu sync.Mutex
	outcome := map[string]error{}
	var wg sync.WaitGroup
	for caller := range callers {
		wg.Go(func() {
			for round := range rounds {
				name := fmt.Sprintf("%d/%d", caller, round)
				ctx, cancel := context.WithCancel(t.Context())
				inside := rand.N(3) == 0
				if !inside && rand.N(2) == 0 {
					go cancel() // at any time: before, during or after its run
				}
				err := db.Update(ctx, func(tx directory.Tx) error {
					if inside {
						cancel()
					}
					return put(name)(tx)
				})
				cancel()
				mu.Lock()
				outcome[name] = err
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for name, err := range outcome {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if has(t, db, name) != (err == nil) {
			t.Errorf("%s: got %v, and its change is there: %v", name, err, err != nil)
		}
	}
}

func TestACallerWhoLeavesBeforeItsTurnIsSkipped(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	release := hold(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- db.Update(ctx, put("left")) }()
	waitForQueue(db, 1)
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) { // while the writer is still held
		t.Errorf("got %v, want context.Canceled", err)
	}
	release()
	if err := db.Update(t.Context(), put("next")); err != nil {
		t.Fatal(err)
	}
	if has(t, db, "left") {
		t.Error("the change of a caller who had left was made")
	}
}

func TestAnUpdateThatEndsItsGoroutineLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	errs := inOneBatch(t, db, put("before"), func(directory.Tx) error {
		runtime.Goexit()
		return nil
	}, put("after"))
	for i, name := range []string{"before", "", "after"} {
		if errs[i] == nil {
			t.Errorf("update %d of the commit got no error", i)
		}
		if name != "" && has(t, db, name) {
			t.Errorf("%q is there although its caller got an error", name)
		}
	}
	if err := db.Update(t.Context(), put("later")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestClosingLetsWaitingUpdatesFinish(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "roster.db")
	db := openTest(t, path)
	release := hold(t, db)
	results := make(chan error, 10)
	for i := range cap(results) {
		go func() { results <- db.Update(t.Context(), put(fmt.Sprint(i))) }()
		waitForQueue(db, i+1)
	}
	closed := make(chan error)
	go func() { closed <- db.Close(t.Context()) }()
	release()
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	for range cap(results) {
		if err := <-results; err != nil {
			t.Errorf("a waiting update got %v", err)
		}
	}
	if err := db.Update(t.Context(), put("late")); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("an update after closing got %v, want Unavailable", err)
	}
	if err := db.Ping(t.Context()); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("a ping after closing got %v, want Unavailable", err)
	}
	again := openTest(t, path)
	for i := range cap(results) {
		if !has(t, again, fmt.Sprint(i)) {
			t.Errorf("update %d is not there", i)
		}
	}
}

func TestMoreUpdatesThanMayWaitAreRefused(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	release := hold(t, db)
	for range maxQueue {
		if err := db.writer().enqueue(newUpdate(put("waiting"))); err != nil {
			t.Fatal(err)
		}
	}
	err := db.Update(t.Context(), put("one too many"))
	var e *roster.Error
	if !errors.As(err, &e) || e.Kind != roster.Unavailable || e.RetryAfter <= 0 {
		t.Errorf("got %v, want Unavailable with a time to come again", err)
	}
	release()
}

func TestPingFailsWhileTheWriterHangs(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	release := hold(t, db)
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() { result <- db.Ping(ctx) }()
	waitForQueue(db, 1)
	cancel()
	if err := <-result; roster.KindOf(err) != roster.Unavailable {
		t.Errorf("got %v, want Unavailable", err)
	}
}

func TestAQueuedJobIsAnnouncedOnceItIsCommitted(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	announced := func() bool {
		select {
		case <-db.JobsAdded():
			return true
		default:
			return false
		}
	}
	queue := func(second int64, err error) func(directory.Tx) error {
		return func(tx directory.Tx) error {
			job := roster.Job{ID: anID, OrganizationID: anID, Lane: roster.LaneWelcome, Key: "key", RunAt: time.Unix(second, 0)}
			return errors.Join(tx.Enqueue(job), err)
		}
	}
	if err := db.Update(t.Context(), func(tx directory.Tx) error {
		return tx.InsertOrganization(roster.Organization{ID: anID, Slug: "org"})
	}); err != nil || announced() {
		t.Errorf("without a job: %v", err)
	}
	if err := db.Update(t.Context(), queue(5, errors.New("no"))); err == nil || announced() {
		t.Errorf("a job that was rolled back: %v", err)
	}
	if err := db.Update(t.Context(), queue(5, nil)); err != nil || !announced() || announced() {
		t.Errorf("a job: %v", err)
	}
	if err := db.Update(t.Context(), queue(6, nil)); err != nil || announced() {
		t.Errorf("a job that is there already: %v", err)
	}
	if err := db.Update(t.Context(), queue(4, nil)); err != nil || !announced() {
		t.Errorf("a job that is brought forward: %v", err)
	}
}

func TestAFullDatabaseRefusesAndRecovers(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	limit := func(pages int) {
		err := db.Update(t.Context(), func(x directory.Tx) error {
			_, err := x.(*tx).exec("limit", fmt.Sprint("PRAGMA max_page_count = ", pages))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite raises this to the present size
	big := func(name string) func(directory.Tx) error {
		return func(tx directory.Tx) error {
			return errors.Join(put(name)(tx), tx.PutSetting(name+" more", string(make([]byte, 1<<20))))
		}
	}
	checkFull(t, db, big)
	limit(1 << 30)
	for i, err := range inOneBatch(t, db, big("a"), big("b"), put("c")) {
		if err != nil {
			t.Errorf("with space again, update %d got %v", i, err)
		}
	}
}

// checkFull checks that a full disk refuses big changes, alone and with others, and that they leave
// nothing.
func checkFull(t *testing.T, db *DB, big func(name string) func(directory.Tx) error) {
	t.Helper()
	errs := append(inOneBatch(t, db, big("a"), big("b"), big("c")), db.Update(t.Context(), big("alone")))
	for i, name := range []string{"a", "b", "c", "alone"} {
		var e *roster.Error
		if !errors.As(errs[i], &e) || e.Kind != roster.Unavailable || e.Detail != "the disk is full" {
			t.Errorf("%q got %v, want Unavailable: the disk is full", name, errs[i])
		}
		if has(t, db, name) || has(t, db, name+" more") {
			t.Errorf("half of %q is there", name)
		}
	}
}

func TestABatchIsAnsweredInFull(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	release := hold(t, db)
	updates := make([]*update, 3*maxBatch)
	for i := range updates {
		updates[i] = newUpdate(put(fmt.Sprint(i)))
		if err := db.writer().enqueue(updates[i]); err != nil {
			t.Fatal(err)
		}
	}
	release()
	for _, u := range updates {
		<-u.done
	}
	if i := slices.IndexFunc(updates, func(u *update) bool { return u.err != nil }); i >= 0 {
		t.Errorf("update %d got %v", i, updates[i].err)
	}
}
