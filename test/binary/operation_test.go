package binary_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"roster/test/binary"
)

// idleFrom opens a connection from an address, and leaves it idle after one answer; nil where the
// server has closed it.
func idleFrom(t *testing.T, s *binary.Server, source string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.HTTP, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return nil
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusOK {
		return nil
	}
	return conn
}

func TestIdleConnectionsShutNobodyOutWhereFewFilesMayBeOpen(t *testing.T) {
	t.Parallel()
	s := binary.Start(t, binary.Options{Files: 256})
	for _, source := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"} {
		for range 100 {
			if idleFrom(t, s, source) == nil {
				t.Fatalf("a newcomer from %s is not answered", source)
			}
		}
	}
	resp, err := http.Get(s.HTTP + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("/readyz answers %d", resp.StatusCode)
	}
	s.Must("", "user", "create", "--name", "late", "--email", "late@example.com")
	if strings.Contains(s.Log(), "too many open files") {
		t.Error("descriptors ran out")
	}
}

func TestTheCommandLineSaysThatAServerDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s := binary.Start(t, binary.Options{})
	s.Signal(syscall.SIGSTOP)
	r := s.Command("", "user", "list")
	s.Signal(syscall.SIGCONT)
	if r.Code != 4 || !strings.Contains(r.Stderr, "does not answer") {
		t.Errorf("exit code %d: %s", r.Code, r.Stderr)
	}
	s.Must("", "user", "list")
}

func TestAHangUpReadsTheCertificateAgainAndEndsNothing(t *testing.T) {
	t.Parallel()
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP) // where nohup runs the tests, the server would ignore it too
	defer signal.Stop(hangUps)
	s := binary.Start(t, binary.Options{})
	for times := range 2 {
		s.Signal(syscall.SIGHUP)
		binary.Until(t, "the log says that the certificate was read", func() bool {
			return strings.Count(s.Log(), "read the certificate again") > times
		})
	}
	if code := s.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestAServerWhoseDatabaseIsDeletedPromisesNothingMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqlite(), binary.Options{Errors: true})
	ask(t, w.Client(), welcomeRequest(w, "before@load.example")).want(t, 200)
	for _, file := range []string{"roster.db", "roster.db-wal", "roster.db-shm"} {
		if err := os.Remove(filepath.Join(w.Data, file)); err != nil {
			t.Fatal(err)
		}
	}
	if a := ask(t, w.Client(), welcomeRequest(w, "after@load.example")); a.status != 503 || !strings.Contains(string(a.body), "restore") {
		t.Errorf("a create is answered %d %s", a.status, a.body)
	}
	binary.Until(t, "/readyz says so", func() bool {
		resp, err := http.Get(w.HTTP + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return err == nil && resp.StatusCode == 503 && strings.Contains(string(body), "removed or replaced")
	})
	if r := w.Command("", "doctor"); r.Code != 1 || !strings.Contains(r.Stdout, "removed or replaced") {
		t.Errorf("the doctor ends with %d and says\n%s", r.Code, r.Stdout)
	}
	w.Stop()
	checkRefusedStart(t, binary.Command{Args: []string{"serve", "--http", "127.0.0.1:0"}, Env: []string{"ROSTER_DATA=" + w.Data}}, "backup.*rm '")
}

func TestTheDoctorFindsADamagedDatabaseAndAFullDisk(t *testing.T) {
	t.Parallel()
	s := binary.Start(t, binary.Options{Data: filepath.Join(smallDisk(t, "24m"), "data")})
	r := s.Command("", "doctor")
	if r.Code != 1 || !strings.Contains(r.Stdout, "make room") || !strings.Contains(r.Stdout, "no damage in") {
		t.Errorf("on a small disk: exit code %d\n%s", r.Code, r.Stdout)
	}
	s.Stop()
	file := filepath.Join(s.Data, "roster.db")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	// All pages but the first few, which hold the schema that a start reads.
	const schema = 64 << 10
	if _, err := f.WriteAt([]byte(strings.Repeat("\xff", int(info.Size())-schema)), schema); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if r := s.Command("", "doctor"); r.Code != 1 || !strings.Contains(r.Stdout, "damaged") {
		t.Errorf("with damage: exit code %d\n%s", r.Code, r.Stdout)
	}
}

// foreign is a start by an account to which a file of the data folder does not belong.
func foreign(t *testing.T, file string, mode os.FileMode) binary.Command {
	t.Helper()
	s := binary.Start(t, binary.Options{})
	s.Stop()
	c := unprivileged(t, serve(t, "--data", s.Data), s.Data)
	if c.UID == 0 {
		t.Skip("only root can give files to others")
	}
	for _, path := range []string{s.Data, filepath.Join(s.Data, "roster.lock"), filepath.Join(s.Data, "roster.db"), filepath.Join(s.Data, "roster.key")} {
		if err := os.Chown(path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	owner := 0
	if mode != 0 {
		owner = nobody
	}
	path := filepath.Join(s.Data, file)
	if err := os.Chown(path, owner, owner); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, max(mode, 0o400)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAFileThatTheAccountCannotUseIsNamedWithTheCommandThatMendsIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		mode       os.FileMode // of a file of its own; 0: the file is root's
		says       string
	}{
		{"the database is root's", "roster.db", 0, `roster\.db cannot be used by the account nobody: it belongs to root .*sudo chown nobody '.*roster\.db'`},
		{"the database is read-only", "roster.db", 0o400, `roster\.db cannot be used by the account nobody: it belongs to nobody .*chmod u\+rwX '.*roster\.db'`},
		{"the key is root's", "roster.key", 0, `roster\.key cannot be used by the account nobody: it belongs to root .*sudo chown nobody '.*roster\.key'`},
		{"the lock is root's", "roster.lock", 0, `roster\.lock cannot be used by the account nobody: it belongs to root .*sudo chown nobody '.*roster\.lock'`},
		{"the folder is root's", ".", 0, `data cannot be used by the account nobody: it belongs to root .*sudo chown nobody '.*data'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			checkRefusedStart(t, foreign(t, c.file, c.mode), c.says)
		})
	}
}
