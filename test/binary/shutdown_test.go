package binary_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"roster/test/binary"
)

func TestNobodyIsCutOffWhenAServerStopsUnderLoad(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		engine engine
		secure bool // over HTTPS, and so HTTP/2
	}{
		{"SQLite", sqlite(), false}, {"PostgreSQL", postgres(), false}, {"SQLite over HTTP/2", sqlite(), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.engine, binary.Options{})
			if c.secure {
				w.HTTP = w.HTTPS
			}
			l := newLoad(w)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			wait := l.run(ctx, crew(crowd, 0))
			binary.Until(t, "the load is under way", func() bool { return l.acked.Load() >= 300 })
			if code := w.Stop(); code != 0 {
				t.Errorf("exit code %d", code)
			}
			stop()
			wait()
			for _, line := range []string{`"msg":"shutting down"`, `"msg":"stopped; no request was cut"`} {
				if !strings.Contains(w.Log(), line) {
					t.Errorf("the log does not say %s", line)
				}
			}

			w.Again()
			l.checkAnswers(t)
			l.checkAcknowledged(t)
			there := w.users(t)
			for name, c := range l.made {
				if _, found := there[name]; found && !c.acked {
					t.Errorf("%s was made, and its caller got no whole answer: %v", name, c.err)
				}
			}
			checkWhole(t, w.database(t))
		})
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			s := binary.Start(t, binary.Options{Args: []string{"--demo", "--shutdown-grace", "10m"}})
			holdOpen(t, s)
			s.Signal(signal)
			binary.Until(t, "the server is shutting down", func() bool { return strings.Contains(s.Log(), "shutting down") })
			s.Signal(signal)
			if code := s.Wait(); code == 0 {
				t.Errorf("the server ended as if all were well, with a request left unanswered:\n%s", s.Log())
			}
		})
	}
}

// holdOpen begins a request that the server waits for: its header is there, and it has told the
// sender to go on, but the body does not come.
func holdOpen(t *testing.T, s *binary.Server) {
	t.Helper()
	conn := dial(t, s)
	_, err := io.WriteString(conn, "POST /graze/v1/createUser HTTP/1.1\r\nHost: localhost\r\n"+
		"Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("graze:graze"))+"\r\n"+
		"Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100") {
		t.Fatalf("the server answers %q, %v before the body", line, err)
	}
}

// dial opens a plain connection.
func dial(t testing.TB, s *binary.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.HTTP, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// raw sends bytes as they are and returns the answer, as far as it came; nil where there was none.
func raw(conn net.Conn, text string) (*http.Response, string) {
	go func() { _, _ = io.WriteString(conn, text) }() // the server may answer before it has read everything
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}
