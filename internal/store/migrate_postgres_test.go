package store

import (
	"context"
	"io/fs"
	"log/slog"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"roster/internal/pgtest"
)

// withAnotherMigration returns the migrations of this binary and one more, which changes two tables
// that transactions use.
func withAnotherMigration(t *testing.T) fs.FS {
	t.Helper()
	first, err := fs.ReadFile(embedded(), "0001_directory.sql")
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"0001_directory.sql": {Data: first},
		"0002_indexes.sql": {Data: []byte("-- +goose Up\n" +
			"CREATE INDEX users_time_zone ON users (organization, time_zone);\nCREATE INDEX jobs_kind ON jobs (kind);\n")},
	}
}

// TestAMigrationGivesWayToATransactionThatUsesItsTables makes a transaction and a migration lock
// the tables jobs and users in opposite orders.
func TestAMigrationGivesWayToATransactionThatUsesItsTables(t *testing.T) {
	t.Parallel()
	url, log := pgtest.URL(t), slog.New(slog.DiscardHandler)
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	if err := migratePostgres(t.Context(), *config, postgresEngine(), embedded(), log); err != nil {
		t.Fatal(err)
	}
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
	migrated := make(chan error, 1)
	more := withAnotherMigration(t)
	go func() { migrated <- migratePostgres(t.Context(), *config, postgresEngine(), more, log) }()
	for waiting := 0; waiting == 0; {
		const text = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'jobs'::regclass AND NOT granted"
		if err := older.QueryRow(t.Context(), text).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Millisecond) // until the test's own deadline
	}
	put("UPDATE users SET email = email WHERE FALSE")
	put("COMMIT")
	if err := <-migrated; err != nil {
		t.Fatal(err)
	}
	var version int
	if err := older.QueryRow(t.Context(), "SELECT MAX(version_id) FROM goose_db_version").Scan(&version); err != nil || version != 2 {
		t.Errorf("the schema has version %d, %v", version, err)
	}
}
