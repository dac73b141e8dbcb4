package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Names of records, from the vendors' examples.
const (
	groupName      = "Network"
	departmentName = "Support"
	teamName       = "my team 1"
	callerName     = "bench"
	callerPassword = "a password for measuring only"
)

// seeds is the number of users that are read one by one: enough that no row is hot.
const seeds = 500

// seed is a user that is only read.
type seed struct{ id, userName string }

// openSite starts a server on a new store and makes the records that the measurements need.
func openSite(ctx context.Context, l launch, store string) (*site, error) {
	p, err := l.serve(ctx)
	if err != nil {
		return nil, err
	}
	return &site{launch: l, process: p, store: store, cli: l.command}, nil
}

// furnish makes the records of the requests, credentials, and the users to read.
func (s *site) furnish(ctx context.Context) error {
	for _, args := range [][]string{
		{"group", "create", "--name", groupName},
		{"department", "create", "--name", departmentName},
		{"team", "create", "--name", teamName},
	} {
		if _, err := s.cli(ctx, "", args...); err != nil {
			return err
		}
	}
	_, err := s.cli(ctx, callerPassword+"\n", "user", "create", "--name", callerName,
		"--email", "bench@example.org", "--role", "Grazer", "--password-stdin")
	if err != nil {
		return err
	}
	if s.token, err = s.cli(ctx, "", "token", "create", "--name", "bench", "--access", "read-write"); err != nil {
		return err
	}
	s.basic = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(callerName+":"+callerPassword))
	if err := s.findGroup(ctx); err != nil {
		return err
	}
	if err := s.openSession(ctx); err != nil {
		return err
	}
	return s.sow(ctx)
}

func (s *site) url(path string) string { return "http://" + s.address + path }

// ask makes a call without measuring and decodes its answer.
func (s *site) ask(ctx context.Context, method, path, body string, out any) error {
	status, text := call(ctx, method, s.url(path), body, "Authorization: Bearer "+s.token, "Content-Type: application/json")
	name, _, _ := strings.Cut(path, "?") // the query may hold a secret
	if status != http.StatusOK {
		return fmt.Errorf("%s %s: %d %s", method, name, status, text)
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, name, err)
	}
	return nil
}

func (s *site) findGroup(ctx context.Context) error {
	var out struct {
		UserGroups []struct{ ID string }
	}
	if err := s.ask(ctx, "GET", "/getUserGroups/?userGroupName="+groupName, "", &out); err != nil {
		return err
	}
	if len(out.UserGroups) != 1 {
		return fmt.Errorf("there are %d groups %q", len(out.UserGroups), groupName)
	}
	s.group = out.UserGroups[0].ID
	return nil
}

func (s *site) openSession(ctx context.Context) error {
	query := url.Values{"username": {callerName}, "password": {callerPassword}}
	var out struct {
		Token string `json:"auth_token"`
	}
	err := s.ask(ctx, "GET", "/graze/v1/authenticate?"+query.Encode(), "", &out)
	s.session = out.Token
	return err
}

// sow makes the users to read.
func (s *site) sow(ctx context.Context) error {
	for range seeds {
		var out struct {
			User struct{ ID, Email string }
		}
		if err := s.ask(ctx, "POST", "/createUser/", numbered(s.personBody(false), s.number()), &out); err != nil {
			return err
		}
		s.seeds = append(s.seeds, seed{out.User.ID, out.User.Email})
	}
	return nil
}
