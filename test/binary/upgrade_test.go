package binary_test

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roster/test/binary"
)

// olderCommit is the commit whose build stands for the servers that people upgrade from.
//
//go:embed testdata/older-commit
var olderCommit string

// older builds the binary of the older commit from the project's own history and returns its path.
// Where the history is not there the test is skipped; it fails if the variable CI is "true". It is
// skipped, too, if the commit has another first migration.
func older(t *testing.T) string {
	t.Helper()
	commit := strings.TrimSpace(olderCommit)
	if err := exec.CommandContext(t.Context(), "git", "cat-file", "-e", commit+"^{commit}").Run(); err != nil {
		const missing = "the older commit %s is not in the history here: fetch the whole of it (%v)"
		if os.Getenv("CI") == "true" {
			t.Fatalf(missing, commit, err)
		}
		t.Skipf(missing, commit, err)
	}
	if !sameFirstMigration(t, commit) {
		t.Skipf("the schema began anew after %s, and nothing had been released: no older build has data to keep", commit)
	}
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "sh", "-ec",
		`top=$(git rev-parse --show-toplevel); mkdir "$2/source"; git -C "$top" archive --output="$2/source.tar" "$1"
		tar -xf "$2/source.tar" -C "$2/source"; cd "$2/source"; go build -trimpath -o "$2/roster" ./cmd/roster`, "build", commit, dir)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", commit, err, out)
	}
	return filepath.Join(dir, "roster")
}

// sameFirstMigration reports whether a commit has the first migration of this build. Without it a
// build cannot read the other's data. The test then waits until testdata/older-commit names a
// commit that has it.
func sameFirstMigration(t *testing.T, commit string) bool {
	t.Helper()
	const path = "internal/store/migrations/0001_directory.sql"
	there, err := exec.CommandContext(t.Context(), "git", "show", commit+":"+path).Output()
	if err != nil {
		return false
	}
	here, err := os.ReadFile(filepath.Join("..", "..", path))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(there, here)
}

func TestAnOlderBuildIsUpgradedWithoutLoss(t *testing.T) {
	t.Parallel()
	before := older(t)
	for _, e := range engines() {
		t.Run("its data, on "+e.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, e, binary.Options{Binary: before})
			left := leave(t, w)
			if code := w.Stop(); code != 0 {
				t.Fatalf("the older server ended with %d", code)
			}
			w.Replace("")
			w.Again()
			left.check(t, w)
			checkWhole(t, w.database(t))
			checkChain(t, w, w.database(t))
		})
	}
	t.Run("its server, beside the new one", func(t *testing.T) {
		t.Parallel()
		checkBeside(t, before)
	})
}

// api asks the native API with the world's token.
func (w *world) api(t *testing.T, path, body string) answer {
	t.Helper()
	return ask(t, w.Client(), request{
		url: w.HTTP + "/api/v1" + path, body: body, header: map[string]string{"Authorization": "Bearer " + w.token},
	})
}

// leftBehind is what an older server has made.
type leftBehind struct {
	records map[string][]string // by the path of their list
	tokens  string              // as the command line lists them
	session string              // of Graze
	link    string              // path of a page where a user sets a password
	user    string              // id of that user
}

// leave makes a record of each kind.
func leave(t *testing.T, w *world) leftBehind {
	t.Helper()
	type made struct{ ID string }
	post := func(path, body string) string {
		t.Helper()
		return decode[made](t, w.api(t, path, body).want(t, 201)).ID
	}
	l := leftBehind{user: post("/users", `{"userName":"ada","email":"ada@example.com","groups":["Network"],"roles":["Operator"]}`)}
	post("/roles", `{"displayName":"Watcher","permissions":["read_directory"]}`)
	in := post("/check-groups", `{"displayName":"Backups"}`)
	check := post("/checks", fmt.Sprintf(`{"displayName":"Nightly","checkGroup":%q,`+
		`"matching":{"required":"any","conditions":[{"field":"subject","matches":"contains","value":"backup"}]}}`, in))
	for i := range 3 {
		post("/events", fmt.Sprintf(`{"check":%q,"title":"backup %d","status":"warning"}`, check, i))
	}
	signIn := request{url: w.graze("authenticate"), body: fmt.Sprintf(`{"username":"admin","password":%q}`, adminPassword)}
	l.session = decode[struct {
		Token string `json:"auth_token"`
	}](t, ask(t, w.Client(), signIn).want(t, 200)).Token
	link := request{method: "POST", url: w.HTTP + "/api/v1/users/" + l.user + "/set-up-link", header: map[string]string{"Authorization": "Bearer " + w.token}}
	page, err := url.Parse(decode[struct{ URL string }](t, ask(t, w.Client(), link).want(t, 201)).URL)
	if err != nil {
		t.Fatal(err)
	}
	l.link, l.records, l.tokens = page.Path, listed(t, w), w.Must("", "token", "list")
	return l
}

// listed returns what the lists show of each record: what says which one it is.
func listed(t *testing.T, w *world) map[string][]string {
	t.Helper()
	type record struct{ ID, UserName, DisplayName, Email, Title, Status string }
	all := map[string][]string{}
	for _, path := range []string{"/users", "/groups", "/teams", "/departments", "/roles", "/check-groups", "/checks", "/events"} {
		list := decode[struct{ Items []record }](t, w.api(t, path, "").want(t, 200))
		for _, r := range list.Items {
			all[path] = append(all[path], fmt.Sprint(r))
		}
		if len(list.Items) == 0 {
			t.Errorf("%s is empty", path)
		}
	}
	return all
}

// check asks that a newer server has everything, lets people in, and changes it.
func (l leftBehind) check(t *testing.T, w *world) {
	t.Helper()
	for path, want := range l.records {
		if got := listed(t, w)[path]; !slices.Equal(got, want) {
			t.Errorf("%s shows %v, and showed %v", path, got, want)
		}
	}
	if got := w.Must("", "token", "list"); strings.Count(got, "\n") != strings.Count(l.tokens, "\n") {
		t.Errorf("the tokens are %s, and were %s", got, l.tokens)
	}
	ask(t, w.Client(), request{url: w.graze("getUsers"), basic: admin}).want(t, 200)
	ask(t, w.Client(), request{url: w.graze("getUsers") + "?auth_token=" + l.session}).want(t, 200)
	ask(t, w.Client(), request{url: w.HTTP + l.link}).want(t, 200)
	ask(t, w.Client(), request{
		method: "PATCH", url: w.HTTP + "/api/v1/users/" + l.user, body: `{"displayName":"Ada Lovelace"}`,
		header: map[string]string{"Authorization": "Bearer " + w.token},
	}).want(t, 200)
	w.api(t, "/events", `{"title":"backup after the upgrade"}`).want(t, 201)
	ask(t, w.Client(), grazePasswordRequest(w, "graze.password.new@load.example")).want(t, 200)
}

// checkBeside keeps an older server busy while a new one migrates its database, starts, and works
// beside it.
func checkBeside(t *testing.T, before string) {
	t.Helper()
	w := newWorld(t, postgres(), binary.Options{Binary: before})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	old := newLoad(w)
	waitOld := old.run(ctx, crew(8, 0))
	enough := func(l *load, more int64) {
		t.Helper()
		from := l.acked.Load()
		binary.Until(t, "a server has made more users", func() bool { return l.acked.Load() >= from+more })
	}
	enough(old, 50)
	beside := *w
	beside.Server = binary.Start(t, binary.Options{Env: []string{"ROSTER_DATABASE=" + w.Setting("ROSTER_DATABASE"), "ROSTER_KEY=" + key}})
	young := newLoad(&beside)
	young.next.Store(1_000_000) // their names are not those of the older server
	waitYoung := young.run(ctx, crew(8, 0))
	enough(old, 50)
	enough(young, 50)
	stop()
	waitOld()
	waitYoung()
	maps.Copy(old.made, young.made)
	old.checkAnswers(t)
	old.checkAcknowledged(t)
	for name, c := range old.made {
		if c.err != nil {
			t.Errorf("%s got no answer: %v", name, c.err)
		}
	}
	checkWhole(t, w.database(t))
}
