package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"roster"
	"roster/internal/directory"
)

// Options configure a store. The zero Options are good.
type Options struct {
	Now      func() time.Time // the clock that measures slow commits; time.Now if nil
	Logger   *slog.Logger     // slog.Default if nil
	MaxConns int              // PostgreSQL: maximum connections; 16 if 0
	Readers  int              // SQLite: maximum concurrent read transactions; 4 if 0
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.MaxConns <= 0 {
		o.MaxConns = 16
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	return o
}

// DB is an open store. Its methods are safe for concurrent use.
type DB struct {
	backend backend
	engine  *engine
	added   jobsAdded

	generation *generation // SQLite only; nil if other processes can change the same database

	log     *slog.Logger
	damaged atomic.Bool // an error reported damage
}

var _ directory.Store = (*DB)(nil)

// backend runs transactions on an engine. DB documents its methods.
type backend interface {
	directory.Store
	Ping(ctx context.Context) error
	Close(ctx context.Context) error
	schemaVersion(ctx context.Context) (int64, error)
	examine(ctx context.Context) (Examination, error)

	// snapshot runs fn in a transaction that reads, of any length. fn calls alive now and then, and
	// ends with its error.
	snapshot(ctx context.Context, fn func(t *tx, alive func() error) error) error
}

// Open opens the store at url and brings its schema up to date. The URL is "sqlite:<path>", where
// Open creates a missing file, or "postgres://…" as libpq understands it.
//
// Errors: Unavailable if the database does not answer, Invalid for a URL of another form, and
// others if the database cannot be opened.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	o = o.withDefaults()
	db := &DB{added: make(jobsAdded, 1), log: o.Logger}
	scheme, rest, _ := strings.Cut(url, ":")
	var err error
	switch scheme {
	case "sqlite":
		db.engine = sqliteEngine()
		db.generation = &generation{}
		db.backend, err = openSQLite(ctx, rest, db, o)
	case "postgres", "postgresql":
		db.engine = postgresEngine()
		db.backend, err = openPostgres(ctx, url, db.engine, db.added, o)
	default:
		// The message does not repeat the URL: it may hold a password.
		err = &roster.Error{Kind: roster.Invalid, Field: "store", Detail: `must begin with "sqlite:" or "postgres:"`}
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return db, nil
}

// Engine returns the engine's name: "sqlite" or "postgres".
func (db *DB) Engine() string { return db.engine.name }

// View implements directory.Store.
func (db *DB) View(ctx context.Context, fn func(directory.Tx) error) error {
	return db.noteDamage(db.backend.View(ctx, fn))
}

// Update implements directory.Store.
func (db *DB) Update(ctx context.Context, fn func(directory.Tx) error) error {
	return db.noteDamage(db.backend.Update(ctx, fn))
}

// noteDamage remembers that the database is damaged if err says so, and logs the first such error.
func (db *DB) noteDamage(err error) error {
	if err != nil && errors.Is(err, errDamaged) && db.damaged.CompareAndSwap(false, true) {
		db.log.Error("the database is damaged: stop the server, restore a backup and start it again", "err", err)
	}
	return err
}

// Ping reports whether the store can work. On SQLite it checks that the writer answers and that the
// files are still the ones that were opened. On PostgreSQL it checks that the database answers.
// After an error reported damage, Ping fails until the store is opened again. It waits until ctx
// ends, but at most five seconds. Errors: Unavailable.
func (db *DB) Ping(ctx context.Context) error {
	if db.damaged.Load() {
		return explain(fault{class: damaged}, "ping", errors.New("an earlier request met the damage"))
	}
	return db.noteDamage(db.backend.Ping(ctx))
}

// Examine looks for damage and for problems that keep the store from working. It reads the whole
// database, which takes a while. When ctx ends it stops and returns how far it came. Errors: as for
// Ping.
func (db *DB) Examine(ctx context.Context) (Examination, error) {
	if err := db.backend.Ping(ctx); err != nil {
		return Examination{}, err
	}
	return db.backend.examine(ctx)
}

// Close refuses new calls, lets running calls finish, and closes the store. If ctx ends first, it
// returns the context's error and leaves those calls running.
func (db *DB) Close(ctx context.Context) error { return db.backend.Close(ctx) }

// SchemaVersion returns the number of the last applied migration. It may be greater than any that
// this binary knows.
func (db *DB) SchemaVersion(ctx context.Context) (int64, error) { return db.backend.schemaVersion(ctx) }

// Work is what a store has asked of its engine since it was opened.
type Work struct {
	Journeys   int64 // messages sent to the server and waited for; 0 on SQLite, which is no server
	Statements int64
}

// Work counts what the store has asked of PostgreSQL. It is zero on SQLite.
func (db *DB) Work() Work {
	on, ok := db.backend.(*postgresDB)
	if !ok {
		return Work{}
	}
	return Work{Journeys: on.work.journeys.Load(), Statements: on.work.statements.Load()}
}

// JobsAdded returns a channel of capacity 1 that receives after a commit that queued jobs. It does
// not see jobs that other processes queue.
func (db *DB) JobsAdded() <-chan struct{} { return db.added }

// jobsAdded is the sending side of DB.JobsAdded.
type jobsAdded chan struct{}

// wake wakes the receiver, unless a wake-up is already waiting for it.
func (c jobsAdded) wake() {
	select {
	case c <- struct{}{}:
	default:
	}
}
