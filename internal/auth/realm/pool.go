package realm

import (
	"context"
	"errors"
	"sync"
	"time"
)

// maxIdle is how long an unused connection is kept. Servers and firewalls often end connections
// that are quiet for some minutes.
const maxIdle = time.Minute

var errTooSlow = errors.New("the whole sign-in took too long")

// pool keeps connections of one kind, at most one for each concurrent sign-in.
type pool struct {
	servers *servers
	now     func() time.Time
	dial    func(context.Context, *server) (*conn, error)
	// prepare prepares a new connection for the pool; nil: nothing to prepare.
	prepare func(context.Context, *conn) error

	mu     sync.Mutex
	idle   []*conn
	closed bool
}

// with runs fn on a connection. It takes an idle one, or opens a new one if the idle one has ended,
// and goes on to the next server if a server does not answer properly. fn may run more than once.
// Errors: Unavailable, and those of fn that are no brokenError.
func (p *pool) with(ctx context.Context, fn func(context.Context, *conn) error) error {
	if c := p.take(); c != nil {
		err := p.run(ctx, c, fn)
		if asBroken(err) == nil || ctx.Err() != nil {
			return p.outcome(ctx, c.server, err)
		}
		if errors.Is(err, context.DeadlineExceeded) { // not merely closed while idle
			p.servers.failed(c.server, false)
		}
	}
	order, done, err := p.servers.order()
	if err != nil {
		return err
	}
	defer done()
	for _, s := range order {
		var c *conn
		if c, err = p.connect(ctx, s); err == nil {
			err = p.run(ctx, c, fn)
		}
		if err = p.outcome(ctx, s, err); asBroken(err) == nil || ctx.Err() != nil {
			break
		}
	}
	if asBroken(err) != nil {
		return unavailable(err, retryAfter)
	}
	return err
}

// outcome records how the server did. A caller who left says nothing about the server.
func (p *pool) outcome(ctx context.Context, s *server, err error) error {
	broken := asBroken(err)
	switch {
	case broken == nil:
		p.servers.answered(s)
		return err
	case ctx.Err() == nil || errors.Is(context.Cause(ctx), errTooSlow):
		p.servers.failed(s, broken.bar)
	}
	if ctx.Err() != nil {
		return unavailable(err, retryAfter)
	}
	return err
}

// run uses the connection, then keeps or closes it.
func (p *pool) run(ctx context.Context, c *conn, fn func(context.Context, *conn) error) error {
	err := fn(ctx, c)
	p.put(c)
	return err
}

func (p *pool) connect(ctx context.Context, s *server) (*conn, error) {
	c, err := p.dial(ctx, s)
	if err != nil || p.prepare == nil {
		return c, err
	}
	if err := p.prepare(ctx, c); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// take returns the usable connection that was used last, nil if there is none.
func (p *pool) take() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		last := len(p.idle) - 1
		c := p.idle[last]
		p.idle = p.idle[:last]
		if !c.client.IsClosing() && p.now().Sub(c.idle) < maxIdle {
			return c
		}
		go c.close() // may wait for the network
	}
	return nil
}

// put keeps the connection for the next caller or closes it. It also closes connections that were
// idle for too long.
func (p *pool) put(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for len(p.idle) > 0 && now.Sub(p.idle[0].idle) >= maxIdle {
		go p.idle[0].close()
		p.idle = p.idle[1:]
	}
	if c.spoiled || p.closed || len(p.idle) >= maxSignIns {
		go c.close()
		return
	}
	c.idle = now
	p.idle = append(p.idle, c)
}

// close closes the idle connections. Connections in use are closed when they are put back.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, c := range p.idle {
		go c.close()
	}
	p.idle = nil
}
