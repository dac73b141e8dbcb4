package dialecttest

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/checkcentral"
	"roster/internal/dialect"
	"roster/internal/directory"
	"roster/internal/graze"
	"roster/internal/pgtest"
	"roster/internal/server"
	"roster/internal/store"
)

// engines give an empty database, by the engine's name.
var engines = map[string]func(testing.TB) string{
	"sqlite":   sqlite,
	"postgres": pgtest.URL,
}

func sqlite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "roster.db") }

// Open returns a server under test on SQLite.
func Open(t testing.TB, o Options) *Env {
	t.Helper()
	return open(t, sqlite(t), o)
}

// open returns a server under test on a database. It ends with the test.
func open(t testing.TB, database string, o Options) *Env {
	t.Helper()
	e := &Env{clock: newClock(), made: map[string]string{}}
	book := &logbook{}
	log := slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug}))
	db, err := store.Open(t.Context(), database, store.Options{Now: e.clock.now, Logger: log})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	hasher := auth.NewHasher(time.Now)
	authenticator := auth.New(auth.Options{
		Store: db, Hasher: hasher, Now: e.clock.now, Logger: log, CacheEntries: auth.DefaultCacheEntries,
	})
	e.Service = directory.New(directory.Options{
		Store: db, Passwords: hasher, Secrets: auth.Secrets{}, Now: e.clock.now, Logger: log,
		RetryKey: []byte("retry key of a test"), GrazerGrantsSuper: o.GrazerGrantsSuper,
	})
	made, err := e.Service.SetUpOrganization(t.Context(), system(""), roster.DefaultOrganization)
	if err != nil {
		t.Fatalf("set up: %v", err)
	}
	e.By = system(made.Organization.ID)
	e.Handler = routes(t, e.Service, verifier{authenticator}, log, o)
	background, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		authenticator.Run(background)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		if err := db.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close the store: %v", err)
		}
		book.check(t, e, o)
	})
	return e
}

func system(org roster.OrganizationID) roster.Actor {
	return roster.Actor{Kind: roster.ActorSystem, OrganizationID: org, Name: "test", Face: roster.FaceSystem}
}

func routes(t testing.TB, svc *directory.Service, v dialect.Verifier, log *slog.Logger, o Options) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	graze.Register(mux, graze.Options{Service: svc, Verifier: v, Log: log, RequireAllArguments: o.RequireAllArguments})
	checkcentral.Register(mux, checkcentral.Options{Service: svc, Verifier: v, Log: log, DefaultPreferences: o.DefaultPreferences})
	srv, err := server.New(server.Options{Handler: mux, Log: log, Now: time.Now})
	if err != nil {
		t.Fatalf("make the server: %v", err)
	}
	return srv.Handler()
}

// verifier is the authenticator as the faces see it.
type verifier struct{ auth *auth.Authenticator }

func attempt(ctx context.Context, face roster.Face, need roster.Permissions) auth.Attempt {
	o := dialect.OriginOf(ctx)
	return auth.Attempt{OrganizationSlug: o.Organization, Need: need, Face: face, Address: o.Address, RequestID: o.RequestID}
}

// Password implements [dialect.Verifier].
func (v verifier) Password(ctx context.Context, face roster.Face, need roster.Permissions, userName, password string) (roster.Actor, error) {
	return v.auth.Password(ctx, attempt(ctx, face, need), userName, password)
}

// Session implements [dialect.Verifier].
func (v verifier) Session(ctx context.Context, face roster.Face, need roster.Permissions, token string) (roster.Actor, error) {
	return v.auth.Session(ctx, attempt(ctx, face, need), token)
}

// Token implements [dialect.Verifier].
func (v verifier) Token(ctx context.Context, face roster.Face, secret string) (roster.Actor, error) {
	at := attempt(ctx, face, 0)
	if !dialect.OriginOf(ctx).Named {
		at.OrganizationSlug = ""
	}
	return v.auth.Token(ctx, at, secret)
}
