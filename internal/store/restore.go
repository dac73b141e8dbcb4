package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"roster"
)

// BackupContent is what a backup holds.
type BackupContent struct {
	BackupHead
	BackupSize
	Sum      string            `json:"sha256"` // of the file but for its last line, in hex
	Settings map[string]string `json:"-"`      // what the server remembers about itself
}

// VerifyBackup reads the whole of a file of the size.
//
// Errors: Invalid(backup) if it is no backup, damaged, or newer than this release; those of f.
func VerifyBackup(f io.ReaderAt, size int64) (c BackupContent, err error) {
	if c.Sum, err = validateSum(f, size); err != nil {
		return c, err
	}
	b, err := newBackupReader(f, size)
	if err != nil {
		return c, err
	}
	c.BackupHead, c.Settings = b.head, make(map[string]string)
	newest, err := newestMigration()
	if err != nil {
		return c, err
	}
	if b.head.Schema > newest {
		detail := fmt.Sprintf("has schema %d of release %s, and this release knows schemas up to %d: use that release or a newer one", b.head.Schema, b.head.Release, newest)
		return c, notABackup(detail, nil)
	}
	inSettings := false
	c.BackupSize, err = b.each(backupVisitor{
		table: func(t backupTable) error {
			inSettings = t.Name == "settings" && slices.Equal(t.Columns, []string{"name", "value"})
			return nil
		},
		row: func(cells []cell) error {
			if inSettings {
				c.Settings[string(cells[0].bytes)] = string(cells[1].bytes)
			}
			return nil
		},
		number: func(backupNumber) error { return nil },
	})
	return c, err
}

// Restore makes the database at url, as for [Open], from a backup. The database must be empty: on
// SQLite the file must not exist. It verifies the backup first. After an error, and if the process
// is killed, there is no database, or on PostgreSQL one without rows.
//
// Errors: those of [VerifyBackup]; Conflict if the database is not empty, Unavailable if it does
// not answer, Invalid(store) for a URL of another form.
func Restore(ctx context.Context, url string, f io.ReaderAt, size int64, o Options) (BackupContent, error) {
	c, err := VerifyBackup(f, size)
	if err != nil {
		return c, err
	}
	b, err := newBackupReader(f, size)
	if err != nil {
		return c, err
	}
	o = o.withDefaults()
	switch scheme, path, _ := strings.Cut(url, ":"); scheme {
	case "sqlite":
		err = restoreSQLite(ctx, path, b)
	case "postgres", "postgresql":
		err = restorePostgres(ctx, url, b, o)
	default: // the message does not repeat the URL: it may hold a password
		err = &roster.Error{Kind: roster.Invalid, Field: "store", Detail: `must begin with "sqlite:" or "postgres:"`}
	}
	return c, err
}

// notEmpty is the error for a database that has something in it.
func notEmpty(what string) error {
	return &roster.Error{Kind: roster.Conflict, Detail: what + " is not empty: a backup is restored into an empty database only"}
}

// restoring is what the name of a file ends with that is not yet a whole database.
const restoring = ".restoring"

// restoreSQLite makes the database in a file beside path, which gets its name once it is whole.
func restoreSQLite(ctx context.Context, path string, b *backupReader) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		if err == nil {
			err = notEmpty(path)
		}
		return err
	}
	made := path + restoring
	if err := removeDatabase(made); err != nil { // left by a process that was killed
		return err
	}
	if err := fillSQLite(ctx, made, b); err != nil {
		_ = removeDatabase(made)
		return err
	}
	return publish(made, path)
}

// removeDatabase removes a database file and what SQLite keeps beside it.
func removeDatabase(path string) error {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// publish gives a file its name, once it is on disk.
func publish(made, path string) error {
	for _, sync := range []string{made, filepath.Dir(path)} {
		if sync != made {
			if err := os.Rename(made, path); err != nil {
				return err
			}
		}
		f, err := os.Open(sync)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// fillSQLite makes a database in a new file. Nothing of it needs to survive a crash.
func fillSQLite(ctx context.Context, path string, b *backupReader) (err error) {
	if err := createPrivate(path); err != nil {
		return fmt.Errorf("make database file: %w", err)
	}
	e := sqliteEngine()
	fail := func(err error) error { return explain(e.fault(err), "restore", err) }
	at := location{path, pragmas("journal_mode(MEMORY)", "synchronous(OFF)", "cache_size(-16000)")}
	later, err := laterThan(b.head.Schema)
	if err != nil {
		return err
	}
	if _, err := migrateSQLite(ctx, at, e, goose.WithExcludeVersions(later)); err != nil {
		return fail(err)
	}
	at.pragmas = pragmas("journal_mode(OFF)", "synchronous(OFF)", "cache_size(-16000)")
	conn, err := prepare(at)
	if err != nil {
		return fail(err)
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	if err := conn.do("BEGIN"); err != nil {
		return fail(err)
	}
	t := &tx{run: conn, engine: e, texts: newTexts(), orgs: newOrganizations()}
	if err := t.restore(b, ctx.Err); err != nil {
		return err
	}
	if err := conn.do("COMMIT"); err != nil {
		return fail(err)
	}
	return nil
}

// laterThan returns the versions of the schema after one.
func laterThan(version int64) ([]int64, error) {
	all, err := migrationVersions()
	return slices.DeleteFunc(all, func(v int64) bool { return v <= version }), err
}

// restorePostgres makes the tables where there are none, and fills them in one transaction, in
// which nobody else can write.
func restorePostgres(ctx context.Context, url string, b *backupReader, o Options) error {
	e := postgresEngine()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return &roster.Error{Kind: roster.Invalid, Field: "store", Detail: "is not a URL that PostgreSQL understands", Err: err}
	}
	later, err := laterThan(b.head.Schema)
	if err != nil {
		return err
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	if err := migratePostgres(ctx, *config, e, embedded(), o.Logger, goose.WithExcludeVersions(later)); err != nil {
		return err
	}
	setParameters(config.RuntimeParams)
	work := &postgresWork{}
	db := &postgresDB{work: work, engine: e, reads: newPostgresPool(&config.Config, 1, work)}
	conn, alive, err := db.unlimited(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	run := &pipeline{conn: conn, writes: true}
	defer run.end()
	t := &tx{run: run, engine: e, texts: newTexts(), orgs: newOrganizations()}
	if err := t.lockEmpty(); err != nil {
		return err
	}
	if err := t.restore(b, alive); err != nil {
		return err
	}
	if err := run.commit(); err != nil {
		return t.fail("commit", err)
	}
	return nil
}

// lockEmpty keeps others from writing until the transaction ends. Errors: Conflict if there is a
// row in a table.
func (t *tx) lockEmpty() error {
	tables, err := knownTables()
	if err != nil {
		return err
	}
	if _, err := t.exec("lock tables", "LOCK TABLE "+strings.Join(tables, ", ")+" IN EXCLUSIVE MODE"); err != nil {
		return err
	}
	for _, table := range tables {
		var one int64
		some, err := t.one("look for rows", "SELECT 1 FROM "+table+" LIMIT 1", nil, &one)
		if err != nil {
			return err
		}
		if some {
			return notEmpty("the database")
		}
	}
	return nil
}

// restore fills the tables. It calls alive before each statement.
func (t *tx) restore(b *backupReader, alive func() error) error {
	r := restorer{t: t, alive: alive}
	_, err := b.each(backupVisitor{table: r.table, row: r.row, number: r.number})
	if err != nil {
		return err
	}
	return r.flush()
}

// restorer collects rows into statements.
type restorer struct {
	t       *tx
	alive   func() error
	name    string
	columns []tableColumn
	insert  string // up to VALUES
	values  []any
}

func (r *restorer) table(table backupTable) error {
	if err := r.flush(); err != nil {
		return err
	}
	known, err := knownTables()
	if err != nil {
		return err
	}
	there, err := r.t.columns(table.Name)
	if err != nil {
		return err
	}
	if !slices.Contains(known, table.Name) || len(table.Columns) == 0 {
		return notABackup(fmt.Sprintf("has a table %.80q that this release does not know", table.Name), nil)
	}
	r.name, r.columns = table.Name, nil
	for _, name := range table.Columns {
		i := slices.IndexFunc(there, func(c tableColumn) bool { return c.name == name })
		if i < 0 {
			return notABackup(fmt.Sprintf("has a column %.80q of %s that this release does not know", name, table.Name), nil)
		}
		r.columns = append(r.columns, there[i])
	}
	r.insert = fmt.Sprintf("INSERT INTO %s (%s) VALUES", table.Name, strings.Join(table.Columns, ", "))
	return nil
}

func (r *restorer) row(cells []cell) error {
	for i := range cells {
		value, err := cells[i].argument(r.columns[i].holds)
		if err != nil {
			return err
		}
		r.values = append(r.values, value)
	}
	if len(r.values) < maxRows*len(r.columns) {
		return nil
	}
	return r.flush()
}

// flush inserts the rows that are collected.
func (r *restorer) flush() error {
	if err := r.alive(); err != nil || len(r.values) == 0 {
		return err
	}
	err := r.t.insertRows("restore "+r.name, r.insert, placeholders(len(r.columns)), r.values)
	r.values = r.values[:0]
	return err
}

// number sets the last number that the engine has assigned in a table.
func (r *restorer) number(n backupNumber) error {
	if err := r.flush(); err != nil || n.Last == 0 {
		return err
	}
	if !r.t.engine.oneWriter {
		var sequence string
		found, err := r.t.one("find sequence", postgresSequence, []any{n.Table}, &sequence)
		if err != nil || !found {
			return errors.Join(err, notABackup("counts in a table that does not count here", nil))
		}
		var set int64
		_, err = r.t.one("set last number", "SELECT setval($1::text::regclass, $2)", []any{sequence, n.Last}, &set)
		return err
	}
	changed, err := r.t.exec("set last number", `UPDATE sqlite_sequence SET seq = $1 WHERE name = $2`, n.Last, n.Table)
	if err == nil && changed == 0 {
		_, err = r.t.exec("set last number", `INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)`, n.Table, n.Last)
	}
	return err
}
