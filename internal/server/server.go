package server

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Server listens, and passes requests through the middleware to the routes.
type Server struct {
	o       Options
	log     *slog.Logger // adds the request id
	handler http.Handler
	http    *http.Server
	flight  *flight
	ready   *readiness
	cert    *certificate // nil without HTTPS

	connections   *connections
	plain, secure net.Listener // nil if not bound

	drain    time.Duration // how long clients are told to close connections before the listeners close
	draining atomic.Bool
}

// New returns a server that does not serve yet. Errors: [roster.Invalid] for a trusted origin or a
// certificate that is not usable.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	s := &Server{
		o:      o,
		log:    slog.New(ContextHandler(o.Log.Handler())),
		flight: new(flight),
		drain:  defaultDrain,
	}
	s.ready = newReadiness(o.Ready, o.Now, s.log, &s.draining)
	if o.Listeners != nil {
		s.plain, s.secure = o.Listeners.plain, o.Listeners.secure
	}
	limit := connectionLimit(o.OtherDescriptors)
	if limit < fewConnections && o.Listeners != nil {
		s.log.Warn("few connections can be open at once: raise the limit of open files (ulimit -n, LimitNOFILE=)", "limit", limit)
	}
	s.connections = newConnections(limit, o.TrustedProxies, o.Now, s.log)
	s.connections.register(o.Metrics)
	o.Metrics.inFlight(s.flight.count)
	handler, err := s.stack()
	if err != nil {
		return nil, err
	}
	s.handler = handler
	s.http, err = s.newHTTP()
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Handler returns the routes inside the whole middleware, for tests without sockets.
func (s *Server) Handler() http.Handler { return s.handler }

// stack wraps the middleware around the routes. The last one is the outermost, so a request passes
// them from the bottom of the function up.
func (s *Server) stack() (http.Handler, error) {
	protect, err := crossOrigin(s.o.TrustedOrigins, s.o.Refuse)
	if err != nil {
		return nil, err
	}
	h := s.o.Around(s.o.Handler)
	h = protect(h)
	h = s.ownRoutes(h)
	h = s.ownHosts(h)
	h = s.securityHeaders(h)
	h = organization(h)
	h = clientAddress(s.o.TrustedProxies, h)
	h = s.recovered(h)
	h = s.accessLog(h)
	h = requestID(s.o.NewRequestID, h)
	h = liftSecrets(h)
	return h, nil
}

// Limits of a connection. Streams extend theirs with http.ResponseController.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 20 * time.Second  // header and body, so a body that trickles is cut off
	writeTimeout      = 60 * time.Second  // from the end of the header
	idleTimeout       = 120 * time.Second // between two requests
	maxHeaderBytes    = 64 << 10
	maxStreams        = 128 // requests at once on one HTTP/2 connection
)

// fewConnections is the limit below which the log warns at start.
const fewConnections = 1024

func (s *Server) newHTTP() (*http.Server, error) {
	srv := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          errorLog(s.log),
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
		ConnState:         s.connectionChanged,
	}
	if s.secure == nil {
		return srv, nil
	}
	var err error
	if s.cert, err = s.certificate(); err != nil {
		return nil, fmt.Errorf("load certificate: %w", err)
	}
	// net/http sets up HTTP/2 once, for the first listener that it serves. If that is the one for
	// HTTP, it needs h2 here. Otherwise it would close every connection over HTTPS that asks for
	// h2.
	srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.cert.get, NextProtos: []string{"h2", "http/1.1"}}
	return srv, nil
}

// connectionChanged implements http.Server.ConnState.
func (s *Server) connectionChanged(conn net.Conn, state http.ConnState) {
	s.flight.connection(conn, state)
	s.connections.changed(conn, state)
}

// certificate returns the operator's certificate, or a self-signed one.
func (s *Server) certificate() (*certificate, error) {
	if s.o.TLSCert != "" || s.o.TLSKey != "" {
		return openCertificate(s.o.TLSCert, s.o.TLSKey, s.o.Now, s.log)
	}
	return openSelfSigned(s.o.DataDir, s.o.Now, s.log)
}

// selfSigned reports whether HTTPS uses a self-signed certificate.
func (s *Server) selfSigned() bool { return s.o.TLSCert == "" && s.o.TLSKey == "" }
