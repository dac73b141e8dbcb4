package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// postgresPool is a bounded number of connections of one kind. The one that was used last is used
// next, so that few callers share few of the server's processes.
type postgresPool struct {
	config *pgconn.Config
	work   *postgresWork
	places chan struct{} // one item for each connection that is in use

	mu     sync.Mutex
	idle   []idleConn
	closed bool
}

type idleConn struct {
	*postgresConn
	since time.Time
}

// maxIdle is how long a connection is kept that nobody uses.
const maxIdle = 5 * time.Minute

func newPostgresPool(config *pgconn.Config, most int, work *postgresWork) *postgresPool {
	return &postgresPool{config: config, work: work, places: make(chan struct{}, most)}
}

// take returns a connection, which give takes back. It waits up to acquireTimeout for a place.
// Errors: Unavailable, and that of ctx if it ends.
func (p *postgresPool) take(ctx context.Context) (*postgresConn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.places <- struct{}{}:
	default:
		if err := p.wait(ctx); err != nil {
			return nil, err
		}
	}
	conn, err := p.open(ctx)
	if err != nil {
		<-p.places
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, notNow("the database is not answering; try again", fmt.Errorf("connect: %w", err))
	}
	return conn, nil
}

// wait waits for a place.
func (p *postgresPool) wait(ctx context.Context) error {
	timer := time.NewTimer(acquireTimeout)
	defer timer.Stop()
	select {
	case p.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return notNow("the database is not answering; try again", errors.New("every connection is in use"))
	}
}

// open returns an idle connection, or else a new one.
func (p *postgresPool) open(ctx context.Context) (*postgresConn, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		conn := p.idle[n-1].postgresConn
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return conn, nil
	}
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	return connectPostgres(ctx, p.config, p.work)
}

// give takes a connection back. If it is broken, the idle ones probably are too: all are closed.
func (p *postgresPool) give(conn *postgresConn) {
	now := time.Now()
	p.mu.Lock()
	var old []idleConn
	switch {
	case conn.broken != nil || p.closed:
		old, p.idle = append(p.idle, idleConn{postgresConn: conn}), nil
	default:
		p.idle = append(p.idle, idleConn{conn, now})
		n := 0
		for n < len(p.idle) && now.Sub(p.idle[n].since) > maxIdle {
			n++
		}
		old, p.idle = p.idle[:n], p.idle[n:]
	}
	p.mu.Unlock()
	for _, c := range old {
		c.close()
	}
	<-p.places
}

// do is postgresConn.do on a connection of the pool.
func (p *postgresPool) do(ctx context.Context, d time.Duration, text string, args []any, read func(scanner) error) error {
	conn, err := p.take(ctx)
	if err != nil {
		return err
	}
	defer p.give(conn)
	return conn.do(ctx, d, text, args, read)
}

// close closes all connections that are idle, and each other one when it comes back.
func (p *postgresPool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}
