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

// Bounds of a request, where the options say nothing.
const (
	DefaultTimeout = 10 * time.Second // for all of it, the answer's body included
	DefaultMaxBody = 1 << 20          // bytes of an answer's body, unpacked

	maxHeader       = 64 << 10 // bytes of an answer's header
	maxConnsPerHost = 8
	maxIdleConns    = 32
	idleTimeout     = 30 * time.Second
)

// Options say what a client may do. The zero value is good: public addresses only.
type Options struct {
	// Allow are networks that may be reached though they are not public.
	Allow []netip.Prefix

	Timeout time.Duration  // default DefaultTimeout
	MaxBody int64          // default DefaultMaxBody
	RootCAs *x509.CertPool // nil: the system's

	// Resolver finds the addresses of names; nil is the system's.
	Resolver *net.Resolver
}

// Client returns a client for requests to addresses that somebody else chose. A redirect is not
// followed: it is the answer. An error that the guard caused has [ErrRefused] in its chain. Errors
// of net/http hold the URL, so that they must not be logged where it holds a secret.
//
// A client keeps connections and should be kept itself.
func Client(o Options) *http.Client {
	timeout := cmp.Or(o.Timeout, DefaultTimeout)
	may := newPolicy(o.Allow)
	dialer := &net.Dialer{
		Timeout:  timeout,
		Resolver: o.Resolver,
		// Called with the address itself, when the name has been resolved and before anything is sent.
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			return may.validate(network, address)
		},
	}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &bounded{max: cmp.Or(o.MaxBody, DefaultMaxBody), next: &http.Transport{
			Proxy:                  nil, // not from the environment: a proxy would connect in our place, unguarded
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

// validate refuses a connection to what is not an address and port of TCP, or not allowed.
func (p policy) validate(network, address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") || !p.allows(at.Addr()) {
		return &refusedError{address}
	}
	return nil
}
