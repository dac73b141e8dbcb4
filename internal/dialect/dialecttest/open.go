package dialecttest

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/app"
	"roster/internal/auth"
	"roster/internal/config"
	"roster/internal/store/tabletest"
)

// engines give the address of an empty database, by the engine's name; "" is that in the data
// folder.
var engines = map[string]func(testing.TB) string{
	"sqlite":   func(testing.TB) string { return "" },
	"postgres": tabletest.PostgreSQL,
}

// passed is a timer that has passed: refusals are not held back.
var passed = func() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

// Open returns a server under test on SQLite.
func Open(t testing.TB, o Options) *Env {
	t.Helper()
	return open(t, "", o)
}

// OpenOn returns a server under test on an engine: "sqlite" or "postgres".
func OpenOn(t testing.TB, engine string, o Options) *Env {
	t.Helper()
	return open(t, engines[engine](t), o)
}

// open returns a server under test on a database. It ends with the test.
func open(t testing.TB, database string, o Options) *Env {
	t.Helper()
	e := &Env{clock: newClock(), made: map[string]string{}}
	book := &logbook{}
	_, measures := t.(*testing.B)
	a, err := app.Open(t.Context(), app.Config{
		CheapHashes: !measures,
		Settings:    settings(t, database, o), Key: strings.Repeat("42", 32), Version: "test", Now: e.clock.now, Realms: o.Realms,
		After: func(time.Duration) <-chan time.Time { return passed },
		Log:   slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close: %v", err)
		}
		book.check(t, e, o)
	})
	e.Directory, e.Work = a.Directory(), a.Work
	e.By = roster.Actor{
		Kind: roster.ActorSystem, OrganizationID: a.Organization().ID, Name: "test", Face: roster.FaceSystem,
	}
	if e.Handler, err = a.Handler(); err != nil {
		t.Fatalf("make the handler: %v", err)
	}
	return e
}

func settings(t testing.TB, database string, o Options) config.Serve {
	t.Helper()
	data := t.TempDir()
	if database == "" {
		tabletest.SQLite(t, data)
	}
	return config.Serve{
		Data: data, Database: database, DatabaseConns: 4, HTTP: "127.0.0.1:0",
		Passwords:    config.Passwords{CacheEntries: auth.DefaultCacheEntries},
		API:          config.API{RateLimit: o.RateLimit},
		Graze:        config.Graze{RequireAllArguments: o.RequireAllArguments, GrazerGrantsSuper: o.GrazerGrantsSuper},
		CheckCentral: config.CheckCentral{DefaultPreferences: o.DefaultPreferences, DailyLimit: o.DailyLimit},
	}
}

// OnEachEngine runs a test with a server of its own on each engine.
func OnEachEngine(t *testing.T, o Options, test func(t *testing.T, e *Env)) {
	t.Helper()
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, database(t), o))
		})
	}
}
