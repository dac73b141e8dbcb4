package binary

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// pathVariable names the environment variable that holds the binary's path. Where it is set before
// the tests start, that binary is tested and nothing is built.
const pathVariable = "ROSTER_TEST_BINARY"

// Main builds the binary, runs the tests of m, removes the binary and exits. It is the body of a
// TestMain.
func Main(m *testing.M) {
	remove, err := build()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	remove()
	os.Exit(code)
}

// build makes the binary and notes where it is.
func build() (remove func(), err error) {
	if os.Getenv(pathVariable) != "" {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "roster-test-")
	if err != nil {
		return nil, err
	}
	// Another user runs it where a test is about what root may and others may not.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "roster")
	cmd := exec.Command("go", "build", "-trimpath", "-o", path, "roster/cmd/roster")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return func() { _ = os.RemoveAll(dir) }, os.Setenv(pathVariable, path)
}

// Path returns the path of the binary that [Main] built.
func Path(t testing.TB) string {
	t.Helper()
	path := os.Getenv(pathVariable)
	if path == "" {
		t.Fatal("no binary: the package's TestMain must call binary.Main")
	}
	return path
}
