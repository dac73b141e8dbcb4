package binary_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"roster/client"
	"roster/test/binary"
)

// dropper is a proxy that loses requests, answers and connections.
type dropper struct {
	url    string
	server string // what the server's URLs begin with
	out    *http.Transport

	mu   sync.Mutex
	rng  *rand.Rand
	lost map[fate]int // how often each fate happened
}

// fate is what happens to an exchange.
type fate int

const (
	passed       fate = iota
	noConnection      // closed at once
	noRequest         // the server never got it
	noAnswer          // the server answered, but no byte of the answer arrived
	onlyHead          // only the header of the answer arrived
	half              // half of the body arrived, too
	endOfFates
)

// openDropper opens a proxy in front of a server. The same seed gives the same fates, in the order
// of the requests.
func openDropper(t *testing.T, server string, seed uint64) *dropper {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &dropper{
		url: "http://" + l.Addr().String(), server: server, out: &http.Transport{MaxIdleConnsPerHost: 100},
		rng: rand.New(rand.NewPCG(seed, seed)), lost: map[fate]int{},
	}
	srv := &http.Server{Handler: d, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(refusing{l, d}) }()
	t.Cleanup(func() {
		_ = srv.Close()
		d.out.CloseIdleConnections()
	})
	return d
}

// refusing is a listener that closes some connections at once.
type refusing struct {
	net.Listener
	d *dropper
}

// Accept implements [net.Listener].
func (l refusing) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || l.d.draw(0.05, noConnection) == passed {
			return c, err
		}
		_ = c.(*net.TCPConn).SetLinger(0) // the peer sees a reset
		_ = c.Close()
	}
}

// draw returns one of the fates, all equally likely, with a probability, and otherwise passed.
func (d *dropper) draw(probability float64, fates ...fate) fate {
	d.mu.Lock()
	defer d.mu.Unlock()
	one := passed
	if d.rng.Float64() < probability {
		one = fates[d.rng.IntN(len(fates))]
	}
	d.lost[one]++
	return one
}

// ServeHTTP implements [http.Handler].
func (d *dropper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	one := d.draw(0.3, noRequest, noAnswer, onlyHead, half)
	if err != nil || one == noRequest {
		panic(http.ErrAbortHandler)
	}
	status, header, answer, err := d.forward(r, body)
	if err != nil || one == noAnswer {
		panic(http.ErrAbortHandler)
	}
	for name, values := range header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
	w.WriteHeader(status)
	if one == half {
		answer = answer[:len(answer)/2]
	}
	if one != onlyHead {
		_, _ = w.Write(answer)
	}
	if one != passed {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// forward makes the server complete the request, even if its sender has left.
func (d *dropper) forward(r *http.Request, body []byte) (status int, header http.Header, answer []byte, err error) {
	req, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, d.server+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header = r.Header
	resp, err := d.out.RoundTrip(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, answer, err
}

// client returns a Go client that calls through the proxy.
func (d *dropper) client(t *testing.T, token string) *client.Client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := client.New(
		d.url, client.WithToken(token), client.WithHTTPClient(&http.Client{Transport: transport}),
		client.WithRetries(100, 5*time.Minute), client.WithBackoff(time.Millisecond),
	)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCreatesThroughAProxyThatLosesAnswersAreDoneOnce(t *testing.T) {
	t.Parallel()
	const callers, size = 100, 50
	users, batches := 300, 4
	if long() {
		users, batches = 1000, 10
	}
	for i, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, e, binary.Options{})
			d := openDropper(t, w.HTTP, uint64(20261121+i))
			c := d.client(t, w.token)
			ids := &idsByName{byName: map[string]string{}}
			ids.eachBy(callers, users, func(i int) { ids.create(t, c, newDropped(i)) })
			ids.eachBy(batches, batches, func(i int) { ids.createBatch(t, c, i, size) })
			for one := noConnection; one < endOfFates; one++ {
				if d.lost[one] == 0 {
					t.Errorf("of the ways to lose something number %d never happened: %v", one, d.lost)
				}
			}
			ids.check(t, w, users+batches*size, users/2)
		})
	}
}

// newDropped is one of the users: every second one is welcomed, some bring a password.
func newDropped(i int) client.NewUser {
	u := client.NewUser{
		UserName: fmt.Sprintf("dropped.%04d@load.example", i), Email: fmt.Sprintf("dropped.%04d@load.example", i), Groups: []string{"Network"},
		SendWelcomeEmail: i%2 == 0,
	}
	if i%100 == 7 {
		u.Password = "four calm otters by the lock"
	}
	return u
}

// idsByName holds the users that the client learned of.
type idsByName struct {
	mu     sync.Mutex
	byName map[string]string
}

// eachBy calls do with 0 to n-1, from so many goroutines.
func (*idsByName) eachBy(goroutines, n int, do func(int)) {
	next := make(chan int)
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

func (u *idsByName) note(name, id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.byName[name] = id
}

func (u *idsByName) create(t *testing.T, c *client.Client, in client.NewUser) {
	made, err := c.Users.Create(t.Context(), in)
	if err != nil || made.UserName != in.UserName {
		t.Errorf("%s: %s, %v", in.UserName, made.UserName, err)
		return
	}
	u.note(made.UserName, made.ID)
}

func (u *idsByName) createBatch(t *testing.T, c *client.Client, n, size int) {
	list := make([]client.NewUser, size)
	for i := range list {
		list[i] = client.NewUser{UserName: fmt.Sprintf("dropped.batch.%d.%d", n, i)}
	}
	b, err := c.Users.CreateBatch(t.Context(), list)
	if err != nil || b.Created != size || b.Failed != 0 {
		t.Errorf("batch %d: %d created, %d failed, %v", n, b.Created, b.Failed, err)
	}
	for _, r := range b.Results {
		u.note(r.UserName, r.ID)
	}
}

// check verifies that exactly the requested users exist, each once, with the requested welcome
// emails.
func (u *idsByName) check(t *testing.T, w *world, users, welcomes int) {
	t.Helper()
	db := w.database(t)
	rows, err := db.QueryContext(t.Context(), withIDs(db, "SELECT [id], user_name FROM users WHERE user_name LIKE 'dropped.%'"))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	there := 0
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			t.Fatal(err)
		}
		if there++; strings.ReplaceAll(u.byName[name], "-", "") != id {
			t.Errorf("%s has the id %s, and the client was told %q", name, id, u.byName[name])
		}
	}
	if err := rows.Err(); err != nil || there != users || len(u.byName) != users {
		t.Errorf("%d users are there and the client knows of %d; there should be %d. %v", there, len(u.byName), users, err)
	}
	const welcome = "SELECT COUNT(*) FROM jobs WHERE kind = 'welcome-email'"
	if n := count(t, db, welcome); n != welcomes {
		t.Errorf("%d welcome emails are queued instead of %d", n, welcomes)
	}
	if n := count(t, db, "SELECT COUNT(DISTINCT job_key) FROM jobs WHERE kind = 'welcome-email'"); n != welcomes {
		t.Errorf("%d users are welcomed instead of %d", n, welcomes)
	}
	checkWhole(t, db)
}
