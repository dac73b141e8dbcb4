package app

import (
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"

	"roster"
	"roster/internal/auth"
	"roster/internal/auth/realm/ldaptest"
	"roster/internal/directory"
)

// bind is what a server is asked: whether the password is that of the entry.
type bind struct{ dn, password string }

// tap passes on what is said between the app and a directory, and notes who binds.
type tap struct {
	url   string
	mu    sync.Mutex
	binds []bind
}

// newTap listens in front of the directory at the URL.
func newTap(t *testing.T, url string) *tap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &tap{url: "ldap://" + l.Addr().String()}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(client, strings.TrimPrefix(url, "ldap://"))
		}
	}()
	return p
}

// pass connects the client with the directory until either leaves.
func (p *tap) pass(client net.Conn, address string) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer client.Close()
		for {
			answer, err := ber.ReadPacket(server)
			if err != nil {
				return
			}
			if _, err := client.Write(answer.Bytes()); err != nil {
				return
			}
		}
	}()
	for {
		request, err := ber.ReadPacket(client)
		if err != nil {
			return
		}
		p.note(request)
		if _, err := server.Write(request.Bytes()); err != nil {
			return
		}
	}
}

// note keeps the request if it is somebody's bind (RFC 4511 §4.2), other than that of the app
// itself.
func (p *tap) note(request *ber.Packet) {
	if len(request.Children) < 2 || request.Children[1].Tag != 0 || len(request.Children[1].Children) < 3 {
		return
	}
	op := request.Children[1]
	b := bind{dn: op.Children[1].Data.String(), password: op.Children[2].Data.String()}
	if b.dn == ldaptest.SystemUser {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.binds = append(p.binds, b)
}

// taken returns the binds since the last call.
func (p *tap) taken() []bind {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.binds
	p.binds = nil
	return all
}

// newUser makes a user for a test.
func (a *App) newUser(t *testing.T, in directory.NewUser) roster.UserID {
	t.Helper()
	made, err := a.directory.CreateUser(t.Context(), a.system(a.org.ID), in)
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// deactivate closes a user's account.
func (a *App) deactivate(t *testing.T, id roster.UserID) {
	t.Helper()
	change := directory.UserChange{User: directory.UserSelector{ID: id}, Active: roster.Some(false)}
	if _, err := a.directory.UpdateUser(t.Context(), a.system(a.org.ID), change); err != nil {
		t.Fatal(err)
	}
}

// people makes a user of every kind, and returns names of which nobody has the password "typed".
func (a *App) people(t *testing.T) map[string]string {
	t.Helper()
	roles := []roster.Ref{{Name: "Grazer"}}
	a.newUser(t, directory.NewUser{UserName: "local", Password: "a password here", Roles: roles})
	a.newUser(t, directory.NewUser{UserName: "reader", Password: "a password here"})
	a.newUser(t, directory.NewUser{UserName: "bare", Roles: roles})
	a.newUser(t, directory.NewUser{UserName: "waiting", External: true, Roles: roles})
	a.deactivate(t, a.newUser(t, directory.NewUser{UserName: "left", Password: "a password here", Roles: roles}))
	if _, err := a.signIn(t, person, personPW); err != nil {
		t.Fatal(err)
	}
	for a.hasher.Stats().Running > 0 { // the hash that this sign-in did not wait for
		runtime.Gosched()
	}
	return map[string]string{
		"a user with a password": "local", "one without the permission": "reader", "one without a password": "bare",
		"one who waits for a realm": "waiting", "one who is not active": "left", "one of the realm": person,
		"somebody whom only the realm has": "ana", "one whom the realm spells otherwise": "mary  ann", "nobody": "nobody at all",
	}
}

func TestEveryFailureCostsOneHashAndOneBindWhereThereIsARealm(t *testing.T) {
	t.Parallel()
	for _, settings := range [][]string{nil, {"predefined_user: true"}} {
		directoryServer := newTap(t, ldaptest.Start(t).URL)
		a := withRealm(t, directoryServer.url, settings...)
		if settings != nil {
			a.newUser(t, directory.NewUser{UserName: person, External: true, Roles: []roster.Ref{{Name: "Grazer"}}})
		}
		for who, name := range a.people(t) {
			directoryServer.taken()
			hashes := a.hasher.Stats().Done
			_, err := a.signIn(t, name, "typed")
			if err == nil || roster.KindOf(err) != roster.Unauthenticated {
				t.Errorf("%s: %v", who, err)
			}
			binds := directoryServer.taken()
			if n := a.hasher.Stats().Done - hashes; n != 1 || len(binds) != 1 {
				t.Errorf("%s, %v: %d hashes, binds %v", who, settings, n, binds)
				continue
			}
			if own := strings.HasPrefix(binds[0].dn, "uid="+name+","); own != (binds[0].password == "typed") {
				t.Errorf("%s: %q is asked about %q", who, binds[0].dn, binds[0].password)
			}
		}
	}
}

func TestARightPasswordOfARealmIsNeverAFailedGuess(t *testing.T) {
	t.Parallel()
	a := withRealm(t, ldaptest.Start(t).URL)
	reader := a.newUser(t, directory.NewUser{UserName: person, External: true})
	const more = 12 // than the limit of 10
	for range more {
		if _, err := a.signIn(t, person, personPW); err == nil || roster.KindOf(err) != roster.Unauthenticated {
			t.Fatalf("a user without the permission: %v", err)
		}
	}
	u, err := a.directory.GetUser(t.Context(), a.system(a.org.ID), directory.UserSelector{ID: reader})
	if err != nil || u.Realm != roster.RealmExternal {
		t.Errorf("somebody who was not let in is bound to the realm %q, %v", u.Realm, err)
	}
	native := auth.Attempt{Face: roster.FaceAPI, Address: "192.0.2.1"}
	for range more {
		if _, err := a.auth.Password(t.Context(), native, person, personPW); err != nil {
			t.Fatalf("at another face: %v", err)
		}
	}
	a.deactivate(t, reader)
	for range more {
		if _, err := a.auth.Password(t.Context(), native, person, personPW); err == nil || roster.KindOf(err) != roster.Unauthenticated {
			t.Fatalf("not active: %v", err)
		}
	}
}

func TestEverySpellingOfANameThatTheDirectoryKnowsIsOneNameToTheThrottle(t *testing.T) {
	t.Parallel()
	const limit = 10
	for _, tried := range []string{"mary's password", "not it"} {
		directoryServer := newTap(t, ldaptest.Start(t).URL)
		a := withRealm(t, directoryServer.url)
		for try := range limit {
			name := "mary" + strings.Repeat(" ", 2+try) + "ann"
			if _, err := a.signIn(t, name, tried); roster.KindOf(err) != roster.Unauthenticated {
				t.Errorf("%q, %q: %v", name, tried, err)
			}
		}
		for _, b := range directoryServer.taken() {
			if b.password == tried {
				t.Errorf("%q is asked about a password for another name", b.dn)
			}
		}
		for _, name := range []string{"mary  ann", "mary ann", "Mary\u00a0 Ann"} {
			if _, err := a.signIn(t, name, "mary's password"); roster.KindOf(err) != roster.RateLimited {
				t.Errorf("after %d tries with %q, %q: %v", limit, tried, name, err)
			}
		}
		elsewhere := auth.Attempt{Need: roster.GrazeLogin, Face: roster.FaceGraze, Address: "192.0.2.2"}
		if _, err := a.auth.Password(t.Context(), elsewhere, "mary ann", "mary's password"); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
	}
}

func TestARealmThatIsAwayAnswersEveryFailureAlikeAndNoSuccess(t *testing.T) {
	t.Parallel()
	a := withRealm(t, "ldap://127.0.0.1:1", "connection_timeout: 200ms")
	a.newUser(t, directory.NewUser{UserName: "local", Password: "a password here", Roles: []roster.Ref{{Name: "Grazer"}}})
	const limit = 10
	for try := range limit + 1 {
		want := roster.Unavailable
		if try == limit {
			want = roster.RateLimited
		}
		for _, name := range []string{"local", "nobody"} {
			if _, err := a.signIn(t, name, "not it"); err == nil || roster.KindOf(err) != want {
				t.Errorf("try %d, %s: %v", try, name, err)
			}
		}
	}
	elsewhere := auth.Attempt{Need: roster.GrazeLogin, Face: roster.FaceGraze, Address: "192.0.2.2"}
	if _, err := a.auth.Password(t.Context(), elsewhere, "local", "a password here"); err != nil {
		t.Errorf("a right password: %v", err)
	}
}
