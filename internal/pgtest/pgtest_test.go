package pgtest

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ownerVariable makes the test binary a process that starts a cluster, says where, and waits.
const ownerVariable = "PGTEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerVariable) == "" {
		os.Exit(m.Run())
	}
	at, _, err := Start(context.Background(), Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(at)
	select {}
}

func connect(t *testing.T, at string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func TestTextIsSortedByLanguageNotByBytes(t *testing.T) {
	t.Parallel()
	conn := connect(t, URL(t))
	var byLanguage, byBytes bool
	if err := conn.QueryRow(t.Context(), `SELECT 'a' < 'B', 'a' COLLATE "C" < 'B'`).Scan(&byLanguage, &byBytes); err != nil {
		t.Fatal(err)
	}
	if !byLanguage || byBytes {
		t.Errorf("a < B is %v, and %v by bytes; want true and false", byLanguage, byBytes)
	}
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, at := range []string{URL(t), URL(t)} {
		if _, err := connect(t, at).Exec(t.Context(), "CREATE TABLE mine (n BIGINT)"); err != nil {
			t.Error(err)
		}
	}
}

func TestAClusterIsStoppedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	URL(t) // skips where there is no PostgreSQL
	at, stop, err := Start(t.Context(), Options{Fsync: true, TCP: true})
	if err != nil {
		t.Fatal(err)
	}
	var dir, fsync string
	if err := connect(t, at).QueryRow(t.Context(), "SELECT current_setting('unix_socket_directories'), current_setting('fsync')").Scan(&dir, &fsync); err != nil {
		t.Fatal(err)
	}
	if fsync != "on" || !strings.Contains(at, "127.0.0.1") {
		t.Errorf("fsync is %s at %s", fsync, at)
	}
	stop()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there (%v)", dir, err)
	}
}

func TestAClusterEndsWithTheProcessThatStartedIt(t *testing.T) {
	t.Parallel()
	URL(t) // skips where there is no PostgreSQL
	owner := exec.CommandContext(t.Context(), os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"=1")
	owner.Stderr = os.Stderr
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	at, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	at = strings.TrimSpace(at)
	conn := connect(t, at)
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait() // killed
	if _, err := conn.WaitForNotification(t.Context()); err == nil || t.Context().Err() != nil {
		t.Errorf("got %v, want the connection to end", err)
	}
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	dir := u.Query().Get("host")
	for _, err := os.Stat(dir); err == nil; _, err = os.Stat(dir) {
		<-time.After(10 * time.Millisecond) // until the test's own deadline
	}
}
