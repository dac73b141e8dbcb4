package dialecttest

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/store"
)

// Options are the settings of the server under test.
type Options struct {
	RequireAllArguments bool // of Graze
	DefaultPreferences  bool // of CheckCentral
	DailyLimit          int  // of CheckCentral
	RateLimit           int  // of the native API
	GrazerGrantsSuper   bool

	Realms directory.Realms // judges SAML realms; nil: none can be made

	LogsErrors bool // log lines at the level Error are expected
}

// Env is a server under test, with what was made in it.
type Env struct {
	Handler   http.Handler
	Directory *directory.Directory
	By        roster.Actor // Roster itself, in the default organization: may do everything

	// Work returns what was asked of PostgreSQL so far.
	Work func() store.Work

	clock *clock
	mu    sync.Mutex
	made  map[string]string // by placeholder
}

// Advance moves the server's clock.
func (e *Env) Advance(d time.Duration) { e.clock.advance(d) }

// Set gives a placeholder "{name}" its value.
func (e *Env) Set(name, value string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.made[name] = value
}

// Fill puts what was made in the place of its placeholders.
func (e *Env) Fill(text string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	pairs := make([]string, 0, 2*len(e.made))
	for name, value := range e.made {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (e *Env) remember(kind, name, value string) { e.Set(kind+" "+name, value) }

// Group makes a group: {group name} is its id.
func (e *Env) Group(t testing.TB, name string) roster.Group {
	t.Helper()
	return e.group(t, roster.KindGroup, name)
}

// Team makes a team: {team name} is its id.
func (e *Env) Team(t testing.TB, name string) roster.Group {
	t.Helper()
	return e.group(t, roster.KindTeam, name)
}

func (e *Env) group(t testing.TB, kind roster.GroupKind, name string) roster.Group {
	t.Helper()
	g, err := e.Directory.CreateGroup(t.Context(), e.By, directory.NewGroup{Kind: kind, Name: name, Description: name + "'s people"})
	if err != nil {
		t.Fatalf("make %s %s: %v", kind, name, err)
	}
	e.remember(string(kind), name, string(g.ID))
	return g
}

// Department makes a department.
func (e *Env) Department(t testing.TB, name string) {
	t.Helper()
	if _, err := e.Directory.CreateDepartment(t.Context(), e.By, directory.NewDepartment{Name: name}); err != nil {
		t.Fatalf("make department %s: %v", name, err)
	}
}

// User makes a user: {user name} is its id, {number name} its number.
func (e *Env) User(t testing.TB, in directory.NewUser) roster.User {
	t.Helper()
	u, err := e.Directory.CreateUser(t.Context(), e.By, in)
	if err != nil {
		t.Fatalf("make user %s: %v", in.UserName, err)
	}
	e.remember("user", u.UserName, string(u.ID))
	e.remember("number", u.UserName, strconv.FormatInt(u.Number, 10))
	return u.User
}

// Token makes an API token: {token name} is its secret.
func (e *Env) Token(t testing.TB, in directory.NewToken) roster.Token {
	t.Helper()
	made, err := e.Directory.CreateToken(t.Context(), e.By, in)
	if err != nil {
		t.Fatalf("make token %s: %v", in.Name, err)
	}
	e.remember("token", in.Name, made.Secret)
	return made.Token
}

// Tag remembers the ETag of what a request reads: {etag name} is it, with its quotes.
func (e *Env) Tag(t testing.TB, name, as, request string) {
	t.Helper()
	tag := e.Do(t, as, request).Header().Get("ETag")
	if tag == "" {
		t.Fatalf("%s has no ETag", request)
	}
	e.remember("etag", name, tag)
}

// Revoke revokes a token.
func (e *Env) Revoke(t testing.TB, name string) {
	t.Helper()
	if _, err := e.Directory.RevokeToken(t.Context(), e.By, roster.Ref{Name: name}); err != nil {
		t.Fatalf("revoke token %s: %v", name, err)
	}
}

// Session opens a session in Graze for a user: {session name} is its auth_token.
func (e *Env) Session(t testing.TB, name, password string) {
	t.Helper()
	w := e.Do(t, "", "POST /graze/v1/authenticate\n\n{\"username\":\""+name+"\",\"password\":\""+password+"\"}")
	token, found := strings.CutPrefix(w.Body.String(), `{"auth_token":"`)
	if !found {
		t.Fatalf("open a session for %s: %d %s", name, w.Code, w.Body)
	}
	e.remember("session", name, strings.TrimSuffix(token, `"}`))
}

// Get returns a user with everything that is known about it.
func (e *Env) Get(t testing.TB, userName string) roster.User {
	t.Helper()
	u, err := e.Directory.GetUser(t.Context(), e.By, directory.UserSelector{UserName: userName})
	if err != nil {
		t.Errorf("get user %s: %v", userName, err)
	}
	return u
}

// Absent fails the test if there is a user of that name.
func (e *Env) Absent(t testing.TB, userName string) {
	t.Helper()
	_, err := e.Directory.GetUser(t.Context(), e.By, directory.UserSelector{UserName: userName})
	if err == nil || roster.KindOf(err) != roster.NotFound {
		t.Errorf("the user %s is there (%v)", userName, err)
	}
}

// MailQueued returns how many messages wait to be sent.
func (e *Env) MailQueued(t testing.TB) int64 {
	t.Helper()
	status, err := e.Directory.GetStatus(t.Context(), e.By, directory.None{})
	if err != nil {
		t.Fatalf("get status: %v", err)
	}
	for _, lane := range status.Jobs {
		if lane.Lane == roster.LaneWelcome {
			return lane.Waiting
		}
	}
	return 0
}

// Know remembers a user that was made in another way, as User does.
func (e *Env) Know(t testing.TB, userName string) {
	t.Helper()
	u := e.Get(t, userName)
	e.remember("user", userName, string(u.ID))
	e.remember("number", userName, strconv.FormatInt(u.Number, 10))
}
