package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"roster"
	"roster/internal/app"
	"roster/internal/config"
)

type serveCommand struct {
	Settings config.Serve `embed:""`
	Config   string       `placeholder:"FILE" help:"The configuration file (YAML). A flag wins over the environment, and that over the file ($ROSTER_CONFIG)."`
}

// Help returns the examples.
func (serveCommand) Help() string {
	return `At the first start it makes the data folder and prints a link by which the user admin sets a password. It ends with Ctrl+C, after the requests under way are answered.

Examples:

    roster serve --demo
    roster serve --data /var/lib/roster --public-url https://roster.example.com
    roster serve --config /etc/roster.yaml`
}

// Run serves until it is interrupted.
func (c serveCommand) Run(sh *shell) error {
	if err := c.Settings.Validate(); err != nil {
		return err
	}
	ctx, reload, done := hangUps(sh.ctx, isTerminal(sh.stdin))
	defer done()
	a, err := waitForFolder(ctx, func() (*app.App, error) { return c.open(ctx, sh, reload) })
	if err != nil {
		return err
	}
	err = a.Serve(ctx, sh.stdout)
	return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}

// hangUps takes SIGHUP, by which administrators and certificate tools ask for new files to be read:
// it arrives at reload. Where somebody works on a terminal it means that the terminal is gone, and
// ends the returned context. A process that ignores it (nohup) goes on doing so.
func hangUps(ctx context.Context, terminal bool) (served context.Context, reload <-chan os.Signal, done func()) {
	if signal.Ignored(syscall.SIGHUP) {
		return ctx, nil, func() {}
	}
	if terminal {
		ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
		return ctx, nil, stop
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	return ctx, signals, func() { signal.Stop(signals) }
}

// open opens the app. That another server has the folder is told at once; a command that has it is
// soon done.
func (c serveCommand) open(ctx context.Context, sh *shell, reload <-chan os.Signal) (*app.App, error) {
	dir := c.Settings.Data
	if answers(ctx, filepath.Join(dir, app.SocketFile)) {
		return nil, &roster.Error{
			Kind:   roster.Conflict,
			Detail: fmt.Sprintf("another server runs on the data folder %s; stop it, or choose another folder with --data", dir),
		}
	}
	return app.Open(ctx, app.Config{
		Settings: c.Settings, Key: os.Getenv(keyVariable), Version: sh.build.Version,
		Log: newLogger(sh, c.Settings.LogFormat, c.Settings.LogLevel), Listen: true, Reload: reload,
	})
}

// newLogger logs to the standard error: text for a person, JSON for what collects logs.
func newLogger(sh *shell, format string, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if format == "text" || format == "auto" && isTerminal(sh.stderr) {
		return slog.New(slog.NewTextHandler(sh.stderr, o))
	}
	return slog.New(slog.NewJSONHandler(sh.stderr, o))
}
