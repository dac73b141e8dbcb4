package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"roster"
)

// pipes is a listener without a network: time can be a bubble's.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// dial returns the client's end of a new connection.
func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// serve runs s on pipes until the returned function is called, which waits for the end.
func serve(t *testing.T, s *Server) (listener *pipes, stop func()) {
	t.Helper()
	listener = newPipes()
	s.plain = listener
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	return listener, func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
}

// listen binds addresses until the test ends.
func listen(t *testing.T, http, https string) *Listeners {
	t.Helper()
	l, err := Listen(http, https)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Errorf("send: %v", err)
	}
}

// closedAfter waits until the server closes the connection, and returns how long that took.
func closedAfter(c net.Conn) time.Duration {
	began := time.Now()
	_, _ = io.Copy(io.Discard, c) // ends with the connection
	return time.Since(began)
}

func TestASlowClientIsCut(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		sent string
		want time.Duration
	}{
		{"that says nothing", "", 5 * time.Second},
		{"in the middle of the header", "POST / HTTP/1.1\r\nHost: x\r\n", 5 * time.Second},
		{"in the middle of the body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf", 20 * time.Second},
		{"between two requests", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody", 120 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, _ := newServer(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
				}))
				listener, stop := serve(t, s)
				conn := listener.dial()
				go send(t, conn, c.sent)
				if got := closedAfter(conn); got < c.want || got > c.want+time.Second {
					t.Errorf("cut after %v, want %v", got, c.want)
				}
				stop()
			})
		})
	}
}

func TestASlowReaderIsCutUnlessTheAnswerIsAStream(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		extend bool
		want   time.Duration
	}{
		{"an answer", false, 60 * time.Second},
		{"a stream that asks for more time", true, 90 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, _ := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if c.extend {
						if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(90 * time.Second)); err != nil {
							t.Errorf("the deadline cannot be reached through the middleware: %v", err)
						}
					}
					began := time.Now()
					for {
						if _, err := w.Write(make([]byte, 1<<16)); err != nil {
							if got := time.Since(began); got != c.want {
								t.Errorf("the writer was freed after %v, want %v", got, c.want)
							}
							return
						}
					}
				}))
				listener, stop := serve(t, s)
				conn := listener.dial()
				send(t, conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				time.Sleep(100 * time.Second) // of the bubble: the reader does nothing
				_ = conn.Close()
				stop()
			})
		})
	}
}

func TestAHeaderIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer(t, http.NotFoundHandler())
		listener, stop := serve(t, s)
		conn := listener.dial()
		go func() { // the server may hang up before it is all sent
			_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 80<<10)+"\r\n\r\n")
		}()
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("answer %v, %v; want 431", res, err)
		}
		_ = conn.Close()
		stop()
	})
}

func TestARequestInFlightGetsItsAnswerWhileTheServerStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, book := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(20 * time.Second) // of the bubble
			_, _ = io.WriteString(w, "whole")
		}))
		listener, stop := serve(t, s)
		conn, idle := listener.dial(), listener.dial()
		send(t, conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		go send(t, idle, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
		reader := bufio.NewReader(idle)
		first := readAnswer(t, reader)
		synctest.Wait()

		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		synctest.Wait()

		// While it drains the door is open, and an idle connection is told to close with its next answer.
		go send(t, idle, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
		second := readAnswer(t, reader)
		if first.Close || second.StatusCode != http.StatusServiceUnavailable || !second.Close {
			t.Errorf("before: closes %v; while it stops: %d, closes %v", first.Close, second.StatusCode, second.Close)
		}
		if res := readAnswer(t, bufio.NewReader(conn)); res.StatusCode != 200 || res.ContentLength != 5 {
			t.Errorf("the request in flight got %d, %d bytes", res.StatusCode, res.ContentLength)
		}
		<-stopped
		log := book.String()
		for _, want := range []string{
			`"msg":"shutting down","requests_in_flight":1,"grace":"30s"`,
			`"msg":"stopped; no request was cut","requests_finished":2`,
		} {
			if !strings.Contains(log, want) {
				t.Errorf("the log lacks %s:\n%s", want, log)
			}
		}
	})
}

// readAnswer reads one answer with its body.
func readAnswer(t *testing.T, from *bufio.Reader) *http.Response {
	t.Helper()
	res, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatalf("read body: %v", err)
	}
	return res
}

func TestARequestThatOutlastsTheGraceIsCutAndSaidSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, book := newServer(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
			func(o *Options) { o.ShutdownGrace = 10 * time.Second })
		listener, stop := serve(t, s)
		conn := listener.dial()
		send(t, conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		synctest.Wait()
		began := time.Now()
		stop()
		if took := time.Since(began); took < 10*time.Second || took > 12*time.Second {
			t.Errorf("stopped after %v, want about 10 s", took)
		}
		if log := book.String(); !strings.Contains(log, `"msg":"stopped; requests were cut","requests_cut":1,"requests_finished":0`) {
			t.Errorf("log: %s", log)
		}
	})
}

func TestAnIdleServerStopsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer(t, http.NotFoundHandler())
		_, stop := serve(t, s)
		synctest.Wait()
		began := time.Now()
		stop()
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("took %v", took)
		}
	})
}

func TestServeReturnsWhyAListenerBroke(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer(t, http.NotFoundHandler())
		listener := newPipes()
		s.plain = listener
		ended := make(chan error)
		go func() { ended <- s.Serve(t.Context()) }()
		synctest.Wait()
		_ = listener.Close()
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Serve returned %v", err)
		}
	})
}

// TestStoppingUnderLoadDropsNothing stops a server on a real socket in the middle of traffic:
// whatever a handler began must reach its client whole.
func TestStoppingUnderLoadDropsNothing(t *testing.T) {
	t.Parallel()
	const clients, before = 16, 400
	var began, whole atomic.Int64
	enough := make(chan struct{})
	s, book := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if began.Add(1) == before {
			close(enough)
		}
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append(body, "-answered"...))
	}), func(o *Options) { o.Listeners = listen(t, "127.0.0.1:0", "") })
	address, _ := s.o.Listeners.Addrs()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()

	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for post(t, client, "http://"+address+"/") {
				whole.Add(1)
			}
		})
	}
	<-enough
	cancel()
	all.Wait()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if began.Load() != whole.Load() {
		t.Errorf("%d requests were begun, %d answered whole", began.Load(), whole.Load())
	}
	if !strings.Contains(book.String(), "no request was cut") {
		t.Error("the log does not say that no request was cut")
	}
}

// post reports whether a whole answer came back.
func post(t *testing.T, client *http.Client, url string) bool {
	res, err := client.Post(url, "text/plain", strings.NewReader("body"))
	if err != nil {
		return false // the door is closed
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || string(body) != "body-answered" {
		t.Errorf("half an answer: %q, %v", body, err)
	}
	return true
}

func TestATakenAddressIsNamedWithTheFlagThatChangesIt(t *testing.T) {
	t.Parallel()
	taken, _ := listen(t, "127.0.0.1:0", "").Addrs()
	brief, err := Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	free, _ := brief.Addrs()
	brief.Close()

	cases := []struct {
		name        string
		http, https string
		want        string
	}{
		{"for HTTP", taken, "", taken + " is in use; choose another with --http"},
		{"for HTTPS", free, taken, taken + " is in use; choose another with --https"},
		{"of another machine", "192.0.2.1:0", "", "192.0.2.1:0 is not an address of this machine; choose another with --http"},
		{"no address", "nonsense", "", "nonsense cannot be listened on; choose another with --http"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l, err := Listen(c.http, c.https)
			var e *roster.Error
			if !errors.As(err, &e) || e.Detail != c.want || e.Kind != roster.Invalid {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			if l != nil {
				t.Error("there are listeners beside the error")
			}
			if c.http == free {
				again, err := Listen(free, "")
				if err != nil {
					t.Fatalf("what could be bound is still bound: %v", err)
				}
				again.Close()
			}
		})
	}
}
