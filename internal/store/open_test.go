package store

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"roster"

	"roster/internal/directory"
	"roster/internal/pgtest"
	"roster/internal/store/storetest"
)

func TestWhatWasStoredIsThereAfterOpeningAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b%20c?d#e.db")
	db := openTest(t, path)
	if err := db.Update(t.Context(), put("name")); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !has(t, openTest(t, path), "name") {
		t.Error("it is gone")
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 || !strings.HasPrefix(f.Name(), filepath.Base(path)) {
			t.Errorf("%s has mode %v (%v), want files of that name with 0600", f.Name(), info.Mode(), err)
		}
	}
}

func TestAnOlderBinaryWorksOnANewerSchema(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "roster.db"), "postgres": pgtest.URL(t),
	} {
		t.Run(name, func(t *testing.T) {
			db, err := Open(t.Context(), url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			err = db.Update(t.Context(), func(x directory.Tx) error {
				if err := raw(x, "ALTER TABLE settings ADD COLUMN added_later TEXT"); err != nil {
					return err
				}
				return raw(x, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)")
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if db, err = Open(t.Context(), url, Options{}); err != nil {
				t.Fatal(err)
			}
			if version, err := db.SchemaVersion(t.Context()); err != nil || version != 9999 {
				t.Errorf("got version %d (%v), want 9999", version, err)
			}
			if err := db.Update(t.Context(), put("name")); err != nil {
				t.Error(err)
			}
			if err := db.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestASQLiteStoreTellsItsEngineAndVersion(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var last int64
	if _, err := fmt.Sscanf(names[len(names)-1], "migrations/%d_", &last); err != nil {
		t.Fatal(err)
	}
	version, err := db.SchemaVersion(t.Context())
	if err != nil || version != last || db.Engine() != "sqlite" {
		t.Errorf("got %s at version %d (%v), want sqlite at %d", db.Engine(), version, err, last)
	}
}

func TestAFileThatIsNoDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "roster.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, filepath.Join(path, "below a file"), filepath.Join(t.TempDir(), "none", "roster.db")} {
		if _, err := Open(t.Context(), "sqlite:"+path, Options{}); err == nil {
			t.Errorf("%s was opened", path)
		}
	}
}

func TestADatabaseOfAnEarlyBuildIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "roster.db")
	if err := createPrivate(path); err != nil {
		t.Fatal(err)
	}
	conn, err := connect(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{ // as goose and the first migration left it
		`CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL,
			tstamp TIMESTAMP DEFAULT (datetime('now')))`,
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1)",
		"CREATE TABLE organizations (id TEXT NOT NULL PRIMARY KEY, slug TEXT NOT NULL)",
	} {
		if err := conn.do(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), "sqlite:"+path, Options{})
	if err == nil || roster.KindOf(err) != roster.Invalid || !strings.Contains(err.Error(), "early build") {
		t.Errorf("got %v, want that it is a database of an early build", err)
	}
}

// TestAListInAnOrderIsReadFromTheIndexOfThatOrder makes sure that a page does not cost as much as
// the whole list. SQLite's query plan shows when it sorts.
func TestAListInAnOrderIsReadFromTheIndexOfThatOrder(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	err := db.Update(t.Context(), func(x directory.Tx) error {
		return x.InsertOrganization(roster.Organization{ID: storetest.ID + "0", Slug: "org"})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(x directory.Tx) error {
		for _, o := range everyOrder {
			recorded := &recorder{runner: x.(*tx).run}
			x.(*tx).run = recorded
			everyOrderedQuery(x, o)
			x.(*tx).run = recorded.runner
			if len(recorded.texts) != 10 { // a page and a total of each
				t.Errorf("%d queries were recorded", len(recorded.texts))
			}
			for _, text := range recorded.texts {
				err := x.(*tx).each("explain", "EXPLAIN QUERY PLAN "+text, recorded.args[text], func(r scanner) error {
					var id, parent, unused int64
					var detail string
					err := r.Scan(&id, &parent, &unused, &detail)
					if strings.Contains(detail, "TEMP B-TREE") {
						t.Errorf("%+v: %s\nin %s", o, detail, text)
					}
					return err
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// everyUser is a line of a plan that finds all users of an organization. The index of
// administrators holds only them.
var everyUser = regexp.MustCompile(`^SEARCH (u|users) USING (COVERING )?INDEX users_[^a]\w* \(organization=\?\)$`)

// TestNoFrequentQueryReadsAWholeTable keeps the indexes in step with the queries. SQLite's query
// plan says SCAN for a table or index that is read from end to end.
func TestNoFrequentQueryReadsAWholeTable(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	recorded := &recorder{}
	err := db.Update(t.Context(), func(x directory.Tx) error {
		recorded.runner = x.(*tx).run
		x.(*tx).run = recorded
		everyQuery(x)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(recorded.texts) < 40 {
		t.Errorf("only %d queries were recorded", len(recorded.texts))
	}
	err = db.View(t.Context(), func(x directory.Tx) error {
		for _, text := range recorded.texts {
			err := x.(*tx).each("explain", "EXPLAIN QUERY PLAN "+text, recorded.args[text], func(r scanner) error {
				var id, parent, unused int64
				var detail string
				err := r.Scan(&id, &parent, &unused, &detail)
				if strings.HasPrefix(detail, "SCAN ") && !allowedScan(detail) {
					t.Errorf("%s\nin %s", detail, text)
				}
				if everyUser.MatchString(detail) && !strings.Contains(text, "ORDER BY") && !strings.HasPrefix(text, "INSERT INTO groups") {
					t.Errorf("%s: all users of the organization\nin %s", detail, text)
				}
				// "IS NOT NULL" is a range of the index too: all records of the organization.
				if strings.Contains(detail, "_key>?)") && !strings.Contains(text, "_key >") && !strings.Contains(text, "_key) >") && !strings.Contains(text, "ORDER BY") && !strings.Contains(text, "COUNT(*)") {
					t.Errorf("%s\nin %s", detail, text)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
