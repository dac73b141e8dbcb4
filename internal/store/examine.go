package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"modernc.org/libc"
	codes "modernc.org/sqlite/lib"
)

// Examination is the result of examining a whole database. It is empty for PostgreSQL, which looks
// after its own files.
type Examination struct {
	Damage  []string // faults in SQLite's words, at most maxDamage
	Tables  int      // number of tables
	Checked int      // number of tables that were read completely
}

// maxDamage is the maximum number of faults in an examination.
const maxDamage = 10

// examine implements backend. It runs SQLite's quick check on a connection of its own. It checks
// table by table, so that no long read delays checkpoints.
func (db *sqliteDB) examine(ctx context.Context) (found Examination, err error) {
	conn, err := db.readers.open()
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	defer interruptAfter(ctx, conn.conn)()
	err = found.checkTables(ctx, conn)
	switch {
	case ctx.Err() != nil: // it was interrupted
		return found, nil
	case err != nil && db.readers.engine.fault(err).class == damaged:
		found.Damage = append(found.Damage, err.Error())
		return found, nil
	case err != nil:
		return found, explain(db.readers.engine.fault(err), "examine", err)
	}
	return found, nil
}

// checkTables checks one table after the other. It stops when ctx ends or maxDamage faults are
// found.
func (x *Examination) checkTables(ctx context.Context, conn *prepared) error {
	tables, err := column(conn, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	if err != nil {
		return err
	}
	x.Tables = len(tables)
	for _, table := range tables {
		if ctx.Err() != nil || len(x.Damage) >= maxDamage {
			return nil
		}
		quoted := strings.ReplaceAll(table, "'", "''")
		says, err := column(conn, fmt.Sprintf("PRAGMA quick_check('%s')", quoted))
		if err != nil {
			return err
		}
		for _, line := range says {
			if line != "ok" && len(x.Damage) < maxDamage {
				x.Damage = append(x.Damage, line)
			}
		}
		x.Checked++
	}
	return nil
}

// column returns the rows of a query that has one text column.
func column(conn *prepared, query string) (texts []string, err error) {
	rows, err := conn.query(query, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}

// interruptAfter interrupts the running statement of the connection when ctx ends. The returned
// function stops watching ctx.
func interruptAfter(ctx context.Context, c *connection) (done func()) {
	finished, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-ctx.Done():
			tls := libc.NewTLS() // a C thread of its own, as sqlite3_interrupt allows
			codes.Xsqlite3_interrupt(tls, c.db)
			tls.Close()
		case <-finished:
		}
	}()
	return func() {
		close(finished)
		<-watched
	}
}

// examine implements backend.
func (db *postgresDB) examine(context.Context) (Examination, error) { return Examination{}, nil }
