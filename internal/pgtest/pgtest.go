package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the cluster of this process, started when it is first needed. It ends with the process.
var shared = sync.OnceValues(func() (string, error) {
	at, _, err := Start(context.Background(), Options{})
	return at, err
})

var databases atomic.Int64

// URL returns the address of a new, empty database, which is there until the test has ended. Where
// PostgreSQL is not installed the test is skipped; it fails if the variable CI is "true".
func URL(t testing.TB) string {
	t.Helper()
	at, err := shared()
	switch {
	case err == nil:
	case isMissing(err) && os.Getenv("CI") != "true":
		t.Skipf("PostgreSQL: %v", err)
	default:
		t.Fatalf("PostgreSQL: %v", err)
	}
	name := fmt.Sprint("test_", databases.Add(1))
	execute(t, at, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, at, "DROP DATABASE "+name+" WITH (FORCE)") })
	u, err := url.Parse(at)
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

func execute(t testing.TB, at, text string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // the test's own has ended when it is cleaned up
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
