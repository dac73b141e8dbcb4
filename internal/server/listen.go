package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"roster"
)

// Listeners are bound addresses. Connections wait in the operating system's backlog until a
// [Server] serves them.
type Listeners struct {
	plain, secure net.Listener // nil if not bound
}

// Listen binds the addresses, "host:port", for HTTP and HTTPS. An address "" is not bound. Errors:
// [roster.Invalid] with a sentence that says what to do.
func Listen(http, https string) (*Listeners, error) {
	l := &Listeners{}
	var err error
	if l.plain, err = bind(http, "--http"); err != nil {
		return nil, err
	}
	if l.secure, err = bind(https, "--https"); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Addrs returns the bound addresses, "" if not bound.
func (l *Listeners) Addrs() (http, https string) {
	if l.plain != nil {
		http = l.plain.Addr().String()
	}
	if l.secure != nil {
		https = l.secure.Addr().String()
	}
	return http, https
}

// Close releases the addresses. It does nothing if a server has closed them.
func (l *Listeners) Close() {
	for _, bound := range []net.Listener{l.plain, l.secure} {
		if bound != nil {
			_ = bound.Close() // closed already, or nothing was accepted
		}
	}
}

// bind listens on one address. flag is the setting that the address came from.
func bind(address, flag string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, cannotListen(address, flag, err)
	}
	return l, nil
}

// cannotListen returns an error that says why an address cannot be bound, and what to do.
func cannotListen(address, flag string, err error) error {
	fault := &roster.Error{Kind: roster.Invalid, Err: err}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		fault.Detail = fmt.Sprintf("%s is in use; choose another with %s", address, flag)
	case errors.Is(err, os.ErrPermission):
		fault.Detail = fmt.Sprintf("%s may not be used by this account; choose a port above 1023 with %s", address, flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		fault.Detail = fmt.Sprintf("%s is not an address of this machine; choose another with %s", address, flag)
	default:
		fault.Detail = fmt.Sprintf("%s cannot be listened on; choose another with %s", address, flag)
	}
	return fault
}
