package store

import codes "modernc.org/sqlite/lib"

// maxPrepared is the maximum number of statements that a connection keeps prepared. There are about
// a hundred queries of fixed shape. Queries of varying shape may push others out.
const maxPrepared = 400

// prepared is an SQLite connection that keeps its statements prepared. One goroutine at a time uses
// it. Nothing interrupts its statements; they are bounded because every query has a limit.
type prepared struct {
	conn  *connection
	stmts map[string]*statement
}

func prepare(at location) (*prepared, error) {
	conn, err := connect(at.path, at.pragmas)
	if err != nil {
		return nil, err
	}
	return &prepared{conn: conn, stmts: make(map[string]*statement)}, nil
}

// statement returns the prepared statement for the text, and prepares it if needed.
func (p *prepared) statement(text string) (*statement, error) {
	if s, ok := p.stmts[text]; ok {
		return s, nil
	}
	if len(p.stmts) >= maxPrepared {
		p.evict()
	}
	s, err := p.conn.prepare(text)
	if err != nil {
		return nil, err
	}
	p.stmts[text] = s
	return s, nil
}

func (p *prepared) exec(text string, args []any) (int64, error) {
	s, err := p.statement(text)
	if err != nil {
		return 0, err
	}
	return s.exec(args)
}

func (p *prepared) query(text string, args []any) (rows, error) {
	s, err := p.statement(text)
	if err != nil {
		return nil, err
	}
	return s.query(args)
}

func (p *prepared) queries(all []lookup) (func() (rows, error), error) {
	return func() (rows, error) {
		q := all[0]
		all = all[1:]
		return p.query(q.text, q.args)
	}, nil
}

// later runs the statement at once: there is no round trip to save.
func (p *prepared) later(_, text string, args []any) error {
	_, err := p.exec(text, args)
	return err
}

// do runs a statement that has no arguments, such as BEGIN.
func (p *prepared) do(text string) error {
	_, err := p.exec(text, nil)
	return err
}

// changes returns how many rows the connection has changed since it was opened.
func (p *prepared) changes() int64 { return codes.Xsqlite3_total_changes64(p.conn.tls, p.conn.db) }

// evict closes all statements except those whose rows are being read.
func (p *prepared) evict() {
	for text, s := range p.stmts {
		if !s.open {
			s.close()
			delete(p.stmts, text)
		}
	}
}

// close closes the connection and rolls back its open transaction, if any. Nobody may be reading
// from it.
func (p *prepared) close() error {
	for _, s := range p.stmts {
		s.close()
	}
	clear(p.stmts)
	return p.conn.close()
}
