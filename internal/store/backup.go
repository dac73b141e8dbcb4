package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"roster"
)

// Backup writes the whole content of the database to w, as of one moment, while others go on
// writing. Either engine can be restored from it. It holds no key of the server.
//
// A backup on SQLite keeps the write-ahead log from being overwritten until it ends.
//
// Errors: Unavailable if the database does not answer, Invalid if its schema is newer than this
// release; those of w.
func (db *DB) Backup(ctx context.Context, w io.Writer, release string) error {
	schema, err := db.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	newest, err := newestMigration()
	if err != nil {
		return err
	}
	if schema > newest {
		return &roster.Error{Kind: roster.Invalid, Detail: "the database's schema is newer than this release: back it up with the release that made it"}
	}
	out, err := newBackupWriter(w)
	if err != nil {
		return err
	}
	head := BackupHead{Release: release, Engine: db.engine.name, Schema: schema, At: time.Now().UTC().Truncate(time.Second)}
	if err := out.json('H', head); err != nil {
		return err
	}
	err = db.backend.snapshot(ctx, func(t *tx, alive func() error) error { return t.backup(out, alive) })
	if err != nil {
		return db.noteDamage(err)
	}
	return out.end()
}

// backup writes all tables. It calls alive after each row.
func (t *tx) backup(out *backupWriter, alive func() error) error {
	tables, err := knownTables()
	if err != nil {
		return err
	}
	for _, table := range tables {
		columns, err := t.columns(table)
		if err != nil {
			return err
		}
		if err := t.backupTable(out, table, columns, alive); err != nil {
			return err
		}
	}
	for _, table := range tables {
		last, counted, err := t.lastNumber(table)
		if err != nil {
			return err
		}
		if counted {
			if err := out.json('N', backupNumber{table, last}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) backupTable(out *backupWriter, table string, columns []tableColumn, alive func() error) error {
	record := backupTable{Name: table}
	cells, to := make([]cell, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		record.Columns = append(record.Columns, c.name)
		to[i] = cellScanner{&cells[i], c.holds}
	}
	if err := out.json('T', record); err != nil {
		return err
	}
	var written error // an error of w is not one of the database
	err := t.each("back up "+table, "SELECT "+strings.Join(record.Columns, ", ")+" FROM "+table, nil, func(r scanner) error {
		if err := r.Scan(to...); err != nil {
			return err
		}
		if written = out.row(cells); written != nil {
			return written
		}
		return alive()
	})
	return errors.Join(written, onlyIf(written == nil, err))
}

// onlyIf returns err if it is to count, else nil.
func onlyIf(counts bool, err error) error {
	if counts {
		return err
	}
	return nil
}

// knownTables returns the names of the tables in the order of the migrations: a table refers to
// itself and to earlier ones only.
func knownTables() (tables []string, err error) {
	files := embedded()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		for _, m := range createTable.FindAllSubmatch(text, -1) {
			tables = append(tables, string(m[1]))
		}
	}
	return tables, nil
}

var createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)

// newestMigration returns the version of the newest schema that this binary knows.
func newestMigration() (newest int64, err error) {
	versions, err := migrationVersions()
	for _, v := range versions {
		newest = max(newest, v)
	}
	return newest, err
}

// migrationVersions returns the versions of the migrations: the numbers with which their names
// begin.
func migrationVersions() (versions []int64, err error) {
	names, err := fs.Glob(embedded(), "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		digits, _, _ := strings.Cut(name, "_")
		v, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		versions = append(versions, v)
	}
	return versions, nil
}

// tableColumn is a column of a table.
type tableColumn struct {
	name  string
	holds string // numbers, booleans, texts, uuids or bytes
}

// columnTypes says what the columns of a type hold, by the engines' names of types.
var columnTypes = map[string]string{
	"BIGINT": "numbers", "INTEGER": "numbers", "BOOLEAN": "booleans", "TEXT": "texts", "BLOB": "bytes",
	"bigint": "numbers", "boolean": "booleans", "text": "texts", "bytea": "bytes", "uuid": "uuids",
}

// columns returns the columns of a table, in their order.
func (t *tx) columns(table string) ([]tableColumn, error) {
	return collect(t, "read columns of "+table, t.engine.listColumns, []any{table}, func(r scanner) (c tableColumn, err error) {
		var declared string
		if err := r.Scan(&c.name, &declared); err != nil {
			return c, err
		}
		if c.holds = columnTypes[declared]; c.holds == "" {
			return c, fmt.Errorf("the column %s of %s has the unknown type %s", c.name, table, declared)
		}
		return c, nil
	})
}

// lastNumber returns the last number that the engine assigned in the table, 0 for none. counted
// says whether it assigns any.
func (t *tx) lastNumber(table string) (last int64, counted bool, err error) {
	if t.engine.oneWriter { // SQLite
		counted, err = t.one("read last number", `SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = $1), 0)
		FROM sqlite_schema WHERE type = 'table' AND name = $1 AND sql LIKE '%AUTOINCREMENT%'`, []any{table}, &last)
		return last, counted, err
	}
	var sequence string
	counted, err = t.one("find sequence", postgresSequence, []any{table}, &sequence)
	if err != nil || !counted {
		return 0, false, err
	}
	_, err = t.one("read last number", "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM "+sequence, nil, &last)
	return last, true, err
}

// postgresSequence names the sequence of a table $1 that has an identity column.
const postgresSequence = `SELECT pg_get_serial_sequence(quote_ident(table_name), column_name) FROM information_schema.columns
	WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'`

// cellScanner scans a column into a cell. The types of SQLite's values say what they are;
// PostgreSQL sends texts.
type cellScanner struct {
	*cell
	holds string
}

func (c cellScanner) scanNull() { c.is = cellNull }

func (c cellScanner) scanNumber(n int64) { c.is, c.number = cellNumber, n }

func (c cellScanner) scanBytes(b []byte) error {
	c.is, c.bytes = cellBytes, append(c.bytes[:0], b...)
	return nil
}

func (c cellScanner) scanText(text string) (err error) {
	switch c.holds {
	case "numbers":
		c.is = cellNumber
		c.number, err = strconv.ParseInt(text, 10, 64)
	case "booleans":
		c.scanNumber(0)
		if text == "t" {
			c.number = 1
		}
	case "uuids":
		var id uuid.UUID
		id, err = uuid.Parse(text)
		_ = c.scanBytes(id[:])
	case "bytes":
		var b []byte
		b, err = hex.DecodeString(strings.TrimPrefix(text, `\x`))
		_ = c.scanBytes(b)
	default:
		c.is, c.bytes = cellText, append(c.bytes[:0], text...)
	}
	return err
}

// argument returns the cell as an argument of a statement, for a column that holds such values.
func (c *cell) argument(holds string) (any, error) {
	switch {
	case c.is == cellNull:
		return nil, nil
	case c.is == cellNumber && holds == "numbers":
		return c.number, nil
	case c.is == cellNumber && holds == "booleans":
		return c.number != 0, nil
	case c.is == cellText && holds == "texts":
		return string(c.bytes), nil
	case c.is == cellBytes && holds == "uuids":
		id, err := uuid.FromBytes(c.bytes)
		return uid(id.String()), err
	case c.is == cellBytes && holds == "bytes":
		return digest(hex.EncodeToString(c.bytes)), nil
	}
	return nil, notABackup("has a value that its column does not hold", nil)
}

// snapshot implements backend, on a connection of its own.
func (db *sqliteDB) snapshot(ctx context.Context, fn func(t *tx, alive func() error) error) (err error) {
	conn, err := db.readers.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	e := db.readers.engine
	if err := conn.do("BEGIN"); err != nil {
		return explain(e.fault(err), "begin reading", err)
	}
	defer func() { _ = conn.do("ROLLBACK") }() // it only reads
	return fn(&tx{run: conn, engine: e, texts: db.readers.texts, orgs: newOrganizations()}, ctx.Err)
}

// snapshot implements backend, on a connection of its own without a time limit for the whole.
func (db *postgresDB) snapshot(ctx context.Context, fn func(t *tx, alive func() error) error) error {
	if !db.enter() {
		return stopping()
	}
	defer db.underWay.Done()
	conn, alive, err := db.unlimited(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	return fn(&tx{run: &pipeline{conn: conn}, engine: db.engine, texts: db.texts, orgs: newOrganizations()}, alive)
}

// unlimited opens a connection on which statements and transactions may take any time. Whoever uses
// it calls alive after each row: it gives the connection time for the next one, until ctx ends.
func (db *postgresDB) unlimited(ctx context.Context) (conn *postgresConn, alive func() error, err error) {
	config := db.reads.config.Copy()
	maps.Copy(config.RuntimeParams, map[string]string{"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"})
	conn, err = connectPostgres(ctx, config, db.work)
	if err != nil {
		return nil, nil, notNow("the database is not answering; try again", fmt.Errorf("connect: %w", err))
	}
	alive = func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return conn.allow(transactionTimeout)
	}
	return conn, alive, alive()
}
