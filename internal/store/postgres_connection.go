package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// postgresConn is a connection to PostgreSQL that speaks the extended query protocol (PostgreSQL
// documentation, "Message Flow"). pgx connects and encodes the messages. This type decides when
// they are sent: requests collect until flush sends them together, and an answer is read only when
// somebody needs it. So the end of a transaction costs its caller no journey.
//
// Each statement is parsed once for a connection, in the same journey as its first run. Values
// travel as texts, so that nobody has to know their types; only arrays are binary.
//
// One goroutine at a time uses a connection. After the first error of the network, or a fatal one
// of the server, it is broken and must be closed.
type postgresConn struct {
	conn        net.Conn
	front       *pgproto3.Frontend
	work        *postgresWork
	incarnation string // the server's incarnation (outcome.go)

	names   map[string]string // the statements that the server has parsed, by text
	made    int               // names that were given
	buffer  []byte            // the values of the statement that is being sent
	sending bool              // something has not been flushed

	owed   []request // what has been sent and is not answered yet, in order
	past   int       // synchronizations among these that ended earlier transactions
	broken error     // why the connection cannot be used any more
}

// request is what the server has yet to answer.
type request struct {
	text  string // of a statement; "" for a synchronization
	doing string // the purpose of the statement; "" if the caller adds it to the error
	parse bool   // the statement was parsed for this request
}

// postgresWork counts what the connections of a store ask of the server.
type postgresWork struct{ journeys, statements atomic.Int64 }

// connectPostgres opens a connection. Errors are those of pgconn.
func connectPostgres(ctx context.Context, config *pgconn.Config, work *postgresWork) (*postgresConn, error) {
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	incarnation, err := incarnationOf(ctx, conn)
	if err == nil {
		err = conn.SyncConn(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	taken, err := conn.Hijack()
	if err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return &postgresConn{
		conn: taken.Conn, front: taken.Frontend, work: work, incarnation: incarnation, names: make(map[string]string),
	}, nil
}

// close ends the connection, and with it an open transaction.
func (c *postgresConn) close() {
	if c.broken == nil {
		c.broken = net.ErrClosed
		c.front.Send(&pgproto3.Terminate{})
		_ = c.conn.SetDeadline(time.Now().Add(time.Second))
		_ = c.front.Flush() // a courtesy: the server notices without it, too
	}
	if secure, ok := c.conn.(*tls.Conn); ok { // its own Close would wait for the other side
		_ = secure.NetConn().Close()
		return
	}
	_ = c.conn.Close()
}

// allow sets when the connection's reads and writes give up.
func (c *postgresConn) allow(d time.Duration) error { return c.conn.SetDeadline(time.Now().Add(d)) }

// send queues a statement.
func (c *postgresConn) send(doing, text string, args []any) error {
	if c.broken != nil {
		return c.broken
	}
	values, err := c.encode(args)
	if err != nil {
		return err
	}
	name, parsed := c.names[text]
	if !parsed {
		name = c.name(text)
		c.front.SendParse(&pgproto3.Parse{Name: name, Query: text})
	}
	c.front.SendBind(&pgproto3.Bind{PreparedStatement: name, Parameters: values, ParameterFormatCodes: formats(args)})
	c.front.SendExecute(&pgproto3.Execute{})
	c.owed = append(c.owed, request{text: text, doing: doing, parse: !parsed})
	c.sending = true
	c.work.statements.Add(1)
	return nil
}

// name returns a new name for a statement.
func (c *postgresConn) name(text string) string {
	c.made++
	name := "s" + strconv.Itoa(c.made)
	if text == "COMMIT" { // whoever watches the protocol shall know it
		name = text
	}
	c.names[text] = name
	return name
}

// evict drops all parsed statements if there are too many. It is called before the first statement
// of a transaction: after an error the server would skip this request, and keep what it has.
func (c *postgresConn) evict() {
	if len(c.names) < maxPrepared {
		return
	}
	for text, name := range c.names {
		c.front.SendClose(&pgproto3.Close{ObjectType: 'S', Name: name})
		delete(c.names, text)
	}
}

// encode returns the values as the protocol has them. They are good until the next call.
func (c *postgresConn) encode(args []any) ([][]byte, error) {
	if len(args) == 0 {
		return nil, nil
	}
	ends := make([]int, len(args))
	c.buffer = c.buffer[:0]
	for i, arg := range args {
		null := arg == nil
		switch v := arg.(type) {
		case nil:
		case string:
			c.buffer = append(c.buffer, v...)
		case nullable:
			c.buffer = append(c.buffer, v...)
			null = v == ""
		case array:
			b, err := v.appendTo(c.buffer)
			if err != nil {
				return nil, fmt.Errorf("argument %d: %w", i+1, err)
			}
			c.buffer = b
		case uid:
			if _, ok := v.parse(); ok {
				c.buffer = append(c.buffer, v...)
			} else {
				null = true
			}
		case digest:
			if _, ok := v.parse(); ok {
				c.buffer = append(append(c.buffer, `\x`...), v...)
			} else {
				null = true
			}
		case int64:
			c.buffer = strconv.AppendInt(c.buffer, v, 10)
		case int:
			c.buffer = strconv.AppendInt(c.buffer, int64(v), 10)
		case bool:
			c.buffer = strconv.AppendBool(c.buffer, v)
		default:
			return nil, fmt.Errorf("argument %d: a %T cannot be stored", i+1, arg)
		}
		if ends[i] = len(c.buffer); null {
			ends[i] = -1
		}
	}
	values, from := make([][]byte, len(args)), 0
	for i, end := range ends {
		if end < 0 { // NULL
			continue
		}
		values[i] = c.buffer[from:end:end]
		from = end
	}
	return values, nil
}

// binaryForm are the formats of values that are all arrays.
var binaryForm = []int16{pgproto3.BinaryFormat}

// formats returns in which form the values travel: nil for texts. Arrays come alone.
func formats(args []any) []int16 {
	if len(args) > 0 {
		if _, ok := args[0].(array); ok {
			return binaryForm
		}
	}
	return nil
}

// sync queues a synchronization: the server forgives an error, and commits what runs outside BEGIN.
func (c *postgresConn) sync() {
	c.front.SendSync(&pgproto3.Sync{})
	c.owed = append(c.owed, request{})
	c.sending = true
}

// flush sends what is queued. Without a sync before it, answers only come if ask is true.
func (c *postgresConn) flush(ask bool) error {
	if c.broken != nil {
		return c.broken
	}
	if !c.sending {
		return nil
	}
	if ask {
		c.front.Send(&pgproto3.Flush{})
	}
	c.sending = false
	if err := c.front.Flush(); err != nil {
		return c.fail(err)
	}
	return nil
}

// fail notes that the connection is broken.
func (c *postgresConn) fail(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if c.broken == nil {
		c.broken = fmt.Errorf("connection to PostgreSQL: %w", err)
	}
	return c.broken
}

// leave declares that whoever used the connection is done with it, after a sync. What is owed
// concerns nobody any more.
func (c *postgresConn) leave() {
	c.past = 0
	for _, r := range c.owed {
		if r.text == "" {
			c.past++
		}
	}
}

// forget reads the answers that concern nobody.
func (c *postgresConn) forget() error {
	for c.past > 0 {
		if _, err := c.answer(nil); c.broken != nil {
			return err
		}
	}
	return nil
}

// settle reads answers until at most n are owed. It stops at the first error of a statement, which
// has its purpose. The server does not run the statements between it and the next synchronization.
func (c *postgresConn) settle(n int) error {
	for len(c.owed) > n {
		if _, err := c.answer(nil); err != nil {
			return err
		}
	}
	return nil
}

// answer reads the answer to the oldest request. It calls read for each row. It returns what
// command was done, such as "UPDATE 1".
func (c *postgresConn) answer(read func(values [][]byte) error) (tag string, err error) {
	for {
		done, tag, err := c.next(read)
		if done || err != nil {
			return tag, err
		}
	}
}

// next reads one message of the answer to the oldest request, and reports whether it was the last.
func (c *postgresConn) next(read func(values [][]byte) error) (done bool, tag string, err error) {
	if c.broken != nil {
		return false, "", c.broken
	}
	message, err := c.front.Receive()
	if err != nil {
		return false, "", c.fail(err)
	}
	switch m := message.(type) {
	case *pgproto3.DataRow:
		if read != nil {
			err = read(m.Values)
		}
		return false, "", err
	case *pgproto3.CommandComplete:
		c.owed = c.owed[1:]
		return true, string(m.CommandTag), nil
	case *pgproto3.ReadyForQuery:
		if len(c.owed) == 0 || c.owed[0].text != "" {
			return false, "", c.fail(errors.New("the server and the client are out of step"))
		}
		c.owed, c.past = c.owed[1:], max(0, c.past-1)
		return true, "", nil
	case *pgproto3.ErrorResponse:
		return false, "", c.refused(pgconn.ErrorResponseToPgError(m))
	case *pgproto3.ParseComplete:
		c.owed[0].parse = false
		return false, "", nil
	default: // BindComplete, CloseComplete, NoticeResponse, ParameterStatus
		return false, "", nil
	}
}

// refused drops the requests that the server skips after an error: all before the next
// synchronization. The statements that it did not parse are unknown to it.
func (c *postgresConn) refused(err *pgconn.PgError) error {
	doing := ""
	if len(c.owed) > 0 {
		doing = c.owed[0].doing
	}
	for len(c.owed) > 0 && c.owed[0].text != "" {
		if c.owed[0].parse {
			delete(c.names, c.owed[0].text)
		}
		c.owed = c.owed[1:]
	}
	var out error = err
	if doing != "" {
		out = fmt.Errorf("%s: %w", doing, err)
	}
	if err.SeverityUnlocalized != "ERROR" { // the server ends the connection
		if c.broken == nil {
			c.broken = out
		}
	}
	return out
}

// do runs one statement in a transaction of its own that only reads, within d or until ctx ends,
// and calls read for each row. Nothing is owed after it.
func (c *postgresConn) do(ctx context.Context, d time.Duration, text string, args []any, read func(scanner) error) error {
	if err := c.allow(d); err != nil {
		return c.fail(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.allow(0) })
	run := &pipeline{conn: c}
	rows, err := run.query(text, args)
	for err == nil && rows.Next() {
		err = read(rows)
	}
	if err == nil {
		err = rows.Close()
	}
	run.end()
	if err == nil {
		err = c.settle(0)
	}
	if !stop() { // the deadline that it sets must meet nobody else
		return c.fail(ctx.Err())
	}
	return err
}

// postgresRows are the rows of a query. They implement rows.
type postgresRows struct {
	conn   *postgresConn
	values [][]byte
	done   bool
	err    error
}

// Next implements rows.
func (r *postgresRows) Next() bool {
	for got := false; !r.done; {
		done, _, err := r.conn.next(func(values [][]byte) error {
			r.values, got = values, true
			return nil
		})
		if got {
			return true
		}
		if r.done = done || err != nil; err != nil {
			r.err = err
		}
	}
	return false
}

// Err implements rows.
func (r *postgresRows) Err() error { return r.err }

// Close implements rows. It reads the rows that are left.
func (r *postgresRows) Close() error {
	for r.Next() {
	}
	return r.err
}

// Scan implements rows.
func (r *postgresRows) Scan(to ...any) error {
	if len(to) != len(r.values) {
		return fmt.Errorf("a row of %d columns is read into %d", len(r.values), len(to))
	}
	for i := range to {
		if err := scanText(r.values[i], to[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

// scanText reads a value from the text in which the server sends it; nil is NULL.
func scanText(value []byte, to any) error {
	if value == nil {
		if to, ok := to.(nullScanner); ok {
			to.scanNull()
			return nil
		}
		return fmt.Errorf("NULL for a %T", to)
	}
	if known, err := putText(string(value), to); known {
		return err
	}
	if to, ok := to.(*bool); ok {
		*to = string(value) == "t"
		return nil
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil || !putNumber(n, to) {
		return fmt.Errorf("a %T is not read from %d bytes of text", to, len(value))
	}
	return nil
}
