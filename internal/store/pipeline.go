package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// maxDeferred is how many statements wait for the next at most.
const maxDeferred = 64

// pipeline puts statements to a transaction of PostgreSQL; the driver keeps them prepared. Those whose
// answer nobody needs wait, and go to the server together with the next: a journey each would cost
// more than the work.
type pipeline struct {
	ctx      context.Context
	conn     *sql.Conn
	run      *sql.Tx // on conn
	deferred []pipelined
}

// pipelined is a statement that waits.
type pipelined struct {
	doing string // "" for one that has not waited: its caller says it
	text  string
	args  []any
}

func (p *pipeline) exec(text string, args []any) (int64, error) {
	if len(p.deferred) > 0 {
		return p.send(pipelined{text: text, args: args})
	}
	result, err := p.run.ExecContext(p.ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (p *pipeline) query(text string, args []any) (rows, error) {
	if err := p.flush(); err != nil {
		return nil, err
	}
	return p.run.QueryContext(p.ctx, text, args...)
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

// send puts what waits, and then more, in one journey. It returns how many rows the last changed, or the
// first failure.
func (p *pipeline) send(more ...pipelined) (changed int64, err error) {
	all := append(p.deferred, more...)
	p.deferred = nil
	var batch pgx.Batch
	for _, s := range all {
		batch.Queue(s.text, s.args...)
	}
	err = p.conn.Raw(func(driver any) (err error) {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the driver's connection is a %T", driver)
		}
		results := conn.Conn().SendBatch(p.ctx, &batch)
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
