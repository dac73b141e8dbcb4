package server

import (
	"container/list"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

const (
	// maxConnections bounds the open connections of both listeners together.
	maxConnections = 8192

	// minConnections is the limit if the process may open too few files for any other.
	minConnections = 16

	// localPlaces is the number of extra connections for callers on this machine, so that health
	// checks work while strangers use up the limit.
	localPlaces = 16

	// addressShare is the share of one address: one in so many of all connections.
	addressShare = 8

	// minOfAddress is the least number of connections for one address, as far as the total allows.
	minOfAddress = 64

	// ownDescriptors is the number of descriptors that the process needs for other things: the
	// database's files, listeners, the command line's socket, mail, LDAP, localPlaces.
	ownDescriptors = 96

	// pressureLog is the shortest time between two log lines about the limit.
	pressureLog = time.Minute
)

// connectionLimit returns how many connections the process can hold beside others descriptors. Go
// has already raised the soft limit to the hard one.
func connectionLimit(others int) int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return maxConnections // accept reports when descriptors run out
	}
	free := int64(min(files.Cur, 1<<31)) - ownDescriptors - int64(others)
	return int(max(minConnections, min(maxConnections, free)))
}

// connections counts open connections, in total and by address. At a limit it closes the connection
// that has been idle longest to make room for a new one. A connection is idle between two requests,
// and before the header of its first.
type connections struct {
	most      int // in total
	ofAddress int // of one address, except trusted proxies
	trusted   []netip.Prefix
	now       func() time.Time
	log       *slog.Logger

	mu     sync.Mutex
	open   map[net.Conn]*place
	peers  map[netip.Prefix]*peer
	idle   list.List // of *place, the longest idle first
	logged time.Time

	closed, refused int64 // closed to make room; refused for lack of room
}

// peer is an IPv4 address or an IPv6 network that has open connections.
type peer struct {
	network netip.Prefix
	open    int
	idle    list.List // of *place, the longest idle first
}

// place is the entry of an open connection.
type place struct {
	conn           net.Conn
	peer           *peer
	inAll, inPeers *list.Element // nil while a request is in flight
}

func newConnections(most int, trusted []netip.Prefix, now func() time.Time, log *slog.Logger) *connections {
	return &connections{
		most: most, ofAddress: max(most/addressShare, min(most, minOfAddress)), trusted: trusted, now: now, log: log,
		open: map[net.Conn]*place{}, peers: map[netip.Prefix]*peer{},
	}
}

// changed implements http.Server.ConnState.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.admit(conn)
	case http.StateActive:
		if !c.work(conn) {
			// The connection was closed while its request arrived. No answer would reach the
			// client, so the request must do nothing. On this panic net/http ends the connection
			// silently.
			panic(http.ErrAbortHandler)
		}
	case http.StateIdle:
		c.rest(conn)
	case http.StateClosed, http.StateHijacked:
		c.leave(conn)
	}
}

// admit gives a new connection a place, or closes it.
func (c *connections) admit(conn net.Conn) {
	address := addressOf(conn)
	network := networkOf(address)
	c.mu.Lock()
	p := c.peers[network]
	if p == nil {
		p = &peer{network: network}
	}
	limit := c.most
	if address.IsLoopback() {
		limit += localPlaces
	}
	var out *place
	full := false
	switch {
	case p.open >= c.ofAddress && !isTrusted(address, c.trusted):
		out, full = c.evict(&p.idle), true
	case len(c.open) >= limit:
		out, full = c.evict(&c.idle), true
	}
	if full && out == nil {
		c.refused++
	} else {
		c.peers[network] = p // evict may have removed it
		p.open++
		l := &place{conn: conn, peer: p}
		c.open[conn] = l
		c.lineUp(l)
	}
	tell := full && c.mayLog()
	c.mu.Unlock()

	if tell {
		c.log.Warn("connections are at their limit: the longest idle are closed for new ones",
			"limit", c.most, "limit_of_an_address", c.ofAddress, "address", address.String())
	}
	switch {
	case out != nil:
		cut(out.conn)
	case full:
		refuse(conn)
	}
}

// evict removes the first place of a list and returns it, so that its connection can be closed. It
// returns nil if the list is empty.
func (c *connections) evict(line *list.List) *place {
	front := line.Front()
	if front == nil {
		return nil
	}
	out := front.Value.(*place)
	c.remove(out)
	c.closed++
	return out
}

// makeRoom closes the connection that has been idle longest. It returns false if none is idle.
func (c *connections) makeRoom() bool {
	c.mu.Lock()
	out := c.evict(&c.idle)
	c.mu.Unlock()
	if out == nil {
		return false
	}
	cut(out.conn)
	return true
}

// work records that a request is in flight. It returns false if the connection has lost its place.
func (c *connections) work(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.open[conn]
	if l == nil {
		return false
	}
	c.stepOut(l)
	return true
}

// rest records that a connection waits for its next request.
func (c *connections) rest(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.open[conn]; l != nil {
		c.stepOut(l)
		c.lineUp(l)
	}
}

// leave gives the place back, if the connection has one.
func (c *connections) leave(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.open[conn]; l != nil {
		c.remove(l)
	}
}

// lineUp appends a place to the lists of idle connections.
func (c *connections) lineUp(l *place) {
	l.inAll, l.inPeers = c.idle.PushBack(l), l.peer.idle.PushBack(l)
}

// stepOut removes a place from the lists of idle connections, if it is there.
func (c *connections) stepOut(l *place) {
	if l.inAll != nil {
		c.idle.Remove(l.inAll)
		l.peer.idle.Remove(l.inPeers)
		l.inAll, l.inPeers = nil, nil
	}
}

// remove deletes a place.
func (c *connections) remove(l *place) {
	c.stepOut(l)
	delete(c.open, l.conn)
	if l.peer.open--; l.peer.open == 0 {
		delete(c.peers, l.peer.network)
	}
}

// mayLog reports whether the limit may be logged again.
func (c *connections) mayLog() bool {
	now := c.now()
	if now.Sub(c.logged) < pressureLog && !now.Before(c.logged) {
		return false
	}
	c.logged = now
	return true
}

// register adds the metrics of connections. If two servers share one Metrics, it shows the first.
func (c *connections) register(m *Metrics) {
	read := func(n func() int64) func() float64 {
		return func() float64 {
			c.mu.Lock()
			defer c.mu.Unlock()
			return float64(n())
		}
	}
	_ = m.Gauge("roster_http_connections", "Open connections.", nil, read(func() int64 { return int64(len(c.open)) }))
	_ = m.Counter("roster_http_connections_closed_total", "Idle connections closed to make place for new ones.", nil,
		read(func() int64 { return c.closed }))
	_ = m.Counter("roster_http_connections_refused_total", "New connections refused because none was idle.", nil,
		read(func() int64 { return c.refused }))
}

// addressOf returns the address at the other end, the zero address if it is no IP address.
func addressOf(conn net.Conn) netip.Addr {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return plain(tcp.AddrPort().Addr())
}

// networkOf returns the network that counts as one address. For IPv6 this is a /64, because whoever
// has one address of it has them all.
func networkOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	network, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // the zero address
	}
	return network
}

// cut closes a connection at once. Closing TLS would wait for the peer.
func cut(conn net.Conn) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	_ = conn.Close()
}

// refuse closes a new connection. It gives the reason over plain HTTP only, because TLS would need
// a handshake first.
func refuse(conn net.Conn) {
	if _, secure := conn.(*tls.Conn); !secure {
		const text = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n" +
			"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 40\r\n\r\n" +
			"Too many connections. Try again shortly\n"
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(conn, text) // fits into the empty buffer of a new connection
	}
	cut(conn)
}

// roomyListener closes an idle connection if there is no descriptor for a new one. If none is idle,
// net/http waits and tries again.
type roomyListener struct {
	net.Listener
	connections *connections
}

// Accept returns the next connection.
func (l roomyListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err == nil || !outOfDescriptors(err) || !l.connections.makeRoom() {
			return conn, err
		}
	}
}

func outOfDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
