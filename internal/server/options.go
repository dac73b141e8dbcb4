package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// Options are what a [Server] is made of. Handler, Log and Now must be set.
type Options struct {
	// Handler has the routes. It must be the one ServeMux itself, or pass the request on as it is:
	// the log and the metrics name the Pattern that the mux writes into the request.
	Handler http.Handler

	Listeners *Listeners // nil: nothing is served, for tests without sockets

	// OtherDescriptors is how many files and sockets the process may have open besides the server's own
	// and its connections: those to a database.
	OtherDescriptors int

	// TLSCert and TLSKey are the PEM files for HTTPS. They are read again within a minute of a
	// change, and by [Server.Reload]. If both are "", the server makes a self-signed certificate
	// and keeps it in DataDir.
	TLSCert, TLSKey string
	DataDir         string

	// TrustedProxies are the peers whose X-Forwarded-For, Forwarded and X-Forwarded-Proto count.
	TrustedProxies []netip.Prefix

	// TrustedOrigins are the origins ("https://roster.example.com") whose pages may send forms here
	// even if the Host that arrives is another: that of --public-url behind a proxy.
	TrustedOrigins []string

	// OnlyLocal refuses requests whose Host is neither this machine (localhost, or a loopback
	// address) nor that of PublicURL: for a demonstration, whose passwords everybody knows.
	OnlyLocal bool
	PublicURL string

	Log *slog.Logger
	Now func() time.Time

	// Ready says why the server cannot work at the moment, nil if it can. The Detail of a
	// *roster.Error is shown to whoever asks /readyz; other errors are only logged.
	Ready func(context.Context) error

	// Refuse answers a request that the server itself turns away, in the form of whoever has the
	// path, and reports whether somebody has it; nil: nobody. err is a *dialect.Refusal or a
	// *roster.Error.
	Refuse func(w http.ResponseWriter, r *http.Request, err error) bool

	Metrics *Metrics // nil: the server makes its own

	// MetricsAllowed reports whether a caller from another machine may read /metrics; nil: nobody may.
	MetricsAllowed func(*http.Request) bool

	// Around is middleware of the application, around every request but those for health and metrics.
	Around func(http.Handler) http.Handler

	// ShutdownGrace is how long requests in flight may take once the server is told to stop;
	// 0: [DefaultShutdownGrace].
	ShutdownGrace time.Duration

	// NewRequestID makes the id of a request that came without one; nil: 26 random characters.
	NewRequestID func() string
}

// DefaultShutdownGrace is how long requests in flight may take once the server is told to stop.
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
