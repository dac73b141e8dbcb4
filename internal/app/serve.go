package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
	"roster/internal/lease"
	"roster/internal/server"
)

// SocketFile is the name of the command line's socket in the data folder.
const SocketFile = "roster.sock"

// Intervals of the work in the background.
const (
	sealEvery    = 30 * time.Second // from one look for entries to seal to the next
	silenceEvery = 10 * time.Second // from the time at which a check is overdue until it shows
	silenceBatch = 500              // checks that one look takes at a time
	sweepEvery   = 10 * time.Minute
	eraseEvery   = 24 * time.Hour // it reads the whole audit of an organization
	sweepBatch   = 500            // rows a transaction, so that a sweep holds nobody up
)

// How long things are kept that are only looked at for a while.
const (
	keepDoneJobs = 7 * 24 * time.Hour
	keepRetries  = 24 * time.Hour
)

// Serve answers and works until ctx ends, and then shuts down in order: no new requests, those
// under way finished, the background stopped, what it held written. It tells out how the server is
// reached. The app must have been opened with Config.Listen.
func (a *App) Serve(ctx context.Context, out io.Writer) error {
	tune()
	defer context.AfterFunc(ctx, a.hasher.StopHolding)()
	srv, err := a.newServer()
	if err != nil {
		return err
	}
	socket, err := a.listenSocket()
	if err != nil {
		return err
	}
	if err := a.banner(ctx, out); err != nil {
		return err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var work sync.WaitGroup
	for _, run := range []func(context.Context){
		func(ctx context.Context) { a.report(ctx, "queue", a.queue.Run(ctx)) },
		a.auth.Run,
		func(ctx context.Context) {
			a.every(ctx, sealEvery, "seal audit", directory.NewAuditSealer(a.store, a.now).Seal)
		},
		func(ctx context.Context) { a.sweeper().Run(ctx, a.lead) },
		func(ctx context.Context) { a.every(ctx, eraseEvery, "erase deleted users", a.erase) },
		a.showLife,
		func(ctx context.Context) { a.once(ctx, "index users", a.indexUsers) },
		func(ctx context.Context) { a.reload(ctx, srv) },
		func(ctx context.Context) { a.once(ctx, "give names their keys", a.rekeyNames) },
	} {
		work.Go(func() { run(background) })
	}
	local := &http.Server{
		Handler: srv.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return dialect.WithOperator(ctx) },
	}
	work.Go(func() { _ = local.Serve(socket) })
	err = srv.Serve(ctx)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = local.Shutdown(last)
	stop()
	work.Wait()
	return err
}

// reload lets the server read its certificate again whenever somebody asks for it, until ctx ends.
func (a *App) reload(ctx context.Context, srv *server.Server) {
	for {
		select {
		case <-a.config.Reload:
			srv.Reload()
		case <-ctx.Done():
			return
		}
	}
}

// Handler returns every route inside the whole middleware, for tests without sockets. The
// background does not run. Errors: those of [server.New].
func (a *App) Handler() (http.Handler, error) {
	srv, err := a.newServer()
	if err != nil {
		return nil, err
	}
	return srv.Handler(), nil
}

func (a *App) newServer() (*server.Server, error) {
	s := a.config.Settings
	proxies, err := s.Proxies()
	if err != nil {
		return nil, err
	}
	return server.New(a.serverOptions(proxies))
}

func (a *App) serverOptions(proxies []netip.Prefix) server.Options {
	s := a.config.Settings
	var origins []string
	if s.PublicURL != "" {
		origins = []string{a.publicURL()}
	}
	connections := 0 // to the database
	if !a.embedded() {
		connections = s.DatabaseConns
	}
	return server.Options{
		Handler: a.routes, Listeners: a.bound, OtherDescriptors: connections, TLSCert: s.TLSCert, TLSKey: s.TLSKey,
		OnlyLocal: s.Demo && !s.DemoAnywhere, PublicURL: s.PublicURL,
		DataDir: s.Data, TrustedProxies: proxies, TrustedOrigins: origins, Log: a.log, Now: a.now, Ready: a.store.Ping,
		Metrics: a.metrics, MetricsAllowed: a.mayReadMetrics, ShutdownGrace: s.ShutdownGrace,
		Refuse: a.refuse, Around: a.visited,
	}
}

// visited tells the hash gate of each request, and the faces where the request can ask it.
func (a *App) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := dialect.OriginOf(r.Context())
		ctx, v := a.hasher.Begin(r.Context(), o.Address)
		defer v.End()
		o.Gate = v
		inner := r.WithContext(ctx)
		next.ServeHTTP(w, inner)
		r.Pattern = inner.Pattern // for the log and the metrics
	})
}

// mayReadMetrics lets the holder of an API token of the default organization read the metrics, if
// the token is not limited to groups: they are of the whole server.
func (a *App) mayReadMetrics(r *http.Request) bool {
	scheme, secret := dialect.Authorization(r)
	if scheme != "bearer" {
		return false
	}
	by, err := verifier{a.auth}.Token(r.Context(), roster.FaceSystem, secret)
	return err == nil && by.OrganizationID == a.org.ID && !by.Limited
}

// listenSocket opens the command line's socket. The data folder is locked, so that a socket which
// is there was left by a process that is gone.
func (a *App) listenSocket() (net.Listener, error) {
	path := filepath.Join(a.config.Settings.Data, SocketFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old socket: %w", err)
	}
	old := umask(0o177) // 0600 from the first moment
	l, err := net.Listen("unix", path)
	umask(old)
	if err != nil {
		return nil, fmt.Errorf("open the command line's socket (its path must be shorter than 108 bytes): %w", err)
	}
	return l, nil
}

// report logs the error with which a part of the background ended.
func (a *App) report(ctx context.Context, what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		a.log.ErrorContext(ctx, "background work ended", "what", what, "err", err)
	}
}

// every runs work at once and then at intervals, until ctx ends.
func (a *App) every(ctx context.Context, interval time.Duration, what string, work func(context.Context) error) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "background work failed; it is tried again", "what", what, "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// once runs work until it has succeeded, or ctx ends.
func (a *App) once(ctx context.Context, what string, work func(context.Context) error) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	a.every(ctx, sweepEvery, what, func(ctx context.Context) error {
		err := work(ctx)
		if err == nil {
			done()
		}
		return err
	})
}

func (a *App) indexUsers(ctx context.Context) error { return directory.IndexUsers(ctx, a.store) }

func (a *App) rekeyNames(ctx context.Context) error {
	return directory.RekeyNames(ctx, a.store, a.log)
}

func (a *App) erase(ctx context.Context) error {
	return directory.EraseDeletedUsers(ctx, a.store, a.now())
}

// silence looks at the checks that expected an event by now, each under its lock.
func (a *App) silence(ctx context.Context, update directory.UpdateFunc) error {
	for n := silenceBatch; n == silenceBatch; {
		var err error
		if n, err = directory.CheckSilence(ctx, a.store, update, a.now(), silenceBatch); err != nil {
			return err
		}
	}
	return nil
}

// sweeper is the office of the one server that does what one at a time has to do.
func (a *App) sweeper() *lease.Office {
	host, err := os.Hostname()
	if err != nil {
		host = "roster"
	}
	return lease.New(lease.Options{
		Store: a.store, Name: "sweeper", Holder: fmt.Sprintf("%s %d", host, os.Getpid()), Alone: a.embedded(), Now: a.now, Log: a.log,
	})
}

// lead does the work of the sweeper's office until ctx ends.
func (a *App) lead(ctx context.Context, term lease.Term) {
	var work sync.WaitGroup
	work.Go(func() {
		a.every(ctx, silenceEvery, "look for silence", func(ctx context.Context) error { return a.silence(ctx, term.Update) })
	})
	a.every(ctx, sweepEvery, "sweep", func(ctx context.Context) error { return a.sweep(ctx, term.Update) })
	work.Wait()
}

// showLife calls the heartbeat, if one is configured, until ctx ends. It leaves the first sweep the
// time to end.
func (a *App) showLife(ctx context.Context) {
	if a.heartbeat == nil {
		return
	}
	select {
	case <-time.After(heartbeatEvery):
		a.every(ctx, heartbeatEvery, "heartbeat", a.heartbeat.beat)
	case <-ctx.Done():
	}
}

// sweep deletes what is over, in small transactions that update runs.
func (a *App) sweep(ctx context.Context, update directory.UpdateFunc) error {
	now := a.now()
	for _, part := range []func(directory.Tx) (int, error){
		func(tx directory.Tx) (int, error) { return tx.DeleteDeadSessions(now, sweepBatch) },
		func(tx directory.Tx) (int, error) { return tx.DeleteRetries(now.Add(-keepRetries), sweepBatch) },
		func(tx directory.Tx) (int, error) { return tx.DeleteGuesses(now, sweepBatch) },
		func(tx directory.Tx) (int, error) { return tx.DeleteDoneJobs(now.Add(-keepDoneJobs), sweepBatch) },
		func(tx directory.Tx) (int, error) { return directory.DeleteOldEvents(tx, now, sweepBatch) },
		func(tx directory.Tx) (int, error) { return directory.DeleteOldFlips(tx, now, sweepBatch) },
		func(tx directory.Tx) (int, error) { return directory.DeleteOldAlerts(tx, now, sweepBatch) },
	} {
		for n := sweepBatch; n == sweepBatch; {
			err := update(ctx, func(tx directory.Tx) (err error) {
				n, err = part(tx)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	if a.heartbeat == nil { // nobody would read it
		return nil
	}
	return update(ctx, func(tx directory.Tx) error { return tx.PutSetting(sweptAt, now.UTC().Format(time.RFC3339)) })
}
