package binary

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Command is one run of the binary that ends by itself.
type Command struct {
	Args  []string
	Env   []string // NAME=value, beside PATH and HOME: nothing else of the test's environment gets in
	Stdin string
	UID   uint32 // runs as this user; 0: as the user of the test

	Binary string // path of the binary, named roster; "": the one that [Main] built
}

// Result is the outcome of a command.
type Result struct {
	Stdout, Stderr string
	Code           int // exit code; -1 if a signal ended it
}

// Run runs the command to its end. The test fails if that takes longer than a minute.
func (c Command) Run(t testing.TB) Result {
	t.Helper()
	return run(t, exec.CommandContext(t.Context(), cmp.Or(c.Binary, Path(t)), c.Args...), c)
}

// Shell runs a line of shell script, in which roster is the binary.
func (c Command) Shell(t testing.TB, line string) Result {
	t.Helper()
	return run(t, exec.CommandContext(t.Context(), "sh", "-c", line), c)
}

func run(t testing.TB, cmd *exec.Cmd, c Command) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.Stdin), &stdout, &stderr
	cmd.Env = environment(cmp.Or(c.Binary, Path(t)), c.Env)
	cmd.SysProcAttr = attributes(c.UID)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	stop()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Fatalf("%s did not end\n%s%s", strings.Join(cmd.Args, " "), &stdout, &stderr)
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// environment returns the whole environment of a process: the PATH with the binary, and the
// variables of the test.
func environment(binary string, more []string) []string {
	env := []string{"PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(), "LC_ALL=C.UTF-8"}
	return append(env, more...)
}

// attributes makes a process end with its test, and run as another user if one is given.
func attributes(uid uint32) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if uid != 0 {
		a.Credential = &syscall.Credential{Uid: uid, Gid: uid, NoSetGroups: false}
	}
	return a
}
