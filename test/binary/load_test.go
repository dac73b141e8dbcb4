package binary_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load is a set of callers that create users, and the result for each user.
type load struct {
	world *world
	next  atomic.Int64 // number of the next user
	acked atomic.Int64 // users whose create was acknowledged

	mu   sync.Mutex
	made map[string]*creation // by userName
}

// creation is one user that a caller has asked for.
type creation struct {
	kind   kind
	acked  bool // the answer was a complete 200
	answer answer
	err    error // why there was no answer
}

// kind is a kind of caller.
type kind struct {
	name          string // what its users' names begin with
	request       func(w *world, userName string) request
	notifications int  // types of notification that its users have
	impolite      bool // hangs up at random
}

var (
	welcomed = kind{name: "welcome.plain", request: welcomeRequest, notifications: 2}
	hungUp   = kind{name: "welcome.hungup", request: welcomeRequest, notifications: 2, impolite: true}
	grazed   = kind{name: "graze.plain", request: grazePlainRequest, notifications: 1}
	secured  = kind{name: "graze.password", request: grazePasswordRequest, notifications: 1}
)

func welcomeRequest(w *world, name string) request {
	return request{url: w.checkCentral("createUser"), body: fmt.Sprintf(
		`{"email":%q,"name":"Load","accessLevel":"user","sendWelcomeEmail":true,"userGroups":[%q],"notifications":[`+
			`{"type":"failures","services":["email","sms"]},{"type":"digest","services":["email"]}]}`, name, w.group)}
}

func grazeRequest(w *world, name, password string) request {
	return request{url: w.graze("createUser"), basic: admin, body: fmt.Sprintf(
		`{"username":%q,"password":%q,"email":%q,"fullname":"Load","roles":["Operator","Customer"],"primary_group":"Network",`+
			`"department":"Support","teams":["my team 1","my team 3"],"contact_num":"+44 20 7946 0958"}`, name, password, name)}
}

func grazePlainRequest(w *world, name string) request { return grazeRequest(w, name, "") }

func grazePasswordRequest(w *world, name string) request {
	return grazeRequest(w, name, "pass of "+name)
}

func newLoad(w *world) *load { return &load{world: w, made: map[string]*creation{}} }

// crew returns the callers of a load, most of them over CheckCentral.
func crew(polite, impolite int) []kind {
	kinds := []kind{secured, grazed, grazed}
	for range polite - len(kinds) {
		kinds = append(kinds, welcomed)
	}
	for range impolite {
		kinds = append(kinds, hungUp)
	}
	return kinds
}

// run lets callers create users until ctx ends or they get no more answers. It returns a function
// that waits for all of them.
func (l *load) run(ctx context.Context, callers []kind) (wait func()) {
	var all sync.WaitGroup
	for _, k := range callers {
		all.Go(func() {
			for ctx.Err() == nil && l.create(ctx, k) {
			}
		})
	}
	return all.Wait
}

// create creates one user and records the result. It reports whether the caller should go on.
func (l *load) create(ctx context.Context, k kind) bool {
	name := fmt.Sprintf("%s.%d@load.example", k.name, l.next.Add(1))
	c := &creation{kind: k}
	r := k.request(l.world, name)
	l.mu.Lock()
	l.made[name] = c
	l.mu.Unlock()
	one := context.WithoutCancel(ctx) // a request that has begun goes on to its end
	if k.impolite {
		var hangUp context.CancelFunc
		one, hangUp = context.WithTimeout(one, rand.N(8*time.Millisecond))
		defer hangUp()
	}
	c.answer, c.err = send(one, l.world.Client(), r)
	c.acked = c.err == nil && c.answer.status == 200
	if c.acked {
		l.acked.Add(1)
	}
	if !k.impolite || c.acked {
		return c.acked
	}
	// A caller that hung up waits until the server answers anybody, so that abandoned requests do
	// not pile up.
	_, err := send(ctx, l.world.Client(), request{url: l.world.HTTP + "/livez"})
	return err == nil
}

// checkAnswers verifies that every answer that arrived was a 200.
func (l *load) checkAnswers(t testing.TB) {
	t.Helper()
	for name, c := range l.made {
		if c.err == nil && !c.acked {
			t.Errorf("%s was answered %d: %s", name, c.answer.status, c.answer.body)
		}
	}
}

// checkAcknowledged verifies that every acknowledged user exists, as the dialects show it, and no
// other user.
func (l *load) checkAcknowledged(t testing.TB) {
	t.Helper()
	there := l.world.users(t)
	lost := 0
	for name, c := range l.made {
		u, found := there[name]
		switch {
		case !found && c.acked:
			lost++
		case found && (len(u.UserGroups) != 1 || len(u.Notifications) != c.kind.notifications):
			t.Errorf("%s is there in part: %+v", name, u)
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d acknowledged users are lost", lost, l.acked.Load())
	}
	for email := range there {
		if _, asked := l.made[email]; !asked && email != "" {
			t.Errorf("nobody asked for %s", email)
		}
	}
}

// repeatUnanswered repeats the creates without an answer, which may have happened or not.
// Afterwards they have.
func (l *load) repeatUnanswered(t testing.TB) {
	t.Helper()
	const callers = 16
	names := make(chan string)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for name := range names {
				c := l.made[name]
				c.answer, c.err = send(t.Context(), l.world.Client(), c.kind.request(l.world, name))
				if c.acked = c.err == nil && c.answer.status == 200; c.acked {
					l.acked.Add(1)
				}
			}
		})
	}
	for name, c := range l.made {
		if !c.acked {
			names <- name
		}
	}
	close(names)
	all.Wait()
}
