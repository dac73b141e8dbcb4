package cli

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/client"
	"roster/internal/app"
)

// testShell is a shell without terminals, and what was printed.
func testShell(t *testing.T, stdin string) (sh *shell, stdout, stderr *bytes.Buffer) {
	t.Helper()
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return newShell(t.Context(), strings.NewReader(stdin), stdout, stderr), stdout, stderr
}

// leaves returns the commands that can be run.
func leaves(t *testing.T) []*kong.Node {
	t.Helper()
	sh, _, _ := testShell(t, "")
	parser, err := newParser(sh)
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model.Leaves(true)
}

func TestEveryCommandHasHelpAndExamplesAndEveryFlagHasHelp(t *testing.T) {
	t.Parallel()
	for _, command := range leaves(t) {
		if command.Help == "" || !strings.Contains(command.Detail, "Examples:\n\n    ") {
			t.Errorf("%s has no help or no examples", command.FullPath())
		}
		for _, flag := range command.Flags {
			if flag.Help == "" {
				t.Errorf("%s: --%s has no help", command.FullPath(), flag.Name)
			}
		}
	}
}

func TestEveryCommandThatPrintsDataPrintsJSONToo(t *testing.T) {
	t.Parallel()
	for _, command := range leaves(t) {
		if slices.Contains([]string{"serve", "completion", "logout"}, command.Path()) {
			continue
		}
		if !slices.ContainsFunc(command.Flags, func(f *kong.Flag) bool { return f.Name == "json" }) {
			t.Errorf("%s has no --json", command.FullPath())
		}
	}
}

func TestNoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	for _, command := range leaves(t) {
		for _, flag := range command.Flags {
			if flag.Name == "password" || flag.Name == "secret" {
				t.Errorf("%s: --%s would show in the list of processes", command.FullPath(), flag.Name)
			}
		}
	}
}

func TestALifetimeIsAWholeNumberAndAUnit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90d": 90 * 24 * time.Hour, "12h": 12 * time.Hour, "30m": 30 * time.Minute, "52w": 52 * 7 * 24 * time.Hour,
		"36500d": maxLifetime,
	} {
		var l lifetime
		if err := l.UnmarshalText([]byte(text)); err != nil || time.Duration(l) != want {
			t.Errorf("%s: %v %v", text, time.Duration(l), err)
		}
	}
	for _, text := range []string{"", "0d", "-1d", "1", "d", "1y", "1.5d", "1d ", "36501d", "999999999w", "99999999999999999999d", "１d"} {
		var l lifetime
		if err := l.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %v", text, time.Duration(l))
		}
	}
}

func TestEveryKindOfFaultHasAnExitCode(t *testing.T) {
	t.Parallel()
	want := map[roster.Kind]int{
		roster.Invalid: 2, roster.Unauthenticated: 3, roster.Forbidden: 3, roster.RateLimited: 4, roster.Unavailable: 4,
		roster.Internal: 1, roster.Conflict: 1, roster.NotFound: 1, roster.Stale: 1,
	}
	for _, kind := range roster.Kinds {
		sh, _, stderr := testShell(t, "")
		if got := sh.fail(&roster.Error{Kind: kind}, wording{}); got != want[kind] {
			t.Errorf("%s ends with %d", kind, got)
		}
		if !strings.HasPrefix(stderr.String(), "roster: ") || stderr.Len() < len("roster: x\n") {
			t.Errorf("%s says %q", kind, stderr)
		}
	}
}

func TestAnErrorSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	t.Parallel()
	var faults roster.Faults
	faults.Add("roles[1]", "names no role")
	faults.Add("preferences[0].services[2]", "must be one of: email")
	faults.Add("other.deep[0].path", "is odd")
	for _, c := range []struct {
		name string
		err  error
		code int
		want string
	}{
		{"all faults of a request", faults, 2, "--role names no role\na service must be one of: email\nother.deep[0].path is odd\n"},
		{"a conflict with its holder", &roster.Error{Kind: roster.Conflict, Field: "userName", Detail: "is taken", Holder: roster.Holder{ID: "x", Number: 5}}, 1, "--name is taken; see: roster user show x\n"},
		{"an overload", &roster.Error{Kind: roster.Unavailable, Detail: "busy", RetryAfter: 2 * time.Second}, 4, "busy; try again in 2s\n"},
		{"a failure of the server", &roster.Error{}, 1, unexplainedFault + "\n"},
		{"an error of this process", errors.New("no space left"), 1, "no space left\n"},
		{"a fault of this process with its cause", &roster.Error{Kind: roster.Unavailable, Detail: "gone", Err: errors.New("EOF")}, 4, "gone (EOF)\n"},
		{"a command line", usageError{"what?"}, 2, "what?\n"},
		{"an interrupt", &roster.Error{Kind: roster.Unavailable, Err: context.Canceled}, 130, "interrupted\n"},
		{"an error that was told already", errQuiet, 1, ""},
		{"no error", nil, 0, ""},
	} {
		sh, stdout, stderr := testShell(t, "")
		code := sh.fail(c.err, wording{
			map[string]string{"roles": "--role", "userName": "--name", "preferences.services": "a service"}, "user", true,
		})
		got := strings.ReplaceAll(stderr.String(), "roster: ", "")
		if strings.Contains(c.want, "see: roster") {
			got = strings.TrimPrefix(stderr.String(), "roster: ")
		}
		if code != c.code || got != c.want || stdout.Len() > 0 {
			t.Errorf("%s: exit code %d, %q, stdout %q", c.name, code, got, stdout)
		}
	}
}

func TestWhatPeopleTryFirstIsUnderstood(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"": "--help", "help": "--help", "help token create": "token create --help", "--version": "version",
		"token list": "token list", "user create --name help": "user create --name help",
	} {
		if got := strings.Join(customary(strings.Fields(typed)), " "); got != want {
			t.Errorf("%q is taken for %q", typed, got)
		}
	}
}

// seq yields the values and then the error, if there is one.
func seq[T any](end error, values ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
		if end != nil {
			var none T
			yield(none, end)
		}
	}
}

func TestATableIsAlignedForAPersonAndPlainForAPipe(t *testing.T) {
	t.Parallel()
	rows := seq(nil, "a", "", "long\x1b[2J\tand\nwide\u202e")
	heading := []string{"NAME", "SAME"}
	row := func(s string) []string { return []string{s, "x"} }
	sh, stdout, _ := testShell(t, "")
	if err := printTable(sh, rows, heading, row); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("a\tx\n\tx\nlong [2J and wide \tx\n", stdout.String()); diff != "" {
		t.Error(diff)
	}
	stdout.Reset()
	sh.terminal = true
	if err := printTable(sh, rows, heading, row); err != nil {
		t.Fatal(err)
	}
	want := "NAME                SAME\na                   x\n-                   x\nlong [2J and wide   x\n"
	if diff := cmp.Diff(want, stdout.String()); diff != "" {
		t.Error(diff)
	}
}

func TestAnEmptyTableIsNothingForAPipeAndANoteForAPerson(t *testing.T) {
	t.Parallel()
	for terminal, want := range map[bool]string{false: "", true: "roster: there are none\n"} {
		sh, stdout, stderr := testShell(t, "")
		sh.terminal = terminal
		if err := printTable(sh, seq[string](nil), []string{"NAME"}, nil); err != nil {
			t.Fatal(err)
		}
		if stdout.Len() > 0 || stderr.String() != want {
			t.Errorf("terminal %t: %q, %q", terminal, stdout, stderr)
		}
	}
}

func TestAListThatBreaksOffKeepsWhatCameAndFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	sh, stdout, _ := testShell(t, "")
	err := printTable(sh, seq(broken, "a"), []string{"NAME"}, func(s string) []string { return []string{s} })
	if !errors.Is(err, broken) || stdout.String() != "a\n" {
		t.Errorf("table: %q, %v", stdout, err)
	}
	stdout.Reset()
	if err := printJSONList(sh, seq(broken, "a")); !errors.Is(err, broken) || stdout.String() != "[\n\"a\"" {
		t.Errorf("JSON: %q, %v", stdout, err)
	}
}

func TestAJSONListIsAnArrayWithALineForEachValue(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]string{
		"[]\n": nil, "[\n\"<a>\"\n]\n": {"<a>"}, "[\n\"a\",\n\"b\"\n]\n": {"a", "b"},
	} {
		sh, stdout, _ := testShell(t, "")
		if err := printJSONList(sh, seq(nil, values...)); err != nil || stdout.String() != want {
			t.Errorf("%q, %v", stdout, err)
		}
	}
}

func TestAPasswordIsTheFirstLineOfTheInput(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2000)
	for stdin, want := range map[string]string{
		"secret\n": "secret", "secret": "secret", " se cret \r\nmore\n": " se cret ", "\n": "", "": "", long: long[:1026],
	} {
		sh, _, _ := testShell(t, stdin)
		got, err := sh.readPassword()
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%.20q gives %.20q, %v", stdin, got, err)
		}
	}
}

func TestAMatrixEntryIsATypeAndItsServices(t *testing.T) {
	t.Parallel()
	both := []client.Service{client.ServiceEmail, client.ServiceSMS}
	for text, want := range map[string]client.Preferences{
		"failures=email,sms":  {Failures: both},
		"failures=email, sms": {Failures: both},
		"digest=none":         {Digest: []client.Service{}},
		"digest=":             {Digest: []client.Service{}},
	} {
		var got client.Preferences
		err := setPreference(&got, text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
	for _, text := range []string{"failures", "failure=email", "=email", ""} {
		var usage usageError
		if err := setPreference(&client.Preferences{}, text); !errors.As(err, &usage) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := setPreference(&client.Preferences{Digest: both}, "digest=none"); err == nil {
		t.Error("a type is taken twice")
	}
}

func TestTheOwnerOfALockedFolderIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		l, err := waitForFolder(t.Context(), func() (link, error) {
			if tries++; tries < 4 {
				return link{}, app.ErrLocked
			}
			return link{way: byFolder}, nil
		})
		if err != nil || l.way != byFolder || tries != 4 {
			t.Errorf("%d tries, then %v", tries, err)
		}
	})
}

func TestAnInterruptEndsTheWaitForALockedFolder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := waitForFolder(ctx, func() (link, error) { return link{}, app.ErrLocked }); !errors.Is(err, context.Canceled) {
			t.Errorf("error: %v", err)
		}
	})
}

func TestALockedFolderWhoseOwnerNeverAnswersIsUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := waitForFolder(t.Context(), func() (link, error) { return link{}, app.ErrLocked })
		if roster.KindOf(err) != roster.Unavailable || time.Since(start) != waitForOwner {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func FuzzALifetimeIsInItsBounds(f *testing.F) {
	for _, seed := range []string{"90d", "12h", "0m", "999999999w", "-1d", "1 d", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var l lifetime
		if err := l.UnmarshalText([]byte(text)); err == nil && (l <= 0 || time.Duration(l) > maxLifetime) {
			t.Errorf("%q is taken for %v", text, time.Duration(l))
		}
	})
}
