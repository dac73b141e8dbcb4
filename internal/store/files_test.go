package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"roster"
	"roster/internal/directory"
)

// journal is a log that a test reads while other goroutines write to it.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// errors returns the lines of level Error.
func (j *journal) errors() (lines []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(j.text.String()) {
		if strings.Contains(line, "level=ERROR") {
			lines = append(lines, line)
		}
	}
	return lines
}

// openLogged opens a store, which the test closes, and returns it with its log.
func openLogged(t *testing.T, path string) (*DB, *journal) {
	t.Helper()
	j := &journal{}
	db, err := Open(t.Context(), "sqlite:"+path, Options{Readers: 1, Logger: slog.New(slog.NewTextHandler(j, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	return db, j
}

func wantUnavailable(t *testing.T, doing string, err error, says string) {
	t.Helper()
	var e *roster.Error
	if !errors.As(err, &e) || e.Kind != roster.Unavailable || !strings.Contains(e.Detail, says) {
		t.Errorf("%s: %v; want Unavailable that says %q", doing, err, says)
	}
}

func TestNothingIsChangedInFilesThatWereRemovedOrReplaced(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(path string) (undo func() error, err error){
		"the database is moved away": func(path string) (func() error, error) {
			return func() error { return os.Rename(path+".away", path) }, os.Rename(path, path+".away")
		},
		"the database is replaced": func(path string) (func() error, error) {
			undo := func() error { return os.Rename(path+".away", path) }
			return undo, errors.Join(os.Rename(path, path+".away"), os.WriteFile(path, nil, 0o600))
		},
		"the database is cut short": func(path string) (func() error, error) {
			whole, err := os.ReadFile(path)
			undo := func() error {
				f, err := os.OpenFile(path, os.O_WRONLY, 0)
				if err != nil {
					return err
				}
				_, err = f.Write(whole)
				return errors.Join(err, f.Close())
			}
			return undo, errors.Join(err, os.Truncate(path, int64(len(whole))-1))
		},
		"its log is moved away": func(path string) (func() error, error) {
			return func() error { return os.Rename(path+".away", path+"-wal") }, os.Rename(path+"-wal", path+".away")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "roster.db")
			db, log := openLogged(t, path)
			if err := errors.Join(db.Update(t.Context(), put("early")), db.Ping(t.Context())); err != nil || !has(t, db, "early") {
				t.Fatalf("before: %v", err)
			}
			undo, err := harm(path)
			if err != nil {
				t.Fatal(err)
			}
			wantUnavailable(t, "a change", db.Update(t.Context(), put("lost")), "removed or replaced")
			wantUnavailable(t, "ping", db.Ping(t.Context()), "removed or replaced")
			var all sync.WaitGroup
			for i := range 20 {
				all.Go(func() {
					wantUnavailable(t, "a change among others", db.Update(t.Context(), put(fmt.Sprint("lost ", i))), "removed or replaced")
				})
			}
			all.Wait()
			if lines := log.errors(); len(lines) != 1 || !strings.Contains(lines[0], path) {
				t.Errorf("the log says %q, want one line that names %s", lines, path)
			}
			if !has(t, db, "early") || has(t, db, "lost") {
				t.Error("reading does not show what was there before")
			}
			if err := undo(); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(t.Context(), put("late")), db.Ping(t.Context())); err != nil || !has(t, db, "late") {
				t.Errorf("with the files in their place again: %v", err)
			}
		})
	}
}

func TestAReaderDoesNotOpenAnotherFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "roster.db")
	db, _ := openLogged(t, path)
	if err := errors.Join(os.Rename(path, path+".away"), os.WriteFile(path, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	err := db.View(t.Context(), func(tx directory.Tx) error { return nil })
	wantUnavailable(t, "the first reading", err, "removed or replaced")
}

// damage makes a database with a damaged settings table, and returns its path.
func damage(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roster.db")
	db, _ := openLogged(t, path)
	var root int
	sqlite := db.backend.(*sqliteDB)
	conn, err := sqlite.readers.open()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := conn.query("SELECT rootpage FROM sqlite_schema WHERE name = 'settings'", nil)
	if err != nil || !rows.Next() || rows.Scan(&root) != nil {
		t.Fatalf("the page of a table is not found: %v", err)
	}
	if err := errors.Join(rows.Close(), conn.close(), db.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, page), int64(root-1)*page)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestADamagedDatabaseIsCalledDamagedAndLoggedOnce(t *testing.T) {
	t.Parallel()
	db, log := openLogged(t, damage(t))
	if err := db.Ping(t.Context()); err != nil {
		t.Fatalf("before anybody met the damage: %v", err)
	}
	for range 3 {
		err := db.View(t.Context(), func(tx directory.Tx) error {
			_, _, err := tx.Setting("any")
			return err
		})
		wantUnavailable(t, "reading", err, "damaged: restore a backup")
		wantUnavailable(t, "changing", db.Update(t.Context(), put("any")), "damaged: restore a backup")
		wantUnavailable(t, "ping", db.Ping(t.Context()), "damaged: restore a backup")
	}
	if lines := log.errors(); len(lines) != 1 {
		t.Errorf("the log says %q, want one line", lines)
	}
}

func TestAnExaminationFindsDamage(t *testing.T) {
	t.Parallel()
	db, _ := openLogged(t, damage(t))
	found, err := db.Examine(t.Context())
	if err != nil || len(found.Damage) == 0 || len(found.Damage) > maxDamage {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestAnExaminationOfAWholeDatabaseReadsEveryTable(t *testing.T) {
	t.Parallel()
	db, _ := openLogged(t, filepath.Join(t.TempDir(), "roster.db"))
	found, err := db.Examine(t.Context())
	if err != nil || len(found.Damage) > 0 || found.Tables < 10 || found.Checked != found.Tables {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestAnExaminationThatIsOutOfTimeSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	db, _ := openLogged(t, filepath.Join(t.TempDir(), "roster.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	found, err := db.backend.examine(ctx)
	if err != nil || found.Checked != 0 || len(found.Damage) > 0 {
		t.Errorf("found %+v, %v", found, err)
	}
}
