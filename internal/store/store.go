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

// Options are what a store can be told. The zero Options are good.
type Options struct {
	Now      func() time.Time // the clock, for saying that a commit took long; time.Now if nil
	Logger   *slog.Logger     // slog.Default if nil
	MaxConns int              // PostgreSQL: the most connections; 16 if 0
	Readers  int              // SQLite: the most transactions that read at the same time; 4 if 0
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

// DB is an open store. Its methods may be called from any number of goroutines.
type DB struct {
	backend backend
	engine  *engine
	added   jobsAdded

	generation *generation // of SQLite; nil where other processes change the same database

	log     *slog.Logger
	damaged atomic.Bool // an error said so
}

var _ directory.Store = (*DB)(nil)

// backend runs transactions on an engine. DB says what its methods do.
type backend interface {
	directory.Store
	Ping(ctx context.Context) error
	Close(ctx context.Context) error
	schemaVersion(ctx context.Context) (int64, error)
	examine(ctx context.Context) (Examination, error)
}

// Open opens the store at url, and brings its schema up to date: "sqlite:<path>", where the file is
// made if need be, or "postgres://…" as libpq understands it.
//
// Errors: Unavailable where the database does not answer; others for an url that cannot be used.
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
		// The url is not repeated: it may hold a password.
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
	return db.judge(db.backend.View(ctx, fn))
}

// Update implements directory.Store.
func (db *DB) Update(ctx context.Context, fn func(directory.Tx) error) error {
	return db.judge(db.backend.Update(ctx, fn))
}

// judge remembers that the database is damaged where err says so, and logs the first such error.
func (db *DB) judge(err error) error {
	if err != nil && errors.Is(err, errDamaged) && db.damaged.CompareAndSwap(false, true) {
		db.log.Error("the database is damaged: stop the server, restore a backup and start it again", "err", err)
	}
	return err
}

// Ping finds out whether the store can work: on SQLite whether the writer answers and the files are
// those that were opened, on PostgreSQL whether the database answers. Once damage was met it fails
// until the store is opened again. It waits no longer than ctx, nor than five seconds. Errors:
// Unavailable.
func (db *DB) Ping(ctx context.Context) error {
	if db.damaged.Load() {
		return explain(fault{class: damaged}, "ping", errors.New("an earlier request met the damage"))
	}
	return db.judge(db.backend.Ping(ctx))
}

// Examine looks for damage and for what keeps the store from working. It reads the whole database
// and so takes a while: it stops where ctx ends, and says how far it came. Errors: as of Ping.
func (db *DB) Examine(ctx context.Context) (Examination, error) {
	if err := db.backend.Ping(ctx); err != nil {
		return Examination{}, err
	}
	return db.backend.examine(ctx)
}

// Close takes no more calls, lets those that it has taken finish, and closes. Where ctx ends before
// they have, it returns the context's error and leaves them at work.
func (db *DB) Close(ctx context.Context) error { return db.backend.Close(ctx) }

// SchemaVersion returns the number of the last migration that the database has had. It may be
// greater than any this binary knows.
func (db *DB) SchemaVersion(ctx context.Context) (int64, error) { return db.backend.schemaVersion(ctx) }

// JobsAdded returns a channel of capacity 1 that receives after a commit that queued jobs. What
// other processes queue is not seen here.
func (db *DB) JobsAdded() <-chan struct{} { return db.added }

// jobsAdded is the sending side of DB.JobsAdded.
type jobsAdded chan struct{}

// poke wakes the receiver, unless it has been woken already.
func (c jobsAdded) poke() {
	select {
	case c <- struct{}{}:
	default:
	}
}
