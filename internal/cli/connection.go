package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os/user"
	"path/filepath"
	"strings"

	"roster"
	"roster/client"
	"roster/internal/app"
	"roster/internal/directory"
)

// connection says where a command finds the directory. It is part of every command that needs one.
// Environment and file say the same as they do for the server.
type connection struct {
	Data     string `placeholder:"DIR" group:"Which directory:" help:"The server's data folder (default: ./roster-data)."`
	Database string `placeholder:"URL" group:"Which directory:" help:"Open this PostgreSQL database directly, without a server: postgres://…"`
	Config   string `placeholder:"FILE" group:"Which directory:" help:"The server's configuration file ($ROSTER_CONFIG)."`
	Server   string `placeholder:"URL" env:"ROSTER_SERVER" group:"Which directory:" help:"Call this server over the network, such as https://roster.example.com (default: the one of roster login)."`
	Token    string `placeholder:"TOKEN" env:"ROSTER_TOKEN" group:"Which directory:" help:"The API token for --server. Prefer the environment: the list of processes shows flags."`

	Organization string `placeholder:"SLUG" env:"ROSTER_ORGANIZATION" group:"Which directory:" help:"The organization's slug (default: default)."`
}

// listing is part of every command that prints data.
type listing struct {
	connection
	JSON bool `name:"json" help:"Print JSON, as the native API has it."`
}

// use runs fn on a directory that is there already.
func (c connection) use(sh *shell, fn func(link) error) error { return c.reach(sh, false, fn) }

// make runs fn, and makes the data folder if it is not there.
func (c connection) make(sh *shell, fn func(link) error) error { return c.reach(sh, true, fn) }

func (c connection) reach(sh *shell, mayMake bool, fn func(link) error) error {
	l, err := c.open(sh, mayMake)
	if err != nil {
		return err
	}
	done := sh.patience("at work; this takes a while")
	err = fn(l)
	done()
	return errors.Join(l.explain(err), l.close())
}

// link is an open way to the directory.
type link struct {
	*client.Client
	http   *http.Client // for calls that only the operator may make
	seen   *recorder
	server string // its base URL
	prefix string // of paths, with the organization; "" for the default one
	way    way
	close  func() error
}

// way says who answers at the other end of a link.
type way uint8

const (
	bySocket   way = iota // the server that owns the data folder
	byFolder              // this process, in the server's place: none runs
	byDatabase            // this process, on a database that servers may be using
	byNetwork             // a server somewhere, which asks for a credential
)

// open finds who answers, and speaks to it of the organization that was named.
func (c connection) open(sh *shell, mayMake bool) (link, error) {
	slug := strings.TrimSpace(c.Organization)
	if c.Organization != "" && !directory.IsSlug(slug) {
		return link{}, noOrganization(c.Organization)
	}
	remote, err := c.remote(sh)
	if err != nil {
		return link{}, err
	}
	if remote.Server != "" {
		return remote.open(sh, slug)
	}
	settings, err := readSettings(c)
	if err != nil {
		return link{}, err
	}
	if settings.Database != "" {
		return openInside(sh, settings, byDatabase, slug)
	}
	return waitForFolder(sh.ctx, func() (link, error) {
		socket := filepath.Join(settings.Data, app.SocketFile)
		if answers(sh.ctx, socket) {
			if err := greet(sh.ctx, socket, greetingTime); err != nil {
				return link{}, err
			}
			return newLocalLink(newSocket(socket, maxSilence), bySocket, slug, func() error { return nil })
		}
		if app.IsLocked(settings.Data) { // a server that starts has no socket yet
			return link{}, app.ErrLocked
		}
		if err := validateFolder(settings.Data, mayMake); err != nil {
			return link{}, err
		}
		if err := validateOwner(settings.Data); err != nil {
			return link{}, err
		}
		return openInside(sh, settings, byFolder, slug)
	})
}

func noOrganization(slug string) error {
	return &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("there is no organization %.80q; see: roster organization list", slug)}
}

// newLocalLink returns a link on which the caller is the operator. Whoever answers is asked once: a
// person is there who can try again.
func newLocalLink(transport http.RoundTripper, w way, slug string, end func() error) (link, error) {
	transport = asOperator{transport, operatorName()}
	l := link{seen: &recorder{next: transport}, http: &http.Client{Transport: transport}, server: localURL, way: w, close: end}
	return l, l.connect(slug, client.WithRetries(1, 0), client.WithTimeout(0))
}

// connect makes the client of a link.
func (l *link) connect(slug string, opts ...client.Option) (err error) {
	opts = append(opts, client.WithHTTPClient(&http.Client{Transport: l.seen}), client.WithUserAgent("roster-cli"))
	if slug != "" {
		opts = append(opts, client.WithOrganization(slug))
		l.prefix = "/o/" + slug
	}
	l.Client, err = client.New(l.server, opts...)
	return err
}

// explain makes an error of the client one that says who did not answer.
func (l link) explain(err error) error {
	if !errors.Is(err, client.ErrNoAnswer) || errors.Is(err, context.Canceled) {
		return err
	}
	cause := errors.New(strings.TrimPrefix(err.Error(), "client: "))
	var untrusted *tls.CertificateVerificationError
	switch {
	case l.way != byNetwork:
		return unfinished(cause)
	case errors.As(err, &untrusted):
		return &roster.Error{
			Kind: roster.Unavailable, Err: untrusted.Err,
			Detail: "the certificate of " + l.server + " cannot be verified; for an authority of your own, set SSL_CERT_FILE to its file",
		}
	}
	return &roster.Error{
		Kind: roster.Unavailable, Err: cause,
		Detail: l.server + " gave no good answer; see whether the address is right and a Roster server runs there",
	}
}

// operatorName returns the operating system's name of who runs the command, "" if it is not known.
func operatorName() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
