package ldaptest

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
)

// The contents of the directory.
const (
	BaseDN         = "dc=example,dc=com"
	PeopleDN       = "ou=people,dc=example,dc=com"
	GroupsDN       = "ou=groups,dc=example,dc=com"
	SystemUser     = "cn=roster,dc=example,dc=com"
	SystemPassword = "system secret"

	// Visitors is the number of further people, who differ only in their names.
	Visitors        = 24
	VisitorPassword = "a visitor's password"
)

// Visitor returns the uid of a visitor, 0 to Visitors-1.
func Visitor(i int) string { return fmt.Sprint("visitor", i) }

// Server is a running slapd.
type Server struct {
	URL    string // ldap://, where StartTLS may begin
	TLSURL string // ldaps://
	CAFile string // certificate of its authority, in PEM form

	Person, Password string // a person who may sign in
}

// shared is the server of this process. It starts when a test needs it and ends with the process.
var shared = sync.OnceValues(start)

// Start returns a server, the same one for all tests of a process. If slapd is not installed the
// test is skipped, or fails if the variable CI is "true".
func Start(t testing.TB) Server {
	t.Helper()
	s, err := shared()
	switch {
	case err == nil:
	case errors.Is(err, errMissing) && os.Getenv("CI") != "true":
		t.Skipf("slapd: %v", err)
	default:
		t.Fatalf("slapd: %v", err)
	}
	return s
}
