package binary_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"roster/test/binary"
)

// Credentials of the servers for real use in these tests.
const (
	adminPassword = "seven slow herons over the weir"
	admin         = "admin:" + adminPassword
)

// world is a server for real use, with what the tests' requests name: an administrator, a token,
// the group Network, the department Support, and three teams.
type world struct {
	*binary.Server
	token string // read-write, of the organization
	group string // id of the group Network
}

// newWorld starts a server on the engine, and makes what the requests name with the command line.
func newWorld(t *testing.T, e engine, o binary.Options) *world {
	t.Helper()
	o.Env = append(o.Env, e.env(t)...)
	w := &world{Server: binary.Start(t, o)}
	w.Must(adminPassword+"\n", "user", "set-password", "admin", "--password-stdin")
	w.token = strings.TrimSpace(w.Must("", "token", "create", "--name", "tests", "--access", "read-write"))
	w.Must("", "department", "create", "--name", "Support")
	for i := range 3 {
		w.Must("", "team", "create", "--name", fmt.Sprintf("my team %d", i+1))
	}
	w.group = decode[struct{ ID string }](t, w.Must("", "group", "create", "--name", "Network", "--json")).ID
	return w
}

// checkCentral is the URL of one of CheckCentral's calls, with the token.
func (w *world) checkCentral(call string) string {
	return w.HTTP + "/" + call + "/?apiToken=" + w.token
}

// graze is the URL of one of Graze's calls.
func (w *world) graze(call string) string { return w.HTTP + "/graze/v1/" + call }

// database opens the server's database beside it, to read.
func (w *world) database(t testing.TB) *sql.DB {
	t.Helper()
	driver, dsn := "sqlite", "file:"+(&url.URL{Path: filepath.Join(w.Data, "roster.db")}).EscapedPath()+
		"?_pragma=busy_timeout(5000)&_pragma=query_only(1)"
	if database := w.Setting("ROSTER_DATABASE"); database != "" {
		driver, dsn = "pgx", database
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// count returns the number that a query returns. $1 is the first argument on both engines.
func count(t testing.TB, db *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%v in: %s", err, query)
	}
	return n
}

// checkCentralUser is a user as CheckCentral's dialect shows one.
type checkCentralUser struct {
	ID, Email, Name, AccessLevel string
	UserGroups                   []struct{ ID, Name string }
	Notifications                []struct {
		Type     string
		Services []string
	}
}

// users returns every user with an address, by address.
func (w *world) users(t testing.TB) map[string]checkCentralUser {
	t.Helper()
	text := ask(t, w.Client(), request{url: w.checkCentral("getUsers")}).want(t, 200)
	all := map[string]checkCentralUser{}
	for _, u := range decode[struct{ Users []checkCentralUser }](t, text).Users {
		if _, twice := all[u.Email]; twice && u.Email != "" {
			t.Errorf("two users have the address %s", u.Email)
		}
		all[u.Email] = u
	}
	return all
}
