package realm

import (
	"errors"
	"io"
	"net"
	"sync"
)

var errClosed = errors.New("the directory closes the connection")

// guard is a connection that bounds what a server can send. Its reader never sees a message that is
// too long, too deep or too much.
type guard struct {
	net.Conn

	mu     sync.Mutex
	stream elements
	left   int   // bytes that may still come
	fault  error // why reading ended
}

func newGuard(c net.Conn) *guard { return &guard{Conn: c, left: maxAnswer} }

// expect allows one more answer.
func (g *guard) expect() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left = maxAnswer
}

// reason returns why reading ended, nil if it did not.
func (g *guard) reason() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.fault
}

// Read implements [net.Conn].
func (g *guard) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fault != nil {
		return 0, g.fault
	}
	g.left -= n
	if g.left < 0 {
		g.fault = errTooLong
	} else if fault := g.stream.feed(p[:n]); fault != nil {
		g.fault = fault
	}
	if g.fault != nil {
		_ = g.Conn.Close()
		return 0, g.fault
	}
	switch {
	case errors.Is(err, io.EOF):
		g.fault = errClosed
	case err != nil:
		g.fault = err
	}
	return n, err
}
