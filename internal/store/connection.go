package store

import (
	"errors"
	"fmt"
	"strconv"

	"modernc.org/libc"
	codes "modernc.org/sqlite/lib"
)

// connection is an open SQLite database file: sqlite3* of the C interface
// (https://www.sqlite.org/c3ref/intro.html), which modernc.org/sqlite/lib offers in Go.
//
// The driver for database/sql uses the same functions, and runs the migrations. It is not used for
// queries because it wastes more than half of a read's time. Each of its calls takes a lock,
// although only one goroutine at a time uses a connection. Each of its queries asks for the names
// and types of all columns.
//
// Addresses of C memory stay within connection.go and statement.go. Values that leave these files
// are copies.
type connection struct {
	tls    *libc.TLS // the C thread; not to be used by two goroutines at once
	db     uintptr   // sqlite3*
	result uintptr   // C memory for a pointer that a call returns
	buffer uintptr   // bufferSize bytes of C memory that pass texts to SQLite
}

// bufferSize is the longest text, in bytes, that is passed to SQLite without allocating C memory
// for it.
const bufferSize = 4096

// connect opens an existing file and runs the pragmas.
func connect(path string, pragmas []string) (*connection, error) {
	c := &connection{tls: libc.NewTLS()}
	if err := c.open(path); err != nil {
		return nil, errors.Join(err, c.close())
	}
	for _, pragma := range pragmas {
		if err := c.do("PRAGMA " + pragma); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", pragma, err), c.close())
		}
	}
	return c, nil
}

func (c *connection) open(path string) error {
	c.result = codes.Xsqlite3_malloc(c.tls, strconv.IntSize/8)
	c.buffer = codes.Xsqlite3_malloc(c.tls, bufferSize)
	if c.result == 0 || c.buffer == 0 {
		return c.failure(codes.SQLITE_NOMEM)
	}
	name, err := libc.CString(path)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	rc := codes.Xsqlite3_open_v2(c.tls, name, c.result, codes.SQLITE_OPEN_READWRITE|codes.SQLITE_OPEN_NOMUTEX, 0)
	c.db = libc.AtomicLoadPUintptr(c.result) // set even after a failure, for the message
	if rc != codes.SQLITE_OK {
		return c.failure(rc)
	}
	codes.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	return nil
}

// close closes the connection and rolls back its open transaction, if any. Its statements must be
// closed before.
func (c *connection) close() error {
	var err error
	if rc := codes.Xsqlite3_close_v2(c.tls, c.db); rc != codes.SQLITE_OK {
		err = c.failure(rc)
	}
	codes.Xsqlite3_free(c.tls, c.result)
	codes.Xsqlite3_free(c.tls, c.buffer)
	c.tls.Close()
	*c = connection{}
	return err
}

// do prepares a statement and runs it once.
func (c *connection) do(text string) error {
	s, err := c.prepare(text)
	if err != nil {
		return err
	}
	defer s.close()
	_, err = s.exec(nil)
	return err
}

// checkpoint returns how many pages are in the write-ahead log, and how many of them are in the
// database file too. If move is true, it first moves the pages that no reader needs in the log,
// without waiting for anybody. Both counts are 0 while another connection moves pages.
func (c *connection) checkpoint(move bool) (pages, moved int, err error) {
	mode := int32(codes.SQLITE_CHECKPOINT_NOOP)
	if move {
		mode = codes.SQLITE_CHECKPOINT_PASSIVE
	}
	const size = 4 // of a C int
	switch rc := codes.Xsqlite3_wal_checkpoint_v2(c.tls, c.db, 0, mode, c.buffer, c.buffer+size); rc {
	case codes.SQLITE_OK:
	case codes.SQLITE_BUSY: // another connection moves pages
		return 0, 0, nil
	default:
		return 0, 0, c.failure(rc)
	}
	return int(libc.AtomicLoadPInt32(c.buffer)), int(libc.AtomicLoadPInt32(c.buffer + size)), nil
}

// failure returns the error of a call that returned the result code rc.
func (c *connection) failure(rc int32) error {
	message := libc.GoString(codes.Xsqlite3_errstr(c.tls, rc))
	if c.db != 0 && codes.Xsqlite3_extended_errcode(c.tls, c.db) == rc {
		message = libc.GoString(codes.Xsqlite3_errmsg(c.tls, c.db))
	}
	return &sqliteError{code: int(rc), message: message}
}

// sqliteError is SQLite's description of a failed call.
type sqliteError struct {
	code    int // extended result code
	message string
}

// Error returns the message and the code.
func (e *sqliteError) Error() string { return fmt.Sprintf("%s (%d)", e.message, e.code) }

// Code returns the extended result code, as the driver's error does.
func (e *sqliteError) Code() int { return e.code }
