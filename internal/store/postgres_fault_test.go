package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
)

func openPostgresTest(t *testing.T, o Options) *DB {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	db, err := Open(t.Context(), pgtest.URL(t), o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	return db
}

// raw runs a statement of the test.
func raw(x directory.Tx, text string, args ...any) error {
	_, err := x.(*tx).exec("test", text, args...)
	return err
}

func TestUpdatesThatDeadlockAreBothMade(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	for _, name := range []string{"a", "b"} {
		if err := db.Update(t.Context(), put(name)); err != nil {
			t.Fatal(err)
		}
	}
	var both sync.WaitGroup // both hold their first row
	both.Add(2)
	change := func(first, second string) error {
		attempts := 0
		return db.Update(t.Context(), func(tx directory.Tx) error {
			if err := tx.PutSetting(first, "changed"); err != nil {
				return err
			}
			if attempts++; attempts == 1 {
				both.Done()
				both.Wait()
			}
			return tx.PutSetting(second, "changed")
		})
	}
	errs := make([]error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { errs[0] = change("a", "b") })
	wg.Go(func() { errs[1] = change("b", "a") })
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

func TestALostConnectionBeforeTheCommitIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	const kill = "SELECT pg_terminate_backend(pg_backend_pid())"
	attempts := 0
	err := db.Update(t.Context(), func(tx directory.Tx) error {
		if attempts++; attempts == 1 {
			return errors.Join(tx.PutSetting("name", "first"), raw(tx, kill))
		}
		return tx.PutSetting("name", "second")
	})
	if err != nil || attempts != 2 {
		t.Errorf("got %v after %d attempts, want success after 2", err, attempts)
	}
	err = db.Update(t.Context(), func(tx directory.Tx) error { return raw(tx, kill) })
	if roster.KindOf(err) != roster.Unavailable {
		t.Errorf("a connection that is always lost: got %v, want Unavailable", err)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// putRaw runs a statement of the test that may wait for the next one.
func putRaw(x directory.Tx, text string, args ...any) error {
	return x.(*tx).put("test", text, args...)
}

const insertSetting = "INSERT INTO settings (name, value) VALUES ($1, '')"

func TestAStatementThatWaitsIsSentBeforeTheNext(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	err := db.Update(t.Context(), func(x directory.Tx) error {
		for i := range 3*maxDeferred + 1 {
			if err := putRaw(x, insertSetting, fmt.Sprint(i)); err != nil {
				return err
			}
		}
		_, found, err := x.Setting(fmt.Sprint(3 * maxDeferred))
		if !found {
			t.Errorf("a query does not see it: %v", err)
		}
		if err := putRaw(x, insertSetting, "name"); err != nil {
			return err
		}
		n, err := x.(*tx).exec("test", "UPDATE settings SET value = 'changed' WHERE name IN ($1, $2)", "name", "0")
		if n != 2 {
			t.Errorf("an update changed %d rows: %v", n, err)
		}
		return errors.Join(err, putRaw(x, insertSetting, "last"))
	})
	if err != nil || !has(t, db, "last") {
		t.Errorf("at the end: %v", err)
	}
}

func TestAStatementThatWaitedAndFailsUndoesItsUpdate(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	for name, then := range map[string]func(directory.Tx) error{
		"at the end":      func(directory.Tx) error { return nil },
		"before a query":  func(tx directory.Tx) error { _, _, err := tx.Setting("name"); return err },
		"with a change":   func(tx directory.Tx) error { return tx.PutSetting("name", "") },
		"with one behind": func(tx directory.Tx) error { return putRaw(tx, insertSetting, "behind") },
	} {
		var inside error
		err := db.Update(t.Context(), func(tx directory.Tx) error {
			if err := errors.Join(putRaw(tx, insertSetting, "same"), putRaw(tx, insertSetting, "same")); err != nil {
				return err
			}
			inside = then(tx)
			return inside
		})
		var e *roster.Error
		if !errors.As(err, &e) || e.Kind != roster.Conflict || e.Field != "name" || !strings.Contains(err.Error(), "test: ") {
			t.Errorf("%s: got %v (%v inside), want Conflict(name)", name, err, inside)
		}
		if has(t, db, "same") || has(t, db, "behind") || has(t, db, "name") {
			t.Errorf("%s: half of it is there", name)
		}
	}
}

func TestAConnectionLostWhileStatementsWaitIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	attempts := 0
	err := db.Update(t.Context(), func(tx directory.Tx) error {
		if attempts++; attempts == 1 {
			return putRaw(tx, "SELECT pg_terminate_backend(pg_backend_pid())")
		}
		return putRaw(tx, insertSetting, "name")
	})
	if err != nil || attempts != 2 || !has(t, db, "name") {
		t.Errorf("got %v after %d attempts, want success after 2", err, attempts)
	}
}

func TestStatementsAreDroppedBeforeThereAreTooManyAlsoWhereOneFails(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{MaxConns: 1})
	for n := range 3 * maxPrepared {
		err := db.Update(t.Context(), func(x directory.Tx) error {
			if n%7 == 0 { // another text each time, and one that fails
				return raw(x, fmt.Sprintf("SELECT 1/0 AS failure%d", n))
			}
			return putRaw(x, insertSetting+fmt.Sprintf(" ON CONFLICT DO NOTHING /* %d */", n), fmt.Sprint(n))
		})
		if (err != nil) != (n%7 == 0) {
			t.Fatalf("update %d: %v", n, err)
		}
	}
	var parsed int64
	err := db.View(t.Context(), func(x directory.Tx) error {
		_, err := x.(*tx).one("test", "SELECT COUNT(*) FROM pg_prepared_statements", nil, &parsed)
		return err
	})
	if err != nil || parsed > maxPrepared+10 {
		t.Errorf("the server keeps %d statements (%v)", parsed, err)
	}
}

func TestWhatTheStoreReliesOnIsNotForItsURLToChoose(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, value := range map[string]string{
		"bytea_output": "escape", "default_transaction_isolation": "serializable", "default_transaction_read_only": "off", "client_encoding": "LATIN1",
	} {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	db, err := Open(t.Context(), u.String(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	err = db.View(t.Context(), func(x directory.Tx) error {
		var hash, isolation, readOnly, encoding string
		const text = `SELECT '\x0aff'::bytea, current_setting('transaction_isolation'), current_setting('transaction_read_only'), current_setting('client_encoding')`
		_, err := x.(*tx).one("test", text, nil, hashed{&hash}, &isolation, &readOnly, &encoding)
		if hash != "0aff" || isolation != "repeatable read" || readOnly != "on" || encoding != "UTF8" {
			t.Errorf("got %q, %q, %q, %q", hash, isolation, readOnly, encoding)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNoMoreConnectionsAreUsedThanAllowed(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{MaxConns: 2})
	var mu sync.Mutex
	now, most := 0, 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		now += n
		most = max(most, now)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			err := db.View(t.Context(), func(tx directory.Tx) error {
				count(1)
				defer count(-1)
				_, _, err := tx.Setting("name")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most > 2 {
		t.Errorf("%d transactions ran at the same time, want at most 2", most)
	}
}

func TestADatabaseThatDoesNotAnswerIsNamedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), "postgres://roster:secret@127.0.0.1:1/roster", Options{})
	var e *roster.Error
	if !errors.As(err, &e) || e.Kind != roster.Unavailable {
		t.Fatalf("got %v, want Unavailable", err)
	}
	if !strings.Contains(e.Detail, "127.0.0.1:1") {
		t.Errorf("got %q, want the address in it", e.Detail)
	}
	for _, url := range []string{
		"postgres://roster:secret@127.0.0.1:1/roster", "postgres://roster:secret@[", "mysql://roster:secret@example.com", "roster:secret",
	} {
		if _, err := Open(t.Context(), url, Options{}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, want an error without the password", url, err)
		}
	}
}

func TestProcessesThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			db, err := Open(t.Context(), url, Options{MaxConns: 1})
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			if err := db.Close(t.Context()); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestClosingPostgreSQLLetsWhatHasBegunFinish(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	begun, goOn := make(chan struct{}), make(chan struct{})
	result, closed := make(chan error), make(chan error)
	go func() {
		result <- db.Update(t.Context(), func(tx directory.Tx) error {
			close(begun)
			<-goOn
			return tx.PutSetting("name", "")
		})
	}()
	<-begun
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Close(over); !errors.Is(err, context.Canceled) {
		t.Errorf("closing without time to wait: got %v, want context.Canceled", err)
	}
	go func() { closed <- db.Close(t.Context()) }()
	close(goOn)
	if err := errors.Join(<-result, <-closed); err != nil {
		t.Error(err)
	}
	if err := db.Update(t.Context(), put("late")); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("an update after closing got %v, want Unavailable", err)
	}
}
