package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// Options are the parts of a [Server]. Handler, Log and Now are required.
type Options struct {
	// Handler serves the routes. It must be the one ServeMux, or pass on the same request: the log
	// and the metrics use the Pattern that the mux sets in it.
	Handler http.Handler

	Listeners *Listeners // nil: serves nothing, for tests without sockets

	// OtherDescriptors is the number of files and sockets that the process needs for other things
	// than the server and its connections, such as connections to a database.
	OtherDescriptors int

	// TLSCert and TLSKey are the PEM files for HTTPS. The server reads them again within a minute
	// of a change, and on [Server.Reload]. If both are "", it makes a self-signed certificate and
	// keeps it in DataDir.
	TLSCert, TLSKey string
	DataDir         string

	// TrustedProxies are the peers whose X-Forwarded-For, Forwarded and X-Forwarded-Proto count.
	TrustedProxies []netip.Prefix

	// TrustedOrigins are the origins ("https://roster.example.com") whose pages may send forms even
	// if the Host header differs: the origin of --public-url behind a proxy.
	TrustedOrigins []string

	// OnlyLocal refuses requests whose Host is neither this machine (localhost or a loopback
	// address) nor that of PublicURL. It protects a demonstration, whose passwords are public.
	OnlyLocal bool
	PublicURL string

	Log *slog.Logger
	Now func() time.Time

	// Ready returns why the server cannot work at the moment, nil if it can. /readyz shows the
	// Detail of a *roster.Error to everybody; other errors are only logged.
	Ready func(context.Context) error

	// Refuse answers a request that the server itself refuses, in the form of the face that the
	// path belongs to. It returns false if the path belongs to none; nil: it always does. err is a
	// *dialect.Refusal or a *roster.Error.
	Refuse func(w http.ResponseWriter, r *http.Request, err error) bool

	Metrics *Metrics // nil: the server makes its own

	// MetricsAllowed reports whether a caller from another machine may read /metrics; nil: nobody may.
	MetricsAllowed func(*http.Request) bool

	// Around is the application's middleware, around all requests except health and metrics.
	Around func(http.Handler) http.Handler

	// ShutdownGrace is how long requests in flight may take after the server was told to stop; 0:
	// [DefaultShutdownGrace].
	ShutdownGrace time.Duration

	// NewRequestID makes the id of a request that has none; nil: 26 random characters.
	NewRequestID func() string
}

// DefaultShutdownGrace is the default of [Options].ShutdownGrace.
const DefaultShutdownGrace = 30 * time.Second

func (o Options) withDefaults() Options {
	if o.ShutdownGrace <= 0 {
		o.ShutdownGrace = DefaultShutdownGrace
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	if o.MetricsAllowed == nil {
		o.MetricsAllowed = func(*http.Request) bool { return false }
	}
	if o.Refuse == nil {
		o.Refuse = func(http.ResponseWriter, *http.Request, error) bool { return false }
	}
	if o.Around == nil {
		o.Around = func(next http.Handler) http.Handler { return next }
	}
	if o.NewRequestID == nil {
		o.NewRequestID = rand.Text
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
	return o
}
