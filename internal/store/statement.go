package store

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"modernc.org/libc"
	codes "modernc.org/sqlite/lib"
)

// statement is a prepared statement of an SQLite connection: sqlite3_stmt* of the C interface. It
// also implements rows for its own query, one query at a time.
type statement struct {
	conn     *connection
	stmt     uintptr // sqlite3_stmt*
	params   []int   // index of the argument of each parameter; SQLite orders parameters by first use
	argCount int     // number of arguments that it takes
	width    int     // number of columns that it returns
	open     bool    // a query is being read
	err      error   // error that ended the reading
}

// prepare prepares a text of exactly one statement, with the parameters $1, $2 and so on.
func (c *connection) prepare(text string) (*statement, error) {
	words, err := libc.CString(text)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, words)
	rc := codes.Xsqlite3_prepare_v3(c.tls, c.db, words, -1, codes.SQLITE_PREPARE_PERSISTENT, c.result, c.buffer)
	if rc != codes.SQLITE_OK {
		return nil, c.failure(rc)
	}
	s := &statement{conn: c, stmt: libc.AtomicLoadPUintptr(c.result)}
	if rest := libc.GoString(libc.AtomicLoadPUintptr(c.buffer)); s.stmt == 0 || strings.TrimSpace(rest) != "" {
		s.close()
		return nil, errors.New("a text is not one statement")
	}
	if err := s.describe(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// describe reads the columns and parameters of the statement.
func (s *statement) describe() error {
	tls := s.conn.tls
	s.width = int(codes.Xsqlite3_column_count(tls, s.stmt))
	for i := range codes.Xsqlite3_bind_parameter_count(tls, s.stmt) {
		name := libc.GoString(codes.Xsqlite3_bind_parameter_name(tls, s.stmt, i+1))
		n, err := strconv.Atoi(strings.TrimPrefix(name, "$"))
		if err != nil || n < 1 {
			return fmt.Errorf("a parameter is called %q, not $1 or the like", name)
		}
		s.params = append(s.params, n-1)
		s.argCount = max(s.argCount, n)
	}
	return nil
}

func (s *statement) close() {
	codes.Xsqlite3_finalize(s.conn.tls, s.stmt) // it returns the last failure, which the caller has
	s.stmt = 0
}

// exec runs the statement and returns how many rows it changed.
func (s *statement) exec(args []any) (int64, error) {
	if err := s.begin(args); err != nil {
		return 0, err
	}
	for s.Next() {
	}
	if err := s.Close(); err != nil {
		return 0, err
	}
	return codes.Xsqlite3_changes64(s.conn.tls, s.conn.db), nil
}

// query starts the statement and returns it as its own rows.
func (s *statement) query(args []any) (rows, error) {
	if err := s.begin(args); err != nil {
		return nil, err
	}
	return s, nil
}

// begin binds the arguments and opens the statement for reading.
func (s *statement) begin(args []any) error {
	if s.open {
		return errors.New("a query is put while its rows are being read")
	}
	if len(args) != s.argCount {
		return fmt.Errorf("%d arguments for %d parameters", len(args), s.argCount)
	}
	for i, of := range s.params {
		if err := s.bind(int32(i+1), args[of]); err != nil {
			return fmt.Errorf("argument %d: %w", of+1, err)
		}
	}
	s.open, s.err = true, nil
	return nil
}

// bind sets parameter i.
func (s *statement) bind(i int32, arg any) error {
	tls, rc := s.conn.tls, int32(codes.SQLITE_OK)
	switch v := arg.(type) {
	case nil:
		rc = codes.Xsqlite3_bind_null(tls, s.stmt, i)
	case int64:
		rc = codes.Xsqlite3_bind_int64(tls, s.stmt, i, v)
	case int:
		rc = codes.Xsqlite3_bind_int64(tls, s.stmt, i, int64(v))
	case bool:
		n := int64(0)
		if v {
			n = 1
		}
		rc = codes.Xsqlite3_bind_int64(tls, s.stmt, i, n)
	case string:
		return s.bindText(i, v)
	case nullable:
		if v != "" {
			return s.bindText(i, string(v))
		}
		rc = codes.Xsqlite3_bind_null(tls, s.stmt, i)
	case uid:
		id, ok := v.parse()
		return s.bindBytes(i, id[:], ok)
	case digest:
		hash, ok := v.parse()
		return s.bindBytes(i, hash, ok)
	default:
		return fmt.Errorf("a %T cannot be stored", arg)
	}
	if rc != codes.SQLITE_OK {
		return s.conn.failure(rc)
	}
	return nil
}

// transient is SQLITE_TRANSIENT: SQLite copies the value at once.
const transient = ^uintptr(0)

// bindText sets parameter i to a text. SQLite copies it.
func (s *statement) bindText(i int32, text string) error {
	if len(text) > math.MaxInt32 {
		return s.conn.failure(codes.SQLITE_TOOBIG)
	}
	tls, from := s.conn.tls, s.conn.buffer
	if len(text) <= bufferSize {
		copy(libc.GoBytes(from, bufferSize), text)
	} else {
		long, err := libc.CString(text)
		if err != nil {
			return err
		}
		defer libc.Xfree(tls, long)
		from = long
	}
	if rc := codes.Xsqlite3_bind_text(tls, s.stmt, i, from, int32(len(text)), transient); rc != codes.SQLITE_OK {
		return s.conn.failure(rc)
	}
	return nil
}

// bindBytes sets parameter i to bytes, or to NULL if ok is false. SQLite copies them.
func (s *statement) bindBytes(i int32, b []byte, ok bool) error {
	tls, from := s.conn.tls, s.conn.buffer
	switch {
	case !ok:
		if rc := codes.Xsqlite3_bind_null(tls, s.stmt, i); rc != codes.SQLITE_OK {
			return s.conn.failure(rc)
		}
		return nil
	case len(b) > math.MaxInt32:
		return s.conn.failure(codes.SQLITE_TOOBIG)
	case len(b) > bufferSize:
		if from = codes.Xsqlite3_malloc(tls, int32(len(b))); from == 0 {
			return s.conn.failure(codes.SQLITE_NOMEM)
		}
		defer codes.Xsqlite3_free(tls, from)
	}
	copy(libc.GoBytes(from, len(b)), b)
	if rc := codes.Xsqlite3_bind_blob(tls, s.stmt, i, from, int32(len(b)), transient); rc != codes.SQLITE_OK {
		return s.conn.failure(rc)
	}
	return nil
}

// Next implements rows.
func (s *statement) Next() bool {
	if !s.open || s.err != nil {
		return false
	}
	switch rc := codes.Xsqlite3_step(s.conn.tls, s.stmt); rc {
	case codes.SQLITE_ROW:
		return true
	case codes.SQLITE_DONE:
		_ = s.Close()
	default:
		s.err = s.conn.failure(rc)
	}
	return false
}

// Err implements rows.
func (s *statement) Err() error { return s.err }

// Close implements rows. It makes the statement ready to run again, and returns the error that
// ended the reading, if any.
func (s *statement) Close() error {
	if s.open {
		s.open = false
		codes.Xsqlite3_reset(s.conn.tls, s.stmt) // it returns the last failure, which the caller has
	}
	return s.err
}

// Scan implements rows. It supports only the types that the store scans into.
func (s *statement) Scan(to ...any) error {
	if len(to) != s.width {
		return fmt.Errorf("a row of %d columns is read into %d", s.width, len(to))
	}
	for i := range to {
		if err := s.scan(int32(i), to[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

// scan reads one column of the row. SQLite stores booleans as 0 and 1.
func (s *statement) scan(i int32, to any) error {
	kind := codes.Xsqlite3_column_type(s.conn.tls, s.stmt, i)
	switch kind {
	case codes.SQLITE_INTEGER:
		if putNumber(codes.Xsqlite3_column_int64(s.conn.tls, s.stmt, i), to) {
			return nil
		}
	case codes.SQLITE_TEXT:
		if known, err := putText(s.text(i), to); known {
			return err
		}
	case codes.SQLITE_BLOB:
		if known, err := putBytes(s.blob(i), to); known {
			return err
		}
	case codes.SQLITE_NULL:
		if to, ok := to.(nullScanner); ok {
			to.scanNull()
			return nil
		}
	}
	return fmt.Errorf("a value of kind %d is not read into a %T", kind, to)
}

// blob returns a column of bytes, which are good until the next row.
func (s *statement) blob(i int32) []byte {
	from := codes.Xsqlite3_column_blob(s.conn.tls, s.stmt, i)
	n := codes.Xsqlite3_column_bytes(s.conn.tls, s.stmt, i)
	if from == 0 || n == 0 {
		return nil
	}
	return libc.GoBytes(from, int(n))
}

// text returns a copy of a text column.
func (s *statement) text(i int32) string {
	from := codes.Xsqlite3_column_text(s.conn.tls, s.stmt, i)
	n := codes.Xsqlite3_column_bytes(s.conn.tls, s.stmt, i)
	if from == 0 || n == 0 {
		return ""
	}
	return string(libc.GoBytes(from, int(n)))
}
