package binary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"roster/test/binary"
	"roster/test/contract"
)

// The fuzzer is a caller that sends whatever the description allows and much that it does not, with
// credentials of every kind, and refers to records that it met in earlier answers. See
// TestAnythingIsAnsweredAsDescribed for what it asks of the answers. These variables of the
// environment are its settings:
const (
	fuzzSeed = "ROSTER_FUZZ_SEED" // of the requests: the seed of a finding repeats it
	fuzzTime = "ROSTER_FUZZ_TIME" // how long, such as 5m; without it so many requests are sent:
	fuzzSome = 2000               // on SQLite; on PostgreSQL, where the same requests take longer, a quarter
	fuzzLong = 2500               // the same in the long form
)

// apiFuzz is one run of the fuzzer.
type apiFuzz struct {
	*rand.Rand
	t           *testing.T
	world       *world
	description *contract.Description
	guises      []guise
	kept        map[string]bool // ids of records that the guises need

	records  map[string][]string // paths of records, by the path of the collection with {} for identifiers
	names    map[string][]string // ids and names of records, by the last word of the collection: "groups"
	again    *made               // what has just made a record, to be sent once more
	canaries int
	found    map[string]bool // what was found, once each
	called   map[string]int  // by operation
	answered map[int]int     // by status
}

// guise is a credential that requests are sent with.
type guise struct {
	name      string
	set       func(*http.Request)
	important bool // it stays good until the end
}

func TestAnythingIsAnsweredAsDescribed(t *testing.T) {
	t.Parallel()
	seed, more := fuzzing(t)
	for i, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			f := newFuzz(t, newWorld(t, e, binary.Options{}), seed)
			const most = 20 // findings
			sent := 0
			for ; more(sent<<(2*i)) && len(f.found) < most; sent++ {
				f.send(f.request())
			}
			f.checkWorld(sent)
			t.Logf("%d requests with the seed %d, %d operations of %d, %v", sent, seed, len(f.called), len(f.description.Operations), f.answered)
		})
	}
}

// fuzzing reads the settings: the seed, and how many requests are sent.
func fuzzing(t *testing.T) (seed uint64, more func(sent int) bool) {
	t.Helper()
	most := fuzzSome
	if long() {
		most = fuzzLong
	}
	seed, more = 1, func(sent int) bool { return sent < most }
	if text := os.Getenv(fuzzTime); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		end := time.Now().Add(d)
		seed, more = uint64(time.Now().UnixNano()), func(int) bool { return time.Now().Before(end) }
	}
	if text := os.Getenv(fuzzSeed); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return seed, more
}

// newFuzz makes records and credentials of every kind.
func newFuzz(t *testing.T, w *world, seed uint64) *apiFuzz {
	t.Helper()
	text := ask(t, w.Client(), request{url: w.HTTP + "/api/v1/openapi.json"}).want(t, 200)
	d, err := contract.Read([]byte(text))
	if err != nil {
		t.Fatalf("the description: %v", err)
	}
	f := &apiFuzz{
		Rand: rand.New(rand.NewPCG(seed, seed)), t: t, world: w, description: d, kept: map[string]bool{}, records: map[string][]string{},
		names: map[string][]string{}, called: map[string]int{}, found: map[string]bool{}, answered: map[int]int{},
	}
	f.disguise()
	return f
}

// disguise makes the guises.
func (f *apiFuzz) disguise() {
	bearer := func(name, token string, important bool) {
		f.guises = append(f.guises, guise{name, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, important})
	}
	basic := func(name, user, password string, important bool) {
		f.guises = append(f.guises, guise{name, func(r *http.Request) { r.SetBasicAuth(user, password) }, important})
	}
	basic("the administrator", "admin", adminPassword, true)
	bearer("an organization's token", f.world.token, true)
	bearer("a token that reads", f.command("token", "create", "--name", "fuzz reader", "--access", "read"), true)
	const password = "four calm otters by the lock"
	for _, level := range []string{"readonly", "user", "editor", "manager"} {
		name := "fuzz." + level
		f.create("/users", fmt.Sprintf(`{"userName":%q,"password":%q,"accessLevel":%q}`, name, password, level))
		basic("a user of the level "+level, name, password, true)
	}
	f.create("/users", fmt.Sprintf(`{"userName":"fuzz.scoped","password":%q,"accessLevel":"manager","accessLevelGroups":["Network"],"groups":["Network"]}`, password))
	basic("a manager of one group", "fuzz.scoped", password, true)
	bearer("a token of one group", f.command("token", "create", "--name", "fuzz scoped", "--access", "read-write", "--groups", "Network"), true)
	bearer("no token", "roster_canarypw000", false)
	basic("nobody", "nobody", "canarypw001", false)
	f.guises = append(f.guises,
		guise{"nothing", func(*http.Request) {}, false},
		guise{"another scheme", func(r *http.Request) { r.Header.Set("Authorization", "Digest canarypw002") }, false},
		guise{"a cookie of no session", func(r *http.Request) { r.Header.Set("Cookie", "roster_session=canarypw003") }, false})
	if session := f.session(password); session != "" {
		f.guises = append(f.guises, guise{"a session", func(r *http.Request) { r.Header.Set("Cookie", "roster_session="+session) }, false})
	}
	f.keep()
}

func (f *apiFuzz) command(args ...string) string {
	return strings.TrimSpace(f.world.Must("", args...))
}

// create makes a record that is kept.
func (f *apiFuzz) create(path, body string) {
	f.t.Helper()
	made := ask(f.t, f.world.Client(), request{url: f.world.HTTP + "/api/v1" + path, body: body, basic: admin}).want(f.t, 201)
	f.kept[decode[struct{ ID string }](f.t, made).ID] = true
}

// session opens a session and returns its secret.
func (f *apiFuzz) session(password string) string {
	a := ask(f.t, f.world.Client(), request{method: http.MethodPost, url: f.world.HTTP + "/api/v1/sessions", basic: "fuzz.manager:" + password})
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == "roster_session" {
			return c.Value
		}
	}
	return ""
}

// keep notes which records the guises need: what they may do is not taken from them.
func (f *apiFuzz) keep() {
	for _, path := range []string{"/users", "/tokens", "/roles"} {
		a := ask(f.t, f.world.Client(), request{url: f.world.HTTP + "/api/v1" + path + "?limit=1000", basic: admin})
		if a.status != http.StatusOK {
			continue
		}
		for _, item := range decode[struct{ Items []struct{ ID string } }](f.t, a.body).Items {
			f.kept[item.ID] = true
		}
	}
	f.kept[f.world.group] = true
}

// made is a request that the fuzzer made.
type made struct {
	op     *contract.Operation
	method string
	path   string // escaped, after /api/v1
	query  string
	header http.Header
	body   []byte
	as     guise
}

// String is the request as its sender writes it.
func (m made) String() string {
	const most = 2 << 10
	var b strings.Builder
	fmt.Fprintf(&b, "as %s:\n%s /api/v1%s?%s\n", m.as.name, m.method, m.path, m.query[:min(most, len(m.query))])
	for name, values := range m.header {
		fmt.Fprintf(&b, "%s: %q\n", name, values)
	}
	body := m.body
	if len(body) > most {
		body = append(bytes.Clone(body[:most]), "…"...)
	}
	fmt.Fprintf(&b, "\n%s", body)
	return b.String()
}

// send sends a request and looks at its answer.
func (f *apiFuzz) send(m made) {
	target := f.world.HTTP + "/api/v1" + m.path
	if m.query != "" {
		target += "?" + m.query
	}
	r, err := http.NewRequestWithContext(f.t.Context(), m.method, target, bytes.NewReader(m.body))
	if err != nil {
		f.t.Fatalf("%v\n%s", err, m)
	}
	r.Header = m.header.Clone()
	m.as.set(r)
	resp, err := f.world.Client().Do(r)
	if err != nil {
		f.find(m, "there is no answer: "+err.Error(), nil)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.find(m, "the answer is cut: "+err.Error(), body)
		return
	}
	f.look(m, contract.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body})
}

// look holds an answer against what it must be like.
func (f *apiFuzz) look(m made, a contract.Answer) {
	switch {
	case a.Status >= 500 && a.Status != http.StatusServiceUnavailable:
		f.find(m, fmt.Sprintf("the status is %d", a.Status), a.Body)
	case bytes.Contains(a.Body, []byte("canarypw")):
		f.find(m, "the answer holds a password", a.Body)
	case strings.Contains(fmt.Sprint(a.Header), "canarypw"):
		f.find(m, "the answer's header holds a password", a.Body)
	case a.Header.Get("X-Request-Id") == "":
		f.find(m, "the answer has no request id", a.Body)
	case a.Status == http.StatusUnauthorized && a.Header.Get("WWW-Authenticate") == "":
		f.find(m, "the answer does not say how to authenticate (RFC 9110 §15.5.2)", a.Body)
	case a.Status == http.StatusUnauthorized && m.as.important:
		f.find(m, "a credential that is good is refused", a.Body)
	case a.Status == http.StatusCreated && bytes.Contains(a.Body, []byte(`"id":`)) && a.Header.Get("Location") == "":
		f.find(m, "the answer does not say where the record is", a.Body)
	case a.Status == http.StatusMethodNotAllowed && a.Header.Get("Allow") == "":
		f.find(m, "the answer does not say which methods are allowed", a.Body)
	}
	if m.op == nil {
		if m.method == "OPTIONS" && a.Status == http.StatusNoContent && a.Header.Get("Allow") != "" {
			return
		}
		if a.Status != http.StatusNotFound && a.Status != http.StatusMethodNotAllowed || a.Header.Get("Content-Type") != "application/problem+json" {
			f.find(m, fmt.Sprintf("a call that is not described is answered %d as %s", a.Status, a.Header.Get("Content-Type")), a.Body)
		}
		return
	}
	query, _ := url.ParseQuery(m.query)
	if err := f.description.Check(m.method, m.op.Path, query, a); err != nil {
		f.find(m, err.Error(), a.Body)
	}
	f.called[m.op.String()]++
	f.answered[a.Status]++
	f.harvest(m, a)
}

// find reports a finding.
func (f *apiFuzz) find(m made, what string, body []byte) {
	const most = 2 << 10
	key := m.method + " " + m.path
	if m.op != nil {
		key = m.op.String()
	}
	if key += what[:min(most, len(what), 80)]; f.found[key] {
		return
	}
	f.found[key] = true
	f.t.Errorf("%s\n\n%s\n\nThe answer: %s", what, m, body[:min(most, len(body))])
}

// harvest remembers the records of an answer, to name them in later requests.
func (f *apiFuzz) harvest(m made, a contract.Answer) {
	if a.Status >= 300 || len(a.Body) == 0 {
		return
	}
	if a.Status == http.StatusCreated && f.again == nil && f.chance(4) {
		f.again = &m
	}
	type record struct{ ID, UserName, DisplayName, Name, Service string }
	var one struct {
		record
		Items []record
	}
	if json.Unmarshal(a.Body, &one) != nil {
		return
	}
	collection, shape := strings.TrimRight(m.path, "/"), shapeOf(m.op.Path)
	if strings.HasSuffix(shape, "/{}") {
		collection, shape = collection[:strings.LastIndexByte(collection, '/')], strings.TrimSuffix(shape, "/{}")
	}
	word := shape[strings.LastIndexByte(shape, '/')+1:]
	for _, item := range append(one.Items, one.record) {
		if item.ID == "" || f.kept[item.ID] {
			continue
		}
		f.remember(f.records, shape, collection+"/"+url.PathEscape(item.ID))
		for _, name := range []string{item.ID, item.UserName, item.DisplayName, item.Name} {
			if name != "" {
				f.remember(f.names, word, name)
			}
		}
	}
}

// remember adds to what is known, in bounds.
func (f *apiFuzz) remember(known map[string][]string, key, value string) {
	const most = 200
	if list := known[key]; len(list) >= most {
		list[f.IntN(most)] = value
		return
	}
	known[key] = append(known[key], value)
}

// shapeOf is a path's template with {} for each identifier.
func shapeOf(template string) string {
	parts := strings.Split(template, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// checkWorld asks that the fuzzer got somewhere, and that no password is in the log.
func (f *apiFuzz) checkWorld(sent int) {
	if strings.Contains(f.world.Log(), "canarypw") {
		f.t.Error("the server's log holds a password")
	}
	if sent < fuzzSome {
		return
	}
	for _, o := range f.description.Operations {
		if f.called[o.String()] == 0 {
			f.t.Errorf("%s was never called", o)
		}
	}
	for _, status := range []int{200, 201, 204, 400, 401, 403, 404, 409, 412, 422} {
		if f.answered[status] < 5 {
			f.t.Errorf("only %d answers are %d: the requests do not get far", f.answered[status], status)
		}
	}
}
