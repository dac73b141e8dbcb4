package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client calls one organization of one server. It is safe for concurrent use; make one and keep it.
type Client struct {
	Users              *Users
	Groups             *Groups
	Teams              *Teams
	Departments        *Departments
	Roles              *Roles
	Permissions        *Permissions
	Realms             *Realms
	Tokens             *Tokens
	Sessions           *Sessions
	Checks             *Checks
	CheckGroups        *CheckGroups
	Events             *Events
	Alerts             *Alerts
	DefaultPreferences *DefaultPreferences
	Audit              *Audit
	Organizations      *Organizations
	Jobs               *Jobs

	base string // of every call, up to and with /api/v1
	settings
	clock clock
}

// New returns a client of the server at baseURL, such as "https://roster.example"; a path in it is
// kept. It calls nobody. Without a credential among the options only calls succeed that need none.
func New(baseURL string, opts ...Option) (*Client, error) {
	base, err := parseBase(baseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{settings: defaults(), clock: wallClock{}}
	for _, opt := range opts {
		if err := opt(&c.settings); err != nil {
			return nil, err
		}
	}
	c.http = staying(c.http)
	if c.organization != "" {
		base += "/o/" + c.organization
	}
	c.base = base + "/api/v1"
	c.join()
	return c, nil
}

// parseBase checks a base URL without repeating it: it might hold a password.
func parseBase(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", errors.New("client: the base URL is malformed")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return "", errors.New("client: the base URL must begin with http:// or https:// and a host")
	case u.User != nil:
		return "", errors.New("client: the base URL must hold no credential; use WithBasic or WithToken")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("client: the base URL must have no query and no fragment")
	}
	return strings.TrimRight(u.Scheme+"://"+u.Host+u.EscapedPath(), "/"), nil
}

// staying returns a copy of the HTTP client that follows no redirect and keeps no cookies.
func staying(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	return &own
}

// join gives the services their client.
func (c *Client) join() {
	c.Users = &Users{c}
	c.Groups = &Groups{c}
	c.Teams = &Teams{c}
	c.Departments = &Departments{c}
	c.Roles = &Roles{c}
	c.Permissions = &Permissions{c}
	c.Realms = &Realms{c}
	c.Tokens = &Tokens{c}
	c.Sessions = &Sessions{c}
	c.Checks = &Checks{c}
	c.CheckGroups = &CheckGroups{c}
	c.Events = &Events{c}
	c.Alerts = &Alerts{c}
	c.DefaultPreferences = &DefaultPreferences{c}
	c.Audit = &Audit{c}
	c.Organizations = &Organizations{c}
	c.Jobs = &Jobs{c}
}

// String names the server that the client calls, and no credential.
func (c *Client) String() string { return fmt.Sprintf("client of %s", c.base) }

// GoString is String, so that %#v shows no credential either.
func (c *Client) GoString() string { return c.String() }

// clock is the time as retries see it.
type clock interface {
	now() time.Time
	after(time.Duration) (fires <-chan time.Time, stop func())
}

type wallClock struct{}

func (wallClock) now() time.Time { return time.Now() }

func (wallClock) after(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
