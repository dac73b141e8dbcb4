package pgtest

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Cut says where a [Proxy] cuts a connection.
type Cut int

// The places. The first three are at the COMMIT of a transaction that may write.
const (
	CutNowhere      Cut = iota
	CutBeforeCommit     // the server never gets it
	CutAtCommit         // the server gets it, and loses its client at the same moment
	CutAfterCommit      // the server has answered, and the answer does not arrive
	CutAtMessage        // at a message of the client, which the server never gets
)

// Proxy cuts connections between a client and a cluster where a test wants it. It reads the
// messages of the protocol (PostgreSQL documentation, "Message Formats"). The server sees a client
// that is gone, and the client sees a connection that ended while it waited, as when a network
// breaks. Terminating the server's process would be different, because the server announces that.
type Proxy struct {
	at     url.URL
	server string // path of the server's socket

	mu   sync.Mutex
	cut  Cut
	skip int // such places to pass first

	severing, severed bool // the next cut is, or was, for good
}

// NewProxy starts a proxy to a database whose address [URL] has returned. It ends with the test.
func NewProxy(t testing.TB, at string) *Proxy {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatalf("address of the database: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	p := &Proxy{at: *u, server: u.Query().Get("host") + "/.s.PGSQL.5432"}
	p.at.Host, p.at.RawQuery = l.Addr().String(), "sslmode=disable"
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // closed
			}
			connections.Go(func() { p.serve(ctx, client) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		end()
		connections.Wait()
	})
	return p
}

// URL returns the address of the database behind the proxy.
func (p *Proxy) URL() string { return p.at.String() }

// Arm makes the proxy cut one connection at such a place, after it has passed skip of them.
func (p *Proxy) Arm(cut Cut, skip int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.skip = cut, skip
}

// Sever makes the next cut permanent: after it no connection is made.
func (p *Proxy) Sever() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.severing = true
}

func (p *Proxy) isSevered() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.severed
}

// Disarm lets everything pass. It reports whether the proxy has cut since it was armed.
func (p *Proxy) Disarm() (cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cut = p.cut == CutNowhere
	p.cut = CutNowhere
	return cut
}

// reached reports whether to cut the connection at a place, and disarms the proxy then.
func (p *Proxy) reached(place Cut) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut != place {
		return false
	}
	if p.skip > 0 {
		p.skip--
		return false
	}
	p.cut, p.severed = CutNowhere, p.severing
	return true
}

// errCut ends a connection that is cut.
var errCut = errors.New("cut")

// serve passes messages between a client and a new connection to the server, until one of them
// leaves or ctx ends.
func (p *Proxy) serve(ctx context.Context, client net.Conn) {
	defer client.Close()
	if p.isSevered() {
		return
	}
	server, err := net.Dial("unix", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	ctx, end := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() {
		_ = client.Close()
		_ = server.Close()
	})
	defer stop()
	c := &proxied{proxy: p, statements: make(map[string]string)}
	var both sync.WaitGroup
	both.Go(func() {
		defer end()
		_ = c.passRequests(server, client) // it always ends with an error
	})
	both.Go(func() {
		defer end()
		_ = c.passAnswers(client, server)
	})
	both.Wait()
}

// proxied is one connection.
type proxied struct {
	proxy      *Proxy
	statements map[string]string // texts that the client prepared, by name

	mu     sync.Mutex
	writes bool // the current transaction may write
	deaf   bool // no more answers reach the client
}

func (c *proxied) deafen() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf = true
}

// passRequests passes what the client sends.
func (c *proxied) passRequests(server io.Writer, client io.Reader) error {
	start, err := readMessage(client, 0)
	if err != nil {
		return err
	}
	if _, err := server.Write(start); err != nil {
		return err
	}
	for {
		message, err := readMessage(client, 1)
		if err != nil {
			return err
		}
		commits := c.commits(message)
		if c.proxy.reached(CutAtMessage) || commits && c.proxy.reached(CutBeforeCommit) {
			return errCut
		}
		last := commits && c.proxy.reached(CutAtCommit)
		if last {
			c.deafen()
		}
		if _, err := server.Write(message); err != nil {
			return err
		}
		if last {
			return errCut
		}
	}
}

// commits reports whether a message of the client is the COMMIT of a transaction that may write:
// as text, or as the statement of that text.
func (c *proxied) commits(message []byte) bool {
	const simpleQuery, parse, bind = 'Q', 'P', 'B'
	text := ""
	switch message[0] {
	case simpleQuery:
		text = string(message[5:])
	case parse:
		if words := strings.SplitN(string(message[5:]), "\x00", 3); len(words) == 3 {
			c.statements[words[0]] = words[1]
		}
	case bind:
		if words := strings.SplitN(string(message[5:]), "\x00", 3); len(words) == 3 {
			text = c.statements[words[1]]
		}
	}
	text = strings.ToUpper(text)
	c.mu.Lock()
	defer c.mu.Unlock()
	if strings.HasPrefix(text, "BEGIN") {
		c.writes = !strings.Contains(text, "READ ONLY")
	}
	return c.writes && strings.HasPrefix(text, "COMMIT")
}

// passAnswers passes what the server sends.
func (c *proxied) passAnswers(client io.Writer, server io.Reader) error {
	for {
		message, err := readMessage(server, 1)
		if err != nil {
			return err
		}
		const commandComplete = 'C'
		c.mu.Lock()
		deaf, writes := c.deaf, c.writes
		c.mu.Unlock()
		committed := writes && message[0] == commandComplete && string(message[5:]) == "COMMIT\x00"
		if deaf || committed && c.proxy.reached(CutAfterCommit) {
			return errCut
		}
		if _, err := client.Write(message); err != nil {
			return err
		}
	}
}

// readMessage reads a message: its kind (of kind bytes), its length in four bytes, and the rest.
func readMessage(r io.Reader, kind int) ([]byte, error) {
	head := make([]byte, kind+4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	const most = 1 << 30 // what PostgreSQL itself takes
	size := binary.BigEndian.Uint32(head[kind:])
	if size < 4 || size > most {
		return nil, errors.New("not a message of the protocol")
	}
	message := append(head, make([]byte, size-4)...)
	_, err := io.ReadFull(r, message[kind+4:])
	return message, err
}
