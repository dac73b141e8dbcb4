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

// LDAP is a [Realm] that asks a directory server. It is safe for concurrent use.
type LDAP struct {
	config LDAPConfig // without the system's password
	// signIn finds the person and verifies the password, by lookup or direct. It reads the rest of
	// the person only if whole is set.
	signIn func(ctx context.Context, userName, password string, whole bool) (person, error)

	gate    *gate
	service *pool // connections of the system user, or anonymous ones
	people  *pool // connections on which people bind; each stays bound as its last person
	limit   time.Duration
}

// person is somebody whose password was right.
type person struct {
	entry  *ldap.Entry
	groups []string
}

// NewLDAP returns a realm with the settings. It reads the files that they name and does not connect
// yet. Errors: Invalid, with all faults; their fields are names of settings.
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
	c.SystemPassword = "" // only a closure holds it now, so that printing a realm cannot print it
	l.config = c
	l.signIn = l.lookup
	if c.ResolutionType == Direct {
		l.signIn = l.direct
	}
	return l, nil
}

// asSystem returns the function that binds a connection as the system user, nil if there is none.
func asSystem(dn, password string) func(context.Context, *conn) error {
	if dn == "" {
		return nil
	}
	return func(ctx context.Context, c *conn) error {
		good, err := c.bind(ctx, dn, password)
		var r *refusal
		if err == nil && !good || errors.As(err, &r) {
			// More tries, one with each sign-in, could lock the account.
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

// Config returns the settings with defaults, without the system's password.
func (l *LDAP) Config() LDAPConfig { return l.config }

// Close closes the connections. It does not wait for sign-ins that are running.
func (l *LDAP) Close() {
	l.service.close()
	l.people.close()
}

// Authenticate implements [Realm]. It takes at most the timeouts of a connection and of an answer
// together, plus the time in the queue. Its errors contain result codes of the server and no
// messages.
func (l *LDAP) Authenticate(ctx context.Context, userName, password string) (Identity, error) {
	p, err := l.ask(ctx, userName, password, true)
	if err != nil {
		return Identity{}, err
	}
	return l.config.identity(p, userName), nil
}

// Judge returns nil for the right password. It costs the same for a right and a wrong password: it
// does not read the person's entry. Errors: those of Authenticate.
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
		return person{}, classifyForCaller(err)
	}
	return p, nil
}

// classifyForCaller turns an error into one that callers can act on. If the directory refuses
// anything but a password, the settings or the directory are at fault.
func classifyForCaller(err error) error {
	var e *roster.Error
	if errors.As(err, &e) {
		return err
	}
	return unavailable(err, retryAfter)
}

// presentable reports whether name and password can be valid. An empty password would bind
// anonymously, with success (RFC 4513 §5.1.2). Some servers treat a password that begins with NUL
// as empty.
func presentable(userName, password string) bool {
	return strings.TrimSpace(userName) != "" && readable(userName) &&
		password != "" && len(password) <= directory.MaxPassword &&
		utf8.ValidString(password) && !strings.ContainsRune(password, 0)
}
