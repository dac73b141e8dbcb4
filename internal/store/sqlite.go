package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"roster/internal/directory"
)

func sqliteEngine() *engine {
	return &engine{
		name:    "sqlite",
		dialect: goose.DialectSQLite3,
		markers: strings.NewReplacer(
			"{{identity}}", "INTEGER PRIMARY KEY AUTOINCREMENT",
			"{{id}}", "BLOB",
			"{{bytes}}", "BLOB",
			"{{key}}", "TEXT",
			"{{clustered}}", "WITHOUT ROWID",
		),
		oneWriter: true,
		fault:     sqliteFault,

		listColumns: `SELECT name, type FROM pragma_table_info($1) ORDER BY cid`,
	}
}

// sqliteFault classifies an error by its result code (https://www.sqlite.org/rescode.html).
func sqliteFault(err error) fault {
	var e interface {
		error
		Code() int
	}
	if !errors.As(err, &e) {
		return fault{}
	}
	switch e.Code() {
	case codes.SQLITE_CONSTRAINT_UNIQUE, codes.SQLITE_CONSTRAINT_PRIMARYKEY, codes.SQLITE_CONSTRAINT_ROWID:
		return fault{class: constraint, index: sqliteIndex(e.Error())}
	}
	switch e.Code() & 0xff {
	case codes.SQLITE_CONSTRAINT:
		return fault{class: constraint}
	case codes.SQLITE_FULL:
		return fault{class: full}
	case codes.SQLITE_IOERR, codes.SQLITE_NOMEM, codes.SQLITE_INTERRUPT, codes.SQLITE_BUSY, codes.SQLITE_LOCKED,
		codes.SQLITE_CANTOPEN, codes.SQLITE_PROTOCOL:
		return fault{class: unavailable}
	case codes.SQLITE_READONLY:
		return fault{class: readOnly}
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return fault{class: damaged}
	}
	return fault{}
}

// sqliteIndex returns table__column of the last column in a message of the form "… constraint
// failed: users.organization, users.user_key (2067)". It returns "" for any other message.
func sqliteIndex(message string) string {
	const mark = "constraint failed: "
	at := strings.LastIndex(message, mark)
	if at < 0 {
		return ""
	}
	columns, _, _ := strings.Cut(message[at+len(mark):], " (")
	last := columns[strings.LastIndex(columns, " ")+1:]
	table, column, found := strings.Cut(last, ".")
	if !found {
		return ""
	}
	return table + "__" + column
}

// pragmas returns the pragmas of every connection (https://www.sqlite.org/pragma.html), followed by
// more. A negative cache size is in KiB; mmap_size is in bytes.
func pragmas(more ...string) []string {
	return append([]string{"busy_timeout(5000)", "foreign_keys(1)", "temp_store(2)", "mmap_size(67108864)"}, more...)
}

// writerPragmas put each commit on disk before it is answered, and leave checkpoints to the
// checkpointer. The write-ahead log stays allocated, because overwriting it is twice as fast as
// growing it. SQLite cuts a log that outgrew journal_size_limit, as a long reader can cause.
func writerPragmas() []string {
	return pragmas("journal_mode(WAL)", "synchronous(FULL)", "cache_size(-16000)",
		"wal_autocheckpoint(0)", "journal_size_limit(67108864)")
}

// readerPragmas make a connection read-only.
func readerPragmas() []string { return pragmas("query_only(1)", "cache_size(-2000)") }

// checkpointPragmas are for the connection that moves the write-ahead log into the database.
func checkpointPragmas() []string { return pragmas("synchronous(FULL)", "wal_autocheckpoint(0)") }

// location is what a connection is opened with: the path of an existing file, and pragmas.
type location struct {
	path    string
	pragmas []string
}

// sqliteDB runs transactions on SQLite. Writes run in the writer. Reads run on connections of their
// own, which neither wait for the writer nor delay it.
type sqliteDB struct {
	*writer
	*readers
	version int64
}

func openSQLite(ctx context.Context, path string, db *DB, o Options) (*sqliteDB, error) {
	e := db.engine
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("make database file: %w", err)
	}
	writing, reading := location{path, writerPragmas()}, location{path, readerPragmas()}
	shared, orgs := newTexts(), newOrganizations()
	w := newWriter(writing, e, shared, orgs, db.added, o)
	w.generation = db.generation
	// The writer's connection must be open before the migrations' connection closes: the last
	// connection to close removes the log.
	var err error
	if w.conn, err = prepare(writing); err != nil {
		return nil, explain(e.fault(err), "open database "+path, err)
	}
	version, err := migrateSQLite(ctx, writing, e)
	if err != nil {
		return nil, errors.Join(explain(e.fault(err), "open database "+path, err), w.conn.close())
	}
	if err := w.noteFiles(); err != nil {
		return nil, errors.Join(explain(e.fault(err), "open database "+path, err), w.conn.close())
	}
	w.checkpoints = newCheckpointer(location{path, checkpointPragmas()}, o.Logger)
	go w.run()
	return &sqliteDB{
		writer: w, readers: newReaders(reading, w.files, e, shared, orgs, o.Readers), version: version,
	}, nil
}

// migrateSQLite migrates on its own database/sql connection and returns the schema version.
func migrateSQLite(ctx context.Context, at location, e *engine, with ...goose.ProviderOption) (version int64, err error) {
	options := url.Values{"_pragma": at.pragmas, "_txlock": {"immediate"}}
	to, err := sqlite.NewConnector("file:" + (&url.URL{Path: at.path}).EscapedPath() + "?" + options.Encode())
	if err != nil {
		return 0, fmt.Errorf("open database: %w", err)
	}
	pool := sql.OpenDB(to)
	pool.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, pool.Close()) }()
	return migrate(ctx, pool, e, embedded(), with...)
}

// createPrivate creates the file with mode 0600, unless it exists. SQLite gives the same mode to
// the files that it keeps beside it.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func (db *sqliteDB) schemaVersion(context.Context) (int64, error) { return db.version, nil }

// Close implements backend.
func (db *sqliteDB) Close(ctx context.Context) error {
	return errors.Join(db.writer.stop(ctx), db.readers.stop(ctx))
}

// pingTimeout is the longest that DB.Ping waits.
const pingTimeout = 5 * time.Second

// Ping implements backend. It sends the writer an update that changes nothing.
func (db *sqliteDB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	u := newUpdate(func(directory.Tx) error { return nil })
	if err := db.writer.enqueue(u); err != nil {
		return err
	}
	select {
	case <-u.done:
		return u.err
	case <-ctx.Done():
		return notNow("the database is not answering; try again", ctx.Err())
	}
}
