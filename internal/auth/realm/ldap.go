package realm

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"roster"
	"roster/internal/directory"
)

// LDAP is a [Realm] that asks a directory server. It may be used by many callers at a time.
type LDAP struct {
	config LDAPConfig // without the system's password
	// signIn finds the person and verifies the password, by the way that the settings have. Only where
	// whole is set does it read what else the person is.
	signIn func(ctx context.Context, userName, password string, whole bool) (person, error)

	gate    *gate
	service *pool // connections of the system user, or of nobody
	people  *pool // connections on which people bind; each as whoever came last
	limit   time.Duration
}

// person is somebody whose password was right.
type person struct {
	entry  *ldap.Entry
	groups []string
}

// NewLDAP returns a realm with the settings. It reads the files that they name and does not connect
// yet. Errors: Invalid, all faults at once, the fields being names of settings.
func NewLDAP(c LDAPConfig, now func() time.Time) (*LDAP, error) {
	c, roots, faults := c.validate()
	if err := faults.Err(); err != nil {
		return nil, err
	}
	d := dialer{
		startTLS: c.StartTLS, roots: roots, insecure: c.InsecureSkipVerify,
		connect: c.ConnectionTimeout, read: c.ReadTimeout,
	}
	known := newServers(c.URLs, now)
	l := &LDAP{
		gate:    newGate(),
		service: &pool{servers: known, now: now, dial: d.dial, prepare: asSystem(c.SystemUser, string(c.SystemPassword))},
		people:  &pool{servers: known, now: now, dial: d.dial},
		limit:   c.ConnectionTimeout + c.ReadTimeout,
	}
	c.SystemPassword = "" // it lives on in a closure only: nothing that prints a realm can print it
	l.config = c
	l.signIn = l.lookup
	if c.ResolutionType == Direct {
		l.signIn = l.direct
	}
	return l, nil
}

// asSystem returns what makes a connection the system user's; nil where nobody searches.
func asSystem(dn, password string) func(context.Context, *conn) error {
	if dn == "" {
		return nil
	}
	return func(ctx context.Context, c *conn) error {
		good, err := c.bind(ctx, dn, password)
		var r *refusal
		if err == nil && !good || errors.As(err, &r) {
			// Trying again with each sign-in could lock the account.
			return &brokenError{cause: errSystemRefused, bar: true}
		}
		return err
	}
}

var errSystemRefused = errors.New("the directory refuses system_user and its password")

// Name implements [Realm].
func (l *LDAP) Name() string { return l.config.Name }

// String returns the name.
func (l *LDAP) String() string { return l.config.Name }

// Config returns the settings, with the defaults in place and without the system's password.
func (l *LDAP) Config() LDAPConfig { return l.config }

// Close ends the connections. It does not wait for sign-ins under way.
func (l *LDAP) Close() {
	l.service.close()
	l.people.close()
}

// Authenticate implements [Realm]. It takes at most the connection's timeout and the answer's
// together, and the time in the queue. What a server says besides its result codes is in no error.
func (l *LDAP) Authenticate(ctx context.Context, userName, password string) (Identity, error) {
	p, err := l.ask(ctx, userName, password, true)
	if err != nil {
		return Identity{}, err
	}
	return l.config.identity(p, userName), nil
}

// Judge returns nil for the right password. It costs what a wrong one costs: who the person is, is
// not read. Errors are those of Authenticate.
func (l *LDAP) Judge(ctx context.Context, userName, password string) error {
	_, err := l.ask(ctx, userName, password, false)
	return err
}

// decoyName is a name that nobody has.
const decoyName = "nobody has this name in Roster"

// Decoy costs what a failed Authenticate costs. It binds as an entry that cannot exist, with a
// random password. Errors: Unavailable.
func (l *LDAP) Decoy(ctx context.Context) error {
	err := l.Judge(ctx, decoyName, rand.Text())
	if roster.KindOf(err) == roster.Unauthenticated {
		return nil
	}
	return err
}

// ask verifies name and password within the limits of the realm.
func (l *LDAP) ask(ctx context.Context, userName, password string, whole bool) (person, error) {
	if !presentable(userName, password) {
		return person{}, denied(errNotPresentable)
	}
	if err := l.gate.enter(ctx); err != nil {
		return person{}, err
	}
	defer l.gate.leave()
	ctx, cancel := context.WithTimeoutCause(ctx, l.limit, errTooSlow)
	defer cancel()
	p, err := l.signIn(ctx, userName, password, whole)
	if err != nil {
		return person{}, classified(err)
	}
	return p, nil
}

// classified makes an error one that callers can act on. What the directory refuses, other than a
// password, is a fault of the settings or of the directory.
func classified(err error) error {
	var e *roster.Error
	if errors.As(err, &e) {
		return err
	}
	return unavailable(err, retryAfter)
}

// presentable reports whether name and password can be anybody's. An empty password would bind as
// nobody, with success (RFC 4513 §5.1.2); some servers read one that begins with NUL as empty.
func presentable(userName, password string) bool {
	return strings.TrimSpace(userName) != "" && readable(userName) &&
		password != "" && len(password) <= directory.MaxPassword &&
		utf8.ValidString(password) && !strings.ContainsRune(password, 0)
}
