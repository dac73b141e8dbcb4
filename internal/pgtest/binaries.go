package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
)

// errMissing is the error if PostgreSQL is not installed.
var errMissing = errors.New("not installed")

func isMissing(err error) bool { return errors.Is(err, errMissing) }

// binaries returns the folder with initdb and postgres. If they are missing it installs Debian's
// package, where it may.
func binaries(ctx context.Context) (string, error) {
	if dir, ok := findBinaries(); ok {
		return dir, nil
	}
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return "", errMissing
	}
	cmd := exec.CommandContext(ctx, apt, "install", "-y", "--no-install-recommends", "postgresql")
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w, and cannot be: %w\n%s", errMissing, err, out)
	}
	if dir, ok := findBinaries(); ok {
		return dir, nil
	}
	return "", errMissing
}

// findBinaries looks in the PATH, and where Debian keeps each version.
func findBinaries() (string, bool) {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(versions, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(dirs, versions...) {
		_, noInit := os.Stat(filepath.Join(dir, "initdb"))
		_, noServer := os.Stat(filepath.Join(dir, "postgres"))
		if noInit == nil && noServer == nil {
			return dir, true
		}
	}
	return "", false
}

// version returns the number in a path such as /usr/lib/postgresql/15/bin.
func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// unprivileged returns a user that is not root.
func unprivileged() (uid, gid int, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, lookupErr := user.Lookup(name)
		if lookupErr != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2); err != nil {
			return 0, 0, fmt.Errorf("look up user: %w", err)
		}
		return uid, gid, nil
	}
	return 0, 0, errors.New("there is neither a user postgres nor a user nobody")
}
