package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is the cluster of this process. It starts when a test needs it and ends with the process.
var shared = sync.OnceValues(func() (*pgx.Conn, error) {
	ctx := context.Background()
	at, _, err := Start(ctx, Options{})
	if err != nil {
		return nil, err
	}
	return pgx.Connect(ctx, at)
})

// admin guards the connection of shared to the database "postgres", and the number of databases.
var admin struct {
	sync.Mutex
	databases int
}

// URL returns the address of a new, empty database. Its connections end with the test. It is not
// dropped before the process ends: dropping one takes longer than making one. If PostgreSQL is not
// installed the test is skipped, or fails if the variable CI is "true".
func URL(t testing.TB) string {
	t.Helper()
	at := made(t)
	t.Cleanup(func() {
		u, err := url.Parse(at)
		if err != nil {
			t.Fatalf("PostgreSQL: %v", err)
		}
		conn := running(t)
		admin.Lock()
		defer admin.Unlock()
		if err := leave(context.WithoutCancel(t.Context()), conn, u.Path[1:]); err != nil {
			t.Errorf("end the connections to %s: %v", u.Path[1:], err)
		}
	})
	return at
}

// running returns a connection to the cluster's database "postgres", which admin guards.
func running(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := shared()
	switch {
	case err == nil:
	case isMissing(err) && os.Getenv("CI") != "true":
		t.Skipf("PostgreSQL: %v", err)
	default:
		t.Fatalf("PostgreSQL: %v", err)
	}
	return conn
}

// made returns the address of a new, empty database.
func made(t testing.TB) string {
	t.Helper()
	conn := running(t)
	admin.Lock()
	defer admin.Unlock()
	admin.databases++
	name := fmt.Sprint("test_", admin.databases)
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	u, err := url.Parse(conn.Config().ConnString())
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

// leaving is how long connections may take to end.
const leaving = 5 * time.Second

// leave ends the connections of others to a database. It returns once they have ended.
func leave(ctx context.Context, conn *pgx.Conn, database string) error {
	ctx, cancel := context.WithTimeout(ctx, leaving)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		var left int
		if err := conn.QueryRow(ctx, `SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'`, database).Scan(&left); err != nil || left == 0 {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%d connections are left: %w", left, ctx.Err())
		}
	}
}
