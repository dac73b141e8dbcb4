package pgtest

import (
	"context"
	"fmt"
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
	free []*reused
}

// reused is a database whose tables are empty while no test has it.
type reused struct {
	at   string
	conn *pgx.Conn // empties it; one that is kept knows the tables already
}

// URL is [URL] for a database with the schema. A test that leaves anything but rows needs a
// database of its own.
func (s *Schema) URL(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	var d *reused
	if n := len(s.free); n > 0 {
		d, s.free = s.free[n-1], s.free[:n-1]
	}
	s.mu.Unlock()
	if d == nil {
		d = &reused{at: made(t)}
		if err := s.Make(t.Context(), d.at); err != nil {
			t.Fatalf("make the schema: %v", err)
		}
	}
	t.Cleanup(func() { s.giveBack(t, d) })
	return d.at
}

// giveBack empties a database for the next test. It leaves a large one to the cluster's end.
func (s *Schema) giveBack(t testing.TB, d *reused) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	small, err := d.empty(ctx)
	if err == nil && small {
		s.mu.Lock()
		s.free = append(s.free, d)
		s.mu.Unlock()
		return
	}
	if err != nil {
		t.Logf("a database is not used again: %v", err)
	}
	if d.conn != nil {
		_ = d.conn.Close(ctx)
	}
}

// emptying makes a function that deletes all rows, except those of goose, which record the
// migrations. Replicas do not look at references, so the tables need no order.
const emptying = `
SET session_replication_role = replica;
DO $make$
DECLARE
	text TEXT := '';
	name TEXT;
BEGIN
	FOR name IN SELECT format('%I', relname) FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'goose%'
	LOOP
		text := text || format('IF EXISTS (SELECT FROM %s) THEN DELETE FROM %s; END IF; ', name, name);
	END LOOP;
	FOR name IN SELECT format('%L, %s', oid::regclass, seqstart) FROM pg_class JOIN pg_sequence ON seqrelid = oid
		WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose%'
	LOOP
		text := text || format('PERFORM setval(%s, false); ', name);
	END LOOP;
	EXECUTE format('CREATE FUNCTION pg_temp.empty_tables() RETURNS VOID LANGUAGE plpgsql AS %L', 'BEGIN ' || text || 'END');
END
$make$`

// empty deletes all rows. It returns false for a database that is too large.
func (d *reused) empty(ctx context.Context) (bool, error) {
	if d.conn == nil {
		var err error
		if d.conn, err = pgx.Connect(ctx, d.at); err != nil {
			return false, fmt.Errorf("connect: %w", err)
		}
		if _, err := d.conn.Exec(ctx, emptying, pgx.QueryExecModeSimpleProtocol); err != nil {
			return false, fmt.Errorf("prepare to empty: %w", err)
		}
	}
	var size int64
	if err := d.conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&size); err != nil || size > maxReused {
		return false, err
	}
	if err := leave(ctx, d.conn, d.conn.Config().Database); err != nil {
		return false, err
	}
	_, err := d.conn.Exec(ctx, "SELECT pg_temp.empty_tables()")
	return err == nil, err
}
