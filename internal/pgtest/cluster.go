package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options say how a cluster runs.
type Options struct {
	Fsync bool // flush commits to disk, for measurements
	TCP   bool // also listen on a port of 127.0.0.1, and return that address
}

// startTimeout is how long a cluster may take to answer.
const startTimeout = 30 * time.Second

// Start starts a cluster and returns the address of its database "postgres". It runs until stop is
// called or this process ends in any way; then its folder is removed.
func Start(ctx context.Context, o Options) (at string, stop func(), err error) {
	bin, err := binaries(ctx)
	if err != nil {
		return "", nil, err
	}
	removeStale()
	c := cluster{bin: bin}
	if err := c.create(ctx); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	at, err = c.start(ctx, o)
	if err != nil {
		c.stop()
		return "", nil, err
	}
	return at, c.stop, nil
}

// cluster is a data folder and the process that serves it.
type cluster struct {
	bin   string        // folder of the binaries
	dir   string        // holds data/, log and the socket
	as    []string      // what runs a command as an unprivileged user; PostgreSQL refuses to be root
	leash *os.File      // the watcher ends PostgreSQL when this is closed
	ended chan struct{} // closed when the watcher has ended
}

// maxSocketPath is the longest path of a socket, in bytes (sockaddr_un, less the final zero).
const maxSocketPath = 107

// create makes the folder with its data, for an unprivileged user if needed.
func (c *cluster) create(ctx context.Context) error {
	parent := os.TempDir()
	if len(parent)+len("/rosterpg-0000000-0000000000/.s.PGSQL.00000") > maxSocketPath {
		parent = "/tmp"
	}
	var err error
	if c.dir, err = os.MkdirTemp(parent, folderPrefix+strconv.Itoa(os.Getpid())+"-"); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.Chmod(c.dir, 0o755); err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	if os.Geteuid() == 0 {
		if err := c.dropPrivileges(); err != nil {
			return err
		}
	}
	if common := os.Getenv(commonVariable); common != "" {
		return c.copyData(ctx, common)
	}
	return c.initialize(ctx, filepath.Join(c.dir, "data"))
}

// initialize makes a data folder.
func (c *cluster) initialize(ctx context.Context, data string) error {
	out, err := c.command(ctx, filepath.Join(c.bin, "initdb"), "-D", data,
		"-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
		"--locale-provider=icu", "--icu-locale=en-US", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// commonVariable names the environment variable that holds the path of a folder for what the tests
// of several packages have in common, such as a first data folder. Whoever sets it removes the
// folder. Where it is not set, each process makes its own.
const commonVariable = "ROSTER_TEST_COMMON"

// copyData copies the first data folder, which takes a tenth of the time of making one. The process
// that comes first makes it.
func (c *cluster) copyData(ctx context.Context, common string) error {
	lock, err := os.OpenFile(filepath.Join(common, "postgresql.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("lock the first data folder: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock the first data folder: %w", err)
	}
	own, first := filepath.Join(c.dir, "data"), filepath.Join(common, "postgresql")
	_, err = os.Stat(first)
	if errors.Is(err, os.ErrNotExist) {
		if err := c.initialize(ctx, own); err != nil {
			return err
		}
		out, err := exec.CommandContext(ctx, "cp", "-a", own, first+".new").CombinedOutput()
		if err != nil {
			return fmt.Errorf("keep the first data folder: %w\n%s", err, out)
		}
		return os.Rename(first+".new", first)
	}
	if err != nil {
		return fmt.Errorf("find the first data folder: %w", err)
	}
	if out, err := exec.CommandContext(ctx, "cp", "-a", first, own).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the first data folder: %w\n%s", err, out)
	}
	return nil
}

// dropPrivileges gives the folder to an unprivileged user, who runs everything.
func (c *cluster) dropPrivileges() error {
	uid, gid, err := unprivileged()
	if err != nil {
		return err
	}
	if err := os.Chown(c.dir, uid, gid); err != nil {
		return fmt.Errorf("give folder away: %w", err)
	}
	c.as = []string{"setpriv", "--reuid=" + strconv.Itoa(uid), "--regid=" + strconv.Itoa(gid), "--clear-groups", "--"}
	return nil
}

// command prepares a command that runs as the unprivileged user, in an environment of its own.
func (c *cluster) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append(append([]string{}, c.as...), args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.Dir = c.dir
	return cmd
}

// watch runs PostgreSQL until its standard input ends. That happens when the process that holds the
// other end is gone, for any reason. Then it removes everything of the cluster.
const watch = `dir=$1; shift
"$@" >"$dir/log" 2>&1 </dev/null &
read -r end
kill -QUIT $!
wait $!
rm -rf "$dir"`

// start runs PostgreSQL and waits until it answers.
func (c *cluster) start(ctx context.Context, o Options) (string, error) {
	args, at, err := c.arguments(o)
	if err != nil {
		return "", err
	}
	input, leash, err := os.Pipe()
	if err != nil {
		return "", fmt.Errorf("make pipe: %w", err)
	}
	defer input.Close()
	// Not ctx: it would kill the watcher and leave the process that it watches.
	watcher := c.command(context.WithoutCancel(ctx), append([]string{"sh", "-c", watch, "watch", c.dir}, args...)...)
	watcher.Stdin = input
	watcher.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // keeps interrupts from the keyboard away
	if err := watcher.Start(); err != nil {
		leash.Close()
		return "", fmt.Errorf("start: %w", err)
	}
	c.leash, c.ended = leash, make(chan struct{})
	go c.hold(watcher)
	return at, c.ready(ctx, at)
}

// hold keeps the leash from being collected, which would close it, while the watcher runs.
func (c *cluster) hold(watcher *exec.Cmd) {
	_ = watcher.Wait() // its exit status is that of rm
	c.leash.Close()
	close(c.ended)
}

// arguments returns the command line of the server, and the address at which it will answer.
func (c *cluster) arguments(o Options) (args []string, at string, err error) {
	port, listen, at := 5432, "", "postgres://postgres@/postgres?host="+c.dir
	if o.TCP {
		if port, err = freePort(); err != nil {
			return nil, "", err
		}
		listen, at = "127.0.0.1", fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
	}
	args = []string{filepath.Join(c.bin, "postgres"), "-D", filepath.Join(c.dir, "data")}
	for _, setting := range []string{
		"listen_addresses=" + listen, "port=" + strconv.Itoa(port), "unix_socket_directories=" + c.dir,
		"max_connections=200", "shared_buffers=64MB", "fsync=" + onOff(o.Fsync), "full_page_writes=" + onOff(o.Fsync),
		// Background work of the server would change plans and times while a test runs.
		"synchronous_commit=" + onOff(o.Fsync), "autovacuum=" + onOff(o.Fsync),
	} {
		args = append(args, "-c", setting)
	}
	return args, at, nil
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// ready waits until the server answers.
func (c *cluster) ready(ctx context.Context, at string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, at)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("the server does not answer: %w\n%s", err, log)
		}
	}
}

// stop ends the server and removes the folder.
func (c *cluster) stop() {
	if c.leash != nil {
		c.leash.Close()
		<-c.ended
	}
	_ = os.RemoveAll(c.dir)
}

const folderPrefix = "rosterpg-"

// removeStale removes the folders of processes that ended together with their watchers.
func removeStale() {
	for _, parent := range []string{os.TempDir(), "/tmp"} {
		dirs, _ := filepath.Glob(filepath.Join(parent, folderPrefix+"*"))
		for _, dir := range dirs {
			owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), folderPrefix), "-")
			server, _ := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
			first, _, _ := strings.Cut(string(server), "\n")
			if !runs(owner) && !runs(first) {
				_ = os.RemoveAll(dir)
			}
		}
	}
}

// runs reports whether there is a process with the id. It is false for an invalid id.
func runs(pid string) bool {
	n, err := strconv.Atoi(strings.TrimSpace(pid))
	return err == nil && n > 0 && !errors.Is(syscall.Kill(n, 0), syscall.ESRCH)
}
