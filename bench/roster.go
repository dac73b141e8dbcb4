package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// launch says how to start the binary.
type launch struct {
	binary   string
	data     string // folder
	database string // URL of a PostgreSQL database, "" for SQLite in the folder
	key      string // the server's key, needed with PostgreSQL
}

// logFile is the server's log, beside its data folder. It is emptied between measurements, so that
// logging costs its writing but no device.
func (l launch) logFile() string { return filepath.Clean(l.data) + ".log" }

// environment returns this program's environment without the server's settings.
func (l launch) environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ROSTER_") {
			env = append(env, v)
		}
	}
	if l.key != "" {
		env = append(env, "ROSTER_KEY="+l.key)
	}
	return env
}

// newKey returns a key for a server.
func newKey() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	return hex.EncodeToString(key)
}

// serve starts the server on a free port and waits until it is ready.
func (l launch) serve(ctx context.Context) (*process, error) {
	log, err := os.OpenFile(l.logFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer log.Close()
	args := []string{"serve", "--data", l.data, "--http", "127.0.0.1:0"}
	if l.database != "" {
		args = append(args, "--database", l.database)
	}
	cmd := exec.CommandContext(ctx, l.binary, args...)
	cmd.Env, cmd.Stderr = l.environment(), log
	p, err := start(ctx, cmd, bannerAddress, "/readyz")
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, tail(l.logFile()))
	}
	return p, nil
}

// bannerAddress returns the address in a line that the server prints at its start.
func bannerAddress(line string) string {
	_, address, found := strings.Cut(line, "http://")
	if !found || !strings.HasPrefix(strings.TrimSpace(line), "HTTP ") {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSpace(address), "/")
}

// command runs one of the binary's commands on the data folder of a running server, and returns its
// output.
func (l launch) command(ctx context.Context, input string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, l.binary, append(args, "--data", l.data)...)
	cmd.Env, cmd.Stdin = l.environment(), strings.NewReader(input)
	cmd.SysProcAttr = dieWithParent()
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("roster %s: %w: %s", strings.Join(args, " "), err, complaint.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// site is a running server with the records that the measurements need.
type site struct {
	launch
	*process
	store   string // "SQLite" or "PostgreSQL"
	cli     func(ctx context.Context, input string, args ...string) (string, error)
	token   string // API token of the organization, read-write
	basic   string // header line of a user who may call the Graze API
	session string // auth_token of the same user
	group   string // id of a user group
	seeds   []seed
	grown   int // users made by batches
	people  people
	serial  atomic.Int64
}

// number returns a number that this site has not used.
func (s *site) number() int64 { return s.serial.Add(1) }

// forgetLog empties the server's log.
func (s *site) forgetLog() error { return os.Truncate(s.logFile(), 0) }
