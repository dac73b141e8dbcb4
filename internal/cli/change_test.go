package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/client"
	"roster/internal/app"
	"roster/internal/config"
	"roster/internal/directory"
)

func TestAListOfUsersHasOneOnEachLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x\n", directory.MaxMembers)
	for name, c := range map[string]struct {
		text  string
		want  int
		first string
	}{
		"with empty lines":         {"\n ada \r\n\nbob", 2, "ada"},
		"with spaces in a name":    {"ada l\n", 1, "ada l"},
		"with a byte order mark":   {"\ufeffada\nbob\n", 2, "ada"},
		"as long as it may be":     {long, directory.MaxMembers, "x"},
		"with a user too many":     {long + "y", 0, ""},
		"with a byte too many":     {strings.Repeat("y", maxUserList+1), 0, ""},
		"of nothing":               {"", 0, ""},
		"of nothing but new lines": {"\n \n", 0, ""},
	} {
		file := filepath.Join(t.TempDir(), "users")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, from := range []string{"-", file} {
			sh, _, _ := testShell(t, c.text)
			got, err := sh.readUsers(from)
			if len(got) != c.want || (err == nil) != (c.want > 0) || c.want > 0 && got[0] != c.first {
				t.Errorf("%s: %d users, %v", name, len(got), err)
			}
			if err != nil && roster.KindOf(err) != roster.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestTheLongestListOfUsersFitsIntoACall(t *testing.T) {
	t.Parallel()
	const each = maxUserList/directory.MaxMembers - 1 // and a new line
	users := strings.Repeat(strings.Repeat("x", each)+"\n", directory.MaxMembers)
	sh, _, _ := testShell(t, users)
	list, err := sh.readUsers("-")
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(client.GroupChange{Members: client.Set(list)})
	const most = 1 << 20 // of dialect.MaxBody
	if err != nil || len(body) > most {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func TestAnEmptyWordIsAListOfNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ words, want []string }{
		{nil, nil},
		{[]string{""}, []string{}},
		{[]string{"a"}, []string{"a"}},
		{[]string{"", "a"}, []string{"", "a"}}, // the directory says what is wrong with it
	} {
		if diff := cmp.Diff(c.want, wholeList(c.words)); diff != "" {
			t.Errorf("%q: %s", c.words, diff)
		}
	}
}

func TestAnExpiryIsALifetimeOfAtMostAWeekOrTheSystems(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"1m": time.Minute, "90m": 90 * time.Minute, "7d": directory.MaxExpiry * time.Minute, "1w": directory.MaxExpiry * time.Minute, "system": 0,
	} {
		e := expiry(1)
		if err := e.UnmarshalText([]byte(text)); err != nil || time.Duration(e) != want {
			t.Errorf("%s: %v %v", text, time.Duration(e), err)
		}
	}
	for _, text := range []string{"", "0m", "8d", "10081m", "System", "90", "-1m"} {
		var e expiry
		if err := e.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %v", text, time.Duration(e))
		}
	}
}

func TestWhatIsGivenOnTheCommandLineIsWhatChanges(t *testing.T) {
	t.Parallel()
	none := client.Null[string]()
	for typed, want := range map[string]client.UserChange{
		"":                            {},
		"--active":                    {Active: client.Set(true)},
		"--inactive":                  {Active: client.Set(false)},
		"--email=":                    {Email: none},
		"--role= --team=a --team=b,c": {Roles: client.Set([]string{}), Teams: client.Set([]string{"a", "b,c"})},
		"--level=user":                {AccessLevel: client.Set(client.LevelUser)},
		"--session-expiry=system":     {SessionExpiryMinutes: client.Null[int]()},
		"--session-expiry=2d":         {SessionExpiryMinutes: client.Set(2880)},
		"--department= --primary-group=G --timezone= --phone-number=1 --display-name=F --group=g": {
			Department: none, PrimaryGroup: client.Set("G"), Timezone: none, PhoneNumber: client.Set("1"),
			DisplayName: client.Set("F"), Groups: client.Set([]string{"g"}),
		},
	} {
		sh, _, _ := testShell(t, "")
		parser, err := newParser(sh)
		if err != nil {
			t.Fatal(err)
		}
		command, err := parser.Parse(append([]string{"user", "update", "jdoe"}, strings.Fields(typed)...))
		if err != nil {
			t.Fatal(err)
		}
		got := command.Selected().Target.Addr().Interface().(*userUpdate).given()
		if diff := cmp.Diff(fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got)); diff != "" {
			t.Errorf("%q: %s", typed, diff)
		}
		var usage usageError
		if err := changesSomething(got, "user update"); errors.As(err, &usage) != (typed == "") {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestAnObjectIsPrintedWithAListThatComesAsItIsRead(t *testing.T) {
	t.Parallel()
	object := json.RawMessage(`{"name":"<a>"}`)
	for want, values := range map[string][]string{
		"{\n  \"name\": \"<a>\",\n  \"users\": []\n}\n":                  nil,
		"{\n  \"name\": \"<a>\",\n  \"users\": [\n\"b\",\n\"c\"\n]\n}\n": {"b", "c"},
	} {
		sh, stdout, _ := testShell(t, "")
		if err := printJSONWith(sh, object, "users", seq(nil, values...)); err != nil || stdout.String() != want {
			t.Errorf("%q, %v", stdout, err)
		}
		if !json.Valid(stdout.Bytes()) {
			t.Errorf("%q is no JSON", stdout)
		}
	}
	broken := errors.New("broken")
	sh, stdout, _ := testShell(t, "")
	if err := printJSONWith(sh, object, "users", seq(broken, "b")); !errors.Is(err, broken) || json.Valid(stdout.Bytes()) {
		t.Errorf("after an error: %q, %v", stdout, err)
	}
}

// anyRealm takes every configuration.
type anyRealm struct{}

func (anyRealm) ValidateSAML(context.Context, json.RawMessage) roster.Faults { return nil }

func TestRealmsAndLargeTeamsAreListedWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const people = 1203 // more than two pages
	fill(t, dir, people)
	run := func(args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if code := Run(t.Context(), "", append(args, "--data="+dir), strings.NewReader(""), &stdout, &stderr); code != 0 {
			t.Fatalf("%v: exit code %d, %s", args, code, &stderr)
		}
		return stdout.String()
	}
	if got := run("realm", "list"); !strings.HasPrefix(got, "Corporate\tSAML2\tyes\t20") {
		t.Errorf("realms: %s", got)
	}
	if got := run("realm", "list", "--json"); strings.Contains(got, "idpMetadataUrl") || !strings.Contains(got, `"kind":"SAML2"`) {
		t.Errorf("realms: %s", got)
	}
	if got := strings.Count(run("team", "show", "Night"), "\nmember\t"); got != people {
		t.Errorf("%d members", got)
	}
	var shown struct{ Members []client.Member }
	if err := json.Unmarshal([]byte(run("team", "show", "Night", "--json")), &shown); err != nil || len(shown.Members) != people {
		t.Errorf("%d members in JSON, %v", len(shown.Members), err)
	}
}

// fill makes a data folder with a realm, which only Graze can make otherwise, and a team of so
// many.
func fill(t *testing.T, dir string, people int) {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{Settings: config.Serve{Data: dir}, Realms: anyRealm{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	d, by := a.Directory(), roster.Actor{Kind: roster.ActorSystem, OrganizationID: a.Organization().ID}
	_, err = d.CreateRealm(t.Context(), by, directory.NewRealm{Name: "Corporate", Configuration: json.RawMessage(`{"idpMetadataUrl":"x"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateGroup(t.Context(), by, directory.NewGroup{Kind: roster.KindTeam, Name: "Night"}); err != nil {
		t.Fatal(err)
	}
	for i := range people {
		_, err := d.CreateUser(t.Context(), by, directory.NewUser{UserName: fmt.Sprint("user", i), Teams: []roster.Ref{{Name: "Night"}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
