package pgtest

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the cluster of this process. It starts when a test needs it and ends with the process.
var shared = sync.OnceValues(func() (string, error) {
	at, _, err := Start(context.Background(), Options{})
	return at, err
})

var databases atomic.Int64

// URL returns the address of a new, empty database, which exists until the test has ended. If
// PostgreSQL is not installed the test is skipped, or fails if the variable CI is "true".
func URL(t testing.TB) string {
	t.Helper()
	at := made(t)
	t.Cleanup(func() { drop(t, at) })
	return at
}

// running returns the address of the cluster's database "postgres".
func running(t testing.TB) string {
	t.Helper()
	at, err := shared()
	switch {
	case err == nil:
	case isMissing(err) && os.Getenv("CI") != "true":
		t.Skipf("PostgreSQL: %v", err)
	default:
		t.Fatalf("PostgreSQL: %v", err)
	}
	return at
}

func execute(t testing.TB, at, text string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // the test's own context has ended at cleanup
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
