package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"roster"
	"roster/internal/app"
	"roster/internal/control"
	"roster/internal/directory"
)

// Where a command finds the directory. It is part of every command that needs one. Environment and file
// say these as they do for the server.
type connection struct {
	Data     string `placeholder:"DIR" group:"Which directory:" help:"The server's data folder (default: ./roster-data)."`
	Database string `placeholder:"URL" group:"Which directory:" help:"Work on this PostgreSQL database directly, past any server: postgres://…"`
	Config   string `placeholder:"FILE" group:"Which directory:" help:"The server's configuration file ($ROSTER_CONFIG)."`

	Organization string `placeholder:"SLUG" env:"ROSTER_ORGANIZATION" group:"Which directory:" help:"The organization (default: default)."`
}

// listing is part of every command that prints data.
type listing struct {
	connection
	JSON bool `name:"json" help:"Print JSON."`
}

// use runs fn on what is there already.
func (c connection) use(sh *shell, fn func(*control.Client) error) error {
	return c.reach(sh, false, fn)
}

// make runs fn, and makes the data folder if it is not there.
func (c connection) make(sh *shell, fn func(*control.Client) error) error {
	return c.reach(sh, true, fn)
}

func (c connection) reach(sh *shell, mayMake bool, fn func(*control.Client) error) error {
	link, err := c.open(sh, mayMake)
	if err != nil {
		return err
	}
	done := sh.patience("at work; this takes a while")
	err = fn(link.client)
	done()
	return errors.Join(err, link.close())
}

// link is an open way to the directory.
type link struct {
	client *control.Client
	close  func() error
	way    way
}

// way says who answers at the other end of a link.
type way uint8

const (
	byServer   way = iota // the server that owns the data folder
	byFolder              // this process, in the server's place: none runs
	byDatabase            // this process, on a database that servers may be using
)

// open finds who answers, and speaks to it of the organization that was named.
func (c connection) open(sh *shell, mayMake bool) (link, error) {
	slug := strings.TrimSpace(c.Organization)
	if c.Organization != "" && !directory.IsSlug(slug) {
		return link{}, &roster.Error{
			Kind: roster.Invalid, Detail: fmt.Sprintf("there is no organization %q; see: roster organization list", c.Organization),
		}
	}
	l, err := c.find(sh, mayMake)
	if err == nil {
		l.client = l.client.In(slug)
	}
	return l, err
}

// find finds who answers: the server behind the socket, or this process.
func (c connection) find(sh *shell, mayMake bool) (link, error) {
	settings, err := readSettings(c)
	if err != nil {
		return link{}, err
	}
	if settings.Database != "" {
		return openInside(sh, settings, byDatabase)
	}
	if err := validateFolder(settings.Data, mayMake); err != nil {
		return link{}, err
	}
	return waitForFolder(sh.ctx, func() (link, error) {
		socket := filepath.Join(settings.Data, app.SocketFile)
		if control.Answers(sh.ctx, socket) {
			if err := control.Greet(sh.ctx, socket); err != nil {
				return link{}, err
			}
			client := control.NewClient(control.Socket(socket), operator())
			return link{client: client, close: func() error { return nil }, way: byServer}, nil
		}
		if err := validateOwner(settings.Data); err != nil {
			return link{}, err
		}
		return openInside(sh, settings, byFolder)
	})
}

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

// validateFolder refuses a data folder that is not there, because a mistyped name must not make an empty
// directory.
func validateFolder(dir string, mayMake bool) error {
	_, err := os.Stat(dir)
	if !errors.Is(err, fs.ErrNotExist) || mayMake {
		return nil // what else is wrong shows when it is opened
	}
	hint := "start the server once (roster serve), or name its folder with --data"
	if _, err := os.Stat("roster-demo"); err == nil {
		hint = "for the demonstration here, add: --data ./roster-demo"
	}
	return &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("there is no data folder %s; %s", dir, hint)}
}

// operator returns the operating system's name of who runs the command, "" if it is not known.
func operator() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
