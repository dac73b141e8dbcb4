package outbound

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Bounds of a request, unless the options say otherwise.
const (
	DefaultTimeout = 10 * time.Second // for all of it, the answer's body included
	DefaultMaxBody = 1 << 20          // bytes of an answer's body, unpacked

	maxHeader       = 64 << 10 // bytes of an answer's header
	maxConnsPerHost = 8
	maxIdleConns    = 32
	idleTimeout     = 30 * time.Second
)

// Options say what a client may reach. The zero value allows public addresses only.
type Options struct {
	// Allow lists networks that may be reached although they are not public.
	Allow []netip.Prefix

	Timeout time.Duration  // default DefaultTimeout
	MaxBody int64          // default DefaultMaxBody
	RootCAs *x509.CertPool // nil: the system's

	// Resolver finds the addresses of names; nil is the system's.
	Resolver *net.Resolver
}

// Client returns a client for requests to addresses that somebody else chose. It returns redirects
// and does not follow them. If the guard refused a connection, the error wraps [ErrRefused]. Errors
// of net/http contain the URL: do not log them if it may hold a secret.
//
// A client keeps connections, so use one for many requests.
func Client(o Options) *http.Client {
	timeout := cmp.Or(o.Timeout, DefaultTimeout)
	may := newPolicy(o.Allow)
	dialer := &net.Dialer{
		Timeout:  timeout,
		Resolver: o.Resolver,
		// Called with the resolved address, before anything is sent.
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			return may.validate(network, address)
		},
	}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &bounded{max: cmp.Or(o.MaxBody, DefaultMaxBody), next: &http.Transport{
			Proxy:                  nil, // ignores the environment: a proxy would connect in our place, unguarded
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
			TLSHandshakeTimeout:    timeout,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: maxHeader,
			MaxConnsPerHost:        maxConnsPerHost,
			MaxIdleConns:           maxIdleConns,
			IdleConnTimeout:        idleTimeout,
			ForceAttemptHTTP2:      true,
		}},
	}
}

// validate refuses a connection that is not TCP or whose address is not allowed.
func (p policy) validate(network, address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") || !p.allows(at.Addr()) {
		return &refusedError{address}
	}
	return nil
}
