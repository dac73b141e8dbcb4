package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"roster"
)

// command is a command line as the real one has it: settings, and flags that are none.
type command struct {
	Serve struct {
		Serve
		Config string
	} `cmd:""`
	Token struct {
		Name string
	} `cmd:""`
}

// parse reads a command line; the file's text is "" for no file.
func parse(t *testing.T, text string, environ []string, args ...string) (Serve, []string, error) {
	t.Helper()
	if text != "" {
		name := filepath.Join(t.TempDir(), "roster.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config="+name)
	}
	var c command
	var warnings []string
	parser, err := kong.New(&c, Options(environ, func(s string) { warnings = append(warnings, s) })...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(append([]string{"serve"}, args...))
	return c.Serve.Serve, warnings, err
}

// sentences returns the faults in err as they are shown.
func sentences(err error) []string {
	var f roster.Faults
	if !errors.As(err, &f) {
		if err != nil {
			return []string{"not roster.Faults: " + err.Error()}
		}
		return nil
	}
	var all []string
	for _, e := range f {
		all = append(all, strings.TrimSpace(e.Field+" "+e.Detail))
	}
	return all
}

func TestAFlagWinsOverTheEnvironmentAndThatOverTheFileAndThatOverTheDefault(t *testing.T) {
	t.Parallel()
	const file, variable, flag = "http: 127.0.0.1:1", "ROSTER_HTTP=127.0.0.1:2", "--http=127.0.0.1:3"
	cases := []struct {
		name    string
		file    string
		environ []string
		args    []string
		want    string
	}{
		{"nothing", "", nil, nil, "127.0.0.1:8080"},
		{"the file", file, nil, nil, "127.0.0.1:1"},
		{"the environment", "", []string{variable}, nil, "127.0.0.1:2"},
		{"the environment before the file", file, []string{variable}, nil, "127.0.0.1:2"},
		{"an empty variable is none", file, []string{"ROSTER_HTTP="}, nil, "127.0.0.1:1"},
		{"an empty variable is none without a file", "", []string{"ROSTER_HTTP="}, nil, "127.0.0.1:8080"},
		{"the flag before all", file, []string{variable}, []string{flag}, "127.0.0.1:3"},
		{"null in the file is nothing", "http:", nil, nil, "127.0.0.1:8080"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, _, err := parse(t, c.file, c.environ, c.args...)
			if err != nil || s.HTTP != c.want {
				t.Errorf("HTTP %q, %v; want %q", s.HTTP, err, c.want)
			}
		})
	}
}

func TestTheFileMayBeNestedOrFlat(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"graze: {require_all_arguments: true}",
		"graze:\n  require-all-arguments: true",
		"graze.require_all_arguments: true",
		"graze_require_all_arguments: true",
		"graze-require-all-arguments: True",
		"# a comment\n---\ngraze:\n  require_all_arguments: true\nsmtp:\npasswords: ~\n",
	} {
		s, _, err := parse(t, text, nil)
		if err != nil || !s.Graze.RequireAllArguments {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestEveryKindOfValueIsReadFromFileAndEnvironment(t *testing.T) {
	t.Parallel()
	want := Serve{
		Demo: true, DatabaseConns: 10, ShutdownGrace: 90 * time.Second, LogLevel: -4, LogFormat: "json",
		TrustedProxies: []string{"10.0.0.0/8", "192.0.2.7"}, SMTP: SMTP{Password: "0123"},
	}
	fromFile, _, err := parse(t, `
demo: true
database_conns: 010
shutdown_grace: 90s
log_level: debug
log_format: json
trusted_proxies: [10.0.0.0/8, 192.0.2.7]
http: "off"
smtp: {password: 0123, address: mail, from: a@b.example, username: u}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	fromEnviron, _, err := parse(t, "", []string{
		"ROSTER_DEMO=yes", "ROSTER_DATABASE_CONNS=010", "ROSTER_SHUTDOWN_GRACE=90s", "ROSTER_LOG_LEVEL=DEBUG", "ROSTER_LOG_FORMAT=json",
		"ROSTER_TRUSTED_PROXIES=10.0.0.0/8,192.0.2.7", "ROSTER_HTTP=off",
		"ROSTER_SMTP_PASSWORD=0123", "ROSTER_SMTP_ADDRESS=mail", "ROSTER_SMTP_FROM=a@b.example", "ROSTER_SMTP_USERNAME=u",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]Serve{"file": fromFile, "environment": fromEnviron} {
		if got.Demo != want.Demo || got.DatabaseConns != want.DatabaseConns || got.ShutdownGrace != want.ShutdownGrace ||
			got.LogLevel != want.LogLevel || got.LogFormat != want.LogFormat || got.SMTP.Password != want.SMTP.Password ||
			!reflect.DeepEqual(got.TrustedProxies, want.TrustedProxies) || got.HTTP != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestWhatTheFileSaysMustBeUnderstood(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text string
		want       []string
	}{
		{
			"an unknown key below an unknown group", "http: 127.0.0.1:1\ngrazer:\n  require_all: true",
			[]string{`unknown key "grazer.require_all" in roster.yaml (line 3); did you mean "graze.require_all_arguments"?`},
		},
		{"a misspelled key", "htpp: 127.0.0.1:1", []string{`unknown key "htpp" in roster.yaml (line 1); did you mean "http"?`}},
		{"a key like none", "colour: blue", []string{`unknown key "colour" in roster.yaml (line 1); roster serve --help lists the settings`}},
		{"an empty unknown key", "grazer:", []string{`unknown key "grazer" in roster.yaml (line 1); roster serve --help lists the settings`}},
		{"a value for a group", "graze: true", []string{`roster.yaml, line 1: "graze" is a group: write its settings below it, indented`}},
		{
			"a key twice", "http: 127.0.0.1:1\nhttps: \"off\"\nhttp: 127.0.0.1:2",
			[]string{`roster.yaml, line 3: "http" is set twice, first in line 1`},
		},
		{
			"a key in two spellings", "graze: {require_all_arguments: true}\ngraze-require-all-arguments: false",
			[]string{`roster.yaml, line 2: "graze.require_all_arguments" is set twice, first in line 1`},
		},
		{"no true or false", "demo: 3", []string{`roster.yaml, line 1: "demo" must be true or false, without quotes`}},
		{"true in quotes", `demo: "true"`, []string{`roster.yaml, line 1: "demo" must be true or false, without quotes`}},
		{"no number", "database_conns: many", []string{`roster.yaml, line 1: "database_conns" must be a whole number, without quotes`}},
		{"half a number", "database_conns: 1.5", []string{`roster.yaml, line 1: "database_conns" must be a whole number, without quotes`}},
		{"a number that is too long", "database_conns: 99999999999999999999", []string{`roster.yaml, line 1: "database_conns" must be a whole number, without quotes`}},
		{"a time without a unit", "shutdown_grace: 30", []string{`roster.yaml, line 1: "shutdown_grace" must be a time with its unit, such as 30s or 5m`}},
		{"none of the choices", "log_format: xml", []string{`roster.yaml, line 1: "log_format" must be auto, text or json`}},
		{"no level", "log_level: loud", []string{`roster.yaml, line 1: "log_level" must be debug, info, warn or error`}},
		{"true for a text", "http: true", []string{`roster.yaml, line 1: "http" must be a text: put it in quotes`}},
		{"a list for a text", "http: [a, b]", []string{`roster.yaml, line 1: "http" must be one value`}},
		{"a map for a text", "http: {a: b}", []string{`roster.yaml, line 1: "http" must be one value`}},
		{"a list in a list", "trusted_proxies: [[a]]", []string{`roster.yaml, line 1: "trusted_proxies" must be a list of texts, such as [10.0.0.0/8]`}},
		{"an alias", "data: &x a\nhttp: *x", []string{`roster.yaml, line 2: "http" must be written out: aliases are not understood`}},
		{"a key that is no word", "[a]: b", []string{`roster.yaml, line 1: a key must be a word`}},
		{"a list of settings", "- http", []string{`roster.yaml, line 1: the file must hold keys and values, such as http: 127.0.0.1:8080`}},
		{"two documents", "http: a\n---\nhttp: b", []string{`roster.yaml holds more than one document; leave out what follows "---"`}},
		{"no YAML", "http: [", []string{`roster.yaml is not YAML: line 1: did not find expected node content`}},
		{"all at once", "htpp: 1\ndemo: 3\nlog_format: xml", []string{
			`unknown key "htpp" in roster.yaml (line 1); did you mean "http"?`,
			`roster.yaml, line 2: "demo" must be true or false, without quotes`,
			`roster.yaml, line 3: "log_format" must be auto, text or json`,
		}},
		{"comments only", "# nothing\n", nil},
		{"null", "~", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := parse(t, c.text, nil)
			if got := sentences(err); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAFileThatIsNotThereIsAFault(t *testing.T) {
	t.Parallel()
	for _, environ := range [][]string{nil, {"ROSTER_CONFIG=/nowhere/roster.yaml"}} {
		args := []string{"--config=/nowhere/roster.yaml"}
		if environ != nil {
			args = nil
		}
		_, _, err := parse(t, "", environ, args...)
		want := []string{"the configuration file cannot be read: open /nowhere/roster.yaml: no such file or directory"}
		if got := sentences(err); !reflect.DeepEqual(got, want) {
			t.Errorf("got %q", got)
		}
	}
}

func TestAFileWithoutEndIsRefused(t *testing.T) {
	t.Parallel()
	_, _, err := parse(t, "# "+strings.Repeat("x", maxFile), nil)
	if got := sentences(err); len(got) != 1 || !strings.Contains(got[0], "longer than 1048576 bytes") {
		t.Errorf("got %q", got)
	}
}

func TestWhatTheEnvironmentSaysMustBeUnderstood(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name     string
		environ  []string
		faults   []string
		warnings []string
	}{
		{
			"wrong values, all at once",
			[]string{"ROSTER_DEMO=perhaps", "ROSTER_DATABASE_CONNS=x", "ROSTER_LOG_FORMAT=xml"},
			[]string{
				"ROSTER_DEMO must be true or false", "ROSTER_DATABASE_CONNS must be a whole number",
				"ROSTER_LOG_FORMAT must be auto, text or json",
			},
			nil,
		},
		{
			"a variable that is near one",
			[]string{"ROSTER_HTPP=x"},
			nil,
			[]string{"the environment variable ROSTER_HTPP is no setting; did you mean ROSTER_HTTP?"},
		},
		{
			"a variable that is near none",
			[]string{"ROSTER_QUAQUAVERSAL=x"},
			nil,
			[]string{"the environment variable ROSTER_QUAQUAVERSAL is no setting; roster serve --help lists them"},
		},
		{"variables that others read", []string{"ROSTER_KEY=x", "ROSTER_CONFIG="}, nil, nil},
		{"variables of Kubernetes", []string{"ROSTER_PORT=tcp://x", "ROSTER_PORT_80_TCP=y", "ROSTER_SERVICE_HOST=z"}, nil, nil},
		{"empty ones", []string{"ROSTER_HTPP=", "ROSTER_DEMO="}, nil, nil},
		{"of others", []string{"HOME=/", "ROSTERS=1"}, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, warnings, err := parse(t, "", c.environ)
			if got := sentences(err); !reflect.DeepEqual(got, c.faults) {
				t.Errorf("faults   %q\nwant     %q", got, c.faults)
			}
			if !reflect.DeepEqual(warnings, c.warnings) {
				t.Errorf("warnings %q\nwant     %q", warnings, c.warnings)
			}
		})
	}
}

func TestACommandWithoutSettingsAsksNobody(t *testing.T) {
	t.Parallel()
	var c command
	parser, err := kong.New(&c, Options([]string{"ROSTER_DEMO=perhaps", "ROSTER_NAME=x", "ROSTER_CONFIG=/nowhere"}, func(s string) {
		t.Errorf("warned: %s", s)
	})...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"token"}); err != nil || c.Token.Name != "" {
		t.Errorf("name %q, %v", c.Token.Name, err)
	}
}

func TestLoadReadsWhatServeWouldAndDoesNotValidate(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(name, []byte("http: x\nhttps: y\ndata: d"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(name, []string{"ROSTER_HTTPS=z"}, func(string) {}, "--data=e")
	if err != nil || s.HTTP != "x" || s.HTTPS != "z" || s.Data != "e" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := Load("", []string{"ROSTER_CONFIG=" + name}, func(string) {}, "--nonsense"); err == nil {
		t.Error("an unknown flag was taken")
	}
}

func TestHelpNamesTheVariableAndNoSecret(t *testing.T) {
	t.Parallel()
	var c command
	var out strings.Builder
	parser, err := kong.New(&c, append(Options([]string{"ROSTER_SMTP_PASSWORD=canary", "ROSTER_DATABASE=postgres://u:canary@h/d"}, func(string) {}),
		kong.Writers(&out, &out), kong.Exit(func(int) { panic("exit") }))...)
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() { _ = recover() }() // kong's help ends the process
		_, _ = parser.Parse([]string{"serve", "--smtp-password=canary", "--help"})
	}()
	text := strings.Join(strings.Fields(out.String()), " ")
	if !strings.Contains(text, "($ROSTER_SMTP_PASSWORD)") || !strings.Contains(text, "($ROSTER_GRAZE_REQUIRE_ALL_ARGUMENTS)") {
		t.Errorf("help:\n%s", out.String())
	}
	if strings.Contains(text, "canary") {
		t.Error("the help shows a secret")
	}
}

func TestTheNearestNameIsOneThatWasMeant(t *testing.T) {
	t.Parallel()
	known := []string{"http", "https", "data", "graze.require_all_arguments", "smtp.address"}
	cases := []struct{ name, want string }{
		{"htpp", "http"},
		{"htttps", "https"},
		{"smpt.adress", "smtp.address"},
		{"grazer.require_all", "graze.require_all_arguments"},
		{"require_all_arguments", "graze.require_all_arguments"},
		{"zzz", ""},
		{"", ""},
		{strings.Repeat("http", 100), ""},
	}
	for _, c := range cases {
		if got := nearest(c.name, known); got != c.want {
			t.Errorf("nearest(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{"http: x", "graze: {a: b}", "- 1", "a: &x [*x]", "? [a]\n: b", "smtp:\n  password: canary"} {
		f.Add(seed)
	}
	flags, err := settings()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var found faults
		r := &file{name: "f", flags: map[string]*kong.Flag{}, faults: &found, values: map[string]any{}, lines: map[string]int{}}
		for _, flag := range flags {
			r.flags[flag.Name] = flag
		}
		r.document([]byte(text))
		for name := range r.values {
			if r.flags[name] == nil {
				t.Fatalf("%q has a value and is no setting", name)
			}
		}
	})
}
