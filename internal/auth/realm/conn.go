package realm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// conn is one connection. One caller uses it at a time.
type conn struct {
	client  *ldap.Conn
	guard   *guard
	server  *server
	timeout time.Duration // for one answer
	spoiled bool          // cannot be used again
	idle    time.Time     // since then
}

// brokenError is a fault of the server, not of the request: another server may do better.
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

// refusal is the result code with which a server refuses a request (RFC 4511 §4.1.9). It never
// holds the server's message, which might repeat a password.
type refusal struct {
	doing string
	code  uint16
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: the directory answers with result code %d (%s)", r.doing, r.code, ldap.LDAPResultCodeMap[r.code])
}

func (c *conn) close() {
	_ = c.guard.Close() // first, so that the client cannot wait for anything
	_ = c.client.Close()
}

// exchange runs one request and reads its answer within the timeout. Its error is a refusal or a
// brokenError.
func (c *conn) exchange(ctx context.Context, doing string, request func() error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.guard.Close() })
	defer func() {
		if r := recover(); r != nil { // the client panics on some answers of unexpected types
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

// classify turns an error of the client into a refusal or a brokenError.
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

// bind proves an identity. It returns false if the server says that the identity is not proved. An
// empty name or password would prove nothing (RFC 4513 §5.1.1, §5.1.2) and is never sent.
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
		ldap.LDAPResultConstraintViolation, ldap.LDAPResultUnwillingToPerform, // locked or expired on some servers
		ldap.LDAPResultReferral: // the entry is on another server; not followed
		return false, nil
	}
	return false, err
}

// query is a search.
type query struct {
	base       string
	scope      int // as in package ldap
	filter     string
	limit      int // greatest number of entries
	attributes []string
}

// search returns the entries, and whether there are more than the query's limit. It does not follow
// references to other servers. A missing base is a refusal.
func (c *conn) search(ctx context.Context, q query) (entries []*ldap.Entry, more bool, err error) {
	request := ldap.NewSearchRequest(q.base, q.scope, ldap.NeverDerefAliases, q.limit,
		int((c.timeout+time.Second-1)/time.Second), false, q.filter, q.attributes, nil)
	request.EnforceSizeLimit = true
	err = c.exchange(ctx, "search", func() error {
		result, err := c.client.Search(request)
		if result != nil {
			entries = result.Entries
		}
		if errors.Is(err, ldap.ErrSizeLimitExceeded) { // from a server that sends more than it was asked for
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
