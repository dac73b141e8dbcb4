package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// door is a server with few places for connections, whose path /hold answers when release is
// called.
type door struct {
	t        *testing.T
	server   *Server
	book     *logBook
	listener *pipes
	release  func()
}

// open serves on pipes, in a bubble, until the test calls the function that it returns.
func open(t *testing.T, most, ofAddress int, change ...func(*Options)) (d *door, stop func()) {
	t.Helper()
	held := make(chan struct{})
	s, book := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hold" {
			<-held
		}
		_, _ = io.WriteString(w, "done")
	}), change...)
	s.connections.most, s.connections.ofAddress = most, ofAddress
	listener, stop := serve(t, s)
	return &door{t: t, server: s, book: book, listener: listener, release: func() { close(held) }}, stop
}

// visitor is a client's end of a connection.
type visitor struct {
	net.Conn
	t      *testing.T
	reader *bufio.Reader
}

// farEnd is a server's end of a connection that came from an address.
type farEnd struct {
	net.Conn
	from net.Addr
}

func (f farEnd) RemoteAddr() net.Addr { return f.from }

// from connects from an address, and waits until the server has seen it.
func (d *door) from(address string) *visitor {
	d.t.Helper()
	client, server := net.Pipe()
	d.listener.conns <- farEnd{server, net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(address), 4000))}
	synctest.Wait()
	return &visitor{Conn: client, t: d.t, reader: bufio.NewReader(client)}
}

// ask sends a request and does not wait for its answer.
func (v *visitor) ask(path string) *visitor {
	go func() { _, _ = io.WriteString(v, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n") }()
	synctest.Wait()
	return v
}

// status reads one answer; 0 is none, because the server has closed the connection.
func (v *visitor) status() int {
	v.t.Helper()
	res, err := http.ReadResponse(v.reader, nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, res.Body)
	synctest.Wait()
	return res.StatusCode
}

// idle sends a request and reads its answer.
func (v *visitor) idle() *visitor {
	v.t.Helper()
	if got := v.ask("/").status(); got != 200 {
		v.t.Fatalf("answered %d, want 200", got)
	}
	return v
}

// closed reports whether the server has closed the connection. What it sends before is read.
func (v *visitor) closed() bool {
	_ = v.SetReadDeadline(time.Now().Add(time.Millisecond)) // fails where the pipe is closed
	_, err := io.Copy(io.Discard, v.reader)
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// check compares which connections the server has closed.
func check(t *testing.T, want string, visitors ...*visitor) {
	t.Helper()
	var got []string
	for _, v := range visitors {
		got = append(got, map[bool]string{true: "closed", false: "open"}[v.closed()])
		_ = v.Close()
	}
	if joined := strings.Join(got, " "); joined != want {
		t.Errorf("the connections are %s, want %s", joined, want)
	}
}

func TestAnAddressAtItsLimitLosesItsOwnLongestIdleConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, stop := open(t, 100, 3)
		other := d.from("192.0.2.9").idle()
		first, second, silent := d.from("192.0.2.1").idle(), d.from("192.0.2.1").idle(), d.from("192.0.2.1")
		first.idle() // so that the second is now idle longest
		fourth := d.from("192.0.2.1").idle()
		check(t, "open open closed open open", other, first, second, silent, fourth)
		stop()
	})
}

func TestAConnectionThatSaysNothingGivesPlaceToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, stop := open(t, 2, 2)
		silent, idle := d.from("192.0.2.1"), d.from("192.0.2.2").idle()
		check(t, "closed open open", silent, idle, d.from("192.0.2.3").idle())
		stop()
	})
}

func TestAllNetworksOfOneIPv6CustomerAreOneAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, stop := open(t, 100, 1)
		a, b := d.from("2001:db8:0:1::1").idle(), d.from("2001:db8:0:2::1").idle()
		c := d.from("2001:db8:0:1:ffff::2").idle()
		mapped, plain := d.from("::ffff:192.0.2.1").idle(), d.from("192.0.2.1").idle()
		check(t, "closed open open closed open", a, b, c, mapped, plain)
		stop()
	})
}

func TestATrustedProxyHasNoLimitOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, stop := open(t, 3, 1, func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
		a, b, c := d.from("192.0.2.1").idle(), d.from("192.0.2.1").idle(), d.from("192.0.2.1").idle()
		check(t, "closed open open open", a, b, c, d.from("192.0.2.1").idle())
		stop()
	})
}

func TestARequestInFlightIsNotCutForANewcomer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		most, ofAddress int
		newcomer        string
	}{
		"at the limit of all":        {2, 2, "192.0.2.3"},
		"at the limit of an address": {100, 1, "192.0.2.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d, stop := open(t, c.most, c.ofAddress)
				first, second := d.from("192.0.2.1").ask("/hold"), d.from("192.0.2.2").ask("/hold")
				client, server := net.Pipe()
				d.listener.conns <- farEnd{server, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.newcomer + ":4000"))}
				refused := &visitor{Conn: client, t: t, reader: bufio.NewReader(client)}
				if got := refused.status(); got != http.StatusServiceUnavailable {
					t.Errorf("a newcomer without a place is answered %d, want 503", got)
				}
				if !refused.closed() {
					t.Error("a newcomer without a place stays connected")
				}
				d.release()
				if a, b := first.status(), second.status(); a != 200 || b != 200 {
					t.Errorf("the requests in flight were answered %d and %d", a, b)
				}
				if got := d.from(c.newcomer).ask("/").status(); got != 200 {
					t.Errorf("once the others rest a newcomer is answered %d", got)
				}
				_, _ = first.Close(), second.Close()
				stop()
			})
		})
	}
}

func TestCallersOfThisMachineGetInWhileStrangersHoldAllPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, stop := open(t, 2, 2)
		busy := []*visitor{d.from("192.0.2.1").ask("/hold"), d.from("192.0.2.2").ask("/hold")}
		if got := d.from("127.0.0.1").ask(readyPath).status(); got != 200 {
			t.Errorf("a health check is answered %d", got)
		}
		d.release()
		for _, v := range busy {
			_ = v.status()
			_ = v.Close()
		}
		stop()
	})
}

func TestPlacesComeBackWithTheEndOfTheirConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, stop := open(t, 2, 1)
		for range 5 {
			a, b := d.from("192.0.2.1").idle(), d.from("192.0.2.2").idle()
			check(t, "open open", a, b)
			synctest.Wait()
		}
		c := d.server.connections
		if len(c.open) != 0 || len(c.peers) != 0 || c.idle.Len() != 0 {
			t.Errorf("left over: %d connections, %d addresses, %d idle", len(c.open), len(c.peers), c.idle.Len())
		}
		stop()
	})
}

func TestARequestOnAConnectionThatWasGivenAwayIsNotBegun(t *testing.T) {
	t.Parallel()
	s, book := newServer(t, http.NotFoundHandler())
	client, server := net.Pipe()
	defer client.Close()
	s.connectionChanged(server, http.StateNew)
	if !s.connections.makeRoom() {
		t.Fatal("nothing was idle")
	}
	defer func() {
		if got := recover(); got != http.ErrAbortHandler {
			t.Errorf("recovered %v; %s", got, book)
		}
	}()
	s.connectionChanged(server, http.StateActive)
	t.Error("its request goes on")
}

// scarce is a listener to which the operating system gives no descriptor for the next so many
// connections.
type scarce struct {
	*pipes
	failures int
}

func (s *scarce) Accept() (net.Conn, error) {
	if s.failures > 0 {
		s.failures--
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return s.pipes.Accept()
}

func TestWithoutADescriptorAnIdleConnectionGivesPlaceAndTheServerLives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer(t, http.NotFoundHandler())
		first := newPipes()
		listener := &scarce{pipes: first}
		s.plain = listener
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx) }()
		idle := first.dial()
		synctest.Wait()
		listener.failures = 3 // after the Accept that waits now; more failures than idle connections
		second := first.dial()
		synctest.Wait()
		if _, err := idle.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the idle connection: %v", err)
		}
		third := first.dial()
		go send(t, third, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
		if res := readAnswer(t, bufio.NewReader(third)); res.StatusCode != 200 {
			t.Errorf("afterwards: %d", res.StatusCode)
		}
		_, _ = second.Close(), third.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

func TestConnectionsOverHTTP2AreCountedAndGivePlaceToo(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }),
		func(o *Options) { o.Listeners = listen(t, "127.0.0.1:0", "127.0.0.1:0") })
	s.connections.ofAddress = 1
	plain, secure := s.o.Listeners.Addrs()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()

	conn := newWatched()
	client := &http.Client{Transport: &http.Transport{
		DialContext: conn.dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true,
	}}
	defer client.CloseIdleConnections()
	if proto := fetch(t, client, "https://"+secure); proto != "HTTP/2.0" {
		t.Fatalf("over %q", proto)
	}
	if proto := fetch(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, "http://"+plain); proto != "HTTP/1.1" {
		t.Errorf("beside an idle connection of HTTP/2: over %q", proto)
	}
	<-conn.ended // the server has closed it
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// watched tells when the one connection that it dials has ended.
type watched struct {
	net.Conn
	ended chan struct{}
}

func newWatched() *watched { return &watched{ended: make(chan struct{})} }

func (w *watched) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	var err error
	w.Conn, err = d.DialContext(ctx, network, address)
	return w, err
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if err != nil {
		close(w.ended)
	}
	return n, err
}

func fetch(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	res, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
