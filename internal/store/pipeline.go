package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// maxDeferred is the maximum number of statements that wait to be sent.
const maxDeferred = 64

// pipeline is one PostgreSQL transaction and its statements, which the driver keeps prepared. A
// statement whose result nobody needs waits and is sent together with the next one. A round trip of
// its own would cost more than the work.
type pipeline struct {
	ctx         context.Context
	conn        *sql.Conn
	deferred    []pipelined
	open        bool   // begun, but not yet committed or rolled back
	id          string // the server's id of the transaction; "" if it only reads
	incarnation string // the server's incarnation that runs the transaction (outcome.go)
}

// The statements that begin transactions. An update asks for its own id in the same round trip, in
// case the answer to its COMMIT is lost.
const (
	beginView   = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	beginUpdate = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_current_xact_id()::text"
)

// begin opens the transaction: beginView or beginUpdate.
func (p *pipeline) begin(text string) error {
	err := p.raw(func(c *pgx.Conn) error {
		results, err := c.PgConn().Exec(p.ctx, text).ReadAll()
		if err != nil {
			return err
		}
		for _, row := range results[len(results)-1].Rows {
			p.id = string(row[0])
		}
		p.incarnation = incarnationOf(c)
		return nil
	})
	p.open = err == nil
	return err
}

// commit ends the transaction. After an error only settle can tell the outcome, and the connection
// is not used again.
func (p *pipeline) commit() error {
	p.open = false
	return p.end("COMMIT")
}

// rollback undoes the transaction, unless it has ended. If rollback fails, the connection is closed
// and the server undoes the transaction.
func (p *pipeline) rollback() {
	if p.open {
		_ = p.end("ROLLBACK")
	}
	p.open = false
}

// end ends the transaction with COMMIT or ROLLBACK.
func (p *pipeline) end(text string) error {
	var ended error
	err := p.raw(func(c *pgx.Conn) error {
		tag, err := c.Exec(p.ctx, text)
		if err == nil && tag.String() != text {
			err = fmt.Errorf("%s was answered with %s", text, tag)
		}
		if ended = err; err != nil {
			return driver.ErrBadConn // the pool closes it
		}
		return nil
	})
	return cmp.Or(ended, err)
}

// raw calls do with the driver's own connection.
func (p *pipeline) raw(do func(*pgx.Conn) error) error {
	return p.conn.Raw(func(c any) error {
		conn, ok := c.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the driver's connection is a %T", c)
		}
		return do(conn.Conn())
	})
}

// pipelined is a statement that waits to be sent.
type pipelined struct {
	doing string // its purpose; "" if its caller adds it to the error
	text  string
	args  []any
}

func (p *pipeline) exec(text string, args []any) (int64, error) {
	if len(p.deferred) > 0 {
		return p.send(pipelined{text: text, args: args})
	}
	result, err := p.conn.ExecContext(p.ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (p *pipeline) query(text string, args []any) (rows, error) {
	if err := p.flush(); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(p.ctx, text, args...)
}

func (p *pipeline) later(doing, text string, args []any) error {
	p.deferred = append(p.deferred, pipelined{doing: doing, text: text, args: args})
	if len(p.deferred) < maxDeferred {
		return nil
	}
	return p.flush()
}

func (p *pipeline) flush() error {
	if len(p.deferred) == 0 {
		return nil
	}
	_, err := p.send()
	return err
}

// send runs the waiting statements and then more, in one round trip. It returns how many rows the
// last one changed, or the first failure.
func (p *pipeline) send(more ...pipelined) (changed int64, err error) {
	all := append(p.deferred, more...)
	p.deferred = nil
	var batch pgx.Batch
	for _, s := range all {
		batch.Queue(s.text, s.args...)
	}
	err = p.raw(func(c *pgx.Conn) (err error) {
		results := c.SendBatch(p.ctx, &batch)
		defer func() {
			if closed := results.Close(); err == nil {
				err = closed
			}
		}()
		for _, s := range all {
			tag, err := results.Exec()
			if err != nil && s.doing != "" {
				err = fmt.Errorf("%s: %w", s.doing, err)
			}
			if err != nil {
				return err
			}
			changed = tag.RowsAffected()
		}
		return nil
	})
	return changed, err
}
