package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"roster"
	"roster/client"
)

// remote is a server that is called over the network, and the credential for it.
type remote struct {
	Server string `json:"server"` // its base URL; "" for none
	Token  string `json:"token"`  // an API token
}

// remote returns the server that the command calls over the network. Its Server is "" where the
// command works on this machine. What is typed wins over the environment, and both over what roster
// login kept; a data folder or database that is named wins over that, too. A token that there is no
// server for is refused: the command would do something else than its owner may.
func (c connection) remote(sh *shell) (remote, error) {
	here := sh.typed["data"] || sh.typed["database"] || sh.typed["config"]
	switch {
	case here && (sh.typed["server"] || sh.typed["token"]):
		return remote{}, usageError{"--server and --token are for another machine's directory, and --data, --database and --config for this one's: use either"}
	case here:
		return remote{}, nil
	case c.Server != "":
		return c.namedServer(sh)
	}
	kept, err := readLogin()
	switch {
	case c.Data == "" && c.Database == "" && (err != nil || kept.Server != ""):
		kept.Token = cmp.Or(c.Token, kept.Token)
		return kept, err
	case c.Token != "":
		return remote{}, usageError{"there is a token (--token, ROSTER_TOKEN), and no server for it: name one with --server or ROSTER_SERVER, or leave the token out"}
	}
	return remote{}, nil
}

// namedServer returns the server that is named, with the token for it: no token that belongs to
// another one.
func (c connection) namedServer(sh *shell) (remote, error) {
	server, err := cleanServer(c.Server)
	if err != nil {
		return remote{}, err
	}
	r := remote{Server: server, Token: c.Token}
	other, _ := cleanServer(os.Getenv("ROSTER_SERVER"))
	if sh.typed["server"] && !sh.typed["token"] && other != "" && other != server {
		r.Token = "" // that of the environment is for the server of the environment
	}
	if r.Token != "" {
		return r, nil
	}
	kept, err := readLogin()
	if err == nil && kept.Server == server {
		r.Token = kept.Token
	}
	return r, err
}

// cleanServer returns the address of a server as links begin with it. It repeats nothing of a wrong
// one, which may hold a password.
func cleanServer(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return "", usageError{"the address of a server must be like https://roster.example.com"}
	case u.User != nil:
		return "", usageError{"the address of a server must hold no credential: use ROSTER_TOKEN or roster login"}
	}
	path := strings.TrimSuffix(strings.TrimRight(u.EscapedPath(), "/"), "/api/v1")
	return u.Scheme + "://" + u.Host + path, nil
}

// networkTimeout is how long a server on the network may take for one answer.
const networkTimeout = time.Minute

// open returns a link to the server.
func (r remote) open(sh *shell, slug string) (link, error) {
	if r.Token == "" {
		return link{}, &roster.Error{
			Kind:   roster.Unauthenticated,
			Detail: fmt.Sprintf("%s asks for a token: set ROSTER_TOKEN, or keep one with: roster login %s", r.Server, r.Server),
		}
	}
	l := link{seen: &recorder{next: http.DefaultTransport}, server: r.Server, way: byNetwork, close: func() error { return nil }}
	if err := l.connect(slug, client.WithToken(r.Token), client.WithLogger(sh.retries()), client.WithTimeout(networkTimeout)); err != nil {
		return link{}, usageError{strings.TrimPrefix(err.Error(), "client: ")}
	}
	return l, nil
}

// loginFile returns the name of the file in which a login is kept: the user's own, whatever the
// folder.
func loginFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the folder for the login: %w", err)
	}
	return filepath.Join(dir, "roster", "login.json"), nil
}

// readLogin returns the login that is kept, a zero one where there is none.
func readLogin() (r remote, err error) {
	name, err := loginFile()
	if err != nil {
		return r, nil // nobody's home: nothing can have been kept
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, &roster.Error{Kind: roster.Invalid, Detail: "the kept login cannot be read; forget it with: roster logout", Err: err}
	}
	return r, nil
}

// keep writes the login where only this user can read it: whole, or not at all.
func (r remote) keep() error {
	name, err := loginFile()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fmt.Errorf("keep the login: %w", err)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".login-*") // mode 0600
	if err != nil {
		return fmt.Errorf("keep the login: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep the login: %w", err), os.Remove(f.Name()))
	}
	return nil
}

type login struct {
	URL         string `arg:"" name:"url" help:"The server's address, such as https://roster.example.com."`
	Unencrypted bool   `help:"Send the token unencrypted, to an address that begins with http://."`
	JSON        bool   `name:"json" help:"Print JSON, as the native API has it."`
}

// Help returns the examples.
func (login) Help() string {
	return `Asks for an API token, or reads it from a pipe, tries it, and keeps it in a file that only you can read. Commands then call that server, unless --data, --database or another --server is given. An administrator makes a token: roster token create --name laptop --access read-write --user NAME.

Examples:

    roster login https://roster.example.com
    roster login https://roster.example.com < token.txt
    roster user list`
}

// Run tries the token and keeps it.
func (c login) Run(sh *shell) error {
	server, err := cleanServer(c.URL)
	if err != nil {
		return err
	}
	if !encrypted(server) && !c.Unencrypted {
		return usageError{"everybody on the way could read the token: use an address that begins with https://, or add --unencrypted"}
	}
	token, err := sh.readSecret("API token: ", "token")
	if err != nil {
		return err
	}
	r := remote{Server: server, Token: strings.TrimSpace(token)}
	l, err := r.open(sh, "")
	if err != nil {
		return err
	}
	found, err := l.Overview(sh.ctx)
	if err != nil {
		return l.explain(err)
	}
	if err := r.keep(); err != nil {
		return err
	}
	if c.JSON {
		return sh.printAnswer(l)
	}
	return sh.say("Logged in to %s: organization %q.", r.Server, found.Organization.Slug)
}

// encrypted reports whether nobody on the way can read what is sent to the server.
func encrypted(server string) bool {
	u, err := url.Parse(server)
	if err != nil || u.Scheme == "https" {
		return err == nil
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && net.IP(ip.AsSlice()).IsLoopback()
}

type logout struct{}

// Help returns the examples.
func (logout) Help() string {
	return `Removes what roster login kept. The token stays good: an administrator ends it with roster token revoke.

Examples:

    roster logout`
}

// Run forgets the login.
func (logout) Run(sh *shell) error {
	name, err := loginFile()
	if err != nil {
		return err
	}
	err = os.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return sh.say("There was no login to forget.")
	}
	if err != nil {
		return fmt.Errorf("forget the login: %w", err)
	}
	return sh.say("Logged out.")
}
