package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// maxPrepared is how many statements a connection keeps prepared. Queries of fixed shape are about a
// hundred; those of varying shape may push others out.
const maxPrepared = 400

// prepared is an SQLite connection that keeps its statements prepared. One goroutine at a time uses
// it. Its statements run to their end: no context interrupts them, since in this driver that would
// undo the whole transaction. What bounds them is that every query is limited.
type prepared struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func prepare(ctx context.Context, db *sql.DB) (*prepared, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &prepared{conn: conn, stmts: make(map[string]*sql.Stmt)}, nil
}

// stmt returns the prepared statement for the text.
func (p *prepared) stmt(text string) (*sql.Stmt, error) {
	if s, ok := p.stmts[text]; ok {
		return s, nil
	}
	if len(p.stmts) >= maxPrepared {
		p.forget()
	}
	s, err := p.conn.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, err
	}
	p.stmts[text] = s
	return s, nil
}

func (p *prepared) exec(text string, args []any) (int64, error) {
	s, err := p.stmt(text)
	if err != nil {
		return 0, err
	}
	result, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (p *prepared) query(text string, args []any) (*sql.Rows, error) {
	s, err := p.stmt(text)
	if err != nil {
		return nil, err
	}
	return s.Query(args...)
}

// do runs a statement of transaction control.
func (p *prepared) do(text string) error {
	_, err := p.exec(text, nil)
	return err
}

func (p *prepared) forget() {
	for _, s := range p.stmts {
		s.Close()
	}
	clear(p.stmts)
}

func (p *prepared) close() error {
	p.forget()
	return p.conn.Close()
}

// discard closes the connection for good, with whatever transaction is open on it.
func (p *prepared) discard() {
	p.forget()
	_ = p.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = p.conn.Close()
}
