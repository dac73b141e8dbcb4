package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/net/netutil"

	"roster"
)

// maxConnections is how many connections are open at once, over both listeners. Further ones wait in
// the backlog of the operating system.
const maxConnections = 8192

// Listen binds the addresses. Errors: [roster.Invalid] with a sentence that says what to do.
func (s *Server) Listen() error {
	each := maxConnections
	if s.o.HTTP != "" && s.o.HTTPS != "" {
		each /= 2
	}
	var err error
	if s.plain, err = bind(s.o.HTTP, "--http", each); err != nil {
		return err
	}
	if s.secure, err = bind(s.o.HTTPS, "--https", each); err != nil {
		s.closeListeners()
		return err
	}
	return nil
}

// Addrs returns the addresses that are bound, "" where there is none. Before Listen there is none.
func (s *Server) Addrs() (http, https string) {
	if s.plain != nil {
		http = s.plain.Addr().String()
	}
	if s.secure != nil {
		https = s.secure.Addr().String()
	}
	return http, https
}

func (s *Server) closeListeners() {
	for _, l := range []net.Listener{s.plain, s.secure} {
		if l != nil {
			_ = l.Close() // nothing was accepted
		}
	}
	s.plain, s.secure = nil, nil
}

// bind listens on one address. flag is the setting that says it.
func bind(address, flag string, connections int) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, cannotListen(address, flag, err)
	}
	return netutil.LimitListener(l, connections), nil
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
