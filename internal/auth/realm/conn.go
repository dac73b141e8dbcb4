package realm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// conn is one connection, used by one caller at a time.
type conn struct {
	client  *ldap.Conn
	guard   *guard
	server  *server
	timeout time.Duration // for one answer
	spoiled bool          // cannot be used again
	idle    time.Time     // since when
}

// brokenError is what went wrong with the server rather than with the request: another one may do
// better.
type brokenError struct {
	cause error
	bar   bool // asking again soon would do harm
}

func (e *brokenError) Error() string { return e.cause.Error() }
func (e *brokenError) Unwrap() error { return e.cause }

func asBroken(err error) *brokenError {
	var b *brokenError
	if errors.As(err, &b) {
		return b
	}
	return nil
}

// refusal is a result code with which a server answers a request (RFC 4511 §4.1.9). What the server
// says besides is never kept: it might repeat a password.
type refusal struct {
	doing string
	code  uint16
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: the directory answers with result code %d (%s)", r.doing, r.code, ldap.LDAPResultCodeMap[r.code])
}

func (c *conn) close() {
	_ = c.guard.Close() // first: nothing can then make the client wait
	_ = c.client.Close()
}

// exchange runs one request and its answer within the time for it, and returns what is wrong as a
// refusal or a brokenError.
func (c *conn) exchange(ctx context.Context, doing string, request func() error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.guard.Close() })
	defer func() {
		if r := recover(); r != nil { // the client trusts the types in an answer here and there
			err = &brokenError{cause: fmt.Errorf("%s: %w", doing, errNotLDAP)}
		}
		if !stop() {
			err = &brokenError{cause: fmt.Errorf("%s: no answer in time: %w", doing, context.Cause(ctx))}
		}
		c.spoiled = c.spoiled || asBroken(err) != nil
	}()
	c.guard.expect()
	return c.classify(doing, request())
}

// classify says whose fault an error is.
func (c *conn) classify(doing string, err error) error {
	if err == nil {
		return nil
	}
	var e *ldap.Error
	if !errors.As(err, &e) || e.ResultCode >= ldap.ErrorNetwork {
		cause := c.guard.reason()
		if cause == nil {
			cause = errNotLDAP
		}
		return &brokenError{cause: fmt.Errorf("%s: %w", doing, cause)}
	}
	r := &refusal{doing: doing, code: e.ResultCode}
	switch e.ResultCode {
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable:
		return &brokenError{cause: r}
	}
	return r
}

// bind proves an identity. It reports false where the server says that it is not proved.
// An empty name or password would be no proof at all (RFC 4513 §5.1.1, §5.1.2) and is never sent.
func (c *conn) bind(ctx context.Context, dn, password string) (bool, error) {
	if dn == "" || password == "" {
		return false, nil
	}
	err := c.exchange(ctx, "bind", func() error { return c.client.Bind(dn, password) })
	var r *refusal
	if !errors.As(err, &r) || asBroken(err) != nil {
		return err == nil, err
	}
	switch r.code {
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInvalidDNSyntax,
		ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultInsufficientAccessRights,
		ldap.LDAPResultConstraintViolation, ldap.LDAPResultUnwillingToPerform, // locked or expired, with some servers
		ldap.LDAPResultReferral: // kept elsewhere; not followed
		return false, nil
	}
	return false, err
}

// query is a search.
type query struct {
	base       string
	scope      int // as in package ldap
	filter     string
	limit      int // most entries that are wanted
	attributes []string
}

// search returns the entries, and whether there are more than the query wants. References to other
// servers are not followed. A base that is not there is a refusal.
func (c *conn) search(ctx context.Context, q query) (entries []*ldap.Entry, more bool, err error) {
	request := ldap.NewSearchRequest(q.base, q.scope, ldap.NeverDerefAliases, q.limit,
		int((c.timeout+time.Second-1)/time.Second), false, q.filter, q.attributes, nil)
	request.EnforceSizeLimit = true
	err = c.exchange(ctx, "search", func() error {
		result, err := c.client.Search(request)
		if result != nil {
			entries = result.Entries
		}
		if errors.Is(err, ldap.ErrSizeLimitExceeded) { // by a server that goes on all the same
			c.spoiled, more = true, true
			return nil
		}
		return err
	})
	var r *refusal
	if errors.As(err, &r) && r.code == ldap.LDAPResultSizeLimitExceeded {
		more, err = true, nil
	}
	if err != nil {
		return nil, false, err
	}
	return entries, more, nil
}
