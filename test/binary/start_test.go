package binary_test

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"roster/internal/pgtest"
	"roster/test/binary"
)

// checkRefusedStart asks that a command ends at once, unhappy, with one line that a person
// understands.
func checkRefusedStart(t *testing.T, c binary.Command, says string) binary.Result {
	t.Helper()
	r := c.Run(t)
	if r.Code <= 0 {
		t.Errorf("exit code %d", r.Code)
	}
	if r.Stdout != "" {
		t.Errorf("it wrote to its standard output: %s", r.Stdout)
	}
	text := strings.TrimRight(r.Stderr, "\n")
	if !strings.HasPrefix(text, "roster: ") || strings.Contains(text, "\n") || len(text) > 500 {
		t.Errorf("it says, not in one short line:\n%s", r.Stderr)
	}
	if !regexp.MustCompile(says).MatchString(text) {
		t.Errorf("it says %q, which does not match %q", text, says)
	}
	if strings.Contains(r.Stderr, "goroutine ") || strings.Contains(r.Stderr, ".go:") {
		t.Errorf("it shows a stack: %s", r.Stderr)
	}
	return r
}

// badStart is a start that cannot work.
type badStart struct {
	name string
	says string // what the one line must match: the cause, and what to do about it
	make func(*testing.T) binary.Command
}

// serve is a command that would start a server on a fresh folder.
func serve(t *testing.T, args ...string) binary.Command {
	return binary.Command{
		Args: append([]string{"serve", "--http", "127.0.0.1:0"}, args...),
		Env:  []string{"ROSTER_DATA=" + filepath.Join(t.TempDir(), "data")},
	}
}

// badFolders are starts on an address or a folder that will not do.
func badFolders() []badStart {
	return []badStart{
		{"the port is taken", `127\.0\.0\.1:\d+ is in use.*--http`, func(t *testing.T) binary.Command {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			return serve(t, "--http", l.Addr().String())
		}},
		{"the data folder cannot be made", `data.*(permission denied|not writable|cannot be written)`, func(t *testing.T) binary.Command {
			dir := t.TempDir()
			return unprivileged(t, serve(t, "--data", filepath.Join(dir, "data")), dir)
		}},
		{"the data folder cannot be written", `data.*(permission denied|not writable|cannot be written)`, func(t *testing.T) binary.Command {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			return unprivileged(t, serve(t, "--data", dir), dir)
		}},
		{"the data folder is another server's", `another server runs on the data folder .*--data`, func(t *testing.T) binary.Command {
			return serve(t, "--data", binary.Start(t, binary.Options{}).Data)
		}},
		{"the data folder is a demonstration's", `demonstration.*--data.*--demo`, func(t *testing.T) binary.Command {
			s := binary.Start(t, binary.Options{Args: []string{"--demo"}})
			s.Stop()
			return serve(t, "--data", s.Data)
		}},
		{"a demonstration in a folder in real use", `real use.*--data.*--demo`, func(t *testing.T) binary.Command {
			s := binary.Start(t, binary.Options{})
			s.Stop()
			return serve(t, "--data", s.Data, "--demo")
		}},
	}
}

// badSettings are starts with settings that mean nothing.
func badSettings() []badStart {
	return []badStart{
		{"a flag is mistyped", `unknown flag --htpp.*--http`, func(t *testing.T) binary.Command {
			return serve(t, "--htpp", "127.0.0.1:1")
		}},
		{"a command is mistyped", `serv\b.*serve`, func(t *testing.T) binary.Command {
			return binary.Command{Args: []string{"serv"}}
		}},
		{"the configuration has an unknown key", `grazer_grants_supper.*line 2.*did you mean.*graze\.grazer_grants_super`, func(t *testing.T) binary.Command {
			file := filepath.Join(t.TempDir(), "roster.yaml")
			if err := os.WriteFile(file, []byte("graze:\n  grazer_grants_supper: true\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			return serve(t, "--config", file)
		}},
		{"the configuration is not there", `no-such\.yaml`, func(t *testing.T) binary.Command {
			return serve(t, "--config", filepath.Join(t.TempDir(), "no-such.yaml"))
		}},
		{"a setting is no setting", `--trusted-proxies`, func(t *testing.T) binary.Command {
			return serve(t, "--trusted-proxies", "not an address")
		}},
		{"mail without a public address", `--public-url`, func(t *testing.T) binary.Command {
			return serve(t, "--smtp-address", "127.0.0.1:25", "--smtp-from", "roster@roster.example")
		}},
		{"a certificate without its key", `--tls-key`, func(t *testing.T) binary.Command {
			return serve(t, "--https", "127.0.0.1:0", "--tls-cert", "cert.pem")
		}},
	}
}

// badDatabases are starts with a database that does not answer, or a key that does not belong to
// it.
func badDatabases() []badStart {
	return []badStart{
		{"PostgreSQL is down", `PostgreSQL|database.*127\.0\.0\.1:1\b`, func(t *testing.T) binary.Command {
			c := serve(t, "--database", "postgres://roster:canary-password@127.0.0.1:1/roster")
			c.Env = append(c.Env, "ROSTER_KEY="+key)
			return c
		}},
		{"PostgreSQL without a key", `ROSTER_KEY`, func(t *testing.T) binary.Command {
			return serve(t, "--database", pgtest.URL(t))
		}},
		{"the key is no key", `ROSTER_KEY.*32`, func(t *testing.T) binary.Command {
			c := serve(t)
			c.Env = append(c.Env, "ROSTER_KEY=canary-key")
			return c
		}},
		{"the database was made with another key", `another key.*roster\.key.*ROSTER_KEY`, func(t *testing.T) binary.Command {
			s := binary.Start(t, binary.Options{})
			s.Stop()
			c := serve(t, "--data", s.Data)
			c.Env = append(c.Env, "ROSTER_KEY="+key)
			return c
		}},
		{"the PostgreSQL database was made with another key", `another key.*roster\.key.*ROSTER_KEY`, func(t *testing.T) binary.Command {
			s := binary.Start(t, binary.Options{Env: postgres().env(t)})
			s.Stop()
			c := serve(t, "--database", s.Setting("ROSTER_DATABASE"))
			c.Env = append(c.Env, "ROSTER_KEY="+strings.Repeat("ab", 32))
			return c
		}},
		{"others may read the key", `roster\.key.*chmod 600`, func(t *testing.T) binary.Command {
			s := binary.Start(t, binary.Options{})
			s.Stop()
			if err := os.Chmod(filepath.Join(s.Data, "roster.key"), 0o640); err != nil {
				t.Fatal(err)
			}
			return serve(t, "--data", s.Data)
		}},
		{"the key is gone", `key`, func(t *testing.T) binary.Command {
			s := binary.Start(t, binary.Options{})
			s.Stop()
			if err := os.Remove(filepath.Join(s.Data, "roster.key")); err != nil {
				t.Fatal(err)
			}
			return serve(t, "--data", s.Data)
		}},
		{"the database is no database", `roster\.db`, func(t *testing.T) binary.Command {
			c := serve(t)
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "roster.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
			c.Args = append(c.Args, "--data", dir)
			return c
		}},
	}
}

// nobody is the user that a test as root runs the binary as, where root could do what others
// cannot.
const nobody = 65534

// unprivileged runs a command as somebody who may enter, and not write, the folder.
func unprivileged(t *testing.T, c binary.Command, dir string) binary.Command {
	t.Helper()
	if os.Getuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		return c
	}
	c.UID = nobody
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) { // testing's own folder is closed to others
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestAStartThatCannotWorkSaysWhyInOneLine(t *testing.T) {
	t.Parallel()
	for _, b := range slices.Concat(badFolders(), badSettings(), badDatabases()) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			r := checkRefusedStart(t, b.make(t), b.says)
			for _, secret := range []string{"canary-password", "canary-key", key} {
				if strings.Contains(r.Stderr, secret) {
					t.Errorf("it repeats a secret: %s", r.Stderr)
				}
			}
		})
	}
}

func TestSeveralMistakesInTheSettingsAreToldTogether(t *testing.T) {
	t.Parallel()
	r := serve(t, "--trusted-proxies", "not an address", "--public-url", "roster.example", "--default-country", "Atlantis").Run(t)
	for _, flag := range []string{"--trusted-proxies", "--public-url", "--default-country"} {
		if !strings.Contains(r.Stderr, flag) {
			t.Errorf("nothing about %s in: %s", flag, r.Stderr)
		}
	}
	if r.Code <= 0 {
		t.Errorf("exit code %d", r.Code)
	}
}
