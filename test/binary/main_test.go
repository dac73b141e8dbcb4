// Tests of the real binary, as its users meet it: the vendors' own requests, crashes, races,
// secrets, full disks, starts that cannot work, mail, and clients that mean no good.
package binary_test

import (
	"flag"
	"os"
	"testing"

	"roster/internal/pgtest"
	"roster/test/binary"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Most of these tests wait for another process most of the time.
	if !given("test.parallel") {
		_ = flag.Set("test.parallel", "6")
	}
	binary.Main(m)
}

func given(name string) (found bool) {
	flag.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// long reports whether the heavier repetitions were asked for.
func long() bool { return os.Getenv("ROSTER_TEST_LONG") == "1" }

// engine is a database that the binary can work on.
type engine struct {
	name string
	env  func(*testing.T) []string // what tells the binary about it
}

// key is a key for servers whose database is elsewhere, which do not make one themselves.
const key = "4f7a1c90d2b8e6354f7a1c90d2b8e6354f7a1c90d2b8e6354f7a1c90d2b8e635"

func sqlite() engine {
	return engine{"SQLite", func(*testing.T) []string { return nil }}
}

func postgres() engine {
	return engine{"PostgreSQL", func(t *testing.T) []string {
		return []string{"ROSTER_DATABASE=" + pgtest.URL(t), "ROSTER_KEY=" + key}
	}}
}

func engines() []engine { return []engine{sqlite(), postgres()} }
