package store

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
)

// openThroughProxy opens a store on a fresh database behind a proxy, with few connections.
func openThroughProxy(t *testing.T, conns int) (*DB, *pgtest.Proxy) {
	t.Helper()
	proxy := pgtest.NewProxy(t, pgtest.URL(t))
	db, err := Open(t.Context(), proxy.URL(), Options{MaxConns: conns, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	return db, proxy
}

// tally makes the setting "tally" one character longer each time it runs.
func tally(x directory.Tx) error {
	const text = `INSERT INTO settings (name, value) VALUES ('tally', 'x')
	ON CONFLICT (name) DO UPDATE SET value = settings.value || 'x'`
	return raw(x, text)
}

// tallied returns how often tally was committed.
func tallied(t *testing.T, db *DB) int {
	t.Helper()
	var value string
	err := db.View(t.Context(), func(tx directory.Tx) (err error) {
		value, _, err = tx.Setting("tally")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(value)
}

func TestACommitWhoseConnectionBreaksIsDoneExactlyOnce(t *testing.T) {
	t.Parallel()
	db, proxy := openThroughProxy(t, 2)
	tallied(t, db) // opens a connection: this test is not about failing to open one
	const rounds = 20
	done := 0
	for name, c := range map[string]struct {
		cut         pgtest.Cut
		least, most int // attempts
	}{
		"before the server has it":      {pgtest.CutBeforeCommit, 2, 2},
		"as the server gets it":         {pgtest.CutAtCommit, 1, 2},
		"when the server has done it":   {pgtest.CutAfterCommit, 1, 1},
		"before the transaction begins": {pgtest.CutAtMessage, 1, 2}, // 1: it cut the end of the view before
	} {
		for range rounds {
			proxy.Arm(c.cut, 0)
			attempts := 0
			err := db.Update(t.Context(), func(tx directory.Tx) error {
				attempts++
				return tally(tx)
			})
			if !proxy.Disarm() {
				t.Fatalf("%s: nothing was cut", name)
			}
			if done++; err != nil || attempts < c.least || attempts > c.most || tallied(t, db) != done {
				t.Fatalf("%s: %v after %d attempts; of %d changes %d are there", name, err, attempts, done, tallied(t, db))
			}
		}
	}
}

func TestAConnectionThatBreaksAtAnyMessageIsNoticedByNobody(t *testing.T) {
	t.Parallel()
	db, proxy := openThroughProxy(t, 2)
	update := func(tx directory.Tx) error {
		if err := errors.Join(putRaw(tx, insertSetting+" ON CONFLICT DO NOTHING", "some"), tally(tx)); err != nil {
			return err
		}
		if _, _, err := tx.Setting("some"); err != nil {
			return err
		}
		return putRaw(tx, insertSetting+" ON CONFLICT DO NOTHING", "more")
	}
	tallied(t, db) // opens a connection
	for n, cut := 0, true; cut; n++ {
		proxy.Arm(pgtest.CutAtMessage, n)
		err := db.Update(t.Context(), update)
		cut = proxy.Disarm()
		if err != nil || tallied(t, db) != n+1 {
			t.Fatalf("an update, cut at message %d: %v; of %d changes %d are there", n, err, n+1, tallied(t, db))
		}
	}
	for n, cut := 0, true; cut; n++ {
		proxy.Arm(pgtest.CutAtMessage, n)
		err := db.View(t.Context(), func(tx directory.Tx) error {
			_, found, err := tx.Setting("some")
			if err == nil && !found {
				t.Error("a setting is gone")
			}
			return err
		})
		if cut = proxy.Disarm(); err != nil {
			t.Fatalf("a view, cut at message %d: %v", n, err)
		}
	}
}

func TestTheOnlyConnectionThatBreaksInCommitKeepsNobodyFromTheTruth(t *testing.T) {
	t.Parallel()
	db, proxy := openThroughProxy(t, 1)
	for n := range 3 {
		proxy.Arm(pgtest.CutAfterCommit, 0)
		if err := db.Update(t.Context(), tally); err != nil || !proxy.Disarm() || tallied(t, db) != n+1 {
			t.Fatalf("%v; of %d changes %d are there", err, n+1, tallied(t, db))
		}
	}
}

// wantUnsure checks for the error of a change with an unknown outcome: it says so, and does not ask
// for a retry.
func wantUnsure(t *testing.T, err error) {
	t.Helper()
	var e *roster.Error
	if !errors.As(err, &e) || e.Kind != roster.Unavailable || e.RetryAfter != 0 || !strings.Contains(e.Detail, "not known whether it was done") {
		t.Errorf("got %v, want that it is not known whether it was done", err)
	}
}

func TestAChangeWhoseOutcomeCannotBeLearntIsSaidToBeUnknown(t *testing.T) {
	t.Parallel()
	db, proxy := openThroughProxy(t, 2)
	db.backend.(*postgresDB).settleFor = 100 * time.Millisecond
	proxy.Sever()
	proxy.Arm(pgtest.CutAfterCommit, 0)
	attempts := 0
	err := db.Update(t.Context(), func(tx directory.Tx) error {
		attempts++
		return tally(tx)
	})
	wantUnsure(t, err)
	if attempts != 1 {
		t.Errorf("%d attempts, want 1", attempts)
	}
}

func TestTheOutcomeIsUnknownWhereTheServerCrashedMeanwhile(t *testing.T) {
	t.Parallel()
	pgtest.URL(t) // skips the test if there is no PostgreSQL
	at, stop, err := pgtest.Start(t.Context(), pgtest.Options{TCP: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	db, err := Open(t.Context(), at, Options{MaxConns: 2, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	run := begun(t, db)
	lost := errors.New("unexpected EOF")
	if f, err := db.backend.(*postgresDB).settle(t.Context(), run, lost); f.class != unknown || err != nil {
		t.Errorf("before the crash: %+v, %v, want that it is committed", f, err)
	}
	crash(t, at)
	_, err = db.backend.(*postgresDB).settle(t.Context(), run, lost)
	wantUnsure(t, err)
}

// begun returns a transaction that has been committed.
func begun(t *testing.T, db *DB) *pipeline {
	t.Helper()
	var run *pipeline
	err := db.Update(t.Context(), func(x directory.Tx) error {
		run = x.(*tx).run.(*pipeline)
		return tally(x)
	})
	if err != nil || run.id == "" || run.conn.incarnation == "" {
		t.Fatalf("%+v, %v", run, err)
	}
	return run
}

// crash kills a process of the server and waits until the server has recovered.
func crash(t *testing.T, at string) {
	t.Helper()
	victim, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	witness, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(int(victim.PgConn().PID()), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_, _ = witness.WaitForNotification(t.Context()) // the server ends all connections before it recovers
	for {
		again, err := pgx.Connect(t.Context(), at)
		if err == nil {
			_ = again.Close(t.Context())
			return
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Millisecond) // until the test's own deadline
	}
}

func TestAServerThatEndsAConnectionInCommitIsAskedWhatItDid(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	// The first COMMIT of a change of settings ends its own connection, before it has committed.
	err := db.Update(t.Context(), func(tx directory.Tx) error {
		return raw(tx, `DO $do$ BEGIN
			CREATE SEQUENCE endings;
			CREATE FUNCTION end_once() RETURNS trigger LANGUAGE plpgsql AS
				'BEGIN IF nextval(''endings'') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END';
			CREATE CONSTRAINT TRIGGER ending AFTER INSERT ON settings DEFERRABLE INITIALLY DEFERRED
				FOR EACH ROW EXECUTE FUNCTION end_once();
		END $do$`)
	})
	if err != nil {
		t.Fatal(err)
	}
	attempts := 0
	err = db.Update(t.Context(), func(tx directory.Tx) error {
		attempts++
		return tally(tx)
	})
	if err != nil || attempts != 2 || tallied(t, db) != 1 {
		t.Errorf("got %v after %d attempts, want success after 2", err, attempts)
	}
}
