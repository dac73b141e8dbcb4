package store

import (
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"roster/internal/pgtest"
)

// migrateTo creates the schema as of the given migration.
func migrateTo(t *testing.T, url string, version int64) {
	t.Helper()
	pool, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	e := postgresEngine()
	provider, err := goose.NewProvider(e.dialect, pool, rendered{FS: files, markers: e.markers}, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
}

// TestAMigrationGivesWayToATransactionThatUsesItsTables makes a transaction and migration 6, which
// creates indexes, lock the tables jobs and users in opposite orders.
func TestAMigrationGivesWayToATransactionThatUsesItsTables(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	migrateTo(t, url, 5)
	older, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer older.Close(context.WithoutCancel(t.Context()))
	put := func(text string) {
		t.Helper()
		if _, err := older.Exec(t.Context(), text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	put("BEGIN")
	put("UPDATE jobs SET lane = lane WHERE FALSE")
	opened := make(chan error, 1)
	var db *DB
	go func() {
		var err error
		db, err = Open(t.Context(), url, Options{Logger: slog.New(slog.DiscardHandler)})
		opened <- err
	}()
	for waiting := 0; waiting == 0; {
		const text = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'jobs'::regclass AND NOT granted"
		if err := older.QueryRow(t.Context(), text).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Millisecond) // until the test's own deadline
	}
	put("UPDATE users SET email = email WHERE FALSE")
	put("COMMIT")
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context()))
	if version, err := db.SchemaVersion(t.Context()); err != nil || version < 6 {
		t.Errorf("the schema has version %d, %v", version, err)
	}
}
