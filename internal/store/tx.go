package store

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"roster"
	"roster/internal/directory"
)

// runner runs statements on an engine, within one transaction.
type runner interface {
	exec(text string, args []any) (changed int64, err error)
	query(text string, args []any) (rows, error)
	// queries runs queries. Each call of next returns the rows of the next one, once those of the one
	// before it are closed.
	queries(all []lookup) (next func() (rows, error), err error)
	// later runs a statement whose result nobody needs, at once or together with the next one.
	// doing names the purpose for the error, which a later call may return.
	later(doing, text string, args []any) error
}

// rows are the result of a query. The caller reads them one by one and closes them. *sql.Rows
// documents the methods.
type rows interface {
	scanner
	Next() bool
	Err() error
	Close() error
}

// lookup is a query and what reads its rows.
type lookup struct {
	doing, text string
	args        []any
	read        func(scanner) error
}

// scanner is a row that can be read.
type scanner interface{ Scan(to ...any) error }

// tx implements directory.Tx on either engine. One goroutine uses it, once.
type tx struct {
	run    runner
	engine *engine
	texts  *texts
	orgs   *organizations

	met       []organization // organizations that are not in orgs yet
	queued    bool           // a job was queued
	inserted  int            // number of audit entries and events inserted
	access    bool           // data that authentication reads may have changed
	numbering bool           // the running statement takes the next number; another transaction may take the same one
	failed    error          // error of the first failed statement; no statement runs after it
	fault     fault          // classification of that error
}

var _ directory.Tx = (*tx)(nil)

// call runs fn on t and returns its error. A panic becomes an error. It is also an error if fn
// returns nil although a statement failed: PostgreSQL would have committed nothing.
func (t *tx) call(fn func(directory.Tx) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &roster.Error{Err: fmt.Errorf("panic in a transaction: %v\n%s", v, debug.Stack())}
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	if t.failed != nil {
		return fmt.Errorf("a transaction continued after a failure: %w", t.failed)
	}
	return nil
}

// exec runs a statement and returns how many rows it changed. The text doing names its purpose in
// errors.
func (t *tx) exec(doing, text string, args ...any) (int64, error) {
	if t.failed != nil {
		return 0, t.failed
	}
	n, err := t.run.exec(text, args)
	if err != nil {
		return 0, t.fail(doing, err)
	}
	t.access = t.access || n > 0 && changesAccess(text)
	return n, nil
}

// put runs a statement that has no result. Its failure may surface in a later statement, or at the
// end of the transaction.
func (t *tx) put(doing, text string, args ...any) error {
	if t.failed != nil {
		return t.failed
	}
	t.access = t.access || changesAccess(text)
	if err := t.run.later(doing, text, args); err != nil {
		return t.fail(doing, err)
	}
	return nil
}

// fail remembers the first failure and returns it in the form that callers see.
func (t *tx) fail(doing string, err error) error {
	t.fault = t.engine.fault(err)
	if t.numbering && t.fault.class == constraint && strings.HasSuffix(t.fault.index, "__number") {
		t.fault.class = again
	}
	t.failed = explain(t.fault, doing, err)
	return t.failed
}

// each runs a query and calls read for each row.
func (t *tx) each(doing, text string, args []any, read func(scanner) error) error {
	if t.failed != nil {
		return t.failed
	}
	if strings.HasPrefix(text, "UPDATE ") || strings.HasPrefix(text, "DELETE ") { // with RETURNING
		t.access = t.access || changesAccess(text)
	}
	rows, err := t.run.query(text, args)
	if err != nil {
		return t.fail(doing, err)
	}
	return t.readAll(doing, rows, read)
}

// look runs queries together, in one journey if the engine is a server.
func (t *tx) look(all ...lookup) error {
	if t.failed != nil {
		return t.failed
	}
	answers, err := t.run.queries(all)
	if err != nil {
		return t.fail("look up", err)
	}
	for _, q := range all {
		rows, err := answers()
		if err != nil {
			return t.fail(q.doing, err)
		}
		if err := t.readAll(q.doing, rows, q.read); err != nil {
			return err
		}
	}
	return nil
}

// readAll calls read for each row, and closes the rows.
func (t *tx) readAll(doing string, rows rows, read func(scanner) error) error {
	defer rows.Close() // even if read panics
	for rows.Next() {
		if err := read(rows); err != nil {
			return t.fail(doing, err)
		}
	}
	// Close first: a statement whose rows were not all read may fail only there.
	if err := rows.Close(); err != nil {
		return t.fail(doing, err)
	}
	if err := rows.Err(); err != nil {
		return t.fail(doing, err)
	}
	return nil
}

// one runs a query for at most one row, scans the row into to, and reports whether there was one.
func (t *tx) one(doing, text string, args []any, to ...any) (found bool, err error) {
	err = t.each(doing, text, args, func(r scanner) error {
		found = true
		return r.Scan(to...)
	})
	return found, err
}

// mustChange runs a statement that must change a record of the noun. Errors: NotFound if it changed
// none.
func (t *tx) mustChange(noun, doing, text string, args ...any) error {
	n, err := t.exec(doing, text, args...)
	if err == nil && n == 0 {
		return missing(noun)
	}
	return err
}

// changed is mustChange for a statement that returns the record's number.
func (t *tx) changed(noun, doing, text string, args ...any) (number int64, err error) {
	found, err := t.one(doing, text, args, &number)
	if err == nil && !found {
		err = missing(noun)
	}
	return number, err
}

// insertRows inserts rows. insert is the statement's text up to and including VALUES, row is as for
// texts.rows.
func (t *tx) insertRows(doing, insert, row string, values []any) error {
	width := widthOf(row)
	for some := range slices.Chunk(values, t.mostRows()*width) {
		text, args := t.rows(insert, row, some)
		if err := t.put(doing, text, args...); err != nil {
			return err
		}
	}
	return nil
}

// mostRows returns how many rows one insert takes.
func (t *tx) mostRows() int {
	if t.engine.arrays {
		return maxArray
	}
	return maxRows
}

// rows returns the insert of several rows in the engine's form, and its arguments. values are those
// of the rows, one row after another; insert and row are as for texts.rows.
func (t *tx) rows(insert, row string, values []any) (text string, args []any) {
	width := widthOf(row)
	if !t.engine.arrays || len(values) == width {
		return t.texts.rows(insert, len(values)/width, row), values
	}
	columns := columnsOf(values, width)
	args = make([]any, len(columns))
	for i, column := range columns {
		args[i] = column
	}
	return t.texts.arrays(insert, row, columns), args
}

// collect runs a query and returns its rows, read by scan.
func collect[T any](t *tx, doing, text string, args []any, scan func(scanner) (T, error)) ([]T, error) {
	var all []T
	err := t.each(doing, text, args, func(r scanner) error {
		one, err := scan(r)
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// first runs a query and returns its first row, read by scan. Errors: NotFound, naming the noun.
func first[T any](t *tx, noun, doing, text string, args []any, scan func(scanner) (T, error)) (T, error) {
	all, err := collect(t, doing, text, args, scan)
	if err != nil || len(all) == 0 {
		var none T
		if err == nil {
			err = missing(noun)
		}
		return none, err
	}
	return all[0], nil
}
