package binary

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Options say how a server is started.
type Options struct {
	Data string   // its data folder; "": a fresh one
	Args []string // of "roster serve", besides the addresses
	Env  []string // NAME=value; commands get them too

	Binary string // path of the binary, named roster; "": the one that [Main] built
	Files  int    // how many files and sockets it may have open (ulimit -n); 0: as many as the test

	// Errors lets the server log at level Error, where the test brings that about. Otherwise such a
	// line fails the test.
	Errors bool
}

// Server is a server, through all the processes that run it one after the other.
type Server struct {
	HTTP, HTTPS string // what URLs begin with, without a slash at the end, "" if it is off; others after each start
	Data        string // its data folder

	t       testing.TB
	options Options
	logs    string // folder of what it wrote
	starts  int
	cmd     *exec.Cmd
	ended   chan struct{} // closed once the process is gone
	client  *http.Client
}

// Start starts a server and waits until it is ready. It is killed when the test ends, if it still
// runs.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{Data: o.Data, t: t, options: o, logs: t.TempDir()}
	if s.Data == "" {
		s.Data = filepath.Join(t.TempDir(), "data")
	}
	s.client = &http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, // self-signed
			MaxIdleConnsPerHost: 256,
			ForceAttemptHTTP2:   true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(s.finish)
	s.Launch()
	s.AwaitReady()
	return s
}

// Launch starts the process, and returns as soon as it runs.
func (s *Server) Launch() {
	s.t.Helper()
	s.starts++
	args := append([]string{"serve", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--log-format", "json"}, s.options.Args...)
	cmd := exec.Command(s.path(), args...)
	if s.options.Files > 0 {
		limited := fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, s.options.Files)
		cmd = exec.Command("sh", append([]string{"-c", limited, s.path()}, args...)...)
	}
	cmd.Env = environment(s.path(), s.env())
	cmd.SysProcAttr = attributes(0)
	stdout, stderr := s.create("stdout"), s.create("stderr")
	defer stdout.Close()
	defer stderr.Close()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.cmd, s.ended = cmd, make(chan struct{})
	go func(ended chan struct{}) {
		_ = cmd.Wait()
		close(ended)
	}(s.ended)
}

// path is that of the binary that runs.
func (s *Server) path() string { return cmp.Or(s.options.Binary, Path(s.t)) }

// Replace runs another binary from the next start on.
func (s *Server) Replace(binary string) { s.options.Binary = binary }

// env is the environment of the server and of the commands that concern it.
func (s *Server) env() []string { return append([]string{"ROSTER_DATA=" + s.Data}, s.options.Env...) }

// Setting returns the value of a variable of [Options.Env], "" if it is not there.
func (s *Server) Setting(name string) string {
	for _, line := range s.options.Env {
		if value, found := strings.CutPrefix(line, name+"="); found {
			return value
		}
	}
	return ""
}

func (s *Server) create(stream string) *os.File {
	f, err := os.Create(s.logFile(stream))
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *Server) logFile(stream string) string {
	return filepath.Join(s.logs, fmt.Sprintf("%s-%d", stream, s.starts))
}

var address = regexp.MustCompile(`(?m)^\s*(HTTPS?)\s+(https?://\S+?)/?$`)

// AwaitReady waits until the process that was launched last answers that it is ready.
func (s *Server) AwaitReady() {
	s.t.Helper()
	Until(s.t, "the server is ready", func() bool {
		select {
		case <-s.ended:
			s.t.Fatalf("the server ended with %d before it was ready\n%s", s.cmd.ProcessState.ExitCode(), s.Log())
		default:
		}
		bases := map[string]string{}
		for _, m := range address.FindAllStringSubmatch(s.Banner(), -1) {
			bases[m[1]] = m[2]
		}
		if base := cmp.Or(bases["HTTP"], bases["HTTPS"]); base == "" || !s.ready(base) {
			return false
		}
		s.HTTP, s.HTTPS = bases["HTTP"], bases["HTTPS"]
		return true
	})
}

func (s *Server) ready(base string) bool {
	resp, err := s.client.Get(base + "/readyz")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Banner returns what the process that was launched last wrote to its standard output.
func (s *Server) Banner() string {
	text, err := os.ReadFile(s.logFile("stdout"))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// Log returns everything that all processes of the server wrote, to both outputs.
func (s *Server) Log() string {
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(s.logs, "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			s.t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// Client returns a client that keeps connections, follows no redirect and takes any certificate.
func (s *Server) Client() *http.Client { return s.client }

// Signal sends a signal to the process.
func (s *Server) Signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// Wait waits until the process has ended and returns its exit code, -1 where a signal ended it.
func (s *Server) Wait() int {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Fatalf("the server did not end\n%s", s.Log())
	}
	s.client.CloseIdleConnections()
	return s.cmd.ProcessState.ExitCode()
}

// Kill ends the process at once, as kill -9 does, and waits until it is gone.
func (s *Server) Kill() {
	s.t.Helper()
	s.Signal(syscall.SIGKILL)
	s.Wait()
}

// Stop asks the process to end, waits until it has, and returns its exit code.
func (s *Server) Stop() int {
	s.t.Helper()
	s.Signal(syscall.SIGTERM)
	return s.Wait()
}

// Again starts a process that ended once more, on the same data folder, and waits until it is
// ready. Arguments that are given replace those of [Options].
func (s *Server) Again(args ...string) {
	s.t.Helper()
	if len(args) > 0 {
		s.options.Args = args
	}
	s.Launch()
	s.AwaitReady()
}

// Command runs a command of the command line on this server's data folder and database.
func (s *Server) Command(stdin string, args ...string) Result {
	s.t.Helper()
	return Command{Args: args, Env: s.env(), Stdin: stdin, Binary: s.path()}.Run(s.t)
}

// Shell runs a line of shell script on this server's data folder and database.
func (s *Server) Shell(line string) Result {
	s.t.Helper()
	return Command{Env: s.env(), Binary: s.path()}.Shell(s.t, line)
}

// Must runs a command that has to succeed and returns what it wrote to its standard output.
func (s *Server) Must(stdin string, args ...string) string {
	s.t.Helper()
	r := s.Command(stdin, args...)
	if r.Code != 0 {
		s.t.Fatalf("roster %s: exit code %d\n%s%s", strings.Join(args, " "), r.Code, r.Stdout, r.Stderr)
	}
	return r.Stdout
}

// finish kills what still runs and looks through the log.
func (s *Server) finish() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.ended
	log := s.Log()
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"level":"ERROR"`) && !s.options.Errors {
			s.t.Errorf("the server logged an error: %s", line)
		}
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			s.t.Errorf("the server fell: %s", line)
		}
	}
	if s.t.Failed() {
		const most = 8 << 10
		s.t.Logf("the end of the server's log:\n%s", log[max(0, len(log)-most):])
	}
}

// FreeAddress returns an address on which nobody listens at the moment: for a server that must know
// its port before it starts. Somebody else may take it meanwhile, so it is for where port 0 will
// not do.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
