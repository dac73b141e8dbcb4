package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-ldap/ldap/v3"
)

const (
	slapdBinary = "/usr/sbin/slapd" // often not in the PATH
	slapdRoot   = "cn=bench,dc=example,dc=com"
	slapdSecret = "bench"
	slapdPeople = "dc=example,dc=com"
)

// slapdConfiguration is slapd.conf(5); its argument is the folder. Each add is synced.
const slapdConfiguration = `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile %[1]s/pid
database mdb
suffix "dc=example,dc=com"
rootdn "cn=bench,dc=example,dc=com"
rootpw bench
directory %[1]s/data
maxsize 1073741824
index uid,mail eq
`

// measureSlapd measures OpenLDAP's slapd: adds of people without a password, and searches by uid.
func (b *bench) measureSlapd(ctx context.Context) error {
	if _, err := os.Stat(slapdBinary); err != nil || !b.wanted(rivalCreate) {
		return errNotAtHand
	}
	p, err := b.startSlapd(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = p.stop() }()
	if err := b.putRivalState(slapd, p); err != nil {
		return err
	}
	var made atomic.Int64
	add := func(conn *ldap.Conn) error {
		n := made.Add(1)
		return conn.Add(slapdPerson(n))
	}
	get := func(conn *ldap.Conn) error {
		filter := fmt.Sprintf("(uid=person-%d)", 1+time.Now().UnixNano()%made.Load())
		found, err := conn.Search(ldap.NewSearchRequest(slapdPeople, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 1, 0, false, filter, nil, nil))
		if err == nil && len(found.Entries) != 1 {
			err = fmt.Errorf("%s finds %d entries", filter, len(found.Entries))
		}
		return err
	}
	for _, m := range []struct {
		work string
		do   func(*ldap.Conn) error
	}{{rivalCreate, add}, {rivalGet, get}} {
		if !b.wanted(m.work) {
			continue
		}
		const callers = 64
		b.say(slapd, fmt.Sprintf("%s, %d", m.work, callers))
		res, err := driveSlapd(ctx, p, callers, b.window, m.do)
		if err != nil {
			return err
		}
		b.putRival(slapd, m.work, res, callers)
	}
	return nil
}

// startSlapd starts slapd on a new folder, with the entry that people are below.
func (b *bench) startSlapd(ctx context.Context) (*process, error) {
	dir := filepath.Join(b.work, "slapd")
	conf := filepath.Join(dir, "slapd.conf")
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(conf, fmt.Appendf(nil, slapdConfiguration, dir), 0o600); err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, slapdBinary, "-d", "0", "-f", conf, "-h", "ldap://"+address+"/")
	cmd.SysProcAttr = dieWithParent()
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start slapd: %w", err)
	}
	p := &process{cmd: cmd, address: address, id: cmd.Process.Pid}
	for time.Since(begin) < startLimit && ctx.Err() == nil {
		conn, err := dialSlapd(address)
		if err != nil {
			pause(ctx, askAgain)
			continue
		}
		p.ready = time.Since(begin)
		defer conn.Close()
		base := ldap.NewAddRequest(slapdPeople, nil)
		base.Attribute("objectClass", []string{"domain"})
		base.Attribute("dc", []string{"example"})
		return p, conn.Add(base)
	}
	_ = p.stop()
	return nil, fmt.Errorf("start slapd: %w", errSilent)
}

func dialSlapd(address string) (*ldap.Conn, error) {
	conn, err := ldap.DialURL("ldap://" + address)
	if err != nil {
		return nil, err
	}
	return conn, conn.Bind(slapdRoot, slapdSecret)
}

func slapdPerson(n int64) *ldap.AddRequest {
	name := fmt.Sprintf("person-%d", n)
	a := ldap.NewAddRequest("uid="+name+","+slapdPeople, nil)
	a.Attribute("objectClass", []string{"inetOrgPerson"})
	for _, attribute := range []string{"uid", "cn", "sn"} {
		a.Attribute(attribute, []string{name})
	}
	a.Attribute("mail", []string{name + "@example.org"})
	return a
}

// driveSlapd has so many callers do something for a window, after a tenth of it that is not
// counted.
func driveSlapd(ctx context.Context, p *process, callers int, window time.Duration, do func(*ldap.Conn) error) (*result, error) {
	from := time.Now().Add(window / warmUp)
	to := from.Add(window)
	before := cpuTimeOf(p.id)
	sum := &result{window: window}
	var mu sync.Mutex
	var work sync.WaitGroup
	for range callers {
		conn, err := dialSlapd(p.address)
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		work.Go(func() {
			own := result{}
			for start := time.Now(); start.Before(to) && ctx.Err() == nil; start = time.Now() {
				err := do(conn)
				own.answered++
				switch end := time.Now(); {
				case err != nil:
					own.wrong++
					own.complaint = err.Error()
				case end.After(from) && !end.After(to):
					own.done++
					own.latency.add(end.Sub(start))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(&own)
		})
	}
	work.Wait()
	sum.cpu = cpuTimeOf(p.id) - before
	return sum, ctx.Err()
}
