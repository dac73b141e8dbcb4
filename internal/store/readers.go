package store

import (
	"context"
	"sync"

	"roster/internal/directory"
)

// readers run the read transactions of an SQLite database, each on one of a few connections.
type readers struct {
	at     location
	files  *files
	engine *engine
	texts  *texts
	orgs   *organizations

	idle    chan *prepared // one item per allowed connection; nil is a connection that is not open yet
	closing chan struct{}  // closed when no new transaction may begin
	stopped sync.Once
}

func newReaders(at location, f *files, e *engine, t *texts, o *organizations, most int) *readers {
	r := &readers{at: at, files: f, engine: e, texts: t, orgs: o, idle: make(chan *prepared, most), closing: make(chan struct{})}
	for range most {
		r.idle <- nil
	}
	return r
}

// View implements directory.Store.
func (r *readers) View(ctx context.Context, fn func(directory.Tx) error) error {
	conn, err := r.take(ctx)
	if err != nil {
		return err
	}
	defer func() { r.idle <- conn }()
	if err := conn.do("BEGIN"); err != nil {
		_ = conn.close()
		conn = nil
		return explain(r.engine.fault(err), "begin reading", err)
	}
	// The connection goes back without a transaction, even if fn panics. Nothing was changed, so
	// ROLLBACK does the same as COMMIT.
	defer func() {
		if conn.do("ROLLBACK") != nil {
			_ = conn.close()
			conn = nil
		}
	}()
	t := &tx{run: conn, engine: r.engine, texts: r.texts, orgs: r.orgs}
	defer t.publish()
	return t.call(fn)
}

// take waits for an idle connection, and opens it if it is not open yet.
func (r *readers) take(ctx context.Context) (conn *prepared, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-r.closing:
		return nil, stopping()
	default:
	}
	select {
	case conn = <-r.idle:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.closing:
		return nil, stopping()
	}
	if conn != nil {
		return conn, nil
	}
	if conn, err = r.open(); err != nil {
		r.idle <- nil
	}
	return conn, err
}

// open opens a connection, after checking that the files are still the ones that were opened.
func (r *readers) open() (*prepared, error) {
	if err := r.files.validate(); err != nil {
		return nil, err
	}
	conn, err := prepare(r.at)
	if err != nil {
		return nil, explain(r.engine.fault(err), "open database", err)
	}
	return conn, nil
}

// stop refuses new transactions and closes each connection when it comes back, until ctx ends.
func (r *readers) stop(ctx context.Context) (err error) {
	r.stopped.Do(func() {
		close(r.closing)
		for range cap(r.idle) {
			select {
			case conn := <-r.idle:
				if conn != nil {
					_ = conn.close() // no transaction is open on it
				}
			case <-ctx.Done():
				err = ctx.Err()
				return
			}
		}
	})
	return err
}
