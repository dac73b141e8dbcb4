package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// maxReused is the greatest size of a database that another test gets. Emptying a larger one takes
// longer than making a new one.
const maxReused = 24 << 20 // bytes

// Schema makes databases with tables. Tests use them one after another, because making a database
// and its tables takes longer than most tests.
type Schema struct {
	// Make makes the tables in an empty database, and closes its connections.
	Make func(ctx context.Context, at string) error

	mu   sync.Mutex
	free []string // addresses of databases whose tables are empty
}

// URL is [URL] for a database with the schema. A test that leaves anything but rows needs a
// database of its own.
func (s *Schema) URL(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	at := ""
	if n := len(s.free); n > 0 {
		at, s.free = s.free[n-1], s.free[:n-1]
	}
	s.mu.Unlock()
	if at == "" {
		at = made(t)
		if err := s.Make(t.Context(), at); err != nil {
			t.Fatalf("make the schema: %v", err)
		}
	}
	t.Cleanup(func() { s.giveBack(t, at) })
	return at
}

// giveBack empties a database for the next test, or drops it.
func (s *Schema) giveBack(t testing.TB, at string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	small, err := empty(ctx, at)
	if err == nil && small {
		s.mu.Lock()
		s.free = append(s.free, at)
		s.mu.Unlock()
		return
	}
	if err != nil {
		t.Logf("a database is not used again: %v", err)
	}
	drop(t, at)
}

// empty deletes all rows except those of goose, which record the migrations. It returns false for a
// database that is too large.
func empty(ctx context.Context, at string) (bool, error) {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	var size int64
	if err := conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&size); err != nil || size > maxReused {
		return false, err
	}
	const statements = `
		SELECT format('DELETE FROM %I', relname) FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'goose%'
		UNION ALL
		SELECT format('ALTER SEQUENCE %I RESTART', relname) FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND relname NOT LIKE 'goose%'`
	rows, err := conn.Query(ctx, statements)
	if err != nil {
		return false, err
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return false, err
	}
	const othersGone = `SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`
	for _, text := range []string{
		othersGone,
		"SET session_replication_role = replica; " + strings.Join(texts, "; "), // references need no order then
	} {
		_, execErr := conn.Exec(ctx, text, pgx.QueryExecModeSimpleProtocol)
		err = errors.Join(err, execErr)
	}
	return err == nil, err
}

// made returns the address of a new, empty database.
func made(t testing.TB) string {
	t.Helper()
	at := running(t)
	name := fmt.Sprint("test_", databases.Add(1))
	execute(t, at, "CREATE DATABASE "+name)
	return withName(t, at, name)
}

// drop removes a database.
func drop(t testing.TB, at string) {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	execute(t, withName(t, at, "postgres"), "DROP DATABASE "+strings.TrimPrefix(u.Path, "/")+" WITH (FORCE)")
}

func withName(t testing.TB, at, name string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}
