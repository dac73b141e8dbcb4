package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"roster"
	"roster/internal/app"
	"roster/internal/config"
	"roster/internal/control"
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
	a, err := waitForFolder(sh.ctx, func() (*app.App, error) { return c.open(sh) })
	if err != nil {
		return err
	}
	err = a.Serve(sh.ctx, sh.stdout)
	return errors.Join(err, a.Close(context.WithoutCancel(sh.ctx)))
}

// open opens the app. That another server has the folder is told at once; a command that has it is soon done.
func (c serveCommand) open(sh *shell) (*app.App, error) {
	dir := c.Settings.Data
	if control.Answers(sh.ctx, filepath.Join(dir, app.SocketFile)) {
		return nil, &roster.Error{
			Kind:   roster.Conflict,
			Detail: fmt.Sprintf("another server runs on the data folder %s; stop it, or choose another folder with --data", dir),
		}
	}
	return app.Open(sh.ctx, app.Config{
		Settings: c.Settings, Key: os.Getenv(keyVariable), Version: sh.build.Version,
		Log: newLogger(sh, c.Settings.LogFormat, c.Settings.LogLevel),
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
