package ldaptest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// startTimeout is how long slapd may take to answer.
const startTimeout = 10 * time.Second

// errMissing is the error if slapd is not installed.
var errMissing = errors.New("not installed")

//go:embed directory.ldif
var entries []byte

// configuration is slapd.conf(5); its argument is the folder.
const configuration = `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile %[1]s/pid
TLSCACertificateFile %[1]s/ca.pem
TLSCertificateFile %[1]s/server.pem
TLSCertificateKeyFile %[1]s/server.key
sizelimit 500
database mdb
suffix "dc=example,dc=com"
directory %[1]s/data
maxsize 16777216
dbnosync
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=groups,dc=example,dc=com" by users read by * none
access to * by dn.exact="cn=roster,dc=example,dc=com" read by self read by * none
`

// install installs Debian's package if this process may. The package must not start a server of its
// own: the file that forbids it (invoke-rc.d(8)) is removed again if it was not there before.
const install = `set -e
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f $policy' EXIT
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
fi
apt-get install -y --no-install-recommends slapd
`

// binary returns the path of slapd.
func binary() (string, error) {
	const path = "/usr/sbin/slapd" // often not in the PATH
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return "", errMissing
	}
	if out, err := exec.Command("sh", "-c", install).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w, and cannot be: %w\n%s", errMissing, err, out)
	}
	if _, err := os.Stat(path); err != nil {
		return "", errMissing
	}
	return path, nil
}

// watch runs a server until its standard input ends. That happens when the process that holds the
// other end is gone, for any reason. Then it removes everything of the server.
const watch = `dir=$1; shift
"$@" >"$dir/log" 2>&1 </dev/null &
read -r end
kill $!
wait $!
rm -rf "$dir"`

// start prepares a folder and runs slapd in it.
func start() (Server, error) {
	bin, err := binary()
	if err != nil {
		return Server{}, err
	}
	dir, err := os.MkdirTemp("", "rosterldap-")
	if err != nil {
		return Server{}, fmt.Errorf("make folder: %w", err)
	}
	s, err := run(bin, dir)
	if err != nil {
		return Server{}, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// visitors returns the entries of the people who differ only in their names.
func visitors() []byte {
	var all []byte
	for i := range Visitors {
		all = fmt.Appendf(all, "\ndn: uid=%[1]s,%[2]s\nobjectClass: inetOrgPerson\nuid: %[1]s\ncn: %[1]s\nsn: %[1]s\nuserPassword: %[3]s\n",
			Visitor(i), PeopleDN, VisitorPassword)
	}
	return all
}

func run(bin, dir string) (Server, error) {
	if err := fill(dir); err != nil {
		return Server{}, err
	}
	as, err := unprivileged(dir)
	if err != nil {
		return Server{}, err
	}
	conf := filepath.Join(dir, "slapd.conf")
	load := command(as, dir, bin, "-T", "add", "-q", "-f", conf, "-l", filepath.Join(dir, "directory.ldif"))
	if out, err := load.CombinedOutput(); err != nil {
		return Server{}, fmt.Errorf("slapadd: %w\n%s", err, out)
	}
	plain, secure, err := freePorts()
	if err != nil {
		return Server{}, err
	}
	s := Server{
		URL: "ldap://" + plain, TLSURL: "ldaps://" + secure, CAFile: filepath.Join(dir, "ca.pem"),
		Person: "jdoe", Password: "john's password",
	}
	input, leash, err := os.Pipe()
	if err != nil {
		return Server{}, fmt.Errorf("make pipe: %w", err)
	}
	defer input.Close()
	watcher := command(as, dir, "sh", "-c", watch, "watch", dir, bin, "-d", "0", "-f", conf, "-h", s.URL+"/ "+s.TLSURL+"/")
	watcher.Stdin = input
	watcher.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // keeps interrupts from the keyboard away
	if err := watcher.Start(); err != nil {
		leash.Close()
		return Server{}, fmt.Errorf("start: %w", err)
	}
	go hold(watcher, leash)
	return s, ready(dir, plain, secure)
}

// hold keeps the leash from being collected, which would close it, while the watcher runs.
func hold(watcher *exec.Cmd, leash *os.File) {
	_ = watcher.Wait() // its exit status is that of rm
	runtime.KeepAlive(leash)
	leash.Close()
}

// fill writes the files that slapd reads.
func fill(dir string) error {
	files := map[string][]byte{
		"slapd.conf":     fmt.Appendf(nil, configuration, dir),
		"directory.ldif": append(slices.Clip(entries), visitors()...),
	}
	if err := addCertificates(files); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return os.Mkdir(filepath.Join(dir, "data"), 0o700)
}

// unprivileged gives the folder to a user that is not root, and returns the words that run a
// command as that user.
func unprivileged(dir string) ([]string, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, fmt.Errorf("look up user: %w", err)
	}
	uid, err1 := strconv.Atoi(nobody.Uid)
	gid, err2 := strconv.Atoi(nobody.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("look up user: %w", err)
	}
	err = filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, uid, gid))
	})
	if err != nil {
		return nil, fmt.Errorf("give folder away: %w", err)
	}
	return []string{"setpriv", "--reuid=" + nobody.Uid, "--regid=" + nobody.Gid, "--clear-groups", "--"}, nil
}

func command(as []string, dir string, args ...string) *exec.Cmd {
	args = append(append([]string{}, as...), args...)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.Dir = dir
	return cmd
}

// freePorts returns two addresses that nobody listens on.
func freePorts() (a, b string, err error) {
	one, err1 := net.Listen("tcp", "127.0.0.1:0")
	two, err2 := net.Listen("tcp", "127.0.0.1:0")
	if err := errors.Join(err1, err2); err != nil {
		return "", "", fmt.Errorf("find ports: %w", err)
	}
	return one.Addr().String(), two.Addr().String(), errors.Join(one.Close(), two.Close())
}

// ready waits until somebody listens on the addresses.
func ready(dir string, addresses ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, address := range addresses {
		for {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				conn.Close()
				break
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				log, _ := os.ReadFile(filepath.Join(dir, "log"))
				return fmt.Errorf("the server does not answer: %w\n%s", err, log)
			}
		}
	}
	return nil
}
