package store

import (
	"context"
	"sync"

	"roster/internal/directory"
)

// readers run transactions that read an SQLite database, each on one of a few connections.
type readers struct {
	at     location
	files  *files
	engine *engine
	texts  *texts

	idle    chan *prepared // as many as there may be; nil is one that is not open yet
	closing chan struct{}  // closed when no more may begin
	stopped sync.Once
}

func newReaders(at location, f *files, e *engine, t *texts, most int) *readers {
	r := &readers{at: at, files: f, engine: e, texts: t, idle: make(chan *prepared, most), closing: make(chan struct{})}
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
	// Whatever fn does, the connection goes back without a transaction. Nothing was changed, so that
	// ROLLBACK and COMMIT are the same.
	defer func() {
		if conn.do("ROLLBACK") != nil {
			_ = conn.close()
			conn = nil
		}
	}()
	t := &tx{run: conn, engine: r.engine, texts: r.texts}
	return t.call(fn)
}

// take waits for a connection.
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

// open opens a connection, unless the file is another one now.
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

// stop lets no more begin, and closes the connections as they come back.
func (r *readers) stop(ctx context.Context) (err error) {
	r.stopped.Do(func() {
		close(r.closing)
		for range cap(r.idle) {
			select {
			case conn := <-r.idle:
				if conn != nil {
					_ = conn.close() // nothing is open on it
				}
			case <-ctx.Done():
				err = ctx.Err()
				return
			}
		}
	})
	return err
}
