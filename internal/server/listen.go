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

// Listeners are addresses that are bound. Connections wait in the backlog of the operating system
// until a [Server] serves them.
type Listeners struct {
	plain, secure net.Listener // nil where there is none
}

// Listen binds the addresses, "host:port", for HTTP and HTTPS; "" is none. Errors: [roster.Invalid]
// with a sentence that says what to do.
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

// Addrs returns the addresses that are bound, "" where there is none.
func (l *Listeners) Addrs() (http, https string) {
	if l.plain != nil {
		http = l.plain.Addr().String()
	}
	if l.secure != nil {
		https = l.secure.Addr().String()
	}
	return http, https
}

// Close gives the addresses back. It does nothing once a server has closed them.
func (l *Listeners) Close() {
	for _, bound := range []net.Listener{l.plain, l.secure} {
		if bound != nil {
			_ = bound.Close() // closed already, or nothing was accepted
		}
	}
}

// bind listens on one address. flag is the setting that says it.
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

// cannotListen says in words why an address cannot be bound, and what to do.
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
