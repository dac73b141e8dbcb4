package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"roster"
	"roster/internal/app"
)

// A server that starts or stops, or another command, owns the data folder for a moment without
// answering on the socket.
const (
	waitForOwner = 10 * time.Second
	askOwner     = 50 * time.Millisecond
)

// waitForFolder tries until the folder is not locked any more, or its owner answers.
func waitForFolder[T any](ctx context.Context, try func() (T, error)) (T, error) {
	limit, cancel := context.WithTimeout(ctx, waitForOwner)
	defer cancel()
	tick := time.NewTicker(askOwner)
	defer tick.Stop()
	for {
		out, err := try()
		if !errors.Is(err, app.ErrLocked) {
			return out, err
		}
		select {
		case <-tick.C:
		case <-limit.Done():
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
			return out, &roster.Error{
				Kind: roster.Unavailable, Err: err,
				Detail: "another roster has locked the data folder and does not answer: try again, or look at its process (fuser roster.lock names it)",
			}
		}
	}
}

// validateFolder refuses a folder without a directory in it, because a mistyped name must not make
// an empty directory. mayMake lets it pass where it is not there, or empty.
func validateFolder(dir string, mayMake bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil // what is wrong shows when it is opened
	}
	ours := func(e fs.DirEntry) bool { return slices.Contains(app.OwnFiles[:], e.Name()) }
	if mayMake && len(entries) == 0 || slices.ContainsFunc(entries, ours) {
		return nil
	}
	if len(entries) > 0 {
		return &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("%s is no data folder: it holds other files, and no directory; if that is on PostgreSQL, name it with --database", dir)}
	}
	hint := "start the server once (roster serve), or name its folder with --data"
	if _, err := os.Stat("roster-demo"); err == nil {
		hint = "for the demonstration here, add: --data ./roster-demo"
	}
	return &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("there is no data folder %s; %s", dir, hint)}
}
