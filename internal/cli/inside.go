package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"roster/internal/app"
	"roster/internal/config"
)

// keyVariable is the environment variable that holds the server's key, where no file does.
const keyVariable = "ROSTER_KEY"

// openInside answers within this process: it opens the directory as the server would, and nothing
// listens.
func openInside(sh *shell, settings config.Serve, w way, slug string) (link, error) {
	log := slog.New(slog.NewTextHandler(sh.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := app.Open(sh.ctx, app.Config{
		Settings: settings, Key: os.Getenv(keyVariable), Version: sh.build.Version, Log: log,
		Shared: w == byDatabase,
	})
	if err != nil {
		return link{}, err
	}
	end := func() error { return a.Close(context.WithoutCancel(sh.ctx)) }
	handler, err := a.Operator()
	if err != nil {
		return link{}, errors.Join(err, end())
	}
	return newLocalLink(local{handler}, w, slug, end)
}

// demoMark is the file that marks the data folder of a demonstration.
const demoMark = "DEMO"

// readSettings reads what the server would: the file, the environment, and on top of them the flags
// of the command, so that a command that answers itself keeps the same rules.
func readSettings(c connection) (config.Serve, error) {
	var args []string
	if c.Data != "" {
		args = append(args, "--data="+c.Data)
	}
	if c.Database != "" {
		args = append(args, "--database="+c.Database)
	}
	warned := func(string) {} // while the command line was read
	s, err := config.Load(c.Config, os.Environ(), warned, args...)
	if err == nil {
		err = s.Validate()
	}
	if _, statErr := os.Stat(filepath.Join(s.Data, demoMark)); statErr == nil {
		s.Demo = true
	}
	return s, err
}
