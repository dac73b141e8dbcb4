// Package tabletest makes databases for tests of other packages. They have the tables and no rows.
// One database of each engine is migrated in a process, and the others are made from it, because a
// migration takes longer than most tests. Tests of migrations do not use this package.
package tabletest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"roster/internal/pgtest"
	"roster/internal/store"
)

var postgres = pgtest.Schema{Make: migrate}

// PostgreSQL returns the address of a database, which the test uses alone until it ends. The test
// is skipped as in [pgtest.URL].
func PostgreSQL(t testing.TB) string {
	t.Helper()
	return postgres.URL(t)
}

// SQLite makes a database in an existing folder, in the file that a data folder has for it. It
// returns the address.
func SQLite(t testing.TB, dir string) string {
	t.Helper()
	content, err := sqlite()
	if err != nil {
		t.Fatalf("migrate a database: %v", err)
	}
	path := filepath.Join(dir, "roster.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	return "sqlite:" + path
}

// sqlite returns the content of a migrated database.
var sqlite = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "roster-migrated-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "roster.db")
	if err := migrate(context.Background(), "sqlite:"+path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// migrate makes the tables. It closes the database, so that SQLite's file is whole by itself.
func migrate(ctx context.Context, at string) error {
	db, err := store.Open(ctx, at, store.Options{})
	if err != nil {
		return err
	}
	return db.Close(ctx)
}
