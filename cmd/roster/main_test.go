package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"roster/internal/operator"
	"roster/internal/pgtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"roster": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: commands()})
}

func TestScriptsOnPostgreSQL(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/postgresql", Cmds: commands(),
		Setup: func(env *testscript.Env) error {
			env.Setenv("URL", url)
			return nil
		},
	})
}

// TestChangesOnPostgreSQL runs scripts of SQLite's again, each on a database of its own.
func TestChangesOnPostgreSQL(t *testing.T) {
	t.Parallel()
	files := []string{
		"testdata/script/audit.txtar", "testdata/script/groupchange.txtar",
		"testdata/script/rolechange.txtar", "testdata/script/userchange.txtar",
	}
	urls := make(chan string, len(files))
	for range files {
		urls <- pgtest.URL(t)
	}
	testscript.Run(t, testscript.Params{
		Files: files, Cmds: commands(),
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROSTER_DATABASE", <-urls)
			env.Setenv("ROSTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
			return nil
		},
	})
}

// commands are those that scripts have besides testscript's own.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"serving":       serving,
		"address":       address,
		"follow-advice": followAdvice,
		"save":          save,
	}
}

// patience is how long a script waits for a server: far longer than it takes.
const patience = 30 * time.Second

// serving waits until a server answers on the socket of a data folder: "serving DIR".
func serving(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serving DIR")
	}
	socket := filepath.Join(ts.MkAbs(args[0]), "roster.sock")
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !answersOn(socket) {
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("no server answers on %s", socket)
		}
	}
}

// address puts the base URL of the server of a data folder into a variable: "address DIR VAR".
func address(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: address DIR VAR")
	}
	socket := filepath.Join(ts.MkAbs(args[0]), "roster.sock")
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	resp, err := client.Get("http://localhost/operator/v1/status")
	ts.Check(err)
	defer resp.Body.Close()
	var status operator.Status
	ts.Check(json.NewDecoder(resp.Body).Decode(&status))
	ts.Setenv(args[1], "http://"+status.Server.HTTP)
}

// answersOn reports whether somebody listens on a socket.
func answersOn(socket string) bool {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

var advice = regexp.MustCompile(`make it with: (.*)\)`)

// followAdvice runs, in a shell, every command that the last standard error said makes what is
// missing.
func followAdvice(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: follow-advice")
	}
	commands := advice.FindAllStringSubmatch(ts.ReadFile("stderr"), -1)
	if len(commands) == 0 {
		ts.Fatalf("no advice was given")
	}
	for _, c := range commands {
		ts.Check(ts.Exec("sh", "-c", c[1]))
	}
}

// save puts what a pattern's group matches in the last standard output into a variable: "save VAR
// REGEXP".
func save(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: save VAR REGEXP")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	found := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("%s matches nothing with one group", args[1])
	}
	ts.Setenv(args[0], found[1])
}
